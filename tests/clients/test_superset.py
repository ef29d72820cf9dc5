"""Apache Superset on the published file: every number of every chart is a mart's, also while a refresh publishes."""

from __future__ import annotations

import math
import signal
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import yaml
from conftest import PROJECT, Warehouse, free_port
from playwright.sync_api import Response, sync_playwright

ASSETS = PROJECT / "bi" / "superset" / "assets"
CHARTS = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ASSETS / "charts").glob("*.yaml")}
DATASETS = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in ASSETS.glob("datasets/*/*.yaml")}
#: A set-up and a start take a tenth of it on an idle machine.
START_SECONDS = 240

_PERIOD = """strftime(period_start, '%Y M%m') || CASE
    WHEN strftime(period_start, '%Y %m') = strftime(period_end, '%Y %m') THEN ''
    WHEN strftime(period_start, '%Y') = strftime(period_end, '%Y') THEN '–M' || strftime(period_end, '%m')
    ELSE '–' || strftime(period_end, '%Y M%m') END"""
_TRADE = """FROM marts.mart_growth JOIN marts.dim_flow USING (flow) LEFT JOIN marts.dim_source USING (source_id)
    WHERE mart_growth.region_id = 'CN-XJ' AND partner_id = 'WORLD' AND commodity_id = 'TOTAL' AND ownership_id = 'ALL'
    AND trade_mode_id = 'ALL' AND measure = 'value' AND unit = 'CNY'"""
_LEAGUE = """FROM marts.mart_ranking JOIN marts.dim_region USING (region_id) WHERE peers = 'prefecture in CN-XJ'
    AND ranked_by = 'growth' AND flow = 'total' AND unit = 'CNY' AND ranked_value IS NOT NULL"""
#: What each chart shows, asked of the marts with their codes. Of a chart of bars: x, series and value of each bar.
ANSWERS = {
    "documents": "SELECT count(*) FROM marts.dim_source",
    "figures": "SELECT count(*) FROM marts.fct_figures",
    "contradictions": "SELECT count(*) FROM marts.mart_checks WHERE verdict = 'inconsistent'",
    "checks_not_passed": "SELECT count(*) FROM metadata.checks WHERE status IN ('warn', 'fail', 'error')",
    "trade": f"SELECT {_PERIOD}, flow_name_en, level / 1e9 {_TRADE} AND level IS NOT NULL",
    "growth": f"SELECT {_PERIOD}, flow_name_en, growth_pct {_TRADE} AND growth_pct IS NOT NULL",
    "headline": f"""SELECT {_PERIOD}, flow_name_en, level, level_low, level_high, growth_pct, stated_growth_pct,
        recomputed_growth_low_pct, recomputed_growth_high_pct, title {_TRADE}""",
    "partner_shares": f"""SELECT {_PERIOD}, partner_name_en, share_pct
        FROM marts.mart_share JOIN marts.dim_partner USING (partner_id) WHERE region_id = 'CN-XJ' AND flow = 'total'
        AND reference = 'partner=WORLD' AND unit = 'CNY' AND share_pct IS NOT NULL""",
    "partners": f"""SELECT {_PERIOD}, partner_name_en, flow_name_en, level, growth_pct, contribution_pp
        FROM marts.mart_growth JOIN marts.dim_partner USING (partner_id) LEFT JOIN marts.dim_flow USING (flow)
        WHERE region_id = 'CN-XJ' AND partner_id <> 'WORLD' AND commodity_id = 'TOTAL' AND measure = 'value'""",
    "league": f"SELECT region_name_en, {_PERIOD}, ranked_value {_LEAGUE}",
    "league_table": f"SELECT {_PERIOD}, rank, region_name_en, ranked_value, rank_low, rank_high, peer_count {_LEAGUE}",
    "commodity_shares": f"""SELECT {_PERIOD}, commodity_name_en, share_pct
        FROM marts.mart_share JOIN marts.dim_commodity USING (commodity_id) WHERE region_id = 'CN-XJ'
        AND starts_with(reference, 'commodity=TOTAL') AND unit = 'CNY' AND share_pct IS NOT NULL""",
    "commodities": f"""SELECT {_PERIOD}, commodity_name_en, flow_name_en, measure_name_en, unit, level, growth_pct,
        contribution_pp FROM marts.mart_growth JOIN marts.dim_commodity USING (commodity_id)
        LEFT JOIN marts.dim_flow USING (flow) LEFT JOIN marts.dim_measure USING (measure)
        WHERE region_id = 'CN-XJ' AND commodity_id <> 'TOTAL' AND measure IN ('value', 'quantity', 'unit_value')""",
    "figure_checks": f"""SELECT title, region_name_en, {_PERIOD}, statistic, rule, stated_low, stated_high,
        recomputed_low, recomputed_high FROM marts.mart_checks JOIN marts.dim_region USING (region_id)
        JOIN marts.dim_source USING (source_id) WHERE verdict = 'inconsistent'""",
    "publication_checks": """SELECT check_name, severity, status, failures, message FROM metadata.checks
        WHERE status <> 'pass'""",
    "unprinted": f"""SELECT {_PERIOD}, region_name_en, finding, sentence_en, title
        FROM marts.mart_unprinted JOIN marts.dim_region USING (region_id)
        JOIN (SELECT source_id, title FROM marts.dim_source) USING (source_id) WHERE region_id = 'CN-XJ'""",
    "publication": """SELECT publication_id, epoch_ms(published_at_utc), former_publication_id, customhouse_version,
        duckdb_version FROM metadata.publication""",
}


@dataclass
class Superset:
    """A Superset that runs, and what it was given to read."""

    warehouse: Warehouse
    url: str
    home: Path
    printed: str
    setup_seconds: float
    client: httpx.Client

    @property
    def password(self) -> str:
        return (self.home / "admin_password").read_text(encoding="ascii")

    def answer(self, payload: dict[str, Any]) -> dict[str, Any]:
        """What the endpoint of charts answers to one query."""
        response = self.client.post("/api/v1/chart/data", json=payload)
        assert response.status_code == 200, response.text
        [result] = [one for one in response.json()["result"] if one["query"] or one["error"]][:1]
        assert result["error"] is None, result["error"]
        return dict(result)


def start(warehouse: Warehouse, port: int) -> tuple[subprocess.Popen[str], Path]:
    """Start Superset as `make superset` does; its process and the file that it prints to."""
    log = warehouse.folder / f"superset-{port}.log"
    command = [
        ".venv-superset/bin/python",
        "-m",
        "bi.superset.start",
        str(warehouse.published.parent),
        "--port",
        str(port),
    ]
    with log.open("w", encoding="utf-8") as printed:
        process = subprocess.Popen(command, cwd=PROJECT, stdout=printed, stderr=subprocess.STDOUT, text=True)
    deadline = time.monotonic() + START_SECONDS
    while True:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health").text == "OK":
                return process, log
        except httpx.TransportError:
            time.sleep(0.5)


@pytest.fixture(scope="module")
def superset(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Superset]:
    """A Superset of its own, on a copy of the warehouse."""
    own = warehouse.copy_to(tmp_path_factory.mktemp("superset") / "customhouse")
    port = free_port()
    began = time.monotonic()
    process, log = start(own, port)
    try:
        url = f"http://127.0.0.1:{port}"
        home = own.published.parent / "superset"
        with httpx.Client(base_url=url, timeout=60) as client:
            started = Superset(own, url, home, log.read_text(encoding="utf-8"), time.monotonic() - began, client)
            login = {"username": "admin", "password": started.password, "provider": "db"}
            token = client.post("/api/v1/security/login", json=login).json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            yield started
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@dataclass
class Seen:
    """What a browser saw of the dashboard: each chart's query and answer, and where its requests went."""

    charts: dict[str, tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=dict)
    answered_by: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def dashboard(superset: Superset, chromium: str) -> Seen:
    """The dashboard, opened in Chromium until every chart is there."""
    names = {chart["slice_name"]: stem for stem, chart in CHARTS.items()}
    ids = {
        chart["id"]: names[chart["slice_name"]]
        for chart in superset.client.get("/api/v1/chart/?q=(page_size:100)").json()["result"]
    }
    seen = Seen()
    answered: list[Response] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1500, "height": 4000})

        def take(response: Response) -> None:
            answered.append(response)

        page.on("response", take)
        page.goto(f"{superset.url}/login/")
        page.fill("#username", "admin")
        page.fill("#password", superset.password)
        page.click("button[type=submit]")
        page.wait_for_url(lambda url: "/login/" not in url)
        page.goto(f"{superset.url}/superset/dashboard/foreign-trade/")
        deadline = time.monotonic() + 120
        while len(seen.charts) < len(CHARTS) and time.monotonic() < deadline:
            page.wait_for_timeout(500)
            while answered:
                response = answered.pop()
                seen.answered_by.add(urlsplit(response.url).netloc)
                if "/api/v1/chart/data?" in response.url:
                    payload = response.request.post_data_json
                    [result] = response.json()["result"] if response.ok else [{"error": response.text()}]
                    seen.charts[ids[payload["form_data"]["slice_id"]]] = payload, result
        page.wait_for_timeout(1000)
        seen.errors = page.locator("[role=alert]").all_inner_texts()
        browser.close()
    return seen


def plain(value: Any) -> Any:
    """A value as both sides have it: numbers to nine digits."""
    return float(f"{float(value):.9g}") if isinstance(value, int | float) or hasattr(value, "as_tuple") else value


def rows_of(stem: str, result: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows that a chart was answered with; of a chart of bars, x, series and value of each bar."""
    names, rows = result["colnames"], result["data"]
    if CHARTS[stem]["viz_type"] == "echarts_timeseries_bar":
        x, *series = names
        return [(row[x], one, plain(row[one])) for row in rows for one in series if row[one] is not None]
    return [tuple(plain(row[name]) for name in names) for row in rows]


def expected_rows(warehouse: Warehouse, stem: str) -> list[tuple[Any, ...]]:
    return [tuple(map(plain, row)) for row in warehouse.ask(ANSWERS[stem])]


def in_order(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=repr)


def test_the_dashboard_shows_every_chart_without_an_error(dashboard: Seen) -> None:
    assert set(dashboard.charts) == set(CHARTS) == set(ANSWERS)
    assert dashboard.errors == []


@pytest.mark.parametrize("stem", sorted(ANSWERS))
def test_every_number_of_a_chart_is_one_of_the_marts(stem: str, superset: Superset, dashboard: Seen) -> None:
    payload, shown = dashboard.charts[stem]
    expected = in_order(expected_rows(superset.warehouse, stem))
    assert in_order(rows_of(stem, shown)) == expected
    assert in_order(rows_of(stem, superset.answer(payload))) == expected


def test_charts_have_something_to_show(superset: Superset) -> None:
    empty = {stem for stem in ANSWERS if not expected_rows(superset.warehouse, stem)}
    assert empty == {"figure_checks"}  # no figure of raw/ contradicts another


def test_no_other_host_answers_the_dashboard(superset: Superset, dashboard: Seen) -> None:
    assert dashboard.answered_by == {urlsplit(superset.url).netloc}


def test_every_dataset_has_the_rows_and_the_descriptions_of_its_table(superset: Superset) -> None:
    listed = superset.client.get("/api/v1/dataset/?q=(page_size:100)").json()["result"]
    assert {one["table_name"] for one in listed} == set(DATASETS)
    for one in listed:
        table = f"{one['schema']}.{one['table_name']}"
        metric = {"expressionType": "SQL", "sqlExpression": "count(*)", "label": "rows"}
        query = {"columns": [], "metrics": [metric], "row_limit": 1}
        answer = superset.answer({"datasource": {"id": one["id"], "type": "table"}, "queries": [query]})
        assert [(answer["data"][0]["rows"],)] == superset.warehouse.ask(f"SELECT count(*) FROM {table}"), table
        columns = superset.client.get(f"/api/v1/dataset/{one['id']}").json()["result"]["columns"]
        described = {column["column_name"]: column["description"] for column in columns}
        comments = superset.warehouse.ask(
            f"SELECT column_name, comment FROM duckdb_columns() WHERE schema_name || '.' || table_name = '{table}'"
        )
        assert comments
        assert described | dict(comments) == described, table


def test_secrets_are_their_owners_and_are_not_printed(superset: Superset) -> None:
    for name in ("secret_key", "admin_password"):
        file = superset.home / name
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert file.read_text(encoding="ascii") not in superset.printed
    assert str(superset.home / "admin_password") in superset.printed
    assert stat.S_IMODE(superset.home.stat().st_mode) == 0o700
    wrong = {"username": "admin", "password": "admin", "provider": "db"}
    assert superset.client.post("/api/v1/security/login", json=wrong).status_code == 401


def test_nothing_can_be_written_through_superset(superset: Superset) -> None:
    [database] = superset.client.get("/api/v1/database/").json()["result"]
    statement = {"database_id": database["id"], "sql": "DELETE FROM marts.dim_flow", "runAsync": False}
    csrf = superset.client.get("/api/v1/security/csrf_token/").json()["result"]
    refused = superset.client.post("/api/v1/sqllab/execute/", json=statement, headers={"X-CSRFToken": csrf})
    assert refused.status_code >= 400, refused.text
    assert superset.warehouse.ask("SELECT count(*) FROM marts.dim_flow") == [(5,)]


def later_than_first(shown: list[tuple[float, float, str]], publication: str) -> list[str]:
    """What the questions were answered from that began when one was already answered from this publication."""
    first = min((ended for _, ended, which in shown if which == publication), default=math.inf)
    return [which for began, _, which in shown if began > first]


def test_a_refresh_under_questions_fails_none_and_is_seen_at_once(superset: Superset, dashboard: Seen) -> None:
    warehouse = superset.warehouse
    before = str(warehouse.ask("SELECT publication_id FROM metadata.publication")[0][0])
    asked = dict.fromkeys(ANSWERS, 0)
    failed: list[str] = []
    shown: list[tuple[float, float, str]] = []
    stop = threading.Event()

    def ask_without_pause() -> None:
        while not stop.is_set():
            for stem, (payload, _) in dashboard.charts.items():
                began = time.monotonic()
                try:
                    result = superset.answer(payload)
                except (AssertionError, httpx.HTTPError) as problem:
                    failed.append(f"{stem}: {problem!r}")
                    continue
                asked[stem] += 1
                if stem == "publication":
                    shown.append((began, time.monotonic(), result["data"][0]["publication_id"]))

    users = [threading.Thread(target=ask_without_pause) for _ in range(4)]
    for user in users:
        user.start()
    try:
        warehouse.add_sheet("xinjiang-2021-january", "12.3")
        after = warehouse.refresh()
        published = time.monotonic()
        deadline = published + 60
        while time.monotonic() < deadline and not (
            any(began > published for began, *_ in shown) and later_than_first(shown, after)
        ):
            time.sleep(0.2)
    finally:
        stop.set()
        for user in users:
            user.join()

    assert failed == []
    assert before != after
    assert min(asked.values()) > 4, asked
    assert {which for _, _, which in shown} == {before, after}
    assert {which for began, _, which in shown if began > published} == {after}
    assert set(later_than_first(shown, after)) == {after}, "went back to the publication before"
    for stem, (payload, _) in dashboard.charts.items():
        assert in_order(rows_of(stem, superset.answer(payload))) == in_order(expected_rows(warehouse, stem)), stem
    [(documents,)] = rows_of("documents", superset.answer(dashboard.charts["documents"][0]))
    [(documents_before,)] = rows_of("documents", dashboard.charts["documents"][1])
    assert documents == documents_before + 1


def test_a_publication_is_seen_while_a_question_on_the_one_before_runs(superset: Superset, dashboard: Seen) -> None:
    """A running question keeps its file open, and DuckDB would answer others on the same path from it."""
    payload, _ = dashboard.charts["publication"]
    datasets = superset.client.get("/api/v1/dataset/?q=(page_size:100)").json()["result"]
    [dataset] = [one["id"] for one in datasets if one["table_name"] == "publication"]
    sleep = {"expressionType": "SQL", "sqlExpression": "count(sleep_ms(30000))", "label": "slept"}
    slow = {"datasource": {"id": dataset, "type": "table"}, "queries": [{"columns": [], "metrics": [sleep]}]}
    running = threading.Thread(target=superset.answer, args=[slow])
    before = superset.answer(payload)["data"][0]["publication_id"]
    running.start()
    time.sleep(3)
    superset.warehouse.run("rollback")
    [(published,)] = superset.warehouse.ask("SELECT publication_id FROM metadata.publication")
    shown = superset.answer(payload)["data"][0]["publication_id"]
    assert running.is_alive()
    assert shown == published != before
    running.join()


def test_a_second_start_sets_nothing_up_again(superset: Superset) -> None:
    began = time.monotonic()
    process, log = start(superset.warehouse, free_port())
    seconds = time.monotonic() - began
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    assert "Setting Superset up" in superset.printed
    assert "Setting Superset up" not in log.read_text(encoding="utf-8")
    assert seconds < superset.setup_seconds
