"""Other readings of what is in doubt: where a doubt says from where else a part of the subject may come, that is one.

A reviewer then finds the right reading among those that are offered, and need not write it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orchestration.figures import Figure
from orchestration.releases.periods import Span, shifted
from orchestration.releases.subjects import DIMENSIONS

#: How the doubts begin that are of the period of a figure.
_OF_PERIOD = (
    "its period is",
    "another period is named before it",
    "its sentence names a period that was not taken",
    "which of the periods before is meant",
    "whether it is of the last month or of all the months so far",
)
#: How those begin that are of whose trade it is, or with whom: they point to the sentences around.
_OF_NAMES = (
    "a name that no list knows",
    "a part of its subject is",
    "words of its clause are not understood",
    "the sentence names no subject",
    "the sentence before it, without a number, speaks of another",
    "whether it goes on with",
    "whether it is of what the whole text is about",
    "whether it is the trade of the place, or what passed",
    "the text begins with another place or with one partner",
    "which zone is meant",
)
_OF_FLOW = ("whether exports, imports or both is not said", "its sentence does not say whether it is exports")
_OF_MEASURE = ("whether it is of the value or, as those before it",)
#: Readings that are offered beside those that the sentence itself allows.
_MOST = 3

_NAMES = tuple(f"{dimension}_{part}" for dimension in DIMENSIONS for part in ("id", "text"))
_YEAR = 12


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the text: its likeliest figure, why that is in doubt ("" where it is not), and its paragraph."""

    figure: Figure
    reason: str
    paragraph: int


def other_readings(numbers: list[Number]) -> Iterator[tuple[int, dict[str, object]]]:
    """For numbers in doubt, by their place in the text, what of their likeliest figure may be otherwise."""
    first_of_paragraph: dict[int, Figure] = {}
    for place, number in enumerate(numbers):
        first = first_of_paragraph.setdefault(number.paragraph, number.figure)
        if not number.reason:
            continue
        behind = numbers[place + 1].figure if place + 1 < len(numbers) else None
        offered: list[dict[str, object]] = []
        for changes in _offers(number, numbers[0].figure, first, behind):
            is_new = any(getattr(number.figure, name) != value for name, value in changes.items())
            if is_new and changes not in offered:
                offered.append(changes)
        for changes in offered[:_MOST]:
            yield place, changes


def _offers(number: Number, lead: Figure, first: Figure, behind: Figure | None) -> Iterator[dict[str, object]]:
    """What may be otherwise, the likeliest first."""
    if number.reason.startswith(_OF_PERIOD):
        for other in (lead, first, behind):
            if other is not None and other.period_start is not None and other.period_end is not None:
                yield from _of_period(number.figure, (other.period_start, other.period_end))
    if number.reason.startswith(_OF_NAMES):
        for other in (first, lead):
            yield _narrowed(number.figure, other)
            yield {column: getattr(other, column) for column in _NAMES}
    if number.reason.startswith(_OF_FLOW):
        yield {"flow": lead.flow}
    if number.reason.startswith(_OF_MEASURE):
        yield {"measure": "quantity"}


def _narrowed(figure: Figure, other: Figure) -> dict[str, object]:
    """The names of a figure, and of another where it has none: textiles, in a text that begins with ASEAN."""
    return {
        f"{dimension}_{part}": getattr(figure if getattr(figure, f"{dimension}_text") else other, f"{dimension}_{part}")
        for dimension in DIMENSIONS
        for part in ("id", "text")
    }


def _of_period(figure: Figure, span: Span) -> Iterator[dict[str, object]]:
    """The figure in another period, where what it is compared with, if anything, lies a year before."""
    own = (figure.period_start, figure.period_end)
    changes: dict[str, object] = {"period_start": span[0], "period_end": span[1]}
    if figure.comparison_start is not None:
        if own[0] is None or own[1] is None or figure.comparison_start != shifted((own[0], own[1]), -_YEAR)[0]:
            return
        before = shifted(span, -_YEAR)
        changes |= {"comparison_start": before[0], "comparison_end": before[1]}
    yield changes
