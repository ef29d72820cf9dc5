"""What other processes do in tests: refresh or publish and be killed on the way, read while somebody publishes."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import closing
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import Any

import duckdb

from orchestration import atomic
from orchestration.inputs import Inputs
from orchestration.progress import Progress
from orchestration.settings import Settings
from orchestration.warehouse import publication
from tests.forking import forked_with
from tests.integration.installation import TIMEOUT_SECONDS, content

_CONTEXT = forked_with("tests.integration.processes")
_WAREHOUSE_CODE = (str(Path(publication.__file__).parent), atomic.__file__)


class Child:
    """A process that runs one of the functions below and tells what it finds."""

    def __init__(self, target: Callable[..., None], *arguments: object) -> None:
        self._connection, theirs = _CONTEXT.Pipe()
        self.process: BaseProcess = _CONTEXT.Process(target=target, args=(*arguments, theirs), daemon=True)
        self.process.start()
        theirs.close()

    def receive(self) -> Any:
        """What it tells next."""
        assert self._connection.poll(TIMEOUT_SECONDS), "nothing was told in time"
        return self._connection.recv()

    def stop(self) -> None:
        """Ask it to stop."""
        self._connection.send("stop")

    def kill_after(self, seconds: float) -> None:
        """SIGKILL, unless it ends before."""
        self.process.join(seconds)
        self.process.kill()

    def end(self) -> int:
        """Wait for its end; the exit code, negative for a signal."""
        self.process.join(TIMEOUT_SECONDS)
        code = self.process.exitcode
        self.process.kill()
        self._connection.close()
        assert code is not None, "it did not end in time"
        return code


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def publish(settings: Settings, inputs: Inputs, connection: Connection) -> None:
    """Publish what the working warehouse holds; tells when it begins."""
    connection.send("begins")
    publication.publish(settings, inputs, run_id="a test")


def publish_line_by_line(settings: Settings, inputs: Inputs, die_before: int | None, connection: Connection) -> None:
    """Publish, and die before the given line of what writes the warehouse is run; tells the function of every line."""
    functions: list[str] = []

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        if not frame.f_code.co_filename.startswith(_WAREHOUSE_CODE):
            return None
        if event == "line":
            if len(functions) == die_before:
                _die()
            functions.append(frame.f_code.co_name)
        return trace

    sys.settrace(trace)
    publication.publish(settings, inputs, run_id="a test")
    sys.settrace(None)
    connection.send(functions)


def read_what_was_opened(published: Path, connection: Connection) -> None:
    """Open the file once and query it until told to stop; tells the publication, at the end how often it was read."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    query = """SELECT (SELECT publication_id FROM metadata.publication),
        (SELECT md5(string_agg(CAST(row AS VARCHAR), ';' ORDER BY row)) FROM marts.fct_levels AS row)"""
    with closing(duckdb.connect(str(published), read_only=True)) as reader:
        opened = reader.execute(query).fetchall()
        connection.send(opened[0][0])
        times = 0
        while not connection.poll(0.01) and time.monotonic() < deadline:
            assert reader.execute(query).fetchall() == opened
            times += 1
    connection.send(times)


def read_what_is_newest(published: Path, connection: Connection) -> None:
    """Open the file anew for every query until told to stop; tells each new publication, once it was seen whole."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    seen = ""
    while not connection.poll(0.01) and time.monotonic() < deadline:
        content(published)
        with closing(duckdb.connect(str(published), read_only=True)) as reader:
            [(publication_id,)] = reader.execute("SELECT publication_id FROM metadata.publication").fetchall()
        if publication_id != seen:
            seen = publication_id
            connection.send(seen)
    connection.send("stopped")


class DyingProgress(Progress):
    """Dies where a step begins (`begin publish`) or ends (`end publish`), or after so many dbt nodes (`node 40`)."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self._where = where

    def _reach(self, where: str) -> None:
        if where == self._where:
            _die()

    def begin(self, name: str) -> None:
        self._reach(f"begin {name}")

    def end(self, name: str) -> None:
        self._reach(f"end {name}")

    def advance(self, done: int, total: int, detail: str) -> None:
        self._reach(f"node {done}")


if __name__ == "__main__":
    from orchestration.refresh import run_refresh

    run_refresh(Settings(), DyingProgress(sys.argv[1]))
