"""Marts too large to be written whole with every publication: the next one takes over what the last one holds of them.

Such a table has a column `span_key`, which names all that the rows of a span are made of, and is sorted when it is
written whole. A publication that goes on with a copy of the last file deletes the spans that are no more and appends
the new ones, sorted among themselves: a reader finds a row in the sorted part or in one of the few parts behind it.
Rows of no span, whose key is empty, are written anew each time.
"""

from __future__ import annotations

import shutil
from collections.abc import Container
from pathlib import Path

import duckdb

from orchestration.sql import literal, quoted

SPAN_KEY = "span_key"
#: From how many rows to be gone on with a copy of the file is cheaper than sorting the tables anew.
FEWEST_ROWS = 250_000
#: The part of a table that may lie behind the sorted one before all of it is sorted anew.
LARGEST_APPENDED_PART = 0.25


def copy_to_continue(connection: duckdb.DuckDBPyConnection, former: Path, draft: Path) -> dict[str, int]:
    """Make `draft` a copy of the former publication where most of its tables of spans stays.

    `connection` has the working warehouse open. Returns the tables that the copy is gone on with, each with how many of
    its rows lie behind the sorted ones already. A table is to be written whole where there is none in the former file,
    its columns are others, or too much of it is new since it was sorted. Where that leaves too little, the answer is
    empty and no draft is made.
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
    if sum(rows for rows, _ in worth_it.values()) < FEWEST_ROWS:
        return {}
    shutil.copyfile(former, draft)
    return {table: appended_before for table, (_, appended_before) in worth_it.items()}


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


def go_on_with(connection: duckdb.DuckDBPyConnection, table: str, order: str) -> int:
    """Bring the table in the copy to what the working warehouse holds; returns how many rows were appended.

    `order`: what the new rows are sorted by among themselves, as SQL.
    """
    target, source = f"publication.marts.{quoted(table)}", f"marts.{quoted(table)}"
    connection.execute(
        f"DELETE FROM {target} WHERE {SPAN_KEY} = '' OR {SPAN_KEY} NOT IN (SELECT DISTINCT {SPAN_KEY} FROM {source})"
    )
    appended = connection.execute(
        f"INSERT INTO {target} SELECT * FROM {source} "
        f"WHERE {SPAN_KEY} NOT IN (SELECT DISTINCT {SPAN_KEY} FROM {target}) ORDER BY {order}"
    ).fetchone()
    return int(appended[0]) if appended else 0


def _to_continue(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, int] | None:
    """Rows of the table now and how many lie behind the sorted ones in the former file; None to write it whole."""
    columns = (
        "SELECT column_name, data_type, is_nullable FROM duckdb_columns() "
        f"WHERE database_name = {{}} AND schema_name = 'marts' AND table_name = {literal(table)} ORDER BY column_index"
    )
    now = connection.execute(columns.format("current_database()")).fetchall()
    if now != connection.execute(columns.format("'former'")).fetchall():
        return None
    spans = f"SELECT {SPAN_KEY}, count(*) AS rows FROM {{}}marts.{quoted(table)} GROUP BY {SPAN_KEY}"
    ((rows, changed_rows),) = connection.execute(
        f"""WITH now AS ({spans.format("")}), former AS ({spans.format("former.")})
        SELECT coalesce(sum(now.rows), 0), coalesce(sum(coalesce(now.rows, former.rows)) FILTER (
            WHERE now.rows IS NULL OR former.rows IS NULL OR {SPAN_KEY} = ''
        ), 0)
        FROM now FULL JOIN former USING ({SPAN_KEY})"""
    ).fetchall()
    ((appended,),) = connection.execute(
        "SELECT max(appended_rows) FROM former.metadata.tables WHERE table_name = ?", [table]
    ).fetchall()
    return (rows, appended) if rows and appended + changed_rows <= LARGEST_APPENDED_PART * rows else None
