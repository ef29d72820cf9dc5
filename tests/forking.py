"""Processes that tests fork from one that has imported the program: they start in milliseconds."""

from __future__ import annotations

import multiprocessing
from multiprocessing.context import ForkServerContext

_CONTEXT = multiprocessing.get_context("forkserver")
_PRELOADED: list[str] = []


def forked_with(module: str) -> ForkServerContext:
    """The context of processes that are forked with a module loaded.

    There is one server that they are forked from, and what it loads is set anew with each call: so it is all of them.
    """
    if module not in _PRELOADED:
        _PRELOADED.append(module)
        _CONTEXT.set_forkserver_preload(_PRELOADED)
    return _CONTEXT
