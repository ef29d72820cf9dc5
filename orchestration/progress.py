"""Telling whoever watches how far the work is: steps with their seconds, and messages."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Progress:
    """Told by the steps of a refresh; this one writes to the log, a terminal shows bars instead."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._log = logging.getLogger("customhouse")

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A named step; its seconds are kept, added up where a step comes more than once."""
        started = time.perf_counter()
        self.begin(name)
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started
            self.end(name)

    def begin(self, name: str) -> None:
        """A step begins."""
        self._log.info("%s …", name)

    def end(self, name: str) -> None:
        """A step ends, well or not."""
        self._log.info("%s: %.1f s", name, self.seconds[name])

    def advance(self, done: int, total: int, detail: str) -> None:
        """`done` of `total` parts of the present step are finished; `detail` is the last one."""

    def message(self, text: str) -> None:
        """Something the operator should read."""
        self._log.warning("%s", text)
