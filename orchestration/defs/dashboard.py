"""The page as an asset: behind the publication, so that whatever happens to it, what is published stays."""

import dagster as dg

from orchestration.dashboard import write_dashboard
from orchestration.defs import publishing
from orchestration.defs.resources import Warehouse
from orchestration.defs.retrying import tried_again
from orchestration.warehouse.published import open_published

KEY = dg.AssetKey(["dashboard"])


class DashboardFailed(RuntimeError):
    """The page could not be written. What was published stands."""


@dg.asset(
    key=KEY,
    deps=[publishing.KEY],
    group_name="publication",
    description="`warehouse/dashboard/index.html`: what is published as a page, each number with its words.",
    kinds={"html"},
)
@tried_again
def dashboard(warehouse: dg.ResourceParam[Warehouse]) -> dg.MaterializeResult[None]:
    """Write the page of what is published."""
    settings = warehouse.settings
    with warehouse.progress.step("dashboard"):
        try:
            with open_published(settings.published_database) as connection:
                written = write_dashboard(connection, settings.dashboard_dir)
        except Exception as problem:
            raise DashboardFailed(
                f"published, and the page of it could not be written: {problem}. `customhouse dashboard` tries again"
            ) from problem
    return dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(written.path),
            "publication_id": written.publication_id,
            "bytes": written.bytes,
            "rows shown": written.rows,
            "rows in all": written.total,
        }
    )
