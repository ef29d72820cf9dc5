"""What loading and building declarations costs over DuckDB alone, and how fast the marts answer; measured in one run.

`python -m bench.customs --rows 10000000` makes synthetic declarations of 36 months in a temporary folder (never in the
project's warehouse), and prints seconds and ratios. Contenders take turns on the same files.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import dagster
import duckdb
from rich.console import Console
from rich.table import Table

from bench.declarations import Plan, write_declarations
from orchestration.codes import CodeLists
from orchestration.customs import Resources, update_lake
from orchestration.customs.files import find_files, readable
from orchestration.customs.loading import Content, load_file
from orchestration.defs.customs import LAKE, RAW_FILES, customs
from orchestration.defs.resources import warehouse_resource
from orchestration.hashing import FileHashes
from orchestration.progress import Progress
from orchestration.settings import PROJECT_DIR, Settings

BIN = Path(sys.executable).parent
RESOURCES = Resources(Settings().memory_limit, os.cpu_count() or 1, lambda _: None)
#: Typical questions, each answered by the marts of the published file.
QUESTIONS = {
    "trade by month": """SELECT period_start, value FROM marts.fct_declared_levels WHERE region_id = 'CHN'
        AND partner_id = 'WORLD' AND commodity_id = 'TOTAL' AND flow = 'total' AND unit = 'CNY'
        AND trade_mode_id = 'ALL' AND period_end = last_day(period_start) ORDER BY 1""",
    "partners of a province": """SELECT partner_id, value FROM marts.fct_declared_levels WHERE region_id = 'CN-XJ'
        AND commodity_id = 'TOTAL' AND partner_id <> 'WORLD' AND flow = 'export' AND unit = 'CNY'
        AND trade_mode_id = 'ALL' AND period_start = DATE '2023-01-01' AND period_end = DATE '2023-03-31'
        ORDER BY 2 DESC LIMIT 10""",
    "growth of chapters": """SELECT commodity_id, growth_pct FROM marts.mart_growth WHERE region_id = 'CHN'
        AND partner_id = 'WORLD' AND length(commodity_id) = 2 AND flow = 'export' AND unit = 'CNY'
        AND trade_mode_id = 'ALL' AND period_start = DATE '2023-01-01' AND period_end = DATE '2023-06-30'
        ORDER BY 2 DESC NULLS LAST LIMIT 10""",
    "one commodity over time": """SELECT period_start, value FROM marts.fct_declared_levels WHERE region_id = 'CHN'
        AND partner_id = 'WORLD' AND commodity_id = '0101' AND flow = 'export' AND unit = 'CNY' ORDER BY 1""",
    "trade modes": """SELECT trade_mode_id, value FROM marts.fct_declared_levels WHERE region_id = 'CHN'
        AND partner_id = 'WORLD' AND commodity_id = 'TOTAL' AND flow = 'total' AND unit = 'CNY' AND measure = 'value'
        AND period_start = DATE '2023-01-01' AND period_end = DATE '2023-12-31' ORDER BY 2 DESC""",
}


def main() -> None:
    """Measure and print."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--rows", type=int, default=1_000_000, help="lines over 36 months (default 1,000,000)")
    ask.add_argument("--turns", type=int, default=3, help="turns of each contender when files are loaded (default 3)")
    ask.add_argument(
        "--histories", type=int, nargs="+", default=[1, 12, 36], help="months after which one more comes (1 12 36)"
    )
    ask.add_argument("--folder", type=Path, help="where to work and leave what was made (default: temporary)")
    said = ask.parse_args()
    console = Console()
    console.print(f"{said.rows:,} synthetic lines; DuckDB {duckdb.__version__}, {os.cpu_count()} cores")
    with _folder(said.folder) as folder:
        _print(console, "Loading a file of one month", _loading(folder / "loading", said.rows, said.turns))
        _print(console, "Back-fill of 36 months into the lake", _back_fill(folder / "back_fill", said.rows))
        _print(console, "One more month", _one_more_month(folder / "months", said.rows, said.histories))
        installation = folder / "months" / str(max(said.histories))
        _print(console, "Questions to the marts", _questions(installation, said.rows))


@contextmanager
def _folder(wanted: Path | None) -> Iterator[Path]:
    if wanted:
        wanted.mkdir(parents=True, exist_ok=True)
        yield wanted
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)


def _print(console: Console, title: str, rows: Sequence[Sequence[str]]) -> None:
    table = Table(title=title, title_justify="left")
    for index, column in enumerate(rows[0]):
        table.add_column(column, justify="right" if index else "left")
    for row in rows[1:]:
        table.add_row(*row)
    console.print(table)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _loading(folder: Path, rows: int, turns: int) -> list[list[str]]:
    """A file as large as two months of the plan, by DuckDB alone and by the loader: in order of codes, and in none."""
    lines = max(rows // 36 * 2, min(rows, 250_000))  # a file too small would measure nothing but its opening
    codes = CodeLists(PROJECT_DIR / "dbt_project" / "seeds")
    seconds: dict[str, list[float]] = {}
    plans = {
        "utf-8": Plan(lines, 1, flows=("export",)),
        "utf-8, in no order": Plan(lines, 1, flows=("export",), is_shuffled=True),
        "gb18030": Plan(lines, 1, flows=("export",), encoding="gb18030"),
    }
    for name, plan in plans.items():
        write_declarations(folder / name / "customs", plan)
    for turn in range(turns + 1):
        for name in plans:
            raw = folder / name / "customs"
            files, _ = find_files(raw, codes, FileHashes(folder / "hashes.json"))
            with _database(folder) as connection:
                loaded = _timed(lambda: _load(connection, files[0], folder))  # noqa: B023 - called at once
            lake = folder / "lake"
            whole = _timed(lambda: update_lake(raw, lake, codes, FileHashes(folder / "hashes.json"), RESOURCES))  # noqa: B023
            shutil.rmtree(lake)
            with _database(folder) as connection:
                alone = _timed(lambda: connection.execute(_alone(raw / files[0].path.name)))  # noqa: B023
            if turn:  # the first turn warms the disk
                for what, taken in (("DuckDB alone", alone), ("loaded", loaded), ("loaded and in the lake", whole)):
                    seconds.setdefault(f"{name}: {what}", []).append(taken)
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    rate = lines / medians["utf-8: DuckDB alone"]
    table = [["what", "seconds", "lines a second", "of DuckDB's rate on UTF-8"]]
    for name, taken in medians.items():
        if name != "gb18030: DuckDB alone":  # it cannot read the names: given for what it reads
            table.append([name, f"{taken:.2f}", f"{lines / taken:,.0f}", f"{lines / taken / rate:.2f}"])
    return table


@contextmanager
def _database(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    path = folder / "bench.duckdb"
    with duckdb.connect() as connection:
        connection.execute("SET threads = 2; SET memory_limit = '3GiB'; SET preserve_insertion_order = false")
        connection.execute(f"ATTACH '{path}' AS scratch")
        yield connection
    for leftover in folder.glob("bench.duckdb*"):
        leftover.unlink()


def _load(connection: duckdb.DuckDBPyConnection, file: object, folder: Path) -> None:
    with readable(file, folder / "unpacked") as (path, encoding):  # type: ignore[arg-type]
        load_file(connection, file, Content(path, encoding), folder / "staged.parquet", "lines")  # type: ignore[arg-type]


def _alone(path: Path) -> str:
    """The same file by DuckDB's own reader with given types, into a table."""
    return f"CREATE OR REPLACE TABLE scratch.lines AS SELECT * FROM {_read_alone(path)}"


def _parquet_alone(path: Path, target: Path) -> str:
    """The same file by DuckDB's own reader, sorted, into a Parquet file."""
    return f"COPY (FROM {_read_alone(path)} ORDER BY c0, c2, c6) TO '{target}' (FORMAT parquet, COMPRESSION zstd)"


def _read_alone(path: Path) -> str:
    types = ", ".join(f"'c{i}': '{'DECIMAL(18, 4)' if i in (8, 10, 12) else 'VARCHAR'}'" for i in range(14))
    encoding = "latin-1" if "gb18030" in path.parts else "utf-8"
    return f"""read_csv('{path}', columns = {{{types}}}, auto_detect = false, header = true, delim = ',', quote = '"',
        escape = '"', thousands = ',', nullstr = ['-'], encoding = '{encoding}')"""


def _back_fill(folder: Path, rows: int) -> list[list[str]]:
    """All months at once: loops in DuckDB alone, the lake's loop alone, and the same as one run of Dagster."""
    raw = folder / "raw" / "customs"
    files = write_declarations(raw, Plan(rows))
    codes = CodeLists(PROJECT_DIR / "dbt_project" / "seeds")
    hashes = FileHashes(folder / "hashes.json")

    def into_a_table() -> None:
        with _database(folder) as connection:
            connection.execute(_alone(files[0]))
            for path in files[1:]:
                connection.execute(f"INSERT INTO scratch.lines SELECT * FROM {_read_alone(path)}")

    def into_parquet() -> None:
        with _database(folder) as connection:
            for path in files:
                connection.execute(_parquet_alone(path, folder / "alone.parquet"))

    lake = folder / "lake"
    contenders: dict[str, Callable[[], object]] = {
        "a loop in DuckDB alone, into one table": into_a_table,
        "a loop in DuckDB alone, each file sorted into Parquet": into_parquet,
        "the loop of the lake: lines counted and checked, codes mapped, sums compared": lambda: update_lake(
            raw, lake, codes, hashes, RESOURCES
        ),
        "the same loop as one run of Dagster": lambda: _as_one_run(folder),
        "the loop of the lake again, nothing new": lambda: update_lake(raw, lake, codes, hashes, RESOURCES),
    }
    taken = {name: _timed(work) for name, work in contenders.items()}
    table, parquet, loop = list(taken.values())[:3]
    return [
        ["what", "seconds", "of the table", "of the Parquet files", "of the lake's loop"],
        *(
            [name, f"{one:.1f}", f"{one / table:.2f}", f"{one / parquet:.2f}", f"{one / loop:.2f}"]
            for name, one in taken.items()
        ),
    ]


def _as_one_run(folder: Path) -> None:
    settings = Settings(raw_dir=folder / "raw", warehouse_dir=folder / "warehouse", memory_limit=RESOURCES.memory_limit)
    dagster.materialize(
        [RAW_FILES, LAKE, customs],
        resources={"warehouse": warehouse_resource(settings, Progress())},
    )


def _one_more_month(folder: Path, rows: int, histories: Sequence[int]) -> list[list[str]]:
    """The refresh that brings one more month: alone, after so many months but one; and one with nothing new."""
    plan = Plan(rows)
    table = [["refresh", "seconds", "of the month alone", "peak memory"]]
    alone = 0.0
    for history in histories:
        installation = folder / str(history)
        first = plan.months - history
        installation.mkdir(parents=True)
        shutil.copytree(PROJECT_DIR / "raw", installation / "raw")
        customs = installation / "raw" / "customs"
        _refresh(installation)
        if history > 1:
            write_declarations(customs, plan, months=range(first, plan.months - 1))
            taken, memory = _refresh(installation)
            table.append([f"back-fill of {history - 1} months", f"{taken:.1f}", "", f"{memory:,} MiB"])
        write_declarations(customs, plan, months=range(plan.months - 1, plan.months))
        taken, memory = _refresh(installation)
        alone = alone or taken
        name = "the month alone" if history == 1 else f"the same after {history - 1} months"
        table.append([name, f"{taken:.1f}", f"{taken / alone:.2f}", f"{memory:,} MiB"])
        taken, memory = _refresh(installation)
        table.append([f"nothing new ({history} months)", f"{taken:.2f}", f"{taken / alone:.2f}", f"{memory:,} MiB"])
    return table


def _refresh(installation: Path) -> tuple[float, int]:
    """Seconds and MiB of one refresh in a process of its own."""
    environment = {
        **os.environ,
        "CUSTOMHOUSE_RAW_DIR": str(installation / "raw"),
        "CUSTOMHOUSE_WAREHOUSE_DIR": str(installation / "warehouse"),
        "CUSTOMHOUSE_DBT_TARGET_DIR": str(installation / "target"),
        "CUSTOMHOUSE_DAGSTER_HOME": str(installation / "dagster_home"),
    }
    began = time.perf_counter()
    process = subprocess.Popen(
        [BIN / "customhouse", "refresh"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    output, _ = process.communicate()
    taken = time.perf_counter() - began
    if process.returncode:
        raise SystemExit(f"the refresh failed:\n{output}")
    print(output, file=sys.stderr)
    return taken, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10


def _questions(installation: Path, rows: int) -> list[list[str]]:
    """Each question by one reader; all of them by eight cursors, by eight processes, and while a refresh publishes."""
    published = installation / "warehouse" / "customhouse.duckdb"
    table = [["question", "median, ms", "99th percentile, ms"]]
    with duckdb.connect(str(published), read_only=True) as connection:
        for name, sql in QUESTIONS.items():
            table.append([name, *_milliseconds(_ask(connection, [sql] * 50))])
        taken: list[float] = []
        threads = [threading.Thread(target=lambda: taken.extend(_ask_all(connection))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    table.append(["all, 8 cursors of one process", *_milliseconds(taken)])
    with multiprocessing.get_context("spawn").Pool(8) as pool:
        answers = pool.map(_ask_file, [str(published)] * 8)
        pool.close()  # they end by themselves: to be ended by a signal is what not every process lets itself
        pool.join()
    table.append(["all, 8 processes", *_milliseconds([one for part in answers for one in part])])
    table.append(["all, 8 cursors, while a refresh publishes", *_milliseconds(_while_publishing(installation, rows))])
    return table


def _while_publishing(installation: Path, rows: int) -> list[float]:
    """What eight readers wait for answers while one more month is read, built and published; none may fail."""
    plan = Plan(rows)
    further = Plan(rows // plan.months * (plan.months + 1), plan.months + 1)
    write_declarations(installation / "raw" / "customs", further, months=range(plan.months, plan.months + 1))
    published = installation / "warehouse" / "customhouse.duckdb"
    before = published.stat().st_ino
    taken: list[float] = []
    is_over = threading.Event()

    def read() -> None:
        while not is_over.is_set():  # opened again and again, as by a pool of connections: the new file is seen, too
            with duckdb.connect(str(published), read_only=True) as connection:
                taken.extend(_ask(connection, [*QUESTIONS.values()]))

    with ThreadPoolExecutor(8) as readers:
        reading = [readers.submit(read) for _ in range(8)]
        try:
            _refresh(installation)
        finally:
            is_over.set()
        for one in reading:
            one.result()  # a question that failed fails the bench
    if published.stat().st_ino == before:
        raise SystemExit("nothing was published while the questions were asked")
    return taken


def _ask_file(path: str) -> list[float]:
    with duckdb.connect(path, read_only=True, config={"threads": 1}) as connection:
        return _ask_all(connection)


def _ask_all(connection: duckdb.DuckDBPyConnection) -> list[float]:
    return _ask(connection.cursor(), [*QUESTIONS.values()] * 20)


def _ask(connection: duckdb.DuckDBPyConnection, questions: Sequence[str]) -> list[float]:
    return [_timed(lambda: connection.execute(sql).fetchall()) for sql in questions]  # noqa: B023 - called at once


def _milliseconds(seconds: Sequence[float]) -> tuple[str, str]:
    return f"{1000 * statistics.median(seconds):.1f}", f"{1000 * statistics.quantiles(seconds, n=100)[98]:.1f}"


if __name__ == "__main__":
    main()
