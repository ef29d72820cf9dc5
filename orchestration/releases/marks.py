"""A reading laid over its text: which piece of the text stands for which number, and a figure said in few words."""

from __future__ import annotations

import calendar
import datetime
from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from orchestration.figures import COMPARING_STATISTICS, WHOLE, Figure
from orchestration.releases.reading import ReleaseReading

#: The kinds of numbers, with the sign that tells them apart where there is no colour.
SIGNS = {"read": "#", "uncertain": "?", "unread": "!", "not_a_figure": "°"}
KINDS: tuple[str, ...] = tuple(SIGNS)
KIND_NAMES = {"read": "read", "uncertain": "uncertain", "unread": "not read", "not_a_figure": "not a figure"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One number of the text, or a figure stated without one, with the piece of the text that is marked for it.

    Pieces never overlap; an empty one (`char_start` = `char_end`) stands where all of the number is marked already.
    """

    char_start: int
    char_end: int
    printed: str
    kind: str
    reason: str
    figures: tuple[Figure, ...]
    label: str = ""  # its sign and its count among the figures: #1, ?2, !3


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A figure in few words."""

    what: str
    value: str
    subject: str
    period: str

    def __str__(self) -> str:
        return " | ".join(filter(None, (f"{self.what} {self.value}".strip(), self.subject, self.period)))


def marks_of(reading: ReleaseReading, text: str) -> list[Mark]:
    """The numbers of a reading in the order of the text, and after them the figures without a place in it.

    Where spans overlap, the shorter is marked whole and the longer by the first piece that is left of it.
    """
    figures = {figure.figure_id: figure for figure in reading.figures}
    named = {figure_id for number in reading.numbers for figure_id in number.figure_ids}
    numbers = [
        Mark(
            char_start=number.char_start,
            char_end=number.char_end,
            printed=number.printed,
            kind=number.kind,
            reason=number.reason,
            figures=tuple(figures[one] for one in number.figure_ids if one in figures),
        )
        for number in reading.numbers
    ]
    wordly = list(_without_number([figure for figure in reading.figures if figure.figure_id not in named]))
    taken: list[tuple[int, int]] = []
    placed: list[Mark] = []
    for group in (numbers, [mark for mark in wordly if mark.char_start >= 0]):
        for mark in sorted(group, key=lambda one: (one.char_end - one.char_start, one.char_start)):
            start, end = _free_piece(taken, text, max(0, mark.char_start), min(len(text), mark.char_end))
            if start < end:
                insort(taken, (start, end))
            placed.append(replace(mark, char_start=start, char_end=end))
    placed.sort(key=lambda one: (one.char_start, one.char_end))
    counted = 0
    labelled = []
    for mark in (*placed, *(mark for mark in wordly if mark.char_start < 0)):
        counted += mark.kind != "not_a_figure"
        labelled.append(replace(mark, label=SIGNS[mark.kind] + ("" if mark.kind == "not_a_figure" else str(counted))))
    return labelled


def _without_number(figures: Sequence[Figure]) -> Iterator[Mark]:
    """Marks of the figures that words state (`flat`, the order of a list): one for the same words."""
    groups: dict[tuple[object, ...], list[Figure]] = {}
    for figure in figures:
        groups.setdefault((figure.char_start, figure.char_end, figure.quote), []).append(figure)
    for group in groups.values():
        first = group[0]
        is_placed = first.char_start is not None and first.char_end is not None
        statuses = {figure.status for figure in group}
        yield Mark(
            char_start=first.char_start or 0 if is_placed else -1,
            char_end=first.char_end or 0 if is_placed else -1,
            printed=first.quote,
            kind=next((kind for kind in ("uncertain", "unread") if kind in statuses), "read"),
            reason="",
            figures=tuple(group),
        )


def _free_piece(taken: list[tuple[int, int]], text: str, start: int, end: int) -> tuple[int, int]:
    """The first piece of a span that nothing else is marked in and that is not blank; an empty one if there is none."""
    at = start
    following = bisect_right(taken, (start, len(text)))
    if following and taken[following - 1][1] > at:
        at = taken[following - 1][1]
    while at < end:
        until = min(end, taken[following][0]) if following < len(taken) else end
        piece = text[at:until]
        if piece.strip():
            first = at + len(piece) - len(piece.lstrip())
            return first, first + len(piece.strip())
        if following >= len(taken):
            break
        at = taken[following][1]
        following += 1
    nowhere = min(max(start, min(at, end)), len(text))
    return nowhere, nowhere


def counts_of(marks: Sequence[Mark]) -> dict[str, int]:
    """How many marks there are of each kind."""
    counted = Counter(mark.kind for mark in marks)
    return {kind: counted[kind] for kind in KINDS}


def described(figure: Figure) -> Described:
    """The figure in few words: statistic, value with its unit, what it is about, and when."""
    if figure.status == "unread":
        return Described(what="a number", value=plain_number(figure.value), subject="", period="")
    subject = [_named(figure.region_text, figure.region_id)]
    for name in ("partner", "commodity", "ownership", "trade_mode"):
        code = getattr(figure, f"{name}_id")
        if code != WHOLE[name]:
            subject.append(_named(getattr(figure, f"{name}_text"), code))
    subject += filter(None, (figure.flow, figure.reference))
    return Described(
        what=f"{figure.statistic} of {figure.measure}",
        value=_value(figure),
        subject=", ".join(filter(None, subject)),
        period=" against ".join(
            filter(
                None,
                (
                    _span(figure.period_start, figure.period_end),
                    _span(figure.comparison_start, figure.comparison_end),
                ),
            )
        ),
    )


def readings(alternatives: Sequence[Figure]) -> str:
    """How many readings a number has, in words."""
    return "one reading, which is in doubt" if len(alternatives) == 1 else f"one of {len(alternatives)} readings"


def plain_number(number: Decimal | None) -> str:
    """A number without exponent and without trailing noughts behind the point; nothing for None."""
    if number is None:
        return ""
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def grouped_number(number: Decimal | None) -> str:
    """A number as people read it, with commas between thousands."""
    whole, point, decimals = plain_number(number).partition(".")
    return f"{int(whole):,}{point}{decimals}" if whole.lstrip("-") != "0" and whole else f"{whole}{point}{decimals}"


def _value(figure: Figure) -> str:
    number = grouped_number(figure.value)
    if figure.statistic in COMPARING_STATISTICS and figure.value is not None and figure.value > 0:
        number = f"+{number}"
    qualifier = "" if figure.qualifier == "exact" else figure.qualifier.replace("_", " ")
    unit = "" if figure.unit == figure.statistic else figure.unit  # a rank is counted in ranks
    return " ".join(filter(None, (qualifier, number, unit)))


def _named(text: str, code: str) -> str:
    return f"{text} ({code})" if text and text != code else code


def _span(start: datetime.date | None, end: datetime.date | None) -> str:
    """A span as a year, months, or days: whichever says it shortest."""
    if start is None or end is None:
        return ""
    is_whole_months = start.day == 1 and end.day == calendar.monthrange(end.year, end.month)[1]
    if not is_whole_months:
        return f"{start} to {end}" if start != end else str(start)
    if start.month == 1 and end.month == 12:
        return f"{start:%Y}" if start.year == end.year else f"{start:%Y} to {end:%Y}"
    first, last = f"{start:%Y-%m}", f"{end:%Y-%m}"
    return first if first == last else f"{first} to {last}"
