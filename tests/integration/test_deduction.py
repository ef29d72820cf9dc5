"""What the figures imply, in the published warehouse: known answers in SQL, and the way from a number to its words."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from tests.integration.installation import Installation

SERIES = (
    "region_id = 'CN-XJ' AND partner_id = 'WORLD' AND commodity_id = 'TOTAL' AND ownership_id = 'ALL' "
    "AND trade_mode_id = 'ALL' AND measure = 'value' AND unit = 'CNY'"
)


def rows(installation: Installation, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(installation.published), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize(
    ("flow", "start", "end", "low", "high"),
    [
        pytest.param("export", "2023-01-01", "2023-03-31", "58.12", "58.84", id="exports of the first quarter"),
        pytest.param("import", "2023-01-01", "2023-03-31", "9.23", "9.96", id="imports of the first quarter"),
        pytest.param("total", "2023-04-01", "2023-04-30", "26.87", "26.89", id="April, from two documents"),
    ],
)
def test_a_level_that_nobody_prints_is_bounded(
    first: Installation, flow: str, start: str, end: str, low: str, high: str
) -> None:
    bounds = "CAST(CAST({} / 1e9 AS DECIMAL(9, 2)) AS VARCHAR)"
    found = rows(
        first,
        f"SELECT value, {bounds.format('low')}, {bounds.format('high')}, origin FROM marts.fct_levels "
        f"WHERE {SERIES} AND flow = '{flow}' AND period_start = '{start}' AND period_end = '{end}'",
    )
    assert found == [(None, low, high, "deduced")]


def test_no_source_is_accused(first: Installation) -> None:
    assert rows(first, "SELECT figure_id FROM marts.mart_checks WHERE verdict = 'inconsistent'") == []
    assert rows(first, "SELECT count(*) > 100 FROM marts.mart_checks WHERE verdict = 'consistent'") == [(True,)]


def test_what_was_restated_beyond_rounding_is_found(first: Installation) -> None:
    found = rows(
        first,
        "SELECT period_end, round(change_low_pct, 1), round(change_high_pct, 1) FROM marts.mart_revisions "
        f"WHERE {SERIES} AND flow = 'total' AND NOT is_explained_by_rounding",
    )
    assert [(str(end), float(low), float(high)) for end, low, high in found] == [("2023-09-30", -1.4, -0.8)]  # type: ignore[arg-type]


def test_a_number_is_explained_down_to_its_words(first: Installation) -> None:
    ((identity,),) = rows(
        first,
        f"SELECT deduced_id FROM marts.fct_deductions WHERE {SERIES} AND statistic = 'level' AND flow = 'export' "
        "AND period_start = '2023-01-01' AND period_end = '2023-03-31'",
    )
    told = first.run("explain", str(identity))
    assert told.code == 0 and "84%" in told.stdout and "ELECTROMECHANICAL" in told.stdout
    tree = json.loads(first.run("explain", str(identity), "--format", "json").stdout)
    leaves, open_nodes = [], [tree]
    while open_nodes:
        node = open_nodes.pop()
        open_nodes += node["inputs"]
        leaves += [] if node["inputs"] else [node]
    assert tree["rule"] != "stated" and {leaf["rule"] for leaf in leaves} == {"stated"}
    assert all(leaf["quote"] or leaf["source_id"] for leaf in leaves)


def test_an_id_that_no_figure_has_is_told(first: Installation) -> None:
    ended = first.run("explain", "nothing")
    assert ended.code == 1 and "no figure has the id" in ended.output


def test_a_release_is_checked_against_what_is_published(first: Installation, tmp_path: Path) -> None:
    release = tmp_path / "new.txt"
    release.write_text(
        "In the first quarter of 2024, foreign trade of Xinjiang was 100.0 billion yuan, up 50.0%. "
        "In January 2024 alone it was 30.0 billion yuan.\n",
        encoding="utf-8",
    )
    before = first.footprint()
    ended = first.run("check", str(release), "--published", "2024-04-19", "--region", "CN-XJ", "--format", "json")
    assert ended.code == 0, ended.output
    (document,) = json.loads(ended.stdout)
    assert not document["is_in_the_warehouse"]
    (restated,) = (one for one in document["known_levels"] if one["period_start"] == "2023-01-01")
    assert restated["known_source_id"].startswith("xinjiang-2023-") and not restated["is_explained_by_rounding"]
    (growth,) = document["known_bases"]
    assert (round(growth["growth_low_pct"]), round(growth["growth_high_pct"])) == (47, 47)
    assert first.footprint() == before


def test_a_document_that_is_published_is_not_compared_with_itself(first: Installation) -> None:
    release = first.sheets.parent / "releases" / "xinjiang-2023-first-quarter-digest.md"
    ended = first.run("check", str(release), "--format", "json")
    assert ended.code == 0, ended.output
    (document,) = json.loads(ended.stdout)
    assert document["is_in_the_warehouse"]
    known = {one["known_source_id"] for one in document["known_levels"]}
    assert not known & {"xinjiang-2023-first-quarter-digest", "xinjiang-2023-q1-press-conference"}
    assert ("2023-04-01", "2023-04-30") in {
        (one["period_start"], one["period_end"]) for one in document["between_documents"]
    }


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["Xinjiang exports 2023-Q1"], id="one argument"),
        pytest.param(["xinjiang", "exports", "first", "quarter", "of", "2023"], id="several arguments"),
        pytest.param(["新疆2023年一季度出口"], id="Chinese"),
    ],
)
def test_words_are_explained_as_the_id_that_they_mean(first: Installation, words: list[str]) -> None:
    ((identity,),) = rows(
        first,
        f"SELECT deduced_id FROM marts.fct_deductions WHERE {SERIES} AND statistic = 'level' AND flow = 'export' "
        "AND period_start = '2023-01-01' AND period_end = '2023-03-31'",
    )
    told = first.run("explain", *words, "--format", "json")
    assert told.code == 0, told.output
    assert json.loads(told.stdout)["id"] == identity


def test_of_words_that_several_figures_fit_all_are_listed(first: Installation) -> None:
    told = first.run("explain", "Xinjiang trade first quarter")
    assert told.code == 1 and "be more precise" in told.stderr
    assert "January–March 2023" in told.stdout and "January–March 2022" in told.stdout
    listed = json.loads(first.run("explain", "Xinjiang trade first quarter", "-f", "json").stdout)
    assert len(listed) == 2
    assert all(first.run("explain", one["id"]).code == 0 for one in listed)


def test_of_words_that_nothing_fits_the_closest_are_listed(first: Installation) -> None:
    told = first.run("explain", "Hangzhou bananas")
    assert told.code == 1 and "without “bananas” something does" in told.stderr
    assert "Hangzhou trade, January–February 2022" in told.stdout


def test_words_that_mean_nothing_are_named(first: Installation) -> None:
    told = first.run("explain", "Xinjiang flurb 2023")
    assert told.code == 1 and "not understood: “flurb”. Understood: xinjiang, 2023" in told.stderr
