"""Publishing: writing the checked marts to a new file, replacing the published one atomically, and going back."""

from __future__ import annotations

import datetime
import os
import platform
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import duckdb

from orchestration.inputs import Inputs
from orchestration.settings import Settings
from orchestration.sources import REJECTION_TYPES
from orchestration.sql import literal, quoted
from orchestration.warehouse.continued import CONTINUED, copy_to_continue, drop_all_others, go_on_with
from orchestration.warehouse.published import (
    FINGERPRINT_DIGITS,
    SUFFIX,
    KeptPublication,
    NothingPublished,
    kept_publications,
    open_published,
    publication_row,
)
from orchestration.warehouse.working import CHECK_TYPES, COLUMN_FACTS, open_working

MARTS = "marts"
#: The one view among the marts, and the view of the working warehouse that says of which files it is made: declarations
#: are many, and lie in files that never change beside the published one, so that a publication does not copy them.
LINES_VIEW = "fct_trade_monthly"
LINES = "customs_lines"
#: Columns that most questions compare with one value; partners, commodities and periods they list.
_FIXED_BY_QUESTIONS = ("region_id", "measure", "unit", "flow", "ownership_id", "trade_mode_id")


class SourceLost(RuntimeError):
    """A source of the last publication is gone or cannot be read; publishing without it must be asked for."""


class ChecksStandAgainst(RuntimeError):
    """The last build of the models failed blocking checks, or was never checked: it must not be published."""


class PublicationDamaged(RuntimeError):
    """What was written does not read back as what was built."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What publishing did: `is_new` is False where the same inputs had given the same marts already."""

    publication_id: str
    is_new: bool
    row_counts: dict[str, int]


def publish(settings: Settings, inputs: Inputs, *, run_id: str) -> Publication:
    """Write the marts of the working warehouse to a new file, verify it, and put it in the published file's place.

    The caller holds the warehouse lock. At whatever point this is stopped, the published path holds either the former
    complete file or the new one. Raises ChecksStandAgainst, SourceLost, PublicationDamaged.
    """
    settings.publications_dir.mkdir(parents=True, exist_ok=True)
    former = publication_row(settings.published_database)
    _clear_up(settings, former)
    now = datetime.datetime.now(datetime.UTC)
    publication_id = f"{now:%Y%m%dT%H%M%S%fZ}-{inputs.fingerprint[:FINGERPRINT_DIGITS]}"
    draft = settings.publications_dir / f".{publication_id}{SUFFIX}"
    with open_working(settings) as connection:
        _refuse_failed_checks(connection)
        _refuse_lost_sources(connection, settings)
        appended_before = copy_to_continue(connection, settings.published_database, draft)
        connection.execute(f"ATTACH {literal(str(draft))} AS publication")
        connection.execute("BEGIN TRANSACTION")  # one for all: each of its own would be synced to disk
        hashes, appended = _write_marts(connection, appended_before)
        hashes |= _write_lines(connection)
        _write_functions(connection)
        counts = {table: rows for table, (rows, _) in hashes.items()}
        is_same_input = former is not None and former["inputs_fingerprint"] == inputs.fingerprint
        if former and is_same_input and _published_hashes(settings.published_database) == hashes:
            connection.execute("ROLLBACK")
            connection.execute("DETACH publication")
            draft.unlink()
            return Publication(str(former["publication_id"]), False, counts)
        _write_metadata(
            connection,
            publication_id=publication_id,
            now=now,
            inputs=inputs,
            hashes=hashes,
            appended=appended,
            former=former,
            run_id=run_id,
        )
        connection.execute("COMMIT")
        connection.execute("DETACH publication")
    _verify(draft, counts)
    _sync(draft)
    draft.chmod(0o444)
    put_in_place(draft, settings.published_database)  # first: what was never published must not be rolled back to
    _keep(draft)
    for one in kept_publications(settings.publications_dir):  # whoever publishes these inputs again wants them
        if one.fingerprint == inputs.fingerprint[:FINGERPRINT_DIGITS]:
            one.withdrawn_mark.unlink(missing_ok=True)
    _prune(settings)
    return Publication(publication_id, True, counts)


def roll_back(settings: Settings, publication_id: str | None = None) -> KeptPublication:
    """Put a kept publication in place of the current one, which is marked as withdrawn.

    Without `publication_id`: the newest one before the current that is not withdrawn itself. The caller holds the
    warehouse lock. Raises LookupError with what there is.
    """
    current = publication_row(settings.published_database)
    _clear_up(settings, current)
    current_id = str(current["publication_id"]) if current else ""
    kept = kept_publications(settings.publications_dir)
    if publication_id:
        candidates = [one for one in kept if one.publication_id == publication_id]
    else:
        candidates = [
            one for one in kept if not one.is_withdrawn and (not current_id or one.publication_id < current_id)
        ]
    if not candidates:
        names = ", ".join(one.publication_id for one in kept) or "none"
        wanted = f"publication {publication_id}" if publication_id else f"earlier publication than {current_id}"
        raise LookupError(f"there is no {wanted}; kept: {names}")
    target = candidates[-1]
    for one in kept:
        if one.publication_id == current_id != target.publication_id:
            one.withdrawn_mark.touch()
    target.withdrawn_mark.unlink(missing_ok=True)
    put_in_place(target.path, settings.published_database)
    return target


def put_in_place(kept: Path, published: Path) -> None:
    """Make `published` be the file `kept`, in one atomic step that is on disk when this returns."""
    staged = published.with_name(f".{published.name}.staged")
    staged.unlink(missing_ok=True)
    try:
        os.link(kept, staged)
    except OSError:  # a file system without hard links
        shutil.copy2(kept, staged)
        _sync(staged)
    staged.replace(published)
    _sync(published.parent)


def withdrawn_with(settings: Settings, inputs: Inputs) -> KeptPublication | None:
    """The withdrawn publication that these very inputs gave, if there is one."""
    for one in kept_publications(settings.publications_dir):
        if one.is_withdrawn and one.fingerprint == inputs.fingerprint[:FINGERPRINT_DIGITS]:
            return one
    return None


def reason_to_skip(settings: Settings, inputs: Inputs) -> str | None:
    """Why a refresh from these inputs would change nothing, or None where it is due."""
    published = publication_row(settings.published_database)
    if published and published["inputs_fingerprint"] == inputs.fingerprint:
        return f"nothing changed since publication {published['publication_id']}"
    withdrawn = withdrawn_with(settings, inputs)
    if withdrawn:
        return f"these inputs gave publication {withdrawn.publication_id}, which was rolled back"
    return None


def _refuse_failed_checks(connection: duckdb.DuckDBPyConnection) -> None:
    """The models may have been built by another run than this: what its checks found still stands."""
    failed = connection.execute(
        "SELECT check_name FROM raw.checks WHERE severity = 'error' AND status IN ('fail', 'error') ORDER BY 1"
    ).fetchall()
    if failed:
        names = ", ".join(name for (name,) in failed)
        raise ChecksStandAgainst(f"checks failed when the models were built: {names}. Nothing is published")


def _refuse_lost_sources(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Coverage is compared with coverage: a source that was published and is not here any more is a loss."""
    now = {row[0] for row in connection.execute(f"SELECT source_id FROM {MARTS}.dim_source").fetchall()}
    if not now:
        raise SourceLost(f"{settings.raw_dir} holds no document that can be read. Nothing is published")
    if settings.accept_removed_sources:
        return
    try:
        with open_published(settings.published_database) as former:
            before = {row[0] for row in former.execute("SELECT source_id FROM marts.dim_source").fetchall()}
    except (NothingPublished, duckdb.Error):
        return
    lost = sorted(before - now)
    if lost:
        rejected = connection.execute(
            "SELECT file || ' ' || reason FROM raw.rejected_rows WHERE row_number IS NULL ORDER BY 1"
        ).fetchall()
        reasons = "".join(f"\n  {reason}" for (reason,) in rejected)
        raise SourceLost(
            f"published before and not in raw/ any more, or not readable: {', '.join(lost)}. Nothing is published. "
            f"Bring the files back, or run `customhouse refresh --accept-removed-sources`{reasons}"
        )


def _write_marts(
    connection: duckdb.DuckDBPyConnection, appended_before: int | None
) -> tuple[dict[str, tuple[int, str]], dict[str, int]]:
    """Copy every table of the schema `marts`, sorted, with constraints and comments.

    `appended_before`: of the table that the draft, a copy of the former publication, goes on with, how many rows lie
    behind the sorted ones already; None where the draft is empty. Returns rows and content hash of each table, and how
    many rows lie behind the sorted ones now.
    """
    if appended_before is not None:
        drop_all_others(connection)
    connection.execute("CREATE SCHEMA IF NOT EXISTS publication.marts")
    tables = connection.execute(
        "SELECT table_name, comment FROM duckdb_tables() "
        "WHERE database_name = current_database() AND schema_name = ? ORDER BY table_name",
        [MARTS],
    ).fetchall()
    written: dict[str, tuple[int, str]] = {}
    appended: dict[str, int] = {}
    for table, comment in tables:
        target = f"publication.{MARTS}.{quoted(table)}"
        columns = connection.execute(
            "SELECT column_name, data_type, is_nullable, comment FROM duckdb_columns() "
            "WHERE database_name = current_database() AND schema_name = ? AND table_name = ? ORDER BY column_index",
            [MARTS, table],
        ).fetchall()
        definitions = ", ".join(
            f"{quoted(name)} {data_type}{'' if is_nullable else ' NOT NULL'}"
            for name, data_type, is_nullable, _ in columns
        )
        order = _reading_order([name for name, *_ in columns])
        source = f"{MARTS}.{quoted(table)}"
        if appended_before is not None and table == CONTINUED:
            appended[table] = appended_before + go_on_with(connection, order)
            written[table] = _content(connection, target)
        if table not in written or written[table] != _content(connection, source):
            connection.execute(f"CREATE OR REPLACE TABLE {target} ({definitions})")
            connection.execute(f"INSERT INTO {target} SELECT * FROM {source} ORDER BY {order}")
            appended.pop(table, None)
            written[table] = _content(connection, target)
        if comment:
            connection.execute(f"COMMENT ON TABLE {target} IS {literal(comment)}")
        for name, _, _, column_comment in columns:
            if column_comment:
                connection.execute(f"COMMENT ON COLUMN {target}.{quoted(name)} IS {literal(column_comment)}")
    return written, appended


def _reading_order(columns: Sequence[str]) -> str:
    """What a table is sorted by: first what most questions fix to one value, so that what they list lies together."""
    fixed = [column for column in _FIXED_BY_QUESTIONS if column in columns]
    return ", ".join(map(quoted, [*fixed, *(column for column in columns if column not in fixed)]))


def _write_lines(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, str]]:
    """Make the view over the lake with its comments; its rows, and a hash of the names of its files, which say all."""
    definition = connection.execute(
        "SELECT regexp_extract(sql, ' AS (SELECT .*?);?$', 1, 's') FROM duckdb_views() "
        "WHERE database_name = current_database() AND schema_name = 'raw' AND view_name = ?",
        [LINES],
    ).fetchone()
    if definition is None:
        return {}
    target = f"publication.{MARTS}.{LINES_VIEW}"
    connection.execute(f"CREATE VIEW {target} AS {definition[0]}")
    comments = connection.execute(
        "SELECT NULL, comment FROM duckdb_views() WHERE database_name = current_database() AND schema_name = $1 "
        "AND view_name = $2 UNION ALL SELECT column_name, comment FROM duckdb_columns() "
        "WHERE database_name = current_database() AND schema_name = $1 AND table_name = $2",
        [MARTS, LINES_VIEW],
    ).fetchall()
    for column, comment in comments:
        if comment:
            place = f"COLUMN {target}.{quoted(column)}" if column else f"VIEW {target}"
            connection.execute(f"COMMENT ON {place} IS {literal(comment)}")
    row = connection.execute(
        "SELECT coalesce(sum(rows), 0), md5(coalesce(string_agg(lines_key, '-' ORDER BY lines_key), '')) "
        "FROM raw.customs_months"
    ).fetchone()
    return {LINES_VIEW: (int(row[0]), str(row[1]))} if row else {}


def _write_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Copy every table macro of the schema `marts`: they name the tables of their own schema, wherever that is."""
    functions = connection.execute(
        "SELECT function_name, parameters, macro_definition, comment FROM duckdb_functions() "
        "WHERE database_name = current_database() AND schema_name = ? AND function_type = 'table_macro' "
        "ORDER BY function_name",
        [MARTS],
    ).fetchall()
    for name, parameters, definition, comment in functions:
        target = f"publication.{MARTS}.{quoted(name)}"
        connection.execute(f"CREATE MACRO {target}({', '.join(map(quoted, parameters))}) AS TABLE {definition}")
        if comment:
            connection.execute(f"COMMENT ON MACRO TABLE {target} IS {literal(comment)}")


def _content(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, str]:
    """Rows and a hash of the content that does not depend on the order of rows."""
    row = connection.execute(
        f"""SELECT count(*), md5(concat_ws('-', count(*), bit_xor(hash), sum(hash)))
        FROM (SELECT hash("the whole row") AS hash FROM {table} AS "the whole row")"""
    ).fetchone()
    return (row[0], row[1]) if row else (0, "")


def _published_hashes(published: Path) -> dict[str, tuple[int, str]]:
    with open_published(published) as connection:
        rows = connection.execute("SELECT table_name, row_count, content_hash FROM metadata.tables").fetchall()
    return {table: (count, content_hash) for table, count, content_hash in rows}


def _write_metadata(
    connection: duckdb.DuckDBPyConnection,
    *,
    publication_id: str,
    now: datetime.datetime,
    inputs: Inputs,
    hashes: dict[str, tuple[int, str]],
    appended: dict[str, int],
    former: dict[str, object] | None,
    run_id: str,
) -> None:
    connection.execute("CREATE SCHEMA publication.metadata")

    def table(name: str, comment: str, select: str, parameters: Sequence[object] = ()) -> None:
        target = f"publication.metadata.{name}"
        connection.execute(f"CREATE TABLE {target} AS {select}", list(parameters))
        connection.execute(f"COMMENT ON TABLE {target} IS {literal(comment)}")

    table(
        "publication",
        "One row: this publication, when it was made and with what.",
        """SELECT CAST($1 AS VARCHAR) AS publication_id, CAST($2 AS TIMESTAMP) AS published_at_utc,
        CAST($3 AS VARCHAR) AS inputs_fingerprint, CAST($4 AS VARCHAR) AS former_publication_id,
        CAST($5 AS VARCHAR) AS run_id, CAST($6 AS VARCHAR) AS customhouse_version,
        CAST($7 AS VARCHAR) AS duckdb_version,
        CAST($8 AS VARCHAR) AS dbt_version, CAST($9 AS VARCHAR) AS dagster_version,
        CAST($10 AS VARCHAR) AS python_version""",
        [
            publication_id,
            now.replace(tzinfo=None),
            inputs.fingerprint,
            former["publication_id"] if former else None,
            run_id,
            version("customhouse"),
            version("duckdb"),
            version("dbt-core"),
            version("dagster"),
            platform.python_version(),
        ],
    )
    table(
        "inputs",
        "Every file that this publication was made from, by its sha256.",
        """SELECT unnest(CAST($1 AS VARCHAR[])) AS path, unnest(CAST($2 AS VARCHAR[])) AS kind,
        unnest(CAST($3 AS VARCHAR[])) AS sha256, unnest(CAST($4 AS BIGINT[])) AS bytes""",
        [
            [file.path for file in inputs.files],
            [file.kind for file in inputs.files],
            [file.sha256 for file in inputs.files],
            [file.bytes for file in inputs.files],
        ],
    )
    table(
        "tables",
        "Every table of the schema marts, with its rows, a hash of its content, and how many rows were added behind "
        "the sorted ones since it was last written whole.",
        """SELECT written.*, described.comment AS description FROM (
            SELECT unnest(CAST($1 AS VARCHAR[])) AS table_name, unnest(CAST($2 AS BIGINT[])) AS row_count,
            unnest(CAST($3 AS VARCHAR[])) AS content_hash, unnest(CAST($4 AS BIGINT[])) AS appended_rows) AS written
        LEFT JOIN (
            SELECT database_name, schema_name, table_name, comment FROM duckdb_tables()
            UNION ALL SELECT database_name, schema_name, view_name, comment FROM duckdb_views()
        ) AS described ON described.database_name = 'publication'
            AND described.schema_name = 'marts' AND described.table_name = written.table_name ORDER BY table_name""",
        [
            list(hashes),
            [rows for rows, _ in hashes.values()],
            [content_hash for _, content_hash in hashes.values()],
            [appended.get(table, 0) for table in hashes],
        ],
    )
    table(
        "columns",
        "Every column of the schema marts: its type, its place in the key of the table, its unit, and what it means.",
        f"""SELECT found.table_name, found.column_name, found.data_type, found.comment AS description,
            found.column_index AS position, found.is_nullable, facts.key_position, facts.unit
        FROM duckdb_columns() AS found
        LEFT JOIN {COLUMN_FACTS} AS facts USING (table_name, column_name)
        WHERE found.database_name = 'publication' AND found.schema_name = 'marts'
        ORDER BY found.table_name, found.column_index""",
    )
    table(
        "functions",
        "Every function of the schema marts, with its parameters and what it answers.",
        """SELECT function_name, array_to_string(parameters, ', ') AS parameters, comment AS description
        FROM duckdb_functions() WHERE database_name = 'publication' AND schema_name = 'marts'
            AND function_type = 'table_macro' ORDER BY function_name""",
    )
    if LINES_VIEW in hashes:
        table(
            "lake_files",
            "Every file of the lake that fct_trade_monthly is made of: kept as long as this publication is.",
            "SELECT path FROM raw.customs_months ORDER BY path",
        )
    for name, types, comment in (
        ("checks", CHECK_TYPES, "What every check found when this publication was built."),
        ("rejected_rows", REJECTION_TYPES, "Raw rows and files that were not loaded: file, row, column and reason."),
    ):
        columns = ", ".join(map(quoted, types))
        table(name, comment, f"SELECT {columns} FROM raw.{name} ORDER BY ALL")


def _verify(draft: Path, counts: dict[str, int]) -> None:
    with open_published(draft) as connection:
        for table, expected in counts.items():
            row = connection.execute(f"SELECT count(*) FROM {MARTS}.{quoted(table)}").fetchone()
            if row is None or row[0] != expected:
                raise PublicationDamaged(f"{table}: {row and row[0]} rows were written, {expected} were built")
        functions = connection.execute("SELECT function_name FROM metadata.functions").fetchall()
        for (function,) in functions:  # each takes a day; what it names is looked for only when it is called
            try:
                connection.execute(f"SELECT * FROM {MARTS}.{quoted(function)}(current_date) LIMIT 0")
            except duckdb.Error as problem:
                raise PublicationDamaged(f"{function} does not answer in the new file: {problem}") from problem


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _keep(draft: Path) -> None:
    draft.rename(draft.with_name(draft.name.removeprefix(".")))
    _sync(draft.parent)


def _clear_up(settings: Settings, current: dict[str, object] | None) -> None:
    """What a run that was cut off left behind: a draft that was published already is kept, any other is removed."""
    for leftover in settings.publications_dir.glob(".*"):
        if current and leftover.name == f".{current['publication_id']}{SUFFIX}":
            _keep(leftover)
        else:
            leftover.unlink()


def _prune(settings: Settings) -> None:
    current = publication_row(settings.published_database)
    kept = kept_publications(settings.publications_dir)
    for one in kept[: -settings.kept_publications]:
        if not current or one.publication_id != current["publication_id"]:
            one.withdrawn_mark.unlink(missing_ok=True)
            one.path.unlink()
    _prune_lake(settings)


def _prune_lake(settings: Settings) -> None:
    """Remove the files of the lake that no kept publication is made of."""
    lines = settings.lake_dir / "lines"
    if not lines.is_dir():
        return
    used: set[str] = set()
    for one in kept_publications(settings.publications_dir):
        with open_published(one.path) as connection:
            try:
                used |= {
                    Path(path).name for (path,) in connection.execute("SELECT path FROM metadata.lake_files").fetchall()
                }
            except duckdb.CatalogException:  # made before there were declarations
                continue
    for file in lines.iterdir():
        if file.name not in used:
            file.unlink()
