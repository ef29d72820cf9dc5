"""DuckDB's command line on the published file, of another version than the one that wrote it."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path

from conftest import Warehouse

DUCKDB = Path(sys.executable).with_name("duckdb")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(DUCKDB), *arguments], capture_output=True, text=True, timeout=60, check=False)


def test_another_version_reads_every_table(warehouse: Warehouse) -> None:
    [(written_by,)] = warehouse.ask("SELECT duckdb_version FROM metadata.publication")
    assert f"v{written_by} " not in run("--version").stdout
    tables = warehouse.ask("SELECT table_name, row_count FROM metadata.tables ORDER BY table_name")
    counts = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM marts.{table}" for table, _ in tables)
    answered = run("-readonly", "-csv", "-noheader", str(warehouse.published), f"{counts} ORDER BY 1")
    assert answered.returncode == 0, answered.stderr
    assert [(table, int(count)) for table, count in csv.reader(io.StringIO(answered.stdout))] == tables


def test_nothing_is_written(warehouse: Warehouse) -> None:
    refused = run("-readonly", str(warehouse.published), "DELETE FROM marts.dim_flow")
    assert refused.returncode != 0
    assert "read-only" in refused.stderr
