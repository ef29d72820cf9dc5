"""The sha256 of files: remembered as long as a file is not touched, or sealed beside a file that is never to change."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

#: What the seal of a file is called, behind the file's own name.
SEAL_SUFFIX = ".sha256"
#: The form of the file: one of another form is as good as lost.
VERSION = 1
#: Smaller files are hashed faster than looked up safely.
REMEMBERED_BYTES = 1 << 20
#: A file touched so short ago may change once more without another time of change: it is not remembered yet.
_SETTLED_NANOSECONDS = 2_000_000_000


class FileHashes:
    """Hashes of files, kept in a JSON file that may be lost at any time."""

    def __init__(self, memory: Path) -> None:
        self._memory = memory
        self._known: dict[str, list[object]] = {}
        with suppress(OSError, ValueError, KeyError, TypeError):
            said = json.loads(memory.read_text(encoding="utf-8"))
            is_whole = said["sha256"] == _digest(said["files"])  # a wrong hash would reject a good file for ever
            self._known = dict(said["files"]) if said["version"] == VERSION and is_whole else {}
        self._found: dict[str, list[object]] = {}
        self._marks: dict[str, list[int]] = {}

    def of(self, path: Path) -> str:
        """The sha256 of a file's content, in hexadecimal digits. Raises OSError."""
        state = path.stat()
        mark = self._marks[str(path)] = mark_of(state)
        known = self._known.get(str(path))
        if known and known[:-1] == mark:
            self._found[str(path)] = known
            return str(known[-1])
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if state.st_size >= REMEMBERED_BYTES and state.st_ctime_ns < time.time_ns() - _SETTLED_NANOSECONDS:
            self._found[str(path)] = [*mark, digest]
        return digest

    def holds_still(self, path: Path, digest: str) -> bool:
        """Whether a file that was asked for still has this sha256: what is read between the two is of that content."""
        try:
            state = path.stat()
            if state.st_size >= REMEMBERED_BYTES and self._marks.get(str(path)) == mark_of(state):
                return True
            return self.of(path) == digest
        except OSError:
            return False

    def remember(self) -> None:
        """Keep what was asked for since this was made, and nothing else."""
        if self._found == self._known:
            return
        with suppress(OSError):  # hashing once more is all that is lost
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            for leftover in self._memory.parent.glob(f".{self._memory.name}.*"):  # of a process that was cut off
                leftover.unlink()
            draft = self._memory.with_name(f".{self._memory.name}.{time.time_ns()}")
            said = {"version": VERSION, "sha256": _digest(self._found), "files": self._found}
            draft.write_text(json.dumps(said), encoding="utf-8")
            draft.replace(self._memory)


def seal(path: Path, name: str) -> None:
    """Write beside a file what it holds; the file is to be called `name` when it is moved to its place."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    _write_seal(path.with_name(name), digest, None)


def is_as_sealed(path: Path) -> bool:
    """Whether a file is there and holds what it held when it was sealed; it is read only where it was touched since."""
    try:
        mark = mark_of(path.stat())
        said = json.loads(_seal_of(path).read_text(encoding="utf-8"))
        if said["mark"] == mark:
            return True
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if said["sha256"] != digest:
            return False
    except (OSError, ValueError, KeyError, TypeError):
        return False
    with suppress(OSError):  # hashing once more is all that is lost
        _write_seal(path, digest, mark)
    return True


def remove(path: Path) -> None:
    """Remove whatever stands at a path, if anything does."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def mark_of(state: os.stat_result) -> list[int]:
    """What is different once a file was touched: the time of the last change of the inode is no one's to set."""
    return [state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino]


def _write_seal(path: Path, digest: str, mark: list[int] | None) -> None:
    seal = _seal_of(path)
    draft = seal.with_name(f".{seal.name}")
    draft.write_text(json.dumps({"sha256": digest, "mark": mark}), encoding="utf-8")
    draft.replace(seal)


def _seal_of(path: Path) -> Path:
    return path.with_name(path.name + SEAL_SUFFIX)


def _digest(files: object) -> str:
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()
