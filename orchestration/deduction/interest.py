"""Of all that a document implies, what a reader would like to know first; only the order is decided here."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterable
from decimal import Decimal

from orchestration.deduction.results import DeducedFigure
from orchestration.deduction.series import COMMODITY, EXCEPT, FLOW, OWNERSHIP, PARTNER, TRADE_MODE, WHOLES, Series, Span

#: How much a statistic says, where its bounds are equally close: levels and growth are asked for most.
_WEIGHTS = {
    "level": 1.0, "growth": 1.0, "share": 0.9, "contribution": 0.8, "share_change": 0.8, "growth_gap": 0.4,
    "change": 0.4,
}  # fmt: skip
#: The width at which an interval says half as much as a point: percent of a level, percentage points of the others.
_HALF_WIDTHS = {"level": 5.0, "change": 5.0, "growth": 5.0, "share": 3.0, "share_change": 0.5, "contribution": 1.0}
_USUAL_HALF_WIDTH = 1.0
#: The size at which it says half as much as a large one: a contribution of 0.01 points is of no interest.
_HALF_SIZES = {"share": 3.0, "share_change": 1.0, "contribution": 2.0}
#: What is left of what a subject says with each dimension that is narrowed, and where it is a rest.
_A_DIMENSION, _A_REST = 0.8, 0.6
#: What is left for the span compared with, and for what one rule gives from printed numbers.
_A_BASE, _COMPUTED = 0.5, 0.8
#: What a growth gains where it has another sign than that of the whole.
_AGAINST_THE_WHOLE = 1.8
#: What is left with each figure of the same statistic and kind of subject that stands before.
_REPEATED = 0.85

_DIMENSIONS = (PARTNER, COMMODITY, OWNERSHIP, TRADE_MODE)
#: Growths of wholes: their middle by region, flow, measure, unit and period.
_Wholes = dict[tuple[Series, Span], float]


def most_interesting(figures: Iterable[DeducedFigure], *, printed: Collection[str]) -> list[DeducedFigure]:
    """What is implied and not printed, the most interesting first; `printed` are ids of what the document states.

    Only what has two bounds that say something counts. Narrow intervals, large shares, plain subjects, the last span,
    what takes several steps, and growth against that of the whole come first; of many alike some go down, so that the
    first ones are about different things.
    """
    known = list(figures)
    wholes = {
        (one.series, one.period): middle
        for one in known
        if one.statistic == "growth" and not any(_narrowed(one.series)) and (middle := _middle(one)) is not None
    }
    telling = [figure for figure in known if figure.deduced_id not in printed and _is_telling(figure)]
    last_day = max((figure.period.end for figure in telling), default=datetime.date.min)
    interests = {figure.deduced_id: _interest(figure, last_day, wholes) for figure in telling}
    telling.sort(key=lambda one: (-interests[one.deduced_id], one.deduced_id))
    met: Counter[tuple[object, ...]] = Counter()
    for figure in telling:
        alike = (figure.statistic, figure.period, *_narrowed(figure.series))
        interests[figure.deduced_id] *= _REPEATED ** met[alike]
        met[alike] += 1
    return sorted(telling, key=lambda one: (-interests[one.deduced_id], one.deduced_id))


def _is_telling(figure: DeducedFigure) -> bool:
    """Two bounds that say something: no level or share that may be anything from nought."""
    if figure.low is None or figure.high is None:
        return False
    if figure.statistic == "level" and figure.series.flow != "balance":
        return figure.low > 0
    if figure.statistic == "share":
        return figure.low > 0 or figure.high < 100
    return figure.statistic in _WEIGHTS


def _interest(figure: DeducedFigure, last_day: datetime.date, wholes: _Wholes) -> float:
    middle = _middle(figure) or 0.0
    interest = _WEIGHTS[figure.statistic]
    interest /= 1 + _width(figure) / _HALF_WIDTHS.get(figure.statistic, _USUAL_HALF_WIDTH)
    if figure.statistic in _HALF_SIZES:
        interest /= 1 + _HALF_SIZES[figure.statistic] / max(abs(middle), 1e-9)
    interest *= _A_DIMENSION ** sum(_narrowed(figure.series))
    interest *= _A_REST if any(EXCEPT in code for code in figure.series) else 1.0
    interest *= 1.0 if figure.period.end == last_day else _A_BASE
    interest *= 1.0 if figure.origin == "deduced" else _COMPUTED
    whole = wholes.get((_whole(figure.series), figure.period))
    is_against = figure.statistic == "growth" and whole is not None and whole * middle < 0
    return interest * (_AGAINST_THE_WHOLE if is_against else 1.0)


def _middle(figure: DeducedFigure) -> float | None:
    return float((figure.low + figure.high) / 2) if figure.low is not None and figure.high is not None else None


def _width(figure: DeducedFigure) -> float:
    if figure.low is None or figure.high is None:
        return float("inf")
    width = figure.high - figure.low
    if figure.statistic in ("level", "change"):
        size = max(abs(figure.low), abs(figure.high), Decimal(1))
        return float(100 * width / size)
    return float(width)


def _whole(series: Series) -> Series:
    for dimension in _DIMENSIONS:
        series = series.at(dimension, WHOLES[dimension])
    return series


def _narrowed(series: Series) -> tuple[bool, ...]:
    """In which dimensions a subject is not the whole. All exports are as plain as all trade."""
    narrowed = tuple(series[dimension] != WHOLES[dimension] for dimension in _DIMENSIONS)
    return (*narrowed, series[FLOW] != WHOLES[FLOW] and any(narrowed))
