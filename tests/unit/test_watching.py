"""Looking after a refresh: what is wrong, the log file, the metrics, and that none of it ends a refresh."""

from __future__ import annotations

import datetime
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest
from prometheus_client.parser import text_string_to_metric_families

from orchestration.logs import LOGGER, Lines, SharedFile, set_up_logs
from orchestration.progress import Progress
from orchestration.refresh_record import RefreshRecord, keep_record, read_record
from orchestration.settings import PROJECT_DIR, Settings
from orchestration.watching import watch
from tests.unit.test_alerts import Hook, listening, to_hook
from tests.unit.test_calendar import write_calendar

NOON = datetime.datetime(2026, 5, 20, 12, tzinfo=datetime.UTC)
DAY = datetime.date(2026, 5, 20)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def hook() -> Iterator[Hook]:
    with listening() as hook:
        yield hook


@pytest.fixture
def published(settings: Settings, tmp_path: Path) -> Settings:
    """A small published file: figures of the nation up to March 2026, followed since January."""
    settings.warehouse_dir.mkdir()
    with duckdb.connect(str(settings.published_database)) as connection:
        connection.execute(
            """CREATE SCHEMA marts; CREATE SCHEMA metadata;
            CREATE TABLE marts.fct_figures AS SELECT 'CHN' AS region_id, 'WORLD' AS partner_id, 'TOTAL' AS commodity_id,
                'value' AS measure, 'level' AS statistic, 'read' AS status, DATE '2026-03-31' AS period_end,
                DATE '2026-04-14' AS published_date;
            CREATE TABLE metadata.publication AS SELECT 'one' AS publication_id, 'not these' AS inputs_fingerprint,
                TIMESTAMP '2026-04-14 12:00:00' AS published_at_utc;
            CREATE TABLE metadata.tables AS SELECT 'fct_figures' AS table_name, 1 AS row_count;
            CREATE TABLE metadata.checks AS SELECT 'every name is mapped' AS check_name, 'warn' AS status;
            CREATE TABLE metadata.rejected_rows (file VARCHAR, row_number INTEGER, column_name VARCHAR, reason VARCHAR)
            """
        )
    calendar = write_calendar(tmp_path / "calendar.csv", {"followed_from": "2026-01-01"})
    return settings.model_copy(update={"calendar": calendar})


def change(settings: Settings, sql: str) -> None:
    with duckdb.connect(str(settings.published_database)) as connection:
        connection.execute(sql)


def record(at: datetime.datetime, failure: str = "", message: str = "", run_id: str = "") -> RefreshRecord:
    return RefreshRecord(
        run_id=run_id or f"run at {at:%H}",
        began=at - datetime.timedelta(minutes=1),
        ended=at,
        failure=failure,
        message=message,
        seconds={"sheets": 0.25, "models": 4.5},
    )


def subjects(hook: Hook) -> list[tuple[str, str]]:
    return [(one["subject"], one["kind"]) for one in hook.received]


def metrics(path: Path) -> dict[tuple[str, str], float]:
    """Every sample of a file, by name and its label, as the library of Prometheus reads it."""
    families = text_string_to_metric_families(path.read_text())
    return {(s.name, "".join(s.labels.values())): s.value for family in families for s in family.samples}


# What is wrong


def test_failure_coverage_and_rejected_rows_are_told_once_and_when_they_are_well(
    published: Settings, hook: Hook
) -> None:
    settings = to_hook(published, hook)
    keep_record(settings.refresh_record, record(NOON, "ChecksFailed", "a check failed: it (3 rows)"))
    change(settings, "INSERT INTO metadata.rejected_rows VALUES ('sheets/one.csv', 4, 'printed', 'is no number')")
    watch(settings, now=NOON, day=DAY)
    assert subjects(hook) == [("refresh", "new"), ("coverage", "new"), ("rejected", "new")]
    texts = [one["items"] for one in hook.received]
    assert texts[0] == ["a check failed: it (3 rows) (run run at 1, 2026-05-20 12:00 UTC)"]
    assert texts[1] == [
        "nation (Customs, figures of the month): promised up to 2026-04-30; the warehouse covers up to 2026-03-31: "
        "stale by 1 month"
    ]
    assert texts[2] == ["sheets/one.csv, row 4, printed: is no number"]

    # The same failure of the next run, with another count, is no news; another row is.
    keep_record(settings.refresh_record, record(NOON + HOUR, "ChecksFailed", "a check failed: it (4 rows)"))
    change(settings, "INSERT INTO metadata.rejected_rows VALUES ('sheets/one.csv', 5, 'printed', 'is no number')")
    watch(settings, now=NOON + HOUR, day=DAY)
    assert subjects(hook)[3:] == [("rejected", "new")]

    keep_record(settings.refresh_record, record(NOON + 2 * HOUR))
    change(settings, "DELETE FROM metadata.rejected_rows; UPDATE marts.fct_figures SET period_end = '2026-04-30'")
    change(settings, "UPDATE marts.fct_figures SET published_date = '2026-05-09'")
    watch(settings, now=NOON + 2 * HOUR, day=DAY)
    assert subjects(hook)[4:] == [("refresh", "well"), ("coverage", "well"), ("rejected", "well")]
    watch(settings, now=NOON + 3 * HOUR, day=DAY)
    assert len(hook.received) == 7


def test_another_month_that_is_late_is_news(published: Settings, hook: Hook) -> None:
    settings = to_hook(published, hook)
    for day in ("2026-05-14", "2026-05-15", "2026-06-14", "2026-06-15"):
        watch(settings, now=NOON, day=datetime.date.fromisoformat(day))
    assert subjects(hook) == [("coverage", "new"), ("coverage", "new")]
    assert "stale by 2 months" in hook.received[1]["items"][0]


def test_a_failure_is_over_when_the_input_that_it_failed_on_is_taken_back(published: Settings, hook: Hook) -> None:
    from orchestration.inputs import current_inputs

    settings = to_hook(published.model_copy(update={"calendar": Settings().calendar}), hook)
    keep_record(settings.refresh_record, record(NOON, "ChecksFailed", "a check failed"))
    watch(settings, now=NOON)
    change(settings, f"UPDATE metadata.publication SET inputs_fingerprint = '{current_inputs(settings).fingerprint}'")
    watch(settings, now=NOON)
    assert subjects(hook) == [("refresh", "new"), ("refresh", "well")]


def test_what_failed_after_it_was_published_is_not_over(published: Settings, hook: Hook) -> None:
    from orchestration.inputs import current_inputs

    settings = to_hook(published.model_copy(update={"calendar": Settings().calendar}), hook)
    change(
        settings,
        f"UPDATE metadata.publication SET inputs_fingerprint = '{current_inputs(settings).fingerprint}', "
        "published_at_utc = '2026-05-20 11:59:30'",
    )
    keep_record(settings.refresh_record, record(NOON, "DashboardFailed", "the page could not be written"))
    watch(settings, now=NOON)
    assert subjects(hook) == [("refresh", "new")]


def test_nothing_that_goes_wrong_here_ends_a_refresh(published: Settings, hook: Hook) -> None:
    settings = to_hook(published, hook, metrics_file="/proc/no/metrics.prom")
    settings.alerts_ledger.mkdir()
    settings.refresh_record.write_text("not JSON")
    change(settings, "DROP TABLE metadata.rejected_rows")
    watched = watch(settings, now=NOON, day=DAY)
    assert len(watched.problems) == 2
    assert watched.problems[0].startswith("metrics could not be written: ")


def test_without_a_publication_there_are_metrics_all_the_same(settings: Settings) -> None:
    keep_record(settings.refresh_record, record(NOON, "SourceLost", "raw/ is empty"))
    assert watch(settings, now=NOON).problems == []
    assert metrics(settings.metrics_path)["customhouse_refresh_success", ""] == 0


# The record of the last refresh


def test_the_record_keeps_the_last_good_and_the_last_bad_refresh(settings: Settings) -> None:
    path = settings.refresh_record
    for at, failure in ((NOON, ""), (NOON + HOUR, "ChecksFailed"), (NOON + 2 * HOUR, "ChecksFailed")):
        keep_record(path, record(at, failure))
    keep_record(path, record(NOON - HOUR))  # told late, of a run that is not the last
    kept = read_record(path)
    assert kept
    assert (kept.run_id, kept.has_failed) == ("run at 14", True)
    assert (kept.last_success, kept.last_failure) == (NOON, NOON + 2 * HOUR)


# Metrics


def test_metrics_are_what_the_library_of_prometheus_reads(published: Settings) -> None:
    keep_record(published.refresh_record, record(NOON - HOUR, "ChecksFailed", "a check failed"))
    keep_record(published.refresh_record, record(NOON))
    change(published, "INSERT INTO metadata.rejected_rows VALUES ('sheets/one.csv', 4, 'printed', 'is no number')")
    assert watch(published, now=NOON, day=DAY).problems == []
    found = metrics(published.metrics_path)

    def end_of(text: str) -> float:
        end = datetime.datetime.fromisoformat(text) + datetime.timedelta(days=1)
        return end.replace(tzinfo=datetime.UTC).timestamp()

    assert found == {
        ("customhouse_publication_info", "one"): 1,
        ("customhouse_publication_timestamp_seconds", ""): datetime.datetime(
            2026, 4, 14, 12, tzinfo=datetime.UTC
        ).timestamp(),
        ("customhouse_coverage_end_timestamp_seconds", "CHN"): end_of("2026-03-31"),
        ("customhouse_table_rows", "fct_figures"): 1,
        ("customhouse_rejected_rows", ""): 1,
        ("customhouse_checks", "warn"): 1,
        ("customhouse_calendar_promised_end_timestamp_seconds", "nation"): end_of("2026-04-30"),
        ("customhouse_calendar_covered_end_timestamp_seconds", "nation"): end_of("2026-03-31"),
        ("customhouse_calendar_months_behind", "nation"): 1,
        ("customhouse_calendar_is_readable", ""): 1,
        ("customhouse_refresh_success", ""): 1,
        ("customhouse_refresh_seconds", ""): 60,
        ("customhouse_refresh_last_success_timestamp_seconds", ""): NOON.timestamp(),
        ("customhouse_refresh_last_failure_timestamp_seconds", ""): (NOON - HOUR).timestamp(),
        ("customhouse_refresh_step_seconds", "sheets"): 0.25,
        ("customhouse_refresh_step_seconds", "models"): 4.5,
    }
    assert [path.name for path in published.metrics_path.parent.glob("*.prom*")] == ["metrics.prom"]


def test_metrics_go_where_the_setting_says(published: Settings, tmp_path: Path) -> None:
    elsewhere = tmp_path / "textfiles" / "customhouse.prom"
    watch(published.model_copy(update={"metrics_file": str(elsewhere)}), now=NOON, day=DAY)
    assert metrics(elsewhere)["customhouse_rejected_rows", ""] == 0


# The log


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    logger = logging.getLogger(LOGGER)
    before = list(logger.handlers), logger.level
    yield logger
    logger.handlers, logger.level = before


def test_a_step_is_logged_with_its_run_and_seconds(settings: Settings, logger: logging.Logger) -> None:
    set_up_logs(settings)
    set_up_logs(settings)  # once more, and each line is written once
    progress = Progress()
    progress.run_id = "run one"
    with progress.step("publish"):
        progress.message("two\nlines")
    with pytest.raises(ValueError, match="broken"), progress.step("deduce"):
        raise ValueError("broken")
    lines = [json.loads(line) for line in settings.log_file.read_text().splitlines()]
    assert [(line["event"], line["level"], line.get("step"), line["run_id"]) for line in lines] == [
        ("step began", "info", "publish", "run one"),
        ("message", "warning", None, "run one"),
        ("step ended", "info", "publish", "run one"),
        ("step began", "info", "deduce", "run one"),
        ("step failed", "info", "deduce", "run one"),
    ]
    assert lines[1]["message"] == "two\nlines"
    assert lines[2]["seconds"] >= 0
    assert all(datetime.datetime.fromisoformat(line["time"]).tzinfo for line in lines)


def test_a_log_that_has_no_room_costs_no_traceback(
    settings: Settings, logger: logging.Logger, capfd: pytest.CaptureFixture[str]
) -> None:
    set_up_logs(settings)
    full = logging.FileHandler("/dev/full")
    logger.addHandler(full)
    try:
        Progress().message("a line")
    finally:
        logger.removeHandler(full)
        with suppress(OSError):
            full.close()
    assert "Traceback" not in capfd.readouterr().err
    assert "a line" in settings.log_file.read_text()


def test_a_log_as_text_has_a_line_an_event(settings: Settings, logger: logging.Logger) -> None:
    set_up_logs(settings.model_copy(update={"log_format": "text"}))
    progress = Progress()
    progress.run_id = "0123456789abcdef"
    progress.message("two\nlines")
    first, second = settings.log_file.read_text().splitlines()
    assert first.endswith(" warning [01234567] two")
    assert second == "  lines"


def test_no_secret_gets_into_the_log(settings: Settings, logger: logging.Logger) -> None:
    secret = "correct horse battery"
    set_up_logs(Settings.model_validate({**settings.model_dump(), "alert_smtp_password": secret}))
    Progress().message(f"the server said: {secret} is wrong")
    try:
        raise ValueError(secret)
    except ValueError:
        logger.exception("what happened")
    written = settings.log_file.read_text()
    assert "the server said: *** is wrong" in written
    assert "ValueError: ***" in written
    assert secret not in written


def test_a_log_that_cannot_be_written_ends_nothing(settings: Settings, logger: logging.Logger) -> None:
    settings.log_file.mkdir(parents=True)
    set_up_logs(settings)
    Progress().message("nobody hears it")


def test_many_processes_write_one_log_and_no_line_is_cut_or_lost(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "customhouse.log"
    program = f"""
import logging, sys
from pathlib import Path
from orchestration.logs import Lines, SharedFile
from orchestration.settings import Settings
handler = SharedFile(Path({str(path)!r}), max_bytes=20_000, kept=50)
handler.setFormatter(Lines(Settings()))
for number in range(200):
    name = sys.argv[1]
    handler.handle(logging.LogRecord("customhouse", 20, "", 0, "%s %s %s", (name, number, "x" * 50), None))
"""
    running = [
        subprocess.Popen([sys.executable, "-c", program, str(one)], cwd=PROJECT_DIR, stderr=subprocess.PIPE)
        for one in range(3)
    ]
    for one in running:
        _, complained = one.communicate()
        assert complained == b""
    files = sorted(path.parent.glob("customhouse.log*"))
    messages = [json.loads(line)["message"] for file in files for line in file.read_text().splitlines()]
    found = {tuple(message.split()[:2]) for message in messages}
    assert len(messages) == len(found) == 600
    assert len(files) > 1
    assert all(file.stat().st_size <= 20_000 + 3 * 300 for file in files)


def test_no_more_files_are_kept_than_asked_for(settings: Settings, tmp_path: Path) -> None:
    handler = SharedFile(tmp_path / "one.log", max_bytes=300, kept=3)
    handler.setFormatter(Lines(settings))
    for number in range(20):
        handler.handle(logging.LogRecord("customhouse", 20, "", 0, f"message {number:02}", None, None))
    files = sorted(file.name for file in tmp_path.glob("one.log*"))
    assert files == ["one.log", "one.log.1", "one.log.2"]
    assert "message 19" in (tmp_path / "one.log").read_text()
    assert "message 19" not in (tmp_path / "one.log.1").read_text()


def test_threads_share_the_handler(tmp_path: Path, settings: Settings) -> None:
    handler = SharedFile(tmp_path / "one.log", max_bytes=2**20, kept=2)
    handler.setFormatter(Lines(settings))
    record = logging.LogRecord("customhouse", 20, "", 0, "x" * 5000, None, None)
    threads = [threading.Thread(target=handler.handle, args=(record,)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([json.loads(line) for line in (tmp_path / "one.log").read_text().splitlines()]) == 16
