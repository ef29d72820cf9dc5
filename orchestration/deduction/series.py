"""What a number is about: the series, the span of days, and the words that join, widen and diminish them."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from orchestration.figures import JOINT, WHOLE

#: Stands between a whole and the parts taken from it: `WORLD~KAZ` is trade with all partners but Kazakhstan.
EXCEPT = "~"


class Series(NamedTuple):
    """The subject of a figure: eight codes. `unit` is that of the level, also where a growth of it is meant."""

    region_id: str
    partner_id: str
    commodity_id: str
    flow: str
    ownership_id: str
    trade_mode_id: str
    measure: str
    unit: str

    def at(self, dimension: int, code: str) -> Series:
        """The same series with another code in one dimension (a position in SERIES_COLUMNS)."""
        return tuple.__new__(Series, (*self[:dimension], code, *self[dimension + 1 :]))


class Span(NamedTuple):
    """The first and the last day that a figure covers."""

    start: datetime.date
    end: datetime.date


SERIES_COLUMNS = Series._fields
REGION, PARTNER, COMMODITY, FLOW, OWNERSHIP, TRADE_MODE, MEASURE, UNIT = range(len(SERIES_COLUMNS))

#: The code of a dimension's whole. A region's whole is another region, which the code lists name.
WHOLES = {PARTNER: WHOLE["partner"], COMMODITY: WHOLE["commodity"], OWNERSHIP: WHOLE["ownership"]}
WHOLES |= {TRADE_MODE: WHOLE["trade_mode"], FLOW: "total"}

#: How a reference names the dimensions: `partner=WORLD`.
REFERENCE_NAMES = ("region", "partner", "commodity", "flow", "ownership", "trade_mode", "measure", "unit")


def joint(codes: list[str]) -> str:
    """The id of several together, as figures write it."""
    return JOINT.join(sorted(codes))


def without(whole: str, parts: list[str]) -> str:
    """The id of a whole less some of its parts."""
    return f"{whole}{EXCEPT}{joint(parts)}"


def reference(part: Series, whole: Series) -> str:
    """What a share's whole is, as a figure's `reference` writes it: the dimensions in which it differs."""
    return ";".join(
        f"{name}={there}" for name, here, there in zip(REFERENCE_NAMES, part, whole, strict=True) if here != there
    )
