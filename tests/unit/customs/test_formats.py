"""Layouts: what headers mean, and each quirk of the files that customs publish, one test a quirk."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.customs.formats import CHINA_CUSTOMS_QUERY, FORMATS, UN_COMTRADE, UnknownHeader, format_of
from tests.unit.customs.conftest import FRUIT, HEADER, WHEAT, CustomsFolder, changed, gzipped, text_of, zipped


def test_no_header_means_two_things_in_one_layout() -> None:
    for layout in FORMATS:
        names = [name for names in layout.columns.values() for name in names]
        assert len(names) == len(set(names)), layout.name


def test_a_header_tells_the_layout() -> None:
    assert format_of([*HEADER, ""])[0] is CHINA_CUSTOMS_QUERY
    assert format_of(["reporterCode", "period", "flowCode", "partnerCode", "cmdCode", "primaryValue"])[0] is UN_COMTRADE


@pytest.mark.parametrize(
    ("header", "words"),
    [
        pytest.param(["商品编码", "颜色", "人民币"], "unknown: 颜色", id="a column that no layout has"),
        pytest.param(["商品名称", "人民币"], "missing: commodity_code", id="no commodity"),
        pytest.param(["商品编码", "商品名称"], "missing: a value", id="no value"),
        pytest.param(["商品编码", "HS编码", "人民币"], "more than once: commodity_code", id="one meaning twice"),
        pytest.param([], "missing: commodity_code, a value", id="nothing"),
    ],
)
def test_an_unknown_header_says_what_was_expected(header: list[str], words: str) -> None:
    with pytest.raises(UnknownHeader) as caught:
        format_of(header)
    assert words in str(caught.value)
    assert "It has: " in str(caught.value)


def test_a_line_is_read_to_the_cell(customs: CustomsFolder) -> None:
    customs.write("one.csv", text_of([WHEAT]))
    lake = customs.load()
    assert lake.rejected == []
    assert customs.lines(lake) == [
        {
            "region_id": "CN-XJ", "partner_id": "KAZ", "commodity_id": "10019900", "flow": "export",
            "trade_mode_id": "GENERAL_TRADE", "period_start": datetime.date(2023, 1, 1),
            "period_end": datetime.date(2023, 1, 31), "quantity": Decimal(1200), "quantity_unit": "kilogram",
            "second_quantity": None, "second_quantity_unit": None, "value_cny": Decimal(3600), "value_usd": None,
            "reporter_id": "CHN", "partner_code": "145", "trade_mode_code": "10", "region_code": "65",
            "value_cny_source_id": "one", "value_usd_source_id": None,
        }
    ]  # fmt: skip


def _tabs(line: tuple[str, ...]) -> list[str]:
    return [f"{cell}\t" for cell in line]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(text_of([WHEAT]).encode("utf-8-sig"), id="a byte order mark"),
        pytest.param(text_of([WHEAT]).encode("gb18030"), id="GB18030"),
        pytest.param(
            text_of([_tabs(WHEAT)], [f"{name}\t" for name in HEADER]).encode("gb18030"), id="tabs in all cells"
        ),
        pytest.param(text_of([changed(WHEAT, value="3,600", quantity="1,200")]).encode(), id="commas of thousands"),
        pytest.param(text_of([WHEAT], last="").encode(), id="no empty last column"),
        pytest.param(text_of([WHEAT], end="\r\n").encode(), id="line ends of Windows"),
        pytest.param(text_of([WHEAT]).rstrip("\n").encode(), id="no end of the last line"),
        pytest.param((text_of([WHEAT]) + "\n\n").encode(), id="blank lines at the end"),
        pytest.param(text_of([changed(WHEAT, commodity=" 10019900 ")]).encode(), id="spaces around a code"),
        pytest.param(
            text_of(
                [WHEAT], [{"第一计量单位": "第一数量单位", "人民币": "金额（人民币）"}.get(n, n) for n in HEADER]
            ).encode(),
            id="other names of columns",
        ),
        pytest.param(
            text_of([WHEAT], ["收发货人注册地编码" if n == "注册地编码" else n for n in HEADER]).encode(), id="注册地"
        ),
    ],
)
def test_quirks_of_text_change_nothing(customs: CustomsFolder, content: bytes) -> None:
    customs.write("one.csv", content)
    lake = customs.load()
    assert lake.rejected == []
    ((line),) = customs.lines(lake)
    assert (line["commodity_id"], line["partner_id"], line["region_id"]) == ("10019900", "KAZ", "CN-XJ")
    assert (line["quantity"], line["quantity_unit"], line["value_cny"]) == (Decimal(1200), "kilogram", Decimal(3600))
    assert [code.name for code in lake.codes if code.list == "commodity"] == ["小麦"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("one.csv.gz", gzipped(text_of([WHEAT]).encode("gb18030")), id="gz"),
        pytest.param("one.zip", zipped("anything.csv", text_of([WHEAT]).encode("gb18030")), id="zip"),
    ],
)
def test_compressed_files_are_read(customs: CustomsFolder, name: str, content: bytes) -> None:
    customs.write(name, content)
    assert [line["value_cny"] for line in customs.lines(customs.load())] == [Decimal(3600)]
    assert not any(customs.lake_dir.glob(".scratch"))


def test_codes_stay_text(customs: CustomsFolder) -> None:
    customs.write("one.csv", text_of([changed(WHEAT, commodity="01012100"), FRUIT]))
    assert [line["commodity_id"] for line in customs.lines(customs.load())] == ["01012100", "08109090"]


def test_a_month_column_is_read_in_each_form_that_it_has(customs: CustomsFolder) -> None:
    months = ["202301", "2023-02", "2023年3月", "2023年04月", "2023/05"]
    lines = [[month, *WHEAT] for month in months]
    customs.write("one.csv", text_of(lines, ["数据年月", *HEADER]), "gb18030", month=None)
    lake = customs.load()
    assert lake.rejected == []
    assert [month.month.month for month in lake.months] == [1, 2, 3, 4, 5]


def test_yuan_and_dollars_are_joined_on_all_keys(customs: CustomsFolder) -> None:
    customs.write("cny.csv", text_of([WHEAT, FRUIT]))
    usd = [*HEADER[:-1], "美元"]
    customs.write("usd.csv", text_of([changed(FRUIT, value="15"), changed(WHEAT, value="530")], usd))
    lake = customs.load()
    assert [(line["value_cny"], line["value_usd"], line["quantity"]) for line in customs.lines(lake)] == [
        (Decimal(100), Decimal(15), Decimal(5)),
        (Decimal(3600), Decimal(530), Decimal(1200)),
    ]
    assert len(lake.months) == 1
    # The order in which the files arrive makes no difference.
    customs.write("usd-2.csv", text_of([changed(WHEAT, value="531")], usd), published_date="2023-03-20")
    assert [(line["value_cny"], line["value_usd"]) for line in customs.lines(customs.load())] == [
        (Decimal(100), None),
        (Decimal(3600), Decimal(531)),
    ]


def test_two_currencies_in_two_encodings_are_one_line(customs: CustomsFolder) -> None:
    customs.write("cny.csv", text_of([WHEAT]))
    both = text_of([[*changed(WHEAT, value="530"), "3599"]], [*HEADER[:-1], "美元", "人民币"])
    customs.write("usd.csv", both, "gb18030", published_date="2023-02-19")
    assert [(line["value_cny"], line["value_usd"], line["quantity"]) for line in customs.lines(customs.load())] == [
        (Decimal(3600), Decimal(530), Decimal(1200))
    ]


COMTRADE = {
    "typeCode": "C", "freqCode": "M", "refPeriodId": 20230101, "period": "202301", "reporterCode": 398, "flowCode": "M",
    "partnerCode": 156, "classificationCode": "H6", "cmdCode": "100199", "qtyUnitCode": 8, "qty": 1200.5,
    "netWgt": 1200.5, "primaryValue": 530.25,
}  # fmt: skip
COMTRADE.pop("refPeriodId")


def comtrade(**cells: object) -> dict[str, object]:
    return {**COMTRADE, **cells}


@pytest.mark.parametrize("form", ["csv", "json", "json of a list", "parquet"])
def test_comtrade_is_read_in_each_form(customs: CustomsFolder, tmp_path: Path, form: str) -> None:
    records = [comtrade(), comtrade(partnerCode=0, primaryValue=1000), comtrade(cmdCode="TOTAL", primaryValue=2000)]
    sidecar = {"flow": None, "month": None, "language": "en", "reporter": "KAZ"}
    if form == "csv":
        text = "\n".join([",".join(COMTRADE), *(",".join(map(str, record.values())) for record in records)])
        customs.write("one.csv", text, **sidecar)
    elif form.startswith("json"):
        content = records if form == "json of a list" else {"elapsedTime": "0.1 secs", "data": records}
        customs.write("one.json", json.dumps(content), **sidecar)
    else:
        (tmp_path / "records.json").write_text(json.dumps(records))
        with duckdb.connect() as connection:
            connection.execute(f"COPY (FROM '{tmp_path / 'records.json'}') TO '{tmp_path / 'one.parquet'}'")
        customs.write("one.parquet", (tmp_path / "one.parquet").read_bytes(), **sidecar)
    lake = customs.load()
    assert lake.rejected == []
    # The world and all goods together are sums of other lines.
    assert [
        (
            line["reporter_id"],
            line["partner_id"],
            line["commodity_id"],
            line["flow"],
            line["quantity"],
            line["value_usd"],
        )
        for line in customs.lines(lake)
    ] == [("KAZ", "CHN", "100199", "import", Decimal("1200.5"), Decimal("530.25"))]
