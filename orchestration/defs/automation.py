"""When a refresh is asked for without anybody asking: the schedule, and the sensor on files in raw/."""

import re

import dagster as dg

from orchestration.calendar import CalendarUnreadable, cron_lines, read_calendar
from orchestration.inputs import current_inputs
from orchestration.settings import Settings
from orchestration.warehouse.publication import is_left_undone, reason_to_skip

JOB_NAME = "refresh"
SCHEDULE_NAME = "publication_days"
#: When a refresh is asked for where no calendar says on which days.
EVERY_DAY = "0 12 * * *"


def publication_days(settings: Settings, name: str) -> list[tuple[str, list[str], str]]:
    """The days on which customs publishes, as schedules: each one's name, its lines of cron and its time zone.

    They are those of the calendar, or those of the setting where there is one. A calendar with several time zones has a
    schedule for each, as Dagster has one time zone a schedule.
    """
    if settings.schedule_cron:
        zones = {settings.schedule_timezone: [settings.schedule_cron]}
    else:
        try:
            zones = cron_lines(read_calendar(settings.calendar))
        except CalendarUnreadable:  # the check on coverage tells of it; a slip in it must not keep figures from readers
            zones = {settings.schedule_timezone: [EVERY_DAY]}
    return [
        (
            name if zone == settings.schedule_timezone else f"{name}_{re.sub(r'[^a-z0-9]+', '_', zone.lower())}",
            lines,
            zone,
        )
        for zone, lines in zones.items()
    ]


def refresh_schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """Ask for a refresh on the days on which customs publishes."""
    return [_refresh_schedule(settings, *days) for days in publication_days(settings, SCHEDULE_NAME)]


def _refresh_schedule(settings: Settings, name: str, lines: list[str], timezone: str) -> dg.ScheduleDefinition:
    @dg.schedule(
        job_name=JOB_NAME,
        name=name,
        cron_schedule=lines,
        execution_timezone=timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="A refresh on the days on which customs publishes, by the release calendar.",
    )
    def asked() -> dg.RunRequest | dg.SkipReason:
        inputs = current_inputs(settings)
        reason = None if is_left_undone(settings) else reason_to_skip(settings, inputs)
        return dg.SkipReason(reason) if reason else dg.RunRequest(tags={"inputs": inputs.fingerprint[:16]})

    return asked


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
        reason = None if is_left_undone(settings) else reason_to_skip(settings, inputs)
        return dg.SkipReason(reason) if reason else dg.RunRequest(run_key=inputs.fingerprint)

    return raw_files
