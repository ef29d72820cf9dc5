"""The default warehouse with a million lines of declarations beside it: both engines make the same marts of it."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import duckdb

from bench.declarations import Plan, write_declarations
from tests.integration.installation import Installation

LINES = 1_000_000
#: Two months, and the same a year before: single months, years to date and growth of both.
FIRST_MONTHS = (datetime.date(2021, 1, 1), datetime.date(2022, 1, 1))


def described(installation: Installation) -> list[tuple[object, ...]]:
    """All that is said of the published columns: types, constraints, comments; and which functions there are."""
    with duckdb.connect(str(installation.published), read_only=True) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name, data_type, is_nullable, comment FROM duckdb_columns() "
            "WHERE schema_name = 'marts' ORDER BY ALL"
        ).fetchall()
        tables = connection.execute("SELECT table_name, comment FROM duckdb_tables() ORDER BY ALL").fetchall()
        functions = connection.execute(
            "SELECT function_name, parameters FROM duckdb_functions() WHERE schema_name = 'marts' ORDER BY ALL"
        ).fetchall()
    return [*columns, *tables, *functions]


def test_both_engines_make_the_same_marts(tmp_path: Path) -> None:
    installation = Installation.make(tmp_path / "installation")
    for month in FIRST_MONTHS:
        plan = Plan(LINES // len(FIRST_MONTHS), months=2, first_month=month)
        write_declarations(installation.sheets.parent / "customs", plan)
    installation.refreshed()
    assert installation.ask("SELECT count(*) > 100000 FROM fct_declared_levels") == [(True,)]
    by_duckdb = installation.content(), described(installation)
    shutil.rmtree(installation.warehouse)

    ended = installation.refresh(CUSTOMHOUSE_ENGINE="spark", CUSTOMHOUSE_SPARK_MEMORY="4g")

    assert ended.code == 0, ended.output
    assert (installation.content(), described(installation)) == by_duckdb
