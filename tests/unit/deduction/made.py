"""Figures as a document would state them, made in a line each, and what is deduced from them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal
from functools import cache

from orchestration.deduction import Check, DeducedFigure, DocumentDeduction, Structure, deduce
from orchestration.figures import COMPARING_STATISTICS, WHOLE, Figure, figure_identity
from orchestration.intervals import natural_bounds, printed_interval
from orchestration.settings import PROJECT_DIR
from orchestration.sources import Source

PERCENT = {"growth", "share"}
POINTS = {"share_change", "growth_gap", "contribution"}
QUARTER = ("2023-01-01", "2023-03-31")


@cache
def structure() -> Structure:
    """The real code lists."""
    return Structure(PROJECT_DIR / "dbt_project" / "seeds")


def source(source_id: str = "made", published: str = "2023-04-19", **columns: str) -> Source:
    """A source that nothing else is one document with."""
    return Source(
        source_id=source_id, kind="sheets", path="", title="", publisher=columns.get("publisher", source_id),
        published_date=datetime.date.fromisoformat(published), published_date_basis="", url=columns.get("url", ""),
        language="en", licence="", retrieved_date=None, sha256="", region_id="CN-XJ", currency="CNY",
    )  # fmt: skip


def say(
    statistic: str,
    printed: str,
    *,
    period: tuple[str, str] = QUARTER,
    before: tuple[str, str] | None = None,
    scale: str = "one",
    unit: str = "",
    qualifier: str = "exact",
    **columns: str,
) -> Figure:
    """A figure of a source `made`: all trade of Xinjiang in the first quarter of 2023 where nothing else is said.

    Levels are in billions of yuan unless a unit says otherwise; what compares does so with the year before.
    """
    flow = columns.get("flow", "total")
    if statistic in ("level", "change") and not unit:
        unit, scale = "CNY", "billion"
    unit = unit or ("percent" if statistic in PERCENT else "pp" if statistic in POINTS else "rank")
    floor, ceiling = natural_bounds(statistic, flow)
    is_exact = unit in ("rank", "prefectures", "enterprises")
    interval = printed_interval(
        printed, scale=scale, qualifier=qualifier, is_exact=is_exact, floor=floor, ceiling=ceiling
    )
    start, end = map(datetime.date.fromisoformat, period)
    comparison: tuple[datetime.date | None, datetime.date | None] = (None, None)
    if before is not None:
        comparison = datetime.date.fromisoformat(before[0]), datetime.date.fromisoformat(before[1])
    elif statistic in COMPARING_STATISTICS:
        comparison = start.replace(year=start.year - 1), end.replace(year=end.year - 1)
    ids = {name: columns.get(name, WHOLE[name]) for name in ("partner", "commodity", "ownership", "trade_mode")}
    identity = (statistic, printed, *period, before, unit, qualifier, *sorted(columns.items()))
    return Figure(
        figure_id=figure_identity(identity), source_id=columns.get("source_id", "made"), statistic=statistic,
        measure=columns.get("measure", "value"), value=interval.value, low=interval.low, high=interval.high, unit=unit,
        qualifier=qualifier, region_id=columns.get("region", "CN-XJ"), partner_id=ids["partner"],
        commodity_id=ids["commodity"], flow=flow, ownership_id=ids["ownership"], trade_mode_id=ids["trade_mode"],
        region_text="", partner_text="", commodity_text="", ownership_text="", trade_mode_text="",
        period_start=start, period_end=end, comparison_start=comparison[0], comparison_end=comparison[1],
        reference=columns.get("reference", ""), status=columns.get("status", "read"),
    )  # fmt: skip


def solved(*figures: Figure, sources: Iterable[Source] = ()) -> DocumentDeduction:
    """What one document implies."""
    (deduction,) = deduce(figures, list(sources) or [source()], structure())
    return deduction


def checks(*figures: Figure) -> dict[str, Check]:
    """The verdict on each figure, by its id."""
    return {check.figure_id: check for check in solved(*figures).checks()}


def find(figures: Iterable[DeducedFigure], statistic: str, **columns: object) -> DeducedFigure:
    """The one deduced figure that has these columns: those of its series, `start` and `end`, `reference`.

    What is not said is the whole of all trade in value.
    """
    wanted: dict[str, object] = {
        "region_id": "CN-XJ", "partner_id": "WORLD", "commodity_id": "TOTAL", "flow": "total", "ownership_id": "ALL",
        "trade_mode_id": "ALL", "measure": "value",
    }  # fmt: skip
    wanted |= columns
    found = [
        figure
        for figure in figures
        if figure.statistic == statistic and all(_column(figure, name) == value for name, value in wanted.items())
    ]
    assert len(found) == 1, [(one.statistic, one.series, one.period) for one in found]
    return found[0]


def _column(figure: DeducedFigure, name: str) -> object:
    if name in ("start", "end"):
        return str(getattr(figure.period, name))
    return getattr(figure, name) if name in ("reference", "origin") else getattr(figure.series, name)


def between(figure: DeducedFigure, low: str | None, high: str | None, *, scale: str = "1") -> bool:
    """Whether a figure's bounds are these, once rounded to their digits; None is unbounded."""
    return all(
        (bound is None) == (wanted is None)
        and (bound is None or wanted is None or round(bound / Decimal(scale), _places(wanted)) == Decimal(wanted))
        for bound, wanted in ((figure.low, low), (figure.high, high))
    )


def _places(digits: str) -> int:
    return len(digits.partition(".")[2])
