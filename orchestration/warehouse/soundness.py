"""Whether a file of the warehouse reads back as what was written into it, and remembering that it did until it is
touched."""

from __future__ import annotations

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import duckdb

from orchestration.hashing import mark_of
from orchestration.settings import Settings
from orchestration.sql import quoted
from orchestration.warehouse.published import NothingPublished, open_published

#: Rows of a table, and a hash of its content.
Content = tuple[int, str]


def content_of(connection: duckdb.DuckDBPyConnection, table: str) -> Content:
    """Rows of a table, and a hash of its content that does not depend on the order of rows. Reads every block of it."""
    row = connection.execute(
        f"""SELECT count(*), md5(concat_ws('-', count(*), bit_xor(hash), sum(hash)))
        FROM (SELECT hash("the whole row") AS hash FROM {table} AS "the whole row")"""
    ).fetchone()
    return (row[0], row[1]) if row else (0, "")


def contents_of(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> dict[str, Content]:
    """The same of several tables of the schema `marts`, by their names.

    As many at once as there are threads: DuckDB reads a table of less than a row group in one.
    """

    def content(table: str) -> Content:
        with connection.cursor() as cursor:
            return content_of(cursor, f"marts.{quoted(table)}")

    ((threads,),) = connection.execute("SELECT current_setting('threads')").fetchall()
    names = list(tables)
    with ThreadPoolExecutor(threads) as readers:
        return dict(zip(names, readers.map(content, names), strict=True))


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
            stated = {
                table: (count, content_hash)
                for table, count, content_hash in connection.execute(
                    "SELECT stated.table_name, stated.row_count, stated.content_hash FROM metadata.tables AS stated "
                    "JOIN duckdb_tables() AS found ON found.schema_name = 'marts' "
                    "AND found.table_name = stated.table_name"
                ).fetchall()
            }
            for table, found in contents_of(connection, stated).items():
                if is_comparable and found != stated[table]:
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
        if is_remembered(mark, settings.verified_mark):
            return None
        damage = damage_of(path)
    except (NothingPublished, FileNotFoundError):
        return None
    except OSError as problem:
        return f"{problem.strerror}"
    if damage is None:
        remember(mark, settings.verified_mark)
    return damage


def remember_as_whole(settings: Settings) -> None:
    """Remember the published file as whole, for who has just read all of it back."""
    remember(mark_of(settings.published_database.stat()), settings.verified_mark)


def is_remembered(mark: list[int], memory: Path) -> bool:
    """Whether the file `memory` has this mark (`mark_of`) of a file that was whole: it was not touched since."""
    with suppress(OSError, ValueError):
        return bool(json.loads(memory.read_text(encoding="utf-8")) == mark)
    return False


def remember(mark: list[int], memory: Path) -> None:
    """Remember, in the file `memory`, the mark of a file that is whole."""
    with suppress(OSError):  # looking once more is all that is lost
        draft = memory.with_name(f".{memory.name}")
        draft.write_text(json.dumps(mark), encoding="utf-8")
        draft.replace(memory)
