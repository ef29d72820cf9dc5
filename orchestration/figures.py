"""The figure record: one row is one number that a source states. Its columns, their types, what makes it valid."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Literal, get_args

Statistic = Literal["level", "growth", "change", "share", "share_change", "growth_gap", "contribution", "rank", "ratio"]
Qualifier = Literal["exact", "about", "over", "nearly", "under", "at_least", "at_most"]
Flow = Literal["export", "import", "total", "balance", ""]
Status = Literal["read", "uncertain", "unread", "deduced"]

STATISTICS: tuple[str, ...] = get_args(Statistic)
QUALIFIERS: tuple[str, ...] = get_args(Qualifier)
FLOWS: tuple[str, ...] = get_args(Flow)
STATUSES: tuple[str, ...] = get_args(Status)

#: Statistics that speak of two spans: they carry the span compared with.
COMPARING_STATISTICS = frozenset({"growth", "change", "share_change", "growth_gap", "contribution"})
#: Statistics that need a reference: the whole of a share, the other of a gap, the peers of a rank.
REFERRING_STATISTICS = frozenset({"share", "share_change", "growth_gap", "rank"})
#: Dimensions a reference may name: those of the subject, `unit` (a growth in another currency than the
#: source's own) and `ranked_by` (whether a rank orders levels or growths).
REFERENCE_KEYS = frozenset(
    {"measure", "region", "partner", "commodity", "flow", "ownership", "trade_mode", "unit", "ranked_by"}
)

UNMAPPED = "UNMAPPED"
#: The id that stands for the whole of a dimension.
WHOLE = {"partner": "WORLD", "commodity": "TOTAL", "ownership": "ALL", "trade_mode": "ALL"}
#: Joins the ids of a joint subject ("A and B together"): `LABOUR_INTENSIVE+ELECTROMECHANICAL`.
JOINT = "+"

#: Digits kept after the decimal point; the DuckDB type of `value`, `low` and `high` follows from it.
DECIMAL_PLACES = 6
DECIMAL_TYPE = f"DECIMAL(28, {DECIMAL_PLACES})"
#: The first number that is too large for it.
_DECIMAL_LIMIT = Decimal(10) ** (28 - DECIMAL_PLACES)

#: Units of the statistics that have no other. A contribution is printed in points of growth or as a part of it.
UNITS_OF_STATISTICS: dict[str, tuple[str, ...]] = {
    "growth": ("percent",),
    "share": ("percent",),
    "share_change": ("pp",),
    "growth_gap": ("pp",),
    "contribution": ("pp", "percent"),
    "rank": ("rank",),
}


class InvalidFigure(ValueError):
    """A figure record that contradicts itself; says which column and why."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}")
        self.column = column
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number that a source states, with its subject, its period and where it stands.

    `low` and `high` are what the printed digits allow, in `unit`; None means unbounded on that side.
    Falls are negative. Growth and shares are in percent, their differences in percentage points (`pp`).
    Raises InvalidFigure when made with values that contradict one another.
    """

    figure_id: str
    source_id: str
    statistic: str
    measure: str
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    unit: str
    qualifier: str
    region_id: str
    partner_id: str
    commodity_id: str
    flow: str
    ownership_id: str
    trade_mode_id: str
    region_text: str
    partner_text: str
    commodity_text: str
    ownership_text: str
    trade_mode_text: str
    period_start: datetime.date | None
    period_end: datetime.date | None
    comparison_start: datetime.date | None = None
    comparison_end: datetime.date | None = None
    reference: str = ""
    quote: str = ""
    char_start: int | None = None
    char_end: int | None = None
    status: str = "read"
    alternatives_id: str = ""
    reading: str = ""

    def __post_init__(self) -> None:
        _one_of("status", self.status, STATUSES)
        if self.status == "unread":  # a number that is not understood has nothing but its place
            return
        _one_of("statistic", self.statistic, STATISTICS)
        _one_of("qualifier", self.qualifier, QUALIFIERS)
        _one_of("flow", self.flow, FLOWS)
        if not (self.figure_id and self.source_id and self.measure and self.unit and self.region_id):
            columns = ("figure_id", "source_id", "measure", "unit", "region_id")
            raise InvalidFigure(next(column for column in columns if not getattr(self, column)), "is empty")
        if self.unit not in UNITS_OF_STATISTICS.get(self.statistic, (self.unit,)):
            units = " or ".join(UNITS_OF_STATISTICS[self.statistic])
            raise InvalidFigure("unit", f"{self.unit!r} is not the unit of a {self.statistic}, which is {units}")
        check_storable("value", self.value)
        check_storable("low", self.low)
        check_storable("high", self.high)
        if self.low is not None and self.high is not None and self.low > self.high:
            raise InvalidFigure("low", f"{self.low} lies above high {self.high}")
        if self.value is not None:
            if self.low is not None and self.value < self.low:
                raise InvalidFigure("value", f"{self.value} lies below low {self.low}")
            if self.high is not None and self.value > self.high:
                raise InvalidFigure("value", f"{self.value} lies above high {self.high}")
        _span("period", self.period_start, self.period_end, required=True)
        _span("comparison", self.comparison_start, self.comparison_end, required=False)
        if self.statistic in COMPARING_STATISTICS and self.comparison_start is None:
            raise InvalidFigure("comparison_start", f"a {self.statistic} needs the span it compares with")
        if self.statistic in REFERRING_STATISTICS and not self.reference:
            raise InvalidFigure("reference", f"a {self.statistic} needs what it refers to")
        parse_reference(self.reference)


FIGURE_COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(Figure))

_DATE_COLUMNS = {"period_start", "period_end", "comparison_start", "comparison_end"}
_DECIMAL_COLUMNS = {"value", "low", "high"}
_INTEGER_COLUMNS = {"char_start", "char_end"}


def duckdb_type(column: str) -> str:
    """The DuckDB type of a column of the figure record."""
    if column in _DATE_COLUMNS:
        return "DATE"
    if column in _DECIMAL_COLUMNS:
        return DECIMAL_TYPE
    if column in _INTEGER_COLUMNS:
        return "INTEGER"
    return "VARCHAR"


#: Column name to DuckDB type, in the order of the record.
FIGURE_TYPES: dict[str, str] = {column: duckdb_type(column) for column in FIGURE_COLUMNS}


def figure_identity(parts: Iterable[object]) -> str:
    """A stable id of 16 hexadecimal digits from what identifies a figure within its source and reading."""
    text = "\x1f".join(["" if part is None else str(part) for part in parts])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def parse_reference(reference: str) -> dict[str, str]:
    """`commodity=TOTAL;flow=export` as a mapping; raises InvalidFigure for anything else."""
    pairs: dict[str, str] = {}
    for part in filter(None, reference.split(";")):
        key, separator, value = part.partition("=")
        if not separator or not value or key not in REFERENCE_KEYS or key in pairs:
            allowed = ", ".join(sorted(REFERENCE_KEYS))
            raise InvalidFigure("reference", f"{part!r} is not `dimension=code` (each once; dimensions: {allowed})")
        pairs[key] = value
    return pairs


def _one_of(column: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InvalidFigure(column, f"{value!r} is not one of {', '.join(filter(None, allowed))}")


def check_storable(column: str, number: Decimal | None) -> None:
    """Refuse what the warehouse would round or cannot hold: rounding could cut off what the printed digits allow."""
    if number is None:
        return
    if not number.is_finite() or abs(number) >= _DECIMAL_LIMIT:
        raise InvalidFigure(column, f"{number} is too large: it must stay below {_DECIMAL_LIMIT:.0E}")
    if number != round(number, DECIMAL_PLACES):
        raise InvalidFigure(column, f"{number} has more than {DECIMAL_PLACES} decimals")


def _span(name: str, start: datetime.date | None, end: datetime.date | None, *, required: bool) -> None:
    if (start is None) != (end is None):
        raise InvalidFigure(f"{name}_{'start' if start is None else 'end'}", "is missing")
    if start is None or end is None:
        if required:
            raise InvalidFigure(f"{name}_start", "is missing")
        return
    if end < start:
        raise InvalidFigure(f"{name}_end", f"{end} lies before the start {start}")
