"""How the last refresh ended, kept beside the warehouse for alerts and metrics; and whether one could not say so."""

from __future__ import annotations

import datetime
import sqlite3
from contextlib import closing
from pathlib import Path

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, ValidationError

from orchestration.atomic import write_whole


class RefreshRecord(BaseModel):
    """One run of the job, whoever started it."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    began: datetime.datetime
    ended: datetime.datetime
    #: The class of what it failed with and its message; both empty where it went well.
    failure: str = ""
    message: str = ""
    #: What each step took, by name.
    seconds: dict[str, float] = {}
    #: When the last good one and the last bad one ended, this one included.
    last_success: datetime.datetime | None = None
    last_failure: datetime.datetime | None = None

    @property
    def has_failed(self) -> bool:
        """Whether it went wrong."""
        return bool(self.failure)


def read_record(path: Path) -> RefreshRecord | None:
    """What was kept; None where nothing was, or nothing that can be read: it is made anew by the next refresh."""
    try:
        return RefreshRecord.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError):
        return None


def keep_record(path: Path, record: RefreshRecord) -> None:
    """Keep it, unless a later one is kept already: several processes may tell of one run. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock"), timeout=10):
        former = read_record(path)
        if former and former.ended >= record.ended:
            return
        last_success, last_failure = (former.last_success, former.last_failure) if former else (None, None)
        if record.has_failed:
            last_failure = record.ended
        else:
            last_success = record.ended
        kept = record.model_copy(update={"last_success": last_success, "last_failure": last_failure})
        write_whole(path, kept.model_dump_json(indent=1))


def has_open_run(dagster_home: Path) -> bool:
    """Whether a run in Dagster's history has not ended, or could not say so: asked without Dagster, which loads slowly.

    False where the history cannot be read: whoever runs next puts it right.
    """
    try:
        with closing(sqlite3.connect(f"{(dagster_home / 'history' / 'runs.db').as_uri()}?mode=ro", uri=True)) as runs:
            return bool(runs.execute("SELECT 1 FROM runs WHERE status IN ('STARTED', 'NOT_STARTED')").fetchone())
    except sqlite3.Error:
        return False
