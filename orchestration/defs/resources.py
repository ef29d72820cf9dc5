"""What the assets need from outside: where things are, who watches, and the warehouse held for writing."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from orchestration.codes import CodeLists
from orchestration.inputs import Inputs, current_inputs
from orchestration.progress import Progress
from orchestration.settings import Settings
from orchestration.warehouse.lock import warehouse_lock
from orchestration.warehouse.working import discard_working, is_readable, open_working


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
        unfinished_mark(self.settings).unlink(missing_ok=True)


def unfinished_mark(settings: Settings) -> Path:
    """Stands while a run writes the working warehouse; found by the next run, it says that the last one was cut off."""
    return settings.warehouse_dir / "working.unfinished"


def warehouse_resource(settings: Settings, progress: Progress) -> dg.ResourceDefinition:
    """The warehouse, locked from the first step of a run to its last.

    A run that died leaves its mark behind; the next one then starts from an empty working warehouse, since whatever
    is in it can be rebuilt from raw/.
    """

    @contextmanager
    def held(context: dg.InitResourceContext) -> Generator[Warehouse, None, None]:
        run_id = context.run_id or ""
        with warehouse_lock(
            settings.warehouse_dir,
            purpose=f"refresh, run {run_id[:8]}",
            timeout_seconds=settings.lock_timeout_seconds,
            on_wait=progress.message,
        ):
            # While another program has it open, this fails before anything is touched.
            with open_working(settings) as connection:
                is_sound = is_readable(connection)
            mark = unfinished_mark(settings)
            if mark.exists():
                progress.message("the last refresh failed or was cut off: the working warehouse is rebuilt from raw/")
                discard_working(settings.working_database)
                _report_cut_off(context.instance, mark.read_text())
            elif not is_sound:
                progress.message("the working warehouse is damaged: it is rebuilt from raw/")
                discard_working(settings.working_database)
            mark.write_text(run_id)
            yield Warehouse(settings, progress, run_id, current_inputs(settings))

    return dg.ResourceDefinition(resource_fn=held, description="The working warehouse, held for writing.")


def _report_cut_off(instance: dg.DagsterInstance | None, run_id: str) -> None:
    """Say in Dagster's history that a run has ended which could not say so itself."""
    run = instance.get_run_by_id(run_id) if instance and run_id else None
    if instance and run and not run.is_finished:
        instance.report_run_failed(run, "The process of this run ended before the run did.")
