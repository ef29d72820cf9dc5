"""The main job, run in this process and recorded in Dagster's instance: what `customhouse refresh` does."""

from __future__ import annotations

import datetime
import gc
import logging
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import dagster as dg
import duckdb

from orchestration.definitions import build_definitions
from orchestration.defs.automation import JOB_NAME
from orchestration.defs.cut_off_runs import PROCESS_TAG, report_cut_off, this_process
from orchestration.defs.dashboard import DashboardFailed
from orchestration.defs.ended_runs import keep_ended_run
from orchestration.defs.history import put_aside_damaged
from orchestration.progress import Progress
from orchestration.refresh_record import RefreshRecord, keep_record, read_record
from orchestration.settings import PROJECT_DIR, Settings
from orchestration.spark.session import SparkUnavailable
from orchestration.transformation import ChecksFailed, TransformationFailed
from orchestration.warehouse.lock import WarehouseHeld, warehouse_lock
from orchestration.warehouse.publication import ChecksStandAgainst, PublicationDamaged, SourceLost
from orchestration.warehouse.published import PublishedByOther
from orchestration.warehouse.working import WorkingWarehouseHeld


class Starved(RuntimeError):
    """The disk had no room, or the memory did not suffice: the refresh goes on when there is more of it."""


class HistoryUnusable(RuntimeError):
    """Dagster's instance cannot be opened: its settings are those of another version, or wrong."""


#: What a refresh can fail with by design; anything else is a defect, and shown with its traceback.
KNOWN_FAILURES = (
    ChecksFailed,
    ChecksStandAgainst,
    SourceLost,
    TransformationFailed,
    SparkUnavailable,
    WarehouseHeld,
    WorkingWarehouseHeld,
    PublicationDamaged,
    DashboardFailed,
    Starved,
    PublishedByOther,
    HistoryUnusable,
)
#: How Python, DuckDB and SQLite say it: a temporary file of DuckDB that cannot grow looks like a lack of memory.
_NO_ROOM = (
    "no space left",
    "disk is full",
    "disk quota exceeded",
    "max_temp_directory_size",
    "disk i/o error",
    "fsync failed",
)
_NO_MEMORY = ("out of memory", "cannot allocate memory", "failed to allocate", "could not allocate")
#: What Dagster's history of a run takes at least.
_LEAST_ROOM_BYTES = 1 << 20
#: Those of them after which nothing was published because the result was not good enough.
BLOCKING_FAILURES = (ChecksFailed, ChecksStandAgainst, SourceLost)


def run_refresh(settings: Settings, progress: Progress) -> None:
    """Run the whole job and keep how it ended; raises one of KNOWN_FAILURES, or what else went wrong."""
    began = datetime.datetime.now(datetime.UTC)
    progress.run_id = str(uuid.uuid4())
    progress.log("refresh began", "refresh")
    try:
        _run_job(settings, progress)
    except Exception as problem:
        failure = type(problem).__name__
        progress.log("refresh failed", str(problem), level=logging.ERROR, failure=failure)
        _keep_failure(settings, progress.run_id, began, problem)
        raise
    progress.log("refresh ended", "refreshed")


def _run_job(settings: Settings, progress: Progress) -> None:
    # Dagster and dbt make hundreds of thousands of objects that live to the end: looking through them again and again
    # takes a tenth of a refresh.
    gc.set_threshold(50_000, 50, 50)
    settings.export_environment()
    tags = {PROCESS_TAG: this_process()}
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    try:
        with progress.step("prepare"):
            _prepare_dagster_home(settings)
            _check_room(settings.dagster_home)
            put_aside_damaged(settings.dagster_home, progress.message)
            job = build_definitions(settings, progress).resolve_job_def(JOB_NAME)
        with _instance(settings) as instance:
            try:
                job.execute_in_process(instance=instance, run_config=quiet, run_id=progress.run_id, tags=tags)
            finally:
                with suppress(Exception):  # what is kept of a run is for those who look later; the run is what counts
                    keep_ended_run(settings, instance, progress.run_id)
    except Exception as problem:
        known = _starved(problem, settings) or _known(problem)
        if known is None:
            # Dagster's wrapper of it names it as its cause, and so it stands in its own chain: printing would not end.
            problem.__suppress_context__ = True
            raise
        raise known from problem
    finally:
        gc.freeze()  # nor at the end, where the process gives its memory back whole


def _keep_failure(settings: Settings, run_id: str, began: datetime.datetime, problem: Exception) -> None:
    """Keep also what failed before there was a run in Dagster's history."""
    kept = read_record(settings.refresh_record)
    if kept and kept.run_id == run_id:
        return
    with suppress(Exception):
        keep_record(
            settings.refresh_record,
            RefreshRecord(
                run_id=run_id,
                began=began,
                ended=datetime.datetime.now(datetime.UTC),
                failure=type(problem).__name__,
                message=str(problem),
            ),
        )


@contextmanager
def open_history(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """Dagster's instance, with the history of all runs. Raises HistoryUnusable."""
    settings.export_environment()
    _prepare_dagster_home(settings)
    with _instance(settings) as instance:
        yield instance


def report_cut_off_runs(settings: Settings) -> None:
    """Say of runs that were killed that they ended, as each run does of those before it; for when none is due.

    While somebody holds the warehouse this is left to whoever comes next. Raises HistoryUnusable.
    """
    with (
        suppress(WarehouseHeld),
        warehouse_lock(settings.warehouse_dir, purpose="the history of runs", timeout_seconds=0),
        open_history(settings) as instance,
    ):
        report_cut_off(instance)


def _instance(settings: Settings) -> dg.DagsterInstance:
    try:
        return dg.DagsterInstance.get()
    except Exception as problem:  # whatever Dagster makes of settings that it does not understand
        path = settings.dagster_home / "dagster.yaml"
        raise HistoryUnusable(
            f"{path} cannot be used: {' '.join(str(problem).split())}. It may be of another version: compare it with "
            f"{PROJECT_DIR / 'dagster_home' / 'dagster.yaml'}, or remove it, and the next refresh writes that one there"
        ) from problem


def _prepare_dagster_home(settings: Settings) -> None:
    """A home without settings would have Dagster's own: with usage statistics, and without our event log."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    instance_settings = settings.dagster_home / "dagster.yaml"
    if not instance_settings.exists():
        shutil.copyfile(PROJECT_DIR / "dagster_home" / "dagster.yaml", instance_settings)


def _check_room(folder: Path) -> None:
    """Raise Starved where Dagster's databases have no room to work.

    SQLite maps the index of its log into memory: where the disk has no room for a page of that, the system kills the
    process at once (SIGBUS), and nobody is told why.
    """
    free = shutil.disk_usage(folder).free
    if free < _LEAST_ROOM_BYTES:
        raise Starved(f"no room is left on the disk under {folder}: {free >> 10} KiB. Make room, then refresh again")


def _known(problem: BaseException) -> Exception | None:
    """The failure that Dagster wrapped, where it is one of the known ones."""
    return next((one for one in _chain(problem) if isinstance(one, KNOWN_FAILURES)), None)


def _starved(problem: BaseException, settings: Settings) -> Starved | None:
    """What was lacking, where it was that: whichever of Python, DuckDB, dbt and SQLite met it, in its own words."""
    for one in _chain(problem):
        said = str(one)
        words = said.lower()
        first = next((line for line in said.splitlines() if line.strip()), type(one).__name__)
        if any(sign in words for sign in _NO_ROOM):
            return Starved(f"no room is left on the disk, or it fails: {first}. Make room, then refresh again")
        if isinstance(one, MemoryError | duckdb.OutOfMemoryException) or any(sign in words for sign in _NO_MEMORY):
            return Starved(
                f"the memory does not suffice: {first}. Set CUSTOMHOUSE_MEMORY_LIMIT, now {settings.memory_limit}, "
                "to more, or give the process more"
            )
    return None


def _chain(problem: BaseException | None) -> Iterator[BaseException]:
    """An exception and what it came from, through Dagster's wrappers."""
    seen: set[int] = set()
    while problem is not None and id(problem) not in seen:  # an exception may be in its own chain of causes
        seen.add(id(problem))
        yield problem
        problem = getattr(problem, "user_exception", None) or problem.__cause__ or problem.__context__
