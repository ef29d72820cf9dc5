"""Running dbt inside this process: preparing the manifest, building the models, and what its tests found."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from filelock import FileLock

from orchestration.inputs import current_inputs
from orchestration.settings import Settings
from orchestration.warehouse.working import CheckOutcome, ColumnFacts

if TYPE_CHECKING:
    from dbt.contracts.results import RunResult

#: Called after each dbt node with the number of finished nodes, of all nodes, and the node's name.
OnNode = Callable[[int, int, str], None]


class TransformationFailed(RuntimeError):
    """dbt could not parse the project or build a model; the message holds dbt's own words."""


#: The unit of a column whose name says it.
_UNIT_OF_SUFFIX = {"pct": "percent", "pp": "percentage points", "cny": "CNY", "usd": "USD"}

#: How many of the rows that a check found are shown.
SHOWN_ROWS = 10


@dataclass(frozen=True, slots=True)
class FoundRows:
    """The first rows that a check found."""

    check: CheckOutcome
    columns: list[str]
    rows: list[tuple[object, ...]]


class ChecksFailed(Exception):
    """Checks of severity error found rows: nothing is published. The message names the checks, `found` has the rows."""

    def __init__(self, found: list[FoundRows]) -> None:
        names = "; ".join(f"{one.check.check_name} ({one.check.failures} rows)" for one in found)
        count = f"{len(found)} checks" if len(found) > 1 else "a check"
        super().__init__(f"{count} failed, nothing is published: {names}")
        self.found = found


@dataclass(frozen=True, slots=True)
class NodeOutcome:
    """What became of one dbt node: status success, pass, warn, fail, error or skipped."""

    unique_id: str
    name: str
    resource_type: str
    status: str
    seconds: float
    failures: int
    message: str
    severity: str
    compiled_sql: str


def prepare_manifest(settings: Settings) -> Path:
    """The dbt manifest of the project as it is now; parsed only when a model, seed, macro or test has changed.

    Raises TransformationFailed when the project does not parse.
    """
    manifest = settings.dbt_target_dir / "manifest.json"
    mark = settings.dbt_target_dir / "manifest.fingerprint"
    settings.dbt_target_dir.mkdir(parents=True, exist_ok=True)
    with FileLock(settings.dbt_target_dir / "manifest.lock"):  # several processes load the definitions at once
        fingerprint = current_inputs(settings).of_kind("model", "code_list").fingerprint
        if manifest.exists() and mark.exists() and mark.read_text() == fingerprint:
            return manifest
        mark.unlink(missing_ok=True)
        _invoke(settings, ["parse"])
        mark.write_text(fingerprint)
        return manifest


def build_models(
    settings: Settings, *, select: Sequence[str] = (), is_anew: bool = False, on_node: OnNode | None = None
) -> list[NodeOutcome]:
    """Seed, build and test the models (unit tests excepted: they test the code, not the data).

    `select` limits it to some nodes by name; `is_anew` builds incremental models from nothing. Failing
    tests are outcomes; a model that cannot be built raises TransformationFailed with the outcomes' messages.
    """
    # What dbt would write to target/ is in the outcomes already, and the manifest is prepared.
    arguments = ["build", "--exclude-resource-type", "unit_test", "--no-write-json"]
    if is_anew:
        arguments.append("--full-refresh")
    if select:
        arguments += ["--select", *select]
    results = _invoke(settings, arguments, on_node=on_node)
    outcomes = [_outcome(result) for result in results]
    broken = [outcome for outcome in outcomes if outcome.status == "error"]
    if broken:
        raise TransformationFailed("\n".join(f"{outcome.name}: {outcome.message}" for outcome in broken))
    return outcomes


def check_outcomes(outcomes: Sequence[NodeOutcome]) -> list[CheckOutcome]:
    """The tests among the outcomes, as checks."""
    return [
        CheckOutcome(
            check_name=outcome.name,
            kind="dbt",
            severity=outcome.severity,
            status=outcome.status,
            failures=outcome.failures,
            message=outcome.message,
        )
        for outcome in outcomes
        if outcome.resource_type == "test"
    ]


def column_facts(manifest: Path) -> list[ColumnFacts]:
    """Key and unit of the columns of the marts, as their yml says.

    The key is the columns of the test `one_row_each`. The unit is `meta.unit` of the column, or what its name ends in:
    `_pct`, `_pp`, or the currency. Columns with neither are left out.
    """
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    keys: dict[str, list[str]] = {}
    for node in nodes.values():
        test = node.get("test_metadata") or {}
        if test.get("name") == "one_row_each":
            keys[node["attached_node"]] = test["kwargs"]["columns"]
    facts = []
    for unique_id, node in nodes.items():
        if node["resource_type"] != "model" or node["schema"] != "marts":
            continue
        key = keys.get(unique_id, [])
        for column in node["columns"].values():
            name = column["name"]
            position = key.index(name) + 1 if name in key else None
            unit = column["config"]["meta"].get("unit") or _UNIT_OF_SUFFIX.get(name.rpartition("_")[2])
            if position or unit:
                facts.append(ColumnFacts(table_name=node["name"], column_name=name, key_position=position, unit=unit))
    return facts


def _invoke(settings: Settings, arguments: list[str], *, on_node: OnNode | None = None) -> Sequence[RunResult]:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner  # a second to import: only when dbt really runs

    settings.export_environment()
    errors: list[str] = []

    def on_event(event: Any) -> None:
        if event.info.level == "error" and event.info.name != "LogTestResult":
            errors.append(event.info.msg)
        if on_node and event.info.name in ("LogModelResult", "LogSeedResult", "LogTestResult"):
            total = event.data.num_models if event.info.name == "LogTestResult" else event.data.total
            on_node(event.data.index, total, event.data.node_info.node_name)

    try:
        outcome = dbtRunner(callbacks=[on_event]).invoke(
            [
                "--log-level",
                "none",
                "--log-level-file",
                "info",
                "--log-path",
                str(settings.dbt_target_dir / "logs"),
                *arguments,
                "--project-dir",
                str(settings.dbt_project_dir),
                "--profiles-dir",
                str(settings.dbt_project_dir),
                "--target-path",
                str(settings.dbt_target_dir),
                "--threads",
                str(settings.threads),
            ]
        )
    finally:
        # dbt would keep the working warehouse open until the process ends, long after it has given up the lock.
        DuckDBConnectionManager.close_all_connections()
    results = getattr(outcome.result, "results", None)
    if outcome.exception is not None or (not outcome.success and results is None):
        raise TransformationFailed("\n".join([*errors, str(outcome.exception or "")]).strip() or "dbt failed")
    return results or []


def _outcome(result: RunResult) -> NodeOutcome:
    node = result.node
    return NodeOutcome(
        unique_id=node.unique_id,
        name=node.name,
        resource_type=str(node.resource_type),
        status=str(result.status),
        seconds=result.execution_time,
        failures=result.failures or 0,
        message=str(result.message or ""),
        severity=str(getattr(node.config, "severity", "")).lower(),
        compiled_sql=getattr(node, "compiled_code", None) or "",
    )


def found_rows(connection: duckdb.DuckDBPyConnection, check: CheckOutcome, query: str) -> FoundRows:
    """The first rows that a failed check finds in the working warehouse."""
    cursor = connection.execute(f"SELECT * FROM ({query}) LIMIT {SHOWN_ROWS}")
    return FoundRows(check, [column[0] for column in cursor.description or ()], cursor.fetchall())
