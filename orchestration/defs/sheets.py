"""Figure sheets in raw/sheets as assets: their figures, the documents they were keyed from, and their checks."""

from collections.abc import Iterator

import dagster as dg

from orchestration.defs.resources import Warehouse
from orchestration.defs.retrying import tried_again
from orchestration.defs.sources import CODE_LISTS, check_result, column_schema, outcome_of, place_of
from orchestration.figures import FIGURE_TYPES
from orchestration.sheets import read_sheets
from orchestration.sources import SOURCE_TYPES
from orchestration.warehouse.findings import unmapped_names
from orchestration.warehouse.working import open_working, record_checks, record_inputs, replace_source_kind

KIND = "sheets"
RAW_FILES = dg.AssetSpec(
    ["raw", KIND],
    group_name=KIND,
    description="Figure sheets as keyed in: `raw/sheets/*.csv`, each with a sidecar of metadata.",
    kinds={"csv"},
)
FIGURES = dg.AssetKey([KIND, "figures"])
SOURCES = dg.AssetKey([KIND, "sources"])


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            FIGURES,
            deps=[RAW_FILES, CODE_LISTS],
            group_name=KIND,
            description="Every figure that a sheet states, as figure records, in `raw.sheets_figures`.",
            metadata=column_schema(FIGURE_TYPES),
            kinds={"python", "duckdb"},
        ),
        dg.AssetSpec(
            SOURCES,
            deps=[RAW_FILES],
            group_name=KIND,
            description="The documents that the sheets were keyed from, in `raw.sheets_sources`.",
            metadata=column_schema(SOURCE_TYPES),
            kinds={"python", "duckdb"},
        ),
    ],
    check_specs=[
        dg.AssetCheckSpec(
            "every_row_is_loaded",
            asset=FIGURES,
            description="No row and no file of raw/sheets was rejected; those that were are in raw.rejected_rows.",
        ),
        dg.AssetCheckSpec(
            "every_name_is_mapped",
            asset=FIGURES,
            description="The code lists know every name; figures with others keep their text and stay out of series.",
        ),
    ],
)
@tried_again
def sheets(
    context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]
) -> Iterator[dg.MaterializeResult[None]]:
    """Read every sheet and replace what the working warehouse holds of them."""
    with warehouse.progress.step("read sheets"):
        reading = read_sheets(warehouse.settings.raw_dir / KIND, warehouse.codes())
    with warehouse.progress.step("load sheets"), open_working(warehouse.settings) as connection:
        replace_source_kind(
            connection, KIND, figures=reading.figures, sources=reading.sources, rejected=reading.rejected
        )
        outcomes = {
            "every_row_is_loaded": outcome_of(KIND, "every row is loaded", list(map(place_of, reading.rejected))),
            "every_name_is_mapped": outcome_of(KIND, "every name is mapped", unmapped_names(connection, KIND)),
        }
        record_checks(connection, KIND, list(outcomes.values()))
        read = warehouse.inputs.raw_of(KIND).not_read(reading.rejected)
        record_inputs(connection, KIND, read, warehouse.inputs.of_kind("code_list", "program"))
    for rejection in reading.rejected:
        context.log.warning("rejected: %s", place_of(rejection))
    context.log.info(
        "%d figures from %d sheets, %d rejected", len(reading.figures), len(reading.sources), len(reading.rejected)
    )
    yield dg.MaterializeResult(
        FIGURES,
        metadata={"dagster/row_count": len(reading.figures), "rejected": len(reading.rejected)},
        check_results=[check_result(FIGURES, name, outcome) for name, outcome in outcomes.items()],
    )
    yield dg.MaterializeResult(SOURCES, metadata={"dagster/row_count": len(reading.sources)})
