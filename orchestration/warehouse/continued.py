"""Marts too large to be written whole with every publication: the next one takes over what the last one holds of them.

Such a table has a column `span_key`, which names all that the rows of a span are made of, and is sorted when it is
written whole. A publication that goes on with a copy of the last file deletes the spans that are no more and appends
the new ones, sorted among themselves: a reader finds a row in the sorted part or in one of the few parts behind it.
Rows of no span, whose key is empty, are written anew each time.
"""

from __future__ import annotations

import shutil
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.sql import literal, quoted

SPAN_KEY = "span_key"
#: From how many rows to be gone on with a copy of the file is cheaper than sorting the tables anew.
FEWEST_ROWS = 250_000
#: The part of a table that may lie behind the sorted one before all of it is sorted anew.
LARGEST_APPENDED_PART = 0.25


@dataclass(frozen=True, slots=True)
class Continuation:
    """How a table of the former publication is gone on with."""

    #: Rows that it has now.
    rows: int
    #: Rows that lie behind the sorted ones in the former file.
    appended_before: int
    #: Keys of the spans whose rows are not there now as they were then.
    former_spans: list[str]
    #: Keys of the spans whose rows were not there then as they are now.
    new_spans: list[str]


def copy_to_continue(connection: duckdb.DuckDBPyConnection, former: Path, draft: Path) -> dict[str, Continuation]:
    """Make `draft` a copy of the former publication where most of its tables of spans stays.

    `connection` has the working warehouse open. Returns the tables that the copy is gone on with. A table is to be
    written whole where there is none in the former file, its columns are others, or too much of it is new since it was
    sorted. Where that leaves too little, the answer is empty and no draft is made.
    """
    if not former.exists():
        return {}
    try:
        connection.execute(f"ATTACH {literal(str(former))} AS former (READ_ONLY)")
        tables = connection.execute(
            "SELECT table_name FROM duckdb_columns() WHERE database_name = current_database() "
            "AND schema_name = 'marts' AND column_name = ? ORDER BY table_name",
            [SPAN_KEY],
        ).fetchall()
        found = {table: _to_continue(connection, table) for (table,) in tables}
    except duckdb.Error:  # whatever is wrong with the former file, a whole new one does not need it
        return {}
    finally:
        connection.execute("DETACH DATABASE IF EXISTS former")
    worth_it = {table: one for table, one in found.items() if one is not None}
    if sum(one.rows for one in worth_it.values()) < FEWEST_ROWS:
        return {}
    shutil.copyfile(former, draft)
    return worth_it


def drop_all_others(connection: duckdb.DuckDBPyConnection, continued: Container[str]) -> None:
    """Leave nothing in the copy, attached as `publication`, but the tables that are gone on with."""
    connection.execute("DROP SCHEMA publication.metadata CASCADE")
    for kind, objects in (
        (
            "MACRO TABLE",
            "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type = 'table_macro' AND",
        ),
        ("VIEW", "SELECT view_name FROM duckdb_views() WHERE"),
        ("TABLE", "SELECT table_name FROM duckdb_tables() WHERE"),
    ):
        names = connection.execute(f"{objects} database_name = 'publication' AND schema_name = 'marts'").fetchall()
        for (name,) in names:
            if name not in continued:
                connection.execute(f"DROP {kind} publication.marts.{quoted(name)}")


def go_on_with(connection: duckdb.DuckDBPyConnection, table: str, how: Continuation, order: str) -> int:
    """Bring the table in the copy to what the working warehouse holds; returns how many rows were appended.

    `order`: what the new rows are sorted by among themselves, as SQL.
    """
    target, source = f"publication.marts.{quoted(table)}", f"marts.{quoted(table)}"
    if how.former_spans:
        connection.execute(f"DELETE FROM {target} WHERE {_is_of(how.former_spans)}")
    if not how.new_spans:
        return 0
    appended = connection.execute(
        f"INSERT INTO {target} SELECT * FROM {source} WHERE {_is_of(how.new_spans)} ORDER BY {order}"
    ).fetchone()
    return int(appended[0]) if appended else 0


def _is_of(spans: list[str]) -> str:
    """Whether a row is of one of these spans; as constants, which DuckDB looks for while it reads the column."""
    return f"{SPAN_KEY} IN ({', '.join(map(literal, spans))})"


def _to_continue(connection: duckdb.DuckDBPyConnection, table: str) -> Continuation | None:
    """What there is to do with the table of the former file; None to write it whole."""
    columns = (
        "SELECT column_name, data_type, is_nullable FROM duckdb_columns() "
        f"WHERE database_name = {{}} AND schema_name = 'marts' AND table_name = {literal(table)} ORDER BY column_index"
    )
    now = connection.execute(columns.format("current_database()")).fetchall()
    if now != connection.execute(columns.format("'former'")).fetchall():
        return None
    counts = f"SELECT {SPAN_KEY}, count(*) FROM {{}}marts.{quoted(table)} GROUP BY {SPAN_KEY} ORDER BY {SPAN_KEY}"
    rows_now: dict[str, int] = dict(connection.execute(counts.format("")).fetchall())
    rows_then: dict[str, int] = dict(connection.execute(counts.format("former.")).fetchall())
    stays = {span for span, count in rows_now.items() if span and rows_then.get(span) == count}
    former_spans = [span for span in rows_then if span not in stays]
    new_spans = [span for span in rows_now if span not in stays]
    ((appended,),) = connection.execute(
        "SELECT max(appended_rows) FROM former.metadata.tables WHERE table_name = ?", [table]
    ).fetchall()
    rows = sum(rows_now.values())
    changed_rows = sum({**rows_then, **rows_now}[span] for span in {*former_spans, *new_spans})
    if not rows or appended + changed_rows > LARGEST_APPENDED_PART * rows:
        return None
    return Continuation(rows, appended, former_spans, new_spans)
