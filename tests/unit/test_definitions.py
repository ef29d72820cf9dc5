"""What Dagster loads: the asset graph beside its committed snapshot, one graph from raw/ to the publication."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from orchestration.settings import Settings
from tests.conftest import own_environment

SNAPSHOT = Path(__file__).with_name("asset_graph.json")
#: Set to 1, it makes the snapshot anew. Read here because no test sees such variables.
RENEW = os.environ.get("CUSTOMHOUSE_RENEW_SNAPSHOTS") == "1"


def described(settings: Settings) -> dict[str, Any]:
    """Assets with their group and upstream assets, checks, and what starts the job."""
    from dagster import AssetKey

    from orchestration.definitions import build_definitions

    definitions = build_definitions(settings)
    graph = definitions.resolve_asset_graph()
    sensors = definitions.sensors or []
    return {
        "assets": {
            key.to_user_string(): {
                "group": graph.get(key).group_name,
                "deps": sorted(parent.to_user_string() for parent in graph.get(key).parent_keys),
                "is_described": bool((graph.get(key).description or "").strip()),
                "is_materialized_here": graph.get(key).is_materializable,
            }
            for key in sorted(graph.get_all_asset_keys(), key=AssetKey.to_user_string)
        },
        "checks": {
            f"{key.asset_key.to_user_string()}: {key.name}": {"is_blocking": graph.get(key).blocking}
            for key in sorted(graph.asset_check_keys, key=lambda key: (key.asset_key.to_user_string(), key.name))
        },
        "jobs": sorted(job.name for job in definitions.resolve_all_job_defs() if not job.name.startswith("__")),
        "schedules": {schedule.name: schedule.job_name for schedule in definitions.schedules or []},
        "sensors": {sensor.name: ", ".join(target.job_name for target in sensor.targets) for sensor in sensors},
    }


@pytest.fixture(scope="session")
def graph(shared_folder: Path, prepared_target: Path) -> dict[str, Any]:
    """The graph, described once a test run: Dagster takes seconds to import."""
    answer = shared_folder / "asset-graph.json"
    with FileLock(answer.with_suffix(".lock")), own_environment():
        if not answer.exists():
            settings = Settings(
                dbt_target_dir=prepared_target,
                warehouse_dir=shared_folder / "graph-warehouse",
                dagster_home=shared_folder / "graph-home",
            )
            answer.write_text(json.dumps(described(settings)))
    found = json.loads(answer.read_text())
    assert isinstance(found, dict)
    return found


def upstream(graph: dict[str, Any], key: str) -> set[str]:
    """Every asset that this one is made from, itself included."""
    found: set[str] = set()
    waiting = [key]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += graph["assets"][one]["deps"]
    return found


def test_the_asset_graph_is_the_one_of_the_snapshot(graph: dict[str, Any]) -> None:
    now = {part: graph[part] for part in ("assets", "checks", "jobs", "schedules", "sensors")}
    now["assets"] = {key: {"group": one["group"], "deps": one["deps"]} for key, one in graph["assets"].items()}
    if RENEW:
        SNAPSHOT.write_text(json.dumps(now, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    kept = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    changes = [
        f"{part}: {name!r} {'is gone' if name not in now[part] else 'is new' if name not in kept[part] else 'changed'}"
        for part in now
        for name in sorted({*now[part], *kept[part]})
        if name not in now[part]
        or name not in kept[part]
        or (isinstance(now[part], dict) and now[part][name] != kept[part][name])
    ]
    assert now == kept, (
        "The asset graph is not the one of tests/unit/asset_graph.json:\n  "
        + "\n  ".join(changes)
        + "\nWhere that is meant, renew the snapshot and commit it:\n"
        "  CUSTOMHOUSE_RENEW_SNAPSHOTS=1 .venv/bin/pytest tests/unit/test_definitions.py"
    )


def test_every_asset_comes_from_raw_files(graph: dict[str, Any]) -> None:
    for key in graph["assets"]:
        sources = {one for one in upstream(graph, key) if not graph["assets"][one]["deps"]}
        assert {one.split("/")[0] for one in sources} == {"raw"}, key


def test_every_asset_reaches_the_publication_but_the_page_of_it(graph: dict[str, Any]) -> None:
    assert set(graph["assets"]) - upstream(graph, "publication") == {"dashboard"}
    assert graph["assets"]["dashboard"]["deps"] == ["publication"]


def test_only_raw_files_are_made_by_others(graph: dict[str, Any]) -> None:
    others = {key for key, one in graph["assets"].items() if not one["is_materialized_here"]}
    # The months of the lake are reported by customs/lines, which makes whichever are missing.
    assert others == {key for key in graph["assets"] if key.startswith("raw/")} | {"customs/lake"}


def test_every_source_of_dbt_is_an_asset_of_python(graph: dict[str, Any], prepared_target: Path) -> None:
    manifest = json.loads((prepared_target / "manifest.json").read_text(encoding="utf-8"))
    sources = {f"{source['source_name']}/{source['name']}" for source in manifest["sources"].values()}
    assert sources
    for key in sources:
        assert graph["assets"][key]["is_materialized_here"], key
        assert graph["assets"][key]["group"] == key.split("/")[0]


def test_every_node_of_dbt_is_an_asset(graph: dict[str, Any], prepared_target: Path) -> None:
    manifest = json.loads((prepared_target / "manifest.json").read_text(encoding="utf-8"))
    nodes = {
        node["name"] for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed", "snapshot")
    }
    assert nodes == {
        key.split("/")[-1]
        for key, one in graph["assets"].items()
        if one["group"] not in ("sheets", "releases", "customs", "deduction", "publication") or "/stg_" in key
    } - {"code_lists"}


def test_every_mart_is_published(graph: dict[str, Any]) -> None:
    marts = {key for key, one in graph["assets"].items() if one["group"] in ("marts", "functions")}
    assert marts
    assert set(graph["assets"]["publication"]["deps"]) == marts


def test_marts_are_made_from_what_is_cleaned_and_joined_and_never_from_what_is_staged(graph: dict[str, Any]) -> None:
    for key, one in graph["assets"].items():
        if one["group"] == "marts":
            assert [dep for dep in one["deps"] if dep.startswith(("raw/", "sheets/", "releases/"))] == [], key


def test_every_asset_is_described(graph: dict[str, Any]) -> None:
    assert [key for key, one in graph["assets"].items() if not one["is_described"]] == []


def test_schedule_and_sensor_ask_for_the_one_job(graph: dict[str, Any]) -> None:
    assert graph["jobs"] == ["refresh"]
    assert set(graph["schedules"].values()) == {"refresh"}
    # Others look after what has run, and start nothing.
    assert {sensor for sensor, job in graph["sensors"].items() if job} == {"raw_files"}
