"""Which whole would fit a share that contradicts: a wrong denominator is a mistake of the source or of our reading."""

from __future__ import annotations

from typing import Protocol

from orchestration.deduction.model import DocumentModel
from orchestration.deduction.series import (
    COMMODITY,
    EXCEPT,
    FLOW,
    OWNERSHIP,
    PARTNER,
    TRADE_MODE,
    WHOLES,
    Series,
    reference,
)
from orchestration.deduction.statements import Statement

_WIDENED = (PARTNER, COMMODITY, FLOW, OWNERSHIP, TRADE_MODE)


class Bounds(Protocol):
    """Where a variable of a solved document lies."""

    def bounds_of(self, variable: int) -> tuple[float, float]:
        """Its low and high."""
        ...


def fitting_wholes(model: DocumentModel, solved: Bounds, statement: Statement) -> tuple[str, ...]:
    """References to wholes that the share's digits agree with; `solved` must not rest on the share.

    Levels that are known on both sides and fit stand first. Where none does, the wholes of the part are named whose
    level is not known and might be what the share makes of the part.
    """
    part_series, span = statement.subject.series, model.number_of_span(statement.subject.span)
    part = model.levels.get((model.known_number_of(part_series), span))
    if part is None:
        return ()
    low, high = solved.bounds_of(part)
    if not low > 0 or not high < float("inf") or not statement.low > 0:
        return ()
    least, most = low / statement.high, high / statement.low
    fitting, possible = [], []
    for (number, at), variable in sorted(model.levels.items()):
        series = model.series[number]
        if at != span or series[-2:] != part_series[-2:] or series in (part_series, statement.subject.whole):
            continue
        if any(EXCEPT in code for code in series):
            continue
        whole_low, whole_high = solved.bounds_of(variable)
        if whole_low > high and whole_low <= most and whole_high >= least and whole_high < float("inf"):
            fitting.append(series)
    if not fitting:
        possible = [
            series
            for series in _widened(part_series)
            if series != statement.subject.whole and _may_be(model, solved, (series, span), least, most)
        ]
    return tuple(reference(part_series, series) for series in sorted(fitting or possible))


def _may_be(model: DocumentModel, solved: Bounds, whole: tuple[Series, int], least: float, most: float) -> bool:
    """Whether the level of a series may lie in `least` … `most`: within its own bounds, below those of its wholes."""
    series, span = whole
    variable = model.levels.get((model.known_number_of(series), span))
    if variable is not None:
        low, high = solved.bounds_of(variable)
        if most < low or least > high:
            return False
    for wider in _widened(series):
        above = model.levels.get((model.known_number_of(wider), span))
        if above is not None and least > solved.bounds_of(above)[1]:
            return False
    return True


def _widened(series: Series) -> list[Series]:
    """A series widened in one dimension each."""
    return [series.at(one, WHOLES[one]) for one in _WIDENED if series[one] not in ("", WHOLES[one])]
