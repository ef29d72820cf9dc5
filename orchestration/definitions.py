"""Everything that Dagster loads: `build_definitions`, and its result for the workspace."""

from __future__ import annotations

import sys

import dagster as dg

from orchestration.defs import (
    automation,
    customs,
    dashboard,
    deduction,
    fetching,
    freshness,
    models,
    publishing,
    releases,
    resources,
    sheets,
    sources,
    watching,
)
from orchestration.logs import set_up_logs
from orchestration.progress import Progress
from orchestration.settings import Settings
from orchestration.transformation import prepare_manifest


def build_definitions(settings: Settings | None = None, progress: Progress | None = None) -> dg.Definitions:
    """The assets, checks, job, schedule and sensor; `settings` and `progress` can be others than the default ones."""
    settings = settings or Settings()
    settings.export_environment()
    if progress is None:  # nobody watches on a terminal
        set_up_logs(settings, to=sys.stderr)
    model_assets = models.model_assets(prepare_manifest(settings))
    marts = [key for key, group in model_assets.group_names_by_key.items() if group in ("marts", "functions")]
    fetch_jobs, fetch_schedules = fetching.fetching(settings, progress or Progress())
    job = dg.define_asset_job(
        automation.JOB_NAME,
        selection=dg.AssetSelection.all(),
        # Of a run whose process died nothing is left to go on from.
        tags={"dagster/retry_strategy": "ALL_STEPS"},
        description="Read raw/, load, build and check the models, publish: what `customhouse refresh` runs.",
    )
    return dg.Definitions(
        assets=[
            sources.CODE_LISTS,
            sheets.RAW_FILES,
            sheets.sheets,
            releases.RAW_FILES,
            releases.releases,
            customs.RAW_FILES,
            customs.LAKE,
            customs.customs,
            deduction.deduction,
            model_assets,
            publishing.publication_asset(sorted(marts)),
            dashboard.dashboard,
        ],
        asset_checks=[freshness.coverage_check(settings)],
        jobs=[job, *fetch_jobs],
        schedules=[*automation.refresh_schedules(settings), *fetch_schedules],
        sensors=[automation.raw_files_sensor(settings), *watching.watching_sensors(settings, job)],
        resources={"warehouse": resources.warehouse_resource(settings, progress or Progress())},
        # One process for the whole run: the warehouse is held from its first step to its last.
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What the workspace loads."""
    return build_definitions()
