"""Kills: at every step's beginning and end, after dbt nodes, at random instants from the start of the process on."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator

from tests.faults.children import wait_until_used
from tests.faults.stage import Case, Stage, Violation, chosen

#: One in so many random kills hits the command as a person starts it, from the first instruction of Python on; the
#: others one in a forked process, which begins with its first line.
FROM_THE_START = 5


def cases(stage: Stage, *, count: int, seed: int) -> Iterator[Case]:
    """`count` kills at random instants, and kills at all places: of the dbt nodes as many as `count` allows."""
    steps = [place for place in stage.places if not place.startswith("node ")]
    nodes = [place for place in stage.places if place.startswith("node ")]
    for place in steps + chosen(nodes, count // 5):
        yield Case("SIGKILL at a boundary", place, lambda stage, place=place: _at(stage, place))
    lives = stage.lives
    instants = random.Random(seed)
    for number in range(count):
        is_whole = number % FROM_THE_START == 0
        part = instants.random()
        name = f"{number}: after {part:.4f} of {'the process' if is_whole else 'the work'}"
        yield Case(
            "SIGKILL at a random instant",
            name,
            lambda stage, part=part, is_whole=is_whole: _at_instant(stage, part * lives[is_whole], is_whole=is_whole),
        )
    for number in (signal.SIGTERM, signal.SIGINT):
        for index in range(max(1, count // 20)):
            part = instants.random()
            yield Case(
                f"{number.name} at a random instant",
                f"{index}: after {part:.4f} of the process",
                lambda stage, part=part, number=number: _at_instant(
                    stage, part * lives[True], is_whole=True, number=number
                ),
            )


def _at(stage: Stage, place: str) -> str:
    stage.reset()
    ended = stage.fork(die_at=place).end()
    if ended.code != -signal.SIGKILL:
        raise Violation(f"it was not killed at {place}: {ended.code}\n{ended.output}")
    return _aftermath(stage)


def _at_instant(stage: Stage, seconds: float, *, is_whole: bool, number: signal.Signals = signal.SIGKILL) -> str:
    stage.reset()
    if is_whole:
        running = stage.start("refresh")
        wait_until_used(running.process.pid, seconds)
        running.process.send_signal(number)
        code = running.end().code
    else:
        forked = stage.fork()
        wait_until_used(forked.process_id, seconds)
        forked.process.kill()
        code = forked.end().code
    found = _aftermath(stage)
    return found if code else f"{found}, it had ended before"


def _aftermath(stage: Stage) -> str:
    found = stage.stands(stage.last, stage.next)
    stage.heals()
    return found
