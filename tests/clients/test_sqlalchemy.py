"""SQLAlchemy and pandas on the published file: queries, reflection with types and comments, nothing written."""

from __future__ import annotations

import pandas as pd
import pytest
import sqlalchemy as sa
from conftest import Warehouse


@pytest.fixture
def engine(warehouse: Warehouse) -> sa.Engine:
    return sa.create_engine(
        f"duckdb:///{warehouse.published}", connect_args={"read_only": True}, poolclass=sa.pool.NullPool
    )


def test_every_table_is_reflected_with_its_columns_and_comments(engine: sa.Engine, warehouse: Warehouse) -> None:
    inspector = sa.inspect(engine)
    reflected = {}
    for table in inspector.get_table_names("marts"):
        for column in inspector.get_columns(table, "marts"):
            reflected[table, column["name"]] = (bool(column["nullable"]), column["comment"])
    described = {
        (table, column): (nullable, comment)
        for table, column, nullable, comment in warehouse.ask(
            "SELECT table_name, column_name, is_nullable, one.comment FROM duckdb_columns() AS one "
            "JOIN duckdb_tables() USING (schema_name, table_name) WHERE schema_name = 'marts'"
        )
    }
    assert reflected == described
    assert all(comment for _, comment in reflected.values())
    assert inspector.get_table_comment("mart_growth", "marts")["text"].startswith("Growth over the same span")


def test_pandas_reads_a_reflected_table_as_duckdb_answers(engine: sa.Engine, warehouse: Warehouse) -> None:
    growth = sa.Table("mart_growth", sa.MetaData(), schema="marts", autoload_with=engine)
    question = (
        sa.select(growth.c.region_id, growth.c.period_end, growth.c.growth_pct)
        .where(growth.c.partner_id == "WORLD", growth.c.growth_pct > 50)
        .order_by(growth.c.region_id, growth.c.period_end, growth.c.growth_pct, growth.c.flow)
    )
    with engine.connect() as connection:
        frame = pd.read_sql(question, connection)
    expected = warehouse.ask(
        "SELECT region_id, period_end, growth_pct FROM marts.mart_growth "
        "WHERE partner_id = 'WORLD' AND growth_pct > 50 "
        "ORDER BY region_id, period_end, growth_pct, flow"
    )
    assert expected
    assert [(one, pd.Timestamp(day).date(), float(pct)) for one, day, pct in frame.itertuples(index=False)] == [
        (one, day, float(pct)) for one, day, pct in expected
    ]


def test_nothing_is_written(engine: sa.Engine) -> None:
    with engine.connect() as connection, pytest.raises(sa.exc.DBAPIError, match="read-only"):
        connection.execute(sa.text("DELETE FROM marts.dim_flow"))
