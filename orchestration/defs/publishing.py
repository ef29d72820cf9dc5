"""The publication as an asset: the last step, downstream of every mart and function."""

from collections import Counter
from collections.abc import Iterable

import dagster as dg

from orchestration.defs.keeping import all_leftovers
from orchestration.defs.resources import Warehouse
from orchestration.defs.retrying import tried_again
from orchestration.warehouse.publication import ChecksStandAgainst, SourceLost, publish
from orchestration.warehouse.retention import remove_all
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
    @tried_again
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
        _remove_what_is_kept_no_longer(context, warehouse)
        return dg.MaterializeResult(
            metadata={
                "publication_id": done.publication_id,
                "is_new": done.is_new,
                "dagster/row_count": sum(done.row_counts.values()),
                "rows": dg.MetadataValue.json(done.row_counts),
            }
        )

    return publication


def _remove_what_is_kept_no_longer(context: dg.AssetExecutionContext, warehouse: Warehouse) -> None:
    """Nothing that goes wrong with it takes back what was published: the next refresh tries again."""
    try:
        with warehouse.progress.step("prune"):
            found = all_leftovers(warehouse.settings, context.instance)
            remove_all(found)
    except Exception as problem:
        warehouse.progress.message(f"published, and what is kept no longer could not be removed: {problem}")
        return
    for kind, count in Counter(one.kind for one in found).items():
        context.log.info("%d of kind %s removed", count, kind)
