"""Files of other versions: an earlier one works or says what to do, a later one is neither read nor replaced."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner, Result

from orchestration import transformation
from orchestration.cli import app
from orchestration.hashing import FileHashes
from orchestration.serving.worker import Order, open_locked
from orchestration.settings import Settings
from orchestration.transformation import prepare_manifest
from orchestration.warehouse.publication import publish, put_in_place, reason_to_skip, roll_back
from orchestration.warehouse.published import (
    SCHEMA_VERSION,
    PublishedByOther,
    kept_publications,
    open_published,
    publication_row,
)
from orchestration.warehouse.retention import leftovers, run_ids
from orchestration.warehouse.working import (
    WORKING_VERSION,
    drop_all_others,
    open_working,
    record_checks,
    working_version,
)
from tests.unit.hand_made import build_marts, inputs_of, publish_rows
from tests.unit.test_retention import publish_lines

LATER = SCHEMA_VERSION + 1


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def alter(settings: Settings, *statements: str) -> None:
    """Change the published file, and so the kept publication that it is."""
    path = settings.published_database
    path.chmod(0o644)
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    path.chmod(0o444)


def by_later_customhouse(settings: Settings) -> None:
    alter(
        settings,
        f"UPDATE metadata.publication SET schema_version = {LATER}, customhouse_version = '9.1.0'",
        "ALTER TABLE metadata.publication RENAME COLUMN inputs_fingerprint TO made_from",
    )


def by_later_duckdb(settings: Settings) -> None:
    """Let the header say a later storage version than this DuckDB reads, with the checksum that belongs to it."""
    path = settings.published_database
    path.chmod(0o644)
    with path.open("r+b") as file:
        block = bytearray(file.read(4096))
        block[12:20] = struct.pack("<Q", 150)
        checksum = 5381
        for word in struct.unpack("<511Q", block[8:]):
            checksum ^= word * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
        block[:8] = struct.pack("<Q", checksum)
        file.seek(0)
        file.write(block)
    path.chmod(0o444)


def by_earlier_customhouse(settings: Settings) -> None:
    """As before versions were counted, and before columns and tables were described for other tools."""
    alter(
        settings,
        "ALTER TABLE metadata.publication DROP COLUMN schema_version",
        "ALTER TABLE metadata.tables DROP COLUMN appended_rows",
        *(f"ALTER TABLE metadata.columns DROP COLUMN {name}" for name in ("is_nullable", "key_position", "unit")),
        "DROP TABLE metadata.functions",
    )


@pytest.fixture
def published(settings: Settings) -> Settings:
    """Two publications; the command finds them in its environment."""
    publish_rows(settings, inputs="first")
    publish_rows(settings, inputs="second")
    for name in ("raw_dir", "warehouse_dir", "dbt_target_dir", "dagster_home"):
        os.environ[f"CUSTOMHOUSE_{name.upper()}"] = str(getattr(settings, name))
    return settings


MakeLater = Callable[[Settings], None]
LATER_ONES = pytest.mark.parametrize("make_later", [by_later_customhouse, by_later_duckdb])
REFUSED = "neither read nor replaced"


# A later one


@LATER_ONES
@pytest.mark.parametrize(
    "arguments",
    [
        ["status"],
        ["query", "SELECT 1"],
        ["query", "--as-of", "2023-12-31", "SELECT 1"],
        ["explain", "anything"],
        ["dashboard"],
        ["export", "--output", "{folder}/export"],
        ["serve", "--port", "0"],
        ["refresh"],
        ["rollback"],
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_a_later_one_is_refused_by_every_command_and_stays(
    published: Settings, tmp_path: Path, make_later: MakeLater, arguments: list[str]
) -> None:
    make_later(published)
    before = published.published_database.read_bytes()
    ended = run(*(one.format(folder=tmp_path) for one in arguments))
    assert ended.exit_code == 1
    assert REFUSED in " ".join(ended.output.split()), ended.output
    assert published.published_database.read_bytes() == before
    assert len(kept_publications(published.publications_dir)) == 2


@LATER_ONES
def test_nothing_is_published_over_a_later_one(published: Settings, make_later: MakeLater) -> None:
    make_later(published)
    before = published.published_database.read_bytes()
    for asked in (
        lambda: publish(published, inputs_of("third"), run_id="a run"),
        lambda: reason_to_skip(published, inputs_of("third")),
        lambda: publication_row(published.published_database),
    ):
        with pytest.raises(PublishedByOther, match=REFUSED):
            asked()
    assert published.published_database.read_bytes() == before


@LATER_ONES
def test_from_a_later_one_an_earlier_is_gone_back_to_by_name_and_it_stays(
    published: Settings, make_later: MakeLater
) -> None:
    make_later(published)
    first, second = (one.publication_id for one in kept_publications(published.publications_dir))
    assert roll_back(published, first).publication_id == first
    with open_published(published.published_database) as connection:
        assert connection.execute("SELECT publication_id FROM publication").fetchall() == [(first,)]
    kept = kept_publications(published.publications_dir)
    assert [(one.publication_id, one.is_withdrawn) for one in kept] == [(first, False), (second, True)]
    with pytest.raises(PublishedByOther):  # and not back again, by this program
        roll_back(published, second)


def test_a_later_one_that_is_not_kept_is_not_gone_back_from(published: Settings) -> None:
    by_later_customhouse(published)
    first, second = kept_publications(published.publications_dir)
    second.path.unlink()
    with pytest.raises(PublishedByOther):
        roll_back(published, first.publication_id)


@LATER_ONES
def test_a_reader_of_the_server_gets_no_later_one(published: Settings, make_later: MakeLater) -> None:
    make_later(published)
    order = Order(
        database=str(published.published_database), lines_dir="/nowhere", memory_limit="1GiB", threads=1, token="t"
    )
    with pytest.raises(PublishedByOther, match=REFUSED):
        open_locked(order)


@LATER_ONES
def test_beside_a_later_one_no_line_of_declarations_is_removed(settings: Settings, make_later: MakeLater) -> None:
    for names in (["a"], ["b"], ["c"]):
        publish_lines(settings, names)
    kept = kept_publications(settings.publications_dir)
    make_later(settings)
    put_in_place(kept[1].path, settings.published_database)
    one = settings.model_copy(update={"kept_publications": 2})
    assert [(found.kind, found.name) for found in leftovers(one)] == [("publication", kept[0].path.name)]
    assert run_ids(one) >= {"run of a", "run of b"}


# An earlier one


def test_an_earlier_one_is_read_gone_back_to_and_published_over(published: Settings) -> None:
    by_earlier_customhouse(published)
    assert run("status").exit_code == 0
    asked = run("query", "--format", "csv", "SELECT count(*) AS figures FROM fct_figures")
    assert asked.output == "figures\n3\n"
    first, second = (one.publication_id for one in kept_publications(published.publications_dir))
    assert roll_back(published).publication_id == first
    assert roll_back(published, second).publication_id == second
    build_marts(published)
    assert publish(published, inputs_of("third"), run_id="a run").is_new
    assert (publication_row(published.published_database) or {})["former_publication_id"] == second


def test_the_same_inputs_are_published_anew_where_an_earlier_version_published_them(published: Settings) -> None:
    by_earlier_customhouse(published)
    build_marts(published)
    assert publish(published, inputs_of("second"), run_id="a run").is_new
    assert (publication_row(published.published_database) or {})["schema_version"] == SCHEMA_VERSION


@pytest.mark.parametrize(
    "arguments",
    [
        ["query", "SELECT * FROM metadata.functions"],
        ["query", "SELECT unit FROM metadata.columns"],
        ["export", "--output", "{folder}/export"],
        ["dashboard"],
        ["query", "--as-of", "2023-12-31", "SELECT 1"],
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_what_an_earlier_one_lacks_is_told_with_what_to_do(
    published: Settings, tmp_path: Path, arguments: list[str]
) -> None:
    by_earlier_customhouse(published)
    ended = run(*(one.format(folder=tmp_path) for one in arguments))
    assert ended.exit_code == 1
    output = " ".join(ended.output.split())
    assert "earlier version" in output or "made by a version" in output, output
    assert "refresh" in output


def test_a_slip_in_a_question_to_one_of_this_version_is_told_as_a_slip(published: Settings) -> None:
    ended = run("query", "SELECT levle FROM fct_figures")
    assert ended.exit_code == 1
    assert "earlier version" not in ended.output


# The working warehouse


def test_the_working_warehouse_knows_its_version(settings: Settings) -> None:
    with open_working(settings) as connection:
        assert working_version(connection) is None
        record_checks(connection, "dbt", [])
        assert working_version(connection) == WORKING_VERSION


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("DROP TABLE raw.version", 0),
        ("UPDATE raw.version SET version = version + 1", WORKING_VERSION + 1),
        ("DROP TABLE raw.version; CREATE TABLE raw.version AS SELECT 'two' AS name", 0),
    ],
)
def test_a_working_warehouse_of_another_version_is_known(settings: Settings, change: str, expected: int) -> None:
    with open_working(settings) as connection:
        record_checks(connection, "dbt", [])
        connection.execute(change)
        assert working_version(connection) == expected


def test_what_models_left_that_are_no_more_is_dropped(settings: Settings) -> None:
    build_marts(settings)
    with open_working(settings) as connection:
        connection.execute(
            "CREATE SCHEMA staging; CREATE VIEW staging.stg_former AS FROM marts.dim_region; "
            "CREATE VIEW staging.stg_sheets AS FROM marts.dim_region; "
            "CREATE MACRO marts.former(day) AS TABLE SELECT day"
        )
        known = {("marts", "fct_figures"), ("marts", "dim_source"), ("staging", "stg_sheets")}
        dropped = drop_all_others(connection, known)
        assert dropped == ["staging.stg_former", "marts.dim_region", "marts.former"]
        tables = connection.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'raw'").fetchall()
        assert ("checks",) in tables  # what Python loads is no model


# Small files of state


def test_hashes_of_another_form_are_as_good_as_lost(tmp_path: Path) -> None:
    path, memory = tmp_path / "file", tmp_path / "memory.json"
    path.write_bytes(b"content")
    state = path.stat()
    mark = [state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino]
    wrong = {str(path): [*mark, "wrong"]}
    for said in (wrong, {"version": 2, "sha256": sha256_of(wrong), "files": wrong}, {"version": 1, "files": wrong}):
        memory.write_text(json.dumps(said))
        assert FileHashes(memory).of(path) != "wrong"
    right = {str(path): [*mark, "remembered"]}
    memory.write_text(json.dumps({"version": 1, "sha256": sha256_of(right), "files": right}))
    assert FileHashes(memory).of(path) == "remembered"


def sha256_of(files: object) -> str:
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()


def test_a_manifest_of_another_dbt_is_written_anew(
    settings: Settings, prepared_target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(prepared_target, settings.dbt_target_dir)
    parsed: list[list[str]] = []
    monkeypatch.setattr(transformation, "_invoke", lambda _, arguments, **__: parsed.append(arguments))
    prepare_manifest(settings)
    assert parsed == []
    monkeypatch.setattr(transformation, "version", lambda name: f"9.0.0 of {name}")
    prepare_manifest(settings)
    assert parsed == [["parse"]]
