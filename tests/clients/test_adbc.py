"""ADBC on the published file: the driver is DuckDB's own library, and answers in Arrow tables."""

from __future__ import annotations

from collections.abc import Iterator

import adbc_driver_duckdb
import polars as pl
import pytest
from adbc_driver_manager import ProgrammingError, dbapi
from conftest import Warehouse


@pytest.fixture
def connection(warehouse: Warehouse) -> Iterator[dbapi.Connection]:
    with dbapi.connect(
        driver=adbc_driver_duckdb.driver_path(),
        entrypoint="duckdb_adbc_init",
        db_kwargs={"path": str(warehouse.published), "access_mode": "READ_ONLY"},
    ) as connected:
        yield connected


def test_answers_are_those_of_duckdb_with_their_types(connection: dbapi.Connection, warehouse: Warehouse) -> None:
    sql = "SELECT region_id, period_end, low, high FROM marts.fct_levels ORDER BY ALL"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        table = cursor.fetch_arrow_table()
    assert [tuple(row.values()) for row in table.to_pylist()] == warehouse.ask(sql)
    assert [str(one) for one in table.schema.types] == [
        "string",
        "date32[day]",
        "decimal128(28, 6)",
        "decimal128(28, 6)",
    ]
    assert pl.from_arrow(table).height == table.num_rows > 0


def test_objects_are_listed(connection: dbapi.Connection, warehouse: Warehouse) -> None:
    catalogs = connection.adbc_get_objects(depth="tables", db_schema_filter="marts").read_all().to_pylist()
    listed = {
        table["table_name"]
        for catalog in catalogs
        for schema in catalog["catalog_db_schemas"] or []
        for table in schema["db_schema_tables"] or []
    }
    assert listed == {table for (table,) in warehouse.ask("SELECT table_name FROM metadata.tables")}


def test_nothing_is_written(connection: dbapi.Connection) -> None:
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="read-only"):
        cursor.execute("DELETE FROM marts.dim_flow")
