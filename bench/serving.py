"""Measures `customhouse serve`: a small question with 1 and 8 clients, against the file opened directly, and a switch.

`python -m bench.serving` needs a published warehouse, and prints the table of docs/serving.md.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from orchestration.serving.worker import EXTENSIONS, extension_file
from orchestration.settings import Settings
from orchestration.sql import literal

QUESTION = (
    "SELECT region_name_en, period_end, level, growth_pct FROM marts.mart_growth "
    "JOIN marts.dim_region USING (region_id) WHERE region_id = 'CN-XJ' ORDER BY period_end LIMIT 20"
)
SECONDS = 5.0


def direct(database: Path) -> Callable[[], object]:
    """Asks the file."""
    connection = duckdb.connect(str(database), read_only=True, config={"threads": "1"})
    return lambda: connection.execute(QUESTION).fetchall()


def served(port: int, token: str) -> Callable[[], object]:
    """Asks the server."""
    connection = duckdb.connect(config={"threads": "1"})
    for name in EXTENSIONS:
        connection.execute(f"LOAD {literal(str(extension_file(name)))}")
    connection.execute(f"CREATE SECRET (TYPE quack, TOKEN {literal(token)})")
    connection.execute(f"ATTACH 'quack:localhost:{port}' AS served")
    whole = f"FROM served.query({literal(QUESTION)})"
    return lambda: connection.execute(whole).fetchall()


def client(arguments: list[str]) -> None:
    """A client in a process of its own: prints the milliseconds of each question."""
    where, token_file = arguments
    if where.isdigit():
        ask = served(int(where), Path(token_file).read_text(encoding="utf-8").strip())
    else:
        ask = direct(Path(where))
    ask()
    print("ready", flush=True)
    sys.stdin.readline()
    taken = []
    end = time.perf_counter() + SECONDS
    while (begun := time.perf_counter()) < end:
        ask()
        taken.append((time.perf_counter() - begun) * 1000)
    print(*taken)


def measured(where: str, token_file: Path, clients: int) -> str:
    """A row of the table: median and 95th percentile of a question in milliseconds, questions a second."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.serving", where, str(token_file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(clients)
    ]
    for process in processes:
        if process.stdout is None or process.stdout.readline() != "ready\n":
            raise RuntimeError("a client did not start")
    for process in processes:
        if process.stdin is not None:
            process.stdin.write("\n")
            process.stdin.flush()
    taken = sorted(float(one) for process in processes for one in process.communicate()[0].split())
    return f"{statistics.median(taken):.1f} | {taken[len(taken) * 95 // 100]:.1f} | {len(taken) / SECONDS:.0f}"


def main() -> None:
    """Serve a copy of the published file and measure."""
    published = Settings().published_database
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Path(folder)
        shutil.copy(published, warehouse)
        server = subprocess.Popen(
            [sys.executable, "-c", "from orchestration.cli import main; main()", "serve", "--port", "0"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "CUSTOMHOUSE_WAREHOUSE_DIR": folder},
        )
        try:
            if server.stdout is None:
                raise RuntimeError("the server has no output")
            found = re.search(r":(\d+)$", server.stdout.readline().strip())
            if found is None:
                raise RuntimeError("the server did not start")
            token_file = warehouse / "serve.token"
            print("| clients | | median ms | 95 % within ms | answers a second |")
            print("|---:|---|---:|---:|---:|")
            for clients in (1, 8):
                print(f"| {clients} | file | {measured(str(published), token_file, clients)} |")
                print(f"| {clients} | served | {measured(found.group(1), token_file, clients)} |", flush=True)
            switches(warehouse, server)
        finally:
            server.kill()
            server.wait()


def switches(warehouse: Path, server: subprocess.Popen[str]) -> None:
    """Put the file in place anew several times; print how long the server takes once it has noticed."""
    taken: list[int] = []
    output = server.stdout
    for number in range(7):
        staged = warehouse / "staged"
        shutil.copy(warehouse / "customhouse.duckdb", staged)
        staged.chmod(0o644)
        with duckdb.connect(str(staged)) as connection:
            connection.execute(f"UPDATE metadata.publication SET publication_id = 'bench-{number}'")
        staged.replace(warehouse / "customhouse.duckdb")
        while output is not None and (line := output.readline()):
            found = re.search(r"Switched to .* in (\d+) ms", line)
            if found:
                taken.append(int(found.group(1)))
                break
    print(f"\nA switch: {statistics.median(taken):.0f} ms (from {min(taken)} to {max(taken)}), once it is noticed.")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        client(sys.argv[1:])
    else:
        main()
