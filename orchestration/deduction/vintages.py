"""Documents compared: months between two releases, and levels that a later document has otherwise.

Nothing here goes back into a document: what one says and another restates are two vintages, and both may be right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from itertools import groupby

from orchestration.deduction.results import DeducedFigure, Derivation, Revision
from orchestration.deduction.rules import days_between, nested
from orchestration.deduction.series import EXCEPT, UNIT, Series, Span
from orchestration.deduction.statements import UNSTATED
from orchestration.deduction.structure import Structure
from orchestration.figures import DECIMAL_PLACES, figure_identity

_PLACES = Decimal(1).scaleb(-DECIMAL_PLACES)
DOWN, UP = Context(prec=60, rounding=ROUND_FLOOR), Context(prec=60, rounding=ROUND_CEILING)


def across_vintages(
    figures: Iterable[DeducedFigure], structure: Structure
) -> Iterator[tuple[DeducedFigure, Derivation]]:
    """The days between two cumulative spans that different documents state, with the derivation.

    Of several documents the last published that has two bounds speaks for a span. What followed on an earlier day,
    before a span was restated or the days between were published themselves, is handed out with that day: `as_of_date`
    is the day from which both spans were known. Holds if nothing was restated in between, so each is marked
    `is_across_vintages`. What is not surely above nought is not handed out.
    """
    figures_of: defaultdict[Series, list[DeducedFigure]] = defaultdict(list)
    for figure in comparable(figures):
        if figure.series.measure in structure.additive and figure.series.flow != "balance":
            figures_of[figure.series].append(figure)
    for series in sorted(figures_of):
        known: dict[Span, DeducedFigure] = {}
        for _, published in groupby(figures_of[series], key=lambda one: one.as_of_date):
            new = {figure.period: figure for figure in published}
            known |= new
            yield from _between_known(known, new)


def _between_known(
    known: dict[Span, DeducedFigure], new: dict[Span, DeducedFigure]
) -> Iterator[tuple[DeducedFigure, Derivation]]:
    """The days between two spans of a series that follow once some of the spans are new."""
    for longer, shorter in nested(list(known)):
        between = days_between(longer, shorter)
        is_new = longer in new or shorter in new
        if is_new and between not in known and known[longer].document_id != known[shorter].document_id:
            found = _difference(known[longer], known[shorter], between)
            if found is not None:
                yield found


def revisions(figures: Iterable[DeducedFigure]) -> Iterator[Revision]:
    """Each level that several documents state or imply: as first known, and as the last document has it."""
    known: defaultdict[tuple[Series, Span], list[DeducedFigure]] = defaultdict(list)
    for figure in comparable(figures):
        known[figure.series, figure.period].append(figure)
    for series, period in sorted(known):
        said = known[series, period]
        if len({one.document_id for one in said}) > 1:
            yield revision(said[0], said[-1])


def comparable(figures: Iterable[DeducedFigure]) -> list[DeducedFigure]:
    """Levels with two bounds in a known unit, in the order in which they were published."""
    return sorted(
        (
            figure
            for figure in figures
            if figure.statistic == "level"
            and figure.low is not None
            and figure.high is not None
            and figure.series[UNIT] != UNSTATED
            and not any(EXCEPT in code for code in figure.series)
        ),
        key=lambda figure: (figure.as_of_date, figure.document_id, figure.deduced_id),
    )


def _difference(
    longer: DeducedFigure, shorter: DeducedFigure, between: Span
) -> tuple[DeducedFigure, Derivation] | None:
    if longer.low is None or longer.high is None or shorter.low is None or shorter.high is None:
        return None
    low, high = longer.low - shorter.high, longer.high - shorter.low
    if low <= 0:  # nothing is known of the days between, or something was restated
        return None
    latest = max(longer, shorter, key=lambda one: one.as_of_date)
    deduced_id = figure_identity((longer.deduced_id, shorter.deduced_id, *between))
    figure = DeducedFigure(
        deduced_id=deduced_id,
        document_id=latest.document_id,
        as_of_date=latest.as_of_date,
        statistic="level",
        series=longer.series,
        period=between,
        comparison=None,
        reference="",
        low=low,
        high=high,
        origin="deduced",
        is_across_vintages=True,
    )
    derivation = Derivation(
        step_id=f"{deduced_id}.1",
        deduced_id=deduced_id,
        rule="spans",
        inputs=(longer.deduced_id, shorter.deduced_id),
        before_low=Decimal(0),
        before_high=None,
        after_low=low,
        after_high=high,
    )
    return figure, derivation


def revision(first: DeducedFigure, latest: DeducedFigure) -> Revision:
    """One level as two documents have it: how much it changed, and whether rounding alone explains that."""
    change_low = change_high = None
    is_explained = True
    if first.low is not None and first.high is not None and latest.low is not None and latest.high is not None:
        is_explained = latest.low <= first.high and first.low <= latest.high
        if first.low > 0:
            change_low = relative_change(latest.low, first.high, DOWN)
            change_high = relative_change(latest.high, first.low, UP)
    return Revision(
        series=first.series,
        period=first.period,
        first_id=first.deduced_id,
        first_document_id=first.document_id,
        first_low=first.low,
        first_high=first.high,
        latest_id=latest.deduced_id,
        latest_document_id=latest.document_id,
        latest_low=latest.low,
        latest_high=latest.high,
        change_low_pct=change_low,
        change_high_pct=change_high,
        is_explained_by_rounding=is_explained,
    )


def relative_change(now: Decimal, before: Decimal, context: Context) -> Decimal:
    """The change from `before` to `now` in percent, rounded as the context says."""
    return (context.divide(now * 100, before) - 100).quantize(_PLACES, context=context)
