"""Customs tables in raw/customs as assets: the lake of their lines, documents, months and codes, and their checks."""

from collections import Counter
from collections.abc import Iterator

import dagster as dg
import duckdb

from orchestration.customs import (
    KIND,
    LINE_TYPES,
    CodeName,
    FileMonth,
    Lake,
    Resources,
    StoredMonth,
    lines_of,
    update_lake,
)
from orchestration.defs.resources import Warehouse
from orchestration.defs.retrying import tried_again
from orchestration.defs.sources import CODE_LISTS, check_result, column_schema, outcome_of, place_of
from orchestration.figures import UNMAPPED
from orchestration.hashing import FileHashes
from orchestration.sources import SOURCE_TYPES, record_types
from orchestration.warehouse.working import (
    SourceTables,
    open_working,
    record_checks,
    record_inputs,
    replacing_source_kind,
    replacing_tables,
)

RAW_FILES = dg.AssetSpec(
    ["raw", KIND],
    group_name=KIND,
    description="Exports of declarations as received: `raw/customs`, each file with a sidecar of metadata.",
    kinds={"csv"},
)
#: One partition a month, from when on customs publish by declaration: the UI shows which months are there. A refresh
#: makes whatever is missing, of one month or of many, in one run, and reports each month that it wrote.
LAKE = dg.AssetSpec(
    [KIND, "lake"],
    deps=[RAW_FILES, CODE_LISTS],
    group_name=KIND,
    description="Declarations in the lake, by month: one Parquet file for each flow.",
    partitions_def=dg.MonthlyPartitionsDefinition(start_date="1995-01-01"),
    kinds={"parquet"},
)
LINES = dg.AssetKey([KIND, "lines"])
#: The small tables beside the lines, made anew by each refresh.
TABLES: SourceTables = {
    "months": record_types(StoredMonth),
    "vintages": record_types(FileMonth),
    "codes": record_types(CodeName),
}
_DESCRIPTIONS = {
    "sources": "The files of declarations as documents, in `raw.customs_sources`.",
    "months": "Every month of every flow in the lake, with its totals, in `raw.customs_months`.",
    "vintages": "What each file says of each month, replaced or not, in `raw.customs_vintages`.",
    "codes": "Every code that declarations use, with its name and id, in `raw.customs_codes`.",
}


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            LINES,
            deps=[dg.AssetDep(LAKE, partition_mapping=dg.AllPartitionMapping())],
            group_name=KIND,
            description="Declarations by month, commodity, partner, trade mode and region: the view "
            "`raw.customs_lines` over one Parquet file a month.",
            metadata=column_schema(LINE_TYPES),
            kinds={"duckdb", "parquet"},
        ),
        *(
            dg.AssetSpec(
                [KIND, name],
                deps=[RAW_FILES, CODE_LISTS],
                group_name=KIND,
                description=_DESCRIPTIONS[name],
                metadata=column_schema(types),
                kinds={"duckdb"},
            )
            for name, types in {"sources": SOURCE_TYPES, **TABLES}.items()
        ),
    ],
    check_specs=[
        dg.AssetCheckSpec(
            "every_line_is_loaded",
            asset=LINES,
            description="No line and no file of raw/customs was rejected; those that were are in raw.rejected_rows.",
        ),
        dg.AssetCheckSpec(
            "every_code_is_mapped",
            asset=LINES,
            description="The code lists know every partner, region and trade mode; others count in the totals alone.",
        ),
    ],
)
@tried_again
def customs(
    context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]
) -> Iterator[dg.MaterializeResult[None]]:
    """Read what is new in raw/customs, and say what the lake holds now."""
    settings = warehouse.settings
    resources = Resources(settings.memory_limit, settings.threads, warehouse.progress.message)
    with warehouse.progress.step("read customs"):
        lake = update_lake(
            settings.raw_dir / KIND, settings.lake_dir, warehouse.codes(), FileHashes(settings.file_hashes), resources
        )
    with warehouse.progress.step("load customs"), open_working(settings) as connection:
        load_lake(connection, lake)
        unmapped = [f"{one.list} {one.code} {one.name}" for one in lake.codes if one.id == UNMAPPED]
        outcomes = {
            "every_line_is_loaded": outcome_of(KIND, "every line is loaded", list(map(place_of, lake.rejected))),
            "every_code_is_mapped": outcome_of(KIND, "every code is mapped", unmapped),
        }
        record_checks(connection, KIND, list(outcomes.values()))
        read = warehouse.inputs.raw_of(KIND).not_read(lake.rejected)
        record_inputs(connection, KIND, read, warehouse.inputs.of_kind("code_list", "program"))
    for file, count in Counter(rejection.file for rejection in lake.rejected).items():
        context.log.warning("%s: %d rejected", file, count)
    rows = sum(month.rows for month in lake.months)
    context.log.info(
        "%d lines of %d months; %d files read, %d months written",
        rows,
        len(lake.months),
        lake.read_files,
        len(lake.written),
    )
    for month in lake.written:
        context.log_event(
            dg.AssetMaterialization(
                LAKE.key,
                partition=f"{month.month}",
                metadata={
                    "dagster/row_count": month.rows,
                    "reporter": month.reporter_id,
                    "flow": month.flow,
                    "file": dg.MetadataValue.path(month.path),
                    "sources": ", ".join(filter(None, (month.value_cny_source_id, month.value_usd_source_id))),
                },
            )
        )
    yield dg.MaterializeResult(
        LINES,
        metadata={
            "dagster/row_count": rows,
            "months": len(lake.months),
            "files_read": lake.read_files,
            "months_written": len(lake.written),
            "rejected": len(lake.rejected),
        },
        check_results=[check_result(LINES, name, outcome) for name, outcome in outcomes.items()],
    )
    for name, records in (
        ("sources", lake.files),
        ("months", lake.months),
        ("vintages", lake.vintages),
        ("codes", lake.codes),
    ):
        yield dg.MaterializeResult(dg.AssetKey([KIND, name]), metadata={"dagster/row_count": len(records)})


def load_lake(connection: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    """Replace what the working warehouse holds of raw/customs: the small tables, and the view over the lines."""
    with replacing_source_kind(connection, KIND, {"sources": SOURCE_TYPES}) as load:
        load.add("sources", [file.source for file in lake.files])
        load.reject(lake.rejected)
    with replacing_tables(connection, KIND, TABLES) as load:
        load.add("months", lake.months)
        load.add("vintages", lake.vintages)
        load.add("codes", lake.codes)
    connection.execute(f"CREATE OR REPLACE VIEW raw.{KIND}_lines AS {lines_of(lake.months)}")
