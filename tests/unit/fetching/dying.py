"""Fetching in a process of its own that dies by SIGKILL before a given line of what writes into raw/ is run."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Any

from orchestration.fetching import landing
from orchestration.fetching.declaration import read_declaration
from orchestration.fetching.fetch import fetch
from orchestration.progress import Progress
from orchestration.settings import Settings
from tests.forking import forked_with

_CONTEXT = forked_with("tests.unit.fetching.dying")


def exit_code_of_dying(settings: Settings, die_before: int) -> int | None:
    """Fetch what the settings declare, and die: -9, or 0 where the run has fewer lines."""
    process = _CONTEXT.Process(target=_fetch_and_die, args=(settings, die_before), daemon=True)
    process.start()
    process.join(60)
    process.kill()
    return process.exitcode


def _fetch_and_die(settings: Settings, die_before: int) -> None:
    lines = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal lines
        if frame.f_code.co_filename != landing.__file__:
            return None
        if event == "line":
            if lines == die_before:
                os.kill(os.getpid(), signal.SIGKILL)
            lines += 1
        return trace

    entries = read_declaration(settings.fetch_file)
    sys.settrace(trace)
    fetch(settings, entries, Progress())
