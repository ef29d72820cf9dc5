"""Figure sheets: what is read of good ones, and what is told of every kind of bad one while its neighbours load.

The sheets here are made in a temporary folder and their figures are invented; the last part reads the project's own.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from orchestration.codes import CodeLists
from orchestration.figures import UNMAPPED, Figure
from orchestration.settings import PROJECT_DIR
from orchestration.sheets import SHEET_COLUMNS, SheetReading, read_sheet, read_sheets
from orchestration.sheets.reading import MAXIMUM_BYTES
from orchestration.sources import Rejection
from tests.conftest import VALID_ROW, sheet_text, write_sheet

GROWTH = {"statistic": "growth", "printed": "80.3", "scale": "", "unit": "percent"}
SHARE = {"statistic": "share", "printed": "78.1", "scale": "", "unit": "percent", "reference": "partner=WORLD"}
#: Two good rows that stand around every bad one.
BEFORE = {"partner": "Kazakhstan"}
AFTER = {"partner": "Kyrgyzstan"}


def told(reading: SheetReading) -> list[tuple[int | None, str, str]]:
    """Row, column and reason of what was rejected."""
    return [(one.row_number, one.column_name, one.reason) for one in reading.rejected]


def partners(reading: SheetReading) -> list[str]:
    return [figure.partner_id for figure in reading.figures]


def the_figure(folder: Path, codes: CodeLists, row: dict[str, str], **sidecar: str) -> Figure:
    """The one figure of a sheet with one row."""
    reading = read_sheet(write_sheet(folder, "one", [row], **sidecar), codes)
    assert told(reading) == []
    assert len(reading.figures) == 1
    return reading.figures[0]


def the_rejection(reading: SheetReading) -> Rejection:
    assert len(reading.rejected) == 1, told(reading)
    return reading.rejected[0]


# Good sheets


def test_a_row_becomes_a_figure_with_its_interval_and_its_place(tmp_path: Path, codes: CodeLists) -> None:
    figure = the_figure(tmp_path, codes, {"partner": "five Central Asian countries", "locator": "paragraph 3"})
    assert (figure.value, figure.low, figure.high) == (Decimal(68070000000), Decimal(68065000000), Decimal(68075000000))
    assert (figure.source_id, figure.statistic, figure.measure, figure.unit) == ("one", "level", "value", "CNY")
    assert (figure.region_id, figure.region_text) == ("CN-XJ", "Xinjiang")
    assert (figure.partner_id, figure.partner_text) == ("CENTRAL_ASIA_FIVE", "five Central Asian countries")
    assert (figure.commodity_id, figure.ownership_id, figure.trade_mode_id) == ("TOTAL", "ALL", "ALL")
    assert (str(figure.period_start), str(figure.period_end)) == ("2023-01-01", "2023-03-31")
    assert (figure.comparison_start, figure.comparison_end) == (None, None)
    assert (figure.quote, figure.status, figure.reading, figure.qualifier) == ("paragraph 3", "read", "sheet", "exact")


def test_the_sidecar_becomes_the_source(tmp_path: Path, codes: CodeLists) -> None:
    path = write_sheet(tmp_path, "one", [{}], url="https://example.org/a", note="Invented.", currency="USD")
    (source,) = read_sheet(path, codes).sources
    assert (source.source_id, source.kind, source.path) == ("one", "sheets", "one.csv")
    assert (source.region_id, source.currency, source.language) == ("CN-XJ", "USD", "en")
    assert (str(source.published_date), str(source.retrieved_date)) == ("2023-04-19", "2023-04-20")
    assert (source.url, source.note, source.licence) == ("https://example.org/a", "Invented.", "")
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_compares_is_compared_with_the_same_span_a_year_before(tmp_path: Path, codes: CodeLists) -> None:
    figure = the_figure(tmp_path, codes, GROWTH)
    assert (str(figure.comparison_start), str(figure.comparison_end)) == ("2022-01-01", "2022-03-31")


def test_another_span_of_comparison_may_be_given(tmp_path: Path, codes: CodeLists) -> None:
    row = GROWTH | {"comparison_start": "2019-01", "comparison_end": "2019-03"}
    figure = the_figure(tmp_path, codes, row)
    assert (str(figure.comparison_start), str(figure.comparison_end)) == ("2019-01-01", "2019-03-31")


@pytest.mark.parametrize(
    ("row", "low", "high"),
    [
        (SHARE | {"qualifier": "over", "printed": "90"}, "90", "100"),
        (SHARE | {"printed": "99.97"}, "99.965", "99.975"),
        (GROWTH | {"printed": "-100"}, "-100", "-99.5"),
        (GROWTH | {"printed": "97.7", "scale": "times"}, "9765", "9775"),
        (GROWTH | {"printed": "-0.7"}, "-0.75", "-0.65"),
        (GROWTH | {"printed": "-0.7", "qualifier": "over"}, "-100", "-0.7"),
        ({"printed": "0", "scale": "million"}, "0", "500000"),
        ({"printed": "-3", "scale": "million", "flow": "balance"}, "-3500000", "-2500000"),
        (GROWTH | {"printed": "-250", "flow": "balance"}, "-250.5", "-249.5"),
        (
            {"statistic": "rank", "printed": "1", "scale": "", "unit": "rank", "reference": "region=CHN"},
            *("1", "1"),
        ),
        (
            {"measure": "enterprises", "printed": "15486", "scale": "", "unit": "enterprises", "flow": ""},
            *("15486", "15486"),
        ),
    ],
)
def test_intervals_know_what_the_statistic_allows(
    row: dict[str, str], low: str, high: str, tmp_path: Path, codes: CodeLists
) -> None:
    figure = the_figure(tmp_path, codes, row)
    assert (figure.low, figure.high) == (Decimal(low), Decimal(high))


def test_names_are_read_as_the_source_would_mean_them(tmp_path: Path, codes: CodeLists) -> None:
    for region, code in (("CN-XJ", "652700"), ("CN-AH", "341600")):
        figure = the_figure(tmp_path / region, codes, {"region": "Bozhou"}, region=region)
        assert (figure.region_id, figure.region_text) == (code, "Bozhou")


def test_no_region_is_the_region_of_the_source(tmp_path: Path, codes: CodeLists) -> None:
    figure = the_figure(tmp_path, codes, {"region": ""}, region="Hangzhou")
    assert (figure.region_id, figure.region_text) == ("330100", "")


@pytest.mark.parametrize("dimension", ["region", "partner", "commodity", "ownership", "trade_mode"])
def test_a_name_that_no_list_knows_is_loaded_as_unmapped(dimension: str, tmp_path: Path, codes: CodeLists) -> None:
    figure = the_figure(tmp_path, codes, {dimension: "Atlantis"})
    assert getattr(figure, f"{dimension}_id") == UNMAPPED
    assert getattr(figure, f"{dimension}_text") == "Atlantis"


@pytest.mark.parametrize(
    "rewrite",
    [
        pytest.param(lambda text: ("\ufeff" + text).encode(), id="byte order mark"),
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(lambda text: text.replace("\n", "\r").encode(), id="CR"),
        pytest.param(lambda text: text.rstrip("\n").encode(), id="no newline at the end"),
        pytest.param(lambda text: text.replace("\n", "\n\n,,\n \n").encode(), id="blank lines"),
        pytest.param(lambda text: text.replace("Kazakhstan", '" Kazakhstan\t"').encode(), id="spaces in cells"),
    ],
)
def test_how_a_program_saves_a_sheet_makes_no_difference(
    rewrite: Callable[[str], bytes], tmp_path: Path, codes: CodeLists
) -> None:
    plain = read_sheet(write_sheet(tmp_path / "plain", "one", [BEFORE, AFTER]), codes)
    path = write_sheet(tmp_path / "saved", "one", rewrite(sheet_text([BEFORE, AFTER])))
    saved = read_sheet(path, codes)
    assert [figure.figure_id for figure in saved.figures] == [figure.figure_id for figure in plain.figures]
    assert partners(saved) == ["KAZ", "KGZ"]
    assert told(saved) == []


def test_columns_may_stand_in_any_order(tmp_path: Path, codes: CodeLists) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, sorted(SHEET_COLUMNS, reverse=True), restval="")
    writer.writeheader()
    writer.writerow(VALID_ROW)
    turned = read_sheet(write_sheet(tmp_path / "turned", "one", text.getvalue().encode()), codes)
    assert turned.figures == read_sheet(write_sheet(tmp_path / "plain", "one", [{}]), codes).figures


def test_a_cell_may_hold_commas_quotes_and_lines(tmp_path: Path, codes: CodeLists) -> None:
    awkward = 'one, "two"\nthree; \'); DROP TABLE figures; --'
    reading = read_sheet(write_sheet(tmp_path, "one", [BEFORE | {"locator": awkward}, {"printed": "bad"}]), codes)
    assert reading.figures[0].quote == awkward
    assert the_rejection(reading).row_number == 4  # the cell above takes two lines


def test_a_figure_keeps_its_id_when_rows_move_and_others_come(tmp_path: Path, codes: CodeLists) -> None:
    rows = [{"partner": name} for name in ("Kazakhstan", "Kyrgyzstan", "Tajikistan")]
    first = read_sheet(write_sheet(tmp_path / "first", "one", rows), codes)
    later = read_sheet(
        write_sheet(tmp_path / "later", "one", [GROWTH, *({**row, "locator": "moved"} for row in rows[::-1]), SHARE]),
        codes,
    )
    ids = {figure.partner_id: figure.figure_id for figure in first.figures}
    assert len(set(ids.values())) == 3
    assert {one.partner_id: one.figure_id for one in later.figures if one.statistic == "level"} | {
        "WORLD": ""
    } == ids | {"WORLD": ""}


def test_another_number_or_another_sheet_is_another_figure(tmp_path: Path, codes: CodeLists) -> None:
    paths = [
        write_sheet(tmp_path / "a", "one", [{}]),
        write_sheet(tmp_path / "b", "two", [{}]),
        write_sheet(tmp_path / "c", "one", [{"printed": "68.08"}]),
        write_sheet(tmp_path / "d", "one", [{"printed": "68.070"}]),
    ]
    assert len({read_sheet(path, codes).figures[0].figure_id for path in paths}) == 4


def test_a_figure_id_is_the_same_for_ever(tmp_path: Path, codes: CodeLists) -> None:
    assert the_figure(tmp_path, codes, {}).figure_id == "f57498434a04a5ff"


# Bad rows


@pytest.mark.parametrize(
    ("bad", "column", "reason"),
    [
        ({"printed": "68,07"}, "printed", "'68,07' is not a number"),
        ({"printed": "about 68"}, "printed", "'about 68' is not a number"),
        ({"printed": "６８"}, "printed", "'６８' is not a number"),
        ({"printed": "-"}, "printed", "'-' is not a number"),
        ({"printed": ""}, "printed", "is empty"),
        ({"printed": "9" * 40}, "value", "is too large"),
        ({"printed": "0.12345678", "scale": ""}, "value", "more than 6 decimals"),
        ({"printed": "0.123456", "scale": ""}, "low", "more than 6 decimals"),
        ({"printed": "-3"}, "printed", "cannot be a level"),
        (GROWTH | {"printed": "-100.5"}, "printed", "cannot be a growth"),
        (SHARE | {"printed": "101"}, "printed", "cannot be a share"),
        (SHARE | {"printed": "-1"}, "printed", "cannot be a share"),
        ({"unit": ""}, "unit", "is empty"),
        ({"unit": "pound of flesh"}, "unit", "'pound of flesh' is not one of: CNY"),
        (GROWTH | {"unit": "CNY"}, "unit", "'CNY' is not the unit of a growth, which is percent"),
        (GROWTH | {"unit": "pp"}, "unit", "'pp' is not the unit of a growth, which is percent"),
        ({"statistic": ""}, "statistic", "is empty"),
        ({"statistic": "average"}, "statistic", "'average' is not one of: level, growth"),
        ({"measure": ""}, "measure", "is empty"),
        ({"measure": "weight"}, "measure", "'weight' is not one of: value, quantity"),
        ({"scale": "dozen"}, "scale", "'dozen' is not one of: one"),
        ({"scale": "times"}, "scale", "is `times`, which is how growth in percent is printed"),
        ({"qualifier": "roughly"}, "qualifier", "'roughly' is not one of: exact"),
        ({"flow": "exports"}, "flow", "'exports' is not one of: export"),
        ({"period_start": ""}, "period_start", "is empty"),
        ({"period_end": ""}, "period_end", "is empty"),
        ({"period_start": "January"}, "period_start", "'January' is not YYYY, YYYY-MM or YYYY-MM-DD"),
        ({"period_end": "2023-02-30"}, "period_end", "'2023-02-30' is not YYYY"),
        ({"period_start": "0001"}, "period_start", "'0001' is not YYYY"),
        (GROWTH | {"period_start": "0001", "period_end": "0001"}, "period_start", "'0001' is not YYYY"),
        ({"period_start": "2023-03", "period_end": "2023-01"}, "period_end", "lies before period_start"),
        ({"period_end": "2032-03"}, "period_end", "2032-03-31 lies after the document was published, 2023-04-19"),
        ({"period_start": "9999", "period_end": "9999"}, "period_end", "'9999' is not YYYY"),
        (
            GROWTH | {"comparison_start": "2022-03", "comparison_end": "2022-01"},
            *("comparison_end", "lies before comparison_start"),
        ),
        (GROWTH | {"comparison_start": "2022-01"}, "comparison_start", "both or neither"),
        (GROWTH | {"comparison_end": "2022-03"}, "comparison_start", "both or neither"),
        (GROWTH | {"comparison_start": "then"}, "comparison_start", "'then' is not YYYY"),
        ({"comparison_start": "2022-01", "comparison_end": "2022-03"}, "comparison_start", "compares with nothing"),
        (SHARE | {"reference": ""}, "reference", "must say what it refers to"),
        (SHARE | {"reference": "everything"}, "reference", "'everything' is not `dimension=code`"),
        (SHARE | {"reference": "partner=Atlantis"}, "reference", "'Atlantis' is not a code of partner"),
        (SHARE | {"reference": "flow=exports"}, "reference", "'exports' is not a code of flow"),
        (SHARE | {"reference": "unit=pounds"}, "reference", "'pounds' is not a code of unit"),
        (SHARE | {"reference": "measure=weight"}, "reference", "'weight' is not a code of measure"),
        (SHARE | {"reference": "ranked_by=luck"}, "reference", "'luck' is not a code of ranked_by"),
        ({"colour": "red"}, "colour", "has a value in an unknown column"),
    ],
)
def test_a_bad_row_is_told_and_its_neighbours_load(
    bad: dict[str, str], column: str, reason: str, tmp_path: Path, codes: CodeLists
) -> None:
    reading = read_sheet(write_sheet(tmp_path, "one", [BEFORE, bad, AFTER]), codes)
    assert partners(reading) == ["KAZ", "KGZ"]
    of_row = [one for one in reading.rejected if one.row_number == 3]
    assert column in [one.column_name for one in of_row], told(reading)
    (rejection,) = (one for one in of_row if one.column_name == column)
    assert reason in rejection.reason
    assert (rejection.source_kind, rejection.file) == ("sheets", "one.csv")
    assert rejection.raw_text.startswith(bad.get("statistic", "level") + ",")
    # Nothing else is told but that the header has an unknown column.
    assert [one.row_number for one in reading.rejected if one not in of_row] == ([1] if "colour" in bad else [])


def test_every_bad_cell_of_a_row_is_told(tmp_path: Path, codes: CodeLists) -> None:
    bad = {"printed": "many", "unit": "", "flow": "sideways", "period_end": "soon"}
    reading = read_sheet(write_sheet(tmp_path, "one", [bad]), codes)
    assert sorted(one.column_name for one in reading.rejected) == sorted(bad)


def test_an_unknown_column_loses_only_the_rows_that_fill_it(tmp_path: Path, codes: CodeLists) -> None:
    reading = read_sheet(write_sheet(tmp_path, "one", [BEFORE, {"colour": "red"}, AFTER | {"colour": " "}]), codes)
    assert partners(reading) == ["KAZ", "KGZ"]
    assert [(row, column) for row, column, _ in told(reading)] == [(1, "colour"), (3, "colour")]
    assert "is an unknown column" in reading.rejected[0].reason


def test_a_duplicate_is_told_with_the_row_it_repeats(tmp_path: Path, codes: CodeLists) -> None:
    reading = read_sheet(write_sheet(tmp_path, "one", [BEFORE, AFTER, BEFORE | {"locator": "elsewhere"}]), codes)
    assert partners(reading) == ["KAZ", "KGZ"]
    assert told(reading) == [(4, "", "is a duplicate of row 2")]


def test_of_rows_that_contradict_one_another_none_is_loaded(tmp_path: Path, codes: CodeLists) -> None:
    rows = [BEFORE, {"printed": "1"}, {"printed": "2"}, AFTER, {"printed": "1"}]
    reading = read_sheet(write_sheet(tmp_path, "one", rows), codes)
    assert partners(reading) == ["KAZ", "KGZ"]
    assert told(reading) == [
        (row, "printed", "rows 3, 4, 6 state different numbers for one thing") for row in (3, 4, 6)
    ]


def test_a_bound_beside_the_number_itself_is_no_contradiction(tmp_path: Path, codes: CodeLists) -> None:
    rows = [SHARE | {"printed": "90", "qualifier": "over"}, SHARE | {"printed": "95.5"}]
    assert len(read_sheet(write_sheet(tmp_path, "one", rows), codes).figures) == 2


def test_the_same_statement_in_two_sheets_is_two_figures(tmp_path: Path, codes: CodeLists) -> None:
    write_sheet(tmp_path / "sheets", "one", [{}])
    write_sheet(tmp_path / "sheets", "two", [{"printed": "70"}])
    reading = read_sheets(tmp_path / "sheets", codes)
    assert len(reading.figures) == 2
    assert told(reading) == []


@pytest.mark.parametrize(("cells", "count"), [("level,value", 2), ("level," * 30, 31)])
def test_a_ragged_row_is_told(cells: str, count: int, tmp_path: Path, codes: CodeLists) -> None:
    lines = sheet_text([BEFORE, AFTER]).splitlines()
    content = "\n".join([*lines[:2], cells, *lines[2:]]).encode()
    reading = read_sheet(write_sheet(tmp_path, "one", content), codes)
    assert partners(reading) == ["KAZ", "KGZ"]
    assert told(reading) == [(3, "", f"has {count} cells where the header has {len(SHEET_COLUMNS)}")]
    assert reading.rejected[0].raw_text == cells


@pytest.mark.parametrize(
    "cells", ['level,"value', 'level,"value"x', f'level,"{"x" * 200_000}"'], ids=["unclosed", "torn", "endless"]
)
def test_a_broken_quote_ends_the_sheet_and_is_told(cells: str, tmp_path: Path, codes: CodeLists) -> None:
    lines = sheet_text([BEFORE, AFTER]).splitlines()
    content = "\n".join([*lines[:2], cells, *lines[2:]]).encode()
    reading = read_sheet(write_sheet(tmp_path, "one", content), codes)
    assert partners(reading) == ["KAZ"]
    rejection = the_rejection(reading)
    assert rejection.row_number == 3
    assert rejection.reason.startswith("is not valid CSV (")
    assert "the rest of the file from here on is not loaded" in rejection.reason


# Bad files

BINARY = bytes(range(256)) * 20
HEADER = (",".join(SHEET_COLUMNS) + "\n").encode()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "is empty", id="nothing"),
        pytest.param(b" \r\n\n\t", "is empty", id="white space"),
        pytest.param(b"\xef\xbb\xbf", "is empty", id="byte order mark alone"),
        pytest.param("名称,数值\n新疆,1\n".encode("gb18030"), "is not UTF-8: byte 0 in line 1", id="GB18030"),
        pytest.param(HEADER + "level,进出口".encode("gb18030"), "in line 2; save it as UTF-8", id="GB18030 in a row"),
        pytest.param(sheet_text([{}]).encode("utf-16"), "is not UTF-8", id="UTF-16"),
        pytest.param(sheet_text([{}]).encode("utf-16-le"), "holds NUL bytes", id="UTF-16 without a mark"),
        pytest.param(HEADER + b"level,\0\n", "holds NUL bytes", id="NUL"),
        pytest.param(BINARY, "is not UTF-8", id="binary"),
        pytest.param(b"PK\x03\x04" + BINARY, "is not UTF-8", id="a spreadsheet"),
        pytest.param(b"statistic,measure\nlevel,value\n", "lacks the columns printed, scale", id="columns lacking"),
        pytest.param(b"<html><body>404</body></html>", "lacks the columns statistic", id="a page"),
        pytest.param(b"\n" + HEADER, "lacks the columns statistic", id="a blank line first"),
        pytest.param(b'"statistic', "has no header row", id="a broken header"),
        pytest.param(HEADER.replace(b",unit", b",unit,unit"), "has the columns unit more than once", id="twice"),
        pytest.param(HEADER.replace(b",", b";"), "lacks the columns statistic", id="semicolons"),
    ],
)
def test_a_bad_file_is_told_and_the_other_sheets_load(
    content: bytes, reason: str, tmp_path: Path, codes: CodeLists
) -> None:
    folder = tmp_path / "sheets"
    write_sheet(folder, "a", [BEFORE])
    write_sheet(folder, "bad", content)
    write_sheet(folder, "c", [AFTER])
    reading = read_sheets(folder, codes)
    assert partners(reading) == ["KAZ", "KGZ"]
    assert [source.source_id for source in reading.sources] == ["a", "c"]
    rejection = the_rejection(reading)
    assert (rejection.file, rejection.row_number, rejection.column_name) == ("sheets/bad.csv", None, "")
    assert reason in rejection.reason


def test_a_sheet_without_rows_is_a_source_without_figures(tmp_path: Path, codes: CodeLists) -> None:
    reading = read_sheet(write_sheet(tmp_path, "one", HEADER), codes)
    assert ([source.source_id for source in reading.sources], reading.figures, told(reading)) == (["one"], [], [])


def test_an_empty_or_missing_folder_holds_nothing(tmp_path: Path, codes: CodeLists) -> None:
    assert read_sheets(tmp_path, codes) == read_sheets(tmp_path / "nowhere", codes) == SheetReading()


def test_a_huge_file_is_told_without_being_read(tmp_path: Path, codes: CodeLists) -> None:
    path = write_sheet(tmp_path, "one", [{}])
    os.truncate(path, MAXIMUM_BYTES + 1)
    assert the_rejection(read_sheet(path, codes)).reason == (
        "is larger than 20,000,000 bytes (20,000,001): not a sheet keyed in by hand"
    )


def test_a_folder_and_a_dead_link_that_look_like_sheets_are_told(tmp_path: Path, codes: CodeLists) -> None:
    folder = tmp_path / "sheets"
    write_sheet(folder, "a", [BEFORE])
    (folder / "b.csv").mkdir()
    (folder / "c.csv").symlink_to(folder / "gone.csv")
    write_sheet(folder, "d", [AFTER])
    reading = read_sheets(folder, codes)
    assert partners(reading) == ["KAZ", "KGZ"]
    assert [(one.file, one.reason) for one in reading.rejected] == [
        ("sheets/b.csv", "is not a file: not a sheet keyed in by hand"),
        ("sheets/c.csv", "cannot be read: No such file or directory"),
    ]


def test_a_sheet_in_a_subfolder_is_read_and_a_second_one_of_its_name_is_told(tmp_path: Path, codes: CodeLists) -> None:
    write_sheet(tmp_path / "sheets" / "2023", "one", [BEFORE])
    write_sheet(tmp_path / "sheets" / "2024", "one", [AFTER])
    reading = read_sheets(tmp_path / "sheets", codes)
    assert partners(reading) == ["KAZ"]
    assert reading.sources[0].path == "sheets/2023/one.csv"
    rejection = the_rejection(reading)
    assert rejection.file == "sheets/2024/one.csv"
    assert rejection.reason == "another sheet is already named one: the name is the source's id"


def test_hidden_files_are_passed_over(tmp_path: Path, codes: CodeLists) -> None:
    folder = tmp_path / "sheets"
    write_sheet(folder, "one", [BEFORE])
    (folder / "._one.csv").write_bytes(BINARY)  # as one operating system leaves beside every file
    write_sheet(folder / ".backup", "two", [AFTER])
    reading = read_sheets(folder, codes)
    assert (partners(reading), told(reading)) == (["KAZ"], [])


def test_a_file_that_is_no_sheet_and_a_sidecar_that_has_none_are_told(tmp_path: Path, codes: CodeLists) -> None:
    folder = tmp_path / "sheets"
    write_sheet(folder, "one", [BEFORE])
    write_sheet(folder, "two", [AFTER]).unlink()
    (folder / "table.xlsx").write_bytes(BINARY)
    reading = read_sheets(folder, codes)
    assert partners(reading) == ["KAZ"]
    assert [(one.file, one.row_number, one.reason) for one in reading.rejected] == [
        ("sheets/table.xlsx", None, "is neither a sheet nor a sidecar"),
        ("sheets/two.yml", None, "is a sidecar without its sheet"),
    ]


def test_the_case_of_the_ending_makes_no_difference(tmp_path: Path, codes: CodeLists) -> None:
    path = write_sheet(tmp_path / "sheets", "one", [BEFORE])
    path.rename(path.with_suffix(".CSV"))
    assert partners(read_sheets(tmp_path / "sheets", codes)) == ["KAZ"]


def test_a_name_that_is_not_utf8_is_told_readably(tmp_path: Path, codes: CodeLists) -> None:
    folder = tmp_path / "sheets"
    path = write_sheet(folder, "one", [BEFORE])
    shutil.copy(path, os.fsencode(folder) + b"/" + "新疆".encode("gb18030") + b".csv")
    reading = read_sheets(folder, codes)
    assert partners(reading) == ["KAZ"]
    rejection = the_rejection(reading)
    assert rejection.file == r"sheets/\xd0½\xae.csv"
    assert rejection.reason == "has a name that is not UTF-8, or with characters that have no shape: rename it"


# Bad sidecars


def test_a_sheet_without_a_sidecar_is_told(tmp_path: Path, codes: CodeLists) -> None:
    path = write_sheet(tmp_path, "one", [{}])
    path.with_suffix(".yml").unlink()
    assert "has no sidecar: write one.yml beside it" in the_rejection(read_sheet(path, codes)).reason


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"title: [", id="broken"),
        pytest.param(b"a: b: c", id="ambiguous"),
        pytest.param(b"\ttitle: x", id="tab"),
        pytest.param(b"title: \xff", id="not UTF-8"),
        pytest.param(b"title: \0", id="NUL"),
        pytest.param(b"published_date: 2023-02-30", id="no such day"),
        pytest.param(b"published_date: !!timestamp yesterday", id="no time"),
        pytest.param(b"note: !!int one", id="no number"),
        pytest.param(b"note: !!bool perhaps", id="no truth"),
        pytest.param(b"note: !!float ''", id="no float"),
        pytest.param(b"? [a]\n: b", id="a list for a key"),
        pytest.param(b"note: *anchor", id="no anchor"),
        pytest.param(b"[" * 5000, id="deep"),
    ],
)
def test_a_sidecar_that_is_not_yaml_is_told(text: bytes, tmp_path: Path, codes: CodeLists) -> None:
    folder = tmp_path / "sheets"
    write_sheet(folder, "a", [BEFORE])
    write_sheet(folder, "bad", [AFTER]).with_suffix(".yml").write_bytes(text)
    reading = read_sheets(folder, codes)
    assert partners(reading) == ["KAZ"]
    rejection = the_rejection(reading)
    assert rejection.file == "sheets/bad.csv"
    assert rejection.reason.startswith("its sidecar bad.yml cannot be read: ")
    assert "\n" not in rejection.reason


def test_a_sidecar_that_is_a_folder_is_told(tmp_path: Path, codes: CodeLists) -> None:
    path = write_sheet(tmp_path, "one", [{}])
    path.with_suffix(".yml").unlink()
    path.with_suffix(".yml").mkdir()
    assert "its sidecar one.yml is not a file" in the_rejection(read_sheet(path, codes)).reason


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path ['{proof}']]",
        "!!python/object/apply:os.system ['touch {proof}']",
        "!!python/name:os.system",
    ],
)
def test_what_a_sidecar_holds_is_never_executed(tag: str, tmp_path: Path, codes: CodeLists) -> None:
    proof = tmp_path / "executed"
    path = write_sheet(tmp_path, "one", [{}])
    path.with_suffix(".yml").write_text(f"title: {tag.format(proof=proof)}\n")
    reading = read_sheet(path, codes)
    assert not proof.exists()
    assert reading.figures == []
    assert "cannot be read" in the_rejection(reading).reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": None}, "title: Field required"),
        ({"publisher": "  "}, "publisher: String should have at least 1 character"),
        ({"published_date": "April"}, "published_date: "),
        ({"published_date": "2203-04-19"}, "retrieved_date 2023-04-20 lies before published_date 2203-04-19"),
        ({"language": "fr"}, "language: Input should be 'en' or 'zh'"),
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"sha256": "abc"}, "sha256: "),
        ({"sha256": "0" * 64}, "is not the file its sidecar describes: sha256 is "),
        ({"currency": "yuan"}, "currency: "),
        ({"region": "Atlantis"}, "names a region that no code list knows: 'Atlantis'"),
        ({"region": "Bozhou"}, "names a region that no code list knows: 'Bozhou'"),
        ({"region": None}, "region: Field required"),
    ],
)
def test_a_sidecar_with_a_wrong_field_is_told(
    change: dict[str, str | None], reason: str, tmp_path: Path, codes: CodeLists
) -> None:
    reading = read_sheet(write_sheet(tmp_path, "one", [{}], **change), codes)
    assert (reading.figures, reading.sources) == ([], [])
    assert reason in the_rejection(reading).reason


@pytest.mark.parametrize("text", ["", "just words", "- a\n- list", "null", "42"])
def test_a_sidecar_that_is_no_mapping_is_told(text: str, tmp_path: Path, codes: CodeLists) -> None:
    path = write_sheet(tmp_path, "one", [{}])
    path.with_suffix(".yml").write_text(text)
    assert "its sidecar one.yml is not valid" in the_rejection(read_sheet(path, codes)).reason


# Any bytes at all


def check_that_every_line_is_accounted_for(content: bytes, codes: CodeLists) -> None:
    """Figures, rejected rows and the header are all the rows there are; a rejected file has no figures."""
    with tempfile.TemporaryDirectory() as folder:
        reading = read_sheet(write_sheet(Path(folder), "any", content), codes)
    if any(one.row_number is None for one in reading.rejected):
        assert reading.figures == []
        assert len(reading.rejected) == 1
        return
    starts: list[int] = []
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    while True:
        start = rows.line_num + 1
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error:  # the rest of the file is one rejected row
            starts.append(start)
            break
        if "".join(row).strip():
            starts.append(start)
    rejected = {one.row_number for one in reading.rejected} - {1}
    assert rejected <= set(starts)
    assert len(reading.figures) + len(rejected) + 1 == len(starts)
    assert all(one.reason for one in reading.rejected)


CELLS = {
    "statistic": st.sampled_from(["level", "growth", "share", "rank", "average", ""]),
    "measure": st.sampled_from(["value", "quantity", "weight"]),
    "printed": st.one_of(st.sampled_from(["68.07", "0", "-0.7"]), st.from_regex(r"[+-]?[0-9]{1,40}(\.[0-9]{1,9})?")),
    "unit": st.sampled_from(["CNY", "percent", "rank", ""]),
    "qualifier": st.sampled_from(["", "over", "about", "under", "roughly"]),
    "partner": st.one_of(st.sampled_from(["", "Kazakhstan", "A + B"]), st.text(max_size=8)),
    "period_start": st.sampled_from(["2023", "2023-01", "2023-02-29", "0001", "2023-03", "soon"]),
    "period_end": st.sampled_from(["2023-01", "2023-03", "9999", ""]),
    "comparison_start": st.sampled_from(["", "2022-01", "x"]),
    "reference": st.sampled_from(["", "partner=WORLD", "region=CHN;ranked_by=level", "x=y", ";;", "="]),
    "locator": st.text(max_size=12),
}
ROWS = st.lists(
    st.dictionaries(st.sampled_from(sorted(CELLS)), st.none(), max_size=4).flatmap(
        lambda names: st.fixed_dictionaries({name: CELLS[name] for name in names})
    ),
    max_size=6,
)


@given(rows=ROWS)
@hypothesis_settings(max_examples=40)
def test_any_cells_are_read_or_told(rows: list[dict[str, str]], codes: CodeLists) -> None:
    check_that_every_line_is_accounted_for(sheet_text(rows).encode("utf-8", "surrogatepass"), codes)


@given(tail=st.one_of(st.text(alphabet=',"\n\r 1x', max_size=60).map(str.encode), st.binary(max_size=60)))
@example(tail=b'"')
@example(tail=b'"\n"",\n"a"b,\n')
@example(tail=b"\x1c\n\x0b,\n\x85,\n")
@hypothesis_settings(max_examples=40)
def test_any_bytes_after_good_rows_are_read_or_told(tail: bytes, codes: CodeLists) -> None:
    check_that_every_line_is_accounted_for(sheet_text([BEFORE]).encode() + tail, codes)


@given(content=st.binary(max_size=400))
@example(content=b"\xff\xfe")
@hypothesis_settings(max_examples=25)
def test_any_bytes_instead_of_a_sheet_are_told(content: bytes, codes: CodeLists) -> None:
    check_that_every_line_is_accounted_for(content, codes)


# The project's own sheets, and what they were keyed from

SHARED = PROJECT_DIR.parent / "shared"
#: Sheet to the release whose figures it holds.
RELEASES = {
    "xinjiang-2023-q1-press-conference": "seed_release",
    "xinjiang-2023-jan-feb": "corpus/01_xinjiang_2023_jan_feb",
    "xinjiang-2024-jan-nov": "corpus/03_xinjiang_2024_jan_nov",
    "xinjiang-2024-q1-q3": "corpus/04_xinjiang_2024_q1_q3",
    "hangzhou-2022-jan-feb": "corpus/11_hangzhou_2022_jan_feb",
    "xinjiang-2022-jan-jul": "corpus/17_xinjiang_2022_qian7yue_zh",
    "shandong-2018-jan-nov": "corpus/21_shandong_2018_qian11yue_zh",
}
#: Sheets whose figures come from a compilation of facts.
FACTS = ["xinjiang-2022-jan-feb"] + [
    f"xinjiang-2023-{period}" for period in ("q1-commerce", "jan-apr", "jan-sep", "year")
]
#: Measures that have no flow, and of which the compilations speak in another way.
COUNTED = {
    *("enterprises", "registered_enterprises", "active_enterprises", "profitable_enterprises", "growing_exporters"),
    *("top_enterprises", "growing_regions", "doubling_regions", "trains"),
}
#: Words of the compilations for what a figure record calls a statistic.
STATISTICS = {
    "value": "level",
    "count": "level",
    "quantity": "level",
    "unit_price": "level",
    "yoy_growth": "growth",
    "growth_diff_pp": "growth_gap",
    "share": "share",
    "share_change_pp": "share_change",
    "rank": "rank",
}


@pytest.fixture(scope="module")
def own(codes: CodeLists) -> SheetReading:
    """What the project's own sheets hold."""
    return read_sheets(PROJECT_DIR / "raw" / "sheets", codes)


def compiled(name: str) -> list[dict[str, str]]:
    """The rows of the compilation that a sheet was keyed from."""
    path = SHARED / RELEASES[name] / "gold.csv" if name in RELEASES else SHARED / "facts" / "figures.csv"
    assert path.exists(), f"{path} must stand beside the project: the sheets are compared with it"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return rows if name in RELEASES else [row for row in rows if row["source"] == name.replace("xinjiang", "xj")]


def meanings(codes: CodeLists, list_name: str, name: str) -> set[str]:
    """The codes that a name of a compilation can stand for: its own, or those of the names that it joins."""
    joined = re.sub(" and |、|及|和|与", " + ", name)
    return {codes.resolve(list_name, name), codes.resolve(list_name, joined)} - {UNMAPPED}


def test_the_own_sheets_hold_254_figures_and_nothing_is_rejected(own: SheetReading) -> None:
    assert told(own) == []
    assert len(own.sources) == len(RELEASES) + len(FACTS) == 12
    assert len(own.figures) == 254
    assert len({figure.figure_id for figure in own.figures}) == 254


def test_the_seed_sheet_holds_68_figures(own: SheetReading) -> None:
    assert len([figure for figure in own.figures if figure.source_id == "xinjiang-2023-q1-press-conference"]) == 68


def test_all_names_of_the_own_sheets_but_one_are_mapped(own: SheetReading) -> None:
    dimensions = ("region", "partner", "commodity", "ownership", "trade_mode")
    unmapped = {
        (dimension, getattr(figure, f"{dimension}_text"))
        for figure in own.figures
        for dimension in dimensions
        if getattr(figure, f"{dimension}_id") == UNMAPPED
    }
    # A hundred enterprises that one province lists: no type of enterprise that a code list could hold.
    assert unmapped == {("ownership", "foreign trade enterprises among the province's top 100")}


@pytest.mark.parametrize("name", [*RELEASES, *FACTS])
def test_an_own_sheet_says_what_was_keyed_in(name: str, own: SheetReading, codes: CodeLists) -> None:
    """Row by row, in order: number, unit, statistic, subject, flow and period are those of the compilation.

    The compilation names enterprises that are counted as if they were goods, and gives some of their counts a flow.
    """
    figures = [figure for figure in own.figures if figure.source_id == name]
    rows = compiled(name)
    assert len(figures) == len(rows)
    for figure, row in zip(figures, rows, strict=True):
        assert figure.value == Decimal(row["value"]), row
        assert figure.unit == row["unit"], row
        assert figure.statistic == STATISTICS[row["measure"]], row
        assert figure.region_id == codes.resolve("region", row["region"], region_id=figure.region_id), row
        assert figure.flow == ("" if figure.measure in COUNTED else row["flow"]), row
        assert f"{figure.period_start:%Y-%m} {figure.period_end:%Y-%m}" == f"{row['period_start']} {row['period_end']}"
        assert figure.partner_id in meanings(codes, "partner", row["partner"]), row
        if figure.measure not in COUNTED and figure.ownership_text != row["commodity"]:
            assert figure.ownership_id == codes.resolve("ownership", row["enterprise_type"]), row
            assert figure.commodity_id in meanings(codes, "commodity", row["commodity"]), row
        assert figure.trade_mode_id in meanings(codes, "trade_mode", row["trade_mode"]), row


def test_the_own_sheets_hold_no_sentence_of_a_release(own: SheetReading) -> None:
    for name in RELEASES:
        quotes = {row["quote"] for row in compiled(name)}
        sheet = (PROJECT_DIR / "raw" / "sheets" / f"{name}.csv").read_text(encoding="utf-8")
        with io.StringIO(sheet, newline="") as file:
            cells = {cell for row in csv.DictReader(file) for cell in (row["locator"], row["remark"])}
        assert cells & quotes == set()
    assert all(len(figure.quote) < 40 for figure in own.figures)
