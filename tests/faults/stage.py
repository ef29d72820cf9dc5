"""The stage of a fault: a prepared installation with a change pending, and what must be so after whatever happened."""

from __future__ import annotations

import math
import os
import pickle
import re
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tests.conftest import write_sheet
from tests.faults.children import Forked, wait_until_used
from tests.faults.small_project import shrink
from tests.integration.conftest import add_sheet
from tests.integration.installation import BIN, Ended, Installation, Running, content
from tests.integration.test_customs import put
from tests.unit.customs.conftest import FRUIT, WHEAT, changed

RELEASES = ("xinjiang-2023-first-quarter-digest", "hangzhou-2022-first-two-months-digest")
SHEETS = ("xinjiang-2023-q1", "hangzhou-2022-jan-feb")
#: Of each table of the marts: its rows, and a hash of all of them as they are read.
Hashes = dict[str, tuple[int, int]]
_UNFINISHED_RUNS = "SELECT count(*) FROM runs WHERE status NOT IN ('SUCCESS', 'FAILURE', 'CANCELED')"


class Violation(AssertionError):
    """Something is not as it must be after a fault."""


def hashes(published: Path, *, without: str = "") -> Hashes:
    """Every row of every mart, read by a connection of its own; the file's own account of them must agree.

    `without`: the mart that is not looked at, because what it reads beside the file was damaged.
    """
    if without:
        with duckdb.connect(str(published), read_only=True) as connection:
            found = connection.execute("SELECT table_name FROM metadata.tables").fetchall()
        stated = {table for (table,) in found if table != without}
    else:
        stated = set(content(published))
    with duckdb.connect(str(published), read_only=True) as connection:
        return {
            table: connection.execute(
                f'SELECT count(*), coalesce(CAST(sum(hash("the row")) AS HUGEINT), 0) FROM marts.{table} AS "the row"'
            ).fetchall()[0]
            for table in stated
        }


@dataclass(frozen=True)
class Case:
    """One fault: `run` causes it on the stage and says whether all went as it must, in a word for the report."""

    kind: str
    name: str
    run: Callable[[Stage], str]


class Stage:
    """Where faults happen, one after the other: always the same folder, since dbt parses anew where paths change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.place = folder / "installation"
        self.prepared = folder / "prepared"
        #: Temporary files of all processes go here, so that what they leave is seen.
        self.temporary = folder / "tmp"
        self.temporary.mkdir(parents=True, exist_ok=True)
        self.installation = Installation(self.place)
        self._known = folder / "known.pickle"
        if not self._known.exists():
            self._prepare()
        known = pickle.loads(self._known.read_bytes())
        #: What the earliest publication holds, the last one, and the next one, which is pending.
        self.former: Hashes = known["former"]
        self.last: Hashes = known["last"]
        self.next: Hashes = known["next"]
        #: Every place of a refresh at which it can be killed, and what stands about after it.
        self.places: list[str] = known["places"]
        self.order: list[str] = known["order"]
        #: Seconds of the processor that an undisturbed refresh uses: False in a forked process, True in one of its own.
        self.lives: dict[bool, float] = known["lives"]

    def _prepare(self) -> None:
        """Two publications, then a change that is not published: a sheet, a month and a revised month."""
        Installation.make(self.place)
        shrink(self.installation.project)
        for folder, few in (("releases", RELEASES), ("sheets", SHEETS)):  # a few of them are enough to be read
            for path in (self.place / "raw" / folder).iterdir():
                if not path.name.startswith(few):
                    path.unlink()
        put(self.installation, "2023-01", [WHEAT, FRUIT])
        self.complete()
        former = hashes(self.installation.published)
        write_sheet(
            self.installation.sheets,
            "second-publication",
            [{"printed": "7.7", "period_end": "2023-02", "flow": "import"}],
        )
        running = self.start("refresh")
        whole = wait_until_used(running.process.pid, math.inf)
        ended = running.end()
        if ended.code:
            raise Violation(f"an undisturbed refresh fails:\n{ended.output}")
        last = hashes(self.installation.published)
        add_sheet(self.installation)
        put(self.installation, "2023-02", [changed(WHEAT, value="4100"), FRUIT])
        put(self.installation, "2023-01", [changed(WHEAT, value="3700")], name="revised", published_date="2024-03-20")
        self.installation.copy_to(self.prepared)
        places = self.folder / "places"
        forked = self.fork(die_at=f"record {places}")
        work = wait_until_used(forked.process_id, math.inf)
        if forked.end().code:
            raise Violation("an undisturbed refresh in a forked process fails")
        known = {
            "former": former,
            "last": last,
            "next": hashes(self.installation.published),
            "places": places.read_text().splitlines(),
            "order": self._litter(),
            "lives": {False: work, True: whole},
        }
        self._known.write_bytes(pickle.dumps(known))

    def reset(self) -> Installation:
        """The prepared installation, as if nothing had happened."""
        shutil.rmtree(self.place)
        Installation(self.prepared).copy_to(self.place)
        for left in self.temporary.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        return self.installation

    def variables(self, **variables: str) -> dict[str, str]:
        """The environment of the command."""
        return self.installation.environment(TMPDIR=str(self.temporary), **variables)

    def fork(self, *arguments: str, die_at: str = "", **variables: str) -> Forked:
        """Start `customhouse` in a forked process."""
        return Forked(arguments or ["refresh"], self.variables(**variables), die_at)

    def start(self, *arguments: str, **variables: str) -> Running:
        """Start `customhouse` as a person does."""
        return self.installation.start(BIN / "customhouse", *arguments, TMPDIR=str(self.temporary), **variables)

    def complete(self, *options: str) -> Ended:
        """Refresh, which must go well."""
        ended = self.fork("refresh", *options).end()
        if ended.code:
            raise Violation(f"the next refresh ended with {ended.code}:\n{ended.output[-3000:]}")
        return ended

    def stands(self, *allowed: Hashes, without: str = "") -> str:
        """Which publication stands: the file opens and holds all of the last one, or of the next one, whole."""
        try:
            found = hashes(self.installation.published, without=without)
        except (duckdb.Error, AssertionError) as problem:
            raise Violation(f"the published file does not answer: {problem}") from problem
        for known, name in ((self.last, "the last"), (self.next, "the next"), (self.former, "the former")):
            is_it = found == {table: rows for table, rows in known.items() if table != without}
            if is_it and known in (allowed or (self.last, self.next)):
                return f"{name} stands"
        raise Violation(f"another content than expected is published: {_difference(found, self.next)}")

    def heals(self, *, litter: Iterable[str] = (), expected: Hashes | None = None) -> str:
        """The next refresh completes by itself, gives the marts of an undisturbed one, and leaves nothing behind.

        `litter`: patterns of what may be left, because the documentation says so.
        """
        self.complete()
        return self.is_in_order(litter=litter, expected=expected)

    def is_in_order(self, *, litter: Iterable[str] = (), expected: Hashes | None = None) -> str:
        """What `heals` looks at, after the refresh."""
        published = hashes(self.installation.published)
        if published != (expected or self.next):
            raise Violation(
                f"the marts are not those of an undisturbed run: {_difference(published, expected or self.next)}"
            )
        patterns = [re.compile(one) for one in litter]
        found = self._litter()
        left = [
            one for one in found if one not in self.order and not any(pattern.fullmatch(one) for pattern in patterns)
        ]
        missing = [one for one in self.order if one not in found]
        if left or missing:
            for process, _ in _processes(str(self.place)):  # told once: it is no finding of the cases after this one
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            raise Violation(f"left behind: {left}, missing: {missing}")
        return "healed"

    def _litter(self) -> list[str]:
        """What stands about, by patterns that every undisturbed run gives: names without ids and times."""
        warehouse = self.installation.warehouse
        found = [path.relative_to(warehouse).as_posix() for path in warehouse.rglob("*") if not path.is_dir()]
        found = [re.sub(r"\d{8}T\d+Z-[0-9a-f]+", "ID", one) for one in found if not one.startswith("publications/2")]
        kept = sorted(self.installation.publications.glob("2*.duckdb"))
        if not any(one.samefile(self.installation.published) for one in kept):
            found.append("what is published is not among the kept publications")
        found += [f"the process {command}" for _, command in _processes(str(self.place))]
        found += [f"temporary {one.name}" for one in self.temporary.iterdir()]
        page = warehouse / "dashboard" / "index.html"
        if not page.exists() or self.installation.publication_id() not in page.read_text(errors="replace"):
            found.append("the page of another publication")
        with closing(sqlite3.connect(self.place / "dagster_home" / "history" / "runs.db")) as runs:
            if unfinished := runs.execute(_UNFINISHED_RUNS).fetchone()[0]:
                found.append(f"{unfinished} runs that Dagster takes for running")
        return sorted(found)


@contextmanager
def stage(folder: Path | None = None) -> Iterator[Stage]:
    """A stage in a temporary folder, or in one that is kept and was perhaps prepared before."""
    if folder:
        yield Stage(folder)
        return
    with tempfile.TemporaryDirectory(prefix="customhouse-faults-") as temporary:
        yield Stage(Path(temporary))


def _difference(found: Hashes, wanted: Hashes) -> str:
    tables = [name for name in sorted({*found, *wanted}) if found.get(name) != wanted.get(name)]
    return ", ".join(
        f"{name} {found.get(name, ('none',))[0]} rows for {wanted.get(name, ('none',))[0]}" for name in tables
    )


def _processes(place: str) -> list[tuple[int, str]]:
    """The processes that work on the installation, each with its command."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if (
            int(process.name) != os.getpid()
            and f"CUSTOMHOUSE_WAREHOUSE_DIR={place}/".encode() in environment
            and command
        ):
            shown = command.replace(b"\0", b" ").decode(errors="replace").strip()[:200]
            found.append((int(process.name), shown))
    return found


def chosen(items: Sequence[str], count: int) -> list[str]:
    """`count` of the items, evenly spread, the first and the last among them."""
    if count >= len(items):
        return list(items)
    return [items[round(index * (len(items) - 1) / max(1, count - 1))] for index in range(count)]
