"""What is asked of the loaded rows of a raw folder: names that no code list knows, and what became of its numbers."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from orchestration.codes import LISTS
from orchestration.figures import UNMAPPED


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberCounts:
    """What became of the numbers of one source, and how many figures it states, read or uncertain."""

    source_id: str
    read: int
    uncertain: int
    unread: int
    not_a_figure: int
    figures: int


def unmapped_names(connection: duckdb.DuckDBPyConnection, kind: str) -> list[str]:
    """Every name in the figures of a raw folder that no code list knows, with its source."""
    each = " UNION ".join(
        f"SELECT '{name}' AS list, {name}_text AS name, source_id FROM raw.{kind}_figures WHERE {name}_id = $1"
        for name in LISTS
    )
    rows = connection.execute(f"{each} ORDER BY ALL", [UNMAPPED]).fetchall()
    return [f"{list_name} {name!r} in {source_id}" for list_name, name, source_id in rows]


def number_counts(connection: duckdb.DuckDBPyConnection, kind: str) -> list[NumberCounts]:
    """The account of the numbers of a raw folder, by source."""
    rows = connection.execute(
        f"""SELECT source_id, coalesce(read, 0), coalesce(uncertain, 0), coalesce(unread, 0),
            coalesce(not_a_figure, 0), coalesce(figures, 0)
        FROM raw.{kind}_sources
        LEFT JOIN (
            SELECT source_id, count(*) FILTER (kind = 'read') AS read,
                count(*) FILTER (kind = 'uncertain') AS uncertain, count(*) FILTER (kind = 'unread') AS unread,
                count(*) FILTER (kind = 'not_a_figure') AS not_a_figure
            FROM raw.{kind}_numbers GROUP BY source_id
        ) USING (source_id)
        LEFT JOIN (
            SELECT source_id, count(*) AS figures FROM raw.{kind}_figures
            WHERE status IN ('read', 'uncertain') GROUP BY source_id
        ) USING (source_id)
        ORDER BY source_id"""
    ).fetchall()
    return [
        NumberCounts(
            source_id=source_id,
            read=read,
            uncertain=uncertain,
            unread=unread,
            not_a_figure=not_a_figure,
            figures=figures,
        )
        for source_id, read, uncertain, unread, not_a_figure, figures in rows
    ]
