"""The main job, run in this process and recorded in Dagster's instance: what `customhouse refresh` does."""

from __future__ import annotations

import gc
import shutil

import dagster as dg

from orchestration.definitions import build_definitions
from orchestration.defs.automation import JOB_NAME
from orchestration.defs.dashboard import DashboardFailed
from orchestration.progress import Progress
from orchestration.settings import PROJECT_DIR, Settings
from orchestration.transformation import ChecksFailed, TransformationFailed
from orchestration.warehouse.lock import WarehouseHeld
from orchestration.warehouse.publication import ChecksStandAgainst, PublicationDamaged, SourceLost
from orchestration.warehouse.working import WorkingWarehouseHeld

#: What a refresh can fail with by design; anything else is a defect, and shown with its traceback.
KNOWN_FAILURES = (
    ChecksFailed,
    ChecksStandAgainst,
    SourceLost,
    TransformationFailed,
    WarehouseHeld,
    WorkingWarehouseHeld,
    PublicationDamaged,
    DashboardFailed,
)
#: Those of them after which nothing was published because the result was not good enough.
BLOCKING_FAILURES = (ChecksFailed, ChecksStandAgainst, SourceLost)


def run_refresh(settings: Settings, progress: Progress) -> None:
    """Run the whole job; raises one of KNOWN_FAILURES, or what else went wrong."""
    # Dagster and dbt make hundreds of thousands of objects that live to the end: looking through them again and again
    # takes a tenth of a refresh.
    gc.set_threshold(50_000, 50, 50)
    settings.export_environment()
    with progress.step("prepare"):
        _prepare_dagster_home(settings)
        job = build_definitions(settings, progress).resolve_job_def(JOB_NAME)
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    try:
        with dg.DagsterInstance.get() as instance:
            job.execute_in_process(instance=instance, run_config=quiet)
    except Exception as problem:
        known = _known(problem)
        if known is None:
            # Dagster's wrapper of it names it as its cause, and so it stands in its own chain: printing would not end.
            problem.__suppress_context__ = True
            raise
        raise known from problem
    finally:
        gc.freeze()  # nor at the end, where the process gives its memory back whole


def _prepare_dagster_home(settings: Settings) -> None:
    """A home without settings would have Dagster's own: with usage statistics, and without our event log."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    instance_settings = settings.dagster_home / "dagster.yaml"
    if not instance_settings.exists():
        shutil.copyfile(PROJECT_DIR / "dagster_home" / "dagster.yaml", instance_settings)


def _known(problem: BaseException | None) -> Exception | None:
    """The failure that Dagster wrapped, where it is one of the known ones."""
    seen: set[int] = set()
    while problem is not None and id(problem) not in seen:  # an exception may be in its own chain of causes
        seen.add(id(problem))
        if isinstance(problem, KNOWN_FAILURES):
            return problem
        problem = getattr(problem, "user_exception", None) or problem.__cause__ or problem.__context__
    return None
