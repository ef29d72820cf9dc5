"""The layouts in which customs publish declarations: what each column means, and by what names headers call it.

A format is a declaration and nothing else: to read another layout, add one here and a file of it to the tests. Which
format a file has is told by its header, never by its name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: What a column can mean. A format has each at most once, and always a commodity and a value.
MEANINGS = (
    "month",
    "flow",
    "reporter",
    "commodity_code",
    "commodity_name",
    "partner_code",
    "partner_name",
    "trade_mode_code",
    "trade_mode_name",
    "region_code",
    "region_name",
    "quantity",
    "quantity_unit",
    "second_quantity",
    "second_quantity_unit",
    "value_cny",
    "value_usd",
)

#: Numbers, as they are typed: four decimals are more than customs print, and a line never reaches 100 trillion.
NUMBER_TYPE = "DECIMAL(18, 4)"
NUMBERS = frozenset({"quantity", "second_quantity", "value_cny", "value_usd"})
VALUES = ("value_cny", "value_usd")
#: The code lists whose codes lines carry, by the word before `_code`.
CODED = ("commodity", "partner", "trade_mode", "region")


@dataclass(frozen=True, slots=True)
class Format:
    """One layout. `columns` gives each meaning the headers that have it; `passed_over` are columns of no use here."""

    name: str
    description: str
    columns: Mapping[str, Sequence[str]]
    passed_over: frozenset[str] = frozenset()
    #: Codes of flows, where a column says which.
    flows: Mapping[str, str] | None = None
    #: What a cell holds that says nothing, beside an empty one.
    nil: Sequence[str] = ("-",)
    #: Codes of a column that stand for a sum over others, which would count trade twice.
    sums: Mapping[str, Sequence[str]] | None = None
    #: Whether codes are looked up by their names (else by the code: ISO numbers and the like).
    is_known_by_name: bool = True

    def meaning_of(self, header: str) -> str | None:
        """What a header names: a meaning, `""` for a column to pass over, None for one that the format has not."""
        name = plain(header)
        if not name or name in map(plain, self.passed_over):
            return ""
        return next((meaning for meaning, names in self.columns.items() if name in map(plain, names)), None)


def plain(header: str) -> str:
    """A header as it is compared: without marks, blanks around and within, and brackets of the other width."""
    kept = header.replace("\ufeff", "").replace("（", "(").replace("）", ")")
    return "".join(kept.split()).casefold()


CHINA_CUSTOMS_QUERY = Format(
    name="china-customs-query",
    description="Export of the online query of China's customs: one flow and one currency a file.",
    columns={
        "month": ("数据年月", "年月", "月份", "统计年月", "时间"),
        "flow": ("进出口类型", "进出口", "进出口标志"),
        "commodity_code": ("商品编码", "商品代码", "HS编码", "税号"),
        "commodity_name": ("商品名称", "商品"),
        "partner_code": ("贸易伙伴编码", "贸易伙伴代码", "国别编码", "国家(地区)编码", "产终国编码"),
        "partner_name": ("贸易伙伴名称", "贸易伙伴", "国别", "国家(地区)", "国家(地区)名称", "产终国"),
        "trade_mode_code": ("贸易方式编码", "贸易方式代码", "监管方式编码", "监管方式代码"),
        "trade_mode_name": ("贸易方式名称", "贸易方式", "监管方式", "监管方式名称"),
        "region_code": ("注册地编码", "注册地代码", "收发货人注册地编码", "收发货人所在地编码"),
        "region_name": ("注册地名称", "注册地", "收发货人注册地", "收发货人注册地名称", "收发货人所在地"),
        "quantity": ("第一数量", "第1数量", "数量"),
        "quantity_unit": ("第一计量单位", "第一数量单位", "第1计量单位", "第1数量单位", "计量单位", "数量单位"),
        "second_quantity": ("第二数量", "第2数量"),
        "second_quantity_unit": ("第二计量单位", "第二数量单位", "第2计量单位", "第2数量单位"),
        "value_cny": ("人民币", "人民币值", "金额(人民币)", "人民币(元)", "金额(元)", "人民币金额"),
        "value_usd": ("美元", "美元值", "金额(美元)", "美元(元)", "美元金额"),
    },
    flows={"出口": "export", "进口": "import", "1": "export", "0": "import"},
)

UN_COMTRADE = Format(
    name="un-comtrade",
    description="UN Comtrade's bulk files and API: reporter, partner, commodity, flow and period in codes.",
    columns={
        "month": ("period", "refPeriodId"),
        "flow": ("flowCode", "flow"),
        "reporter": ("reporterISO", "reporterCode"),
        "commodity_code": ("cmdCode",),
        "commodity_name": ("cmdDesc",),
        "partner_code": ("partnerCode",),
        "partner_name": ("partnerDesc",),
        "quantity": ("qty",),
        "quantity_unit": ("qtyUnitAbbr", "qtyUnitCode"),
        "second_quantity": ("netWgt",),
        "value_usd": ("primaryValue",),
    },
    passed_over=frozenset(
        (
            "typeCode", "freqCode", "refYear", "refMonth", "reporterDesc", "flowDesc", "partnerISO", "partner2Code",
            "partner2ISO", "partner2Desc", "classificationCode", "classificationSearchCode", "isOriginalClassification",
            "aggrLevel", "isLeaf", "customsCode", "customsDesc", "mosCode", "motCode", "motDesc", "isQtyEstimated",
            "altQtyUnitCode", "altQtyUnitAbbr", "altQty", "isAltQtyEstimated", "isNetWgtEstimated", "grossWgt",
            "isGrossWgtEstimated", "cifvalue", "fobvalue", "legacyEstimationFlag", "isReported", "isAggregate",
            "datasetCode",
        )
    ),
    flows={"X": "export", "M": "import"},
    nil=("-", "null", "None"),
    sums={"partner_code": ("0",), "commodity_code": ("TOTAL",)},
    is_known_by_name=False,
)  # fmt: skip

FORMATS = (CHINA_CUSTOMS_QUERY, UN_COMTRADE)


class UnknownHeader(ValueError):
    """The header is of no format; the message lists what each expects."""


def format_of(header: Sequence[str]) -> tuple[Format, list[str]]:
    """The format that has this header, and the meaning of each of its columns (`""`: passed over).

    Raises UnknownHeader where no format has all of its columns, or a column that must be there is missing.
    """
    faults = []
    for layout in FORMATS:
        meanings = [layout.meaning_of(name) for name in header]
        known = [meaning for meaning in meanings if meaning]
        unknown = [name.strip() for name, meaning in zip(header, meanings, strict=True) if meaning is None]
        repeated = sorted({meaning for meaning in known if known.count(meaning) > 1})
        missing = [] if "commodity_code" in known else ["commodity_code"]
        if not any(value in known for value in VALUES):
            missing.append("a value")
        if not unknown and not missing and not repeated:
            return layout, [meaning or "" for meaning in meanings]
        fault = "; ".join(
            f"{what}: {', '.join(names)}"
            for what, names in (("unknown", unknown), ("missing", missing), ("more than once", repeated))
            if names
        )
        faults.append((len(known), f"as {layout.name} ({fault}). It has: {_expected(layout)}"))
    closest = max(faults)[1]
    raise UnknownHeader(f"has the header of no known format; closest {closest}")


def _expected(layout: Format) -> str:
    return "; ".join(f"{meaning} ({' or '.join(names)})" for meaning, names in layout.columns.items())
