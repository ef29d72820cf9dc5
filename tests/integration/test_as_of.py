"""The warehouse as it was known on a day: nothing of later days leaks in, as of the far future nothing is missing."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import yaml

from tests.conftest import write_sheet
from tests.integration.installation import Installation

DAY = datetime.date(2023, 12, 31)
FAR_FUTURE = "DATE '9999-12-31'"
TABLES = ("fct_levels", "mart_growth")
SERIES = (
    "region_id = 'CN-XJ' AND partner_id = 'WORLD' AND commodity_id = 'TOTAL' AND flow = 'total' "
    "AND ownership_id = 'ALL' AND trade_mode_id = 'ALL' AND measure = 'value' AND unit = 'CNY' "
    "AND period_start = '2023-01-01' AND period_end = '2023-09-30'"
)


def published_later(sidecar: Path) -> bool:
    day = yaml.safe_load(sidecar.read_text(encoding="utf-8")).get("published_date")
    return day is not None and datetime.date.fromisoformat(str(day)) > DAY


def write_changed_group(sheets: Path) -> None:
    """Two documents on China's trade in 2022: groups are 13.76 and 18.95, 5 and 8 trillion, and 6.52 and 6.43."""
    year = {"region": "China", "scale": "trillion", "period_start": "2022", "period_end": "2022"}
    said = {"BELT_AND_ROAD_PARTNERS": ("13.76", "18.95"), "European Union": ("5.00", "8.00"), "ASEAN": ("6.52", "6.43")}
    for number, day in enumerate(("2023-08-08", "2023-10-13")):
        rows = [{**year, "partner": partner, "printed": printed[number]} for partner, printed in said.items()]
        facts = {"published_date": day, "retrieved_date": day, "region": "CHN"}
        write_sheet(sheets, f"china-{day}", [{**year, "printed": "42.07"}, *rows], **facts)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Installation]]:
    """What was published from the documents until a day, and an installation that has got the later ones since.

    One of the later ones states the first nine months of 2023 anew. Two of the earlier ones define groups otherwise.
    """
    installation = Installation.make(tmp_path_factory.mktemp("grown") / "installation")
    raw = installation.sheets.parent
    later = raw.parent / "later"
    sidecars = [one for one in raw.rglob("*.yml") if not one.name.endswith(".corrections.yml") and published_later(one)]
    for sidecar in sidecars:
        for file in list(sidecar.parent.glob(f"{sidecar.stem}.*")):
            (later / sidecar.parent.name).mkdir(parents=True, exist_ok=True)
            file.rename(later / sidecar.parent.name / file.name)
    assert len(sidecars) > 3
    write_changed_group(installation.sheets)
    installation.refreshed()
    before = installation.folder / "before.duckdb"
    shutil.copy(installation.published, before)
    shutil.copytree(later, raw, dirs_exist_ok=True)
    restated = {"printed": "250.00", "period_start": "2023-01", "period_end": "2023-09"}
    write_sheet(installation.sheets, "restated", [restated], published_date="2024-02-01", retrieved_date="2024-02-02")
    yield before, installation.refreshed()
    shutil.rmtree(installation.folder)


def differences(connection: duckdb.DuckDBPyConnection, one: str, other: str) -> list[tuple[object, ...]]:
    """Rows that only one of two has, each with how often."""
    sides = ((one, other), (other, one))
    return [row for a, b in sides for row in connection.execute(f"FROM {a} EXCEPT ALL FROM {b}").fetchall()]


@pytest.mark.long
@pytest.mark.parametrize("table", TABLES)
def test_as_of_a_day_is_what_was_published_from_the_documents_until_then(
    table: str, grown: tuple[Path, Installation]
) -> None:
    before, installation = grown
    with duckdb.connect(str(installation.published), read_only=True) as connection:
        connection.execute(f"ATTACH '{before}' AS before (READ_ONLY)")
        assert differences(connection, f"marts.{table}_as_of(DATE '{DAY}')", f"before.marts.{table}") == []
        assert differences(connection, f"marts.{table}", f"before.marts.{table}")


@pytest.mark.long
@pytest.mark.parametrize("table", TABLES)
def test_as_of_the_far_future_is_the_table_itself(table: str, grown: tuple[Path, Installation]) -> None:
    with duckdb.connect(str(grown[1].published), read_only=True) as connection:
        assert differences(connection, f"marts.{table}_as_of({FAR_FUTURE})", f"marts.{table}") == []
        function = connection.execute(f"DESCRIBE FROM marts.{table}_as_of({FAR_FUTURE})").fetchall()
        columns = connection.execute(f"DESCRIBE FROM marts.{table}").fetchall()
        assert [row[:2] for row in function] == [row[:2] for row in columns]


@pytest.mark.long
def test_a_level_is_unknown_then_stated_then_restated(grown: tuple[Path, Installation]) -> None:
    def known(day: str) -> list[tuple[object, ...]]:
        return grown[1].ask(
            "SELECT CAST(value / 1e9 AS DECIMAL(9, 2))::VARCHAR, origin "
            f"FROM fct_levels_as_of(DATE '{day}') WHERE {SERIES}"
        )

    assert known("2023-10-19") == []
    assert known("2023-10-20") == [("252.84", "stated")]
    assert known("2023-12-31") == [("252.84", "stated")]
    assert known("2024-01-31") == [("252.84", "stated")]
    assert known("2024-02-01") == [("250.00", "stated")]


def test_a_stated_level_is_not_overwritten_by_what_a_later_release_implies(first: Installation) -> None:
    value = "CAST(value / 1e9 AS DECIMAL(9, 2))::VARCHAR"
    assert first.ask(f"SELECT {value} FROM fct_levels WHERE {SERIES}") == [("252.84",)]
    assert first.ask(f"SELECT {value} FROM fct_levels_as_of(current_date) WHERE {SERIES}") == [("252.84",)]
    assert first.ask(f"SELECT latest_high < first_low FROM mart_revisions WHERE {SERIES}") == [(True,)]


def test_on_no_day_anything_rests_on_what_came_later(first: Installation) -> None:
    days = [day for (day,) in first.ask("SELECT DISTINCT published_date FROM dim_source ORDER BY 1")]
    counts = []
    for day in days:
        ((levels, latest),) = first.ask(f"SELECT count(*), max(as_of_date) FROM fct_levels_as_of(DATE '{day}')")
        assert levels and latest <= day  # type: ignore[operator]
        ((later,),) = first.ask(
            f"SELECT count(*) FROM mart_growth_as_of(DATE '{day}') JOIN dim_source USING (source_id) "
            f"WHERE published_date > DATE '{day}'"
        )
        assert later == 0
        counts.append(levels)
    assert counts == sorted(counts)
    assert first.ask(f"SELECT count(*) FROM fct_levels_as_of(DATE '{days[0]}' - 1)") == [(0,)]


def test_a_query_is_answered_as_of_a_day(first: Installation) -> None:
    sql = f"SELECT value, origin FROM fct_levels WHERE {SERIES}"
    assert first.run("query", "--as-of", "2023-10-19", sql, "-f", "csv").stdout.split() == ["value,origin"]
    assert first.run("query", "--as-of", "2023-12-31", sql, "-f", "csv").stdout.split()[1].startswith("252840000000")
    sources = "SELECT max(published_date) AS day FROM dim_source JOIN fct_figures USING (source_id, published_date)"
    assert first.run("query", sources, "--as-of", "2023-12-31", "-f", "csv").stdout.split() == ["day", "2023-10-20"]


@pytest.mark.parametrize("sql", ["FROM mart_share", "FROM marts.mart_share", "FROM query('FROM mart_share')"])
def test_what_would_answer_with_later_knowledge_is_not_there(first: Installation, sql: str) -> None:
    ended = first.run("query", "--as-of", "2023-12-31", sql)
    assert (ended.code, ended.stdout) == (1, "")
    assert "as of a day these can be asked: fct_levels, mart_growth, dim_source" in ended.stderr


def test_a_schema_before_the_name_changes_nothing(first: Installation) -> None:
    for name in ("fct_levels", "marts.fct_levels", '"marts"."fct_levels"', "query('FROM marts.fct_levels')"):
        ended = first.run("query", "--as-of", "2023-12-31", f"SELECT max(as_of_date) AS day FROM {name}", "-f", "csv")
        assert ended.stdout.split() == ["day", "2023-10-20"], name


def test_a_day_that_is_none_is_wrong_usage(first: Installation) -> None:
    ended = first.run("query", "--as-of", "soon", "FROM fct_levels")
    assert ended.code == 2 and "is not a date" in ended.stderr


@pytest.mark.long
def test_functions_are_there_after_a_rollback_and_are_described(refreshed_twice: Installation) -> None:
    def count() -> tuple[object, ...]:
        return refreshed_twice.ask(f"SELECT count(*) FROM fct_levels_as_of({FAR_FUTURE})")[0]

    later = count()
    assert refreshed_twice.run("rollback").code == 0
    assert count() < later  # type: ignore[operator]
    described = refreshed_twice.ask("SELECT function_name, parameters, length(description) > 50 FROM functions")
    assert described == [(f"{table}_as_of", "day", True) for table in TABLES]


def test_any_duckdb_since_1_0_opens_the_file_and_under_another_name_it_is_used_first(first: Installation) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{first.published}' AS trade (READ_ONLY)")
        (version,) = connection.execute(
            "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = 'trade'"
        ).fetchall()
        assert str(version[0]).startswith("v1.0.0")
        connection.execute("USE trade")
        known = f"SELECT count(*) FROM marts.fct_levels_as_of(DATE '{DAY}')"
        assert connection.execute(known).fetchall()[0][0] > 100


@pytest.mark.long
def test_a_group_that_changed_by_more_than_restatements_do_is_suggested_and_only_warns(
    grown: tuple[Path, Installation],
) -> None:
    suggested = grown[1].ask("SELECT code, is_known_break FROM mart_suggested_breaks ORDER BY code")
    assert suggested == [("BELT_AND_ROAD_PARTNERS", True), ("EU", False)]
    check = "SELECT status, failures FROM checks WHERE check_name = 'every_suggested_break_is_a_known_one'"
    assert grown[1].ask(check) == [("warn", 1)]
