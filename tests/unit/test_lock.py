"""The lock of whoever writes the warehouse, between real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration.warehouse.lock import WarehouseHeld, warehouse_lock

#: Holds the warehouse from the moment it says `held` until a line or the end comes in.
HOLDER = """
import sys
from pathlib import Path
from orchestration.warehouse.lock import warehouse_lock
say = lambda text: print(text, flush=True)
with warehouse_lock(Path(sys.argv[1]), purpose=sys.argv[2], timeout_seconds=60, on_wait=say):
    say("held")
    sys.stdin.readline()
say("freed")
"""


@contextmanager
def process(folder: Path, purpose: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that takes the lock."""
    started = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), purpose],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def said(holder: subprocess.Popen[str]) -> str:
    assert holder.stdout is not None
    return holder.stdout.readline().strip()


def let_go(holder: subprocess.Popen[str]) -> None:
    assert holder.stdin is not None
    holder.stdin.write("\n")
    holder.stdin.flush()


def test_a_second_process_is_told_whom_it_waits_for_and_then_gets_the_warehouse(tmp_path: Path) -> None:
    with process(tmp_path, "refresh, run one") as first:
        assert said(first) == "held"
        with process(tmp_path, "refresh, run two") as second:
            assert said(second).startswith(f"waiting for refresh, run one (process {first.pid}, since 20")
            let_go(first)
            assert said(first) == "freed"
            assert said(second) == "held"


def test_whoever_waits_too_long_is_told_who_holds_the_warehouse(tmp_path: Path) -> None:
    with process(tmp_path, "a long refresh") as holder:
        assert said(holder) == "held"
        heard: list[str] = []
        with (
            pytest.raises(WarehouseHeld) as held,
            warehouse_lock(tmp_path, purpose="rollback", timeout_seconds=0.1, on_wait=heard.append),
        ):
            pytest.fail("two hold the warehouse")
        assert f"a long refresh (process {holder.pid}, since 20" in str(held.value)
        assert "Try again when it has ended, or stop it" in str(held.value)
        assert len(heard) == 1
        let_go(holder)
        assert said(holder) == "freed"


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    with process(tmp_path, "refresh") as holder:
        assert said(holder) == "held"
        holder.kill()
        holder.wait()
    assert (tmp_path / "writer.json").exists()  # it had no chance to tidy up
    with warehouse_lock(tmp_path, purpose="rollback", timeout_seconds=60):
        assert "rollback" in (tmp_path / "writer.json").read_text()
    assert not (tmp_path / "writer.json").exists()


def test_what_goes_wrong_inside_frees_the_lock(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), warehouse_lock(tmp_path, purpose="refresh", timeout_seconds=0):
        raise ZeroDivisionError
    with warehouse_lock(tmp_path, purpose="refresh", timeout_seconds=0):
        assert str(os.getpid()) in (tmp_path / "writer.json").read_text()


def test_within_one_process_it_is_held_once(tmp_path: Path) -> None:
    with (
        warehouse_lock(tmp_path, purpose="first", timeout_seconds=0),
        pytest.raises(WarehouseHeld, match="first"),
        warehouse_lock(tmp_path, purpose="second", timeout_seconds=0),
    ):
        pytest.fail("two hold the warehouse")


def test_a_holder_that_has_not_yet_said_who_it_is_is_another_process(tmp_path: Path) -> None:
    for text in ("", "{", '{"purpose": "x"}'):
        with warehouse_lock(tmp_path, purpose="first", timeout_seconds=0):
            (tmp_path / "writer.json").write_text(text)
            with (
                pytest.raises(WarehouseHeld, match="by another process"),
                warehouse_lock(tmp_path, purpose="second", timeout_seconds=0),
            ):
                pytest.fail("two hold the warehouse")


def test_a_warehouse_that_does_not_exist_yet_is_made(tmp_path: Path) -> None:
    with warehouse_lock(tmp_path / "new" / "warehouse", purpose="refresh", timeout_seconds=0):
        assert (tmp_path / "new" / "warehouse").is_dir()
