"""A clock that was moved, forwards or backwards, between one refresh and the next."""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.cli import EXIT_NOTHING_PUBLISHED
from tests.faults.shim import failing
from tests.faults.stage import Case, Stage, Violation

_DAY = 86_400
MOVES = {
    "an hour back": -3600,
    "400 days back": -400 * _DAY,
    "to 1990": -36 * 365 * _DAY,
    "an hour forwards": 3600,
    "400 days forwards": 400 * _DAY,
    "to 2060": 34 * 365 * _DAY,
}


def cases(stage: Stage, *, count: int, seed: int) -> Iterator[Case]:
    """Every move: for one refresh, then back to what it was; and with few publications kept, and from raw/ alone."""
    for move, seconds in MOVES.items():
        yield Case("clock moved", move, lambda stage, seconds=seconds: _moved(stage, seconds))
        yield Case("clock moved, two kept", move, lambda stage, seconds=seconds: _moved(stage, seconds, kept=2))
        if seconds <= -400 * _DAY:
            yield Case("clock moved, to be rebuilt", move, lambda stage, seconds=seconds: _rebuilt(stage, seconds))


def _rebuilt(stage: Stage, seconds: int) -> str:
    """What is dated after the clock is not read, and nothing is published without it until the clock is right."""
    stage.reset().working.unlink()
    ended = stage.start("refresh", **failing(stage, clock=seconds)).end()
    if ended.code != EXIT_NOTHING_PUBLISHED or "lies in the future" not in ended.output:
        raise Violation(f"a refresh before the day of its releases is not refused:\n{ended.output}")
    stage.stands(stage.last)
    stage.heals()
    return "refused, healed"


def _moved(stage: Stage, seconds: int, kept: int = 10) -> str:
    installation = stage.reset()
    before = installation.publication_id()
    moved = failing(stage, clock=seconds)
    few = {"CUSTOMHOUSE_KEPT_PUBLICATIONS": str(kept)}
    ended = stage.start("refresh", **moved, **few).end()
    if ended.code:
        raise Violation(f"a refresh with another clock fails:\n{ended.output}")
    stage.stands(stage.next)
    during = installation.publication_id()
    for status in (stage.fork("status").end(), stage.start("status", **moved).end()):
        if status.code or "-" in status.output.split("published ")[1].split(" ago")[0]:
            raise Violation(f"the status does not know what is published:\n{status.output}")
    stage.complete("--force")  # the same marts: nothing new is published
    (installation.sheets / "second-publication.note.txt").write_text("changes the inputs")
    ended = stage.fork("refresh", "--force", **few).end()
    after = installation.publication_id()
    ids = [before, during, after]
    if ended.code or ids != sorted(set(ids)):
        raise Violation(f"publications are out of order: {ids}\n{ended.output}")
    found = sorted(path.stem for path in installation.publications.glob("2*.duckdb"))
    if found[-2:] != [during, after] or len(found) > kept:
        raise Violation(f"kept are {found} of {ids}")
    back = stage.fork("rollback").end()
    if back.code or installation.publication_id() != during:
        raise Violation(f"the rollback went to another publication than the one before:\n{back.output}")
    (installation.sheets / "second-publication.note.txt").unlink()
    stage.complete("--force")
    stage.stands(stage.next)
    return "in order"
