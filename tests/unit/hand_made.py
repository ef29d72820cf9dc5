"""A small working warehouse with hand-made marts, for tests of publishing and of the command. The rows are invented."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from orchestration.inputs import Input, Inputs
from orchestration.settings import Settings
from orchestration.sources import Rejection
from orchestration.warehouse.publication import Publication, publish
from orchestration.warehouse.working import (
    CheckOutcome,
    ColumnFacts,
    open_working,
    record_checks,
    record_column_facts,
    replace_source_kind,
)

REJECTION = Rejection(
    source_kind="sheets", file="sheets/one.csv", row_number=3, column_name="unit", reason="is empty", raw_text="level,"
)
CHECK = CheckOutcome(check_name="a name is unique", kind="dbt", severity="error", status="pass", failures=0, message="")

LEVEL = ColumnFacts(table_name="fct_figures", column_name="level", key_position=None, unit="CNY")

#: Source, region, first day, level.
Row = tuple[str, str, datetime.date, int]
ROWS: tuple[Row, ...] = (
    ("one", "CN-XJ", datetime.date(2023, 1, 1), 68),
    ("one", "653100", datetime.date(2023, 1, 1), 17),
    ("two", "CN-XJ", datetime.date(2022, 1, 1), 37),
)


def build_marts(settings: Settings, rows: Sequence[Row] = ROWS) -> None:
    """Put marts of these rows, a check and a rejected row into the working warehouse, in place of what is there."""
    with open_working(settings) as connection:
        replace_source_kind(connection, "sheets", figures=[], sources=[], rejected=[REJECTION])
        record_checks(connection, "dbt", [CHECK])
        record_column_facts(connection, [LEVEL])
        connection.execute("DROP SCHEMA IF EXISTS marts CASCADE; CREATE SCHEMA marts")
        connection.execute(
            "CREATE TABLE marts.fct_figures (source_id VARCHAR, region_id VARCHAR, period_start DATE, "
            "period_end DATE, published_date DATE, level DECIMAL(28, 6))"
        )
        for source_id, region_id, day, level in rows:
            last = day + datetime.timedelta(days=89)
            connection.execute(
                "INSERT INTO marts.fct_figures VALUES (?, ?, ?, ?, ?, ?)",
                [source_id, region_id, day, last, last + datetime.timedelta(days=18), level],
            )
        connection.execute("CREATE TABLE marts.dim_source AS SELECT DISTINCT source_id FROM marts.fct_figures")
        connection.execute(
            "CREATE TABLE marts.dim_region AS SELECT * FROM (VALUES ('CN-XJ', 'Xinjiang'), ('653100', 'Kashgar')) "
            "AS region (region_id, region_name_en)"
        )
        connection.execute("COMMENT ON TABLE marts.fct_figures IS 'Every figure''s row; \"stated\".'")
        connection.execute("COMMENT ON COLUMN marts.fct_figures.level IS 'What''s stated; 单位：元'")


def inputs_of(text: str) -> Inputs:
    """Inputs that differ where `text` differs."""
    return Inputs((Input("raw/sheets/one.csv", "raw", text.encode().hex(), len(text)),))


def publish_rows(settings: Settings, rows: Sequence[Row] = ROWS, *, inputs: str = "first") -> Publication:
    """Build marts of these rows and publish them."""
    build_marts(settings, rows)
    return publish(settings, inputs_of(inputs), run_id="a run")
