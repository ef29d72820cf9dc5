"""When Dagster looks after refreshes: at the end of each run, whoever started it, and every hour between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import dagster as dg

from orchestration.defs.automation import JOB_NAME
from orchestration.defs.ended_runs import keep_ended_run
from orchestration.settings import Settings
from orchestration.watching import Watched, watch

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

_SECONDS_BETWEEN = 3600


def watching_sensors(settings: Settings, job: UnresolvedAssetJobDefinition) -> Sequence[dg.SensorDefinition]:
    """The sensors; none of them asks for a run."""

    def look(context: dg.RunStatusSensorContext) -> dg.SkipReason:
        keep_ended_run(settings, context.instance, context.dagster_run.run_id)
        return dg.SkipReason(_in_words(watch(settings)))

    @dg.run_failure_sensor(
        name=f"{JOB_NAME}_failed",
        monitored_jobs=[job],
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells of a run that failed, and writes the metrics.",
    )
    def failed(context: dg.RunFailureSensorContext) -> dg.SkipReason:
        return look(context)

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name=f"{JOB_NAME}_succeeded",
        monitored_jobs=[job],
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Writes the metrics after a run; tells of rejected rows, stale coverage and what is well again.",
    )
    def succeeded(context: dg.RunStatusSensorContext) -> dg.SkipReason:
        return look(context)

    @dg.sensor(
        name="watch",
        minimum_interval_seconds=_SECONDS_BETWEEN,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Compares coverage with the release calendar where nothing runs; tells again what was not taken.",
    )
    def between() -> dg.SkipReason:
        return dg.SkipReason(_in_words(watch(settings)))

    return [failed, succeeded, between]


def _in_words(watched: Watched) -> str:
    wrong = [condition.title for condition in watched.conditions if condition.items]
    return "; ".join([*wrong, *watched.problems]) or "nothing is wrong"
