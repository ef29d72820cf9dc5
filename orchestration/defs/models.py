"""The dbt project as assets: seeds, models and tests of one manifest, built by one call of dbt in this process."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets

from orchestration.defs.resources import Warehouse
from orchestration.defs.retrying import tried_again
from orchestration.defs.sources import CODE_LISTS, RAW_FOLDERS
from orchestration.transformation import (
    ChecksFailed,
    FoundRows,
    NodeOutcome,
    TransformationFailed,
    build_models,
    check_outcomes,
    column_facts,
    relations,
)
from orchestration.warehouse.working import (
    built_from,
    drop_all_others,
    open_working,
    record_checks,
    record_column_facts,
    record_inputs,
    row_counts,
)

_UNIQUE_ID = "dagster_dbt/unique_id"


class Translator(DagsterDbtTranslator):
    """Names assets as people do: by the folder a node stands in, and sources as the Python assets that fill them."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """`sheets/figures` for a source, `code_lists/countries` for a seed, `marts/mart_growth` for a model."""
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey([dbt_resource_props["source_name"], dbt_resource_props["name"]])
        return dg.AssetKey([self.get_group_name(dbt_resource_props), dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The source for staging models, else the layer."""
        if dbt_resource_props["resource_type"] == "seed":
            return "code_lists"
        if dbt_resource_props["resource_type"] == "source":
            return str(dbt_resource_props["source_name"])
        layer, *rest = dbt_resource_props["fqn"][1:-1]
        return str(rest[0] if layer == "staging" else layer)

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> dg.AssetSpec:
        """Seeds hang on the files they are made of."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        if unique_id.startswith("seed."):
            return spec.replace_attributes(deps=[CODE_LISTS])
        return spec


def model_assets(manifest: Path) -> dg.AssetsDefinition:
    """The assets of a prepared manifest."""

    @dbt_assets(manifest=manifest, dagster_dbt_translator=Translator(), name="models")
    @tried_again
    def models(
        context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]
    ) -> Iterator[dg.Output[None] | dg.AssetCheckResult]:
        """Build what is selected, in one call of dbt; fail when a blocking test found rows."""
        definition = context.assets_def
        key_of = {spec.metadata[_UNIQUE_ID]: spec.key for spec in definition.specs if _UNIQUE_ID in spec.metadata}
        check_of = {spec.metadata[_UNIQUE_ID]: spec for spec in definition.check_specs}
        select: list[str] = []
        if context.is_subset:
            selected = set(context.selected_asset_keys)
            select = [unique_id.split(".")[2] for unique_id, key in key_of.items() if key in selected]
        # What incremental models have kept was made by the models as they were.
        with open_working(warehouse.settings) as connection:
            is_anew = built_from(connection, "models") != warehouse.inputs.of_kind("model")
            if is_anew:
                dropped = drop_all_others(connection, relations(manifest))
                context.log.info("models that are no more: %s", ", ".join(dropped) or "none")
        with warehouse.progress.step("build models"):
            outcomes = build_models(
                warehouse.settings, manifest, select=select, is_anew=is_anew, on_node=warehouse.progress.advance
            )
        if not context.is_subset:
            _refuse_missing(outcomes, {*key_of, *check_of})
        checks = check_outcomes(outcomes)
        built = {
            outcome.unique_id: key_of[outcome.unique_id]
            for outcome in outcomes
            if outcome.unique_id in key_of and outcome.status == "success"
        }
        with open_working(warehouse.settings) as connection:
            record_checks(connection, "dbt", checks, is_whole=not context.is_subset)
            record_column_facts(connection, column_facts(manifest))
            # The code lists are read here, too; raw files that no source reads are nobody else's to record.
            record_inputs(
                connection,
                "models",
                # Where some models were built anew and others were not, the next run builds all of them anew.
                warehouse.inputs.of_kind(
                    *(() if is_anew and context.is_subset else ("model",)), "code_list", "program"
                ),
                warehouse.inputs.raw_of_others(*RAW_FOLDERS),
            )
            schemas = connection.execute(
                "SELECT table_name, schema_name FROM duckdb_tables() WHERE database_name = current_database()"
            ).fetchall()
            schema_of = dict(schemas)
            tables = [(schema_of[key.path[-1]], key.path[-1]) for key in built.values() if key.path[-1] in schema_of]
            counts = {table: count for (_, table), count in row_counts(connection, tables).items()}
        for outcome in outcomes:
            if outcome.unique_id in built:
                key = built[outcome.unique_id]
                metadata: dict[str, Any] = {"seconds": round(outcome.seconds, 3)}
                if key.path[-1] in counts:
                    metadata["dagster/row_count"] = counts[key.path[-1]]
                yield dg.Output(None, output_name=key.to_python_identifier(), metadata=metadata)
            elif outcome.unique_id in check_of:
                spec = check_of[outcome.unique_id]
                yield dg.AssetCheckResult(
                    asset_key=spec.asset_key,
                    check_name=spec.name,
                    passed=outcome.status == "pass",
                    severity=dg.AssetCheckSeverity.ERROR if outcome.severity == "error" else dg.AssetCheckSeverity.WARN,
                    metadata={
                        "failures": outcome.failures,
                        "message": outcome.message,
                        "query": dg.MetadataValue.md(f"```sql\n{outcome.compiled_sql.strip()}\n```"),
                    },
                )
        failed = {check.check_name: check for check in checks if check.status in ("fail", "error")}
        if failed:
            found = [
                FoundRows(failed[outcome.name], *outcome.found)
                for outcome in outcomes
                if outcome.name in failed and outcome.found is not None
            ]
            warehouse.mark_sound()
            raise ChecksFailed(found)

    return models


def _refuse_missing(outcomes: Iterable[NodeOutcome], expected: set[object]) -> None:
    """A model or test that dbt passed over in silence must not be taken for a good one."""
    missing = expected - {outcome.unique_id for outcome in outcomes}
    if missing:
        names = ", ".join(sorted(map(str, missing))[:5])
        raise TransformationFailed(f"dbt built and tested nothing for {len(missing)} of its nodes: {names} …")
