"""Telling whoever watches how far the work is: steps with their seconds, and messages; all of it is logged, too."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Progress:
    """Told by the steps of a refresh; this one only logs, a terminal shows bars as well."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        #: Of which run it is, once that is known.
        self.run_id = ""
        self._log = logging.getLogger("customhouse")

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A named step; its seconds are kept, added up where a step comes more than once."""
        started = time.perf_counter()
        self.log("step began", f"{name} …", step=name)
        self.begin(name)
        ending = "step failed"
        try:
            yield
            ending = "step ended"
        finally:
            took = time.perf_counter() - started
            self.seconds[name] = self.seconds.get(name, 0.0) + took
            self.end(name)
            self.log(ending, f"{name}: {took:.1f} s", step=name, seconds=round(took, 3))

    def begin(self, name: str) -> None:
        """A step begins."""

    def end(self, name: str) -> None:
        """A step ends, well or not."""

    def advance(self, done: int, total: int, detail: str) -> None:
        """`done` of `total` parts of the present step are finished; `detail` is the last one."""

    def message(self, text: str) -> None:
        """Something the operator should read."""
        self.log("message", text, level=logging.WARNING)

    def log(self, event: str, text: str, *, level: int = logging.INFO, **facts: object) -> None:
        """An event of this run."""
        self._log.log(level, "%s", text, extra={"event": event, "run_id": self.run_id, **facts})
