"""What printed digits allow: from a number as printed, its scale and its qualifier to an interval in base units."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

#: What one printed unit of a scale is worth in base units. `times` is customs' way of printing large growth:
#: "growth of N times" is N × 100 percent.
SCALES: dict[str, Decimal] = {
    "one": Decimal(1),
    "hundred": Decimal(10) ** 2,
    "thousand": Decimal(10) ** 3,
    "ten_thousand": Decimal(10) ** 4,
    "million": Decimal(10) ** 6,
    "hundred_million": Decimal(10) ** 8,
    "billion": Decimal(10) ** 9,
    "trillion": Decimal(10) ** 12,
    "times": Decimal(100),
}

_PRINTED = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval with its point value, all in base units; None is unbounded."""

    value: Decimal
    low: Decimal | None
    high: Decimal | None


class NotANumber(ValueError):
    """The text is not a number as a figure sheet prints it: a sign, digits, a decimal point."""


def printed_interval(
    printed: str,
    *,
    scale: str = "one",
    qualifier: str = "exact",
    is_exact: bool = False,
    floor: Decimal | None = None,
    ceiling: Decimal | None = None,
) -> Interval:
    """The interval that a printed number allows.

    `printed` keeps every digit that the source prints ("68.07", "-0.7", "97"), `scale` is a key of SCALES.
    Rounding to the nearest: the truth lies within half a unit of the last printed digit. `about` allows a whole
    unit. `over`, `at_least` bound from below and `nearly`, `under`, `at_most` from above; the other side is
    `ceiling` or `floor` (the natural bounds of the statistic), or unbounded. They speak of the size of a fall: a fall
    of over 5 percent lies below -5. `is_exact` is for what is counted: a whole number printed in full is itself.

    Raises NotANumber for other text, KeyError for an unknown scale.
    """
    if not _PRINTED.fullmatch(printed):
        raise NotANumber(f"{printed!r} is not a number: digits with an optional sign and decimal point")
    factor = SCALES[scale]
    value = Decimal(printed) * factor
    if floor is not None and value < floor:  # printed beyond what is natural: kept as printed
        floor = None
    if ceiling is not None and value > ceiling:
        ceiling = None
    if qualifier in ("over", "at_least"):
        return Interval(value, floor, value) if value < 0 else Interval(value, value, ceiling)
    if qualifier in ("nearly", "under", "at_most"):
        return Interval(value, value, ceiling) if value < 0 else Interval(value, floor, value)
    decimals = len(printed.partition(".")[2])
    last_digit = factor.scaleb(-decimals)
    if is_exact and decimals == 0 and scale == "one" and qualifier == "exact":
        return Interval(value, value, value)
    margin = last_digit if qualifier == "about" else last_digit / 2
    low, high = value - margin, value + margin
    if floor is not None:
        low = max(low, floor)
    if ceiling is not None:
        high = min(high, ceiling)
    return Interval(value, low, high)


def natural_bounds(statistic: str, flow: str) -> tuple[Decimal | None, Decimal | None]:
    """What a statistic cannot pass: a share lies in 0 … 100 percent, nothing falls by more than all of it.

    A balance passes through nought, so its growth and the shares of it are without bounds.
    """
    match statistic:
        case "share" | "growth" | "level" if flow == "balance":
            return None, None
        case "share":
            return Decimal(0), Decimal(100)
        case "growth":
            return Decimal(-100), None
        case "rank":
            return Decimal(1), None
        case "level":
            return Decimal(0), None
        case _:
            return None, None
