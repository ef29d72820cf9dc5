"""What forked processes need: all that a refresh imports, and the harness, which each of them loads first."""

import gc

import dagster  # noqa: F401
import dagster_dbt  # noqa: F401
import dbt.adapters.duckdb.connections
import dbt.cli.main  # noqa: F401
import duckdb  # noqa: F401
import pandera  # noqa: F401

import orchestration.cli
import orchestration.console
import orchestration.definitions
import orchestration.refresh  # noqa: F401
import tests.faults.__main__  # noqa: F401

# None of it goes away again: processes that look through it time and again would copy its pages, too.
gc.freeze()
