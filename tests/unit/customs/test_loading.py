"""Loading: every line is accounted for, what is wrong is told with its place, and nothing is lost or doubled."""

from __future__ import annotations

import csv
import io
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.customs import TotalsDiffer, lake, loading
from tests.unit.customs.conftest import FRUIT, HEADER, WHEAT, CustomsFolder, changed, gzipped, text_of, zipped


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        pytest.param(changed(WHEAT, value="12x"), "人民币", "is no number that can be stored: 12x", id="no number"),
        pytest.param(changed(WHEAT, quantity="1 2"), "第一数量", "is no number that can be stored: 1 2", id="quantity"),
        pytest.param(changed(WHEAT, value="-"), "value", "there is none", id="no value"),
        pytest.param(changed(WHEAT, value="-5"), "value", "is negative", id="negative"),
        pytest.param(changed(WHEAT, commodity="小麦"), "商品编码", "is no code of two to twelve digits", id="no code"),
        pytest.param(changed(WHEAT, commodity=""), "商品编码", "is no code of two to twelve digits", id="empty code"),
        pytest.param(WHEAT[:5], "", "has fewer cells than the 14 of the header", id="too few cells"),
        pytest.param([*WHEAT, "", "more"], "", "has more cells than the 14 of the header", id="too many cells"),
        pytest.param(changed(WHEAT, value="9" * 20), "人民币", "is no number that can be stored", id="too large"),
    ],
)
def test_a_bad_line_is_told_with_its_place_and_its_neighbours_are_loaded(
    customs: CustomsFolder, line: list[str], column: str, reason: str, encoding: str
) -> None:
    customs.write("one.csv", text_of([FRUIT, line, WHEAT]), encoding)
    found = customs.load()
    assert [(one.file, one.row_number, one.column_name) for one in found.rejected] == [("customs/one.csv", 3, column)]
    assert reason in found.rejected[0].reason
    assert line[0] in found.rejected[0].raw_text
    assert [row["value_cny"] for row in customs.lines(found)] == [Decimal(100), Decimal(3600)]


def test_lines_are_found_behind_lines_that_duckdb_left_out(customs: CustomsFolder) -> None:
    bad = [
        changed(WHEAT, value="x"),
        FRUIT,
        changed(WHEAT, commodity="?"),
        changed(WHEAT, value="y"),
        changed(WHEAT, value="-"),
    ]
    customs.write("one.csv", text_of(bad))
    assert [one.row_number for one in customs.load().rejected] == [2, 4, 5, 6]


def test_an_unknown_month_and_flow_are_told(customs: CustomsFolder) -> None:
    lines = [["202301", "出口", *WHEAT], ["202313", "出口", *WHEAT], ["202301", "转口", *WHEAT]]
    customs.write("one.csv", text_of(lines, ["数据年月", "进出口", *HEADER]), month=None, flow=None)
    found = customs.load()
    assert [(one.row_number, one.column_name, one.reason) for one in found.rejected] == [
        (3, "数据年月", "is no month"),
        (4, "进出口", "is none of the known flows"),
    ]


def test_bytes_that_are_no_utf_8_cost_their_line_alone(customs: CustomsFolder) -> None:
    content = text_of([FRUIT, changed(WHEAT, commodity_name="小麦@@"), WHEAT]).encode().replace(b"@@", b"\xff\xfe")
    customs.write("one.csv", content)
    found = customs.load()
    assert [one.row_number for one in found.rejected] == [3]
    assert len(customs.lines(found)) == 2


@pytest.mark.parametrize("value", ["x", "-"])
def test_of_very_many_bad_lines_the_first_are_listed_and_the_rest_is_counted(
    customs: CustomsFolder, value: str
) -> None:
    bad = [changed(WHEAT, value=value)] * (loading.LISTED_REJECTIONS + 5)
    customs.write("one.csv", text_of([*bad, FRUIT]))
    rejected = customs.load().rejected
    assert len(rejected) == loading.LISTED_REJECTIONS + 1
    assert rejected[-1].reason == "5 more lines of this file were rejected and are not listed"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        pytest.param("one.csv", b"", "is empty", id="empty"),
        pytest.param("one.csv", b"\x00\x01\x02" * 50, "holds NUL bytes", id="binary"),
        pytest.param("one.csv", "颜色,价格\n红,1\n".encode(), "has the header of no known format", id="unknown header"),
        pytest.param("one.zip", b"PK nothing", "is no archive that can be read", id="broken zip"),
        pytest.param("one.csv.gz", b"\x1f\x8b nothing", "is damaged", id="broken gz"),
        pytest.param("one.csv.gz", gzipped(text_of([WHEAT]).encode())[:-20], "is damaged", id="cut off gz"),
        pytest.param("one.parquet", b"PAR1 nothing PAR1", "is a damaged Parquet file", id="broken parquet"),
        pytest.param("one.json", b'{"data": []}', "is no JSON that holds a list of records", id="json without records"),
        pytest.param("one.json", b'{"data": [{', "is no JSON that holds a list of records", id="broken json"),
        pytest.param("one.txt", b"text", "is no file of declarations", id="another file"),
    ],
)
def test_a_bad_file_is_told_and_its_neighbours_are_loaded(
    customs: CustomsFolder, name: str, content: bytes, words: str
) -> None:
    customs.write("good.csv", text_of([WHEAT]))
    customs.write(name, content)
    (customs.raw / "one.txt.yml").unlink(missing_ok=True)
    found = customs.load()
    assert [one.file for one in found.rejected] == [f"customs/{name}"]
    assert words in found.rejected[0].reason
    assert len(customs.lines(found)) == 1


@pytest.mark.parametrize(
    ("sidecar", "words"),
    [
        pytest.param({"month": None}, "has no column for the month: write `month: …` into one.yml", id="no month"),
        pytest.param({"flow": None}, "has no column for the flow: write `flow: …` into one.yml", id="no flow"),
        pytest.param({"month": "2023-13"}, "its sidecar one.yml is not valid: month", id="no such month"),
        pytest.param({"reporter": "Atlantis"}, "names a reporter that no code list knows: 'Atlantis'", id="reporter"),
        pytest.param({"sha256": "0" * 64}, "is not the file its sidecar describes", id="another file"),
        pytest.param({"colour": "red"}, "colour", id="unknown field"),
    ],
)
def test_a_sidecar_that_does_not_fit_is_told(customs: CustomsFolder, sidecar: dict[str, object], words: str) -> None:
    customs.write("one.csv", text_of([WHEAT]), **sidecar)
    (rejected,) = customs.load().rejected
    assert words in rejected.reason


def test_a_file_without_a_sidecar_is_told(customs: CustomsFolder) -> None:
    customs.write("one.csv", text_of([WHEAT]))
    (customs.raw / "one.yml").unlink()
    (rejected,) = customs.load().rejected
    assert rejected.reason == "has no sidecar: write one.yml beside it (title, publisher, …)"


def test_a_bomb_is_not_unpacked(customs: CustomsFolder) -> None:
    text = text_of([WHEAT]).encode() + text_of([FRUIT], [], last="").encode() * 10 + b" " * 40_000_000
    customs.write("bomb.zip", zipped("bomb.csv", text))
    (rejected,) = customs.load().rejected
    assert rejected.reason.startswith("unpacks to more than")
    assert not any(customs.lake_dir.glob(".scratch"))


def test_an_archive_of_several_files_is_refused(customs: CustomsFolder, tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("../../one.csv", "x")
        archive.writestr("two.csv", "y")
    customs.write("two.zip", (tmp_path / "two.zip").read_bytes())
    (rejected,) = customs.load().rejected
    assert rejected.reason == "holds 2 files: put each into an archive of its own"


def test_codes_that_no_list_knows_stay_in_the_totals(customs: CustomsFolder) -> None:
    customs.write("one.csv", text_of([changed(WHEAT, partner="999", partner_name="亚特兰蒂斯", unit="大桶")]))
    found = customs.load()
    (line,) = customs.lines(found)
    assert (line["partner_id"], line["partner_code"], line["quantity_unit"]) == ("UNMAPPED", "999", "大桶")
    assert [(code.code, code.name, code.id) for code in found.codes if code.list == "partner"] == [
        ("999", "亚特兰蒂斯", "UNMAPPED")
    ]


def test_a_newer_file_replaces_its_month_whole_and_the_former_stays_known(customs: CustomsFolder) -> None:
    customs.write("first.csv", text_of([WHEAT, FRUIT]))
    customs.write("other-month.csv", text_of([FRUIT]), month="2023-02")
    before = {month.month: month.path for month in customs.load().months}
    customs.write("revised.csv", text_of([changed(WHEAT, value="3700")]), published_date="2023-06-20")
    found = customs.load()
    assert found.read_files == 1
    assert [row["value_cny"] for row in customs.lines(found)] == [Decimal(3700), Decimal(100)]
    after = {month.month: month.path for month in found.months}
    assert [month.month for month in after if after[month] != before[month]] == [1]
    assert [(one.source_id, one.month.month, one.value_cny, one.is_current) for one in found.vintages] == [
        ("first", 1, Decimal(3700), False),
        ("other-month", 2, Decimal(100), True),
        ("revised", 1, Decimal(3700), True),
    ]


def test_what_is_there_is_neither_read_nor_written_again(customs: CustomsFolder) -> None:
    customs.write("one.csv", text_of([WHEAT]))
    first = customs.load()
    assert (first.read_files, len(first.written)) == (1, 1)
    again = customs.load()
    assert (again.read_files, len(again.written)) == (0, 0)
    assert (again.months, again.vintages, again.codes) == (first.months, first.vintages, first.codes)


def test_a_lost_or_damaged_part_of_the_lake_is_made_again(customs: CustomsFolder) -> None:
    customs.write("one.csv", text_of([WHEAT]))
    first = customs.load()
    Path(first.months[0].path).unlink()
    next((customs.lake_dir / "files").iterdir()).write_text("{")
    again = customs.load()
    assert again.months == first.months
    assert len(customs.lines(again)) == 1


def test_a_code_list_that_knows_more_changes_the_months_that_have_the_code(
    customs: CustomsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    customs.write("one.csv", text_of([changed(WHEAT, partner="999", partner_name="亚特兰蒂斯")]))
    customs.write("other.csv", text_of([WHEAT]), month="2023-02")
    before = customs.load()
    resolve = customs._codes.resolve
    monkeypatch.setattr(
        customs._codes,
        "resolve",
        lambda name, text, **more: "ATL" if text == "亚特兰蒂斯" else resolve(name, text, **more),
    )
    after = customs.load()
    assert [row["partner_id"] for row in customs.lines(after)] == ["ATL", "KAZ"]
    assert before.months[1] == after.months[1]


def test_what_is_known_of_a_file_stays_until_every_file_can_be_used(customs: CustomsFolder) -> None:
    path = customs.write("one.csv", text_of([WHEAT]))
    customs.write("two.csv", text_of([WHEAT]), month="2023-02")
    customs.load()
    known = {file.name for file in (customs.lake_dir / "files").iterdir()}
    sidecar = customs.raw / "two.yml"
    mended = sidecar.read_text()
    sidecar.write_text("no: [yaml")
    path.unlink()
    path.with_suffix(".yml").unlink()
    assert customs.unused() == []
    sidecar.write_text(mended)
    unused = customs.unused()
    assert len(unused) == 2 and known.issuperset(unused)  # what is known of one.csv, and its seal


def test_lines_that_get_lost_on_the_way_fail_the_load(customs: CustomsFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    customs.write("one.csv", text_of([WHEAT, FRUIT]))
    monkeypatch.setattr(loading._Reader, "structural_rejections", lambda *_: [])
    customs.write("two.csv", text_of([WHEAT, changed(FRUIT, value="x")]), month="2023-02")
    with pytest.raises(TotalsDiffer, match="2 lines stand in the file, 1 were read and 0 rejected"):
        customs.load()


@pytest.mark.parametrize("when", ["before it is read", "once it is read", "while it is read", "removed"])
def test_lines_of_a_file_that_changes_meanwhile_are_not_kept_under_its_old_hash(
    customs: CustomsFolder, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    path = customs.write("one.csv", text_of([WHEAT]))
    load_file, structural_rejections = loading.load_file, loading._Reader.structural_rejections

    def change() -> None:
        if when == "removed":
            path.unlink()
        else:
            path.write_text(text_of([changed(WHEAT, value="9"), *[FRUIT] * (when == "while it is read")]))

    def read(*given: Any) -> loading.LoadedFile:
        if when == "before it is read":
            change()
        loaded = load_file(*given)
        change()
        return loaded

    def change_first(self: Any, *given: Any) -> Any:
        change()
        return structural_rejections(self, *given)

    with monkeypatch.context() as patched:
        if when == "while it is read":
            patched.setattr(loading._Reader, "lines", lambda _: 2)
            patched.setattr(loading._Reader, "lines_exactly", lambda _: 2)
            patched.setattr(loading._Reader, "structural_rejections", change_first)
        else:
            patched.setattr(lake, "load_file", read)
        found = customs.load()
    assert [(one.reason, one.may_pass) for one in found.rejected] == [
        ("cannot be read: it changed meanwhile. The next refresh reads it again", True)
    ]
    assert not found.months and not list((customs.lake_dir / "files").glob("*"))
    customs.write("one.csv", text_of([WHEAT]))
    assert [row["value_cny"] for row in customs.lines(customs.load())] == [Decimal(3600)]


def test_sums_that_change_on_the_way_fail_the_load(customs: CustomsFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    customs.write("one.csv", text_of([WHEAT, FRUIT]))
    lines = lake._lines
    monkeypatch.setattr(lake, "_lines", lambda *given, order: f"{lines(*given, order=order)} LIMIT 1")
    with pytest.raises(
        TotalsDiffer, match=r"value_cny adds up to 3700.0000 in customs/one.csv and to \d+.0000 in the lake"
    ):
        customs.load()
    assert not any((customs.lake_dir / "lines").iterdir())


def test_line_ends_within_quotation_marks_are_no_lines(customs: CustomsFolder) -> None:
    customs.write("one.csv", text_of([changed(WHEAT, commodity_name='"小\n麦"'), FRUIT]))
    found = customs.load()
    assert found.rejected == []
    assert len(customs.lines(found)) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_totals_agree_to_the_cent_with_another_reader(customs: CustomsFolder, encoding: str) -> None:
    chance = random.Random(5)
    names = [chr(chance.randrange(0x4E00, 0x9FA5)) + chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(500)]
    lines = [
        changed(
            WHEAT,
            commodity=f"{chance.randrange(10**8):08}",
            commodity_name=chance.choice(names),
            quantity=f"{chance.randrange(10**6):,}",
            value=f"{chance.randrange(10**9) / 100:,.2f}",
        )
        for _ in range(20_000)
    ]
    text = text_of(lines)
    customs.write("one.csv", text, encoding)
    found = customs.load()
    assert found.rejected == []
    rows = list(csv.reader(io.StringIO(text)))[1:]
    assert found.months[0].rows == len(rows)
    assert found.months[0].value_cny == sum(Decimal(row[12].replace(",", "")) for row in rows)
    assert sum(Decimal(str(row["quantity"])) for row in customs.lines(found)) == sum(
        Decimal(row[8].replace(",", "")) for row in rows
    )
    assert {code.name for code in found.codes if code.list == "commodity"} <= set(names)


@pytest.mark.long
def test_a_wrong_line_in_ten_million_is_told_with_its_place(customs: CustomsFolder) -> None:
    good = text_of([changed(WHEAT, commodity=f"{code}", value="1") for code in range(10_000_000, 10_010_000)])
    header, _, block = good.partition("\n")
    wrong = text_of([changed(WHEAT, value="1O")]).partition("\n")[2]  # the letter O
    path = customs.write("large.csv", "")
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{header}\n")
        for number in range(1_000):
            file.write(block if number != 777 else block.replace(block[: block.index("\n") + 1], wrong, 1))
    found = customs.load()
    (rejected,) = found.rejected
    assert (rejected.row_number, rejected.column_name) == (777 * 10_000 + 2, "人民币")
    assert rejected.reason.startswith("is no number") and rejected.raw_text == wrong.strip()
    (month,) = found.months
    assert (month.rows, month.value_cny) == (9_999_999, Decimal(9_999_999))


@pytest.mark.parametrize(
    ("order", "expected"),
    [("code", True), ("code DESC", True), ("hash(code)", False), ("right(code, 1), code", False)],
)
def test_whether_the_lines_of_one_code_lie_together_is_seen_in_the_file(
    tmp_path: Path, order: str, expected: bool
) -> None:
    path = tmp_path / "staged.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT lpad(CAST(range AS VARCHAR), 8, '0') AS code FROM range(30000) ORDER BY {order}) "
            f"TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)"
        )
        assert lake.values_lie_together(connection, path, "code") is expected


def test_a_file_of_lines_in_no_order_is_sorted_by_code_in_the_lake(
    customs: CustomsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [changed(FRUIT, commodity=code) for code in ("08030000", "08010000", "08020000")]
    customs.write("one.csv", text_of(lines))
    monkeypatch.setattr(lake, "_MOST_GROUPS_OF_A_VALUE", 0)
    (month,) = customs.load().months
    with duckdb.connect() as connection:
        codes = connection.execute("SELECT commodity_id FROM read_parquet(?)", [month.path]).fetchall()
    assert codes == [("08010000",), ("08020000",), ("08030000",)]


def test_a_name_without_a_code_is_a_code_in_either_encoding(customs: CustomsFolder) -> None:
    columns = [0, 3, 5, 7, 8, 9, 12]
    header = [HEADER[column] for column in columns]
    line = [WHEAT[column] for column in columns]
    customs.write("cny.csv", text_of([line], header), "gb18030")
    customs.write("usd.csv", text_of([[*line[:-1], "500"]], [*header[:-1], "美元"]))
    (row,) = customs.lines(customs.load())
    assert (row["partner_id"], row["partner_code"], row["region_code"]) == ("KAZ", "哈萨克斯坦", "新疆维吾尔自治区")
    assert (row["quantity_unit"], row["value_cny"], row["value_usd"]) == ("kilogram", Decimal(3600), Decimal(500))


def test_a_line_without_codes_is_about_all_of_them(customs: CustomsFolder) -> None:
    columns = [0, 1, 12]
    customs.write("one.csv", text_of([[WHEAT[place] for place in columns]], [HEADER[place] for place in columns]))
    (row,) = customs.lines(customs.load())
    assert (row["partner_id"], row["trade_mode_id"], row["region_id"]) == ("WORLD", "ALL", "CHN")
    assert (row["partner_code"], row["trade_mode_code"], row["region_code"], row["quantity_unit"]) == (None,) * 4


@pytest.mark.parametrize("most", [16_384, 2])
def test_a_column_of_very_many_values_is_written_as_text(
    customs: CustomsFolder, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(lake, "_MOST_VALUES_OF_AN_ENUM", most)
    partners = ["145", "137", "9' 9", "", "日本"]
    lines = [changed(WHEAT, partner=code, value=str(value)) for value, code in enumerate(partners)]
    customs.write("cny.csv", text_of(lines))
    customs.write("usd.csv", text_of(lines, [*HEADER[:-1], "美元"]))
    (month,) = customs.load().months
    with duckdb.connect() as connection:
        rows = connection.execute(
            "SELECT partner_code, typeof(partner_code), value_usd FROM read_parquet(?) ORDER BY value_cny", [month.path]
        ).fetchall()
    assert rows == [(code or None, "VARCHAR", value) for value, code in enumerate(partners)]


def test_lines_that_get_lost_between_file_and_lake_fail_the_load(
    customs: CustomsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    customs.write("one.csv", text_of([changed(WHEAT, value="0"), FRUIT]))
    lines = lake._lines
    monkeypatch.setattr(
        lake, "_lines", lambda *given, order: f"SELECT * FROM ({lines(*given, order=order)}) WHERE value_cny > 0"
    )
    with pytest.raises(TotalsDiffer, match=r"2 lines are in customs/one.csv and 1 in the lake"):
        customs.load()
    assert not any((customs.lake_dir / "lines").iterdir())


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_blank_lines_are_no_lines_however_many_stand_together(
    customs: CustomsFolder, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr(loading, "_BLOCK", 7)  # bounds of what is counted at once fall everywhere
    monkeypatch.setattr(loading._Reader, "lines_exactly", lambda _: pytest.fail("the count was wrong"))
    customs.write("one.csv", text_of([WHEAT, FRUIT], end=end).replace(end, end * 4, 2).removesuffix(end))
    found = customs.load()
    assert (found.months[0].rows, found.rejected) == (2, [])
