"""Whether a published file reads back as what was written into it, and remembering that it did until it is touched."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import duckdb

from orchestration.hashing import mark_of
from orchestration.settings import Settings
from orchestration.sql import quoted
from orchestration.warehouse.published import NothingPublished, open_published


def content_of(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, str]:
    """Rows of a table, and a hash of its content that does not depend on the order of rows. Reads every block of it."""
    row = connection.execute(
        f"""SELECT count(*), md5(concat_ws('-', count(*), bit_xor(hash), sum(hash)))
        FROM (SELECT hash("the whole row") AS hash FROM {table} AS "the whole row")"""
    ).fetchone()
    return (row[0], row[1]) if row else (0, "")


def damage_of(path: Path) -> str | None:
    """What is wrong with a published or kept file; None where all of it reads back as it was written.

    Every block has a checksum that DuckDB looks at when it reads it. The content is compared, too, where the same
    version wrote it: another one may hash otherwise. Files of the lake are not looked at: several publications share
    them, and a refresh makes them anew. Raises NothingPublished where there is no such file.
    """
    try:
        with open_published(path) as connection:
            rows = connection.execute("SELECT duckdb_version FROM metadata.publication").fetchall()
            is_comparable = rows == [(duckdb.__version__,)]
            tables = connection.execute(
                "SELECT stated.table_name, stated.row_count, stated.content_hash FROM metadata.tables AS stated "
                "JOIN duckdb_tables() AS found ON found.schema_name = 'marts' AND found.table_name = stated.table_name"
            ).fetchall()
            for table, count, content_hash in tables:
                found = content_of(connection, f"marts.{quoted(table)}")
                if is_comparable and found != (count, content_hash):
                    return f"{table} does not hold what was written"
            for (table,) in connection.execute(
                "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'metadata' ORDER BY 1"
            ).fetchall():
                content_of(connection, f"metadata.{quoted(table)}")
    except duckdb.Error as problem:
        return str(problem).splitlines()[0]
    return None


def published_damage(settings: Settings) -> str | None:
    """The same of the published file, which is read only when it was touched since it was found to be whole."""
    path = settings.published_database
    try:
        mark = mark_of(path.stat())
        with suppress(OSError, ValueError):
            if json.loads(settings.verified_mark.read_text(encoding="utf-8")) == mark:
                return None
        damage = damage_of(path)
    except (NothingPublished, FileNotFoundError):
        return None
    except OSError as problem:
        return f"{problem.strerror}"
    if damage is None:
        with suppress(OSError):  # looking once more is all that is lost
            draft = settings.verified_mark.with_name(f".{settings.verified_mark.name}")
            draft.write_text(json.dumps(mark), encoding="utf-8")
            draft.replace(settings.verified_mark)
    return damage
