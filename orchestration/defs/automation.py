"""When a refresh is asked for without anybody asking: the schedule, and the sensor on files in raw/."""

import dagster as dg

from orchestration.inputs import current_inputs
from orchestration.settings import Settings
from orchestration.warehouse.publication import reason_to_skip

JOB_NAME = "refresh"


def refresh_schedule(settings: Settings) -> dg.ScheduleDefinition:
    """Asks on the days on which customs publishes."""

    @dg.schedule(
        job_name=JOB_NAME,
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


def raw_files_sensor(settings: Settings) -> dg.SensorDefinition:
    """Asks when a file in raw/ or a code list is new, changed or gone; once for each state of the files."""

    @dg.sensor(
        job_name=JOB_NAME,
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
