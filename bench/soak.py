"""A year of monthly refreshes in one go: does what is kept stay small, and a refresh quick, but for the data itself?

`python -m bench.soak` makes synthetic releases, in English and Chinese and said to be synthetic in title, text and
sidecar, and small synthetic months of declarations with revisions, in a temporary folder; they never reach the
project's warehouse. Each release is followed by a `customhouse refresh`, with corrections, files that cannot be read
and documents that are missing now and then. The same seed makes the same files.
"""

from __future__ import annotations

import argparse
import calendar
import csv
import datetime
import hashlib
import io
import json
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb
import yaml
from rich.console import Console
from rich.table import Table

from bench.declarations import Plan, write_declarations
from orchestration.settings import PROJECT_DIR

CUSTOMHOUSE = Path(sys.executable).parent / "customhouse"
YEAR = 2021
#: Regions of the releases, each with its name in both languages and its trade of a month in billions of yuan.
REGIONS = (
    ("CN-XJ", "Xinjiang", "新疆", 20.0),
    ("CN-SD", "Shandong", "山东", 240.0),
    ("330100", "Hangzhou", "杭州", 60.0),
    ("CN-GD", "Guangdong", "广东", 680.0),
    ("CN-SC", "Sichuan", "四川", 75.0),
    ("CN-FJ", "Fujian", "福建", 150.0),
)
#: What a refresh that finds a document missing ends with.
NOTHING_PUBLISHED = 3


@dataclass(slots=True)
class Month:
    """What the refreshes of a month cost: seconds and memory of each, and what lies on disk behind the last."""

    name: str
    seconds: list[float] = field(default_factory=list)
    peak_megabytes: float = 0
    megabytes: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


def main() -> None:
    """Run the months and print what they cost."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--months", type=int, default=12, choices=range(1, 13), metavar="1-12")
    ask.add_argument("--releases", type=int, default=6, choices=range(1, 7), metavar="1-6", help="of a month")
    ask.add_argument("--lines", type=int, default=2_000, help="declarations of a month (default 2,000)")
    ask.add_argument("--kept-publications", type=int, default=5)
    ask.add_argument("--kept-runs", type=int, default=12)
    ask.add_argument("--seed", type=int, default=2021)
    ask.add_argument("--project", type=Path, default=PROJECT_DIR / "dbt_project", help="of dbt (default: the whole)")
    ask.add_argument("--json", type=Path, help="write the measures to this file, too")
    said = ask.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(Path(folder), said)
        months: list[Month] = []
        for number in range(1, said.months + 1):
            months.append(soak.month(number))
            if said.json:
                said.json.write_text(json.dumps([asdict(month) for month in months], indent=1), encoding="utf-8")
        soak.assert_nothing_is_lost()
    _print(months, said)


class Soak:
    """An installation of its own, and the year that it goes through."""

    def __init__(self, folder: Path, said: argparse.Namespace) -> None:
        self._folder = folder
        self._said = said
        self._random = random.Random(said.seed)
        self._releases = folder / "raw" / "releases"
        self._customs = folder / "raw" / "customs"
        for path in (self._releases, self._customs, folder / "raw" / "sheets"):
            path.mkdir(parents=True)
        self._put: list[Path] = []
        self._traded = {region: (0.0, 0.0) for region, *_ in REGIONS}
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("CUSTOMHOUSE_", "DAGSTER_"))},
            "CUSTOMHOUSE_RAW_DIR": str(folder / "raw"),
            "CUSTOMHOUSE_WAREHOUSE_DIR": str(folder / "warehouse"),
            "CUSTOMHOUSE_DBT_PROJECT_DIR": str(said.project),
            "CUSTOMHOUSE_DBT_TARGET_DIR": str(folder / "target"),
            "CUSTOMHOUSE_DAGSTER_HOME": str(folder / "dagster_home"),
            "CUSTOMHOUSE_KEPT_PUBLICATIONS": str(said.kept_publications),
            "CUSTOMHOUSE_KEPT_RUNS": str(said.kept_runs),
        }

    def month(self, number: int) -> Month:
        """One month: declarations, then release after release, each with what goes wrong that day."""
        month = Month(f"{YEAR}-{number:02}")
        self._put_declarations(number)
        on_a_bad_day = min(1, self._said.releases - 1)
        for place in range(self._said.releases):
            path = self._put_release(number, place)
            if place == 0 and number % 3 == 2:
                self._correct(self._put[0])
            if (
                place == on_a_bad_day and number % 3 == 0
            ):  # a copy that broke off on the way: rejected, all others are published
                whole = path.read_bytes()
                path.write_bytes(whole[: len(whole) // 2])
                self._refresh(month)
                path.write_bytes(whole)
            if (
                place == on_a_bad_day and number % 4 == 2
            ):  # a document of the last publication is gone: nothing is published
                away = self._put[0].rename(self._folder / self._put[0].name)
                self._refresh(month, expected=NOTHING_PUBLISHED)
                away.rename(self._put[0])
            self._refresh(month)
            self._put.append(path)
        self._look(month)
        return month

    def assert_nothing_is_lost(self) -> None:
        """Every kept publication answers, with the declarations that it is made of, and the last has every document."""
        kept = sorted((self._folder / "warehouse" / "publications").glob("*.duckdb"))
        if len(kept) > self._said.kept_publications:
            sys.exit(f"{len(kept)} publications are kept")
        for path in kept:
            with duckdb.connect(str(path), read_only=True) as connection:
                lines = connection.execute("SELECT count(*), sum(value_cny) FROM marts.fct_trade_monthly").fetchone()
                sources = {one for (one,) in connection.execute("SELECT source_id FROM marts.dim_source").fetchall()}
            if not lines or not lines[0]:
                sys.exit(f"{path} has lost its declarations")
        if missing := {path.stem for path in self._put} - sources:
            sys.exit(f"not published: {', '.join(sorted(missing))}")

    def _put_release(self, number: int, place: int) -> Path:
        region, english, chinese, monthly = REGIONS[place]
        exports, imports = self._traded[region]
        exports += monthly * 0.6 * self._random.uniform(0.8, 1.2)
        imports += monthly * 0.4 * self._random.uniform(0.8, 1.2)
        self._traded[region] = (exports, imports)
        growths = [self._random.uniform(-20, 40) for _ in range(3)]
        is_english = (number + place) % 2 == 0
        path = self._releases / f"synthetic-{YEAR}-{number:02}-{place}.md"
        text = _english if is_english else _chinese
        path.write_text(text(english if is_english else chinese, number, exports, imports, growths), encoding="utf-8")
        day = datetime.date(YEAR + number // 12, number % 12 + 1, 7 + 3 * place)
        _write_yaml(
            path.with_suffix(".yml"),
            {
                "title": f"Synthetic release of a simulation: {english}, {number} months of {YEAR}",
                "publisher": "nobody: a simulation",
                "published_date": day,
                "region": region,
                "language": "en" if is_english else "zh",
                "currency": "CNY",
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "note": "Synthetic: every figure is drawn by bench/soak.py.",
            },
        )
        return path

    def _put_declarations(self, number: int) -> None:
        """The month's files; every third month the files of the month before, too, with other values, later."""
        first = datetime.date(YEAR, 1, 1)
        write_declarations(self._customs, Plan(self._said.lines * 12, 12, first), months=range(number - 1, number))
        if number % 3:
            return
        revised = self._folder / "revised"
        former = range(number - 2, number - 1)
        for path in write_declarations(revised, Plan(int(self._said.lines * 12.6), 12, first), months=former):
            fields = yaml.safe_load(path.with_suffix(".yml").read_text(encoding="utf-8"))
            fields["published_date"] += datetime.timedelta(days=31)
            target = self._customs / f"{path.stem}-revised.csv"
            shutil.move(path, target)
            _write_yaml(target.with_suffix(".yml"), fields)

    def _correct(self, path: Path) -> None:
        """A person rules that the last figure of a release is not stated."""
        if path.with_suffix(".corrections.yml").exists():
            return
        done = subprocess.run(
            [CUSTOMHOUSE, "read", path, "--format", "csv"],
            env=self._environment, cwd=PROJECT_DIR, capture_output=True, text=True, check=True,
        )  # fmt: skip
        figure = list(csv.DictReader(io.StringIO(done.stdout)))[-1]
        correction = {
            "action": "drop",
            "figure_id": figure["figure_id"],
            "quote": figure["quote"],
            "expected": {"statistic": figure["statistic"], "value": float(figure["value"])},
            "reason": "A simulated ruling.",
            "who": "bench/soak.py",
            "date": datetime.date(YEAR, 12, 31),
        }
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        _write_yaml(path.with_suffix(".corrections.yml"), {"sha256": digest, "corrections": [correction]})

    def _refresh(self, month: Month, *, expected: int = 0) -> None:
        started = time.perf_counter()
        with (self._folder / "output").open("wb") as output:
            process = subprocess.Popen(
                [CUSTOMHOUSE, "refresh"], env=self._environment, cwd=PROJECT_DIR, stdout=output, stderr=output
            )
            _, status, used = os.wait4(process.pid, 0)  # the one way to the peak of a single process
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != expected:
            sys.exit(
                f"{month.name}: a refresh ended with {process.returncode}:\n"
                + (self._folder / "output").read_text(encoding="utf-8", errors="replace")
            )
        month.seconds.append(time.perf_counter() - started)
        month.peak_megabytes = max(month.peak_megabytes, used.ru_maxrss / 1024)

    def _count_runs(self) -> int:
        """How many runs Dagster's history holds."""
        with closing(sqlite3.connect(self._folder / "dagster_home" / "history" / "runs.db")) as history:
            return int(history.execute("SELECT count(*) FROM runs").fetchone()[0])

    def _look(self, month: Month) -> None:
        warehouse = self._folder / "warehouse"
        month.megabytes = {
            "raw": _megabytes(self._folder / "raw"),
            "published": _megabytes(warehouse / "customhouse.duckdb"),
            "publications": _megabytes(warehouse / "publications"),
            "working": _megabytes(warehouse / "working.duckdb"),
            "lake": _megabytes(warehouse / "customs"),
            "target": _megabytes(self._folder / "target"),
            "dagster_home": _megabytes(self._folder / "dagster_home"),
        }
        with duckdb.connect(str(warehouse / "customhouse.duckdb"), read_only=True) as connection:
            rows = dict(connection.execute("SELECT table_name, row_count FROM metadata.tables").fetchall())
        month.counts = {
            "documents": rows["dim_source"],
            "figures": rows["fct_figures"],
            "declarations": rows["fct_trade_monthly"],
            "rows": sum(rows.values()) - rows["fct_trade_monthly"],
            "publications": len(list((warehouse / "publications").glob("*.duckdb"))),
            "lake files": len(list((warehouse / "customs" / "lines").glob("*.parquet"))),
            "runs": self._count_runs(),
        }


def _english(region: str, number: int, exports: float, imports: float, growths: Sequence[float]) -> str:
    months = f"January to {calendar.month_name[number]}" if number > 1 else "January"
    total, sold, bought = growths
    return f"""# Synthetic release of a simulation: foreign trade of {region}, {months} {YEAR}

From {months} {YEAR}, the foreign trade of {region} reached {exports + imports:.2f} billion yuan, {_rose(total)}.

Exports were worth {exports:.2f} billion yuan, {_rose(sold)}. Imports were worth {imports:.2f} billion yuan,
{_rose(bought)}.
""".replace("From January 2021", "In January 2021")


def _rose(growth: float) -> str:
    return f"{'up' if growth >= 0 else 'down'} {abs(growth):.1f}% from a year earlier"


def _chinese(region: str, number: int, exports: float, imports: float, growths: Sequence[float]) -> str:
    months = f"1-{number}月" if number > 1 else "1月"
    total, sold, bought = (f"{'增长' if one >= 0 else '下降'}{abs(one):.1f}%" for one in growths)
    return f"""# 模拟材料：{YEAR}年{months}{region}外贸

{YEAR}年{months}，{region}外贸进出口总值{(exports + imports) * 10:.1f}亿元人民币，同比{total}。

其中，出口{exports * 10:.1f}亿元，{sold}；进口{imports * 10:.1f}亿元，{bought}。
"""


def _write_yaml(path: Path, fields: Mapping[str, object]) -> None:
    path.write_text(yaml.safe_dump(dict(fields), allow_unicode=True, sort_keys=False), encoding="utf-8")


def _megabytes(path: Path) -> float:
    """What a file, or all below a folder, takes of the disk; a file with several names counts once."""
    files = {one.stat().st_ino: one.stat().st_blocks * 512 for one in (path, *path.rglob("*")) if one.is_file()}
    return sum(files.values()) / 1e6


def _print(months: Sequence[Month], said: argparse.Namespace) -> None:
    refreshes = sum(len(month.seconds) for month in months)
    table = Table(
        title=f"{refreshes} refreshes, {said.months * said.releases} synthetic releases; "
        f"{said.kept_publications} publications and {said.kept_runs} runs are kept; {os.cpu_count()} cores",
        title_justify="left",
    )
    table.add_column("")
    for month in months:
        table.add_column(month.name, justify="right")
    table.add_row("seconds a refresh, median", *(f"{statistics.median(month.seconds):.1f}" for month in months))
    table.add_row("peak memory, MB", *(f"{month.peak_megabytes:,.0f}" for month in months))
    for name in months[0].megabytes:
        table.add_row(f"{name}, MB", *(f"{month.megabytes[name]:,.1f}" for month in months))
    for name in months[0].counts:
        table.add_row(name, *(f"{month.counts[name]:,}" for month in months))
    Console(width=max(80, 30 + 11 * len(months))).print(table)


if __name__ == "__main__":
    main()
