"""Publications that go on with large tables of the last one: the same content as one that is written whole."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from orchestration.settings import Settings
from orchestration.warehouse import continued
from orchestration.warehouse.publication import publish, roll_back
from orchestration.warehouse.published import open_published
from orchestration.warehouse.soundness import published_damage
from orchestration.warehouse.working import open_working
from tests.unit.hand_made import build_marts, inputs_of

Spans = Mapping[str, Sequence[int]]
#: Twenty levels of a span that stays, two of one that comes and goes.
STAYS: Spans = {"stays": range(20)}
FORMER: Spans = {**STAYS, "former": (100, 101)}
REVISED: Spans = {**STAYS, "revised": (31, 30)}


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(continued, "FEWEST_ROWS", 10)


def publish_spans(settings: Settings, spans: Spans, inputs: str, columns: str = "") -> None:
    build_marts(settings)
    with open_working(settings) as connection:
        connection.execute("CREATE TABLE marts.fct_declared_levels (value BIGINT NOT NULL, span_key VARCHAR NOT NULL)")
        connection.executemany(
            "INSERT INTO marts.fct_declared_levels VALUES (?, ?)",
            [(value, key) for key, values in spans.items() for value in values],
        )
        connection.execute("COMMENT ON COLUMN marts.fct_declared_levels.value IS 'What was added up.'")
        if columns:
            connection.execute(f"ALTER TABLE marts.fct_declared_levels ADD COLUMN {columns}")
    publish(settings, inputs_of(inputs), run_id="a run")


def publish_two_tables(settings: Settings, inputs: str, statements: Sequence[int], columns: str = "") -> None:
    """The levels, and a mart where some rows are of no span; `columns`: what the mart has besides."""
    build_marts(settings)
    with open_working(settings) as connection:
        connection.execute(
            "CREATE TABLE marts.fct_declared_levels AS SELECT range AS value, 's' AS span_key FROM range(20)"
        )
        connection.execute(
            "CREATE TABLE marts.mart_price_volume AS SELECT range AS value, 's' AS span_key FROM range(20)"
        )
        connection.executemany("INSERT INTO marts.mart_price_volume VALUES (?, '')", [(one,) for one in statements])
        if columns:
            connection.execute(f"ALTER TABLE marts.mart_price_volume ADD COLUMN {columns}")
    publish(settings, inputs_of(inputs), run_id="a run")


def two_tables(settings: Settings) -> tuple[list[object], dict[str, int]]:
    """Values of the mart as they lie in the file, and how many rows of each table lie behind the sorted ones."""
    with open_published(settings.published_database) as connection:
        rows = connection.execute("SELECT value FROM mart_price_volume ORDER BY rowid").fetchall()
        appended = connection.execute("SELECT table_name, appended_rows FROM tables WHERE appended_rows > 0").fetchall()
    return [value for (value,) in rows], dict(appended)


def published(settings: Settings) -> tuple[list[tuple[object, ...]], object, object]:
    """The rows as they lie in the published file, their hash, and how many lie behind the sorted ones."""
    with open_published(settings.published_database) as connection:
        rows = connection.execute("SELECT value, span_key FROM fct_declared_levels ORDER BY rowid").fetchall()
        ((content_hash, appended),) = connection.execute(
            "SELECT content_hash, appended_rows FROM tables WHERE table_name = 'fct_declared_levels'"
        ).fetchall()
    return rows, content_hash, appended


def written_whole(settings: Settings, folder: Path, spans: Spans) -> tuple[list[tuple[object, ...]], object, object]:
    alone = settings.model_copy(update={"warehouse_dir": folder / "alone"})
    publish_spans(alone, spans, "alone")
    return published(alone)


def test_only_changed_spans_are_written_and_the_content_is_that_of_a_whole_one(
    settings: Settings, tmp_path: Path
) -> None:
    publish_spans(settings, FORMER, "first")
    assert published(settings)[2] == 0
    publish_spans(settings, REVISED, "second")
    rows, content_hash, appended = published(settings)
    assert rows == [(value, "stays") for value in range(20)] + [(30, "revised"), (31, "revised")]
    whole_rows, whole_hash, _ = written_whole(settings, tmp_path, REVISED)
    assert (sorted(rows), content_hash) == (sorted(whole_rows), whole_hash)
    assert appended == 2
    with open_published(settings.published_database) as connection:  # all else is new, with its words
        assert connection.execute("SELECT description FROM columns WHERE description LIKE '%added up.'").fetchall()
        assert connection.execute("SELECT count(*) FROM fct_figures").fetchone() == (3,)
        assert connection.execute("SELECT count(*) FROM publication").fetchone() == (1,)


def test_what_was_appended_before_counts_until_all_is_sorted_anew(settings: Settings) -> None:
    publish_spans(settings, STAYS, "first")
    publish_spans(settings, {**STAYS, "one": (30, 31, 32)}, "second")
    assert published(settings)[2] == 3
    publish_spans(settings, {**STAYS, "one": (30, 31, 32), "two": (-1, -2)}, "third")
    assert published(settings)[2] == 5
    publish_spans(settings, {**STAYS, "one": (30, 31, 32), "two": (-1, -2), "three": (40, 41)}, "fourth")
    rows, _, appended = published(settings)
    assert appended == 0
    assert rows == sorted(rows, key=lambda row: int(str(row[0])))


def test_another_content_under_the_same_key_is_written_whole(settings: Settings) -> None:
    publish_spans(settings, FORMER, "first")
    changed: Spans = {**FORMER, "stays": range(1, 21)}
    publish_spans(settings, changed, "second")
    rows, _, appended = published(settings)
    assert sorted(rows) == sorted((value, key) for key, values in changed.items() for value in values)
    assert appended == 0


def test_other_columns_are_written_whole(settings: Settings) -> None:
    publish_spans(settings, FORMER, "first")
    publish_spans(settings, REVISED, "second", columns="base BIGINT")
    assert published(settings)[2] == 0
    with open_published(settings.published_database) as connection:
        assert connection.execute("SELECT count(*), count(base) FROM fct_declared_levels").fetchone() == (22, 0)


def test_rows_of_no_span_are_written_anew_each_time(settings: Settings) -> None:
    publish_two_tables(settings, "first", statements=(100, 50))
    assert two_tables(settings) == ([*range(20), 50, 100], {})
    publish_two_tables(settings, "second", statements=(101, 50, 7))
    assert two_tables(settings) == ([*range(20), 7, 50, 101], {"mart_price_volume": 3})


def test_a_table_that_cannot_be_gone_on_with_is_written_whole_beside_one_that_can(settings: Settings) -> None:
    publish_two_tables(settings, "first", statements=(100,))
    publish_two_tables(settings, "second", statements=(-1,), columns="base BIGINT")
    assert two_tables(settings) == ([-1, *range(20)], {})


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 1000])
def test_a_damaged_former_file_is_not_gone_on_with(settings: Settings, damage: bytes) -> None:
    publish_spans(settings, FORMER, "first")
    settings.published_database.unlink()
    settings.published_database.write_bytes(damage)
    publish_spans(settings, REVISED, "second")
    rows, _, appended = published(settings)
    assert (len(rows), appended) == (22, 0)


def test_what_is_damaged_in_the_former_file_is_not_in_the_one_that_goes_on_with_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    copyfile = shutil.copyfile

    def copy_with_another_bit(source: Path, target: Path) -> None:
        copyfile(source, target)
        target.chmod(0o644)
        content = bytearray(target.read_bytes())
        content[content.rindex(b"a word in a kept row")] ^= 1
        target.write_bytes(content)

    stays: Spans = {"stays, a word in a kept row": range(20)}
    publish_spans(settings, stays, "first")
    monkeypatch.setattr(shutil, "copyfile", copy_with_another_bit)
    publish_spans(settings, {**stays, "new": (20,)}, "second")
    rows, _, appended = published(settings)
    assert rows == [*((value, "stays, a word in a kept row") for value in range(20)), (20, "new")]
    assert appended == 0
    assert published_damage(settings) is None


def test_the_former_publication_stays_as_it_was(settings: Settings) -> None:
    publish_spans(settings, FORMER, "first")
    before = published(settings)
    publish_spans(settings, REVISED, "second")
    roll_back(settings)
    assert published(settings) == before
