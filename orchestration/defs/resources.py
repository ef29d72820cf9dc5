"""What the assets need from outside: where things are, who watches, and the warehouse held for writing."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from orchestration.codes import CodeLists
from orchestration.progress import Progress
from orchestration.settings import Settings
from orchestration.warehouse.lock import warehouse_lock
from orchestration.warehouse.working import discard_working

#: One writer at a time, whatever the number of runs: the name of Dagster's pool for it.
WRITER_POOL = "warehouse_writer"


@dataclass
class Warehouse:
    """The working warehouse, held by this run: nobody else writes it before the run ends."""

    settings: Settings
    progress: Progress
    run_id: str

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
            mark = unfinished_mark(settings)
            if mark.exists():
                progress.message("the last refresh was cut off: the working warehouse is rebuilt from raw/")
                discard_working(settings.working_database)
            mark.touch()
            yield Warehouse(settings, progress, run_id)

    return dg.ResourceDefinition(resource_fn=held, description="The working warehouse, held for writing.")
