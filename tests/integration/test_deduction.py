"""What the figures imply, in the published warehouse: known answers in SQL, and the way from a number to its words."""

from __future__ import annotations

import json
import re
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


@pytest.mark.parametrize(
    ("finding", "series", "low", "high", "words"),
    [
        pytest.param(
            "share_fell_though_trade_rose", "partner_id = 'BELT_AND_ROAD_ALONG'", -1.54, -1.43,
            "rose by 77.4 percent", id="the share of the Belt and Road fell",
        ),
        pytest.param(
            "more_than_all_of_the_growth", "ownership_id = 'private'", 83.4, 83.6,
            "to the growth of Xinjiang's trade of 80.3 percent", id="private enterprises added more than all growth",
        ),
        pytest.param(
            "remainder_shrank", "ownership_id = 'ALL~private'", -29.2, -27.8,
            "fell by 27.8 to 29.1 percent", id="everything but private enterprises fell",
        ),
        pytest.param(
            "price_rose_with_quantity", "commodity_id = 'METAL_ORES'", 15.5, 15.7,
            "imports of metal ores rose", id="the price of ore",
        ),
        pytest.param(
            "price_fell_while_quantity_rose", "commodity_id = 'COPPER_UNWROUGHT'", -2.5, -2.3,
            "fell by 2.36 to 2.48 percent", id="the price of copper",
        ),
        pytest.param("price_rose_with_quantity", "commodity_id = 'COAL'", 0.3, 0.6, "coal", id="the price of coal"),
        pytest.param(
            "price_rose_with_quantity", "commodity_id = 'BARLEY'", 13.0, 13.2, "13.1", id="the price of barley",
        ),
        pytest.param(
            "price_rose_with_quantity", "commodity_id = 'WHEAT'", 30.4, 31.0, "wheat", id="the price of wheat",
        ),
        pytest.param(
            "implied_growth_of_another_region", "region_id = 'CHN'", 4.6, 5.0,
            "China's trade rose by 4.65 to 4.95 percent", id="growth of the nation",
        ),
        pytest.param(
            "implied_level_of_a_flow", "flow = 'export'", 58.11e9, 58.84e9,
            "between 58.12 and 58.84 billion yuan", id="exports",
        ),
        pytest.param(
            "implied_level_of_a_flow", "flow = 'import'", 9.2e9, 10.0e9,
            "between 9.23 and 9.96 billion yuan", id="imports",
        ),
        pytest.param(
            "growth_bounded_by_count", "measure = 'growing_regions'", 1, 1,
            "exactly 1 grew, by less than 100 percent", id="one growing prefecture that is not named",
        ),
    ],
)  # fmt: skip
def test_what_the_first_quarter_does_not_say_is_found(
    first: Installation, finding: str, series: str, low: float, high: float, words: str
) -> None:
    ((found_low, found_high, sentence),) = rows(
        first,
        f"SELECT low, high, sentence_en FROM marts.mart_unprinted WHERE finding = '{finding}' AND {series} "
        "AND source_id = 'xinjiang-2023-first-quarter-digest'",
    )
    assert low <= found_low <= found_high <= high  # type: ignore[operator]
    assert words in str(sentence)


def test_the_month_between_two_releases_is_found(first: Installation) -> None:
    ((english, chinese),) = rows(
        first,
        "SELECT sentence_en, sentence_zh FROM marts.mart_unprinted WHERE finding = 'months_between_releases' "
        f"AND {SERIES} AND flow = 'total' AND period_start = '2023-04-01'",
    )
    assert str(english).startswith("In April 2023, Xinjiang's trade came to between 26.87 and 26.89 billion yuan.")
    assert str(chinese).startswith("2023年4月，新疆进出口268.7亿至268.9亿元。")


def test_every_finding_is_sure_and_printed_nowhere_in_its_document(first: Installation) -> None:
    """The same figure is stated by no file of the document, whatever its bounds."""
    same = " AND ".join(
        f"f.{column} = u.{column}"
        for column in ("region_id", "partner_id", "commodity_id", "flow", "ownership_id", "trade_mode_id", "measure",
                       "period_start", "period_end", "statistic")
    )  # fmt: skip
    assert rows(
        first,
        "SELECT u.finding, u.sentence_en FROM marts.mart_unprinted AS u "
        "JOIN marts.dim_source AS s ON u.source_id = s.document_id "
        f"JOIN marts.fct_figures AS f ON f.source_id = s.source_id AND {same} "
        "AND f.series_unit = u.unit AND f.status = 'read'",
    ) == []  # fmt: skip
    assert rows(first, "SELECT count(*) > 40 FROM marts.mart_unprinted") == [(True,)]


def test_a_finding_is_explained(first: Installation) -> None:
    ((identity,),) = rows(
        first,
        "SELECT derivation_id FROM marts.mart_unprinted "
        "WHERE finding = 'remainder_shrank' AND ownership_id = 'ALL~private' AND period_end = '2023-03-31'",
    )
    told = first.run("explain", str(identity))
    assert told.code == 0 and "ALL~private" in told.stdout and "94.2%" in told.stdout


def test_sentences_are_whole(first: Installation) -> None:
    """No name is missing from them, and no word is doubled where one was."""
    sentences = rows(first, "SELECT sentence_en, sentence_zh FROM marts.mart_unprinted")
    for english, chinese in sentences:
        assert re.fullmatch(r"(In|From) [^_~]+\.", str(english)), english
        assert not re.search(r"  | ,| \.|\b(\w+) \1\b", str(english)), english
        assert re.fullmatch(r"\d{4}[^_~ ]+。", str(chinese)), chinese
