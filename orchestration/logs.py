"""The log file: a line an event, with time, level, run and step, in JSON for programs or as text for people."""

from __future__ import annotations

import datetime
import json
import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from filelock import FileLock, Timeout

from orchestration.redaction import without_secrets
from orchestration.settings import Settings

LOGGER = "customhouse"
#: What an event may have beside its message; steps and runs come first, as people look for them.
FIELDS = ("run_id", "step", "event", "seconds", "channel", "subject", "kind", "failure")


class Lines(logging.Formatter):
    """An event as one line, without secrets."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        at = datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat(timespec="milliseconds")
        message = record.getMessage()
        if record.exc_info:
            message = f"{message}\n{self.formatException(record.exc_info)}"
        message = without_secrets(self._settings, message)
        facts = {name: getattr(record, name) for name in FIELDS if getattr(record, name, None) not in (None, "")}
        if self._settings.log_format == "json":
            line = {
                "time": at,
                "level": record.levelname.lower(),
                **facts,
                "message": message,
                "process": record.process,
            }
            return json.dumps(line, ensure_ascii=False, default=str)
        run = f" [{str(facts['run_id'])[:8]}]" if "run_id" in facts else ""
        return f"{at} {record.levelname.lower()}{run} {message}".replace("\n", "\n  ")


class SharedFile(logging.Handler):
    """A file that several processes write, rotated by size; that it cannot be written never ends what is logged."""

    def __init__(self, path: Path, *, max_bytes: int, kept: int) -> None:
        super().__init__()
        self._path = path
        self._max_bytes = max_bytes
        self._kept = kept

    def emit(self, record: logging.LogRecord) -> None:
        """Append the line in one write, which no other process can cut in two."""
        with suppress(OSError, Timeout):
            line = f"{self.format(record)}\n".encode("utf-8", "backslashreplace")
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._rotate(len(line))
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
            try:
                os.write(descriptor, line)
            finally:
                os.close(descriptor)

    def _rotate(self, more: int) -> None:
        if not self._is_full(more):
            return
        with FileLock(self._path.with_name(f".{self._path.name}.lock"), timeout=5):
            if self._is_full(more):  # else another process has done it
                names = [
                    self._path,
                    *(self._path.with_name(f"{self._path.name}.{one}") for one in range(1, self._kept)),
                ]
                for older, newer in zip(names[:0:-1], names[-2::-1], strict=True):
                    if newer.exists():
                        newer.replace(older)
                if self._kept == 1:
                    self._path.unlink()

    def _is_full(self, more: int) -> bool:
        try:
            size = self._path.stat().st_size
        except FileNotFoundError:
            return False
        return size > 0 and size + more > self._max_bytes


def set_up_logs(settings: Settings, *, to: TextIO | None = None) -> None:
    """Write what the project logs to its file; warnings also to `to`, where nobody else shows them.

    Called again, it takes the place of what it set up before.
    """
    # A log that cannot be written, of dbt's above all, is worth no traceback a line: what lacks room says so itself.
    logging.raiseExceptions = False
    logger = logging.getLogger(LOGGER)
    logger.setLevel(logging.INFO)
    for handler in list(logger.handlers):
        if isinstance(handler.formatter, Lines):
            logger.removeHandler(handler)
    file = SharedFile(settings.log_file, max_bytes=settings.log_megabytes * 2**20, kept=settings.log_files)
    file.setFormatter(Lines(settings))
    logger.addHandler(file)
    if to is not None:
        shown = logging.StreamHandler(to)
        shown.setLevel(logging.WARNING)
        shown.setFormatter(Lines(settings))
        logger.addHandler(shown)
