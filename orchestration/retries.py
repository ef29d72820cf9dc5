"""Which failures may pass by themselves, and how long to wait before the next attempt."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator

import duckdb

from orchestration.transformation import TransformationFailed
from orchestration.warehouse.working import WorkingWarehouseHeld

#: What the operating system says of a disk, a network or a machine that is busy or stumbled. A full disk, a missing
#: file or a missing right is there the next time, too.
PASSING_ERRORS = (
    errno.EIO,
    errno.EAGAIN,
    errno.EBUSY,
    errno.EINTR,
    errno.ENOMEM,
    errno.ESTALE,
    errno.ETIMEDOUT,
    errno.ENFILE,
    errno.EMFILE,
)
#: The same where only words are left of it: those of the operating system in a message of DuckDB or dbt, and DuckDB's
#: own for a file that another process has locked.
_PASSING_WORDS = (*(os.strerror(number) for number in PASSING_ERRORS), "Could not set lock on file")


def may_pass(problem: BaseException) -> bool:
    """Whether the same step may go well a little later, with nothing changed by anybody.

    Everything else fails again: a broken contract, a rejected input, a check that found rows, a defect. A refresh that
    somebody interrupted is not to go on either.
    """
    return any(_passes(one) for one in _chain(problem))


def _passes(problem: BaseException) -> bool:
    if isinstance(problem, WorkingWarehouseHeld | MemoryError | duckdb.OutOfMemoryException):
        return True
    if isinstance(problem, sqlite3.OperationalError):
        return any(words in str(problem) for words in ("locked", "disk I/O error"))
    if isinstance(problem, OSError) and problem.errno is not None:
        return problem.errno in PASSING_ERRORS
    if isinstance(problem, duckdb.IOException | TransformationFailed):
        return any(words in str(problem) for words in _PASSING_WORDS)
    return False


def _chain(problem: BaseException) -> Iterator[BaseException]:
    """The problem and what it was raised from; not what it only came upon while another was handled."""
    seen: set[int] = set()
    one: BaseException | None = problem
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__


def seconds_before(attempt: int, first_seconds: float) -> float:
    """How long to wait before an attempt, of which the first again is 1: twice as long each time."""
    return float(first_seconds * 2 ** (attempt - 1))
