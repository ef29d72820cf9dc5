"""When a refresh is asked for without anybody asking: the schedule, and the sensor on files in raw/."""

from __future__ import annotations

import dagster as dg

from orchestration.inputs import Inputs, current_inputs
from orchestration.settings import Settings
from orchestration.warehouse.publication import withdrawn_with
from orchestration.warehouse.published import publication_row

JOB_NAME = "refresh"


def reason_to_skip(settings: Settings, inputs: Inputs) -> str | None:
    """Why a refresh from these inputs would change nothing, or None where it is due."""
    published = publication_row(settings.published_database)
    if published and published["inputs_fingerprint"] == inputs.fingerprint:
        return f"nothing changed since publication {published['publication_id']}"
    withdrawn = withdrawn_with(settings, inputs)
    if withdrawn:
        return f"these inputs gave publication {withdrawn.publication_id}, which was rolled back"
    return None


def refresh_schedule(settings: Settings, job: dg.UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """Asks on the days on which customs publishes."""

    @dg.schedule(
        job=job,
        name="publication_days",
        cron_schedule=settings.schedule_cron,
        execution_timezone=settings.schedule_timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="A refresh on the days of the month on which China's customs publishes.",
    )
    def publication_days() -> dg.RunRequest | dg.SkipReason:
        inputs = current_inputs(settings)
        reason = reason_to_skip(settings, inputs)
        return dg.SkipReason(reason) if reason else dg.RunRequest(tags={"inputs": inputs.fingerprint[:16]})

    return publication_days


def raw_files_sensor(settings: Settings, job: dg.UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Asks when a file in raw/ or a code list is new, changed or gone; once for each state of the files."""

    @dg.sensor(
        job=job,
        name="raw_files",
        minimum_interval_seconds=settings.sensor_interval_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="A refresh when files in raw/ change.",
    )
    def raw_files() -> dg.RunRequest | dg.SkipReason:
        inputs = current_inputs(settings)
        reason = reason_to_skip(settings, inputs)
        return dg.SkipReason(reason) if reason else dg.RunRequest(run_key=inputs.fingerprint)

    return raw_files
