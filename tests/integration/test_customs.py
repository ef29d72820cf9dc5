"""Whole refreshes over customs tables: lines, levels and reconciliation; a revised month; what was cut off goes on."""

from __future__ import annotations

import datetime
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import yaml

from orchestration.settings import PROJECT_DIR
from tests.conftest import write_sheet
from tests.integration.installation import Installation
from tests.unit.customs.conftest import FRUIT, HEADER, WHEAT, changed, text_of

USD = [*HEADER[:-1], "美元"]


def put(
    installation: Installation, month: str, lines: Sequence[Sequence[str]], *, name: str = "", **sidecar: str
) -> Path:
    """Write a file of exports in yuan, in GB18030 as customs do."""
    folder = installation.sheets.parent / "customs"
    path = folder / f"{name or f'exports-{month}-cny'}.csv"
    path.write_bytes(text_of(lines, sidecar.pop("header", "").split() or HEADER).encode("gb18030"))
    fields = {
        "title": "Invented lines of a test", "publisher": "A test", "published_date": "2024-02-20", "flow": "export",
        "month": month, **sidecar,
    }  # fmt: skip
    path.with_suffix(".yml").write_text(yaml.safe_dump(fields))
    return path


def levels(installation: Installation, where: str) -> dict[str, Decimal]:
    rows = installation.ask(
        f"""SELECT strftime(period_start, '%Y-%m') || ' ' || strftime(period_end, '%Y-%m'), value
        FROM fct_declared_levels WHERE {where} ORDER BY 1"""
    )
    return {str(span): Decimal(str(value)) for span, value in rows}


WHEAT_TO_KAZAKHSTAN = "partner_id = 'KAZ' AND commodity_id = 'TOTAL' AND region_id = 'CN-XJ' AND unit = 'CNY'"


@pytest.mark.long
def test_declarations_are_published_added_up_reconciled_and_revised(refreshed: Installation) -> None:
    for year in (2022, 2023):
        for month in (1, 2, 3):
            put(refreshed, f"{year}-{month:02}", [changed(WHEAT, value=str(1000 * month + year)), FRUIT])
    put(refreshed, "2023-01", [changed(WHEAT, value="439"), FRUIT], name="exports-2023-01-usd", header=" ".join(USD))
    write_sheet(
        refreshed.sheets,
        "stated",
        [
            {
                "printed": "12.1",
                "scale": "thousand",
                "flow": "export",
                "partner": "Kazakhstan",
                "period_end": "2023-03",
            },
            {"printed": "9.9", "scale": "thousand", "flow": "export", "partner": "Kazakhstan", "period_end": "2023-02"},
        ],
        published_date="2024-04-01",
        retrieved_date="2024-04-02",
    )
    refreshed.refreshed()

    # Dagster shows each month that was written: one run wrote them all.
    with closing(sqlite3.connect(refreshed.folder / "dagster_home" / "event_log.db")) as events:
        reported = events.execute(
            "SELECT partition, count(DISTINCT run_id) FROM event_logs WHERE asset_key = ? GROUP BY partition",
            ['["customs", "lake"]'],
        ).fetchall()
    assert sorted(reported) == [(f"{year}-{month:02}-01", 1) for year in (2022, 2023) for month in (1, 2, 3)]
    # Lines, to the cell, with the file that they are from.
    assert refreshed.ask("SELECT count(*), sum(value_cny), sum(value_usd) FROM fct_trade_monthly") == [
        (12, Decimal(2 * (1000 + 2000 + 3000) + 3 * (2022 + 2023) + 600), Decimal(539))
    ]
    assert refreshed.ask(
        "SELECT commodity_name_zh, commodity_level, parent_commodity_id FROM dim_commodity "
        "WHERE commodity_id = '10019900'"
    ) == [("小麦", "tariff line", "1001")]
    # Months, quarter and year to date.
    assert levels(refreshed, f"{WHEAT_TO_KAZAKHSTAN} AND period_start >= DATE '2023-01-01'") == {
        "2023-01 2023-01": 3023, "2023-02 2023-02": 4023, "2023-03 2023-03": 5023,
        "2023-01 2023-02": 7046, "2023-01 2023-03": 12069,
    }  # fmt: skip
    # What a source states comes first, and is checked against the declarations.
    assert refreshed.ask(
        f"""SELECT period_end, origin, rule FROM fct_levels WHERE {WHEAT_TO_KAZAKHSTAN} AND flow = 'export'
        AND period_start = DATE '2023-01-01' AND period_end > DATE '2023-02-01' ORDER BY 1"""
    ) == [
        (datetime.date(2023, 2, 28), "stated", "stated"),
        (datetime.date(2023, 3, 31), "stated", "stated"),
    ]
    assert refreshed.ask(
        "SELECT period_end, verdict, recomputed_low, distance_in_last_digits FROM mart_checks "
        "WHERE rule = 'declarations' AND source_id = 'stated' ORDER BY 1"
    ) == [
        (datetime.date(2023, 2, 28), "inconsistent", Decimal(7046), Decimal("28.04")),
        (datetime.date(2023, 3, 31), "consistent", Decimal(12069), Decimal(0)),
    ]
    # Growth is recomputed from the levels of both years.
    growth = (
        f"SELECT level, base, origin FROM mart_growth WHERE {WHEAT_TO_KAZAKHSTAN} AND period_start = DATE '2023-02-01'"
    )
    assert refreshed.ask(growth) == [(Decimal(4023), Decimal(4022), "computed")]

    # Two partners: the squares of 12069 and 300 over the square of 12369. All trade is Xinjiang's.
    of_the_quarter = "unit = 'CNY' AND period_start = DATE '2023-01-01' AND period_end = DATE '2023-03-31'"
    assert refreshed.ask(
        f"""SELECT hhi, member_count, top_1_share_pct, largest_member_id, coverage_pct FROM mart_concentration
        WHERE region_id = 'CN-XJ' AND flow = 'export' AND dimension = 'partner' AND {of_the_quarter}"""
    ) == [(Decimal("0.952668"), 2, Decimal("97.574582"), "KAZ", Decimal(100))]
    assert refreshed.ask(
        f"""SELECT commodity_id, region_id, rca, symmetric_rca FROM mart_specialisation
        WHERE flow = 'export' AND {of_the_quarter} ORDER BY 1"""
    ) == [("08", "CN-XJ", 1, 0), ("10", "CN-XJ", 1, 0)]
    # Kazakhstan and Kyrgyzstan are two of the five; as much wheat as a year before is dearer.
    central_asia = f"""SELECT value, base, growth_pct, member_count, trading_member_count FROM mart_partner_group_levels
        WHERE region_id = 'CHN' AND partner_id = 'CENTRAL_ASIA_FIVE' AND flow = 'export' AND {of_the_quarter}"""
    assert refreshed.ask(central_asia) == [(Decimal(12369), Decimal(12366), Decimal("0.024260"), 5, 2)]
    wheat = f"""SELECT quantity_now, quantity_unit, unit_value_now, quantity_contribution_pp, price_contribution_pp
        FROM mart_price_volume WHERE commodity_id = '10019900' AND {of_the_quarter.replace("unit", "currency")}"""
    assert refreshed.ask(wheat) == [(3600, "kilogram", Decimal("3.3525"), 0, Decimal("0.024863"))]

    # A month that is published again replaces that month whole, and nothing else but the growth a year later.
    every_level = "SELECT * EXCLUDE (span_key, source_id, as_of_date) FROM fct_declared_levels"
    before = set(refreshed.ask(every_level))
    files = {path.name for path in (refreshed.warehouse / "customs" / "lines").glob("*.parquet")}
    put(refreshed, "2022-02", [changed(WHEAT, value="8044")], name="revised", published_date="2024-03-20")
    refreshed.refreshed()
    assert refreshed.ask(growth) == [(Decimal(4023), Decimal(8044), "computed")]
    changed_rows = before ^ set(refreshed.ask(every_level))
    february_or_with_it = {(1, 2), (1, 3), (2, 2)}
    assert {(row[8].month, row[9].month) for row in changed_rows} == february_or_with_it
    # Of 2023 the levels are the same: only base and growth of what had the wheat are others.
    assert {row[:11] for row in before if row[8].year == 2023} == {
        row[:11] for row in set(refreshed.ask(every_level)) if row[8].year == 2023
    }
    assert levels(refreshed, f"{WHEAT_TO_KAZAKHSTAN} AND period_start < DATE '2023-01-01'") == {
        "2022-01 2022-01": 3022, "2022-01 2022-02": 11066, "2022-01 2022-03": 16088, "2022-02 2022-02": 8044,
        "2022-03 2022-03": 5022,
    }  # fmt: skip
    # What is made of the former year is made anew: its February has no fruit now.
    assert refreshed.ask(central_asia) == [(Decimal(12369), Decimal(16288), Decimal("-24.060658"), 5, 2)]
    assert refreshed.ask(wheat) == [(3600, "kilogram", Decimal("3.3525"), 0, Decimal("-24.981353"))]
    assert refreshed.ask(
        "SELECT source_id, is_current, value_cny FROM mart_declared_months "
        "WHERE period_start = DATE '2022-02-01' ORDER BY 1"
    ) == [("exports-2022-02-cny", False, Decimal(4122)), ("revised", True, Decimal(8044))]
    # The former publication can still be gone back to: its files are kept, and one more was written.
    kept = {path.name for path in (refreshed.warehouse / "customs" / "lines").glob("*.parquet")}
    assert files < kept and len(kept - files) == 1
    assert refreshed.run("rollback").code == 0
    assert refreshed.ask("SELECT sum(value_cny) FROM fct_trade_monthly WHERE period_start = DATE '2022-02-01'") == [
        (Decimal(4122),)
    ]


@pytest.mark.long
def test_a_load_that_is_killed_goes_on_where_it_was_and_doubles_nothing(refreshed: Installation) -> None:
    for month in range(1, 13):
        put(refreshed, f"2023-{month:02}", [changed(WHEAT, value=str(month)), FRUIT])
    for place in ("begin read customs", "begin load customs", "node 30", "begin publish"):
        ended = refreshed.start(sys.executable, "-m", "tests.integration.processes", place).end()
        assert ended.code == -signal.SIGKILL, ended.output
    refreshed.refreshed()
    assert refreshed.ask("SELECT count(*), sum(value_cny) FROM fct_trade_monthly") == [(24, Decimal(12 * 100 + 78))]
    assert levels(
        refreshed, "partner_id = 'WORLD' AND commodity_id = '10019900' AND measure = 'value' AND unit = 'CNY'"
    )["2023-01 2023-12"] == Decimal(78)
    with duckdb.connect(str(refreshed.working), read_only=True) as connection:
        assert connection.execute(
            "SELECT count(DISTINCT lines_key) FROM intermediate.int_customs_monthly"
        ).fetchall() == [(12,)]


@pytest.mark.exhaustive
def test_the_bench_runs_in_its_small_form(tmp_path: Path) -> None:
    """Times are for `make bench` to tell: here each contender runs, and each table is filled."""
    bench = [sys.executable, "-m", "bench.customs", "--rows", "36000", "--turns", "1", "--histories", "2"]
    ended = subprocess.run(
        [*bench, "--folder", str(tmp_path)],
        cwd=PROJECT_DIR,
        env={**os.environ, "COLUMNS": "200"},  # so wide that no name in a table is broken
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert ended.returncode == 0, ended.stderr
    for expected in ("gb18030: loaded", "as one run of Dagster", "the same after 1 months", "while a refresh"):
        assert expected in ended.stdout
