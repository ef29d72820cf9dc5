"""One document beside what others published: levels restated, growth over the base as it was published, days between.

Nothing here changes what a document implies; it only says where documents agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from orchestration.deduction.document import DocumentDeduction
from orchestration.deduction.results import DeducedFigure, Derivation, Revision
from orchestration.deduction.series import Series, Span
from orchestration.deduction.structure import Structure
from orchestration.deduction.vintages import DOWN, UP, across_vintages, comparable, relative_change, revision
from orchestration.figures import Figure

#: A level whose bounds lie farther apart than this (high / low) says too little to be compared.
_WIDEST = Decimal(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLevel:
    """A level of a document beside the same level in another: the last one published until then, else the first after.

    `revision` goes from the earlier to the later of the two.
    """

    own: DeducedFigure
    known: DeducedFigure
    revision: Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownBase:
    """A growth that a document states, beside the growth over the base as another document published it.

    The bounds are in percent. They need not meet: customs prints growth over the restated base.
    """

    figure: Figure
    level: DeducedFigure
    known: DeducedFigure
    growth_low: Decimal
    growth_high: Decimal

    @property
    def is_explained_by_rounding(self) -> bool:
        """Whether what is stated and what follows from the published base meet."""
        low, high = self.figure.low, self.figure.high
        return (low is None or low <= self.growth_high) and (high is None or self.growth_low <= high)


def known_levels(own: Iterable[DeducedFigure], known: Iterable[DeducedFigure]) -> Iterator[KnownLevel]:
    """The levels that other documents have too, in the order of series and spans; too wide ones are left out."""
    others = _by_subject(known)
    for figure in sorted(_telling(own), key=lambda one: (one.series, one.period)):
        other = _spoken_of(others.get((figure.series, figure.period), []), figure)
        if other is not None:
            first, latest = sorted((figure, other), key=lambda one: (one.as_of_date, one is figure))
            yield KnownLevel(own=figure, known=other, revision=revision(first, latest))


def known_bases(deduction: DocumentDeduction, known: Iterable[DeducedFigure]) -> Iterator[KnownBase]:
    """The stated growths whose base an earlier document published, with the growth from that base."""
    day = deduction.document.published_date
    others = _by_subject(figure for figure in known if figure.as_of_date < day)
    levels = {(one.series, one.period): one for one in _telling(deduction.figures())}
    for statement in deduction.document.statements:
        statistic, series, span, before, _ = statement.subject
        level = levels.get((series, span))
        if statistic != "growth" or before is None or level is None:
            continue
        base = _spoken_of(others.get((series, before), []), level)
        if base is None or level.low is None or level.high is None or base.low is None or base.high is None:
            continue
        yield KnownBase(
            figure=statement.figures[0],
            level=level,
            known=base,
            growth_low=relative_change(level.low, base.high, DOWN),
            growth_high=relative_change(level.high, base.low, UP),
        )


def days_between_documents(
    own: Iterable[DeducedFigure], known: Iterable[DeducedFigure], structure: Structure
) -> Iterator[tuple[DeducedFigure, Derivation]]:
    """The days between a cumulative span of this document and one of another, in either order."""
    figures = list(own)
    ids = {figure.deduced_id for figure in figures}
    for figure, derivation in across_vintages([*figures, *known], structure):
        if ids & set(derivation.inputs):
            yield figure, derivation


def _by_subject(figures: Iterable[DeducedFigure]) -> dict[tuple[Series, Span], list[DeducedFigure]]:
    """Levels by what they are about, in the order in which they were published."""
    found: defaultdict[tuple[Series, Span], list[DeducedFigure]] = defaultdict(list)
    for figure in _telling(figures):
        found[figure.series, figure.period].append(figure)
    return found


def _telling(figures: Iterable[DeducedFigure]) -> Iterator[DeducedFigure]:
    for figure in comparable(figures):
        if (
            figure.low is not None
            and figure.high is not None
            and figure.low > 0
            and figure.high <= _WIDEST * figure.low
        ):
            yield figure


def _spoken_of(said: list[DeducedFigure], figure: DeducedFigure) -> DeducedFigure | None:
    """Of what other documents say, the last that was published until the figure was; else the first after."""
    until = [one for one in said if one.as_of_date <= figure.as_of_date]
    return until[-1] if until else said[0] if said else None
