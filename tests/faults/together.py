"""Several at once: two refreshes, a refresh and a run of Dagster, a refresh and a rollback; one of them killed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence

from tests.faults.stage import Case, Stage, Violation
from tests.integration.installation import BIN, Running

_DAGSTER = ("-m", "orchestration.definitions")
Start = Callable[[Stage], Running]

STARTS: dict[str, Start] = {
    "refresh": lambda stage: stage.start("refresh"),
    "forced refresh": lambda stage: stage.start("refresh", "--force"),
    "rollback": lambda stage: stage.start("rollback"),
    "dagster job execute": lambda stage: _dagster(stage, "job", "execute", *_DAGSTER, "-j", "refresh"),
    "dagster asset materialize": lambda stage: _dagster(stage, "asset", "materialize", *_DAGSTER, "--select", "*"),
}
PAIRS = (
    ("refresh", "refresh"),
    ("refresh", "dagster job execute"),
    ("dagster job execute", "forced refresh"),
    ("refresh", "dagster asset materialize"),
    ("refresh", "rollback"),
    ("rollback", "refresh"),
)


def cases(stage: Stage, *, count: int, seed: int) -> Iterator[Case]:
    """Every pair undisturbed, and with the first or the second killed at random instants."""
    instants = random.Random(seed)
    for pair in PAIRS:
        yield Case("two at once", " and ".join(pair), lambda stage, pair=pair: _together(stage, pair))
        for index in range(max(1, count // 40)):
            killed, seconds, apart = index % 2, instants.uniform(1, 15), instants.uniform(0, 6)
            which = ("first", "second")[killed]
            yield Case(
                "two at once, one killed",
                f"{' and '.join(pair)} {apart:.2f} s later, the {which} killed {seconds:.2f} s after that",
                lambda stage, pair=pair, killed=killed, seconds=seconds, apart=apart: _together(
                    stage, pair, apart=apart, killed=killed, seconds=seconds
                ),
            )


def _dagster(stage: Stage, *words: str) -> Running:
    return stage.installation.start(BIN / "dagster", *words, TMPDIR=str(stage.temporary))


def _together(
    stage: Stage, pair: Sequence[str], *, apart: float = 0, killed: int | None = None, seconds: float = 0
) -> str:
    installation = stage.reset()
    running = []
    for name in pair:
        running.append(STARTS[name](stage))
        time.sleep(apart if len(running) == 1 else 0)
    if killed is not None:
        time.sleep(seconds)
        running[killed].process.kill()
    ended = [one.end() for one in running]
    for index, one in enumerate(ended):
        if one.code and index != killed:
            raise Violation(f"{pair[index]} ended with {one.code}:\n{one.output[-3000:]}")
    stage.stands(stage.last, stage.next, stage.former)
    # What a rollback has put aside is published again only where that is asked for.
    is_rolled_back = any(path.suffix == ".withdrawn" for path in installation.publications.iterdir())
    stage.complete(*(["--force"] if is_rolled_back else []))
    return stage.is_in_order()
