"""The working warehouse: opening it for writing, loading what sources state, and the outcomes of checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.figures import FIGURE_TYPES, Figure
from orchestration.inputs import Input, Inputs
from orchestration.settings import Settings
from orchestration.sources import REJECTION_TYPES, SOURCE_TYPES, Rejection, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutcome:
    """What one check found: `failures` rows, and whether that blocks publishing (severity `error`)."""

    check_name: str
    kind: str  # dbt or python
    severity: str  # error or warn
    status: str  # pass, fail, warn, error, skipped
    failures: int
    message: str


CHECK_TYPES = {
    "check_name": "VARCHAR",
    "kind": "VARCHAR",
    "severity": "VARCHAR",
    "status": "VARCHAR",
    "failures": "BIGINT",
    "message": "VARCHAR",
}


INPUT_TYPES = {"path": "VARCHAR", "kind": "VARCHAR", "sha256": "VARCHAR", "bytes": "BIGINT"}


class WorkingWarehouseHeld(RuntimeError):
    """Some program outside Customhouse has the working warehouse open; DuckDB says which."""


@contextmanager
def open_working(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The working warehouse, read and write, within the memory limit; made anew where there is none, or a damaged one.

    Everything in it can be rebuilt from raw/, so a file that DuckDB cannot open is put aside as `*.damaged`.
    Raises WorkingWarehouseHeld when another program has it open.
    """
    settings.warehouse_dir.mkdir(parents=True, exist_ok=True)
    connection = _connect(settings.working_database)
    try:
        connection.execute(f"SET memory_limit = {literal(settings.memory_limit)}")
        connection.execute(f"SET threads = {settings.threads}")
        yield connection
    finally:
        connection.close()


def discard_working(path: Path) -> None:
    """Remove the working warehouse: the next refresh builds it from raw/."""
    path.unlink(missing_ok=True)
    _write_ahead_log(path).unlink(missing_ok=True)


def replace_source_kind(
    connection: duckdb.DuckDBPyConnection,
    kind: str,
    *,
    figures: Sequence[Figure],
    sources: Sequence[Source],
    rejected: Sequence[Rejection],
) -> None:
    """Replace, in one transaction, all that the raw folder `kind` holds: `raw.<kind>_figures`, `raw.<kind>_sources`
    and its rows of `raw.rejected_rows`."""
    with _raw_transaction(connection):
        _replace_table(connection, f"raw.{kind}_figures", FIGURE_TYPES, figures)
        _replace_table(connection, f"raw.{kind}_sources", SOURCE_TYPES, sources)
        _ensure_table(connection, "raw.rejected_rows", REJECTION_TYPES)
        connection.execute("DELETE FROM raw.rejected_rows WHERE source_kind = ?", [kind])
        _insert(connection, "raw.rejected_rows", REJECTION_TYPES, rejected)


def record_checks(
    connection: duckdb.DuckDBPyConnection, kind: str, outcomes: Sequence[CheckOutcome], *, is_whole: bool = True
) -> None:
    """Record, in `raw.checks`, what checks of a kind found: `dbt`, or the raw folder that a Python check looks at.

    Outcomes of the whole kind replace all of it. Those of a part replace their own: what other checks found stands.
    """
    with _raw_transaction(connection):
        _ensure_table(connection, "raw.checks", CHECK_TYPES)
        names = [outcome.check_name for outcome in outcomes]
        connection.execute(
            "DELETE FROM raw.checks WHERE kind = $1 AND ($2 OR list_contains($3, check_name))", [kind, is_whole, names]
        )
        _insert(connection, "raw.checks", CHECK_TYPES, outcomes)


def record_inputs(connection: duckdb.DuckDBPyConnection, inputs: Inputs, kinds: Sequence[str]) -> None:
    """Replace, in `raw.inputs`, the files of these kinds: each step records what it is about to read.

    What is published carries the inputs that were read, not those that lie there when it is published: a file that
    changes meanwhile makes the next refresh due.
    """
    with _raw_transaction(connection):
        _ensure_table(connection, "raw.inputs", INPUT_TYPES)
        connection.execute("DELETE FROM raw.inputs WHERE list_contains(?, kind)", [list(kinds)])
        _insert(connection, "raw.inputs", INPUT_TYPES, inputs.of_kind(*kinds).files)


def recorded_inputs(connection: duckdb.DuckDBPyConnection) -> Inputs:
    """What the steps have recorded."""
    rows = connection.execute("SELECT path, kind, sha256, bytes FROM raw.inputs ORDER BY path").fetchall()
    return Inputs(tuple(Input(*row) for row in rows))


def row_counts(connection: duckdb.DuckDBPyConnection, tables: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Rows of each (schema, table)."""
    wanted = list(tables)
    if not wanted:
        return {}
    counts = " UNION ALL ".join(
        f"SELECT {index}, count(*) FROM {quoted(schema)}.{quoted(table)}"
        for index, (schema, table) in enumerate(wanted)
    )
    return {wanted[index]: count for index, count in connection.execute(counts).fetchall()}


def quoted(identifier: str) -> str:
    """An identifier for SQL."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A string literal for SQL, where a statement takes no parameters."""
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def _raw_transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.execute("BEGIN TRANSACTION")
    try:
        connection.execute("CREATE SCHEMA IF NOT EXISTS raw")
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(str(path))
    except duckdb.IOException as problem:
        if "could not set lock" in str(problem).lower():
            raise WorkingWarehouseHeld(
                f"{path} is open in another program, which a refresh cannot wait for: {problem}"
            ) from problem
    except duckdb.Error:
        pass  # not a DuckDB file, or a damaged one
    path.replace(path.with_suffix(".damaged"))
    _write_ahead_log(path).unlink(missing_ok=True)
    return duckdb.connect(str(path))


def _write_ahead_log(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _ensure_table(connection: duckdb.DuckDBPyConnection, table: str, types: Mapping[str, str]) -> None:
    """Make the table; one with other columns, of an earlier version, is dropped: its rows come from raw/ again."""
    schema, name = table.split(".")
    existing = connection.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = current_database() "
        "AND schema_name = ? AND table_name = ? ORDER BY column_index",
        [schema, name],
    ).fetchall()
    if existing and existing != [(column, sql_type.replace(", ", ",")) for column, sql_type in types.items()]:
        connection.execute(f"DROP TABLE {table}")
    columns = ", ".join(f"{quoted(column)} {sql_type}" for column, sql_type in types.items())
    connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")


def _replace_table(
    connection: duckdb.DuckDBPyConnection, table: str, types: Mapping[str, str], records: Sequence[object]
) -> None:
    _ensure_table(connection, table, types)
    connection.execute(f"DELETE FROM {table}")
    _insert(connection, table, types, records)


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, types: Mapping[str, str], records: Sequence[object]
) -> None:
    """Insert records in one statement: a list a column, as text, cast by DuckDB."""
    if not records:
        return
    selected = ", ".join(
        f"CAST(unnest(CAST(${index} AS VARCHAR[])) AS {sql_type})" for index, sql_type in enumerate(types.values(), 1)
    )
    parameters = [
        [None if (value := getattr(record, column)) is None else str(value) for record in records] for column in types
    ]
    connection.execute(f"INSERT INTO {table} SELECT {selected}", parameters)
