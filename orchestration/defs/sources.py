"""What the assets of every raw folder share: the code lists they stand on, their columns, and how findings are told."""

from collections.abc import Mapping, Sequence

import dagster as dg

from orchestration.sources import Rejection
from orchestration.warehouse.working import CheckOutcome

#: One word a source: its folder in raw/, and all that is named after it.
RAW_FOLDERS = ("sheets", "releases", "customs")
#: Those of them whose documents state figures.
FIGURE_FOLDERS = ("sheets", "releases")
CODE_LISTS = dg.AssetSpec(
    ["raw", "code_lists"],
    group_name="code_lists",
    description="Code lists and the names they are known by: `dbt_project/seeds/*.csv`, read by Python and by dbt.",
    kinds={"csv"},
)
#: Of what a check finds, so much is told; the rest is counted.
_TOLD = 20


def column_schema(types: Mapping[str, str]) -> dict[str, dg.TableSchema]:
    """Metadata of an asset: the columns of its table."""
    return {
        "dagster/column_schema": dg.TableSchema(
            columns=[dg.TableColumn(name, type=sql_type.lower()) for name, sql_type in types.items()]
        )
    }


def outcome_of(kind: str, name: str, found: Sequence[str], failures: int | None = None) -> CheckOutcome:
    """What a check of a raw folder found, which warns and never keeps other files from being published.

    `failures` is the number of what it found where that is not told one by one.
    """
    return CheckOutcome(
        check_name=f"{kind}: {name}",
        kind=kind,
        severity="warn",
        status="warn" if found else "pass",
        failures=len(found) if failures is None else failures,
        message="; ".join(found[:_TOLD]) + ("; …" if len(found) > _TOLD else ""),
    )


def check_result(
    asset: dg.AssetKey,
    name: str,
    outcome: CheckOutcome,
    *,
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.WARN,
    metadata: Mapping[str, int] | None = None,
) -> dg.AssetCheckResult:
    """The same for Dagster."""
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=name,
        passed=not outcome.failures,
        severity=severity,
        metadata={
            "failures": outcome.failures,
            "found": dg.MetadataValue.md(outcome.message or "none"),
            **(metadata or {}),
        },
    )


def place_of(rejection: Rejection) -> str:
    """Where something was rejected and why, in one line."""
    row = f", row {rejection.row_number}" if rejection.row_number else ""
    column = f", {rejection.column_name}" if rejection.column_name else ""
    return f"{rejection.file}{row}{column}: {rejection.reason}"
