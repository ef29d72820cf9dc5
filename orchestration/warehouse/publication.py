"""Publishing: writing the checked marts to a new file, replacing the published one atomically, and going back."""

from __future__ import annotations

import datetime
import os
import platform
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import duckdb

from orchestration.atomic import sync
from orchestration.hashing import is_as_sealed, remove
from orchestration.inputs import Inputs
from orchestration.settings import Settings
from orchestration.sources import REJECTION_TYPES
from orchestration.sql import literal, quoted
from orchestration.warehouse.continued import SPAN_KEY, Continuation, copy_to_continue, drop_all_others, go_on_with
from orchestration.warehouse.lock import is_held
from orchestration.warehouse.published import (
    DAMAGED_SUFFIX,
    FINGERPRINT_DIGITS,
    SCHEMA_VERSION,
    SUFFIX,
    KeptPublication,
    NothingPublished,
    PublishedByOther,
    kept_publications,
    open_published,
    publication_row,
)
from orchestration.warehouse.retention import leftovers, named_lines, remove_all
from orchestration.warehouse.soundness import Content, contents_of, damage_of, published_damage, remember_as_whole
from orchestration.warehouse.working import CHECK_TYPES, COLUMN_FACTS, open_working, remember_as_readable

MARTS = "marts"
#: The one view among the marts, and the view of the working warehouse that says of which files it is made: declarations
#: are many, and lie in files that never change beside the published one, so that a publication does not copy them.
LINES_VIEW = "fct_trade_monthly"
LINES = "customs_lines"
#: Columns that most questions compare with one value; partners, commodities and periods they list.
_FIXED_BY_QUESTIONS = ("region_id", "measure", "unit", "flow", "ownership_id", "trade_mode_id")
#: Decimals of more digits are numbers of 128 bits.
_DIGITS_IN_64_BITS = 18
#: Rows of a group in what is published: a reader skips groups by the bounds of their columns, and most questions are of
#: a few thousand rows of millions. A quarter of DuckDB's own; one eighth costs more for each group than it saves.
_ROW_GROUP = 30_720
#: How an id states its time, in UTC.
_MOMENT = "%Y%m%dT%H%M%S%fZ"


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
    publication_id = _next_id(settings, now, inputs)
    draft = settings.publications_dir / f".{publication_id}{SUFFIX}"
    with open_working(settings) as connection:
        _refuse_failed_checks(connection)
        _refuse_lost_sources(connection, settings)
        is_of_this_version = former is not None and former.get("schema_version") == SCHEMA_VERSION
        with connection.cursor() as beside, ThreadPoolExecutor(1) as thread:
            built = thread.submit(_built, beside)  # while the draft is written, which uses little more than one core
            if former and is_of_this_version and former["inputs_fingerprint"] == inputs.fingerprint:
                contents = built.result()
                if _is_the_same(connection, settings, contents):
                    remember_as_readable(settings)
                    return Publication(str(former["publication_id"]), False, _rows(contents))

            def write(continued: Mapping[str, Continuation]) -> None:
                with _attached(connection, draft):
                    appended = _write_marts(connection, continued)
                    _write_lines(connection)
                    _write_functions(connection)
                    _write_metadata(
                        connection,
                        publication_id=publication_id,
                        now=now,
                        inputs=inputs,
                        contents=built.result(),
                        appended=appended,
                        former=former,
                        run_id=run_id,
                    )
                _verify(draft, built.result())

            continued = copy_to_continue(connection, settings.published_database, draft) if is_of_this_version else {}
            try:
                write(continued)
            except (PublicationDamaged, duckdb.Error):
                if not continued:
                    raise
                _discard(draft)  # whatever is wrong with it may have come from the former file
                write({})
    contents = built.result()
    sync(draft)
    draft.chmod(0o444)
    put_in_place(draft, settings.published_database)  # first: what was never published must not be rolled back to
    _keep(draft)
    for one in kept_publications(settings.publications_dir):  # whoever publishes these inputs again wants them
        if one.fingerprint == inputs.fingerprint[:FINGERPRINT_DIGITS]:
            one.withdrawn_mark.unlink(missing_ok=True)
    _put_aside_unreadable(settings)
    remove_all(leftovers(settings))
    remember_as_whole(settings)  # all of it was read back
    remember_as_readable(settings)
    return Publication(publication_id, True, _rows(contents))


def heal_published(settings: Settings, tell: Callable[[str], None]) -> None:
    """Where the published file is damaged, put the newest whole publication in its place; `tell` says what was done.

    A damaged publication gets the suffix DAMAGED_SUFFIX: it is not rolled back to, and goes when those of its age go.
    Where none is whole nothing is published until the refresh ends, rather than something wrong. The caller holds the
    warehouse lock.
    """
    published = settings.published_database
    damage = published_damage(settings)
    if damage is None:
        return
    tell(f"the published file is damaged: {damage}")
    if published.is_dir():  # no file can replace it
        published.replace(published.with_suffix(DAMAGED_SUFFIX))
    for one in reversed(kept_publications(settings.publications_dir)):
        with suppress(PublishedByOther):
            if not one.is_withdrawn and _is_whole(one):
                put_in_place(one.path, published)
                tell(f"publication {one.publication_id} is put in its place")
                return
    if published.exists():
        published.replace(published.with_suffix(DAMAGED_SUFFIX))


def _is_whole(kept: KeptPublication) -> bool:
    """Whether a kept publication reads back as what was written; one that does not is put aside."""
    if damage_of(kept.path) is None:
        return True
    remove(kept.path.with_suffix(DAMAGED_SUFFIX))
    kept.path.replace(kept.path.with_suffix(DAMAGED_SUFFIX))
    kept.withdrawn_mark.unlink(missing_ok=True)
    return False


def roll_back(settings: Settings, publication_id: str | None = None) -> KeptPublication:
    """Put a kept publication in place of the current one, which is marked as withdrawn.

    Without `publication_id`: the newest one before the current that is not withdrawn itself. One that is damaged is put
    aside and not gone back to; one of which a file of the lake is gone or damaged stays, and is not gone back to
    either. The caller holds the warehouse lock. Raises LookupError with what there is, and PublishedByOther where a
    later version published what is asked for, or what stands and is left without a name.
    """
    kept = kept_publications(settings.publications_dir)
    try:
        current = publication_row(settings.published_database)
    except PublishedByOther:  # it can be left by name, and only where it can be gone back to
        held = [one for one in kept if one.path.samefile(settings.published_database)]
        if not publication_id or not held:
            raise
        current = {"publication_id": held[0].publication_id}
    _clear_up(settings, current)
    current_id = str(current["publication_id"]) if current else ""
    kept = kept_publications(settings.publications_dir)
    if publication_id:
        candidates = [one for one in kept if one.publication_id == publication_id]
    else:
        candidates = [
            one for one in kept if not one.is_withdrawn and (not current_id or one.publication_id < current_id)
        ]
    incomplete: list[str] = []
    target = None
    while candidates and target is None:
        candidate = candidates.pop()
        if not _is_whole(candidate):
            kept.remove(candidate)
        elif lost := _lost_lake_files(candidate):
            incomplete.append(f"{candidate.publication_id} lacks {', '.join(map(str, lost))}")
        else:
            target = candidate
    if target is None:
        names = ", ".join(one.publication_id for one in kept) or "none"
        wanted = f"publication {publication_id}" if publication_id else f"earlier publication than {current_id}"
        message = f"there is no {wanted}; kept: {names}"
        if incomplete:
            message += (
                f". Of the lake a file is gone or damaged: {'; '.join(reversed(incomplete))}. `customhouse refresh` "
                f"makes those again that raw/ still holds; the others come from a back-up"
            )
        raise LookupError(message)
    publication_row(target.path)  # refuses one of a later version
    for one in kept:
        if one.publication_id == current_id != target.publication_id:
            one.withdrawn_mark.touch()
    target.withdrawn_mark.unlink(missing_ok=True)
    put_in_place(target.path, settings.published_database)
    return target


def put_in_place(kept: Path, published: Path) -> None:
    """Make `published` be the file `kept`, in one atomic step that is on disk when this returns."""
    staged = _staged(published)
    staged.unlink(missing_ok=True)
    try:
        os.link(kept, staged)
    except OSError:  # a file system without hard links
        shutil.copy2(kept, staged)
        sync(staged)
    staged.replace(published)
    sync(published.parent)


def _staged(published: Path) -> Path:
    return published.with_name(f".{published.name}.staged")


def withdrawn_with(settings: Settings, inputs: Inputs) -> KeptPublication | None:
    """The withdrawn publication that these very inputs gave, if there is one."""
    for one in kept_publications(settings.publications_dir):
        if one.is_withdrawn and one.fingerprint == inputs.fingerprint[:FINGERPRINT_DIGITS]:
            return one
    return None


def reason_to_skip(settings: Settings, inputs: Inputs) -> str | None:
    """Why a refresh from these inputs would change nothing, or None where it is due.

    A published file that is damaged makes it due, whatever the inputs are.
    """
    if published_damage(settings) is not None:
        return None
    published = publication_row(settings.published_database)
    if published and published["inputs_fingerprint"] == inputs.fingerprint:
        return f"nothing changed since publication {published['publication_id']}"
    withdrawn = withdrawn_with(settings, inputs)
    if withdrawn:
        return f"these inputs gave publication {withdrawn.publication_id}, which was rolled back"
    return None


def is_left_undone(settings: Settings) -> bool:
    """Whether a refresh from the same inputs has work to do: the last one was cut off or did not come to its page, or a
    file of the lake is gone or damaged.

    While somebody holds the warehouse nothing is left undone yet.
    """
    published = publication_row(settings.published_database)
    if published is None or is_held(settings.warehouse_dir):
        return False
    try:
        page = (settings.dashboard_dir / "index.html").read_text(encoding="utf-8", errors="replace")
    except OSError:
        page = ""
    if settings.unfinished_mark.exists() or str(published["publication_id"]) not in page:
        return True
    try:
        with open_published(settings.published_database) as connection:
            return not all(is_as_sealed(file) for file in _lake_files(connection))
    except duckdb.Error:
        return True


def _lake_files(connection: duckdb.DuckDBPyConnection) -> list[Path]:
    """The files of the lake that a publication is made of; none where it was made before there were declarations."""
    try:
        return [Path(path) for (path,) in connection.execute("SELECT path FROM metadata.lake_files").fetchall()]
    except duckdb.CatalogException:
        return []


def _lost_lake_files(kept: KeptPublication) -> list[Path]:
    """The files of the lake that a kept publication is made of, and that do not hold what they held then."""
    with open_published(kept.path) as connection:
        return [file for file in _lake_files(connection) if not is_as_sealed(file)]


def _next_id(settings: Settings, now: datetime.datetime, inputs: Inputs) -> str:
    """The time and the inputs: an id that is later than all others, even where the clock was put back meanwhile."""
    current = publication_row(settings.published_database)
    known = [one.publication_id for one in kept_publications(settings.publications_dir)]
    known += [str(current["publication_id"])] if current else []
    for moment in (one.partition("-")[0] for one in known):
        with suppress(ValueError, OverflowError):  # a name that somebody gave
            last = datetime.datetime.strptime(moment, _MOMENT).replace(tzinfo=datetime.UTC)
            now = max(now, last + datetime.timedelta(microseconds=1))
    return f"{now:{_MOMENT}}-{inputs.fingerprint[:FINGERPRINT_DIGITS]}"


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


@contextmanager
def _attached(connection: duckdb.DuckDBPyConnection, draft: Path) -> Iterator[None]:
    """The draft attached as `publication`, in one transaction: each of its own would be synced to disk."""
    connection.execute("RESET disabled_compression_methods")  # of the working warehouse: what is kept is to be small
    connection.execute(f"ATTACH {literal(str(draft))} AS publication (ROW_GROUP_SIZE {_ROW_GROUP})")
    try:
        connection.execute("BEGIN TRANSACTION")
        try:
            yield
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
    finally:
        connection.execute("DETACH publication")


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[str, str | None]:
    """The tables of the schema `marts` in the working warehouse, with their comments."""
    return dict(
        connection.execute(
            "SELECT table_name, comment FROM duckdb_tables() "
            "WHERE database_name = current_database() AND schema_name = ? ORDER BY table_name",
            [MARTS],
        ).fetchall()
    )


def _built(connection: duckdb.DuckDBPyConnection) -> dict[str, Content]:
    """Rows and content hash of all that is to be published, as it was built."""
    return contents_of(connection, _tables(connection)) | _content_of_lines(connection)


def _rows(contents: Mapping[str, Content]) -> dict[str, int]:
    return {table: rows for table, (rows, _) in contents.items()}


def _write_marts(connection: duckdb.DuckDBPyConnection, continued: Mapping[str, Continuation]) -> dict[str, int]:
    """Copy every table of the schema `marts`, sorted, with constraints and comments.

    `continued`: the tables that the draft, a copy of the former publication, goes on with; empty where the draft is.
    Returns of those how many rows lie behind the sorted ones now.
    """
    if continued:
        drop_all_others(connection, continued)
    connection.execute("CREATE SCHEMA IF NOT EXISTS publication.marts")
    appended: dict[str, int] = {}
    for table, comment in _tables(connection).items():
        target = f"publication.{MARTS}.{quoted(table)}"
        columns = connection.execute(
            "SELECT column_name, data_type, is_nullable, comment FROM duckdb_columns() "
            "WHERE database_name = current_database() AND schema_name = ? AND table_name = ? ORDER BY column_index",
            [MARTS, table],
        ).fetchall()
        order = _reading_order([name for name, *_ in columns])
        if table in continued:
            how = continued[table]
            appended[table] = how.appended_before + go_on_with(connection, table, how, order)
        else:
            is_of_spans = any(name == SPAN_KEY for name, *_ in columns)
            definitions = ", ".join(
                f"{quoted(name)} {data_type}{'' if is_nullable else ' NOT NULL'}"
                f"{'' if is_of_spans else _compression(data_type)}"
                for name, data_type, is_nullable, _ in columns
            )
            connection.execute(f"CREATE TABLE {target} ({definitions})")
            connection.execute(f"INSERT INTO {target} SELECT * FROM {MARTS}.{quoted(table)} ORDER BY {order}")
        if comment:
            connection.execute(f"COMMENT ON TABLE {target} IS {literal(comment)}")
        for name, _, _, column_comment in columns:
            if column_comment:
                connection.execute(f"COMMENT ON COLUMN {target}.{quoted(name)} IS {literal(column_comment)}")
    return appended


def _compression(data_type: str) -> str:
    """How a column of a table that is written whole each time is stored: wide decimals plain, which are read faster.

    DuckDB takes many times as long to read them packed. The tables of spans, which are the large ones, stay packed.
    """
    found = re.fullmatch(r"DECIMAL\((\d+),\d+\)", data_type)
    return " USING COMPRESSION 'uncompressed'" if found and int(found[1]) > _DIGITS_IN_64_BITS else ""


def _reading_order(columns: Sequence[str]) -> str:
    """What a table is sorted by: first what most questions fix to one value, so that what they list lies together."""
    fixed = [column for column in _FIXED_BY_QUESTIONS if column in columns]
    return ", ".join(map(quoted, [*fixed, *(column for column in columns if column not in fixed)]))


def _definition_of_lines(connection: duckdb.DuckDBPyConnection) -> str | None:
    """The query over the files of the lake; None where the working warehouse knows no lake."""
    definition = connection.execute(
        "SELECT regexp_extract(sql, ' AS (SELECT .*?);?$', 1, 's') FROM duckdb_views() "
        "WHERE database_name = current_database() AND schema_name = 'raw' AND view_name = ?",
        [LINES],
    ).fetchone()
    return str(definition[0]) if definition else None


def _content_of_lines(connection: duckdb.DuckDBPyConnection) -> dict[str, Content]:
    """Rows of the view over the lake, and a hash of the names of its files, which say all."""
    if _definition_of_lines(connection) is None:
        return {}
    ((rows, content_hash),) = connection.execute(
        "SELECT coalesce(sum(rows), 0), md5(coalesce(string_agg(lines_key, '-' ORDER BY lines_key), '')) "
        "FROM raw.customs_months"
    ).fetchall()
    return {LINES_VIEW: (int(rows), str(content_hash))}


def _write_lines(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the view over the lake, where there is one, with its comments."""
    definition = _definition_of_lines(connection)
    if definition is None:
        return
    target = f"publication.{MARTS}.{LINES_VIEW}"
    connection.execute(f"CREATE VIEW {target} AS {definition}")
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


def _is_the_same(connection: duckdb.DuckDBPyConnection, settings: Settings, contents: Mapping[str, Content]) -> bool:
    """Whether what stands published has this content, and finds its files of the lake."""
    files = "SELECT path FROM {} ORDER BY path"
    with open_published(settings.published_database) as published:
        rows = published.execute("SELECT table_name, row_count, content_hash FROM metadata.tables").fetchall()
        if {table: (count, content_hash) for table, count, content_hash in rows} != contents:
            return False
        # A warehouse that was moved has the same lines elsewhere.
        return LINES_VIEW not in contents or (
            published.execute(files.format("metadata.lake_files")).fetchall()
            == connection.execute(files.format("raw.customs_months")).fetchall()
        )


def _write_metadata(
    connection: duckdb.DuckDBPyConnection,
    *,
    publication_id: str,
    now: datetime.datetime,
    inputs: Inputs,
    contents: Mapping[str, Content],
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
        CAST($10 AS VARCHAR) AS python_version, CAST($11 AS INTEGER) AS schema_version""",
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
            SCHEMA_VERSION,
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
            list(contents),
            [rows for rows, _ in contents.values()],
            [content_hash for _, content_hash in contents.values()],
            [appended.get(table, 0) for table in contents],
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
    if LINES_VIEW in contents:
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


def _verify(draft: Path, built: Mapping[str, Content]) -> None:
    """Read all of the draft back, and refuse what is not as it was built."""
    with open_published(draft) as connection:
        written = contents_of(connection, [table for table in built if table != LINES_VIEW])
        if LINES_VIEW in built:  # of its files the names say all
            ((rows,),) = connection.execute(f"SELECT count(*) FROM {MARTS}.{LINES_VIEW}").fetchall()
            written[LINES_VIEW] = (rows, built[LINES_VIEW][1])
        for table, (rows, content_hash) in built.items():
            if written[table][0] != rows:
                raise PublicationDamaged(f"{table}: {written[table][0]} rows were written, {rows} were built")
            if written[table][1] != content_hash:
                raise PublicationDamaged(f"{table}: other rows were written than were built")
        functions = connection.execute("SELECT function_name FROM metadata.functions").fetchall()
        for (function,) in functions:  # each takes a day; what it names is looked for only when it is called
            try:
                connection.execute(f"SELECT * FROM {MARTS}.{quoted(function)}(current_date) LIMIT 0")
            except duckdb.Error as problem:
                raise PublicationDamaged(f"{function} does not answer in the new file: {problem}") from problem


def _keep(draft: Path) -> None:
    draft.rename(draft.with_name(draft.name.removeprefix(".")))
    sync(draft.parent)


def _discard(draft: Path) -> None:
    remove(draft)
    remove(draft.with_name(draft.name + ".wal"))


def _clear_up(settings: Settings, current: dict[str, object] | None) -> None:
    """What a run that was cut off left behind: a draft that was published already is kept, any other is removed."""
    _staged(settings.published_database).unlink(missing_ok=True)
    for leftover in settings.publications_dir.glob(".*"):
        if current and leftover.name == f".{current['publication_id']}{SUFFIX}":
            _keep(leftover)
        else:
            remove(leftover)


def _put_aside_unreadable(settings: Settings) -> None:
    """A kept publication that is damaged must not keep others from being published, nor files of the lake for ever."""
    for one in kept_publications(settings.publications_dir):
        with suppress(PublishedByOther):
            try:
                named_lines(one.path)
            except duckdb.Error:
                _is_whole(one)
