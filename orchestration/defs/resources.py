"""What the assets need from outside: where things are, who watches, and the warehouse held for writing."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import dagster as dg

from orchestration.codes import CodeLists
from orchestration.defs.cut_off_runs import name_process, report_cut_off
from orchestration.inputs import Inputs, current_inputs
from orchestration.progress import Progress
from orchestration.retries import may_pass, seconds_before
from orchestration.settings import Settings
from orchestration.warehouse.lock import warehouse_lock
from orchestration.warehouse.publication import heal_published
from orchestration.warehouse.published import publication_row
from orchestration.warehouse.working import (
    WORKING_VERSION,
    discard_working,
    is_readable,
    open_working,
    working_version,
)


@dataclass
class Warehouse:
    """The working warehouse, held by this run: nobody else writes it before the run ends."""

    settings: Settings
    progress: Progress
    run_id: str
    #: As they were before anything was read: what changes while the run works is due to the next one.
    inputs: Inputs

    def codes(self) -> CodeLists:
        """The code lists as they are now."""
        return CodeLists(self.settings.seeds_dir)

    def mark_sound(self) -> None:
        """Say that the working warehouse is whole: the next refresh goes on from it."""
        self.settings.unfinished_mark.unlink(missing_ok=True)


def warehouse_resource(settings: Settings, progress: Progress) -> dg.ResourceDefinition:
    """The warehouse, locked from the first step of a run to its last.

    A run that died leaves its mark behind; the next one then starts from an empty working warehouse, since whatever
    is in it can be rebuilt from raw/.
    """

    @contextmanager
    def held(context: dg.InitResourceContext) -> Generator[Warehouse, None, None]:
        progress.run_id = run_id = context.run_id or ""
        if context.instance:
            name_process(context.instance, run_id)  # before it waits: whoever is killed then cannot say so
        with warehouse_lock(
            settings.warehouse_dir,
            purpose=f"refresh, run {run_id[:8]}",
            timeout_seconds=settings.lock_timeout_seconds,
            on_wait=progress.message,
        ):
            publication_row(settings.published_database)  # refuses to go on beside what a later version published
            heal_published(settings, progress.message)
            # While another program has it open, this fails before anything is touched.
            is_sound, version = _state_of_working(settings, progress)
            mark = settings.unfinished_mark
            if context.instance:
                report_cut_off(context.instance, mark.read_text(errors="replace") if mark.exists() else "")
            if mark.exists():
                progress.message("the last refresh failed or was cut off: the working warehouse is rebuilt from raw/")
                discard_working(settings.working_database)
            elif not is_sound:
                progress.message("the working warehouse is damaged: it is rebuilt from raw/")
                discard_working(settings.working_database)
            elif version not in (None, WORKING_VERSION):
                progress.message("another version has left the working warehouse: it is rebuilt from raw/")
                discard_working(settings.working_database)
            mark.write_text(run_id)
            yield Warehouse(settings, progress, run_id, current_inputs(settings))

    return dg.ResourceDefinition(resource_fn=held, description="The working warehouse, held for writing.")


def _state_of_working(settings: Settings, progress: Progress) -> tuple[bool, int | None]:
    """Whether the working warehouse can be read, and its version; tried again where it cannot be opened, as may pass.

    This is before the first step, where Dagster tries nothing again.
    """
    attempt = 1
    while True:
        try:
            with open_working(settings) as connection:
                is_sound = is_readable(connection)
                return is_sound, working_version(connection) if is_sound else None
        except Exception as problem:
            if attempt > settings.retry_attempts or not may_pass(problem):
                raise
            seconds = seconds_before(attempt, settings.retry_seconds)
            progress.message(f"tried again in {seconds:g} s ({attempt} of {settings.retry_attempts}): {problem}")
            time.sleep(seconds)
            attempt += 1
