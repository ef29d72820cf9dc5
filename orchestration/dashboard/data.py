"""What the page shows, asked of the marts: tables with the marts' own columns, and the names of all codes in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.dashboard import rests
from orchestration.dashboard.queries import IDS, ids, records, scalar
from orchestration.dashboard.rests import SOURCE, Known, Rests, known_of

#: Rows that a table of the page has at most, before the page is found to be too large.
MAXIMUM_ROWS = 1200
#: Regions of which series are shown: those with the most figures.
MAXIMUM_REGIONS = 30
#: Columns that hold the evidence of a number begin with the number's name and end so.
EVIDENCE = "_evidence"

#: A number of which only bounds are known rests on something, too: the lower bound of each that may be so.
_BOUNDS = {
    "value": "low", "level": "level_low", "base": "base_low", "growth_pct": "growth_low_pct",
    "contribution_pp": "contribution_low_pp", "share_pct": "share_low_pct",
    "share_change_pp": "recomputed_share_change_low_pp", "balance": "balance_low", "ranked_value": "ranked_low",
}  # fmt: skip

_SUBJECT = ("region_id", "partner_id", "commodity_id", "flow", "ownership_id", "trade_mode_id", "measure", "unit")
_KEY = (*_SUBJECT, "period_start", "period_end")

#: Regions by how much is known of them, for which the page has series.
_SHOWN_REGIONS = """
CREATE OR REPLACE TEMP TABLE shown_regions AS
SELECT region_id, row_number() OVER (ORDER BY count(*) DESC, region_id) AS place
FROM (SELECT region_id FROM fct_levels UNION ALL SELECT region_id FROM mart_growth)
GROUP BY region_id
"""
_IS_WHOLE = (
    "(m.partner_id = 'WORLD' AND m.commodity_id = 'TOTAL' AND m.ownership_id = 'ALL' AND m.trade_mode_id = 'ALL')"
)
_ALL_KEY = ", ".join(f"m.{name}" for name in _KEY)
_NEWEST = f"m.period_end DESC, m.period_start DESC, {_IS_WHOLE} DESC"


@dataclass(frozen=True, slots=True)
class Question:
    """One table of the page: `columns` are those of `mart`, `evidence` says what each number rests on.

    `salience` orders the rows: those that come first are shown where not all are. `has_quota` limits rows to so many a
    region, so that one region never crowds out the others.
    """

    mart: str
    columns: tuple[str, ...]
    salience: str
    evidence: dict[str, Rests]
    where: str = "true"
    has_quota: bool = False
    hidden: tuple[str, ...] = ()  # columns that evidence is looked up by, and that the page does not show

    def sql(self, limit: int) -> str:
        """The query for at most `limit` rows."""
        named = ", ".join(f"m.{name}" for name in (*self.columns, *self.hidden))
        regions, quota, order = "", "", self.salience
        if self.has_quota:
            regions = f"JOIN shown_regions AS r ON r.region_id = m.region_id AND r.place <= {MAXIMUM_REGIONS}"
            # The region with the most figures may take half; each other one what is left of it, shared out.
            quota = (
                f"QUALIFY row_number() OVER (PARTITION BY m.region_id ORDER BY {self.salience}) "
                f"<= CASE WHEN r.place = 1 THEN {limit // 2} ELSE {max(limit // 20, 4)} END"
            )
            order = f"r.place, {order}"
        return (
            f"SELECT {named} FROM {self.mart} AS m {regions} WHERE {self.where} {quota} ORDER BY {order} LIMIT {limit}"
        )


QUESTIONS: dict[str, Question] = {
    "levels": Question(
        "fct_levels",
        (*_KEY, "value", "low", "high", "origin", "source_id"),
        salience=f"{_NEWEST}, coalesce(m.high, m.low) DESC NULLS LAST, {_ALL_KEY}",
        evidence={"value": rests.level_of_row},
        has_quota=True,
    ),
    "growth": Question(
        "mart_growth",
        (
            *_KEY, "comparison_start", "comparison_end", "level", "level_low", "level_high", "base", "base_low",
            "base_high", "growth_pct", "growth_low_pct", "growth_high_pct", "contribution_pp", "contribution_low_pp",
            "contribution_high_pp", "origin", "source_id",
        ),
        salience=f"{_NEWEST}, m.level_high DESC NULLS LAST, {_ALL_KEY}, m.comparison_start",
        evidence={
            "growth_pct": rests.growth,
            "level": rests.level,
            "base": rests.base,
            "contribution_pp": rests.contribution,
        },
        has_quota=True,
        hidden=("stated_figure_id",),
    ),
    "shares": Question(
        "mart_share",
        (
            *_KEY, "reference", "share_pct", "share_low_pct", "share_high_pct", "share_change_pp",
            "recomputed_share_change_low_pp", "recomputed_share_change_high_pp", "stated_share_change_pp", "origin",
            "source_id",
        ),
        salience=f"{_NEWEST}, m.share_high_pct DESC NULLS LAST, {_ALL_KEY}, m.reference",
        evidence={"share_pct": rests.share, "share_change_pp": rests.share_change},
        has_quota=True,
        hidden=("stated_share_figure_id",),
    ),
    "balance": Question(
        "mart_balance",
        (*_KEY, "balance", "balance_low", "balance_high", "origin", "source_id"),
        salience=f"{_NEWEST}, {_ALL_KEY}",
        evidence={"balance": rests.balance},
        where=_IS_WHOLE,
        has_quota=True,
    ),
    "ranking": Question(
        "mart_ranking",
        (
            *_KEY, "ranked_by", "peers", "ranked_value", "ranked_low", "ranked_high", "rank", "rank_low", "rank_high",
            "stated_rank", "peer_count", "source_id",
        ),
        salience=(
            "(m.peers LIKE 'prefecture%' OR m.peers LIKE 'province%') DESC, m.period_end DESC, m.period_start DESC, "
            f"m.peers, m.ranked_by, m.rank NULLS LAST, {_ALL_KEY}"
        ),
        evidence={"ranked_value": rests.ranked_value, "stated_rank": rests.stated_rank},
    ),
    "price_volume": Question(
        "mart_price_volume",
        (
            "region_id", "partner_id", "commodity_id", "flow", "ownership_id", "trade_mode_id", "currency",
            "quantity_unit", "period_start", "period_end", "comparison_start", "comparison_end", "rule",
            "value_growth_pct", "value_growth_low_pct", "value_growth_high_pct",
            "quantity_growth_pct", "quantity_growth_low_pct", "quantity_growth_high_pct",
            "unit_value_growth_pct", "unit_value_growth_low_pct", "unit_value_growth_high_pct",
            "quantity_contribution_pp", "quantity_contribution_low_pp", "quantity_contribution_high_pp",
            "price_contribution_pp", "price_contribution_low_pp", "price_contribution_high_pp",
            "origin", "source_id",
        ),
        salience=(
            "m.period_end DESC, m.period_start DESC, m.value_now DESC NULLS LAST, "
            "abs(m.value_growth_pct) DESC NULLS LAST, m.region_id, m.partner_id, m.commodity_id, m.flow, "
            "m.ownership_id, m.trade_mode_id, m.rule"
        ),
        evidence={
            "value_growth_pct": rests.growth_of("value"),
            "quantity_growth_pct": rests.growth_of("quantity"),
            "unit_value_growth_pct": rests.growth_of("unit_value"),
            "quantity_contribution_pp": rests.parts_of_price,
            "price_contribution_pp": rests.parts_of_price,
        },
    ),
    "revisions": Question(
        "mart_revisions",
        (
            *_KEY, "first_source_id", "first_low", "first_high", "latest_source_id", "latest_low", "latest_high",
            "change_low_pct", "change_high_pct", "is_explained_by_rounding",
        ),
        salience=(
            "m.is_explained_by_rounding, least(abs(m.change_low_pct), abs(m.change_high_pct)) DESC NULLS LAST, "
            f"m.period_end DESC, {_ALL_KEY}, m.first_source_id, m.latest_source_id"
        ),
        evidence={
            "first_low": rests.named("first_deduced_id"),
            "latest_low": rests.named("latest_deduced_id"),
            "change_low_pct": rests.named("first_deduced_id", "latest_deduced_id"),
        },
        hidden=("first_deduced_id", "latest_deduced_id"),
    ),
    "checks": Question(
        "mart_checks",
        (
            *_KEY, "statistic", "rule", "verdict", "stated_low", "stated_high", "recomputed_low", "recomputed_high",
            "distance_in_last_digits", "is_culprit", "figure_id", "source_id",
        ),
        salience="m.is_culprit DESC, m.distance_in_last_digits DESC NULLS LAST, m.source_id, m.figure_id, m.rule",
        evidence={"stated_low": rests.named("figure_id"), "recomputed_low": rests.contradicted},
        where="m.verdict = 'inconsistent'",
    ),
    "unprinted": Question(
        "mart_unprinted",
        (
            *_KEY, "finding", "salience", "statistic", "low", "high", "against_low", "against_high", "sentence_en",
            "sentence_zh", "derivation_id", "source_id",
        ),
        salience=f"m.salience DESC, m.source_id, m.salience_rank, {_ALL_KEY}",
        evidence={"low": rests.named("derivation_id")},
    ),
}  # fmt: skip


@dataclass(slots=True)
class Table:
    """Rows of a mart that the page shows, out of `total`."""

    mart: str
    columns: list[str]
    rows: list[list[Any]]
    total: int

    def values(self, *columns: str) -> set[str]:
        """What stands in these columns."""
        places = [self.columns.index(name) for name in columns if name in self.columns]
        return {row[place] for row in self.rows for place in places if row[place]}


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make what the tables need: the order of the regions, in a temporary table."""
    connection.execute(_SHOWN_REGIONS)


def tables(connection: duckdb.DuckDBPyConnection, limit: int) -> dict[str, Table]:
    """Every table of the page, with at most `limit` rows each, and behind their columns those of the evidence.

    Needs `prepare`.
    """
    asked = {name: records(connection, question.sql(limit)) for name, question in QUESTIONS.items()}
    known = known_of(connection, [row for rows in asked.values() for row in rows])
    found = {}
    for name, question in QUESTIONS.items():
        rows = []
        for row in asked[name]:
            evidence = [question_rests(row, number, own, known) for number, own in question.evidence.items()]
            rows.append([*(row[column] for column in question.columns), *evidence])
        total = len(rows)
        if question.has_quota or total >= limit:
            total = scalar(connection, f"SELECT count(*) FROM {question.mart} AS m WHERE {question.where}")
        headings = [*question.columns, *(f"{number}{EVIDENCE}" for number in question.evidence)]
        found[name] = Table(question.mart, headings, rows, total)
    return found


def question_rests(row: dict[str, Any], number: str, own: Rests, known: Known) -> list[str] | None:
    """What a number rests on: its figures, deduced figures or steps, else its document; None where there is none."""
    if row[number] is None and row.get(_BOUNDS.get(number, number)) is None:
        return None
    return own(row, known) or [f"{SOURCE}{row['source_id']}"]


def names(connection: duckdb.DuckDBPyConnection, used: dict[str, set[str]]) -> dict[str, dict[str, list[str]]]:
    """The names of the codes in use as [English, Chinese], by list; what has no Chinese name has the English one."""
    found: dict[str, dict[str, list[str]]] = {}
    for name in ("region", "partner", "commodity", "flow", "ownership", "trade_mode", "measure", "unit", "finding"):
        code = name if name in ("flow", "measure", "unit", "finding") else f"{name}_id"
        rows = connection.execute(
            f"SELECT {code}, {name}_name_en, coalesce({name}_name_zh, {name}_name_en) FROM dim_{name} "
            f"WHERE {code} IN {IDS} ORDER BY 1",
            [ids(used.get(name, ()))],
        ).fetchall()
        found[name] = {code: [english, chinese] for code, english, chinese in rows}
    rows = connection.execute(
        "SELECT concat(period_start, '/', period_end), period_name_en, coalesce(period_name_zh, period_name_en) "
        f"FROM dim_period WHERE concat(period_start, '/', period_end) IN {IDS} "
        "ORDER BY 1",
        [ids(used.get("period", ()))],
    ).fetchall()
    found["period"] = {code: [english, chinese] for code, english, chinese in rows}
    return found


def inside(connection: duckdb.DuckDBPyConnection, used: dict[str, set[str]]) -> dict[str, list[list[Any]]]:
    """Which partners and commodities in use lie within which others in use: [part, whole, size of the whole].

    A group lies within another where all its members do. Several that a source merely takes together hold nothing.
    """
    partners = connection.execute(
        f"""WITH used(id) AS {IDS},
        members AS (
            SELECT DISTINCT partner_id AS whole, member_partner_id AS member FROM bridge_partner_group_member
            JOIN used ON used.id = partner_id WHERE basis <> 'joint'
            UNION SELECT id, id FROM used),
        sizes AS (SELECT whole, count(*) FILTER (member <> whole) AS size FROM members GROUP BY whole)
        SELECT part.whole, w.whole, any_value(s.size)
        FROM members AS part JOIN members AS w ON w.member = part.member AND w.whole <> part.whole
        JOIN sizes AS s ON s.whole = w.whole JOIN sizes AS own ON own.whole = part.whole
        WHERE (own.size = 0 OR part.member <> part.whole) AND s.size > own.size
        GROUP BY part.whole, w.whole, own.size HAVING count(*) >= greatest(own.size, 1) ORDER BY ALL""",
        [ids(used.get("partner", ()))],
    ).fetchall()
    commodities = connection.execute(
        f"""WITH RECURSIVE used(id) AS {IDS},
        links AS (
            SELECT member_commodity_id AS part, commodity_id AS whole FROM bridge_commodity_group_member
            WHERE basis <> 'joint'
            UNION SELECT commodity_id, parent_commodity_id FROM dim_commodity WHERE parent_commodity_id IS NOT NULL),
        above AS (
            SELECT part, whole, 1 AS steps FROM links JOIN used ON used.id = part
            UNION SELECT above.part, links.whole, steps + 1 FROM above JOIN links ON links.part = above.whole
            WHERE steps < 8)
        SELECT part, whole, min(steps) FROM above JOIN used ON used.id = whole WHERE part <> whole
        GROUP BY ALL ORDER BY ALL""",
        [ids(used.get("commodity", ()))],
    ).fetchall()
    return {"partner": [list(row) for row in partners], "commodity": [list(row) for row in commodities]}


def check_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many figures are checked with each verdict."""
    rows = connection.execute("SELECT verdict, count(*) FROM mart_checks GROUP BY verdict ORDER BY verdict").fetchall()
    return dict(rows)


def sources(connection: duckdb.DuckDBPyConnection, used: Iterable[str], limit: int) -> list[dict[str, Any]]:
    """The documents in use, and the latest of the others, at most `limit` of those."""
    return records(
        connection,
        f"""SELECT source_id, source_kind, raw_path, title, publisher, published_date, url, language, licence, note,
            figure_count, first_period_start, last_period_end
        FROM dim_source
        QUALIFY source_id IN {IDS.replace("?", "$1")}
            OR row_number() OVER (ORDER BY published_date DESC, source_id) <= $2
        ORDER BY published_date DESC, source_id""",
        [ids(used), limit],
    )
