"""Fetching as a job with a schedule: there where fetch.yml is, and off until somebody switches it on."""

import dagster as dg

from orchestration.defs.automation import publication_days
from orchestration.fetching.declaration import read_declaration
from orchestration.fetching.fetch import Outcome, fetch
from orchestration.progress import Progress
from orchestration.settings import Settings

JOB_NAME = "fetch"


def fetching(settings: Settings, progress: Progress) -> tuple[list[dg.JobDefinition], list[dg.ScheduleDefinition]]:
    """The job that runs what `customhouse fetch` runs, and its schedule; neither where nothing is declared.

    What comes into raw/ is the sensor's to see: it asks for the refresh.
    """
    if not settings.fetch_file.exists():
        return [], []

    @dg.op(description="Ask for every document of fetch.yml, and put what is new into raw/.")
    def fetch_files(context: dg.OpExecutionContext) -> None:
        done = fetch(settings, read_declaration(settings.fetch_file), progress)
        for one in done:
            context.log.info(f"{one.name}: {one.outcome}{f' ({one.reason})' if one.reason else ''}")
        refused = [f"{one.name}: {one.reason}" for one in done if one.outcome is Outcome.refused]
        if refused:
            raise dg.Failure("refused: " + "; ".join(refused), allow_retries=False)

    @dg.job(name=JOB_NAME, description="Bring files into raw/: what `customhouse fetch` runs.")
    def fetch_job() -> None:
        fetch_files()

    schedules = [
        dg.ScheduleDefinition(
            name=name,
            job=fetch_job,
            cron_schedule=lines,
            execution_timezone=timezone,
            default_status=dg.DefaultScheduleStatus.STOPPED,
            description="Fetching on the days on which customs publishes, by the release calendar.",
        )
        for name, lines, timezone in publication_days(settings, "fetching_days")
    ]
    return [fetch_job], schedules
