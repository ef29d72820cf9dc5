"""What a run of the job was, read from Dagster's history: the same for runs of the daemon and of the command."""

import datetime
from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster import DagsterEventType

from orchestration.refresh_record import RefreshRecord, keep_record
from orchestration.settings import Settings

#: Wrappers of what went wrong, which say nothing of it.
_WRAPPERS = ("DagsterExecutionStepExecutionError", "DagsterResourceFunctionError", "RetryRequested")


def keep_ended_run(settings: Settings, instance: dg.DagsterInstance, run_id: str) -> RefreshRecord | None:
    """Keep beside the warehouse how a run ended; None where it has not ended or is not known. Raises OSError."""
    record = instance.get_run_record_by_id(run_id)
    if record is None or record.end_time is None:
        return None
    failure, message = "", ""
    if record.dagster_run.status is not dg.DagsterRunStatus.SUCCESS:
        failure, message = _failure(instance, run_id) or (
            record.dagster_run.status.value.lower(),
            f"the run ended as {record.dagster_run.status.value.lower()}",
        )
    steps = instance.get_run_step_stats(run_id)
    ended = RefreshRecord(
        run_id=run_id,
        began=_moment(record.start_time or record.create_timestamp.timestamp()),
        ended=_moment(record.end_time),
        failure=failure,
        message=message,
        seconds={
            one.step_key: round(one.end_time - one.start_time, 3)
            for one in sorted(steps, key=lambda one: one.start_time or 0)
            if one.start_time and one.end_time
        },
    )
    keep_record(settings.refresh_record, ended)
    return ended


def _failure(instance: dg.DagsterInstance, run_id: str) -> tuple[str, str] | None:
    """Class and message of what went wrong: the first step that failed, else what the run itself failed with."""
    for kind in (DagsterEventType.STEP_FAILURE, DagsterEventType.RUN_FAILURE):
        for found in instance.get_records_for_run(run_id=run_id, of_type=kind, ascending=True).records:
            event = found.event_log_entry.dagster_event
            error = getattr(event.event_specific_data, "error", None) if event else None
            for one in _chain(error):
                name = (one.cls_name or "").rpartition(".")[2]
                if name not in _WRAPPERS:
                    return name or "failure", _without_class(one.message)
            if event and event.message:
                return "failure", event.message
    return None


def _chain(error: Any) -> Iterator[Any]:
    while error is not None:
        yield error
        error = error.cause


def _without_class(message: str) -> str:
    """Dagster has messages as a traceback ends: the class, a colon, the words."""
    first, colon, words = message.strip().partition(": ")
    return words if colon and " " not in first else message.strip()


def _moment(timestamp: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(timestamp, datetime.UTC)
