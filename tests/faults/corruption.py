"""Corruption of what the installation keeps for itself: each file is damaged in every way, one at a time."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

from tests.faults.damage import (
    CONTENT,
    PLACE,
    Damage,
    change_a_digit,
    name_of,
    on_a_copy,
)
from tests.faults.stage import Case, Stage, Violation
from tests.integration.installation import Installation


def _newest(installation: Installation, pattern: str) -> Path:
    return sorted(installation.folder.glob(pattern))[-1]


#: What each file is called in the report, where it is, and what may stay behind: the damaged file, put aside.
_KEPT_FOR_ITSELF: dict[str, tuple[str, tuple[str, ...]]] = {
    "working warehouse": ("warehouse/working.duckdb", (r"working\.damaged.*",)),
    "manifest of the lake": ("warehouse/customs/files/*.json", ()),
    "month of the lake": ("warehouse/customs/lines/*.parquet", ()),
    "file_hashes.json": ("warehouse/file_hashes.json", (r"file_hashes\.json",)),
    "page": ("warehouse/dashboard/index.html", (r"dashboard/index\.damaged.*",)),
    "dbt's manifest.json": ("target/manifest.json", ()),
    "dbt's partial_parse.msgpack": ("target/partial_parse.msgpack", ()),
    "dbt's manifest.fingerprint": ("target/manifest.fingerprint", ()),
    "Dagster's runs.db": ("dagster_home/history/runs.db", ()),
    "Dagster's event_log.db": ("dagster_home/event_log.db", ()),
    "Dagster's schedules.db": ("dagster_home/schedules/schedules.db", ()),
    "an earlier publication": ("warehouse/publications/EARLIER", (r"publications/ID\.damaged",)),
}


def cases(stage: Stage, *, count: int, seed: int) -> Iterator[Case]:
    """Every damage to every file that a refresh keeps for itself, then to the published file."""
    for what, (pattern, litter) in _KEPT_FOR_ITSELF.items():
        is_text = pattern.endswith(("json", "html", "fingerprint"))
        for damage in (*CONTENT, *PLACE, *((change_a_digit,) if is_text else ())):
            yield Case(
                f"damaged: {what}",
                name_of(damage),
                lambda stage, pattern=pattern, damage=damage, litter=litter: _own_file(
                    stage, pattern, damage, random.Random(seed), litter
                ),
            )
    for way in ("noise", "truncated", "folder"):
        yield Case("damaged: write-ahead log", way, lambda stage, way=way: _write_ahead_log(stage, way))
    yield Case("damaged: small files of the warehouse", "noise", _small_files)
    yield Case("damaged: working warehouse", "twice, with a folder where the first was put aside", _put_aside_twice)
    yield Case("damaged: working warehouse", "what was not loaded by the refresh", _models_alone)
    for damage in (*CONTENT, *PLACE):
        for one in (damage, on_a_copy(damage)) if damage in CONTENT else (damage,):
            for is_due in (True, False):
                yield Case(
                    "damaged: published file",
                    f"{name_of(one)}, {'with a change pending' if is_due else 'nothing pending'}",
                    lambda stage, one=one, is_due=is_due: _published(stage, one, random.Random(seed), is_due=is_due),
                )
    for damage in CONTENT:
        yield Case(
            "damaged: earlier publication, then a rollback",
            name_of(damage),
            lambda stage, damage=damage: _rollback(stage, damage, random.Random(seed)),
        )


def _earlier(installation: Installation) -> Path:
    return sorted(installation.publications.glob("2*.duckdb"))[0]


def _own_file(stage: Stage, pattern: str, damage: Damage, noise: random.Random, litter: tuple[str, ...]) -> str:
    installation = stage.reset()
    if pattern.endswith("file_hashes.json"):  # only files that are larger than these are remembered
        (installation.folder / pattern).write_text('{"sha256": "1", "files": {"/nowhere": [1, 2, 3, 4, "5"]}}')
    is_month = pattern.endswith(".parquet")
    if is_month:  # one that raw/ makes: those of earlier publications alone cannot be made again
        stage.complete()
    path = _earlier(installation) if pattern.endswith("EARLIER") else _newest(installation, pattern)
    damage(path, noise)
    # A view of the published file reads the lake beside it: that one alone cannot answer until the month is made again.
    stage.stands(stage.next if is_month else stage.last, without="fct_trade_monthly" if is_month else "")
    return stage.heals(litter=litter)


def _write_ahead_log(stage: Stage, way: str) -> str:
    """The log of a refresh that was killed while it loaded, damaged."""
    installation = stage.reset()
    stage.fork(die_at="node 40").end()
    log = installation.working.with_name("working.duckdb.wal")
    (installation.warehouse / "working.unfinished").unlink()
    if way == "noise":
        log.write_bytes(random.Random(1).randbytes(5000))
    elif way == "truncated":
        if not log.exists():
            raise Violation("there is no write-ahead log to damage")
        os.truncate(log, log.stat().st_size // 2)
    else:
        log.unlink(missing_ok=True)
        log.mkdir()
    stage.stands(stage.last)
    return stage.heals(litter=(r"working\.damaged.*",))


def _small_files(stage: Stage) -> str:
    installation = stage.reset()
    for name in ("writer.json", "working.unfinished", ".customhouse.duckdb.staged", "publications/.draft.duckdb"):
        (installation.warehouse / name).write_bytes(b"\xff\xfe\x00 no text")
    (installation.publications / ".folder").mkdir()
    stage.stands(stage.last)
    return stage.heals()


def _put_aside_twice(stage: Stage) -> str:
    installation = stage.reset()
    installation.working.with_suffix(".damaged").mkdir()
    (installation.working.with_suffix(".damaged") / "file").touch()
    installation.working.write_text("no database")
    stage.stands(stage.last)
    return stage.heals(litter=(r"working\.damaged.*",))


def _models_alone(stage: Stage) -> str:
    """Noise here and there in the blocks behind the first, most of which hold rows of models."""
    installation = stage.reset()
    noise = random.Random(3)
    size = installation.working.stat().st_size
    with installation.working.open("r+b") as file:
        for offset in range(12288 + 262144 * 4, size, 262144 * 3):
            file.seek(offset + 4096)
            file.write(noise.randbytes(64))
    stage.stands(stage.last)
    return stage.heals(litter=(r"working\.damaged.*",))


def _published(stage: Stage, damage: Damage, noise: random.Random, *, is_due: bool) -> str:
    """What is damaged is said by the status, and the next refresh puts it right, whether anything changed or not."""
    installation = stage.reset()
    if not is_due:
        stage.complete()
    damage(installation.published, noise)
    status = stage.fork("status").end()
    try:
        found = stage.stands(stage.last, stage.next)
    except Violation:
        found = "does not answer"
    if status.code == 0 and found == "does not answer":
        raise Violation(f"the status takes a damaged file for a whole one:\n{status.output}")
    if "Traceback" in status.output:
        raise Violation(f"the status ends with a traceback:\n{status.output}")
    stage.heals(litter=(r"publications/ID\.damaged", r"customhouse\.damaged.*"))
    return found


def _rollback(stage: Stage, damage: Damage, noise: random.Random) -> str:
    """An earlier publication that is damaged is not put in place of a whole one."""
    installation = stage.reset()
    damage(_earlier(installation), noise)
    ended = stage.fork("rollback").end()
    if ended.code == 0 or "Traceback" in ended.output:
        raise Violation(f"a damaged publication is rolled back to:\n{ended.output}")
    stage.stands(stage.last)
    stage.heals(litter=(r"publications/ID\.damaged",))
    return "refused"
