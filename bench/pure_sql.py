"""The SQL of a refresh in one DuckDB process: seeds, models and data tests as dbt compiled them, without dbt.

`python -m bench.pure_sql TARGET` reads the manifest that the last `dbt build` wrote to TARGET and runs its statements
in dependency order on a copy of the raw tables. What is left of a refresh when everything but DuckDB is taken away.
"""

from __future__ import annotations

import json
import os
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from orchestration.sql import literal, quoted


def main() -> None:
    """Run every compiled statement of the manifest in the folder named on the command line."""
    manifest = json.loads((Path(sys.argv[1]) / "manifest.json").read_text(encoding="utf-8"))
    nodes = manifest["nodes"]
    order = TopologicalSorter(
        {key: set(node["depends_on"].get("nodes", [])) & nodes.keys() for key, node in nodes.items()}
    )
    connection = duckdb.connect()
    connection.execute(f"ATTACH {literal(os.environ['CUSTOMHOUSE_WORKING_DATABASE'])} AS loaded (READ_ONLY)")
    connection.execute("ATTACH ':memory:' AS working")
    connection.execute("USE working")
    connection.execute("CREATE SCHEMA raw")
    for (table,) in connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'loaded' AND schema_name = 'raw'"
    ).fetchall():
        connection.execute(f"CREATE TABLE raw.{quoted(table)} AS FROM loaded.raw.{quoted(table)}")
    for key in order.static_order():
        node = nodes[key]
        if node["resource_type"] == "test":
            connection.execute(node["compiled_code"]).fetchall()
            continue
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(node['schema'])}")
        target = f"{quoted(node['schema'])}.{quoted(node['name'])}"
        if node["resource_type"] == "seed":
            types = ", ".join(
                f"{literal(name)}: {literal(kind)}" for name, kind in node["config"]["column_types"].items()
            )
            path = Path(node["root_path"]) / node["original_file_path"]
            connection.execute(f"CREATE TABLE {target} AS FROM read_csv({literal(str(path))}, columns = {{{types}}})")
        else:
            kind = "VIEW" if node["config"]["materialized"] == "view" else "TABLE"
            connection.execute(f"CREATE {kind} {target} AS {node['compiled_code']}")


if __name__ == "__main__":
    main()
