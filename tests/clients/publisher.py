"""Publishes a working warehouse again and again, each time with content that says which time it is.

Run by the project's own environment, with the paths in its environment variables: `publisher.py FIRST LAST`. A whole
refresh takes half a minute: this is its last step alone, by the project's own function, of a few tables.
"""

from __future__ import annotations

import sys

import duckdb

from orchestration.inputs import Input, Inputs
from orchestration.settings import Settings
from orchestration.warehouse.lock import warehouse_lock
from orchestration.warehouse.publication import publish
from orchestration.warehouse.working import open_working

#: Of the marts: what the readers ask for, and what publishing itself asks for.
KEPT = ("dim_commodity", "dim_partner", "dim_source", "dim_unit", "fct_levels", "mart_growth")


def keep_few_tables(connection: duckdb.DuckDBPyConnection) -> None:
    for (function,) in connection.execute(
        "SELECT DISTINCT function_name FROM duckdb_functions() "
        "WHERE schema_name = 'marts' AND database_name = current_database() AND function_type = 'table_macro'"
    ).fetchall():
        connection.execute(f"DROP MACRO TABLE marts.{function}")
    for table, kind in connection.execute(
        "SELECT table_name, 'TABLE' FROM duckdb_tables() WHERE schema_name = 'marts' "
        "UNION ALL SELECT view_name, 'VIEW' FROM duckdb_views() WHERE schema_name IN ('marts', 'raw') AND NOT internal"
    ).fetchall():
        if table not in KEPT:
            schema = "marts" if kind == "TABLE" or table.startswith("fct_") else "raw"
            connection.execute(f"DROP {kind} {schema}.{table}")


def change(connection: duckdb.DuckDBPyConnection, turn: int) -> None:
    """All partners and all goods say which turn it is, and there are as many units more."""
    connection.execute(f"UPDATE marts.dim_partner SET code_source = '{turn}'")
    connection.execute(f"UPDATE marts.dim_commodity SET code_source = '{turn}'")
    connection.execute("DELETE FROM marts.dim_unit WHERE starts_with(unit, 'turn ')")
    connection.execute(
        "INSERT INTO marts.dim_unit SELECT one.* REPLACE ('turn ' || turn AS unit) "
        f"FROM (FROM marts.dim_unit LIMIT 1) AS one, range({turn}) AS turns(turn)"
    )


def main(first: int, last: int) -> None:
    settings = Settings()
    with warehouse_lock(settings.warehouse_dir, purpose="a test of readers", timeout_seconds=0):
        with open_working(settings) as connection:
            keep_few_tables(connection)
        for turn in range(first, last + 1):
            with open_working(settings) as connection:
                change(connection, turn)
            inputs = Inputs((Input("raw/sheets/a.csv", "raw", f"{turn:064}", 1),))
            assert publish(settings, inputs, run_id="a test").is_new
            print(turn, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
