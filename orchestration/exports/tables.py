"""Tables as Parquet and CSV, written by DuckDB itself however many rows they have."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.exports.description import Column, Publication, Table, source_of
from orchestration.sql import literal, quoted

#: What begins like this a spreadsheet may take for a formula: the signs, what is cut off before them, and their wide
#: forms, which East Asian spreadsheets know. The apostrophe itself is here so that taking one away is always right.
FORMULA_START = "=+-@\t\r\n＝＋－＠'"
GUARD = "'"


def write_parquet(connection: duckdb.DuckDBPyConnection, table: Table, path: Path, publication: Publication) -> None:
    """Write a table as one Parquet file; the publication stands in the file's own metadata."""
    metadata = (
        f"{{customhouse_publication: {literal(publication.publication_id)}, "
        f"published_at: {literal(publication.published_at.isoformat())}}}"
    )
    connection.execute(
        f"COPY (FROM {source_of(table)}) TO {literal(str(path))} "
        f"(FORMAT parquet, COMPRESSION zstd, KV_METADATA {metadata})"
    )


def write_csv(connection: duckdb.DuckDBPyConnection, table: Table, path: Path) -> None:
    """Write a table as CSV: UTF-8, a header, commas, decimals with all places, nulls as empty cells.

    A text that begins with one of FORMULA_START has an apostrophe before it: a spreadsheet shows it and calculates
    nothing, and a program takes one apostrophe away. Lists are JSON.
    """
    cells = ", ".join(f"{_cell(column)} AS {quoted(column.name)}" for column in table.columns)
    connection.execute(f"COPY (SELECT {cells} FROM {source_of(table)}) TO {literal(str(path))} (FORMAT csv, HEADER)")


def guarded(text: str) -> str:
    """A text as it stands in a CSV file."""
    return GUARD + text if text.startswith(tuple(FORMULA_START)) else text


def unguarded(text: str) -> str:
    """The text that a CSV file's cell stands for."""
    return text.removeprefix(GUARD)


def _cell(column: Column) -> str:
    name = quoted(column.name)
    if column.data_type.endswith("[]"):
        return f"CAST(to_json({name}) AS VARCHAR)"
    if column.data_type != "VARCHAR":
        return name
    is_guarded = f"{name} <> '' AND contains({literal(FORMULA_START)}, {name}[1])"
    return f"CASE WHEN {is_guarded} THEN {literal(GUARD)} || {name} ELSE {name} END"
