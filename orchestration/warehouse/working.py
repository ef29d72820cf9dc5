"""The working warehouse: opening it for writing, loading what sources state, and the outcomes of checks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

import duckdb

from orchestration.figures import FIGURE_TYPES, Figure
from orchestration.hashing import mark_of, remove
from orchestration.inputs import Input, Inputs
from orchestration.settings import Settings
from orchestration.sources import REJECTION_TYPES, SOURCE_TYPES, Rejection, Source
from orchestration.sql import literal, quoted
from orchestration.warehouse.soundness import is_remembered, remember


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFacts:
    """What is known of a column of the marts beside its type: its place in the table's key, and its unit."""

    table_name: str
    column_name: str
    key_position: int | None  # from 1; None where it is no part of the key
    unit: str | None  # in words: `percent`, `column unit`; None where it has none


COLUMN_FACTS_TYPES = {
    "table_name": "VARCHAR",
    "column_name": "VARCHAR",
    "key_position": "INTEGER",
    "unit": "VARCHAR",
}


@dataclass(frozen=True, slots=True)
class RecordedInput:
    """A file that a step was about to read."""

    step: str
    path: str
    kind: str
    sha256: str
    bytes: int


INPUT_TYPES = {"step": "VARCHAR", "path": "VARCHAR", "kind": "VARCHAR", "sha256": "VARCHAR", "bytes": "BIGINT"}

COLUMN_FACTS = "raw.column_facts"

#: DuckDB's way to store wide decimals in few bits. To read them takes tens of times as long as to read them plain, and
#: a refresh reads the working warehouse many times over. There is one of it: what is published, and kept, is small.
#: dbt_project/profiles.yml has the same.
NOT_USED_HERE = "bitpacking"

#: The form of the working warehouse: counted up where a program must not go on with what another one has left, though
#: its tables look the same. One of another version is not migrated but rebuilt: everything in it comes from raw/.
WORKING_VERSION = 1
_VERSION = "raw.version"

#: The tables that a raw folder is loaded into: name to columns and their types.
SourceTables = Mapping[str, Mapping[str, str]]
FIGURES_AND_SOURCES: SourceTables = {"figures": FIGURE_TYPES, "sources": SOURCE_TYPES}


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
        connection.execute(f"SET disabled_compression_methods = {literal(NOT_USED_HERE)}")
        yield connection
    finally:
        connection.close()


def is_readable(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether all rows that are there can be read: DuckDB finds a damaged block when it reads it, and not before.

    Rows of models, too: those of incremental ones are gone on with. Nothing is read where nobody has touched the file
    since it was remembered. What a disk may have lost of it meanwhile fails the step that reads it, and after a refresh
    that failed the next one rebuilds the working warehouse.
    """
    try:
        ((path,),) = connection.execute(
            "SELECT path FROM duckdb_databases() WHERE database_name = current_database()"
        ).fetchall()
        if is_remembered(mark_of(Path(path).stat()), _memory_of(Path(path))):
            return True
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = current_database()"
        ).fetchall()
        for schema, table in tables:
            connection.execute(
                f'SELECT bit_xor(hash("the row")) FROM {quoted(schema)}.{quoted(table)} AS "the row"'
            ).fetchall()
    except duckdb.OutOfMemoryException:  # says nothing of the file
        raise
    except duckdb.Error:
        return False
    return True


def remember_as_readable(settings: Settings) -> None:
    """Remember the working warehouse, closed, as one that can be read until somebody touches it.

    For when a publication was made of it, and it is left to the next refresh.
    """
    path = settings.working_database
    remember(mark_of(path.stat()), _memory_of(path))


def working_version(connection: duckdb.DuckDBPyConnection) -> int | None:
    """The version of its form; 0 for one made before versions were counted, None for one that holds nothing yet."""
    is_empty = connection.execute(
        "SELECT count(*) = 0 FROM duckdb_tables() WHERE database_name = current_database()"
    ).fetchone()
    if is_empty and is_empty[0]:
        return None
    if not _is_table(connection, _VERSION, {"version": "INTEGER"}):
        return 0
    row = connection.execute(f"SELECT max(version) FROM {_VERSION}").fetchone()
    return int(row[0] or 0) if row else 0


def drop_all_others(connection: duckdb.DuckDBPyConnection, relations: Collection[tuple[str, str]]) -> list[str]:
    """Drop what stands beside these (schema, name) in their schemas; returns what was dropped.

    A model that the project has no more leaves its table behind, and whatever stands in `marts` is published.
    """
    dropped = []
    for kind, found in (
        ("VIEW", "SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal AND"),
        ("TABLE", "SELECT schema_name, table_name FROM duckdb_tables() WHERE"),
        (
            "MACRO TABLE",
            "SELECT DISTINCT schema_name, function_name FROM duckdb_functions() WHERE function_type = 'table_macro' "
            "AND NOT internal AND",
        ),
    ):
        named = connection.execute(
            f"{found} database_name = current_database() AND schema_name IN (SELECT unnest(CAST(? AS VARCHAR[])))",
            [sorted({schema for schema, _ in relations})],
        ).fetchall()
        for schema, name in named:
            if (schema, name) not in relations:
                connection.execute(f"DROP {kind} {quoted(schema)}.{quoted(name)}")
                dropped.append(f"{schema}.{name}")
    return dropped


def discard_working(path: Path) -> None:
    """Remove the working warehouse: the next refresh builds it from raw/."""
    remove(path)
    remove(_write_ahead_log(path))


class SourceLoad:
    """A replacement under way of what a raw folder holds; `add` and `reject` take records in as many parts as suits."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, kind: str, tables: SourceTables) -> None:
        self._connection = connection
        self._kind = kind
        self._tables = tables

    def add(self, name: str, records: Sequence[object]) -> None:
        """Load records into `raw.<kind>_<name>`."""
        _insert(self._connection, f"raw.{self._kind}_{name}", self._tables[name], records)

    def reject(self, rejected: Sequence[Rejection]) -> None:
        """List what could not be loaded."""
        _insert(self._connection, "raw.rejected_rows", REJECTION_TYPES, rejected)


@contextmanager
def replacing_tables(connection: duckdb.DuckDBPyConnection, kind: str, tables: SourceTables) -> Iterator[SourceLoad]:
    """Replace, in one transaction, every row of the tables `raw.<kind>_<name>`: what a step makes anew each time."""
    with _raw_transaction(connection):
        for name, types in tables.items():
            table = f"raw.{kind}_{name}"
            _ensure_table(connection, table, types)
            connection.execute(f"DELETE FROM {table}")
        yield SourceLoad(connection, kind, tables)


@contextmanager
def replacing_source_kind(
    connection: duckdb.DuckDBPyConnection, kind: str, tables: SourceTables, *, kept: Collection[str] = ()
) -> Iterator[SourceLoad]:
    """Replace, in one transaction, all that the raw folder `kind` holds, but for the sources named in `kept`.

    `tables` gives each table `raw.<kind>_<name>`, which has a column source_id, with its columns and types. Rows of
    `raw.rejected_rows` are replaced whole: what is kept has none.
    """
    with _raw_transaction(connection):
        for name, types in tables.items():
            table = f"raw.{kind}_{name}"
            _ensure_table(connection, table, types)
            connection.execute(
                f"DELETE FROM {table} WHERE source_id NOT IN (SELECT unnest(CAST(? AS VARCHAR[])))", [list(kept)]
            )
        _ensure_table(connection, "raw.rejected_rows", REJECTION_TYPES)
        connection.execute("DELETE FROM raw.rejected_rows WHERE source_kind = ?", [kind])
        yield SourceLoad(connection, kind, tables)


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
    with replacing_source_kind(connection, kind, FIGURES_AND_SOURCES) as load:
        load.add("figures", figures)
        load.add("sources", sources)
        load.reject(rejected)


def loaded_contents(connection: duckdb.DuckDBPyConnection, kind: str, tables: SourceTables) -> dict[str, str]:
    """What is loaded of a raw folder: source_id to the content_key that `raw.<kind>_contents` has of it.

    Nothing, where one of the tables is missing or has other columns than `tables` says: then all is to be loaded anew.
    """
    if not all(_is_table(connection, f"raw.{kind}_{name}", types) for name, types in tables.items()):
        return {}
    return dict(connection.execute(f"SELECT source_id, content_key FROM raw.{kind}_contents").fetchall())


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


def record_column_facts(connection: duckdb.DuckDBPyConnection, facts: Sequence[ColumnFacts]) -> None:
    """Replace `raw.column_facts`, which goes into `metadata.columns` of what is published."""
    with _raw_transaction(connection):
        _ensure_table(connection, COLUMN_FACTS, COLUMN_FACTS_TYPES)
        connection.execute(f"DELETE FROM {COLUMN_FACTS}")
        _insert(connection, COLUMN_FACTS, COLUMN_FACTS_TYPES, facts)


def record_inputs(connection: duckdb.DuckDBPyConnection, step: str, *inputs: Inputs) -> None:
    """Replace, in `raw.inputs`, the files that a step has recorded: each records what it is about to read.

    What is published carries the inputs that were read, not those that lie there when it is published: a file that
    changes meanwhile makes the next refresh due.
    """
    with _raw_transaction(connection):
        _ensure_table(connection, "raw.inputs", INPUT_TYPES)
        connection.execute("DELETE FROM raw.inputs WHERE step = ?", [step])
        files = [RecordedInput(step, *astuple(file)) for part in inputs for file in part.files]
        _insert(connection, "raw.inputs", INPUT_TYPES, files)


def recorded_inputs(connection: duckdb.DuckDBPyConnection) -> Inputs:
    """What the steps have recorded.

    A file that changed between two steps, of which each ran alone, is in it twice. No state of the files has that
    fingerprint, so the next refresh is due.
    """
    rows = connection.execute("SELECT DISTINCT path, kind, sha256, bytes FROM raw.inputs ORDER BY ALL").fetchall()
    return Inputs(tuple(Input(*row) for row in rows))


def built_from(connection: duckdb.DuckDBPyConnection, step: str) -> Inputs:
    """The models and macros that a step recorded when it ran last; none where it never did."""
    if not _is_table(connection, "raw.inputs", INPUT_TYPES):
        return Inputs(())
    rows = connection.execute(
        "SELECT path, kind, sha256, bytes FROM raw.inputs WHERE step = ? AND kind = 'model' ORDER BY path", [step]
    ).fetchall()
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


@contextmanager
def _raw_transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.execute("BEGIN TRANSACTION")
    try:
        connection.execute("CREATE SCHEMA IF NOT EXISTS raw")
        connection.execute(f"CREATE TABLE IF NOT EXISTS {_VERSION} AS SELECT {WORKING_VERSION} AS version")
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
        if "no space left" in str(problem).lower():  # says nothing of the file
            raise
    except duckdb.Error:
        pass  # not a DuckDB file, or a damaged one
    damaged = path.with_suffix(".damaged")
    remove(damaged)
    if path.exists():
        path.replace(damaged)
    remove(_write_ahead_log(path))
    return duckdb.connect(str(path))


def _memory_of(path: Path) -> Path:
    return path.with_suffix(".verified.json")


def _write_ahead_log(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _ensure_table(connection: duckdb.DuckDBPyConnection, table: str, types: Mapping[str, str]) -> None:
    """Make the table; one with other columns, of an earlier version, is dropped: its rows come from raw/ again."""
    if not _is_table(connection, table, types):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    columns = ", ".join(f"{quoted(column)} {sql_type}" for column, sql_type in types.items())
    connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")


def _is_table(connection: duckdb.DuckDBPyConnection, table: str, types: Mapping[str, str]) -> bool:
    """Whether there is a table with these columns."""
    schema, name = table.split(".")
    existing = connection.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = current_database() "
        "AND schema_name = ? AND table_name = ? ORDER BY column_index",
        [schema, name],
    ).fetchall()
    return existing == [(column, sql_type.replace(", ", ",")) for column, sql_type in types.items()]


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
