"""Releases dropped into raw/releases: read, matched with sheets, published; unchanged ones are not read again, bad ones
are told, and none of them costs a neighbour."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.conftest import write_sheet
from tests.integration.installation import Installation

ENGLISH = """# Kashgar in January 2021

In January 2021, Kashgar's foreign trade reached 12.3 billion yuan, up 4.5%. Exports were worth 9.1 billion yuan.
"""
CHINESE = "2020年1月，新疆外贸进出口总值130.5亿元人民币，同比增长12.6%。其中，出口99.8亿元，下降3.4%。\n"
#: What of them a sheet of the same publisher and day states, too.
KEYED = {"printed": "12.3", "period_start": "2021-01", "period_end": "2021-01", "region": "Kashgar"}


@pytest.fixture
def releases(refreshed: Installation) -> Path:
    return refreshed.sheets.parent / "releases"


def put(folder: Path, name: str, text: str | bytes, **metadata: str) -> None:
    """A release with a sidecar; `metadata` changes or adds fields of it, an empty one takes it out."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    fields = {"publisher": "A test", "published_date": "2021-02-20", "region": "CN-XJ", **metadata}
    lines = (f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in fields.items() if value)
    path.with_name(f"{path.stem}.yml").write_text("".join(lines), encoding="utf-8")


def mark_as_loaded(installation: Installation) -> None:
    """Change what the working warehouse holds of releases, so that a later look tells what was read anew."""
    with duckdb.connect(str(installation.working)) as connection:
        connection.execute("UPDATE raw.releases_figures SET reading = 'loaded before'")


def loaded_before(installation: Installation) -> set[object]:
    return {
        source_id
        for (source_id,) in installation.ask(
            "SELECT DISTINCT source_id FROM fct_figures WHERE reading = 'loaded before'"
        )
    }


def test_releases_are_published_and_matched(refreshed: Installation, releases: Path) -> None:
    put(releases, "kashgar-2021-january.md", ENGLISH, region="Kashgar")
    put(releases, "deeper/xinjiang-2020-january.txt", CHINESE, published_date="2020-02-20")
    write_sheet(
        refreshed.sheets,
        "kashgar-2021-january-keyed",
        [KEYED, {**KEYED, "printed": "3.2", "flow": "import"}],
        publisher="A test",
        published_date="2021-02-20",
    )
    refreshed.refreshed()

    figures = refreshed.ask(
        """SELECT source_id, statistic, flow, value, quote, char_start, char_end, status FROM fct_figures
        WHERE source_id IN ('kashgar-2021-january', 'xinjiang-2020-january') ORDER BY source_id, char_start"""
    )
    assert [(source, statistic, flow, value) for source, statistic, flow, value, *_ in figures] == [
        ("kashgar-2021-january", "level", "total", Decimal("12.3e9")),
        ("kashgar-2021-january", "growth", "total", Decimal("4.5")),
        ("kashgar-2021-january", "level", "export", Decimal("9.1e9")),
        ("xinjiang-2020-january", "level", "total", Decimal("130.5e8")),
        ("xinjiang-2020-january", "growth", "total", Decimal("12.6")),
        ("xinjiang-2020-january", "level", "export", Decimal("99.8e8")),
        ("xinjiang-2020-january", "growth", "export", Decimal("-3.4")),
    ]
    texts = {"kashgar-2021-january": ENGLISH, "xinjiang-2020-january": CHINESE}
    for source_id, *_, quote, start, end, status in figures:
        assert status == "read"
        assert texts[str(source_id)][int(str(start)) : int(str(end))] == quote

    # The sheet says one of them, too: two rows, one statement, one level.
    matched = "SELECT f.source_id, m.source_id FROM fct_figures AS f JOIN fct_figures AS m ON f.matched_figure_id = m."
    assert refreshed.ask(f"{matched}figure_id WHERE f.source_id = 'kashgar-2021-january'") == [
        ("kashgar-2021-january", "kashgar-2021-january-keyed")
    ]
    assert refreshed.ask(
        """SELECT flow, value, source_id FROM fct_levels
        WHERE region_id = '653100' AND period_end = DATE '2021-01-31' AND origin = 'stated' ORDER BY flow"""
    ) == [
        ("export", Decimal("9.1e9"), "kashgar-2021-january"),
        ("import", Decimal("3.2e9"), "kashgar-2021-january-keyed"),
        ("total", Decimal("12.3e9"), "kashgar-2021-january-keyed"),
    ]

    # Every number is accounted for, and the status says so.
    counts = refreshed.ask(
        """SELECT source_id, read_count, uncertain_count, unread_count, figure_count FROM mart_reading_coverage
        WHERE source_id IN ('kashgar-2021-january', 'xinjiang-2020-january') ORDER BY source_id"""
    )
    assert counts == [("kashgar-2021-january", 3, 0, 0, 3), ("xinjiang-2020-january", 4, 0, 0, 4)]
    status = json.loads(refreshed.run("status", "--format", "json").stdout)
    reported = {row["source_id"]: (row["read"], row["uncertain"], row["unread"]) for row in status["numbers"]}
    assert reported["kashgar-2021-january"] == (3, 0, 0)
    assert "Numbers in releases" in refreshed.run("status").stdout


@pytest.mark.long
def test_what_changed_is_read_again_and_corrections_of_another_text_fail_loudly(
    refreshed: Installation, releases: Path
) -> None:
    put(releases, "kashgar-2021-january.md", ENGLISH, region="Kashgar")
    put(releases, "deeper/xinjiang-2020-january.txt", CHINESE, published_date="2020-02-20")
    refreshed.refreshed()
    mark_as_loaded(refreshed)
    put(releases, "kashgar-2021-january.md", ENGLISH.replace("4.5%", "4.6%"), region="Kashgar")
    refreshed.refreshed()
    assert "xinjiang-2020-january" in loaded_before(refreshed)
    assert "kashgar-2021-january" not in loaded_before(refreshed)
    assert refreshed.ask(
        "SELECT value FROM fct_figures WHERE source_id = 'kashgar-2021-january' AND statistic = 'growth'"
    ) == [(Decimal("4.6"),)]

    # Corrections that were written for another text fail loudly: what is published stays.
    before = refreshed.footprint()
    (releases / "kashgar-2021-january.corrections.yml").write_text(f"sha256: {'0' * 64}\ncorrections: []\n")
    ended = refreshed.refresh()
    assert ended.code == 3, ended.output
    assert (
        "releases/kashgar-2021-january.md kashgar-2021-january.corrections.yml was written for another" in ended.stderr
    )
    assert refreshed.footprint() == before


@pytest.mark.long
def test_bad_releases_are_told_and_their_neighbours_are_published(refreshed: Installation, releases: Path) -> None:
    bad = {
        "binary.txt": (b"\x7fELF\x02\x01\x01" + bytes(200), {}, "is by its content a program"),
        "blank.txt": (" \n\n", {}, "is blank"),
        "early.txt": (ENGLISH, {"published_date": ""}, "published_date"),
        "empty.txt": ("", {}, "is empty"),
        "future.txt": (ENGLISH, {"published_date": "2999-01-01"}, "lies in the future"),
        "nameless.pdf": (ENGLISH, {}, "is not a PDF"),
        "nowhere.txt": (ENGLISH, {"region": "Ruritania"}, "no code list knows, 'Ruritania'"),
        "xinjiang-2023-year.txt": (ENGLISH, {}, "has the name of sheets/xinjiang-2023-year.csv"),
    }
    for name, (content, metadata, _) in bad.items():
        put(releases, name, content, **metadata)
    (releases / "table.xlsx").write_bytes(b"PK")
    put(releases, "a-good-one.md", ENGLISH, region="Kashgar")
    put(releases, "says-nothing.md", "Officials met, and nobody named a figure.\n")
    put(releases, "z-good-one.txt", CHINESE, published_date="2020-02-20")

    ended = refreshed.refresh()

    assert ended.code == 0, ended.output
    sources = "('a-good-one', 'says-nothing', 'z-good-one')"
    assert refreshed.ask(
        f"SELECT source_id, figure_count, language, publisher FROM dim_source WHERE source_id IN {sources} ORDER BY 1"
    ) == [("a-good-one", 3, "en", "A test"), ("says-nothing", 0, "en", "A test"), ("z-good-one", 4, "zh", "A test")]
    rejected = refreshed.ask("SELECT file, reason FROM rejected_rows WHERE source_kind = 'releases' ORDER BY file")
    assert [file for file, _ in rejected] == [f"releases/{name}" for name in sorted([*bad, "table.xlsx"])]
    reasons = {str(file).removeprefix("releases/"): str(reason) for file, reason in rejected}
    for name, (_, _, words) in bad.items():
        assert words in reasons[name]
        assert f"rejected: releases/{name}: " in ended.stdout
    checks = dict(
        refreshed.ask("SELECT check_name, message FROM checks WHERE kind = 'releases' AND status <> 'pass' ORDER BY 1")
    )
    assert checks["releases: every release reads something"] == "says-nothing"
    assert str(checks["releases: every release is loaded"]).startswith("releases/binary.txt: ")


@pytest.mark.long
def test_a_release_that_arrives_while_releases_are_read_is_published_by_the_next_refresh(
    refreshed: Installation, releases: Path
) -> None:
    running = refreshed.start_refresh("--force")
    running.until("read releases: ")
    put(releases, "kashgar-2021-january.md", ENGLISH, region="Kashgar")
    assert running.end().code == 0
    refreshed.refreshed()
    assert refreshed.ask("SELECT count(*) FROM fct_figures WHERE source_id = 'kashgar-2021-january'") == [(3,)]


@pytest.mark.long
def test_releases_alone_are_published(empty: Installation) -> None:
    for path in [*empty.sheets.iterdir(), *(empty.sheets.parent / "releases").iterdir()]:
        path.unlink()
    put(empty.sheets.parent / "releases", "kashgar.md", ENGLISH, region="Kashgar")
    empty.refreshed()
    assert empty.ask("SELECT count(*) FROM fct_levels WHERE source_id = 'kashgar'") != [(0,)]
