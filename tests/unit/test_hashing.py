"""Hashes of files: those of large ones are remembered, and never those of another content."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from orchestration import hashing
from orchestration.hashing import REMEMBERED_BYTES, FileHashes

LARGE = b"a" * REMEMBERED_BYTES


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as settled at once."""
    monkeypatch.setattr(hashing, "_SETTLED_NANOSECONDS", -1_000_000_000)


def remembered(folder: Path, path: Path) -> str:
    hashes = FileHashes(folder / "memory.json")
    digest = hashes.of(path)
    hashes.remember()
    return digest


def test_a_large_file_is_read_once(tmp_path: Path, settled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large"
    path.write_bytes(LARGE)
    assert remembered(tmp_path, path) == hashlib.sha256(LARGE).hexdigest()
    monkeypatch.setattr(hashlib, "file_digest", lambda *_: pytest.fail("it was read again"))
    assert FileHashes(tmp_path / "memory.json").of(path) == hashlib.sha256(LARGE).hexdigest()


def test_another_content_of_the_same_size_and_time_is_seen(tmp_path: Path, settled: None) -> None:
    path = tmp_path / "large"
    path.write_bytes(LARGE)
    before = path.stat()
    remembered(tmp_path, path)
    time.sleep(0.02)
    path.write_bytes(LARGE[:-1] + b"b")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert remembered(tmp_path, path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_that_may_still_change_is_not_remembered(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(LARGE)
    remembered(tmp_path, path)
    assert not (tmp_path / "memory.json").exists()


@pytest.mark.parametrize("memory", [b"", b"{", b"[]", b'{"x": 1}', b"\xff"])
def test_a_damaged_memory_is_forgotten(tmp_path: Path, memory: bytes) -> None:
    path = tmp_path / "small"
    path.write_bytes(b"a")
    (tmp_path / "memory.json").write_bytes(memory)
    assert remembered(tmp_path, path) == hashlib.sha256(b"a").hexdigest()
