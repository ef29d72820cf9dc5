"""Metrics of what is published and of the last refresh, as a file for the node exporter's textfile collector."""

from __future__ import annotations

import calendar
import datetime

import duckdb
from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

from orchestration.calendar import Comparison
from orchestration.refresh_record import RefreshRecord
from orchestration.settings import Settings
from orchestration.warehouse.published import NothingPublished, open_published


def write_metrics(settings: Settings, record: RefreshRecord | None, compared: Comparison) -> None:
    """Write them, whole or not at all. Raises OSError, duckdb.Error."""
    registry = CollectorRegistry()
    try:
        with open_published(settings.published_database) as connection:
            _add_publication(registry, connection)
    except NothingPublished:
        pass
    _add_calendar(registry, compared)
    if record:
        _add_refresh(registry, record)
    settings.metrics_path.parent.mkdir(parents=True, exist_ok=True)
    write_to_textfile(str(settings.metrics_path), registry)


def _add_publication(registry: CollectorRegistry, connection: duckdb.DuckDBPyConnection) -> None:
    publication_id, published_at = connection.execute(
        "SELECT publication_id, published_at_utc FROM metadata.publication"
    ).fetchall()[0]
    info = Gauge(
        "customhouse_publication_info", "1, with the id of what is published.", ["publication_id"], registry=registry
    )
    info.labels(publication_id).set(1)
    Gauge("customhouse_publication_timestamp_seconds", "When what is published was published.", registry=registry).set(
        _seconds(published_at.replace(tzinfo=datetime.UTC))
    )
    coverage = Gauge(
        "customhouse_coverage_end_timestamp_seconds",
        "The end of the last period that figures which documents state are about, by region.",
        ["region_id"],
        registry=registry,
    )
    for region_id, last_day in connection.execute(
        "SELECT region_id, max(period_end) FROM marts.fct_figures WHERE period_end <= published_date "
        "GROUP BY region_id ORDER BY region_id"
    ).fetchall():
        coverage.labels(region_id).set(_end_of(last_day))
    rows = Gauge("customhouse_table_rows", "Rows of each published table.", ["table"], registry=registry)
    for table, count in connection.execute(
        "SELECT table_name, row_count FROM metadata.tables ORDER BY table_name"
    ).fetchall():
        rows.labels(table).set(count)
    (rejected,) = connection.execute("SELECT count(*) FROM metadata.rejected_rows").fetchall()[0]
    Gauge("customhouse_rejected_rows", "Rows and files of raw/ that were not loaded.", registry=registry).set(rejected)
    checks = Gauge("customhouse_checks", "Checks of what is published, by status.", ["status"], registry=registry)
    for status, count in connection.execute(
        "SELECT status, count(*) FROM metadata.checks GROUP BY status ORDER BY status"
    ).fetchall():
        checks.labels(status).set(count)


def _add_calendar(registry: CollectorRegistry, compared: Comparison) -> None:
    promised = Gauge(
        "customhouse_calendar_promised_end_timestamp_seconds",
        "The end of the last period that the release calendar promised, by followed entry.",
        ["entry_id"],
        registry=registry,
    )
    covered = Gauge(
        "customhouse_calendar_covered_end_timestamp_seconds",
        "The end of the last period that is covered, by followed entry.",
        ["entry_id"],
        registry=registry,
    )
    behind = Gauge(
        "customhouse_calendar_months_behind",
        "How many months coverage is behind what was promised, by followed entry.",
        ["entry_id"],
        registry=registry,
    )
    for one in compared.followed:
        if one.promised:
            promised.labels(one.entry.entry_id).set(_end_of(one.promised))
        if one.covered:
            covered.labels(one.entry.entry_id).set(_end_of(one.covered))
        behind.labels(one.entry.entry_id).set(one.months_behind)
    Gauge(
        "customhouse_calendar_is_readable", "1 where coverage could be compared with the calendar.", registry=registry
    ).set(0 if compared.problem else 1)


def _add_refresh(registry: CollectorRegistry, record: RefreshRecord) -> None:
    Gauge("customhouse_refresh_success", "1 where the last refresh went well.", registry=registry).set(
        0 if record.has_failed else 1
    )
    Gauge("customhouse_refresh_seconds", "How long the last refresh took.", registry=registry).set(
        (record.ended - record.began).total_seconds()
    )
    for name, at in (("success", record.last_success), ("failure", record.last_failure)):
        if at:
            Gauge(
                f"customhouse_refresh_last_{name}_timestamp_seconds",
                f"When the last refresh ended that was a {name}.",
                registry=registry,
            ).set(_seconds(at))
    steps = Gauge(
        "customhouse_refresh_step_seconds", "How long each step of the last refresh took.", ["step"], registry=registry
    )
    for step, seconds in record.seconds.items():
        steps.labels(step).set(seconds)


def _seconds(moment: datetime.datetime) -> float:
    return moment.timestamp()


def _end_of(day: datetime.date) -> float:
    """The end of a day, in UTC: what is covered up to then is covered whole."""
    return calendar.timegm((day + datetime.timedelta(days=1)).timetuple())
