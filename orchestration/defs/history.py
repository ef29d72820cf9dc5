"""The history in Dagster's instance: damaged files of it, runs that are kept no longer, and removing one whole."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Collection
from contextlib import closing
from functools import partial
from pathlib import Path
from uuid import UUID

import dagster as dg
from dagster._core.storage.runs import SqlRunStorage
from dagster._core.storage.runs.schema import RunTagsTable

from orchestration.hashing import remove
from orchestration.warehouse.retention import Leftover

#: Where they are in Dagster's home.
FILES = ("history/runs.db", "event_log.db", "schedules/schedules.db")
_ENDED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)


def put_aside_damaged(home: Path, tell: Callable[[str], None]) -> None:
    """Rename each file that is no whole database to `*.damaged`; Dagster makes a new one, and `tell` says so.

    Whatever else keeps a file from being opened, a full disk or another process, is left to whoever opens it next.
    """
    for name in FILES:
        path = home / name
        if path.exists() and (damage := _damage_of(path)):
            damaged = path.with_suffix(".damaged")
            remove(damaged)
            path.replace(damaged)
            for beside in ("-wal", "-shm", "-journal"):
                remove(path.with_name(path.name + beside))
            tell(f"Dagster's history is damaged and begins anew: {damage}; what was there is in {damaged}")


def _damage_of(path: Path) -> str | None:
    if path.is_dir():
        return f"{path} is a folder"
    if path.stat().st_size == 0:
        return f"{path} is empty"
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.text_factory = lambda text: text.decode("utf-8", "replace")  # damage is named as it stands
            ((found,),) = connection.execute("PRAGMA quick_check(1)").fetchall()
    except sqlite3.OperationalError:
        return None
    except sqlite3.DatabaseError as problem:
        return f"{path}: {problem}"
    except UnicodeDecodeError as problem:  # of the message: it names what is damaged
        return f"{path}: {problem.object.decode('utf-8', 'replace')}"
    return None if found == "ok" else f"{path}: {found}"


def old_runs(instance: dg.DagsterInstance, *, kept: int, needed: Collection[str]) -> list[Leftover]:
    """Ended runs but for the last `kept` and those that are needed; and outputs of runs that are gone."""
    ended = instance.get_run_ids(filters=dg.RunsFilter(statuses=list(_ENDED)))  # the last one first
    going = [run_id for run_id in ended[kept:] if run_id not in needed]
    outputs = Path(instance.storage_directory())
    known = set(instance.get_run_ids())
    left = [
        path.name
        for path in (sorted(outputs.iterdir()) if outputs.is_dir() else ())
        if _is_run_id(path.name) and path.name not in known
    ]
    return [
        Leftover("run", run_id, _bytes_below(outputs / run_id), partial(remove_run, instance, run_id))
        for run_id in [*left, *reversed(going)]
    ]


def remove_run(instance: dg.DagsterInstance, run_id: str) -> None:
    """Remove a run: its outputs, its events, its tags, and last the run, so that what is cut off is found again."""
    shutil.rmtree(Path(instance.storage_directory()) / run_id, ignore_errors=True)
    instance.event_log_storage.delete_events(run_id)
    storage = instance.run_storage
    if isinstance(storage, SqlRunStorage):
        with storage.connect() as connection:  # SQLite does not follow the reference that would take them along
            connection.execute(RunTagsTable.delete().where(RunTagsTable.c.run_id == run_id))
    storage.delete_run(run_id)


def _is_run_id(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


def _bytes_below(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
