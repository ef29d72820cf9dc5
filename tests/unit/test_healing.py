"""What is damaged is found and made good: publications, files that are sealed, Dagster's history, pipes in raw/."""

from __future__ import annotations

import os
import random
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from orchestration.codes import CodeLists
from orchestration.defs.history import put_aside_damaged
from orchestration.hashing import is_as_sealed, seal
from orchestration.inputs import Input, Inputs
from orchestration.progress import Progress
from orchestration.refresh import Starved, _starved, run_refresh
from orchestration.refresh_record import read_record
from orchestration.settings import Settings
from orchestration.sheets.reading import read_sheets
from orchestration.sources import Rejection
from orchestration.warehouse import soundness
from orchestration.warehouse.publication import (
    heal_published,
    is_left_undone,
    publish,
    reason_to_skip,
    roll_back,
)
from orchestration.warehouse.published import kept_publications, publication_row
from orchestration.warehouse.soundness import damage_of, published_damage
from orchestration.warehouse.working import open_working
from tests.conftest import write_sheet
from tests.faults.damage import (
    CONTENT,
    Damage,
    change_a_digit,
    cut_in_half,
    on_a_copy,
    replace_with_a_folder,
    replace_with_a_pipe,
    spoil_the_beginning,
)
from tests.unit.hand_made import ROWS, inputs_of, publish_rows
from tests.unit.test_retention import publish_lines


def current_id(settings: Settings) -> str | None:
    row = publication_row(settings.published_database)
    return str(row["publication_id"]) if row else None


def noise() -> random.Random:
    return random.Random(20230331)


def heal(settings: Settings) -> list[str]:
    told: list[str] = []
    heal_published(settings, told.append)
    return told


def test_what_is_whole_is_not_touched(settings: Settings) -> None:
    published = publish_rows(settings)
    assert published_damage(settings) is None
    before = settings.published_database.stat()
    assert heal(settings) == []
    assert settings.published_database.stat() == before
    assert damage_of(settings.publications_dir / f"{published.publication_id}.duckdb") is None


@pytest.mark.parametrize(
    "damage", [cut_in_half, spoil_the_beginning, replace_with_a_folder], ids=lambda one: one.__name__
)
def test_a_damaged_published_file_is_replaced_by_the_copy_that_is_kept(settings: Settings, damage: Damage) -> None:
    published = publish_rows(settings)
    (on_a_copy(damage) if damage in CONTENT else damage)(settings.published_database, noise())
    assert published_damage(settings)
    assert reason_to_skip(settings, inputs_of("first")) is None
    told = heal(settings)
    assert told[-1] == f"publication {published.publication_id} is put in its place"
    assert current_id(settings) == published.publication_id
    assert reason_to_skip(settings, inputs_of("first"))


def test_where_the_kept_copy_is_the_same_damaged_file_the_publication_before_takes_its_place(
    settings: Settings,
) -> None:
    former = publish_rows(settings).publication_id
    last = publish_rows(settings, inputs="second", rows=(*ROWS, ("three", "CN-XJ", ROWS[0][2], 1))).publication_id
    cut_in_half(settings.published_database, noise())
    heal(settings)
    assert current_id(settings) == former
    assert [one.publication_id for one in kept_publications(settings.publications_dir)] == [former]
    assert (settings.publications_dir / f"{last}.damaged").exists()


def test_where_nothing_is_whole_nothing_is_published_until_the_refresh_ends(settings: Settings) -> None:
    publish_rows(settings)
    cut_in_half(settings.published_database, noise())
    heal(settings)
    assert not settings.published_database.exists()
    again = publish(settings, inputs_of("first"), run_id="a run")
    assert again.is_new
    assert published_damage(settings) is None


def test_every_block_of_a_published_file_is_looked_at(settings: Settings) -> None:
    publish_rows(settings, tuple((f"source {n}", "CN-XJ", ROWS[0][2], n) for n in range(500)))
    content = bytearray(settings.published_database.read_bytes())
    place = content.rindex(b"source 499")
    content[place] ^= 1
    settings.published_database.chmod(0o644)
    settings.published_database.write_bytes(content)
    assert published_damage(settings)


def test_what_was_read_back_when_it_was_published_is_read_again_only_when_it_is_touched(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []
    monkeypatch.setattr(soundness, "damage_of", read.append)
    publish_rows(settings)
    assert published_damage(settings) is None
    assert not read
    settings.published_database.touch()
    published_damage(settings)
    assert read == [settings.published_database]


def test_a_damaged_publication_is_not_rolled_back_to(settings: Settings) -> None:
    former = publish_rows(settings).publication_id
    last = publish_rows(settings, inputs="second", rows=(*ROWS, ("three", "CN-XJ", ROWS[0][2], 1))).publication_id
    cut_in_half(settings.publications_dir / f"{former}.duckdb", noise())
    with pytest.raises(LookupError, match="there is no earlier publication"):
        roll_back(settings)
    assert current_id(settings) == last


def test_a_publication_is_not_rolled_back_to_without_its_declarations(settings: Settings) -> None:
    first, second, third, last = (publish_lines(settings, names) for names in (["a"], ["b"], ["c"], ["d"]))
    lines = settings.lake_dir / "lines"
    cut_in_half(lines / "b.parquet", noise())
    (lines / "c.parquet").rename(lines / "c.aside")
    with pytest.raises(LookupError, match=f"no publication {third}; .*{third} lacks {lines / 'c.parquet'}"):
        roll_back(settings, third)
    assert current_id(settings) == last
    assert roll_back(settings).publication_id == first
    (lines / "c.aside").rename(lines / "c.parquet")  # from a back-up
    assert roll_back(settings, third).publication_id == third
    with pytest.raises(LookupError, match=f"no earlier publication than {third}; .*{second} lacks"):  # one is withdrawn
        roll_back(settings)
    assert current_id(settings) == third


def test_a_damaged_publication_does_not_keep_others_from_being_published_and_goes_in_its_time(
    settings: Settings,
) -> None:
    few = settings.model_copy(update={"kept_publications": 2})
    (few.lake_dir / "lines").mkdir(parents=True)
    former = publish_rows(few).publication_id
    cut_in_half(few.publications_dir / f"{former}.duckdb", noise())
    for number in range(2):
        rows = (*ROWS, (f"{number}", "CN-XJ", ROWS[0][2], 1))
        publish_rows(few.model_copy(update={"accept_removed_sources": True}), rows, inputs=f"{number}")
    assert [path.suffix for path in sorted(few.publications_dir.iterdir())] == [".duckdb", ".duckdb"]


def test_what_was_cut_off_or_has_no_page_is_due_again(settings: Settings) -> None:
    published = publish_rows(settings)
    assert is_left_undone(settings)
    settings.dashboard_dir.mkdir()
    (settings.dashboard_dir / "index.html").write_text(f"<p>{published.publication_id}</p>")
    assert not is_left_undone(settings)
    settings.unfinished_mark.touch()
    assert is_left_undone(settings)


@pytest.mark.parametrize("damage", [*CONTENT, change_a_digit], ids=lambda one: one.__name__)
def test_a_sealed_file_is_known_to_be_as_it_was(tmp_path: Path, damage: Damage) -> None:
    path = tmp_path / "sealed"
    path.write_text('{"rows": 123}\n' * 1000)
    seal(path, path.name)
    assert is_as_sealed(path)
    assert is_as_sealed(path)
    damage(path, noise())
    assert not is_as_sealed(path)


def test_a_file_without_its_seal_or_with_a_damaged_one_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("content")
    assert not is_as_sealed(path)
    seal(path, path.name)
    path.with_name("file.sha256").write_text("[1]")
    assert not is_as_sealed(path)


@pytest.mark.parametrize("damage", [*CONTENT[2:], replace_with_a_folder], ids=lambda one: one.__name__)
def test_a_damaged_history_is_put_aside(tmp_path: Path, damage: Damage) -> None:
    path = tmp_path / "history" / "runs.db"
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE runs AS WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 200)"
            " SELECT hex(randomblob(500)) AS id FROM n; CREATE INDEX ids ON runs (id)"
        )
    told: list[str] = []
    put_aside_damaged(tmp_path, told.append)
    assert (told, path.exists()) == ([], True)
    damage(path, noise())
    put_aside_damaged(tmp_path, told.append)
    put_aside_damaged(tmp_path, told.append)
    assert len(told) == 1
    assert not path.exists()
    assert path.with_suffix(".damaged").exists()


@pytest.mark.parametrize(
    ("kind", "schema", "says"),
    [
        pytest.param("table", "CREATE TABLE t (abname NOT NULL)", "NULL value in t.\ufffdbname", id="as a finding"),
        pytest.param("index", "abname", "malformed database schema (\ufffdbname)", id="as an error"),
    ],
)
def test_a_damage_that_sqlite_tells_in_no_text_is_told(tmp_path: Path, kind: str, schema: str, says: str) -> None:
    path = tmp_path / "event_log.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE t (abname); INSERT INTO t VALUES (NULL); CREATE INDEX abname ON t (abname); "
            f"PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = '{schema}' WHERE type = '{kind}';"
        )
    path.write_bytes(path.read_bytes().replace(b"abname", b"\xb2bname"))
    told: list[str] = []

    put_aside_damaged(tmp_path, told.append)

    assert not path.exists()
    assert says in told[0]


def test_a_working_warehouse_that_is_a_folder_is_put_aside_whatever_was_before(settings: Settings) -> None:
    settings.working_database.mkdir(parents=True)
    settings.working_database.with_suffix(".damaged").mkdir()
    settings.working_database.with_name("working.duckdb.wal").mkdir()
    with open_working(settings) as connection:
        assert connection.execute("SELECT 1").fetchall() == [(1,)]
    assert settings.working_database.is_file()


@pytest.mark.parametrize("suffix", [".csv", ".yml"])
def test_a_pipe_among_the_sheets_is_rejected_and_not_waited_for(tmp_path: Path, codes: CodeLists, suffix: str) -> None:
    sheet = write_sheet(tmp_path / "sheets", "one", [{}])
    replace_with_a_pipe(sheet.with_suffix(suffix), noise())
    reading = read_sheets(tmp_path / "sheets", codes)
    assert not reading.sources
    assert any(one.may_pass and one.file == "sheets/one.csv" for one in reading.rejected)


@pytest.mark.parametrize(
    ("reason", "is_due"),
    [
        ("cannot be read: Input/output error", True),
        ("published_date 2999-01-01 (stated) lies in the future: write the right one", True),
        ("is empty", False),
    ],
)
def test_a_file_that_was_hashed_and_not_read_is_due_again(reason: str, is_due: bool) -> None:
    inputs = Inputs((Input("raw/sheets/one.csv", "raw", "a", 1), Input("raw/sheets/two.csv", "raw", "b", 1)))
    rejection = Rejection(source_kind="sheets", file="sheets/one.csv", row_number=None, column_name="", reason=reason)
    assert (inputs.not_read([rejection]).fingerprint != inputs.fingerprint) == is_due


def test_a_lack_of_room_or_memory_is_told_by_its_name(settings: Settings) -> None:
    problem = RuntimeError("a step failed")
    problem.__cause__ = OSError(28, os.strerror(28), "a file")
    assert "no room is left on the disk" in str(_starved(problem, settings))
    assert "fsync failed" in str(_starved(duckdb.FatalException("FATAL Error: fsync failed!"), settings))
    assert isinstance(_starved(MemoryError(), settings), Starved)
    assert "CUSTOMHOUSE_MEMORY_LIMIT" in str(_starved(MemoryError(), settings))
    assert _starved(RuntimeError("Failed to commit: could not allocate block of size 256.0 KiB"), settings)
    assert _starved(RuntimeError("another"), settings) is None


def test_a_disk_without_room_for_the_history_is_told_before_the_history_is_opened(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestration.refresh.shutil.disk_usage", lambda _: SimpleNamespace(free=64 << 10))
    with pytest.raises(Starved, match=r"no room is left on the disk under .*: 64 KiB"):
        run_refresh(settings, Progress())
    assert not list(settings.dagster_home.glob("**/*.db"))
    record = read_record(settings.refresh_record)
    assert record is not None and record.failure == "Starved"
