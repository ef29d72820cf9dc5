"""Running dbt inside this process: preparing the manifest, building the models, and what its tests found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from orchestration.hashing import remove
from orchestration.inputs import current_inputs
from orchestration.settings import Settings
from orchestration.spark.carrying import Mart, MartColumn, carry_over, collect
from orchestration.spark.session import spark_session
from orchestration.warehouse.working import CheckOutcome, ColumnFacts, open_working

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
    #: Of a test that failed: columns and first rows of what it found.
    found: tuple[list[str], list[tuple[object, ...]]] | None = None


def prepare_manifest(settings: Settings) -> Path:
    """The dbt manifest of the project as it is now; parsed only when a model, seed, macro or test has changed.

    Raises TransformationFailed when the project does not parse.
    """
    manifest = settings.dbt_target_dir / "manifest.json"
    mark = settings.dbt_target_dir / "manifest.fingerprint"
    settings.dbt_target_dir.mkdir(parents=True, exist_ok=True)
    with FileLock(settings.dbt_target_dir / "manifest.lock"):  # several processes load the definitions at once
        # Another version of dbt writes another form of manifest: what lies there may be of an earlier one.
        inputs = current_inputs(settings).of_kind("model", "code_list")
        fingerprint = f"{inputs.fingerprint}-dbt-{version('dbt-core')}"
        said = mark.read_text(encoding="utf-8", errors="replace").split() if mark.is_file() else []
        parsed = _hashes_of_parsed(settings)
        is_whole = bool(parsed) and said[1:] == parsed
        if is_whole and said[0] == fingerprint:
            return manifest
        if not is_whole:  # damaged, or never finished: dbt is not to go on from it
            for path in _parsed(settings):
                remove(path)
        remove(mark)
        _invoke(settings, ["parse"])
        mark.write_text(" ".join((fingerprint, *_hashes_of_parsed(settings))), encoding="utf-8")
        return manifest


def _parsed(settings: Settings) -> tuple[Path, Path]:
    """What dbt keeps of the parsed project: for others, and for its next run to go on from."""
    return settings.dbt_target_dir / "manifest.json", settings.dbt_target_dir / "partial_parse.msgpack"


def _hashes_of_parsed(settings: Settings) -> list[str]:
    """Their hashes; none where one of them cannot be read."""
    try:
        return [hashlib.sha256(path.read_bytes()).hexdigest() for path in _parsed(settings)]
    except OSError:
        return []


def build_models(
    settings: Settings,
    manifest: Path,
    *,
    select: Sequence[str] = (),
    is_anew: bool = False,
    on_node: OnNode | None = None,
) -> list[NodeOutcome]:
    """Seed, build and test the models (unit tests excepted: they test the code, not the data), on the engine of the
    settings.

    `manifest` is the prepared one; `select` limits it to some nodes by name, which Spark cannot; `is_anew` builds
    incremental models from nothing. Failing tests are outcomes; a model that cannot be built raises
    TransformationFailed with the outcomes' messages. Raises SparkUnavailable.
    """
    if settings.engine == "spark":
        if select:
            raise TransformationFailed(
                "Spark begins each build with nothing, so it builds all models or none: ask for all of them, "
                "or for these with CUSTOMHOUSE_ENGINE=duckdb"
            )
        return _build_on_spark(settings, manifest, on_node=on_node)
    # What dbt would write to target/ is in the outcomes already, and the manifest is prepared.
    options = ["--no-write-json"]
    if is_anew:
        options.append("--full-refresh")
    if select:
        options += ["--select", *select]
    outcomes = _built(_invoke(settings, ["build", *options, "--exclude-resource-type", "unit_test"], on_node=on_node))

    def rows_of(query: str) -> tuple[list[str], list[tuple[object, ...]]]:
        with open_working(settings) as connection:
            cursor = connection.execute(f"SELECT * FROM ({query}) LIMIT {SHOWN_ROWS}")
            return [column[0] for column in cursor.description or ()], cursor.fetchall()

    return _with_rows(outcomes, rows_of)


def _build_on_spark(settings: Settings, manifest: Path, *, on_node: OnNode | None) -> list[NodeOutcome]:
    """Build them on Spark: code lists by DuckDB first, then what Spark makes of them and of the sources, then what is
    DuckDB's alone (views over the lake, table macros), over the marts that came back."""
    outcomes = _built(_invoke(settings, ["seed", "--no-write-json"], on_node=on_node))
    with spark_session(settings) as spark:
        with open_working(settings) as connection:
            carry_over(connection, spark, settings.spark_dir)
        excluded = ["--exclude-resource-type", "unit_test", "--exclude-resource-type", "seed"]
        build = ["build", "--no-write-json", "--full-refresh", *excluded]
        built = _built(_invoke(settings, build, engine="spark", on_node=on_node))

        def rows_of(query: str) -> tuple[list[str], list[tuple[object, ...]]]:
            frame = spark.sql(f"SELECT * FROM ({query}) LIMIT {SHOWN_ROWS}")
            return frame.columns, [tuple(row) for row in frame.collect()]

        outcomes += _with_rows(built, rows_of)
        # Models behind a test that failed are skipped: nothing is published then.
        names = {outcome.name for outcome in built if outcome.status == "success"}
        with open_working(settings) as connection:
            collect(connection, spark, [mart for mart in _marts(manifest) if mart.name in names])
    own = ["run", "--no-write-json", "--select", *_models_of_duckdb(manifest)]
    outcomes += _built(_invoke(settings, own, on_node=on_node))
    return list({outcome.unique_id: outcome for outcome in outcomes}.values())


def _built(results: Sequence[RunResult]) -> list[NodeOutcome]:
    """The outcomes of what was built; raises TransformationFailed where something could not be."""
    outcomes = [_outcome(result) for result in results]
    broken = [outcome for outcome in outcomes if outcome.status == "error"]
    if broken:
        raise TransformationFailed("\n".join(f"{outcome.name}: {outcome.message}" for outcome in broken))
    return outcomes


def _with_rows(
    outcomes: Sequence[NodeOutcome], rows_of: Callable[[str], tuple[list[str], list[tuple[object, ...]]]]
) -> list[NodeOutcome]:
    """The outcomes, those of failed tests with the first rows that they found."""
    return [
        replace(outcome, found=rows_of(outcome.compiled_sql)) if outcome.status == "fail" else outcome
        for outcome in outcomes
    ]


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


def _marts(manifest: Path) -> list[Mart]:
    """The tables of the schema `marts`, as their contracts have them."""
    return [
        Mart(
            name=node["name"],
            description=node["description"],
            columns=[
                MartColumn(
                    name=column["name"],
                    data_type=column["data_type"],
                    is_nullable=not any(one["type"] == "not_null" for one in column["constraints"]),
                    description=column["description"],
                )
                for column in node["columns"].values()
            ],
        )
        for node in _models(manifest)
        if node["schema"] == "marts" and node["config"]["materialized"] in ("table", "incremental")
    ]


def _models_of_duckdb(manifest: Path) -> list[str]:
    """The models of the schema `marts` that are no tables, with the views that they look through."""
    models = {node["unique_id"]: node for node in _models(manifest)}
    wanted = [
        unique_id
        for unique_id, node in models.items()
        if node["schema"] == "marts" and node["config"]["materialized"] not in ("table", "incremental")
    ]
    for unique_id in wanted:
        wanted += [
            parent
            for parent in models[unique_id]["depends_on"]["nodes"]
            if parent in models and models[parent]["config"]["materialized"] == "view" and parent not in wanted
        ]
    return [models[unique_id]["name"] for unique_id in wanted]


def _models(manifest: Path) -> list[dict[str, Any]]:
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    return [node for node in nodes if node["resource_type"] == "model"]


def relations(manifest: Path) -> set[tuple[str, str]]:
    """The schema and name of everything that a build makes in the working warehouse."""
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    return {(node["schema"], node["name"]) for node in nodes if node["resource_type"] in ("model", "seed")}


def _invoke(
    settings: Settings, arguments: list[str], *, engine: str = "duckdb", on_node: OnNode | None = None
) -> Sequence[RunResult]:
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
                "--target",
                engine,
                "--target-path",
                # What dbt remembers of the parsed project is of one engine.
                str(settings.dbt_target_dir if engine == "duckdb" else settings.dbt_target_dir / engine),
                "--threads",
                str(settings.threads),
            ]
        )
    finally:
        # dbt would keep the working warehouse open until the process ends, long after it has given up the lock.
        DuckDBConnectionManager.close_all_connections()
    if outcome.exception is not None and not isinstance(outcome.exception, Exception):
        raise outcome.exception  # whoever interrupted this meant the whole run; it is no failure of a model
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
