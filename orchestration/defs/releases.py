"""Releases in raw/releases as assets: their figures, their documents, the account of their numbers, and checks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import dagster as dg
import duckdb

from orchestration.defs.resources import Warehouse
from orchestration.defs.retrying import tried_again
from orchestration.defs.sources import CODE_LISTS, check_result, column_schema, outcome_of, place_of
from orchestration.figures import FIGURE_TYPES
from orchestration.releases.folder import CONTENT_TYPES, NUMBER_TYPES, Release, find_releases, read_release
from orchestration.sheets import sheet_names
from orchestration.sources import SOURCE_TYPES, Rejection
from orchestration.warehouse.findings import NumberCounts, number_counts, unmapped_names
from orchestration.warehouse.working import (
    CheckOutcome,
    SourceTables,
    loaded_contents,
    open_working,
    record_checks,
    record_inputs,
    replacing_source_kind,
)

KIND = "releases"
RAW_FILES = dg.AssetSpec(
    ["raw", KIND],
    group_name=KIND,
    description="Releases as received: texts, pages, PDFs and Word files in `raw/releases`, with sidecars of metadata.",
)
FIGURES = dg.AssetKey([KIND, "figures"])
SOURCES = dg.AssetKey([KIND, "sources"])
NUMBERS = dg.AssetKey([KIND, "numbers"])

#: `contents` is the loader's own: it says of what content the rows of a source were read.
TABLES: SourceTables = {
    "figures": FIGURE_TYPES,
    "sources": SOURCE_TYPES,
    "numbers": NUMBER_TYPES,
    "contents": CONTENT_TYPES,
}
#: Releases that are held in memory before they are loaded.
_BATCH = 200


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            FIGURES,
            deps=[RAW_FILES, CODE_LISTS],
            group_name=KIND,
            description="Every figure that a release states, as figure records, in `raw.releases_figures`.",
            metadata=column_schema(FIGURE_TYPES),
            kinds={"python", "duckdb"},
        ),
        dg.AssetSpec(
            SOURCES,
            deps=[RAW_FILES, CODE_LISTS],
            group_name=KIND,
            description="The releases, in `raw.releases_sources`.",
            metadata=column_schema(SOURCE_TYPES),
            kinds={"python", "duckdb"},
        ),
        dg.AssetSpec(
            NUMBERS,
            deps=[RAW_FILES, CODE_LISTS],
            group_name=KIND,
            description="Every number of every release and what became of it, in `raw.releases_numbers`.",
            metadata=column_schema(NUMBER_TYPES),
            kinds={"python", "duckdb"},
        ),
    ],
    check_specs=[
        dg.AssetCheckSpec(
            "every_release_is_loaded",
            asset=SOURCES,
            description="No file of raw/releases was rejected; those that were are in raw.rejected_rows.",
        ),
        dg.AssetCheckSpec(
            "every_release_reads_something",
            asset=FIGURES,
            description="Of every release at least one figure was read. It fails without holding the others back.",
        ),
        dg.AssetCheckSpec(
            "every_name_is_mapped",
            asset=FIGURES,
            description="The code lists know every name; figures with others keep their text and stay out of series.",
        ),
        dg.AssetCheckSpec(
            "every_number_is_understood",
            asset=NUMBERS,
            description="Every number is in a figure that is read, or is no figure; none is uncertain or unread.",
        ),
    ],
)
@tried_again
def releases(
    context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]
) -> Iterator[dg.MaterializeResult[None]]:
    """Read releases that are new or changed, and forget those that are gone; the others stay as they are loaded."""
    with warehouse.progress.step("read releases"), open_working(warehouse.settings) as connection:
        done = _load(connection, warehouse)
        counts = number_counts(connection, KIND)
        outcomes = _outcomes(connection, done, counts)
        record_checks(connection, KIND, list(outcomes.values()))
        read = warehouse.inputs.raw_of(KIND).not_read(done.rejected)
        record_inputs(connection, KIND, read, warehouse.inputs.of_kind("code_list", "program"))
    for rejection in done.rejected:
        context.log.warning("rejected: %s", place_of(rejection))
    context.log.info("%d releases read, %d unchanged, %d files rejected", done.read, done.unchanged, len(done.rejected))
    coverage = {
        kind: sum(getattr(one, kind) for one in counts) for kind in ("read", "uncertain", "unread", "not_a_figure")
    }

    def result(asset: dg.AssetKey, name: str, **options: Any) -> dg.AssetCheckResult:
        return check_result(asset, name, outcomes[name], **options)

    yield dg.MaterializeResult(
        FIGURES,
        metadata={"dagster/row_count": sum(one.figures for one in counts)},
        check_results=[
            # Red for who looks on, and no obstacle to the publication: the other releases are not to blame.
            result(FIGURES, "every_release_reads_something", severity=dg.AssetCheckSeverity.ERROR),
            result(FIGURES, "every_name_is_mapped"),
        ],
    )
    yield dg.MaterializeResult(
        SOURCES,
        metadata={
            "dagster/row_count": len(counts),
            "read": done.read,
            "unchanged": done.unchanged,
            "rejected": len(done.rejected),
        },
        check_results=[result(SOURCES, "every_release_is_loaded")],
    )
    yield dg.MaterializeResult(
        NUMBERS,
        metadata={"dagster/row_count": sum(coverage.values()), **coverage},
        check_results=[result(NUMBERS, "every_number_is_understood", metadata=coverage)],
    )


@dataclass(slots=True)
class _Done:
    """How many releases were read and how many had not changed, and what could not be used."""

    rejected: list[Rejection]
    read: int = 0
    unchanged: int = 0


def _load(connection: duckdb.DuckDBPyConnection, warehouse: Warehouse) -> _Done:
    """Replace, in one transaction, the rows of the releases that changed since they were loaded."""
    found = find_releases(
        warehouse.settings.raw_dir / KIND,
        reader_key=warehouse.inputs.of_kind("program", "code_list").fingerprint,
        taken=sheet_names(warehouse.settings.raw_dir / "sheets"),
    )
    loaded = loaded_contents(connection, KIND, TABLES)
    kept = {file.source_id for file in found.files if loaded.get(file.source_id) == file.content_key}
    changed = [file for file in found.files if file.source_id not in kept]
    done = _Done(found.rejected, unchanged=len(kept))
    codes = warehouse.codes()
    with replacing_source_kind(connection, KIND, TABLES, kept=kept) as load:
        for start in range(0, len(changed), _BATCH):
            files = changed[start : start + _BATCH]
            readings = [read_release(file, codes) for file in files]
            read = [one for one in readings if isinstance(one, Release)]
            done.read += len(read)
            done.rejected += [one for one in readings if isinstance(one, Rejection)]
            load.add("figures", [figure for one in read for figure in one.figures])
            load.add("sources", [one.source for one in read])
            load.add("numbers", [number for one in read for number in one.numbers])
            load.add("contents", [one.content for one in read])
            warehouse.progress.advance(start + len(files), len(changed), files[-1].source_id)
        done.rejected.sort(key=lambda one: one.file)
        load.reject(done.rejected)
    return done


def _outcomes(
    connection: duckdb.DuckDBPyConnection, done: _Done, counts: list[NumberCounts]
) -> dict[str, CheckOutcome]:
    """What the checks found, of the releases that were read now and of those that had not changed."""
    waiting = [one for one in counts if one.uncertain or one.unread]
    return {
        "every_release_is_loaded": outcome_of(KIND, "every release is loaded", list(map(place_of, done.rejected))),
        "every_release_reads_something": outcome_of(
            KIND, "every release reads something", [one.source_id for one in counts if not one.figures]
        ),
        "every_name_is_mapped": outcome_of(KIND, "every name is mapped", unmapped_names(connection, KIND)),
        "every_number_is_understood": outcome_of(
            KIND,
            "every number is understood",
            [f"{one.source_id}: {one.uncertain} uncertain, {one.unread} unread" for one in waiting],
            failures=sum(one.uncertain + one.unread for one in waiting),
        ),
    }
