"""Pages, PDFs and Word documents are taken apart in a process of its own, which is started, asked and ended here.

What a broken or hostile file does to the library that parses it (a crash, gigabytes, no end) cannot be caught within a
process. So there the process ends, and the file is told to be unusable. It stays for the next files: to start one for
each costs a quarter of a second.
"""

from __future__ import annotations

import atexit
import contextlib
import datetime
import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from orchestration.releases.decoding import UnusableDocument

#: How long one file may take. The largest real ones take a second, or a few where the machine is busy.
SECONDS = 30.0
#: After so many files a new process is started: libraries do not give back all that they took.
FILES_OF_A_PROCESS = 500
SAVE_ANEW = "save it anew from the program that made it, or copy its text into a .txt file"
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_LENGTH_BYTES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """The text of a file and what the file states of itself; "" and None for what it does not state."""

    text: str
    title: str = ""
    publisher: str = ""
    published_date: datetime.date | None = None
    published_date_basis: str = ""
    url: str = ""


class ExtractionFailed(RuntimeError):
    """The process cannot do its work at all, whatever the file: a library is missing, or it cannot be started."""


def extract(kind: str, content: bytes) -> Extract:
    """The text of a file of a kind: `html`, `pdf` or `docx`. Raises UnusableDocument, and ExtractionFailed."""
    with _lock:
        process = _process()
        answer = process.answer(kind, content)
        if answer is None and process.asked > 1 and not process.is_stopped:
            # What ended it may be of an earlier file, or not a file at all: a new one says.
            process = _process()
            answer = process.answer(kind, content)
    if answer is None:
        if process.is_stopped:
            raise UnusableDocument(f"could not be read within {SECONDS:g} seconds; {SAVE_ANEW}")
        raise UnusableDocument(f"breaks the program that reads such files (exit {process.status}); {SAVE_ANEW}")
    if "unusable" in answer:
        raise UnusableDocument(answer["unusable"])
    if "failed" in answer:
        raise ExtractionFailed(answer["failed"])
    published = answer.pop("published_date")
    return Extract(**answer, published_date=datetime.date.fromisoformat(published) if published else None)


class _Process:
    """The process, and how it is asked: a file at a time, the length of what comes before it, both ways."""

    def __init__(self) -> None:
        path = os.pathsep.join(filter(None, (str(_PACKAGE_ROOT), os.environ.get("PYTHONPATH", ""))))
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "orchestration.releases.extraction_process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": path},
            )
        except OSError as problem:
            raise ExtractionFailed(f"no process can be started to read it: {problem.strerror}") from problem
        if self._process.stdin is None or self._process.stdout is None:
            raise ExtractionFailed("the process that is to read it has no pipes")  # pragma: no cover
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self.owner = os.getpid()
        self.asked = 0
        self.is_stopped = False

    def answer(self, kind: str, content: bytes) -> dict[str, Any] | None:
        """What the process makes of a file; None where it ends over it, by itself or because it takes too long."""
        self.asked += 1
        timer = threading.Timer(SECONDS, self._stop)
        timer.daemon = True
        timer.start()
        received: bytes | None = None
        try:
            write_message(self._stdin, kind.encode())
            write_message(self._stdin, content)
            received = read_message(self._stdout)
        except OSError:
            pass
        except BaseException:  # interrupted: the answer to this file must not be taken for that to the next
            self._process.kill()
            raise
        finally:
            timer.cancel()
        if received is None:
            self._process.kill()
            self.end()
            return None
        answer: dict[str, Any] = json.loads(received)
        return answer

    def _stop(self) -> None:
        self.is_stopped = True
        self._process.kill()

    @property
    def is_usable(self) -> bool:
        """Whether it is there, is this process's own and no copy from before a fork, and has not worked for long."""
        return self.owner == os.getpid() and self.asked < FILES_OF_A_PROCESS and self._process.poll() is None

    @property
    def status(self) -> int | None:
        """The exit status; negative where a signal ended it."""
        return self._process.poll()

    def end(self) -> None:
        """End it: it goes by itself once its input is closed."""
        if self.owner != os.getpid():
            return
        for stream in (self._stdin, self._stdout):
            with contextlib.suppress(OSError):
                stream.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def write_message(stream: IO[bytes], message: bytes) -> None:
    """Write a message with its length before it."""
    stream.write(len(message).to_bytes(_LENGTH_BYTES, "big"))
    stream.write(message)
    stream.flush()


def read_message(stream: IO[bytes]) -> bytes | None:
    """The next message; None where the other side has ended."""
    head = stream.read(_LENGTH_BYTES)
    if len(head) < _LENGTH_BYTES:
        return None
    length = int.from_bytes(head, "big")
    message = stream.read(length)
    return message if len(message) == length else None


_lock = threading.Lock()
_running: _Process | None = None


def _process() -> _Process:
    global _running  # noqa: PLW0603  # one for all files, as the module says
    if _running is None or not _running.is_usable:
        _end()
        _running = _Process()
    return _running


def _end() -> None:
    if _running is not None:
        _running.end()


atexit.register(_end)
