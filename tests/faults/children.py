"""The command in processes that are forked from one that has imported all it needs: they begin at once."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.forking import forked_with
from tests.integration.installation import Ended

#: Of prctl(2), on Linux.
_DIE_WITH_PARENT = 1
#: Nothing here takes a hundredth of it on an idle machine; what hangs fails instead of hanging the run.
TIMEOUT_SECONDS = 900
#: How often a process is asked what it has used of the processor.
_ASKED_EVERY_SECONDS = 0.005


def wait_until_used(process_id: int, seconds: float) -> float:
    """Wait until a process has used so many seconds of the processor, or has ended; returns how many it has used.

    They say how far it has come, however busy the machine is with something else.
    """
    used = 0.0
    while used < seconds:
        try:
            state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            break
        used = (int(state[11]) + int(state[12])) / os.sysconf("SC_CLK_TCK")
        if state[0] == "Z":  # ended, and not asked for its code yet
            break
        time.sleep(_ASKED_EVERY_SECONDS)
    return used


class Forked:
    """`customhouse` with some arguments, under way in a forked process; `die_at` kills it at a place of its work."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], die_at: str = "") -> None:
        descriptor, name = tempfile.mkstemp(prefix="output-")
        os.close(descriptor)
        self._output = Path(name)
        # Asked for here: whoever only collects these tests is not to load Dagster and dbt for others' processes.
        self.process = forked_with("tests.faults.loaded").Process(
            target=_command, args=(list(arguments), dict(environment), name, die_at), daemon=True
        )
        self.process.start()

    @property
    def process_id(self) -> int:
        assert self.process.pid
        return self.process.pid

    def end(self) -> Ended:
        """Wait for its end; the code is negative for a signal."""
        self.process.join(TIMEOUT_SECONDS)
        code = self.process.exitcode
        self.process.kill()
        output = self._output.read_text(errors="replace")
        self._output.unlink()
        assert code is not None, f"it did not end in time:\n{output}"
        return Ended(code, output, "")


def _command(arguments: list[str], environment: dict[str, str], output: str, die_at: str) -> None:
    # Whoever stops the harness stops this, too: it would write where the next one works.
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None
    descriptor = os.open(output, os.O_WRONLY | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    sys.argv = ["customhouse", *arguments]
    code = 1
    try:
        from orchestration.cli import main

        if die_at:
            _die_at(die_at)
        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _die_at(place: str) -> None:
    """Have the command die where a step begins or ends, or after so many dbt nodes; `record FILE` writes all places."""
    from orchestration.console import ConsoleProgress

    seen: list[str] = []

    def reach(where: str) -> None:
        if where == place:
            os.kill(os.getpid(), signal.SIGKILL)
        seen.append(where)
        if place.startswith("record "):
            Path(place.removeprefix("record ")).write_text("\n".join(seen))

    class Dying(ConsoleProgress):
        def begin(self, name: str) -> None:
            reach(f"begin {name}")
            super().begin(name)

        def end(self, name: str) -> None:
            super().end(name)
            reach(f"end {name}")

        def advance(self, done: int, total: int, detail: str) -> None:
            reach(f"node {done}" if total > 10 else f"part {detail}")

    import orchestration.console

    orchestration.console.ConsoleProgress = Dying  # type: ignore[misc]
