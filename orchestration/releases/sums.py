"""Sums: which of the readings that are in doubt are borne out, because exports and imports add up to their total.

That exports and imports of one subject and period come to the total that the text states for it, digit by digit, is no
accident: where the total is certain, or two of three numbers are, the flows and the subject of the third are, too. A
growth that stands beside such a level, and is in doubt for the same reason, is of the same subject.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from orchestration.figures import JOINT, UNMAPPED, Figure
from orchestration.releases.doubt import NAMES_THAT_NO_LIST_KNOWS
from orchestration.releases.statements import OTHER_YEAR, RECKONED_OTHERWISE
from orchestration.releases.subjects import DIMENSIONS

#: How much wider than rounding to the nearest allows: some sources cut digits off.
_ROOM = 0.5
#: Width of an interval against its end, from which on a number is too rough to prove anything.
_ROUGH = Decimal("0.02")
#: Readings of one subject, flow and period that are tried.
_MOST_ALIKE = 8
#: How doubts begin that no sum settles: all of the numbers may be of something else.
_UNPROVEN = (RECKONED_OTHERWISE, *NAMES_THAT_NO_LIST_KNOWS)
_TRADE = ("total", "export", "import")
_BALANCE = ("balance", "export", "import")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading of a number: its place in the list of figures, which number of the text it reads, counted in their
    order, and why it is in doubt; "" where it is not."""

    place: int
    number: int
    reason: str
    figure: Figure

    @property
    def is_certain(self) -> bool:
        """Whether it is published as it is."""
        return self.figure.status == "read"

    @property
    def subject(self) -> tuple[object, ...]:
        """What it is of, but for the flow and the unit."""
        figure = self.figure
        names = (getattr(figure, f"{dimension}_id") for dimension in DIMENSIONS)
        return (*names, figure.period_start, figure.period_end)


def borne_out(readings: list[Candidate]) -> set[int]:
    """The places of the readings in doubt that sums of the text prove: one reading of a number at most.

    Nothing is proven of what is reckoned otherwise or has a name that no list knows, and no growth where the doubt is
    what it is compared with.
    """
    levels: dict[tuple[object, ...], list[Candidate]] = {}
    for reading in readings:
        if _may_add_up(reading.figure) and not reading.reason.startswith(_UNPROVEN):
            levels.setdefault((reading.subject, reading.figure.unit, reading.figure.flow), []).append(reading)
    proven: dict[int, dict[int, Candidate]] = {}
    for subject, unit in dict.fromkeys(key[:2] for key in levels):
        for flows in (_TRADE, _BALANCE):
            alike = [levels.get((subject, unit, flow), [])[:_MOST_ALIKE] for flow in flows]
            for sum_, first, second in product(*alike):
                if _add_up(sum_, first, second, is_balance=flows is _BALANCE):
                    for one in (sum_, first, second):
                        proven.setdefault(one.number, {})[one.place] = one
    sure = [one for found in proven.values() if len(found) == 1 for one in found.values()]
    found = {one.place for one in sure if not one.is_certain}
    beside = {(one.number + step, one.subject, one.figure.flow, one.reason) for one in sure for step in (-1, 1)}
    growths: dict[int, list[Candidate]] = {}
    for reading in readings:
        is_growth = reading.figure.statistic == "growth" and reading.figure.measure == "value"
        key = (reading.number, reading.subject, reading.figure.flow, reading.reason)
        if is_growth and not reading.is_certain and key in beside and reading.reason != OTHER_YEAR:
            growths.setdefault(reading.number, []).append(reading)
    return found | {same[0].place for same in growths.values() if len(same) == 1}


def _may_add_up(figure: Figure) -> bool:
    if figure.statistic != "level" or figure.measure != "value" or figure.low is None or figure.high is None:
        return False
    names = [getattr(figure, f"{dimension}_id") for dimension in DIMENSIONS]
    is_exact = abs(figure.high - figure.low) < _ROUGH * abs(figure.high)
    return is_exact and not any(name == UNMAPPED or JOINT in name for name in names)


def _add_up(sum_: Candidate, first: Candidate, second: Candidate, *, is_balance: bool) -> bool:
    """Whether three readings of three numbers agree, of which the total or two are certain."""
    certain = sum(one.is_certain for one in (sum_, first, second))
    if len({one.number for one in (sum_, first, second)}) < 3 or certain == 3:
        return False
    if certain < 2 and (is_balance or not sum_.is_certain):
        return False
    (low, high), exports, imports = (tuple(_bounds(one.figure)) for one in (sum_, first, second))
    if is_balance:
        return low <= exports[1] - imports[0] and exports[0] - imports[1] <= high
    return low <= exports[1] + imports[1] and exports[0] + imports[0] <= high


def _bounds(figure: Figure) -> Iterator[float]:
    low, high = float(figure.low or 0), float(figure.high or 0)
    room = _ROOM * (high - low)
    yield low - room
    yield high + room
