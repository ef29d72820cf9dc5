"""What the grammar finds: statements, one reading of one number each, and what became of every number."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from orchestration.releases.periods import Span
from orchestration.releases.subjects import Item
from orchestration.releases.tokens import Quantity

#: Why a number is in doubt whose role is not: with services, seasonally adjusted.
RECKONED_OTHERWISE = "it is reckoned otherwise than trade in goods"
#: Why a number that somebody aims at or foresees is no measured value.
TARGET = "a target or forecast, not a measured value"

#: Why changes are in doubt whose role is not.
OTHER_YEAR = "it is compared with a year that is not the one before"
COMPARISON_NOT_SAID = "whether it is compared with the month before or with a year before is not said"


#: At the end of the rule of a reading that is not the likeliest of its number.
_OR_SO = "; or so"


@dataclass(slots=True)
class Statement:
    """One number with one reading of it."""

    quantity: Quantity
    statistic: str
    sign: int = 1
    measure: str = "value"
    unit: str = ""
    names: dict[str, list[Item]] = field(default_factory=dict)
    flow: str = "total"
    period: Span | None = None
    comparison: str = "yoy"
    comparison_span: Span | None = None
    #: Whether it may as well be compared with the year before.
    may_be_yearly: bool = False
    reference: dict[str, str] = field(default_factory=dict)
    qualifier: str = ""
    currency_terms: str = ""
    doubt: str = ""
    rule: str = ""
    scale_times: bool = False

    @property
    def is_alternative(self) -> bool:
        """Whether it is not the likeliest reading of its number."""
        return self.rule.endswith(_OR_SO)

    def alternative(self, **changes: Any) -> Statement:
        """Another reading of the same number: the same statement but for `changes`."""
        return replace(self, rule=f"{self.rule}{_OR_SO}", **changes)


@dataclass(slots=True)
class Reading:
    """What became of one number: its readings (more than one: uncertain), or why it is none."""

    quantity: Quantity
    statements: list[Statement] = field(default_factory=list)
    not_a_figure: str = ""
    unread: str = ""
    #: The sentence it stands in, counted from the first of the text.
    sentence: int = 0
    #: Whether that is English and has no word for value: what grew may be the quantity.
    leaves_measure_open: bool = False
