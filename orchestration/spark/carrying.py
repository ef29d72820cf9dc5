"""What goes over between DuckDB and Spark: what was loaded and the code lists there, the marts back.

All of it goes by Parquet files in a folder that both see, and that each build begins anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlparse

import duckdb

from orchestration.sql import literal, quoted

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: The schemas of the working warehouse that models read and do not make.
CARRIED = ("raw", "code_lists")


@dataclass(frozen=True, slots=True, kw_only=True)
class MartColumn:
    """A column of a mart as its contract has it."""

    name: str
    data_type: str
    is_nullable: bool
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mart:
    """A table of the schema `marts` as its contract has it."""

    name: str
    description: str
    columns: Sequence[MartColumn]


def carry_over(connection: duckdb.DuckDBPyConnection, spark: SparkSession, folder: Path) -> None:
    """Make Spark's tables of all that the working warehouse holds of sources and code lists, in `folder`."""
    tables = connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() "
        "WHERE database_name = current_database() AND list_contains(?, schema_name) ORDER BY ALL",
        [list(CARRIED)],
    ).fetchall()
    for schema in CARRIED:
        spark.sql(f"CREATE SCHEMA {_name(schema)}")
    for schema, table in tables:
        place = folder / "carried" / schema / table
        place.mkdir(parents=True)
        target = literal(str(place / "rows.parquet"))
        connection.execute(f"COPY {quoted(schema)}.{quoted(table)} TO {target} (FORMAT parquet, COMPRESSION zstd)")
        spark.sql(f"CREATE TABLE {_name(schema, table)} USING parquet LOCATION {_text(str(place))}")
    _show_lines(connection, spark, folder)


def _show_lines(connection: duckdb.DuckDBPyConnection, spark: SparkSession, folder: Path) -> None:
    """A view over the files of the lake that count now, where they lie; where there are none, over one without rows."""
    files = [Path(path) for (path,) in connection.execute("SELECT path FROM raw.customs_months ORDER BY 1").fetchall()]
    if not files:
        files = [folder / "carried" / "no_lines.parquet"]
        connection.execute(f"COPY raw.customs_lines TO {literal(str(files[0]))} (FORMAT parquet)")
    names_in: dict[Path, list[str]] = {}
    for file in files:
        names_in.setdefault(file.parent, []).append(file.name)
    columns = ", ".join(_name(name) for name, *_ in connection.execute("DESCRIBE raw.customs_lines").fetchall())
    # A path of Spark may list names in braces.
    places = [f"{place}/{{{','.join(names)}}}" for place, names in names_in.items()]
    lines = " UNION ALL ".join(f"SELECT {columns} FROM parquet.{_name(place)}" for place in places)
    spark.sql(f"CREATE VIEW {_name('raw', 'customs_lines')} AS {lines}")


def collect(connection: duckdb.DuckDBPyConnection, spark: SparkSession, marts: Iterable[Mart]) -> None:
    """Make the marts that Spark has built tables of the working warehouse, with constraints and comments."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS marts")
    for mart in marts:
        target = f"marts.{quoted(mart.name)}"
        files = [unquote(urlparse(path).path) for path in spark.table(_name("marts", mart.name)).inputFiles()]
        columns = ", ".join(
            f"{quoted(column.name)} {column.data_type}{'' if column.is_nullable else ' NOT NULL'}"
            for column in mart.columns
        )
        connection.execute("BEGIN TRANSACTION")
        connection.execute(f"CREATE OR REPLACE TABLE {target} ({columns})")
        if files:
            names = ", ".join(quoted(column.name) for column in mart.columns)
            paths = ", ".join(map(literal, files))
            connection.execute(f"INSERT INTO {target} SELECT {names} FROM read_parquet([{paths}])")
        connection.execute(f"COMMENT ON TABLE {target} IS {literal(mart.description)}")
        for column in mart.columns:
            connection.execute(f"COMMENT ON COLUMN {target}.{quoted(column.name)} IS {literal(column.description)}")
        connection.execute("COMMIT")


def _name(*parts: str) -> str:
    """A name as Spark quotes it."""
    return ".".join("`" + part.replace("`", "``") + "`" for part in parts)


def _text(text: str) -> str:
    """A text as Spark quotes it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
