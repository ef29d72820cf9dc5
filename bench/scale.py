"""Where the models are built: DuckDB beside Spark on the same processors, over synthetic declarations.

`.venv-spark/bin/python -m bench.scale` builds a warehouse from nothing on each engine, for each number of lines, and
prints what the models took, the memory of all processes together, and what lay on the disk meanwhile beside the result.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.declarations import Plan, write_declarations
from orchestration.settings import PROJECT_DIR

ENGINES = ("duckdb", "spark")
_SECONDS_BETWEEN_LOOKS = 0.5


@dataclass(frozen=True, slots=True)
class Measured:
    """One build: seconds of the models and of the whole refresh, MiB of memory and of scratch at their highest."""

    models: float
    whole: float
    memory: int
    scratch: int


def main() -> None:
    """Measure what was asked for, and print it."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--rows", type=int, nargs="+", default=[1_000_000], help="lines of declarations (default 1000000)")
    ask.add_argument("--months", type=int, default=36, help="months that they are spread over (default 36)")
    ask.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    ask.add_argument("--folder", type=Path, help="where it happens (default: a temporary folder)")
    ask.add_argument("--spark-memory", default="6g", help="memory of Spark's driver (default 6g)")
    said = ask.parse_args()
    table = Table(
        "lines", "engine", "models", "refresh", "memory", "scratch", "of DuckDB", title="Building from nothing"
    )
    with tempfile.TemporaryDirectory(dir=said.folder) as place:
        for rows in said.rows:
            raw = Path(place) / "raw"
            shutil.copytree(PROJECT_DIR / "raw", raw)
            write_declarations(raw / "customs", Plan(rows, said.months))
            first: Measured | None = None
            for engine in said.engines:
                folder = Path(place) / engine
                measured = _measured(folder, raw, engine, said.spark_memory)
                shutil.rmtree(folder)
                first = first or measured
                table.add_row(
                    f"{rows:,}",
                    engine,
                    f"{measured.models:.0f} s",
                    f"{measured.whole:.0f} s",
                    f"{measured.memory:,} MiB",
                    f"{measured.scratch:,} MiB",
                    f"{measured.models / first.models:.1f}",
                )
            shutil.rmtree(raw)
    Console().print(table)


def _measured(folder: Path, raw: Path, engine: str, spark_memory: str) -> Measured:
    """Refresh once from nothing, and look at the processes and the disk meanwhile."""
    (folder / "dagster_home").mkdir(parents=True)
    scratch = folder / "scratch"
    scratch.mkdir()
    shutil.copy(PROJECT_DIR / "dagster_home" / "dagster.yaml", folder / "dagster_home")
    environment = {
        **os.environ,
        "CUSTOMHOUSE_RAW_DIR": str(raw),
        "CUSTOMHOUSE_WAREHOUSE_DIR": str(folder / "warehouse"),
        "CUSTOMHOUSE_DBT_TARGET_DIR": str(folder / "target"),
        "CUSTOMHOUSE_DAGSTER_HOME": str(folder / "dagster_home"),
        "CUSTOMHOUSE_ENGINE": engine,
        "CUSTOMHOUSE_SPARK_MEMORY": spark_memory,
        "SPARK_LOCAL_DIRS": str(scratch),
    }
    begun = time.monotonic()
    command = [str(Path(sys.executable).parent / "customhouse"), "refresh"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        highest = {"memory": 0, "scratch": 0}
        ended = threading.Event()

        def look() -> None:
            while not ended.wait(_SECONDS_BETWEEN_LOOKS):
                highest["memory"] = max(highest["memory"], _memory_of(process.pid))
                temporary = folder / "warehouse" / "working.duckdb.tmp"
                highest["scratch"] = max(highest["scratch"], _size_of(scratch) + _size_of(temporary))

        watcher = threading.Thread(target=look)
        watcher.start()
        output = process.communicate()[0]
        ended.set()
        watcher.join()
    if process.returncode:
        raise SystemExit(output)
    models = re.search(r"^build models: ([0-9.]+) s$", output, re.MULTILINE)
    if models is None:
        raise SystemExit(output)
    return Measured(float(models[1]), time.monotonic() - begun, highest["memory"] >> 20, highest["scratch"] >> 20)


def _memory_of(leader: int) -> int:
    """Resident bytes of a process and all below it."""
    parents: dict[int, list[int]] = {}
    resident: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError, ValueError, IndexError):  # ended meanwhile
            stat = (entry / "stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
            parents.setdefault(int(stat[1]), []).append(int(entry.name))
            resident[int(entry.name)] = int(stat[21]) * os.sysconf("SC_PAGE_SIZE")
    wanted, total = [leader], 0
    while wanted:
        process = wanted.pop()
        total += resident.get(process, 0)
        wanted += parents.get(process, [])
    return total


def _size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total


if __name__ == "__main__":
    main()
