"""Publishing, going back, and reading what is published, on small hand-made marts."""

from __future__ import annotations

import dataclasses
import errno
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import Settings
from orchestration.warehouse import publication as publication_module
from orchestration.warehouse.publication import (
    ChecksStandAgainst,
    PublicationDamaged,
    SourceLost,
    publish,
    put_in_place,
    reason_to_skip,
    roll_back,
    withdrawn_with,
)
from orchestration.warehouse.published import (
    NothingPublished,
    kept_publications,
    open_published,
    publication_row,
)
from orchestration.warehouse.working import open_working, record_checks
from tests.unit.hand_made import CHECK, REJECTION, ROWS, build_marts, inputs_of, publish_rows


def ask(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    with open_published(settings.published_database) as connection:
        return connection.execute(sql).fetchall()


def levels(settings: Settings) -> list[int]:
    return [int(str(level).partition(".")[0]) for (level,) in ask(settings, "SELECT level FROM fct_figures ORDER BY 1")]


def current_id(settings: Settings) -> str:
    row = publication_row(settings.published_database)
    assert row is not None
    return str(row["publication_id"])


def kept_ids(settings: Settings) -> list[str]:
    return [one.publication_id for one in kept_publications(settings.publications_dir)]


def withdrawn_ids(settings: Settings) -> list[str]:
    return [one.publication_id for one in kept_publications(settings.publications_dir) if one.is_withdrawn]


def publish_several(settings: Settings, count: int) -> list[str]:
    """Publish 0 … count - 1, each with its number as the inputs; returns the ids."""
    return [
        publish_rows(settings, ROWS[: 1 + number % 3], inputs=str(number)).publication_id for number in range(count)
    ]


@pytest.fixture
def lenient(settings: Settings) -> Settings:
    """Settings with which sources may go."""
    return settings.model_copy(update={"accept_removed_sources": True})


# Publishing


def test_what_checks_stand_against_is_not_published_whoever_asks(settings: Settings) -> None:
    publish_rows(settings, inputs="good")
    build_marts(settings, ROWS[:1])
    with open_working(settings) as connection:
        record_checks(connection, "dbt", [dataclasses.replace(CHECK, status="fail", failures=2)])
    with pytest.raises(ChecksStandAgainst, match=CHECK.check_name):
        publish(settings, inputs_of("bad"), run_id="a run of the publication alone")
    assert len(levels(settings)) == len(ROWS)


def test_a_failed_check_stands_until_it_is_run_again(settings: Settings) -> None:
    build_marts(settings)
    other = dataclasses.replace(CHECK, check_name="another name is unique")
    with open_working(settings) as connection:
        record_checks(connection, "dbt", [dataclasses.replace(CHECK, status="fail", failures=2), other])
        record_checks(connection, "dbt", [other], is_whole=False)  # as when a part of the models is built
    with pytest.raises(ChecksStandAgainst):
        publish(settings, inputs_of("first"), run_id="a run")
    with open_working(settings) as connection:
        record_checks(connection, "dbt", [CHECK], is_whole=False)
    assert publish(settings, inputs_of("first"), run_id="a run").is_new


def test_a_finding_that_only_warns_is_published_with_its_finding(settings: Settings) -> None:
    build_marts(settings)
    with open_working(settings) as connection:
        record_checks(connection, "dbt", [dataclasses.replace(CHECK, severity="warn", status="warn", failures=2)])
    publish(settings, inputs_of("first"), run_id="a run")
    assert ask(settings, "SELECT status, failures FROM checks") == [("warn", 2)]


def test_a_column_that_is_never_null_stays_so(settings: Settings) -> None:
    build_marts(settings)
    with open_working(settings) as connection:
        connection.execute("ALTER TABLE marts.fct_figures ALTER COLUMN level SET NOT NULL")
    publish(settings, inputs_of("first"), run_id="a run")
    nullable = "SELECT column_name FROM duckdb_columns() WHERE table_name = 'fct_figures' AND NOT is_nullable"
    assert ask(settings, nullable) == [("level",)]


def test_what_is_published_is_the_marts_and_nothing_else(settings: Settings) -> None:
    done = publish_rows(settings)
    assert done.is_new
    assert done.row_counts == {"dim_region": 2, "dim_source": 2, "fct_figures": 3}
    assert levels(settings) == [17, 37, 68]
    tables = ask(settings, "SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL")
    assert tables == [
        *(("marts", name) for name in ("dim_region", "dim_source", "fct_figures")),
        *(("metadata", name) for name in ("checks", "columns", "functions", "inputs", "publication", "rejected_rows")),
        ("metadata", "tables"),
    ]
    assert ask(settings, "SELECT count(*) FROM duckdb_views() WHERE NOT internal") == [(0,)]


def build_function(settings: Settings, table: str) -> None:
    """A function of a day beside hand-made marts."""
    build_marts(settings)
    with open_working(settings) as connection:
        connection.execute(
            "CREATE SCHEMA intermediate; CREATE TABLE intermediate.int_figures AS FROM marts.fct_figures"
        )
        connection.execute(
            f"CREATE MACRO marts.known_as_of(day) AS TABLE WITH known AS MATERIALIZED (SELECT * FROM {table} "
            "WHERE published_date <= day) SELECT level FROM known"
        )
        connection.execute("COMMENT ON MACRO TABLE marts.known_as_of IS 'What''s known'")


def test_a_function_is_published_with_its_description(settings: Settings) -> None:
    build_function(settings, "marts.fct_figures")
    publish(settings, inputs_of("first"), run_id="a run")
    assert ask(settings, "SELECT count(*) FROM known_as_of(DATE '2023-01-01')") == [(1,)]
    assert ask(settings, "FROM metadata.functions") == [("known_as_of", "day", "What's known")]
    ((comment,),) = ask(settings, "SELECT comment FROM duckdb_functions() WHERE schema_name = 'marts'")
    assert comment == "What's known"


def test_a_function_that_cannot_answer_is_not_published(settings: Settings) -> None:
    build_function(settings, "intermediate.int_figures")
    with pytest.raises(PublicationDamaged, match="known_as_of"):
        publish(settings, inputs_of("first"), run_id="a run")
    assert not settings.published_database.exists()


def test_the_published_file_is_read_only_and_complete_in_itself(settings: Settings) -> None:
    done = publish_rows(settings)
    published = settings.published_database
    assert stat.S_IMODE(published.stat().st_mode) == 0o444
    assert published.samefile(settings.publications_dir / f"{done.publication_id}.duckdb")
    assert [path for path in settings.warehouse_dir.rglob("*") if path.name.endswith((".wal", ".staged"))] == []
    assert [path for path in settings.publications_dir.iterdir() if path.name.startswith(".")] == []
    with pytest.raises(duckdb.Error), open_published(published) as connection:
        connection.execute("DELETE FROM fct_figures")


def test_a_publication_knows_when_from_what_and_with_what_it_was_made(settings: Settings) -> None:
    first, second = publish_rows(settings), publish_rows(settings, inputs="second")
    row = publication_row(settings.published_database)
    assert row is not None
    assert row["publication_id"] == second.publication_id
    assert row["former_publication_id"] == first.publication_id
    assert row["inputs_fingerprint"] == inputs_of("second").fingerprint
    assert second.publication_id.endswith("-" + inputs_of("second").fingerprint[:16])
    assert f"{row['published_at_utc']:%Y%m%dT%H%M%S%fZ}" == second.publication_id.partition("-")[0]
    assert row["run_id"] == "a run"
    packages = {"duckdb_version": "duckdb", "dbt_version": "dbt-core", "dagster_version": "dagster"}
    assert {column: row[column] for column in packages} == {
        column: version(package) for column, package in packages.items()
    }
    (file,) = inputs_of("second").files
    assert ask(settings, "SELECT * FROM metadata.inputs") == [(file.path, file.kind, file.sha256, file.bytes)]


def test_tables_columns_checks_and_rejected_rows_are_listed(settings: Settings) -> None:
    publish_rows(settings)
    assert ask(settings, "SELECT table_name, row_count, description FROM metadata.tables ORDER BY table_name") == [
        ("dim_region", 2, None),
        ("dim_source", 2, None),
        ("fct_figures", 3, 'Every figure\'s row; "stated".'),
    ]
    columns = ask(
        settings,
        "SELECT column_name, data_type, description, position FROM metadata.columns WHERE table_name = 'fct_figures'",
    )
    assert columns[0] == ("source_id", "VARCHAR", None, 1)
    assert columns[-1] == ("level", "DECIMAL(28,6)", "What's stated; 单位：元", 6)
    assert ask(settings, "SELECT check_name, status FROM metadata.checks") == [(CHECK.check_name, "pass")]
    assert ask(settings, "SELECT file, row_number, reason FROM metadata.rejected_rows") == [
        (REJECTION.file, REJECTION.row_number, REJECTION.reason)
    ]
    # The description of every table of metadata is in the file too.
    assert ask(settings, "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'metadata' AND comment IS NULL") == [
        (0,)
    ]


def test_comments_reach_the_published_tables(settings: Settings) -> None:
    publish_rows(settings)
    assert ask(settings, "SELECT comment FROM duckdb_tables() WHERE table_name = 'fct_figures'") == [
        ('Every figure\'s row; "stated".',)
    ]
    assert ask(settings, "SELECT comment FROM duckdb_columns() WHERE column_name = 'level'") == [
        ("What's stated; 单位：元",)
    ]


def test_the_same_inputs_and_marts_are_not_published_again(settings: Settings) -> None:
    first = publish_rows(settings)
    before = settings.published_database.stat()
    again = publish_rows(settings, ROWS[::-1])
    assert (again.is_new, again.publication_id, again.row_counts) == (False, first.publication_id, first.row_counts)
    after = settings.published_database.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert kept_ids(settings) == [first.publication_id]
    assert [path.name for path in settings.publications_dir.iterdir()] == [f"{first.publication_id}.duckdb"]


def test_other_inputs_or_other_marts_are_published(settings: Settings) -> None:
    first = publish_rows(settings)
    other_inputs = publish_rows(settings, inputs="second")
    other_marts = publish_rows(settings, [*ROWS, ROWS[0]], inputs="second")
    assert [one.is_new for one in (first, other_inputs, other_marts)] == [True, True, True]
    assert kept_ids(settings) == [one.publication_id for one in (first, other_inputs, other_marts)]
    assert current_id(settings) == other_marts.publication_id


def test_rows_are_published_in_order_whatever_order_they_were_built_in(settings: Settings, tmp_path: Path) -> None:
    publish_rows(settings)
    sorted_rows = ask(settings, "SELECT * FROM fct_figures")
    other = settings.model_copy(update={"warehouse_dir": tmp_path / "other"})
    other = Settings(**other.model_dump())
    publish_rows(other, ROWS[::-1])
    assert ask(other, "SELECT * FROM fct_figures") == sorted_rows
    hashes = "SELECT table_name, content_hash FROM metadata.tables"
    assert ask(other, hashes) == ask(settings, hashes)


def test_what_is_published_lies_in_small_groups_of_rows(settings: Settings) -> None:
    build_marts(settings)
    with open_working(settings) as connection:
        connection.execute("CREATE TABLE marts.many AS SELECT i FROM range(100_000) AS many (i)")
    publish(settings, inputs_of("any"), run_id="")
    ((groups,),) = ask(settings, "SELECT count(DISTINCT row_group_id) FROM pragma_storage_info('marts.many')")
    assert groups == 4


CONTENTS = [
    [("a", None)],
    [("a", "")],
    [("a", "NULL")],
    [(None, "a")],
    [("NULL", "a")],
    [("a', 'b", "")],
    [("a", "', 'b': ")],
    [("a", None), ("a", None)],
    [("a", "b"), ("c", "d")],
    [("a", "d"), ("c", "b")],
    [],
]


def content_hashes(
    settings: Settings,
    contents: Sequence[Sequence[tuple[str | None, str | None]]],
    columns: str = "one VARCHAR, two VARCHAR",
) -> list[object]:
    """The content hashes of tables with these columns and rows, published together."""
    build_marts(settings)
    with open_working(settings) as connection:
        for number, rows in enumerate(contents):
            connection.execute(f"CREATE TABLE marts.text_{number:02} ({columns})")
            for row in rows:
                connection.execute(f"INSERT INTO marts.text_{number:02} VALUES (?, ?)", row)
    publish(settings, inputs_of("any"), run_id="")
    rows = ask(settings, "SELECT content_hash FROM metadata.tables WHERE table_name LIKE 'text_%' ORDER BY table_name")
    assert len(rows) == len(contents)
    return [found for (found,) in rows]


def test_the_content_hash_tells_contents_apart(settings: Settings) -> None:
    assert len(set(content_hashes(settings, CONTENTS))) == len(CONTENTS)


def test_the_content_hash_does_not_depend_on_the_order_of_rows(settings: Settings) -> None:
    rows = [("a", "b"), ("c", "d"), ("a", "b")]
    assert len(set(content_hashes(settings, [rows, rows[::-1]]))) == 1


@pytest.mark.parametrize("name", ["whole", "text", "count"])
def test_the_content_hash_looks_at_every_column_whatever_its_name(name: str, settings: Settings) -> None:
    hashes = content_hashes(settings, [[("a", "b")], [("a", "c")]], f"{name} VARCHAR, other VARCHAR")
    assert len(set(hashes)) == 2


# A reader

READER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
while True:
    print(connection.execute("SELECT count(*) FROM marts.fct_figures").fetchone()[0], flush=True)
    if not sys.stdin.readline():
        break
"""


@contextmanager
def reader(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the published file open, and counts its rows once for every line it gets."""
    process = subprocess.Popen(
        [sys.executable, "-c", READER, str(settings.published_database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.communicate()
        assert process.returncode == 0


def counted(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


def test_a_reader_keeps_what_it_opened_while_another_publication_takes_its_place(settings: Settings) -> None:
    publish_rows(settings)
    with reader(settings) as old:
        assert counted(old) == 3
        publish_rows(settings, [*ROWS, ROWS[0]], inputs="second")
        with reader(settings) as new:
            assert counted(new) == 4
        assert old.stdin is not None
        old.stdin.write("again\n")
        old.stdin.flush()
        assert counted(old) == 3


def test_a_reader_does_not_stop_a_rollback(settings: Settings) -> None:
    publish_rows(settings)
    publish_rows(settings, [*ROWS, ROWS[0]], inputs="second")
    with reader(settings) as old:
        assert counted(old) == 4
        roll_back(settings)
        with reader(settings) as new:
            assert counted(new) == 3


# What can go wrong


def test_a_source_that_is_gone_stops_publishing_and_the_old_file_stays(settings: Settings) -> None:
    publish_rows(settings)
    before = settings.published_database.read_bytes()
    with pytest.raises(SourceLost, match=r"not readable: two\. Nothing is published"):
        publish_rows(settings, ROWS[:2], inputs="second")
    assert settings.published_database.read_bytes() == before
    assert len(kept_ids(settings)) == 1


def test_a_source_that_is_gone_may_be_accepted(settings: Settings, lenient: Settings) -> None:
    publish_rows(settings)
    publish_rows(lenient, ROWS[:2], inputs="second")
    assert levels(settings) == [17, 68]
    publish_rows(settings, ROWS[:2], inputs="third")  # it is not missed for ever


def test_what_a_stopped_run_left_behind_is_removed(settings: Settings) -> None:
    settings.publications_dir.mkdir(parents=True)
    for name in (".20230101T000000000000Z-0.duckdb", ".20230101T000000000000Z-0.duckdb.wal"):
        (settings.publications_dir / name).write_bytes(b"half")
    staged = settings.warehouse_dir / ".customhouse.duckdb.staged"
    staged.write_bytes(b"half")
    done = publish_rows(settings)
    assert [path.name for path in settings.publications_dir.iterdir()] == [f"{done.publication_id}.duckdb"]
    assert not staged.exists()


def test_publishing_that_fails_half_way_leaves_the_old_file_and_the_next_one_tidies_up(settings: Settings) -> None:
    publish_rows(settings)
    before = settings.published_database.read_bytes()
    build_marts(settings, [*ROWS, ROWS[0]])
    with open_working(settings) as connection:
        connection.execute("DROP TABLE raw.checks")
    with pytest.raises(duckdb.Error, match="checks"):
        publish(settings, inputs_of("second"), run_id="")
    assert settings.published_database.read_bytes() == before
    assert len(kept_ids(settings)) == 1
    publish_rows(settings, [*ROWS, ROWS[0]], inputs="second")
    assert len(levels(settings)) == 4
    assert len(list(settings.publications_dir.iterdir())) == 2


def test_a_damaged_published_file_is_replaced(settings: Settings) -> None:
    settings.warehouse_dir.mkdir()
    settings.published_database.write_bytes(b"not a database" * 1000)
    assert publication_row(settings.published_database) is None
    publish_rows(settings)
    assert levels(settings) == [17, 37, 68]


def test_where_nothing_is_published_one_is_told_what_to_do(settings: Settings) -> None:
    with (
        pytest.raises(NothingPublished, match=r"nothing is published yet\. Run `customhouse refresh`"),
        open_published(settings.published_database),
    ):
        pytest.fail("there is nothing to open")
    assert publication_row(settings.published_database) is None
    assert kept_publications(settings.publications_dir) == []
    assert not settings.published_database.exists()


def test_a_file_system_without_hard_links_gets_a_copy(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "no hard links")

    monkeypatch.setattr(os, "link", no_links)
    done = publish_rows(settings)
    assert levels(settings) == [17, 37, 68]
    assert stat.S_IMODE(settings.published_database.stat().st_mode) == 0o444
    kept = settings.publications_dir / f"{done.publication_id}.duckdb"
    assert not settings.published_database.samefile(kept)
    assert settings.published_database.read_bytes() == kept.read_bytes()


def test_putting_in_place_never_leaves_the_path_empty(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = publish_several(settings, 2)
    seen: list[bool] = []
    replace = Path.replace

    def watched(self: Path, target: Path) -> Path:
        seen.append(settings.published_database.exists())
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", watched)
    put_in_place(settings.publications_dir / f"{ids[0]}.duckdb", settings.published_database)
    assert seen == [True]
    assert current_id(settings) == ids[0]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM {} WHERE region_id = '653100'", "2 rows were written, 3 were built"),
        ("UPDATE {} SET level = level + 1 WHERE region_id = '653100'", "other rows were written than were built"),
    ],
)
def test_what_does_not_read_back_as_built_is_not_published(
    statement: str, found: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_rows(settings)
    before = settings.published_database.read_bytes()
    write = publication_module._write_metadata

    def lossy(connection: duckdb.DuckDBPyConnection, **everything: object) -> None:
        write(connection, **everything)  # type: ignore[arg-type]
        connection.execute(statement.format("publication.marts.fct_figures"))

    monkeypatch.setattr(publication_module, "_write_metadata", lossy)
    with pytest.raises(PublicationDamaged, match=f"fct_figures: {found}"):
        publish_rows(settings, inputs="second")
    assert settings.published_database.read_bytes() == before
    assert len(kept_ids(settings)) == 1


# What is kept


def test_the_last_publications_are_kept_with_the_current_one(lenient: Settings) -> None:
    few = Settings(**{**lenient.model_dump(), "kept_publications": 3})
    ids = publish_several(few, 5)
    assert kept_ids(few) == ids[-3:]
    assert current_id(few) == ids[-1]


def test_a_publication_comes_after_all_others_even_where_a_clock_went_back(settings: Settings) -> None:
    few = Settings(**{**settings.model_dump(), "kept_publications": 1})
    first = publish_rows(few).publication_id
    future = few.publications_dir / "99990101T000000000000Z-0123456789abcdef.duckdb"
    shutil.copy(few.publications_dir / f"{first}.duckdb", future)
    second = publish_rows(few, inputs="second").publication_id
    assert second > future.stem
    assert kept_ids(few) == [second]
    assert current_id(few) == second


def test_a_mark_of_withdrawal_goes_with_its_publication(lenient: Settings) -> None:
    few = Settings(**{**lenient.model_dump(), "kept_publications": 2})
    publish_several(few, 2)
    roll_back(few)
    assert len(withdrawn_ids(few)) == 1
    publish_rows(few, inputs="second")
    publish_rows(few, inputs="third")
    assert withdrawn_ids(few) == []
    assert [path.suffix for path in few.publications_dir.iterdir()] == [".duckdb"] * 2


# Going back


def test_going_back_puts_the_one_before_in_place_and_withdraws_the_current_one(lenient: Settings) -> None:
    ids = publish_several(lenient, 3)
    assert roll_back(lenient).publication_id == ids[1]
    assert current_id(lenient) == ids[1]
    assert withdrawn_ids(lenient) == [ids[2]]
    assert len(levels(lenient)) == 2
    assert stat.S_IMODE(lenient.published_database.stat().st_mode) == 0o444
    assert roll_back(lenient).publication_id == ids[0]
    assert withdrawn_ids(lenient) == ids[1:]


def test_going_back_further_than_there_is_is_refused_with_what_there_is(lenient: Settings) -> None:
    (only,) = publish_several(lenient, 1)
    with pytest.raises(LookupError, match=f"no earlier publication than {only}; kept: {only}"):
        roll_back(lenient)
    assert current_id(lenient) == only
    assert withdrawn_ids(lenient) == []


def test_going_back_where_nothing_is_kept_is_refused(settings: Settings) -> None:
    with pytest.raises(LookupError, match="kept: none"):
        roll_back(settings)


def test_going_back_to_an_unknown_publication_is_refused(lenient: Settings) -> None:
    ids = publish_several(lenient, 2)
    with pytest.raises(LookupError, match=f"no publication 2023; kept: {ids[0]}, {ids[1]}"):
        roll_back(lenient, "2023")
    assert current_id(lenient) == ids[1]
    assert withdrawn_ids(lenient) == []


def test_any_kept_publication_can_be_put_in_place_by_its_id(lenient: Settings) -> None:
    ids = publish_several(lenient, 3)
    assert roll_back(lenient, ids[0]).publication_id == current_id(lenient) == ids[0]
    assert withdrawn_ids(lenient) == [ids[2]]
    # Forward again: the one that was withdrawn is not any more, the one put aside is.
    roll_back(lenient, ids[2])
    assert current_id(lenient) == ids[2]
    assert withdrawn_ids(lenient) == [ids[0]]
    # Going back now passes over the withdrawn one.
    assert roll_back(lenient).publication_id == ids[1]


def test_going_to_the_current_publication_changes_nothing(lenient: Settings) -> None:
    ids = publish_several(lenient, 2)
    roll_back(lenient, ids[1])
    assert current_id(lenient) == ids[1]
    assert withdrawn_ids(lenient) == []


def test_a_lost_or_damaged_published_file_can_be_brought_back(lenient: Settings) -> None:
    ids = publish_several(lenient, 2)
    lenient.published_database.unlink()
    assert roll_back(lenient).publication_id == current_id(lenient) == ids[1]
    lenient.published_database.unlink()
    lenient.published_database.write_bytes(b"not a database" * 1000)
    assert roll_back(lenient).publication_id == current_id(lenient) == ids[1]
    assert withdrawn_ids(lenient) == []


# Whether a refresh is due


def test_a_refresh_is_due_where_nothing_is_published_or_the_inputs_changed(settings: Settings) -> None:
    assert reason_to_skip(settings, inputs_of("first")) is None
    publish_rows(settings)
    assert reason_to_skip(settings, inputs_of("second")) is None


def test_a_refresh_is_not_due_where_nothing_changed(settings: Settings) -> None:
    done = publish_rows(settings)
    reason = reason_to_skip(settings, inputs_of("first"))
    assert reason == f"nothing changed since publication {done.publication_id}"


def test_a_refresh_is_not_due_from_the_inputs_of_a_withdrawn_publication(lenient: Settings) -> None:
    ids = publish_several(lenient, 2)
    roll_back(lenient)
    reason = reason_to_skip(lenient, inputs_of("1"))
    assert reason == f"these inputs gave publication {ids[1]}, which was rolled back"
    withdrawn = withdrawn_with(lenient, inputs_of("1"))
    assert withdrawn is not None
    assert withdrawn.publication_id == ids[1]
    assert withdrawn_with(lenient, inputs_of("0")) is None
    assert reason_to_skip(lenient, inputs_of("2")) is None


def test_withdrawn_inputs_that_are_published_again_are_not_withdrawn_any_more(lenient: Settings) -> None:
    publish_rows(lenient, inputs="good")
    publish_rows(lenient, ROWS[:1], inputs="doubted")
    roll_back(lenient)
    publish_rows(lenient, ROWS[:1], inputs="doubted")
    assert withdrawn_ids(lenient) == []
    publish_rows(lenient, inputs="good")
    assert withdrawn_with(lenient, inputs_of("doubted")) is None
