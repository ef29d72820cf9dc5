"""What a number of a mart rests on: the figure that states it, the deduced one, or those that it is computed from."""

from __future__ import annotations

import calendar
import datetime
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from orchestration.dashboard.queries import IDS, ids

#: What evidence that names a document, and no figure of it, begins with.
SOURCE = "source:"

_SERIES = ("region_id", "partner_id", "commodity_id", "flow", "ownership_id", "trade_mode_id", "measure")
#: Statistics that numbers of the page are looked up by.
_STATISTICS = ("level", "growth", "share", "share_change", "contribution")

Row = dict[str, Any]
Subject = tuple[Any, ...]


@dataclass(slots=True)
class Known:
    """Figures and deduced figures by what they are about.

    A subject is series, unit and span. `extra` tells apart what has one subject: the span that a growth compares with,
    the whole of a share.
    """

    documents: dict[str, str] = field(default_factory=dict)
    stated_levels: dict[tuple[Any, ...], str] = field(default_factory=dict)
    stated_ranks: dict[tuple[Any, ...], list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    deduced: dict[tuple[Any, ...], dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    contradictions: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def find(self, statistic: str, subject: Subject, source_id: str, extra: object = "") -> str | None:
        """The deduced figure that the source's document has of a subject, else that of the latest document."""
        found = self.deduced.get((statistic, subject, extra))
        if not found:
            return None
        return found.get(self.documents.get(source_id, ""), next(reversed(found.values())))


Rests = Callable[[Row, Known], list[str]]


def known_of(connection: duckdb.DuckDBPyConnection, rows: Sequence[Row]) -> Known:
    """What the published file knows of the regions and the last days that these rows speak of."""
    known = Known()
    regions = {row["region_id"] for row in rows} | {
        _whole_of_share(row).get("region_id", "") for row in rows if "reference" in row
    }
    ends = {row[name] for row in rows for name in ("period_end", "comparison_end") if row.get(name)}
    ends |= {_year_before(row["period_end"]) for row in rows}
    spoken_of = f"region_id IN {IDS} AND period_end IN (SELECT unnest(CAST(? AS DATE[])))"
    limits = [ids(regions), sorted(ends)]
    known.documents = dict(connection.execute("SELECT source_id, document_id FROM dim_source").fetchall())
    series = ", ".join(_SERIES)
    stated = connection.execute(
        f"SELECT {series}, series_unit, period_start, period_end, statistic, source_id, low, high, figure_id "
        f"FROM fct_figures WHERE status = 'read' AND statistic IN ('level', 'rank') AND {spoken_of} "
        "ORDER BY figure_id DESC",
        limits,
    ).fetchall()
    for row in stated:
        subject, (statistic, source_id, low, high, figure_id) = row[:10], row[10:]
        if statistic == "level":
            known.stated_levels[subject, source_id, low, high] = figure_id
        else:
            known.stated_ranks[(*subject[:7], *subject[8:], low)].append((source_id, figure_id))
    deduced = connection.execute(
        f"SELECT {series}, unit, period_start, period_end, statistic, comparison_start, comparison_end, reference, "
        f"source_id, deduced_id FROM fct_deductions WHERE statistic IN {_STATISTICS} AND {spoken_of} "
        "ORDER BY as_of_date, is_across_vintages, deduced_id",
        limits,
    ).fetchall()
    for row in deduced:
        subject, (statistic, start, end, reference, source_id, deduced_id) = row[:10], row[10:]
        extra: object = ""
        if statistic == "growth":
            extra = (start, end)
        elif statistic in ("share", "share_change"):
            extra = reference
        known.deduced[statistic, subject, extra].setdefault(known.documents[source_id], deduced_id)
    for (members,) in connection.execute("SELECT member_figure_ids FROM mart_conflicts").fetchall():
        for member in members:
            known.contradictions[member].update(members)
    return known


def _subject(row: Row, **replaced: object) -> Subject:
    return tuple(replaced.get(name, row.get(name)) for name in (*_SERIES, "unit", "period_start", "period_end"))


def _first(*choices: Sequence[str | None]) -> list[str]:
    """The first of several lists that has anything in it, each figure once."""
    found = ([one for one in choice if one] for choice in choices)
    return list(dict.fromkeys(next(filter(None, found), [])))


def _level(row: Row, known: Known, **replaced: object) -> str | None:
    return known.find("level", _subject(row, **replaced), row["source_id"])


def _growth(row: Row, known: Known, **replaced: object) -> str | None:
    span = (row["comparison_start"], row["comparison_end"])
    return known.find("growth", _subject(row, **replaced), row["source_id"], span)


def _base(row: Row, known: Known, **replaced: object) -> str | None:
    return _level(row, known, period_start=row["comparison_start"], period_end=row["comparison_end"], **replaced)


def level_of_row(row: Row, known: Known) -> list[str]:
    """Of a row of fct_levels: the figure that states its level, or the deduced one."""
    stated = known.stated_levels.get((_subject(row), row["source_id"], row["low"], row["high"]))
    return _first([stated if row["origin"] == "stated" else None], [_level(row, known)])


def level(row: Row, known: Known) -> list[str]:
    """Of a row of mart_growth: its level."""
    return _first([_level(row, known)])


def growth(row: Row, known: Known) -> list[str]:
    """Of a row of mart_growth: its growth as stated, as deduced, or level and base."""
    return _first([row["stated_figure_id"]], [_growth(row, known)], [_level(row, known), _base(row, known)])


def base(row: Row, known: Known) -> list[str]:
    """Of a row of mart_growth: the level that it compares with, or level and growth, which imply it."""
    return _first([_base(row, known)], [_level(row, known), _growth(row, known)])


def contribution(row: Row, known: Known) -> list[str]:
    """Of a row of mart_growth: its contribution as deduced, or its level, its growth and the base of the whole."""
    whole = _base(row, known, partner_id="WORLD", commodity_id="TOTAL", ownership_id="ALL", trade_mode_id="ALL")
    return _first(
        [known.find("contribution", _subject(row), row["source_id"])], [_level(row, known), _growth(row, known), whole]
    )


def _whole_of_share(row: Row) -> dict[str, str]:
    """The codes of the whole of a share, from `partner=WORLD;flow=export`."""
    pairs = (part.partition("=") for part in row["reference"].split(";") if part)
    return {name if name in ("flow", "measure") else f"{name}_id": code for name, _, code in pairs}


def share(row: Row, known: Known) -> list[str]:
    """Of a row of mart_share: the share as stated, as deduced, or part and whole."""
    deduced = known.find("share", _subject(row), row["source_id"], row["reference"])
    parts = [_level(row, known), _level(row, known, **_whole_of_share(row))]
    return _first([row["stated_share_figure_id"]], [deduced], parts)


def share_change(row: Row, known: Known) -> list[str]:
    """Of a row of mart_share: the change as deduced (it holds what is stated), or share and whole."""
    deduced = known.find("share_change", _subject(row), row["source_id"], row["reference"])
    return _first([deduced], share(row, known))


def balance(row: Row, known: Known) -> list[str]:
    """Of a row of mart_balance: exports and imports."""
    return _first([_level(row, known, flow="export"), _level(row, known, flow="import")])


def ranked_value(row: Row, known: Known) -> list[str]:
    """Of a row of mart_ranking: the level or the growth over a year that is ranked."""
    if row["ranked_by"] == "level":
        return _first([_level(row, known)])
    span = (_year_before(row["period_start"]), _year_before(row["period_end"]))
    return _first([known.find("growth", _subject(row), row["source_id"], span)])


def _year_before(day: datetime.date) -> datetime.date:
    """The same day a year before; of the last day of a February its last day."""
    last = calendar.monthrange(day.year - 1, day.month)[1]
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return day.replace(year=day.year - 1, day=last if is_last else min(day.day, last))


def stated_rank(row: Row, known: Known) -> list[str]:
    """Of a row of mart_ranking: the figure that states its rank."""
    subject = _subject(row)
    found = known.stated_ranks.get((*subject[:7], *subject[8:], row["stated_rank"]), [])
    return _first(
        [figure_id for source_id, figure_id in found if source_id == row["source_id"]][:1],
        [found[0][1]] if found else [],
    )


def growth_of(measure: str) -> Rests:
    """Of a row of mart_price_volume: the growth of one of its three measures, or those that it is computed from."""

    def evidence(row: Row, known: Known) -> list[str]:
        return _first([_part_of_price(row, known, measure)], parts_of_price(row, known))

    return evidence


def parts_of_price(row: Row, known: Known) -> list[str]:
    """Of a row of mart_price_volume: the growths that are known of its three measures."""
    return _first([_part_of_price(row, known, measure) for measure in ("value", "quantity", "unit_value")])


def _part_of_price(row: Row, known: Known, measure: str) -> str | None:
    currency, quantity = row["currency"], row["quantity_unit"]
    price = "unstated" if "unstated" in (currency, quantity) else f"{currency}/{quantity}"
    return _growth(row, known, measure=measure, unit={"value": currency, "quantity": quantity}.get(measure, price))


def named(*columns: str) -> Rests:
    """What the mart itself names in these columns."""

    def evidence(row: Row, known: Known) -> list[str]:
        return _first([row[column] for column in columns])

    return evidence


def contradicted(row: Row, known: Known) -> list[str]:
    """Of a row of mart_checks: the figure, and all those that it contradicts."""
    return _first([row["figure_id"], *sorted(known.contradictions.get(row["figure_id"], ()))])
