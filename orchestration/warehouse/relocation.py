"""Publications that were moved: the view over the lake names its files by their absolute paths."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.sql import literal, quoted

_VIEW = "fct_trade_monthly"


def relocate(publication: Path, lines: Path) -> bool:
    """Let a publication find its files of the lake in the folder `lines`, where they must lie already.

    It is opened for writing: nobody else may have it open. Returns whether anything was changed.
    """
    with duckdb.connect(str(publication)) as connection:
        if not _is_there(connection, "lake_files"):
            return False
        moved = {
            path: str(lines / Path(path).name)
            for (path,) in connection.execute("SELECT path FROM metadata.lake_files").fetchall()
            if Path(path).parent != lines
        }
        if not moved:
            return False
        ((view,),) = connection.execute(
            "SELECT sql FROM duckdb_views() WHERE schema_name = 'marts' AND view_name = ?", [_VIEW]
        ).fetchall()
        for before, now in moved.items():
            view = view.replace(literal(before), literal(now))
        comments = connection.execute(
            "SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = 'marts' AND table_name = $1 "
            "UNION ALL SELECT NULL, comment FROM duckdb_views() WHERE schema_name = 'marts' AND view_name = $1",
            [_VIEW],
        ).fetchall()
        connection.execute("BEGIN TRANSACTION")
        connection.execute(f"DROP VIEW marts.{_VIEW}")
        connection.execute(view)
        for column, comment in comments:
            if comment:
                place = f"COLUMN marts.{_VIEW}.{quoted(column)}" if column else f"VIEW marts.{_VIEW}"
                connection.execute(f"COMMENT ON {place} IS {literal(comment)}")
        connection.executemany(
            "UPDATE metadata.lake_files SET path = ? WHERE path = ?", [(now, before) for before, now in moved.items()]
        )
        connection.execute("COMMIT")
    return True


def _is_there(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    found = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'metadata' AND table_name = ?", [table]
    ).fetchone()
    return found is not None
