"""The published warehouse as it was known on a day: views of what can be asked as of a day, and of nothing else."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.sql import literal, quoted
from orchestration.warehouse.published import check_published, publication_row

#: Tables that a function of the published file answers for: it leaves out what came later before anything is made.
FUNCTIONS = {"fct_levels": "fct_levels_as_of", "mart_growth": "mart_growth_as_of"}
#: Tables whose rows each became known on one day: those of later days are left out.
DAYS = {
    "dim_source": "published_date",
    "fct_figures": "published_date",
    "fct_deductions": "as_of_date",
    "fct_declared_levels": "as_of_date",
}
#: Columns of them that may rest on what came later.
_LATER = {"fct_declared_levels": ("base", "growth_pct")}
#: What tables begin with that say what codes mean: they know no day.
_CODES = ("dim_", "bridge_")


class NotKnownByDay(RuntimeError):
    """The published file cannot answer as of a day."""


@contextmanager
def open_as_of(path: Path, day: datetime.date) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection whose schemas `marts` and `metadata` hold what was known by the end of a day.

    Tables that would answer with what came later are not in it. The file is attached read-only, and nothing is written
    to it. Raises NothingPublished, and NotKnownByDay for a publication of an earlier version.
    """
    check_published(path)
    publication_row(path)  # refuses what a later version published
    connection = duckdb.connect()
    try:
        connection.execute(f"ATTACH {literal(str(path))} AS published (READ_ONLY)")
        _make_views(connection, f"DATE {literal(day.isoformat())}")
        connection.execute("SET search_path = 'marts,metadata'")
        yield connection
    finally:
        connection.close()


def _make_views(connection: duckdb.DuckDBPyConnection, day: str) -> None:
    """A view for each table, of its own name. The functions name the tables of `marts`, so they see the views."""
    functions = {
        name
        for (name,) in connection.execute(
            "SELECT function_name FROM duckdb_functions() WHERE database_name = 'published' AND schema_name = 'marts'"
        ).fetchall()
    }
    if not functions >= set(FUNCTIONS.values()):
        raise NotKnownByDay("this publication was made by a version that could not answer as of a day: refresh")
    tables = connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'published' ORDER BY ALL"
    ).fetchall()
    for schema in sorted({schema for schema, _ in tables}):
        connection.execute(f"CREATE SCHEMA {quoted(schema)}")
    for schema, table in tables:
        name = f"{quoted(schema)}.{quoted(table)}"
        if table in DAYS:
            columns = f"* EXCLUDE ({', '.join(_LATER[table])})" if table in _LATER else "*"
            connection.execute(
                f"CREATE VIEW {name} AS SELECT {columns} FROM published.{name} WHERE {DAYS[table]} <= {day}"
            )
        elif schema == "metadata" or table.startswith(_CODES):
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM published.{name}")
    for table, function in FUNCTIONS.items():
        connection.execute(f"CREATE VIEW marts.{table} AS SELECT * FROM published.marts.{function}({day})")


def what_can_be_asked() -> str:
    """The tables that can be asked as of a day, in words."""
    return f"as of a day these can be asked: {', '.join([*FUNCTIONS, *DAYS])}, and the dimensions and bridges"
