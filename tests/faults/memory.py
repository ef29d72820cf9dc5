"""Too little memory: DuckDB's limit, and a limit of the operating system on the whole process."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

from tests.faults.children import TIMEOUT_SECONDS
from tests.faults.stage import Case, Stage, Violation
from tests.integration.installation import BIN, Ended

LIMITS = ("1MB", "2MB", "4MB", "8MB", "16MB", "32MB", "64MB")
#: Of the address space, in MB: from less than Python's libraries take to what a refresh almost gets along with.
ADDRESS_SPACE = (100, 200, 300, 400, 500, 600, 800, 1000, 1300)


def cases(stage: Stage, *, count: int, seed: int) -> Iterator[Case]:
    """Every limit."""
    for limit in LIMITS:
        yield Case("memory limit of DuckDB", limit, lambda stage, limit=limit: _of_duckdb(stage, limit))
    for megabytes in ADDRESS_SPACE:
        yield Case(
            "memory limit of the process",
            f"{megabytes} MB",
            lambda stage, megabytes=megabytes: _of_process(stage, megabytes),
        )


def _of_duckdb(stage: Stage, limit: str) -> str:
    stage.reset()
    ended = stage.fork(CUSTOMHOUSE_MEMORY_LIMIT=limit).end()
    if ended.code and ("Traceback" in ended.output or "CUSTOMHOUSE_MEMORY_LIMIT" not in ended.output):
        raise Violation(f"the message does not name the setting:\n{ended.output[-3000:]}")
    return _aftermath(stage, ended)


def _of_process(stage: Stage, megabytes: int) -> str:
    if not shutil.which("prlimit"):
        return "not run: there is no prlimit"
    stage.reset()
    done = subprocess.run(
        ["prlimit", f"--as={megabytes << 20}", BIN / "customhouse", "refresh"],
        env=stage.variables(),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    return _aftermath(stage, Ended(done.returncode, done.stdout, done.stderr))


def _aftermath(stage: Stage, ended: Ended) -> str:
    found = stage.stands(stage.last, stage.next)
    stage.heals()
    return f"{found}, exit {ended.code}"
