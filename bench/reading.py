"""How fast releases are read, with how much memory, and how well numbers are found beside other extractors.

Run by `python -m bench.reading`. For the other extractors make an environment of their own, which the project does not
need, and name its Python:

    python3 -m venv /tmp/extractors
    /tmp/extractors/bin/pip install "quantulum3[classifier]" "scikit-learn==1.8.0" recognizers-text-suite "emoji<2"
    python -m bench.reading --quantulum-python /tmp/extractors/bin/python

Texts and gold figures are those of tests/releases; `--gold FOLDER` adds others of the same form.

Of a number the others know value and unit, not what it says. So all are compared by value and unit alone: a fall
counts by its size; what is printed as "N times" may be N or 100 N percent; 元 may be the yuan, whoever reports; one
printed number counts once, though it may be several figures; ranks, optional figures and figures that no numeral states
(doubled, flat) are not asked for; and numbers without unit, or of time, are not held against an extractor, since many a
text has dates and spans. `strict` asks of our reader the statistic too, signs, and a row for each figure, as the scorer
of releases does; a row marked uncertain is then neither right nor wrong, unless it is right.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from orchestration.codes import CodeLists
from orchestration.releases.reading import ReleaseReading, read_text
from orchestration.settings import PROJECT_DIR

OURS = "Customhouse"
LANGUAGES = {"en": "English", "zh": "Chinese"}
_STATISTIC = {
    "value": "level", "quantity": "level", "unit_price": "level", "count": "level", "yoy_growth": "growth",
    "mom_growth": "growth", "growth": "growth", "share": "share", "share_change_pp": "share_change",
    "growth_diff_pp": "growth_gap", "growth_contribution_pp": "contribution",
    "growth_contribution_share": "contribution", "rank": "rank", "value_change": "change", "ratio": "ratio",
}  # fmt: skip
_NUMERAL = re.compile(
    "[0-9０-９零〇一二两兩三四五六七八九十百千半]"
    "|(?i:\\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\\w+teen|\\w+ty|half)\\b)"
)
_TIMES = re.compile("times|fold|倍")


@dataclass(frozen=True, slots=True)
class Gold:
    """One figure that a release states, as annotated by hand."""

    statistic: str
    value: float
    unit: str
    is_count: bool
    is_optional: bool
    quote: str


@dataclass(frozen=True, slots=True)
class Release:
    """A release with its gold figures."""

    name: str
    text: str
    language: str
    region_id: str
    published: datetime.date
    gold: tuple[Gold, ...]


@dataclass(slots=True)
class Score:
    """Right, offered and wanted numbers."""

    right: int = 0
    offered: int = 0
    wanted: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(self.right + other.right, self.offered + other.offered, self.wanted + other.wanted)

    @property
    def precision(self) -> float:
        """The part of what is offered that is right."""
        return self.right / self.offered if self.offered else 0.0

    @property
    def recall(self) -> float:
        """The part of what is wanted that is found."""
        return self.right / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        total = self.offered + self.wanted
        return 2 * self.right / total if total else 0.0


@dataclass(slots=True)
class Contender:
    """One extractor: seconds of each pass over all releases, and what it found in each of them as (value, unit)."""

    version: str = ""
    seconds: list[float] = field(default_factory=list)
    found: list[list[tuple[float, str]]] = field(default_factory=list)
    failed: int = 0


def main() -> None:
    """Measure and print."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--gold", type=Path, action="append", default=[], help="a folder of releases with gold.csv each")
    ask.add_argument("--quantulum-python", type=Path, help="the Python of an environment with the other extractors")
    ask.add_argument("--releases", type=int, default=10_000, help="how many to read for speed and memory")
    ask.add_argument("--repetitions", type=int, default=3, help="turns of each extractor (default 3)")
    said = ask.parse_args()
    console = Console()
    tests = PROJECT_DIR / "tests" / "releases"
    sets = {folder.name: releases_of(folder) for folder in (tests / "tuned", tests / "held_back", *said.gold)}
    codes = CodeLists(PROJECT_DIR / "dbt_project" / "seeds")
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    console.print(_speed_table(sets["tuned"], codes, said.releases, machine))
    contenders = _compare(
        [one for group in sets.values() for one in group], codes, said.quantulum_python, said.repetitions
    )
    console.print(_score_table(sets, codes, contenders))
    console.print(_contender_table(sum(map(len, sets.values())), contenders))


def releases_of(folder: Path) -> list[Release]:
    """The releases of a folder: each a folder with release.txt, meta.json and gold.csv."""
    found = []
    for path in sorted(folder.glob("*/gold.csv")):
        meta = json.loads(path.with_name("meta.json").read_text(encoding="utf-8"))
        with path.open(encoding="utf-8", newline="") as file:
            gold = tuple(map(_gold, csv.DictReader(file)))
        found.append(
            Release(
                name=path.parent.name,
                text=path.with_name("release.txt").read_text(encoding="utf-8"),
                language=meta["language"],
                region_id=meta["reporter_region"],
                published=datetime.date.fromisoformat((meta["published_date"] + "-20")[:10]),
                gold=gold,
            )
        )
    return found


def _gold(row: dict[str, str]) -> Gold:
    return Gold(
        statistic=_STATISTIC.get(row["measure"], row["measure"]),
        value=float(row["value"]),
        unit=row["unit"],
        is_count="count" in (row["measure"], row["of"]),
        is_optional=row["remark"].startswith("OPTIONAL"),
        quote=row["quote"],
    )


def _read(release: Release, codes: CodeLists) -> ReleaseReading:
    return read_text(
        release.text, codes=codes, source_id=release.name, region_id=release.region_id, published=release.published
    )


# --- speed, memory, start -----------------------------------------------------------------------------------------


def _speed_table(releases: Sequence[Release], codes: CodeLists, count: int, machine: str) -> Table:
    for release in releases:
        _read(release, codes)
    resident: dict[int, float] = {}
    began = time.process_time()
    for number in range(1, count + 1):
        _read(releases[number % len(releases)], codes)
        if number in (min(1000, count), count):
            resident[number] = _resident_megabytes()
    seconds = time.process_time() - began
    characters = sum(len(release.text) for release in releases) / len(releases)
    table = Table(title=f"Reading, one process ({machine})", title_justify="left", show_header=False)
    table.add_row("releases a second a core", f"{count / seconds:.0f}")
    table.add_row("characters a second a core", f"{count * characters / seconds:,.0f}")
    table.add_row("texts", f"{len(releases)} of {characters:,.0f} characters in the mean")
    for number, megabytes in resident.items():
        table.add_row(f"resident after {number:,} releases", f"{megabytes:.1f} MB")
    own, bare = _start_seconds("import orchestration.releases.reading"), _start_seconds("pass")
    table.add_row("import of the reader", f"{own - bare:.2f} s over a bare Python's {bare:.2f} s")
    return table


def _resident_megabytes() -> float:
    command = ["ps", "-o", "rss=", "-p", str(os.getpid())]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) / 1024


def _start_seconds(code: str) -> float:
    """Seconds of a fresh process that runs `code`: the median of five, after one that warms the disk."""
    taken = []
    for turn in range(6):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], cwd=PROJECT_DIR, check=True)
        if turn:
            taken.append(time.perf_counter() - began)
    return statistics.median(taken)


# --- extractors ---------------------------------------------------------------------------------------------------


def _compare(
    releases: Sequence[Release], codes: CodeLists, python: Path | None, repetitions: int
) -> dict[str, Contender]:
    """Every extractor over the same releases, in turns, so that a slow moment of the machine meets them all."""
    contenders: dict[str, Contender] = {OURS: Contender()}
    texts = json.dumps([{"text": one.text, "language": one.language} for one in releases])
    for _ in range(repetitions):
        began = time.process_time()
        readings = [_read(release, codes) for release in releases]
        contenders[OURS].seconds.append(time.process_time() - began)
        contenders[OURS].found = [_printed_numbers(reading) for reading in readings]
        if python is None:
            continue
        command = [str(python), str(Path(__file__).with_name("other_extractors.py"))]
        done = subprocess.run(command, input=texts, stdout=subprocess.PIPE, text=True, check=True)
        for name, result in json.loads(done.stdout).items():
            contender = contenders.setdefault(name, Contender(version=result["version"]))
            contender.seconds.append(result["seconds"])
            contender.found = [[(value, unit) for value, unit in one] for one in result["found"]]
            contender.failed = result["failed"]
    return contenders


def _printed_numbers(reading: ReleaseReading) -> list[tuple[float, str]]:
    """Each printed number that is a figure once, whichever of its readings is right."""
    figures = {figure.figure_id: figure for figure in reading.figures}
    found = []
    for number in reading.numbers:
        first = figures[number.figure_ids[0]] if number.kind in ("read", "uncertain") else None
        if first is not None and first.statistic != "rank":
            found.append((float(first.value or 0), first.unit))
    return found


# --- scores -------------------------------------------------------------------------------------------------------


def _kind(unit: str) -> str:
    """A unit as compared: percent and points are one, prices are their currency, counted things are one another's."""
    if unit in ("percent", "pp"):
        return "percent"
    currency = unit.partition("/")[0]
    if len(currency) == 3 and currency.isupper() and currency != "TEU":
        return currency
    return unit if unit in ("tonne", "time") else ""


def _close(left: float, right: float) -> bool:
    return abs(left - right) <= 1e-6 * max(1.0, abs(left))


def by_value_and_unit(release: Release, found: Iterable[tuple[float, str]]) -> Score:
    """Score printed numbers by value and unit alone; see the top of this module for what is asked for."""
    counted: Counter[Gold] = Counter(release.gold)
    golds = [
        gold
        for gold, rows in counted.items()
        for _ in range(min(rows, max(1, release.text.count(gold.quote))))
        if gold.statistic != "rank"
    ]
    is_wanted = [not gold.is_optional and bool(_NUMERAL.search(gold.quote)) for gold in golds]
    free = sorted(range(len(golds)), key=lambda index: not is_wanted[index])
    score = Score(wanted=sum(is_wanted))
    for value, unit in found:
        match = next((index for index in free if _same_value(golds[index], abs(value), unit)), None)
        if match is not None:
            free.remove(match)
            score.right += is_wanted[match]
            score.offered += is_wanted[match]
        elif unit and _kind(unit) != "time":
            score.offered += 1
    return score


def _same_value(gold: Gold, value: float, unit: str) -> bool:
    wanted = _kind(gold.unit)
    if unit == "CNY" and wanted in ("HKD", "MOP", "TWD") and "元" in gold.quote:
        wanted = unit
    if wanted == "percent" and _TIMES.search(gold.quote) and _kind(unit) == "" and _close(abs(gold.value) / 100, value):
        return True
    return _close(abs(gold.value), value) and (_kind(unit) == wanted or (gold.is_count and _kind(unit) == ""))


def strict(release: Release, reading: ReleaseReading) -> Score:
    """Score figures by statistic, value with its sign, and unit: the number score of the scorer of releases."""
    rows = [figure for figure in reading.figures if figure.status != "unread" and figure.value is not None]
    free = list(range(len(rows)))
    score = Score(wanted=sum(not gold.is_optional for gold in release.gold))
    matched_optional: set[int] = set()
    matched_wanted: set[int] = set()
    for gold in sorted(release.gold, key=lambda gold: gold.is_optional):
        for index in free:
            row = rows[index]
            is_unit = gold.is_count or gold.statistic in ("rank", "ratio") or gold.unit == row.unit
            is_unit = is_unit or {gold.unit, row.unit} <= {"percent", "pp"}
            if gold.statistic == row.statistic and is_unit and _close(gold.value, float(row.value or 0)):
                free.remove(index)
                (matched_optional if gold.is_optional else matched_wanted).add(index)
                break
    score.right = len(matched_wanted)
    score.offered = sum(
        index in matched_wanted or (index not in matched_optional and row.status != "uncertain")
        for index, row in enumerate(rows)
    )
    return score


def _score_table(sets: dict[str, list[Release]], codes: CodeLists, contenders: dict[str, Contender]) -> Table:
    table = Table(title="Numbers found, by value and unit", title_justify="left")
    for column in ("texts", "extractor", "prec.", "recall", "F1", "of"):
        table.add_column(column, justify="left" if column in ("texts", "extractor") else "right", no_wrap=True)
    first = 0
    for name, releases in sets.items():
        for language, title in LANGUAGES.items():
            where = [index for index, release in enumerate(releases) if release.language == language]
            scorers: dict[str, Callable[[int], Score]] = {
                f"{OURS}, strict": lambda index, group=releases: strict(group[index], _read(group[index], codes))  # type: ignore[misc]
            }
            for extractor, contender in contenders.items():
                scorers[extractor] = lambda index, group=releases, one=contender, at=first: by_value_and_unit(  # type: ignore[misc]
                    group[index], one.found[at + index]
                )
            for extractor, scorer in sorted(scorers.items()):
                total = sum(map(scorer, where), Score())
                if where:
                    cells = (f"{total.precision:.3f}", f"{total.recall:.3f}", f"{total.f1:.3f}", str(total.wanted))
                    table.add_row(f"{name}, {title}", extractor, *cells)
        first += len(releases)
    return table


def _contender_table(count: int, contenders: dict[str, Contender]) -> Table:
    table = Table(title=f"Processor time for these {count} releases, median of turns", title_justify="left")
    for column in ("extractor", "version", "seconds", "a second", "/ ours", "failed"):
        table.add_column(column, justify="left" if column in ("extractor", "version") else "right", no_wrap=True)
    ours = statistics.median(contenders[OURS].seconds)
    for name, contender in contenders.items():
        seconds = statistics.median(contender.seconds)
        cells = (f"{seconds:.2f}", f"{count / seconds:.1f}", f"{seconds / ours:.1f}", str(contender.failed))
        table.add_row(name, contender.version, *cells)
    return table


if __name__ == "__main__":
    main()
