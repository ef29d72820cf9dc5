"""Superset's datasets, one a published table: what they are called and mean is taken from the published file.

`python -m bi.superset.datasets` writes bi/superset/assets/datasets from the published file and
bi/superset/metrics.yml, and nothing else: the same schema gives the same files. A mart holds ids; its dataset has their
names in English beside them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import yaml

from orchestration.settings import Settings
from orchestration.warehouse.published import open_published

FOLDER = Path(__file__).resolve().parent
DATASETS_DIR = FOLDER / "assets" / "datasets" / "customhouse"
METRICS = FOLDER / "metrics.yml"
DATABASE = FOLDER / "assets" / "databases" / "customhouse.yaml"
#: Of the schema metadata: what a reader of a dashboard asks about the file itself.
METADATA_TABLES = ("checks", "publication", "rejected_rows")
#: Tables of codes: they have names already.
CODE_TABLES = ("bridge_", "dim_")
#: The key that a fact or mart may have, to the dimension that names it and the name.
NAMES = {
    "region_id": ("dim_region", "region_name_en"),
    "partner_id": ("dim_partner", "partner_name_en"),
    "commodity_id": ("dim_commodity", "commodity_name_en"),
    "flow": ("dim_flow", "flow_name_en"),
    "ownership_id": ("dim_ownership", "ownership_name_en"),
    "trade_mode_id": ("dim_trade_mode", "trade_mode_name_en"),
    "measure": ("dim_measure", "measure_name_en"),
    "source_id": ("dim_source", "title"),
}
#: A label of a period that is short and sorts as periods do.
PERIOD = """strftime(mart.period_start, '%Y M%m') || CASE
        WHEN date_trunc('month', mart.period_start) = date_trunc('month', mart.period_end) THEN ''
        WHEN year(mart.period_start) = year(mart.period_end) THEN strftime(mart.period_end, '–M%m')
        ELSE strftime(mart.period_end, '–%Y M%m')
    END"""
PERIOD_DESCRIPTION = "The period by its first and last month, as 2023 M01–M03: sorts as periods do."
PERIOD_COLUMNS = ("period_name_en", "period_kind", "is_year_to_date")
_NAMESPACE = uuid.UUID("5b0f6c4e-9c0a-4c55-8a3a-6f5d3b1c7e21")

Column = tuple[str, str, str | None]


class _Dumper(yaml.SafeDumper):
    """Texts of several lines, which are SQL, are written line by line."""

    def represent_text(self, text: str) -> yaml.Node:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _Dumper.represent_text)


def dataset_files(published: Path, metrics: Path = METRICS) -> dict[str, str]:
    """The text of each dataset's file, by the file's name.

    Raises NothingPublished where there is no published file, KeyError where `metrics` names a table that is not
    published.
    """
    measured: dict[str, Any] = yaml.safe_load(metrics.read_text(encoding="utf-8"))
    database = yaml.safe_load(DATABASE.read_text(encoding="utf-8"))["uuid"]
    files = {}
    with open_published(published) as connection:
        for schema, table, description in _tables(connection):
            dataset = _dataset(connection, schema, table)
            dataset |= {
                "description": description,
                "metrics": [_metric(name, **metric) for name, metric in (measured.pop(table, None) or {}).items()],
                "uuid": str(uuid.uuid5(_NAMESPACE, f"{schema}.{table}")),
                "database_uuid": database,
                "version": "1.0.0",
            }
            files[f"{table}.yaml"] = yaml.dump(dataset, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)
    if measured:
        raise KeyError(f"{metrics} has metrics of what is not published: {', '.join(measured)}")
    return files


def _tables(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str, str | None]]:
    for table, description in connection.execute(
        "SELECT table_name, description FROM metadata.tables ORDER BY table_name"
    ).fetchall():
        yield "marts", table, description
    for table, description in connection.execute(
        "SELECT table_name, comment FROM duckdb_tables() WHERE schema_name = 'metadata' ORDER BY table_name"
    ).fetchall():
        if table in METADATA_TABLES:
            yield "metadata", table, description


def _dataset(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> dict[str, Any]:
    columns = _columns(connection, schema, table)
    own = {name for name, _, _ in columns}
    sql = None
    if schema == "marts" and not table.startswith(CODE_TABLES):
        named = {key: dimension for key, dimension in NAMES.items() if key in own and dimension[1] not in own}
        added = []
        selected = ["mart.*"]
        joins = [f"FROM marts.{table} AS mart"]
        for key, (dimension, name) in named.items():
            selected.append(f"{dimension}.{name}")
            joins.append(f"LEFT JOIN marts.{dimension} ON {dimension}.{key} = mart.{key}")
            added += [one for one in _columns(connection, "marts", dimension) if one[0] == name]
        if {"period_start", "period_end"} <= own:
            selected += [f"{PERIOD} AS period", *(f"dim_period.{name}" for name in PERIOD_COLUMNS)]
            joins.append(
                "LEFT JOIN marts.dim_period ON dim_period.period_start = mart.period_start "
                "AND dim_period.period_end = mart.period_end"
            )
            added.append(("period", "VARCHAR", PERIOD_DESCRIPTION))
            added += [one for one in _columns(connection, "marts", "dim_period") if one[0] in PERIOD_COLUMNS]
        if added:
            sql = "SELECT\n    " + ",\n    ".join(selected) + "\n" + "\n".join(joins) + "\n"
            columns += added
    dates = [name for name, data_type, _ in columns if _is_time(data_type)]
    return {
        "table_name": table,
        "schema": schema,
        "sql": sql,
        "main_dttm_col": "period_end" if "period_end" in dates else next(iter(dates), None),
        "cache_timeout": -1,  # a new publication is to be seen at once
        "normalize_columns": False,
        "always_filter_main_dttm": False,
        "columns": [
            {
                "column_name": name,
                "type": data_type,
                "description": description,
                "is_dttm": _is_time(data_type),
            }
            for name, data_type, description in columns
        ],
    }


def _columns(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> list[Column]:
    return connection.execute(
        "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE schema_name = ? AND table_name = ? "
        "ORDER BY column_index",
        [schema, table],
    ).fetchall()


def _is_time(data_type: str) -> bool:
    return data_type == "DATE" or data_type.startswith("TIMESTAMP")


def _metric(name: str, *, expression: str, label: str, description: str, d3format: str | None = None) -> dict[str, Any]:
    return {
        "metric_name": name,
        "verbose_name": label,
        "expression": expression,
        "description": description,
        "d3format": d3format,
    }


def write(published: Path, folder: Path = DATASETS_DIR) -> None:
    """Write the files of all datasets to `folder`, and remove those of tables that are published no more."""
    folder.mkdir(parents=True, exist_ok=True)
    files = dataset_files(published)
    for name, text in files.items():
        draft = folder / f".{name}"
        draft.write_text(text, encoding="utf-8")
        draft.replace(folder / name)
    for file in folder.glob("*.yaml"):
        if file.name not in files:
            file.unlink()


if __name__ == "__main__":
    write(Settings().published_database)
