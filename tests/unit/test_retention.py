"""What is kept and what goes: publications, marks and lines; whoever is cut off on the way has done no harm."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from orchestration.customs import LINE_TYPES, Lake, StoredMonth
from orchestration.defs.customs import load_lake
from orchestration.hashing import SEAL_SUFFIX, seal
from orchestration.settings import Settings
from orchestration.warehouse.publication import publish, put_in_place
from orchestration.warehouse.published import kept_publications, open_published
from orchestration.warehouse.retention import leftovers, remove_all
from orchestration.warehouse.working import open_working
from tests.unit.hand_made import build_marts, inputs_of


def put_lines(settings: Settings, names: Sequence[str]) -> None:
    """A lake of these files, one month each, as the working warehouse knows it."""
    folder = settings.lake_dir / "lines"
    folder.mkdir(parents=True, exist_ok=True)
    columns = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in LINE_TYPES.items())
    months = []
    for number, name in enumerate(names, 1):
        path = folder / f"{name}.parquet"
        if not path.exists():
            duckdb.execute(f"COPY (SELECT {columns}) TO '{path}' (FORMAT parquet)")
            seal(path, path.name)
        months.append(
            StoredMonth(
                reporter_id="CHN", flow="export", month=datetime.date(2023, number, 1), path=str(path), lines_key=name,
                rows=1, value_cny=None, value_usd=None, value_cny_source_id=None, value_usd_source_id=None,
            )
        )  # fmt: skip
    build_marts(settings)
    with open_working(settings) as connection:
        load_lake(connection, Lake(months=months))


def publish_lines(settings: Settings, names: Sequence[str]) -> str:
    put_lines(settings, names)
    return publish(settings, inputs_of(" ".join(names)), run_id=f"run of {' '.join(names)}").publication_id


@pytest.fixture
def four(settings: Settings) -> Settings:
    """Four publications, of which two are to be kept; the first has a mark; each has lines that no other has."""
    for names in (["a", "b"], ["b", "c"], ["c", "d"], ["d", "e"]):
        publish_lines(settings, names)
    kept_publications(settings.publications_dir)[0].withdrawn_mark.touch()
    (settings.lake_dir / "lines" / ".cut-off.parquet").touch()
    return settings.model_copy(update={"kept_publications": 2})


def found(settings: Settings) -> list[tuple[str, str]]:
    return [(one.kind, one.name) for one in leftovers(settings)]


def assert_every_kept_publication_answers(settings: Settings) -> None:
    for one in kept_publications(settings.publications_dir):
        with open_published(one.path) as connection:
            assert connection.execute("SELECT count(*) FROM fct_trade_monthly").fetchone() == (2,)
    with open_published(settings.published_database) as connection:
        assert connection.execute("SELECT count(*) FROM fct_trade_monthly").fetchone() == (2,)


def test_publications_go_before_their_marks_and_both_before_their_lines(four: Settings) -> None:
    first, second, *_ = (one.publication_id for one in kept_publications(four.publications_dir))
    assert found(four) == [
        ("publication", f"{first}.duckdb"),
        ("publication", f"{second}.duckdb"),
        ("mark", f"{first}.withdrawn"),
        ("lines", ".cut-off.parquet"),
        ("lines", "a.parquet"),
        ("lines", "a.parquet.sha256"),
        ("lines", "b.parquet"),
        ("lines", "b.parquet.sha256"),
    ]
    remove_all(leftovers(four))
    assert_every_kept_publication_answers(four)
    assert found(four) == []


def test_whoever_is_cut_off_between_any_two_removals_has_done_no_harm(four: Settings, tmp_path: Path) -> None:
    everything = leftovers(four)
    aside = tmp_path / "aside"
    shutil.copytree(four.warehouse_dir, aside)
    for count in range(len(everything) + 1):
        shutil.rmtree(four.warehouse_dir)
        shutil.copytree(aside, four.warehouse_dir)
        remove_all(everything[:count])
        assert_every_kept_publication_answers(four)
        withdrawn = {one.publication_id for one in kept_publications(four.publications_dir) if one.is_withdrawn}
        assert withdrawn == ({everything[0].name.partition(".")[0]} if count == 0 else set())
        remove_all(leftovers(four))
        assert found(four) == []
        assert sorted(path.name for path in (four.lake_dir / "lines").iterdir()) == [
            f"{name}.parquet{suffix}" for name in ("c", "d", "e") for suffix in ("", SEAL_SUFFIX)
        ]


def test_lines_of_the_working_warehouse_stay_though_nothing_is_made_of_them_yet(four: Settings) -> None:
    put_lines(four, ["d", "f"])
    remove_all(leftovers(four))
    assert (four.lake_dir / "lines" / "f.parquet").exists()
    assert not (four.lake_dir / "lines" / "a.parquet").exists()


def test_where_a_kept_publication_cannot_be_read_every_line_stays(four: Settings) -> None:
    last = kept_publications(four.publications_dir)[-2].path
    last.chmod(0o644)
    last.write_bytes(b"damaged" * 10_000)
    assert {kind for kind, _ in found(four)} == {"publication", "mark"}


def test_where_the_working_warehouse_cannot_be_read_every_line_stays(four: Settings) -> None:
    four.working_database.write_bytes(b"damaged" * 10_000)
    assert {kind for kind, _ in found(four)} == {"publication", "mark"}


def test_the_current_publication_stays_though_later_ones_are_as_many_as_are_kept(four: Settings) -> None:
    first, *_ = kept_publications(four.publications_dir)
    put_in_place(first.path, four.published_database)
    assert (four.publications_dir / first.path.name).name not in {name for _, name in found(four)}
    remove_all(leftovers(four))
    assert len(kept_publications(four.publications_dir)) == 3
    assert_every_kept_publication_answers(four)


@pytest.mark.parametrize(
    ("kept_months", "expected"),
    [
        (0, ["20230302", "20230401"]),
        (1, ["20230302", "20230401"]),
        (2, ["20230302", "20230401"]),
        (3, ["20230131", "20230302", "20230401"]),
        (9, ["20220511", "20230131", "20230302", "20230401"]),
    ],
)
def test_of_the_last_months_in_which_any_was_made_the_last_one_stays(
    settings: Settings, kept_months: int, expected: list[str]
) -> None:
    settings.publications_dir.mkdir(parents=True)
    for day in ("20220501", "20220511", "20230101", "20230131", "20230301", "20230302", "20230401"):
        (settings.publications_dir / f"{day}T120000000000Z-{'0' * 16}.duckdb").touch()
    some = settings.model_copy(update={"kept_publications": 2, "kept_months": kept_months})
    remove_all(leftovers(some))
    assert [one.publication_id[:8] for one in kept_publications(some.publications_dir)] == expected
