"""The sha256 of files; that of a large one is remembered as long as the file is not touched."""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import suppress
from pathlib import Path

#: Smaller files are hashed faster than looked up safely.
REMEMBERED_BYTES = 1 << 20
#: A file touched so short ago may change once more without another time of change: it is not remembered yet.
_SETTLED_NANOSECONDS = 2_000_000_000


class FileHashes:
    """Hashes of files, kept in a JSON file that may be lost at any time."""

    def __init__(self, memory: Path) -> None:
        self._memory = memory
        self._known: dict[str, list[object]] = {}
        with suppress(OSError, ValueError):
            known = json.loads(memory.read_text(encoding="utf-8"))
            self._known = known if isinstance(known, dict) else {}
        self._found: dict[str, list[object]] = {}

    def of(self, path: Path) -> str:
        """The sha256 of a file's content, in hexadecimal digits. Raises OSError."""
        state = path.stat()
        # The time of the last change of the inode, too: it is no one's to set.
        mark: list[object] = [state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino]
        known = self._known.get(str(path))
        if known and known[:-1] == mark:
            self._found[str(path)] = known
            return str(known[-1])
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if state.st_size >= REMEMBERED_BYTES and state.st_ctime_ns < time.time_ns() - _SETTLED_NANOSECONDS:
            self._found[str(path)] = [*mark, digest]
        return digest

    def remember(self) -> None:
        """Keep what was asked for since this was made, and nothing else."""
        if self._found == self._known:
            return
        with suppress(OSError):  # hashing once more is all that is lost
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            draft = self._memory.with_name(f".{self._memory.name}.{time.time_ns()}")
            draft.write_text(json.dumps(self._found), encoding="utf-8")
            draft.replace(self._memory)
