"""Runs in Dagster's history: the old ones go with all that they left, and which months there are stays known."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest

from orchestration.defs.cut_off_runs import PROCESS_TAG
from orchestration.defs.event_log import EventLog
from orchestration.defs.history import old_runs, remove_run
from orchestration.refresh import HistoryUnusable, open_history, report_cut_off_runs
from orchestration.refresh_record import has_open_run
from orchestration.settings import PROJECT_DIR, Settings
from orchestration.warehouse.lock import warehouse_lock
from orchestration.warehouse.retention import remove_all
from tests.conftest import own_environment

#: Of the event log and of the runs: every table that grows with each run.
TABLES = {
    "event_log.db": ("event_logs", "asset_check_executions", "asset_event_tags"),
    "history/runs.db": ("runs", "run_tags"),
}


@dg.asset(check_specs=[dg.AssetCheckSpec("is_good", asset="figures")])
def figures(context: dg.AssetExecutionContext):
    """An asset that reports a month of another one, as the lake does."""
    month = context.run.tags["month"]
    context.log_event(dg.AssetMaterialization("lake", partition=month))
    return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True, check_name="is_good")])


@pytest.fixture(scope="module")
def five_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of Dagster with the project's settings and the history of five runs, the first month's first. To copy."""
    folder = tmp_path_factory.mktemp("history") / "home"
    folder.mkdir()
    shutil.copy(PROJECT_DIR / "dagster_home" / "dagster.yaml", folder)
    with own_environment():
        os.environ["DAGSTER_HOME"] = str(folder)
        with dg.DagsterInstance.get() as instance:
            for number in range(1, 6):
                dg.materialize([figures], instance=instance, tags={"month": f"2023-{number:02}-01"})
    return folder


@pytest.fixture
def home(five_runs: Path, tmp_path: Path) -> Path:
    """The same, to change."""
    os.environ["DAGSTER_HOME"] = str(tmp_path / "home")
    return Path(shutil.copytree(five_runs, tmp_path / "home"))


@pytest.fixture
def instance(home: Path) -> Iterator[dg.DagsterInstance]:
    """The instance in that home, each of its runs with an output, as Dagster keeps what steps hand on."""
    with dg.DagsterInstance.get() as found:
        for run_id in found.get_run_ids():
            (home / "storage" / run_id).mkdir(parents=True)
            (home / "storage" / run_id / "figures").write_text("an output")
        yield found


def runs(instance: dg.DagsterInstance) -> list[str]:
    """The oldest first."""
    return list(reversed(instance.get_run_ids()))


def rows(home: Path) -> dict[str, set[str]]:
    """Every table that grows with runs: of which runs it has rows. Tags of events have no run of their own."""
    found = {}
    for file, tables in TABLES.items():
        with closing(sqlite3.connect(home / file)) as database:
            for table in tables:
                runs = "SELECT run_id FROM event_logs WHERE id IN (SELECT event_id FROM asset_event_tags)"
                sql = runs if table == "asset_event_tags" else f"SELECT run_id FROM {table}"
                found[table] = {run_id for (run_id,) in database.execute(sql)}
    return found


def test_old_runs_go_with_all_that_they_left_and_the_months_stay_known(
    instance: dg.DagsterInstance, home: Path
) -> None:
    assert isinstance(instance.event_log_storage, EventLog)
    first, second, third, *last = runs(instance)
    assert all(found == {first, second, third, *last} for found in rows(home).values())
    found = old_runs(instance, kept=2, needed={second})
    assert [(one.kind, one.name) for one in found] == [("run", first), ("run", third)]
    assert all(one.bytes > 0 for one in found)
    remove_all(found)
    assert runs(instance) == [second, *last]
    left = {second, *last}
    after = rows(home)
    assert after.pop("event_logs") == {first, second, third, *last}  # one event of each: its month
    assert after == dict.fromkeys(("asset_check_executions", "asset_event_tags", "runs", "run_tags"), left)
    with closing(sqlite3.connect(home / "event_log.db")) as database:
        kept = database.execute("SELECT partition FROM event_logs WHERE run_id IN (?, ?)", [first, third]).fetchall()
    assert sorted(kept) == [("2023-01-01",), ("2023-03-01",)]
    months = instance.get_materialized_partitions(dg.AssetKey("lake"))
    assert months == {f"2023-0{number}-01" for number in range(1, 6)}
    assert sorted(path.name for path in (home / "storage").iterdir() if len(path.name) == 36) == sorted(left)
    assert old_runs(instance, kept=2, needed={second}) == []


def test_a_run_under_way_is_no_old_one(instance: dg.DagsterInstance) -> None:
    begun = instance.create_run_for_job(
        dg.define_asset_job("again", selection=[figures]).resolve(
            asset_graph=dg.Definitions(assets=[figures]).resolve_asset_graph()
        )
    )
    assert begun.run_id not in {one.name for one in old_runs(instance, kept=1, needed=())}
    assert len(old_runs(instance, kept=1, needed=())) == 4


@pytest.mark.long
@pytest.mark.parametrize("where", ["delete_events", "connect", "delete_run"])
def test_a_removal_that_is_killed_is_completed_by_the_next(
    instance: dg.DagsterInstance, home: Path, where: str
) -> None:
    first, *others = runs(instance)
    storage = "event_log_storage" if where == "delete_events" else "run_storage"
    code = f"""
import os, signal, dagster as dg
from orchestration.defs.history import remove_run
with dg.DagsterInstance.get() as instance:
    instance.{storage}.{where} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    remove_run(instance, {first!r})
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_DIR, env=os.environ, check=False)
    assert ended.returncode == -signal.SIGKILL
    found = old_runs(instance, kept=4, needed=())
    assert [one.name for one in found] == [first]
    remove_all(found)
    assert runs(instance) == others
    assert rows(home)["run_tags"] == set(others)


def test_outputs_of_a_run_that_the_history_has_lost_go_too(instance: dg.DagsterInstance, home: Path) -> None:
    first, *_ = runs(instance)
    instance.delete_run(first)
    (home / "storage" / "something of a person").mkdir()
    found = old_runs(instance, kept=10, needed=())
    assert [one.name for one in found] == [first]
    remove_all(found)
    assert not (home / "storage" / first).exists()
    assert (home / "storage" / "something of a person").exists()


def test_removing_a_run_twice_is_removing_it_once(instance: dg.DagsterInstance) -> None:
    first, *others = runs(instance)
    remove_run(instance, first)
    remove_run(instance, first)
    assert runs(instance) == others


def test_settings_of_dagster_that_this_version_does_not_know_are_told_with_what_to_do(settings: Settings) -> None:
    path = settings.dagster_home / "dagster.yaml"
    path.write_text(path.read_text().replace("orchestration.defs.event_log", "orchestration.event_log"))
    with pytest.raises(HistoryUnusable, match=r"event_log.*compare it with"), open_history(settings):
        pass


@pytest.mark.parametrize(
    ("process", "status"),
    [
        pytest.param("2147483647", dg.DagsterRunStatus.FAILURE, id="gone"),
        pytest.param(str(os.getpid()), dg.DagsterRunStatus.STARTED, id="alive"),
    ],
)
def test_a_run_whose_process_is_gone_has_ended(
    home: Path, settings: Settings, process: str, status: dg.DagsterRunStatus
) -> None:
    settings = settings.model_copy(update={"dagster_home": home})
    assert not has_open_run(home)
    with open_history(settings) as instance:
        tags = {PROCESS_TAG: f"{process} {socket.gethostname()}"}
        run_id = instance.create_run_for_job(
            dg.Definitions(assets=[figures]).resolve_implicit_global_asset_job_def(),
            status=dg.DagsterRunStatus.STARTED,
            tags=tags,
        ).run_id
    assert has_open_run(home)
    report_cut_off_runs(settings)
    with open_history(settings) as instance:
        run = instance.get_run_by_id(run_id)
    assert run and run.status is status
    assert has_open_run(home) == (status is dg.DagsterRunStatus.STARTED)


def test_without_a_history_no_run_is_open(tmp_path: Path) -> None:
    assert not has_open_run(tmp_path)
    (tmp_path / "history").mkdir()
    (tmp_path / "history" / "runs.db").write_text("no database")
    assert not has_open_run(tmp_path)


WAITING = """
import dagster as dg
from orchestration.defs.resources import warehouse_resource
from orchestration.progress import Progress
from orchestration.settings import Settings

class Telling(Progress):
    def message(self, text):
        print(text, flush=True)

@dg.asset
def one(warehouse: dg.ResourceParam[object]): ...

settings = Settings()
with dg.DagsterInstance.get() as instance:
    dg.materialize([one], instance=instance, resources={"warehouse": warehouse_resource(settings, Telling())})
"""


def test_a_run_that_dagster_began_and_that_was_killed_while_it_waited_is_said_to_have_ended(
    home: Path, settings: Settings
) -> None:
    settings = settings.model_copy(update={"dagster_home": home})
    before = set(runs_of(home))
    environment = {**os.environ, "CUSTOMHOUSE_WAREHOUSE_DIR": str(settings.warehouse_dir)}
    with warehouse_lock(settings.warehouse_dir, purpose="a test", timeout_seconds=0):
        process = subprocess.Popen(
            [sys.executable, "-c", WAITING],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None
        assert any("waiting for" in line for line in process.stdout)
        process.kill()
        process.communicate()
    assert [status for run_id, status in runs_of(home).items() if run_id not in before] == ["STARTED"]
    report_cut_off_runs(settings)
    assert [status for run_id, status in runs_of(home).items() if run_id not in before] == ["FAILURE"]


def runs_of(home: Path) -> dict[str, str]:
    """The status of each run in the history."""
    with closing(sqlite3.connect(home / "history" / "runs.db")) as connection:
        return dict(connection.execute("SELECT run_id, status FROM runs").fetchall())
