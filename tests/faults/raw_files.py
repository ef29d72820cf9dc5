"""Raw files that cannot be read, that change or vanish while they are read, and that are damaged."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.faults.children import TIMEOUT_SECONDS
from tests.faults.damage import CONTENT, NO_FILE, Damage, name_of
from tests.faults.shim import failing
from tests.faults.stage import Case, Stage, Violation
from tests.integration.conftest import NEW_SHEET
from tests.integration.installation import BIN, Ended

_RELEASE = "raw/releases/xinjiang-2023-first-quarter-digest"
#: Files that the last publication was made of, files that are new to the next one, and a code list.
FILES = (
    "raw/sheets/second-publication.csv",
    "raw/sheets/second-publication.yml",
    f"raw/sheets/{NEW_SHEET}.csv",
    f"raw/sheets/{NEW_SHEET}.yml",
    f"{_RELEASE}.md",
    f"{_RELEASE}.yml",
    "raw/customs/exports-2023-02-cny.csv",
    "raw/customs/exports-2023-02-cny.yml",
    "raw/customs/exports-2023-01-cny.csv",
    "dbt_project/seeds/aliases.csv",
    "dbt_project/seeds/units.csv",
)
#: A file is opened several times in a refresh: to hash it, to look into it, to read it.
_OPENINGS = (1, 2, 3, 4, 5, 6)


def cases(stage: Stage, *, count: int, seed: int) -> Iterator[Case]:
    """Each file, in every way."""
    for file in FILES:
        for damage in (*CONTENT, *NO_FILE):
            yield Case(
                "raw file damaged or no file",
                f"{file}: {name_of(damage)}",
                lambda stage, file=file, damage=damage: _damaged(stage, file, damage, random.Random(seed)),
            )
        yield Case("raw file that may not be read", file, lambda stage, file=file: _forbidden(stage, file))
        for does in ("read_error", "vanishes", "changes"):
            for opening in _OPENINGS:
                yield Case(
                    f"raw file {does.replace('_', ' ')} mid-read",
                    f"{file}: from opening {opening} on",
                    lambda stage, file=file, does=does, opening=opening: _mid_read(stage, file, does, opening),
                )
    yield Case("raw file that may not be read", "the folder raw/sheets", lambda stage: _forbidden(stage, "raw/sheets"))


def _damaged(stage: Stage, file: str, damage: Damage, noise: random.Random) -> str:
    path = stage.reset().folder / file
    damage(path, noise)
    return _judged(stage, path, stage.fork().end())


def _mid_read(stage: Stage, file: str, does: str, opening: int) -> str:
    path = stage.reset().folder / file
    after = 10 if does == "read_error" and path.stat().st_size > 10_000 else 0
    variables = failing(stage, path=path.name, does=does, **{"from": opening}, after=after)
    return _judged(stage, path, stage.start("refresh", **variables).end())


def _forbidden(stage: Stage, file: str) -> str:
    """Run without the right to read it. Who runs the cases may be root, whom no mode forbids anything until that
    capability is taken away."""
    path = stage.reset().folder / file
    path.chmod(0)
    words = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*words, BIN / "customhouse", "refresh"],
        env=stage.variables(),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    path.chmod(0o755 if path.is_dir() else 0o644)
    return _judged(stage, path, Ended(done.returncode, done.stdout, done.stderr))


def _judged(stage: Stage, path: Path, ended: Ended) -> str:
    """What is published is whole; with the file back as it was, the next refresh gives what an undisturbed one gives.

    A file that is new and cannot be used does not keep the others from being published, so a publication without it
    may stand meanwhile.
    """
    if ended.code not in (0, 1, 3) or ("Traceback" in ended.output and "dbt_project" not in str(path)):
        raise Violation(f"it ended with {ended.code}:\n{ended.output[-3000:]}")
    try:
        found = stage.stands(stage.last, stage.next)
    except Violation as problem:
        if "does not answer" in str(problem):
            raise
        found = "one without the file stands"
    _put_back(stage, path)
    stage.heals()
    return f"{found} (exit {ended.code})"


def _put_back(stage: Stage, path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        if any(path.iterdir()):
            return
        path.rmdir()
    else:
        path.unlink(missing_ok=True)
    shutil.copy2(stage.prepared / path.relative_to(stage.place), path)
