"""The one lock that whoever writes the warehouse holds: a refresh from the shell, a run of Dagster, a rollback."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


class WarehouseHeld(RuntimeError):
    """Another process writes the warehouse and did not end in time; the message says which."""


@contextmanager
def warehouse_lock(
    warehouse_dir: Path, *, purpose: str, timeout_seconds: float, on_wait: Callable[[str], None] | None = None
) -> Iterator[None]:
    """Hold the warehouse for writing; the operating system frees the lock when the holder dies, however it dies.

    While another process holds it, `on_wait` is told once who that is. After `timeout_seconds` WarehouseHeld is raised.
    """
    warehouse_dir.mkdir(parents=True, exist_ok=True)
    lock = FileLock(warehouse_dir / "writer.lock")
    holder_path = warehouse_dir / "writer.json"
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if on_wait:
                on_wait(f"waiting for {_holder(holder_path)}")
            lock.acquire(timeout=timeout_seconds)
    except Timeout:
        raise WarehouseHeld(
            f"the warehouse is being written by {_holder(holder_path)}; waited {timeout_seconds:.0f} s. "
            "Try again when it has ended, or stop it"
        ) from None
    try:
        holder_path.write_text(
            json.dumps(
                {
                    "process": os.getpid(),
                    "purpose": purpose,
                    "since": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
                }
            )
        )
        yield
    finally:
        holder_path.unlink(missing_ok=True)
        lock.release()


def is_held(warehouse_dir: Path) -> bool:
    """Whether some process holds the warehouse for writing at this moment."""
    try:
        with FileLock(warehouse_dir / "writer.lock", timeout=0):
            return False
    except Timeout:
        return True
    except OSError:  # it cannot be written here at all
        return False


def _holder(path: Path) -> str:
    try:
        holder = json.loads(path.read_text())
        return f"{holder['purpose']} (process {holder['process']}, since {holder['since']})"
    except (OSError, ValueError, KeyError):  # it has just begun, or just ended
        return "another process"
