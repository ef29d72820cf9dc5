"""What the page shows, asked of the marts: tables with the marts' own columns, and the names of all codes in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

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

#: What can be known of a subject, by statistic: the figures that state it, and what follows of it in each document.
#: `extra` tells apart what has one subject: the span that a growth compares with, the whole of a share.
_KNOWN = f"""
CREATE OR REPLACE TEMP MACRO subject_of({", ".join(_KEY)}) AS concat_ws('|', {", ".join(_KEY)});

CREATE OR REPLACE TEMP MACRO extra_of(statistic, comparison_start, comparison_end, reference) AS
    CASE WHEN statistic = 'growth' THEN concat_ws('|', comparison_start, comparison_end)
        WHEN statistic IN ('level', 'contribution') THEN '' ELSE coalesce(reference, '') END;

CREATE OR REPLACE TEMP TABLE stated AS
SELECT
    statistic, subject_of({", ".join(_SUBJECT[:-1])}, series_unit, period_start, period_end) AS subject,
    source_id, low, high, min(figure_id) AS figure_id
FROM fct_figures WHERE status = 'read' AND statistic IN ('level', 'rank') GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE documents AS SELECT source_id, document_id FROM dim_source;

CREATE OR REPLACE TEMP TABLE deduced AS
SELECT
    statistic, subject_of({", ".join(_KEY)}) AS subject,
    extra_of(statistic, comparison_start, comparison_end, reference) AS extra,
    document_id, any_value(source_id) AS source_id, max(deduced_id) AS deduced_id, max(as_of_date) AS as_of_date
FROM fct_deductions JOIN documents USING (source_id)
GROUP BY ALL;

-- Of what a document has of a subject; else of what the latest one has.
CREATE OR REPLACE TEMP MACRO deduced_of(name, subject_asked, extra_asked, source_asked) AS (
    SELECT d.deduced_id FROM deduced AS d JOIN documents AS own ON own.source_id = source_asked
    WHERE d.statistic = name AND d.subject = subject_asked AND d.extra = extra_asked
    ORDER BY d.document_id = own.document_id DESC, d.as_of_date DESC, d.deduced_id LIMIT 1
);

CREATE OR REPLACE TEMP MACRO level_stated(subject_asked, source_asked, low_asked, high_asked) AS (
    SELECT s.figure_id FROM stated AS s
    WHERE s.statistic = 'level' AND s.subject = subject_asked AND s.source_id = source_asked
        AND s.low IS NOT DISTINCT FROM low_asked AND s.high IS NOT DISTINCT FROM high_asked LIMIT 1
);

CREATE OR REPLACE TEMP MACRO widened(reference, dimension, code) AS
    coalesce(nullif(regexp_extract(reference, '(^|;)' || dimension || '=([^;]*)', 2), ''), code);

CREATE OR REPLACE TEMP TABLE shown_regions AS
SELECT region_id, row_number() OVER (ORDER BY count(*) DESC, region_id) AS place
FROM (SELECT region_id FROM fct_levels UNION ALL SELECT region_id FROM mart_growth)
GROUP BY region_id;
"""  # noqa: S608  # names of columns are our own


@dataclass(frozen=True, slots=True)
class Question:
    """One table of the page: `columns` are those of `mart`, `evidence` says what each number rests on.

    `salience` orders the rows: those that come first are shown where not all are. `quota` limits rows to so many a
    region, so that one region never crowds out the others.
    """

    mart: str
    columns: tuple[str, ...]
    salience: str
    evidence: dict[str, str] = field(default_factory=dict)
    where: str = "true"
    has_quota: bool = False

    def sql(self, limit: int) -> str:
        """The query for at most `limit` rows."""
        named = ", ".join(f"m.{name}" for name in self.columns)
        evidence = "".join(
            f", CASE WHEN coalesce(m.{name}, m.{_BOUNDS.get(name, name)}) IS NOT NULL THEN {sql} END AS {name}{EVIDENCE}"
            for name, sql in self.evidence.items()
        )
        regions, quota = "", ""
        if self.has_quota:
            regions = f"JOIN shown_regions AS r ON r.region_id = m.region_id AND r.place <= {MAXIMUM_REGIONS}"
            # The region with the most figures may take half; each other one what is left of it, shared out.
            quota = (
                f"QUALIFY row_number() OVER (PARTITION BY m.region_id ORDER BY {self.salience}) "
                f"<= CASE WHEN r.place = 1 THEN {limit // 2} ELSE {max(limit // 20, 4)} END"
            )
        order = ("r.place, " if self.has_quota else "") + self.salience
        # Evidence is looked up of the rows that are shown, and of no others.
        return (
            f"WITH picked AS (SELECT m.* FROM {self.mart} AS m {regions} WHERE {self.where} {quota} "  # noqa: S608
            f"ORDER BY {order} LIMIT {limit}) SELECT {named}{evidence} FROM picked AS m ORDER BY {self.salience}"
        )


def _subject(prefix: str = "m", **replaced: str) -> str:
    """SQL for the subject of a row, with some of its parts replaced."""
    return f"subject_of({', '.join(replaced.get(name, f'{prefix}.{name}') for name in _KEY)})"


def _deduced(statistic: str, subject: str, extra: str = "''", source: str = "m.source_id") -> str:
    return f"deduced_of('{statistic}', {subject}, {extra}, {source})"


def _first(*choices: str) -> str:
    """The first of several lists that has anything in it."""
    lists = [f"nullif(list_filter([{choice}], x -> x IS NOT NULL), [])" for choice in choices]
    return f"coalesce({', '.join(lists)}, ['source:' || m.source_id])"


_BASE = _subject(period_start="m.comparison_start", period_end="m.comparison_end")
_GROWTH = _deduced("growth", _subject(), "concat_ws('|', m.comparison_start, m.comparison_end)")
_LEVEL = _deduced("level", _subject())
_WHOLE = {
    name: f"widened(m.reference, '{name.removesuffix('_id')}', m.{name})"
    for name in ("region_id", "partner_id", "commodity_id", "flow", "ownership_id", "trade_mode_id", "measure")
}
_WHOLE_BASE = _subject(
    partner_id="'WORLD'", commodity_id="'TOTAL'", ownership_id="'ALL'", trade_mode_id="'ALL'",
    period_start="m.comparison_start", period_end="m.comparison_end",
)  # fmt: skip
_PRICE_SPAN = "concat_ws('|', m.comparison_start, m.comparison_end)"


def _price(measure: str, unit: str) -> str:
    return _deduced("growth", _subject(measure=f"'{measure}'", unit=unit), _PRICE_SPAN)


_PRICE_UNIT = (
    "CASE WHEN 'unstated' IN (m.currency, m.quantity_unit) THEN 'unstated' "
    "ELSE m.currency || '/' || m.quantity_unit END"
)
_PARTS_OF_PRICE = ", ".join(
    (_price("value", "m.currency"), _price("quantity", "m.quantity_unit"), _price("unit_value", _PRICE_UNIT))
)
_IS_WHOLE = "(m.partner_id = 'WORLD' AND m.commodity_id = 'TOTAL' AND m.ownership_id = 'ALL' AND m.trade_mode_id = 'ALL')"
_ALL_KEY = ", ".join(f"m.{name}" for name in _KEY)
_NEWEST = f"m.period_end DESC, m.period_start DESC, {_IS_WHOLE} DESC"

QUESTIONS: dict[str, Question] = {
    "levels": Question(
        "fct_levels",
        (*_KEY, "value", "low", "high", "origin", "source_id"),
        salience=f"{_NEWEST}, coalesce(m.high, m.low) DESC NULLS LAST, {_ALL_KEY}",
        evidence={
            "value": _first(
                f"CASE WHEN m.origin = 'stated' THEN level_stated({_subject()}, m.source_id, m.low, m.high) END", _LEVEL
            )
        },
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
            "growth_pct": _first("m.stated_figure_id", _GROWTH, f"{_LEVEL}, {_deduced('level', _BASE)}"),
            "level": _first(_LEVEL),
            "base": _first(_deduced("level", _BASE), f"{_LEVEL}, {_GROWTH}"),
            "contribution_pp": _first(
                _deduced("contribution", _subject()), f"{_LEVEL}, {_GROWTH}, {_deduced('level', _WHOLE_BASE)}"
            ),
        },
        has_quota=True,
    ),
    "shares": Question(
        "mart_share",
        (
            *_KEY, "reference", "share_pct", "share_low_pct", "share_high_pct", "share_change_pp",
            "recomputed_share_change_low_pp", "recomputed_share_change_high_pp", "stated_share_change_pp", "origin",
            "source_id",
        ),
        salience=f"{_NEWEST}, m.share_high_pct DESC NULLS LAST, {_ALL_KEY}, m.reference",
        evidence={
            "share_pct": _first(
                "m.stated_share_figure_id",
                _deduced("share", _subject(), "m.reference"),
                f"{_LEVEL}, {_deduced('level', _subject(**_WHOLE))}",
            ),
            "share_change_pp": _first(
                _deduced("share_change", _subject(), "m.reference"),
                f"{_LEVEL}, {_deduced('level', _subject(**_WHOLE))}",
            ),
        },
        has_quota=True,
    ),
    "balance": Question(
        "mart_balance",
        (*_KEY, "balance", "balance_low", "balance_high", "origin", "source_id"),
        salience=f"{_NEWEST}, {_ALL_KEY}",
        evidence={
            "balance": _first(
                f"{_deduced('level', _subject(flow=repr('export')))}, "
                f"{_deduced('level', _subject(flow=repr('import')))}"
            )
        },
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
        evidence={
            "ranked_value": _first(
                f"CASE m.ranked_by WHEN 'level' THEN {_LEVEL} ELSE "
                + _deduced(
                    "growth",
                    _subject(),
                    "concat_ws('|', CAST(m.period_start - INTERVAL 1 YEAR AS DATE), "
                    "CAST(m.period_end + INTERVAL 1 DAY - INTERVAL 1 YEAR - INTERVAL 1 DAY AS DATE))",
                )
                + " END"
            ),
            "stated_rank": _first(
                f"(SELECT s.figure_id FROM stated AS s WHERE s.statistic = 'rank' AND s.subject = {_subject()} "
                "AND s.low = m.stated_rank ORDER BY s.source_id = m.source_id DESC, s.figure_id LIMIT 1)"
            ),
        },
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
        salience="m.period_end DESC, m.period_start DESC, m.value_now DESC NULLS LAST, abs(m.value_growth_pct) DESC NULLS LAST, "
        "m.region_id, m.partner_id, m.commodity_id, m.flow, m.ownership_id, m.trade_mode_id, m.rule",
        evidence={
            "value_growth_pct": _first(_price("value", "m.currency"), _PARTS_OF_PRICE),
            "quantity_growth_pct": _first(_price("quantity", "m.quantity_unit"), _PARTS_OF_PRICE),
            "unit_value_growth_pct": _first(_price("unit_value", _PRICE_UNIT), _PARTS_OF_PRICE),
            "quantity_contribution_pp": _first(_PARTS_OF_PRICE),
            "price_contribution_pp": _first(_PARTS_OF_PRICE),
        },
    ),
    "revisions": Question(
        "mart_revisions",
        (
            *_KEY, "first_source_id", "first_low", "first_high", "latest_source_id", "latest_low", "latest_high",
            "change_low_pct", "change_high_pct", "is_explained_by_rounding",
        ),
        salience=(
            "m.is_explained_by_rounding, "
            "least(abs(m.change_low_pct), abs(m.change_high_pct)) DESC NULLS LAST, "
            f"m.period_end DESC, {_ALL_KEY}, m.first_source_id, m.latest_source_id"
        ),
        evidence={
            "first_low": "[m.first_deduced_id]",
            "latest_low": "[m.latest_deduced_id]",
            "change_low_pct": "[m.first_deduced_id, m.latest_deduced_id]",
        },
    ),
    "checks": Question(
        "mart_checks",
        (
            *_KEY, "statistic", "rule", "verdict", "stated_low", "stated_high", "recomputed_low", "recomputed_high",
            "distance_in_last_digits", "is_culprit", "figure_id", "source_id",
        ),
        salience="m.is_culprit DESC, m.distance_in_last_digits DESC NULLS LAST, m.source_id, m.figure_id, m.rule",
        evidence={
            "stated_low": "[m.figure_id]",
            "recomputed_low": (
                "list_distinct(list_prepend(m.figure_id, coalesce((SELECT flatten(list(c.member_figure_ids)) "
                "FROM mart_conflicts AS c WHERE list_contains(c.member_figure_ids, m.figure_id)), [])))"
            ),
        },
        where="m.verdict = 'inconsistent'",
    ),
    "unprinted": Question(
        "mart_unprinted",
        (
            *_KEY, "finding", "salience", "statistic", "low", "high", "against_low", "against_high", "sentence_en",
            "sentence_zh", "derivation_id", "source_id",
        ),
        salience=f"m.salience DESC, m.source_id, m.salience_rank, {_ALL_KEY}",
        evidence={"low": "[m.derivation_id]"},
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
    """Make what the questions look evidence up in, in the connection's own temporary tables."""
    connection.execute(_KNOWN)


def tables(connection: duckdb.DuckDBPyConnection, limit: int) -> dict[str, Table]:
    """Every table of the page, with at most `limit` rows each; needs `prepare`."""
    found = {}
    for name, question in QUESTIONS.items():
        cursor = connection.execute(question.sql(limit))
        columns = [column[0] for column in cursor.description or ()]
        rows = [list(row) for row in cursor.fetchall()]
        total = len(rows)
        if question.has_quota or total >= limit:
            total = scalar(connection, f"SELECT count(*) FROM {question.mart} AS m WHERE {question.where}")  # noqa: S608
        found[name] = Table(question.mart, columns, rows, total)
    return found


def scalar(connection: duckdb.DuckDBPyConnection, sql: str) -> Any:
    """The one value that a query answers with."""
    row = connection.execute(sql).fetchone()
    return None if row is None else row[0]


def records(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
    """Rows of a query as mappings."""
    cursor = connection.execute(sql, list(parameters))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def names(connection: duckdb.DuckDBPyConnection, used: dict[str, set[str]]) -> dict[str, dict[str, list[str]]]:
    """The names of the codes in use as [English, Chinese], by list; what has no Chinese name has the English one."""
    found: dict[str, dict[str, list[str]]] = {}
    for name in ("region", "partner", "commodity", "flow", "ownership", "trade_mode", "measure", "unit", "finding"):
        code = name if name in ("flow", "measure", "unit", "finding") else f"{name}_id"
        rows = connection.execute(
            f"SELECT {code}, {name}_name_en, coalesce({name}_name_zh, {name}_name_en) FROM dim_{name} "  # noqa: S608
            f"WHERE {code} IN (SELECT unnest(CAST(? AS VARCHAR[]))) ORDER BY 1",
            [sorted(used.get(name, set()))],
        ).fetchall()
        found[name] = {code: [english, chinese] for code, english, chinese in rows}
    rows = connection.execute(
        "SELECT concat(period_start, '/', period_end), period_name_en, coalesce(period_name_zh, period_name_en) "
        "FROM dim_period WHERE concat(period_start, '/', period_end) IN (SELECT unnest(CAST(? AS VARCHAR[]))) "
        "ORDER BY 1",
        [sorted(used.get("period", set()))],
    ).fetchall()
    found["period"] = {code: [english, chinese] for code, english, chinese in rows}
    return found


def inside(connection: duckdb.DuckDBPyConnection, used: dict[str, set[str]]) -> dict[str, list[list[Any]]]:
    """Which partners and commodities in use lie within which others in use: [part, whole, size of the whole].

    A group lies within another where all its members do. Several that a source merely takes together hold nothing.
    """
    partners = connection.execute(
        """WITH used AS (SELECT unnest(CAST(? AS VARCHAR[])) AS id),
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
        [sorted(used.get("partner", set()))],
    ).fetchall()
    commodities = connection.execute(
        """WITH RECURSIVE used AS (SELECT unnest(CAST(? AS VARCHAR[])) AS id),
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
        [sorted(used.get("commodity", set()))],
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
        """SELECT source_id, source_kind, raw_path, title, publisher, published_date, url, language, licence, note,
            figure_count, first_period_start, last_period_end
        FROM dim_source
        QUALIFY source_id IN (SELECT unnest(CAST($1 AS VARCHAR[])))
            OR row_number() OVER (ORDER BY published_date DESC, source_id) <= $2
        ORDER BY published_date DESC, source_id""",
        [sorted(used), limit],
    )
