"""The working warehouse: loading replaces what it must and nothing else, and awkward text arrives as it was."""

from __future__ import annotations

import dataclasses
import datetime
import subprocess
import sys
from collections.abc import Sequence
from decimal import Decimal

import pytest
import yaml

from orchestration.figures import FIGURE_COLUMNS, FIGURE_TYPES, Figure
from orchestration.inputs import Input, Inputs
from orchestration.settings import PROJECT_DIR, Settings
from orchestration.sources import REJECTION_TYPES, SOURCE_TYPES, Rejection, Source
from orchestration.sql import literal, quoted
from orchestration.warehouse.publication import publish
from orchestration.warehouse.published import open_published
from orchestration.warehouse.working import (
    CHECK_TYPES,
    NOT_USED_HERE,
    CheckOutcome,
    WorkingWarehouseHeld,
    discard_working,
    is_readable,
    loaded_contents,
    open_working,
    record_checks,
    record_inputs,
    recorded_inputs,
    remember_as_readable,
    replace_source_kind,
    replacing_source_kind,
    row_counts,
)
from tests.unit.hand_made import ROWS, build_marts, inputs_of, publish_rows

FIGURE = Figure(
    figure_id="0123456789abcdef",
    source_id="one",
    statistic="growth",
    measure="value",
    value=Decimal("-0.7"),
    low=Decimal("-0.75"),
    high=None,
    unit="percent",
    qualifier="exact",
    region_id="CN-XJ",
    partner_id="WORLD",
    commodity_id="TOTAL",
    flow="total",
    ownership_id="ALL",
    trade_mode_id="ALL",
    region_text="新疆",
    partner_text="",
    commodity_text="",
    ownership_text="",
    trade_mode_text="",
    period_start=datetime.date(2023, 1, 1),
    period_end=datetime.date(2023, 3, 31),
    comparison_start=datetime.date(2022, 1, 1),
    comparison_end=datetime.date(2022, 3, 31),
    char_start=12,
    char_end=16,
)
SOURCE = Source(
    source_id="one",
    kind="sheets",
    path="sheets/one.csv",
    title="A sheet made by a test",
    publisher="Nobody",
    published_date=datetime.date(2023, 4, 19),
    published_date_basis="stated",
    url="",
    language="en",
    licence="",
    retrieved_date=datetime.date(2023, 4, 20),
    sha256="0" * 64,
    region_id="CN-XJ",
    currency="CNY",
)
REJECTION = Rejection(source_kind="sheets", file="sheets/one.csv", row_number=None, column_name="", reason="is empty")
CHECK = CheckOutcome(check_name="a", kind="dbt", severity="error", status="pass", failures=0, message="")


def load(settings: Settings, kind: str = "sheets", **records: object) -> None:
    everything = {"figures": [FIGURE], "sources": [SOURCE], "rejected": [REJECTION]} | records
    with open_working(settings) as connection:
        replace_source_kind(connection, kind, **everything)  # type: ignore[arg-type]


def ask(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    with open_working(settings) as connection:
        return connection.execute(sql).fetchall()


def test_a_record_arrives_as_it_was(settings: Settings) -> None:
    load(settings)
    (row,) = ask(settings, f"SELECT {', '.join(FIGURE_COLUMNS)} FROM raw.sheets_figures")
    assert Figure(**dict(zip(FIGURE_COLUMNS, row, strict=True))) == FIGURE
    (row,) = ask(settings, "SELECT * FROM raw.sheets_sources")
    assert row == dataclasses.astuple(SOURCE)
    (row,) = ask(settings, "SELECT * FROM raw.rejected_rows")
    assert row == dataclasses.astuple(REJECTION)


@pytest.mark.parametrize(
    "number", ["9999999999999999999999.999999", "-9999999999999999999999.999999", "1E+21", "-0.000001", "0E-6", "1E-6"]
)
def test_a_number_arrives_to_its_last_digit(number: str, settings: Settings) -> None:
    load(settings, figures=[dataclasses.replace(FIGURE, value=Decimal(number), low=None)])
    assert ask(settings, "SELECT value FROM raw.sheets_figures") == [(Decimal(number),)]


@pytest.mark.parametrize(
    "text",
    [
        'it\'s "quoted" `and` more',
        "one\ntwo\r\nthree\ttab",
        "'); DROP TABLE raw.sheets_figures; --",
        "$1 ? :name %s {}",
        "\\N \\0 \\",
        "NULL",
        "新疆 🚂 e\u0301 \u202e \ufeff",
        "[a, b]",
        "x" * 100_000,
        "",
    ],
)
def test_awkward_text_arrives_as_it_was(text: str, settings: Settings) -> None:
    load(
        settings,
        figures=[dataclasses.replace(FIGURE, partner_text=text, quote=text)],
        sources=[dataclasses.replace(SOURCE, title=text)],
        rejected=[dataclasses.replace(REJECTION, reason=text, raw_text=text)],
    )
    assert ask(settings, "SELECT partner_text, quote FROM raw.sheets_figures") == [(text, text)]
    assert ask(settings, "SELECT title FROM raw.sheets_sources") == [(text,)]
    assert ask(settings, "SELECT reason, raw_text FROM raw.rejected_rows") == [(text, text)]


def test_loading_again_replaces_what_was_loaded(settings: Settings) -> None:
    load(settings, figures=[FIGURE, dataclasses.replace(FIGURE, figure_id="f" * 16)])
    load(settings, sources=[], rejected=[])
    with open_working(settings) as connection:
        tables = [("raw", "sheets_figures"), ("raw", "sheets_sources"), ("raw", "rejected_rows")]
        assert row_counts(connection, tables) == dict(zip(tables, (1, 0, 0), strict=True))


def test_loading_one_kind_leaves_the_others_alone(settings: Settings) -> None:
    load(settings, "sheets")
    load(settings, "releases", rejected=[dataclasses.replace(REJECTION, source_kind="releases")])
    load(settings, "sheets", figures=[], sources=[], rejected=[])
    assert ask(settings, "SELECT count(*) FROM raw.releases_figures") == [(1,)]
    assert ask(settings, "SELECT count(*) FROM raw.sheets_figures") == [(0,)]
    assert ask(settings, "SELECT source_kind FROM raw.rejected_rows") == [("releases",)]


CONTENT_TYPES = {"source_id": "VARCHAR", "content_key": "VARCHAR"}
TABLES = {"figures": FIGURE_TYPES, "sources": SOURCE_TYPES, "contents": CONTENT_TYPES}


@dataclasses.dataclass(frozen=True)
class Content:
    source_id: str
    content_key: str


def load_contents(settings: Settings, keys: dict[str, str], *, kept: Sequence[str] = ()) -> None:
    """Load one figure, source and content for each key, and keep what is loaded of others."""
    with open_working(settings) as connection, replacing_source_kind(connection, "releases", TABLES, kept=kept) as load:
        for source_id, key in keys.items():
            load.add("figures", [dataclasses.replace(FIGURE, source_id=source_id, quote=key)])
            load.add("sources", [dataclasses.replace(SOURCE, source_id=source_id)])
            load.add("contents", [Content(source_id, key)])
        load.reject([dataclasses.replace(REJECTION, source_kind="releases", file=f"releases/{len(keys)}.txt")])


def contents(settings: Settings) -> dict[str, str]:
    with open_working(settings) as connection:
        return loaded_contents(connection, "releases", TABLES)


def test_what_is_kept_stays_as_it_was_loaded_and_all_else_is_replaced(settings: Settings) -> None:
    load_contents(settings, {"same": "1", "changed": "1", "gone": "1"})
    load_contents(settings, {"changed": "2", "new": "2"}, kept=["same", "never seen"])
    expected = {"same": "1", "changed": "2", "new": "2"}
    assert contents(settings) == expected
    assert dict(ask(settings, "SELECT source_id, quote FROM raw.releases_figures")) == expected
    assert sorted(ask(settings, "SELECT source_id FROM raw.releases_sources")) == [("changed",), ("new",), ("same",)]
    assert ask(settings, "SELECT file FROM raw.rejected_rows") == [("releases/2.txt",)]


def test_a_load_that_is_cut_off_leaves_what_was_loaded_before(settings: Settings) -> None:
    load_contents(settings, {"one": "1", "two": "1"})
    with (
        open_working(settings) as connection,
        pytest.raises(KeyError),
        replacing_source_kind(connection, "releases", TABLES, kept=["one"]) as load,
    ):
        load.add("contents", [Content("two", "2")])
        load.add("no such table", [])
    assert contents(settings) == {"one": "1", "two": "1"}


@pytest.mark.parametrize(
    "change",
    [
        "DROP TABLE raw.releases_figures",
        "ALTER TABLE raw.releases_sources DROP COLUMN note",
        "DROP SCHEMA raw CASCADE",
    ],
)
def test_where_tables_are_of_another_version_nothing_counts_as_loaded(change: str, settings: Settings) -> None:
    load_contents(settings, {"one": "1"})
    ask(settings, change)
    assert contents(settings) == {}


def recorded(settings: Settings) -> Inputs:
    with open_working(settings) as connection:
        return recorded_inputs(connection)


SHEET = Input("raw/sheets/a.csv", "raw", "1", 10)
RELEASE = Input("raw/releases/a.txt", "raw", "1", 10)
PROGRAM = Input("orchestration/codes.py", "program", "1", 10)


def test_steps_record_their_inputs_side_by_side(settings: Settings) -> None:
    with open_working(settings) as connection:
        record_inputs(connection, "sheets", Inputs((SHEET,)), Inputs((PROGRAM,)))
        record_inputs(connection, "releases", Inputs((RELEASE,)), Inputs((PROGRAM,)))
    everything = Inputs((PROGRAM, RELEASE, SHEET))
    assert recorded(settings) == everything
    assert recorded(settings).fingerprint == everything.fingerprint


def test_a_step_that_runs_alone_leaves_what_others_have_read(settings: Settings) -> None:
    later = Inputs((PROGRAM, RELEASE, Input("raw/releases/b.txt", "raw", "1", 10), SHEET))
    with open_working(settings) as connection:
        for step, file in (("sheets", SHEET), ("releases", RELEASE)):
            record_inputs(connection, step, Inputs((file,)), later.of_kind("program"))
        # b.txt comes; the sheets alone are read again.
        record_inputs(connection, "sheets", later.raw_of("sheets"), later.of_kind("program"))
    assert recorded(settings).files == (PROGRAM, RELEASE, SHEET)
    assert recorded(settings).fingerprint != later.fingerprint


def test_a_file_that_changed_between_two_steps_makes_the_next_refresh_due(settings: Settings) -> None:
    changed = Input(PROGRAM.path, "program", "2", 10)
    with open_working(settings) as connection:
        record_inputs(connection, "sheets", Inputs((SHEET, PROGRAM)))
        record_inputs(connection, "releases", Inputs((changed, RELEASE)))
    fingerprint = recorded(settings).fingerprint
    assert fingerprint not in {Inputs((one, RELEASE, SHEET)).fingerprint for one in (PROGRAM, changed)}


def test_a_load_that_fails_changes_nothing(settings: Settings) -> None:
    load(settings)
    unloadable = dataclasses.replace(REJECTION, row_number="three")  # type: ignore[arg-type]
    with pytest.raises(Exception, match="three"):
        load(settings, figures=[], sources=[], rejected=[unloadable])
    assert ask(settings, "SELECT count(*) FROM raw.sheets_figures") == [(1,)]
    assert ask(settings, "SELECT count(*) FROM raw.rejected_rows") == [(1,)]


@pytest.mark.parametrize(
    ("table", "types"),
    [
        ("raw.sheets_figures", FIGURE_TYPES),
        ("raw.sheets_sources", SOURCE_TYPES),
        ("raw.rejected_rows", REJECTION_TYPES),
    ],
)
@pytest.mark.parametrize(
    "change",
    [
        pytest.param("ALTER TABLE {} DROP COLUMN {}", id="a column less"),
        pytest.param("ALTER TABLE {} RENAME COLUMN {} TO former", id="another name"),
        pytest.param("ALTER TABLE {} ALTER COLUMN {} TYPE INTEGER USING 1", id="another type"),
    ],
)
def test_a_table_with_other_columns_is_made_anew(
    table: str, types: dict[str, str], change: str, settings: Settings
) -> None:
    load(settings)
    ask(settings, change.format(table, next(reversed(types))))
    load(settings)
    schema, name = table.split(".")
    columns = ask(
        settings,
        "SELECT column_name, replace(data_type, ',', ', ') FROM duckdb_columns() "
        f"WHERE schema_name = '{schema}' AND table_name = '{name}' ORDER BY column_index",
    )
    assert dict(columns) == types
    assert ask(settings, f"SELECT count(*) FROM {table}") == [(1,)]


def test_checks_of_one_kind_replace_only_their_own(settings: Settings) -> None:
    with open_working(settings) as connection:
        record_checks(connection, "dbt", [CHECK, dataclasses.replace(CHECK, check_name="b")])
        record_checks(connection, "sheets", [dataclasses.replace(CHECK, kind="sheets", failures=3, message="it's")])
        record_checks(connection, "dbt", [dataclasses.replace(CHECK, check_name="c")])
        rows = connection.execute("SELECT * FROM raw.checks ORDER BY check_name").fetchall()
        described = connection.execute("DESCRIBE raw.checks").fetchall()
    assert [(row[0], row[1], row[4], row[5]) for row in rows] == [("a", "sheets", 3, "it's"), ("c", "dbt", 0, "")]
    assert {row[0]: row[1] for row in described} == CHECK_TYPES


def test_rows_are_counted_table_by_table(settings: Settings) -> None:
    with open_working(settings) as connection:
        connection.execute('CREATE SCHEMA "odd ""name"; CREATE TABLE "odd ""name"."t"".t" AS SELECT 1 FROM range(7)')
        assert row_counts(connection, [('odd "name', 't".t')]) == {('odd "name', 't".t'): 7}
        assert row_counts(connection, []) == {}


def test_names_and_texts_are_quoted_for_sql(settings: Settings) -> None:
    awkward = "a \"b\" 'c'; --"
    with open_working(settings) as connection:
        connection.execute(f"CREATE TABLE {quoted(awkward)} AS SELECT {literal(awkward)} AS {quoted(awkward)}")
        cursor = connection.execute(f"SELECT * FROM {quoted(awkward)}")
        assert (cursor.description or [])[0][0] == awkward
        assert cursor.fetchall() == [(awkward,)]


def test_the_memory_limit_and_threads_of_the_settings_hold(settings: Settings) -> None:
    limited = settings.model_copy(update={"memory_limit": "512MiB", "threads": 1})
    assert ask(limited, "SELECT current_setting('memory_limit'), current_setting('threads')") == [("512.0 MiB", 1)]


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 1000, b"\0" * 50_000])
def test_a_damaged_file_is_put_aside_and_a_new_one_made(content: bytes, settings: Settings) -> None:
    settings.warehouse_dir.mkdir()
    settings.working_database.write_bytes(content)
    load(settings)
    assert ask(settings, "SELECT count(*) FROM raw.sheets_figures") == [(1,)]
    if content:  # an empty file is an empty database
        assert settings.working_database.with_suffix(".damaged").read_bytes() == content


def test_a_torn_database_is_put_aside_with_its_write_ahead_log(settings: Settings) -> None:
    load(settings)
    settings.working_database.write_bytes(settings.working_database.read_bytes()[:5000])
    log = settings.working_database.with_name("working.duckdb.wal")
    log.write_bytes(b"torn")
    load(settings)
    assert ask(settings, "SELECT count(*) FROM raw.sheets_figures") == [(1,)]
    assert settings.working_database.with_suffix(".damaged").exists()
    assert not log.exists()


def test_a_torn_write_ahead_log_does_not_stop_the_next_refresh(settings: Settings) -> None:
    load(settings)
    settings.working_database.with_name("working.duckdb.wal").write_bytes(b"torn" * 100)
    load(settings)
    assert ask(settings, "SELECT count(*) FROM raw.sheets_figures") == [(1,)]


def test_every_block_is_looked_at_where_somebody_touched_the_file_since_it_was_published(settings: Settings) -> None:
    publish_rows(settings, tuple((f"source {n}", "CN-XJ", ROWS[0][2], n) for n in range(500)))
    content = bytearray(settings.working_database.read_bytes())
    content[content.rindex(b"source 499")] ^= 1
    settings.working_database.write_bytes(content)
    with open_working(settings) as connection:
        assert not is_readable(connection)
    remember_as_readable(settings)
    with open_working(settings) as connection:  # not looked at
        assert is_readable(connection)


def test_wide_decimals_lie_plain_but_in_the_tables_of_spans_that_are_published(settings: Settings) -> None:
    build_marts(settings, tuple(("one", "CN-XJ", ROWS[0][2], n) for n in range(2000)))
    with open_working(settings) as connection:
        connection.execute("CREATE TABLE marts.spans AS SELECT level, 'a' AS span_key FROM marts.fct_figures")
    publish(settings, inputs_of("any"), run_id="")
    compression = (
        "SELECT DISTINCT compression FROM pragma_storage_info('marts.{}') "
        "WHERE column_name = 'level' AND segment_type <> 'VALIDITY'"
    )
    figures, spans = compression.format("fct_figures"), compression.format("spans")
    assert ask(settings, figures) == ask(settings, spans) == [("Uncompressed",)]
    with open_published(settings.published_database) as connection:
        assert connection.execute(figures).fetchall() == [("Uncompressed",)]
        assert connection.execute(spans).fetchall() == [("BitPacking",)]


def test_dbt_stores_what_it_makes_in_the_same_way() -> None:
    profile = yaml.safe_load((PROJECT_DIR / "dbt_project" / "profiles.yml").read_text(encoding="utf-8"))
    used = profile["customhouse"]["outputs"]["duckdb"]["settings"]
    assert used["disabled_compression_methods"] == NOT_USED_HERE


def test_discarding_leaves_nothing(settings: Settings) -> None:
    load(settings)
    settings.working_database.with_name("working.duckdb.wal").touch()
    discard_working(settings.working_database)
    discard_working(settings.working_database)
    assert list(settings.warehouse_dir.iterdir()) == []


def test_a_program_that_has_it_open_is_named_and_nothing_is_put_aside(settings: Settings) -> None:
    load(settings)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, duckdb; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.readline()",
            str(settings.working_database),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(WorkingWarehouseHeld, match=str(holder.pid)):
            load(settings)
        holder.communicate("\n")
    assert not settings.working_database.with_suffix(".damaged").exists()
    assert ask(settings, "SELECT count(*) FROM raw.sheets_figures") == [(1,)]
