"""Deduction as assets: what the figures of every source imply, which of them contradict, and what was restated."""

from collections.abc import Iterator

import dagster as dg

from orchestration.deduction import Structure, across_vintages, deduce, revisions
from orchestration.defs import releases, sheets
from orchestration.defs.resources import Warehouse
from orchestration.defs.retrying import tried_again
from orchestration.defs.sources import CODE_LISTS, FIGURE_FOLDERS, check_result, column_schema, outcome_of
from orchestration.warehouse.deductions import KIND, TABLES, Deductions, load_deductions, stated_figures
from orchestration.warehouse.working import open_working, record_checks, record_inputs

_DESCRIPTIONS = {
    "figures": "What the statements of each document imply: every figure as an interval, stated, computed or deduced.",
    "derivations": "How each of them is known: rule, inputs, interval before and after.",
    "checks": "The verdict of the other statements of its document on each stated figure.",
    "conflicts": "The smallest sets of statements of a document that cannot all hold.",
    "revisions": "Levels that several documents have: as first known, and as the last document has them.",
}
ASSETS = {name: dg.AssetKey([KIND, name]) for name in TABLES}


@dg.multi_asset(
    name=KIND,
    specs=[
        dg.AssetSpec(
            key,
            deps=[sheets.FIGURES, sheets.SOURCES, releases.FIGURES, releases.SOURCES, CODE_LISTS],
            group_name=KIND,
            description=f"{_DESCRIPTIONS[name]} In `raw.{KIND}_{name}`.",
            metadata=column_schema(TABLES[name]),
            kinds={"python", "duckdb"},
        )
        for name, key in ASSETS.items()
    ],
    check_specs=[
        dg.AssetCheckSpec(
            "sources_agree_with_themselves",
            asset=ASSETS["checks"],
            description="No source states figures that cannot all hold. It warns: a contradiction is a finding.",
        ),
    ],
)
@tried_again
def deduction(
    context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]
) -> Iterator[dg.MaterializeResult[None]]:
    """Deduce all that the loaded figures imply, and replace what the working warehouse holds of it."""
    found = Deductions([], [], [], [], [])
    with warehouse.progress.step("deduce"), open_working(warehouse.settings) as connection:
        figures, sources = stated_figures(connection, FIGURE_FOLDERS)
        structure = Structure(warehouse.settings.seeds_dir)
        for document in deduce(figures, sources, structure):
            found.figures += document.figures()
            found.derivations += document.derivations()
            found.checks += document.checks()
            found.conflicts += document.conflicts
        between = list(across_vintages(found.figures, structure))
        found.revisions += revisions(found.figures)
        found.figures += [figure for figure, _ in between]
        found.derivations += [derivation for _, derivation in between]
        load_deductions(connection, found)
        contradicting = [
            f"{one.source_id}: figure {one.figure_id} ({one.rule})"
            for one in found.checks
            if one.verdict == "inconsistent"
        ]
        outcome = outcome_of(KIND, "sources agree with themselves", contradicting)
        record_checks(connection, KIND, [outcome])
        record_inputs(connection, KIND, warehouse.inputs.of_kind("code_list", "program"))
    context.log.info(
        "%d figures deduced from %d of %d sources; %d contradictions",
        len(found.figures), len(figures), len(sources), len(found.conflicts),
    )  # fmt: skip
    counts = {name: len(getattr(found, name)) for name in TABLES}
    for name, key in ASSETS.items():
        checks = [check_result(key, "sources_agree_with_themselves", outcome)] if name == "checks" else []
        yield dg.MaterializeResult(key, metadata={"dagster/row_count": counts[name]}, check_results=checks)
