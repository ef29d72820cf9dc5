"""What a refresh costs over dbt alone and over its SQL alone, and how fast the command answers; measured in one run.

Run by `make bench`, or `python -m bench.refresh --repetitions 7`. Everything happens in a temporary folder, on the real
raw files. The contenders take turns, so that a slow moment of the machine meets them all; medians and ratios are
printed.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from orchestration.settings import PROJECT_DIR, Settings

BIN = Path(sys.executable).parent
QUESTION = "SELECT count(*) FROM mart_growth"


def main() -> None:
    """Measure and print."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--repetitions", type=int, default=5, help="turns of each contender (default 5)")
    repetitions = ask.parse_args().repetitions
    with tempfile.TemporaryDirectory() as folder:
        settings = _settings(Path(folder))
        settings.export_environment()
        for name in ("raw_dir", "warehouse_dir", "dbt_target_dir", "dagster_home"):
            os.environ[f"CUSTOMHOUSE_{name.upper()}"] = str(getattr(settings, name))
        contenders = _contenders(settings)
        seconds: dict[str, list[float]] = {name: [] for name in contenders}
        for turn in range(repetitions + 1):
            for name, run in contenders.items():
                started = time.perf_counter()
                run()
                if turn:  # the first turn parses the project, makes the run history and warms the disk
                    seconds[name].append(time.perf_counter() - started)
    _print(seconds, repetitions)


def _settings(folder: Path) -> Settings:
    home = folder / "dagster_home"
    home.mkdir()
    shutil.copy(PROJECT_DIR / "dagster_home" / "dagster.yaml", home)
    return Settings(
        raw_dir=PROJECT_DIR / "raw",
        warehouse_dir=folder / "warehouse",
        dbt_target_dir=folder / "target",
        dagster_home=home,
    )


def _contenders(settings: Settings) -> dict[str, Callable[[], None]]:
    """Name to what is timed: each a process of its own, from its start to its end."""
    dbt = [
        str(BIN / "dbt"),
        "build",
        *("--project-dir", str(settings.dbt_project_dir)),
        *("--profiles-dir", str(settings.dbt_project_dir)),
        *("--target-path", str(settings.dbt_target_dir)),
        *("--threads", str(settings.threads)),
    ]
    customhouse = str(BIN / "customhouse")
    return {
        "customhouse refresh": lambda: _run([customhouse, "refresh", "--force"]),
        "dbt build, the same nodes": lambda: _run([*dbt, "--exclude-resource-type", "unit_test"]),
        "dbt build, unit tests too": lambda: _run(dbt),
        "the SQL alone": lambda: _run([sys.executable, "-m", "bench.pure_sql", str(settings.dbt_target_dir)]),
        "import duckdb": lambda: _run([sys.executable, "-c", "import duckdb"]),
        "customhouse query": lambda: _run([customhouse, "query", QUESTION]),
        "customhouse status": lambda: _run([customhouse, "status"]),
        "refresh, nothing changed": lambda: _run([customhouse, "refresh"]),
    }


def _run(command: list[str]) -> None:
    done = subprocess.run(command, cwd=PROJECT_DIR, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")


def _print(seconds: dict[str, list[float]], repetitions: int) -> None:
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    console = Console()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    table = Table(title=f"Seconds, median of {repetitions} turns ({machine})", title_justify="left")
    for column in ("what", "median", "least", "most"):
        table.add_column(column, justify="left" if column == "what" else "right")
    for name, taken in seconds.items():
        table.add_row(name, *(f"{value:.2f}" for value in (medians[name], min(taken), max(taken))))
    console.print(table)
    refresh, quick = medians["customhouse refresh"], medians["import duckdb"]
    for text in (
        f"refresh / dbt build of the same nodes   {refresh / medians['dbt build, the same nodes']:.2f}",
        f"refresh / dbt build, unit tests too     {refresh / medians['dbt build, unit tests too']:.2f}",
        f"refresh / the SQL alone                 {refresh / medians['the SQL alone']:.1f}",
        f"query - import duckdb                   {medians['customhouse query'] - quick:.2f} s",
        f"status - import duckdb                  {medians['customhouse status'] - quick:.2f} s",
    ):
        console.print(text, highlight=False)


if __name__ == "__main__":
    main()
