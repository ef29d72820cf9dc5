"""What an export says of its tables and of where they come from, as read from the published file and nowhere else."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from orchestration.sql import quoted


class ExportRefused(RuntimeError):
    """What was asked for cannot be exported; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `data_type` as DuckDB prints it, `unit` in words (`percent`, `column unit`) or None."""

    name: str
    data_type: str
    description: str
    unit: str | None
    is_nullable: bool


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the schema `marts`; `key` are the columns of which no two rows have the same values, or none."""

    name: str
    description: str
    row_count: int
    key: tuple[str, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One source of the figures: a row of `dim_source`. `url` and `licence` are None where they are not known."""

    source_id: str
    title: str
    publisher: str
    published_date: datetime.date
    url: str | None
    licence: str | None


@dataclass(frozen=True, slots=True)
class Publication:
    """Which state of the warehouse is exported; the time is in UTC."""

    publication_id: str
    published_at: datetime.datetime
    customhouse_version: str


@dataclass(frozen=True, slots=True)
class Description:
    """Publication, tables and documents; `first_day` and `last_day` are what the stated figures cover."""

    publication: Publication
    tables: tuple[Table, ...]
    documents: tuple[Document, ...]
    first_day: datetime.date | None
    last_day: datetime.date | None

    @property
    def licences(self) -> tuple[str, ...]:
        """The licences that documents are known to have."""
        return tuple(sorted({one.licence for one in self.documents if one.licence}))


def read_description(connection: duckdb.DuckDBPyConnection, wanted: Sequence[str] = ()) -> Description:
    """Describe the tables `wanted`, or all of them where none is named.

    Raises ExportRefused for a table that is not there, and for a file of an earlier version, which does not say what
    the keys are.
    """
    described = {
        name for (name,) in connection.execute("SELECT column_name FROM (DESCRIBE metadata.columns)").fetchall()
    }
    if not {"is_nullable", "key_position", "unit"} <= described:
        raise ExportRefused(
            "this publication is of an earlier version and does not say what its keys and units are: "
            "run `customhouse refresh --force`"
        )
    columns: dict[str, list[Column]] = {}
    keys: dict[str, list[tuple[int, str]]] = {}
    for table, name, data_type, text, unit, is_nullable, position in connection.execute(
        "SELECT table_name, column_name, data_type, coalesce(description, ''), unit, is_nullable, key_position "
        "FROM metadata.columns ORDER BY table_name, position"
    ).fetchall():
        columns.setdefault(table, []).append(Column(name, data_type, _line(text), unit, is_nullable))
        if position:
            keys.setdefault(table, []).append((position, name))
    rows = connection.execute(
        "SELECT table_name, coalesce(description, ''), row_count FROM metadata.tables ORDER BY table_name"
    ).fetchall()
    tables = tuple(
        Table(name, _line(text), count, tuple(column for _, column in sorted(keys.get(name, []))), tuple(columns[name]))
        for name, text, count in rows
        if not wanted or name in wanted
    )
    unknown = sorted(set(wanted) - {table.name for table in tables})
    if unknown:
        raise ExportRefused(
            f"there is no table {', '.join(unknown)} in the published file; "
            f"there are {', '.join(name for name, *_ in rows)}"
        )
    return Description(_publication(connection), tables, _documents(connection), *_span(connection))


def source_of(table: Table) -> str:
    """The table as SQL names it."""
    return f"marts.{quoted(table.name)}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _publication(connection: duckdb.DuckDBPyConnection) -> Publication:
    ((publication_id, published_at, version),) = connection.execute(
        "SELECT publication_id, published_at_utc, customhouse_version FROM metadata.publication"
    ).fetchall()
    return Publication(publication_id, published_at.replace(tzinfo=datetime.UTC), version)


def _documents(connection: duckdb.DuckDBPyConnection) -> tuple[Document, ...]:
    rows = connection.execute(
        "SELECT source_id, title, publisher, published_date, nullif(url, ''), nullif(licence, '') "
        "FROM marts.dim_source ORDER BY published_date, source_id"
    ).fetchall()
    return tuple(Document(*row) for row in rows)


def _span(connection: duckdb.DuckDBPyConnection) -> tuple[datetime.date | None, datetime.date | None]:
    ((first, last),) = connection.execute(
        "SELECT min(first_period_start), max(last_period_end) FROM marts.dim_source"
    ).fetchall()
    return first, last
