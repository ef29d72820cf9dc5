"""From figure records to statements: what one document says of one series and span, each said once.

A document is one vintage: what it says of last year is last year as restated then. Files of one document (a sheet and
the release that it was keyed from) say the same thing once.
"""

from __future__ import annotations

import datetime
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from orchestration.deduction.series import (
    COMMODITY,
    OWNERSHIP,
    PARTNER,
    REFERENCE_NAMES,
    TRADE_MODE,
    WHOLES,
    Series,
    Span,
)
from orchestration.deduction.structure import Structure
from orchestration.figures import UNMAPPED, Figure, parse_reference
from orchestration.sources import Source

#: Differences of percentages are often taken between numbers already rounded: the truth may be a whole last digit
#: away, not half of one. So they get half a digit more on either side than their own digits allow.
DIFFERENCES = frozenset({"growth_gap", "share_change", "change"})
#: What is printed in percent or points; inside it is a fraction.
FRACTIONS = frozenset({"growth", "share", "share_change", "growth_gap", "contribution", "contribution_share"})
#: The unit of a series whose source does not say it.
UNSTATED = "unstated"


class Subject(NamedTuple):
    """What a statement is about; `whole` is the whole of a share or contribution, the other of a gap."""

    statistic: str
    series: Series
    span: Span
    before: Span | None
    whole: Series | None


@dataclass(slots=True)
class Statement:
    """One thing that a document says: `low` and `high` as fractions or base units, rounded outwards.

    `digit` is what one unit of the last printed digit is worth, as the figure prints it. `peers` is the dimension of a
    rank and `ranked_by` what it orders.
    """

    subject: Subject
    low: float
    high: float
    digit: Decimal
    figures: list[Figure]
    peers: int = -1
    ranked_by: str = ""


@dataclass(slots=True)
class Document:
    """One document: its id (that of its first source), the day it was published, and what it says, in a fixed order."""

    document_id: str
    published_date: datetime.date
    statements: list[Statement] = field(default_factory=list)


class Said(NamedTuple):
    """The figures of one document, not yet read as statements, with its source and those of its other files."""

    document_id: str
    figures: list[Figure]
    sources: dict[str, Source]


def by_document(figures: Iterable[Figure], sources: Iterable[Source]) -> list[Said]:
    """The figures of each document, in the order of document ids.

    Only what is read for certain and speaks of a known series counts. Raises KeyError for a figure of no source.
    """
    by_source = {source.source_id: source for source in sources}
    document_of = document_ids(by_source.values())
    figures_of: defaultdict[str, list[Figure]] = defaultdict(list)
    for figure in figures:
        if figure.status == "read" and _is_mapped(figure):
            figures_of[document_of[figure.source_id]].append(figure)
    return [Said(document_id, figures_of[document_id], by_source) for document_id in sorted(figures_of)]


def read_document(said: Said, structure: Structure) -> Document:
    """What a document states, each thing once and in a fixed order, whatever the order of its figures.

    Where a document counts several sorts of what only one measure stands for (6,293 enterprises that grew, of 10,700
    that traded), nothing says which sort its other statements are of: all of that series is left out.
    """
    figures = sorted(said.figures, key=lambda figure: figure.figure_id)
    published = said.sources[said.document_id].published_date
    return Document(said.document_id, published, _statements(figures, said.sources, structure.indefinite))


def document_ids(sources: Iterable[Source]) -> dict[str, str]:
    """Source to document: files of one address, or of one publisher and day, are one. Its id is its first source's."""
    document_of: dict[str, str] = {}
    first_with: dict[tuple[object, ...], str] = {}
    for source in sorted(sources, key=lambda one: one.source_id):
        marks: list[tuple[object, ...]] = []
        if source.url:
            marks.append(("address", source.url))
        if source.publisher.strip():
            marks.append(("day", source.publisher.strip().lower(), source.published_date))
        known = [first_with[mark] for mark in marks if mark in first_with]
        document = min(known, default=source.source_id)
        document_of[source.source_id] = document
        for mark in marks:
            first_with[mark] = document
        for other in set(known) - {document}:  # two documents that this source shows to be one
            document_of |= {one: document for one, of in document_of.items() if of == other}
            first_with |= {mark: document for mark, of in first_with.items() if of == other}
    return document_of


def last_digit(figure: Figure) -> Decimal:
    """What one unit of the last printed digit is worth, in the figure's unit.

    A number printed exactly or with `about` shows it in its interval; of a bound ("over 400 billion") it is that of its
    last digit that is not nought.
    """
    value, low, high = figure.value, figure.low, figure.high
    if value is None:
        return Decimal(1)
    if figure.qualifier in ("exact", "about") and low is not None and high is not None and low < high:
        margin = max(value - low, high - value)
        return margin if figure.qualifier == "about" else 2 * margin
    exponent = value.normalize().as_tuple().exponent
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) and value else Decimal(1)


def _is_mapped(figure: Figure) -> bool:
    return UNMAPPED not in (
        figure.region_id, figure.partner_id, figure.commodity_id, figure.ownership_id, figure.trade_mode_id
    )  # fmt: skip


def _statements(figures: list[Figure], sources: dict[str, Source], indefinite: frozenset[str]) -> list[Statement]:
    units = _stated_units(figures)
    found: dict[tuple[object, ...], Statement] = {}
    for figure in figures:
        statement = _statement(figure, sources[figure.source_id], units)
        if statement is None:
            continue
        key = (statement.subject, statement.low, statement.high, statement.peers, statement.ranked_by)
        if key in found:
            found[key].figures.append(figure)
        else:
            found[key] = statement
    several = _of_several_sorts(found.values(), indefinite)
    return sorted((one for one in found.values() if one.subject.series not in several), key=_order)


def _of_several_sorts(statements: Iterable[Statement], indefinite: frozenset[str]) -> set[Series]:
    """The series of an indefinite measure that have two levels of one span which cannot both be the same number."""
    levels: defaultdict[tuple[Series, Span], list[Statement]] = defaultdict(list)
    for one in statements:
        if one.subject.statistic == "level" and one.subject.series.measure in indefinite:
            levels[one.subject.series, one.subject.span].append(one)
    return {
        series for (series, _), said in levels.items() if max(one.low for one in said) > min(one.high for one in said)
    }


def _order(statement: Statement) -> tuple[object, ...]:
    statistic, series, span, before, whole = statement.subject
    return (span, statistic, series, before or span, whole or series, statement.low, statement.high, statement.peers)


def _stated_units(figures: list[Figure]) -> dict[tuple[str, ...], str]:
    """The unit of each subject whose levels are printed in one unit only."""
    found: dict[tuple[str, ...], str] = {}
    for figure in figures:
        if figure.statistic in ("level", "change"):
            subject = _codes(figure)
            found[subject] = figure.unit if found.get(subject, figure.unit) == figure.unit else ""
    return found


def _codes(figure: Figure) -> tuple[str, str, str, str, str, str, str]:
    return (
        figure.region_id,
        figure.partner_id,
        figure.commodity_id,
        figure.flow,
        figure.ownership_id,
        figure.trade_mode_id,
        figure.measure,
    )


def _statement(figure: Figure, source: Source, units: dict[tuple[str, ...], str]) -> Statement | None:
    """The statement of a figure; None where nothing can be computed with it."""
    other = parse_reference(figure.reference) if figure.reference else {}
    subject = _subject(figure, _series(figure, source, units, other), other)
    if subject is None:
        return None
    digit = last_digit(figure)
    low, high = figure.low, figure.high
    if figure.statistic in DIFFERENCES and figure.qualifier == "exact" and low != high:
        low, high = (low - digit / 2 if low is not None else None), (high + digit / 2 if high is not None else None)
    is_fraction = subject.statistic in FRACTIONS
    statement = Statement(
        subject=subject,
        low=_float(low, -math.inf, is_fraction=is_fraction),
        high=_float(high, math.inf, is_fraction=is_fraction),
        digit=digit,
        figures=[figure],
    )
    if subject.statistic == "rank":
        (statement.peers,) = _widened(other)
        statement.ranked_by = other.get("ranked_by", "level")
    return statement


def _series(figure: Figure, source: Source, units: dict[tuple[str, ...], str], other: dict[str, str]) -> Series:
    """The series that a figure speaks of; a growth is of what its source or its reference measures in."""
    codes = _codes(figure)
    if figure.statistic in ("level", "change"):
        return Series(*codes, figure.unit)
    currency = source.currency if figure.measure == "value" else ""
    return Series(*codes, other.get("unit") or currency or units.get(codes) or UNSTATED)


def _subject(figure: Figure, series: Series, other: dict[str, str]) -> Subject | None:
    """What a figure says of its series; None of a ratio to something unknown, a share of itself, a balance's growth."""
    if figure.period_start is None or figure.period_end is None:
        return None
    before = None
    if figure.comparison_start is not None and figure.comparison_end is not None:
        before = Span(figure.comparison_start, figure.comparison_end)
    statistic = figure.statistic
    whole: Series | None = None
    span = Span(figure.period_start, figure.period_end)
    # Growth of a span over itself is a slip of the reading; of a balance it has no meaning.
    is_usable = before != span and (series.flow != "balance" or statistic in ("level", "change"))
    match statistic:
        case "share" | "share_change" | "growth_gap":
            whole = _referred(series, other)
            is_usable = is_usable and whole != series
        case "contribution":
            whole = _referred(series, other) if _widened(other) else _everything(series)
            is_usable = is_usable and whole != series
            statistic = "contribution_share" if figure.unit == "percent" else statistic
        case "ratio":
            is_usable = is_usable and before is not None
        case "rank":
            whole = _referred(series, other)
            is_usable = is_usable and len(_widened(other)) == 1
        case _:
            pass
    return Subject(statistic, series, span, before, whole) if is_usable else None


def _widened(other: dict[str, str]) -> list[int]:
    """The dimensions that a reference names."""
    return [REFERENCE_NAMES.index(name) for name in other if name in REFERENCE_NAMES and name != "unit"]


def _referred(series: Series, other: dict[str, str]) -> Series:
    """The series that a reference makes of another."""
    for dimension in _widened(other):
        series = series.at(dimension, other[REFERENCE_NAMES[dimension]])
    return series


def _everything(series: Series) -> Series:
    """The region's trade in the same flow with all partners, in all goods, of all owners and modes."""
    for dimension in (PARTNER, COMMODITY, OWNERSHIP, TRADE_MODE):
        series = series.at(dimension, WHOLES[dimension])
    return series


def _float(number: Decimal | None, missing: float, *, is_fraction: bool) -> float:
    """A bound as a float: exactly, or the next one outwards (`missing` says on which side it is)."""
    if number is None:
        return missing
    exact = number.scaleb(-2) if is_fraction else number
    value = float(exact)
    return value if value == exact else math.nextafter(value, missing)
