"""The publication as an asset: the last step, downstream of every mart and function."""

from collections.abc import Iterable

import dagster as dg

from orchestration.defs.resources import Warehouse
from orchestration.warehouse.publication import ChecksStandAgainst, SourceLost, publish
from orchestration.warehouse.working import open_working, recorded_inputs

KEY = dg.AssetKey(["publication"])


def publication_asset(marts: Iterable[dg.AssetKey]) -> dg.AssetsDefinition:
    """The asset that writes `warehouse/customhouse.duckdb` from these marts and functions."""

    @dg.asset(
        key=KEY,
        deps=list(marts),
        group_name="publication",
        description="`warehouse/customhouse.duckdb`: the checked marts, replaced atomically, read-only for everybody.",
        kinds={"duckdb"},
        output_required=True,
    )
    def publication(
        context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]
    ) -> dg.MaterializeResult[None]:
        """Write, verify, publish; where the same inputs gave the same marts before, nothing is replaced."""
        with warehouse.progress.step("publish"):
            with open_working(warehouse.settings) as connection:
                inputs = recorded_inputs(connection)
            try:
                done = publish(warehouse.settings, inputs, run_id=context.run_id)
            except (ChecksStandAgainst, SourceLost):  # nothing is wrong with the working warehouse
                warehouse.mark_sound()
                raise
        warehouse.mark_sound()
        return dg.MaterializeResult(
            metadata={
                "publication_id": done.publication_id,
                "is_new": done.is_new,
                "dagster/row_count": sum(done.row_counts.values()),
                "rows": dg.MetadataValue.json(done.row_counts),
            }
        )

    return publication
