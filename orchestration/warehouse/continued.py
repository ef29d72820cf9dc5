"""A mart too large to be written whole with every publication: the next one takes over what the last one holds of it.

Such a table has a column `span_key`, which names all that the rows of a span are made of, and is sorted when it is
written whole. A publication that goes on with a copy of the last file deletes the spans that are no more and appends
the new ones, sorted among themselves: a reader finds a row in the sorted part or in one of the few parts behind it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from orchestration.sql import literal, quoted

CONTINUED = "fct_declared_levels"
#: From how many rows on a copy of the file is cheaper than sorting the table anew.
FEWEST_ROWS = 250_000
#: The part of the table that may lie behind the sorted one before all of it is sorted anew.
LARGEST_APPENDED_PART = 0.25


def copy_to_continue(connection: duckdb.DuckDBPyConnection, former: Path, draft: Path) -> int | None:
    """Make `draft` a copy of the former publication where most of its large table stays.

    `connection` has the working warehouse open. Returns how many rows of the table lie behind the sorted ones already.
    Returns None, and makes no draft, where the table is to be written whole: there is none in the former file, its
    columns are others, or too much of it is new since it was sorted.
    """
    if not former.exists():
        return None
    try:
        connection.execute(f"ATTACH {literal(str(former))} AS former (READ_ONLY)")
        appended_before = _appended_before(connection)
    except duckdb.Error:  # whatever is wrong with the former file, a whole new one does not need it
        return None
    finally:
        connection.execute("DETACH DATABASE IF EXISTS former")
    if appended_before is not None:
        shutil.copyfile(former, draft)
    return appended_before


def drop_all_others(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave nothing in the copy, attached as `publication`, but the table that is gone on with."""
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
            if name != CONTINUED:
                connection.execute(f"DROP {kind} publication.marts.{quoted(name)}")


def go_on_with(connection: duckdb.DuckDBPyConnection, order: str) -> int:
    """Bring the table in the copy to what the working warehouse holds; returns how many rows were appended.

    `order`: what the new rows are sorted by among themselves, as SQL.
    """
    target, source = f"publication.marts.{CONTINUED}", f"marts.{CONTINUED}"
    connection.execute(f"DELETE FROM {target} WHERE span_key NOT IN (SELECT DISTINCT span_key FROM {source})")
    appended = connection.execute(
        f"INSERT INTO {target} SELECT * FROM {source} "
        f"WHERE span_key NOT IN (SELECT DISTINCT span_key FROM {target}) ORDER BY {order}"
    ).fetchone()
    return int(appended[0]) if appended else 0


def _appended_before(connection: duckdb.DuckDBPyConnection) -> int | None:
    columns = (
        "SELECT column_name, data_type, is_nullable FROM duckdb_columns() "
        f"WHERE database_name = {{}} AND schema_name = 'marts' AND table_name = '{CONTINUED}' ORDER BY column_index"
    )
    now = connection.execute(columns.format("current_database()")).fetchall()
    if not now or now != connection.execute(columns.format("'former'")).fetchall():
        return None
    ((rows, changed_rows),) = connection.execute(
        f"""WITH now AS (SELECT span_key, count(*) AS rows FROM marts.{CONTINUED} GROUP BY span_key),
        former AS (SELECT span_key, count(*) AS rows FROM former.marts.{CONTINUED} GROUP BY span_key)
        SELECT coalesce(sum(now.rows), 0),
            coalesce(sum(coalesce(now.rows, former.rows)) FILTER (WHERE now.rows IS NULL OR former.rows IS NULL), 0)
        FROM now FULL JOIN former ON now.span_key = former.span_key"""
    ).fetchall()
    ((appended,),) = connection.execute(
        f"SELECT max(appended_rows) FROM former.metadata.tables WHERE table_name = '{CONTINUED}'"
    ).fetchall()
    is_worth_it = rows >= FEWEST_ROWS and appended + changed_rows <= LARGEST_APPENDED_PART * rows
    return int(appended) if is_worth_it else None
