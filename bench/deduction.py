"""How long it takes to deduce what a million statements imply, and with how much memory.

Run by `python -m bench.deduction`. The material is synthetic: random true worlds (bench/worlds.py) and what releases of
about fifty statements would print of them, in the proportions of the releases in tests/releases. A few hundred
releases are made, and each is repeated as many documents, since only their number matters here.

Each step is measured in a process of its own, with as many forks as `--processes` says. `verdicts` reads figures, ties
them, narrows all intervals and gives a verdict for each figure. `figures` hands out all deduced figures, too, and
`derivations` every step of how they are known; `times` is how long a step takes over the first of them. Memory is that
of the process and its forks when largest; what forks share with their parent counts for each of them.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from random import Random

from rich.console import Console
from rich.table import Table

from bench.worlds import AS_RELEASES, copies, releases
from orchestration.deduction import DocumentDeduction, Structure, map_documents
from orchestration.figures import Figure
from orchestration.settings import PROJECT_DIR
from orchestration.sources import Source

#: Statements of one release, and how many different ones there are.
_STATEMENTS = 50
_DIFFERENT = 400

Counts = Counter[str]


def main() -> None:
    """Measure and print."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--statements", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    ask.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    ask.add_argument("--steps", type=int, default=3, help="how many of the three steps to measure (default all)")
    said = ask.parse_args()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    table = Table(title=f"Deduction over synthetic statements, {said.processes} processes ({machine})")
    for column in ("statements", "step", "seconds", "times", "µs each", "megabytes", "verdicts", "figures", "steps"):
        table.add_column(column, justify="left" if column == "step" else "right")
    steps: tuple[Callable[[DocumentDeduction], Counts], ...] = (verdicts, figures, derivations)
    for statements in said.statements:
        first = 0.0
        for step in steps[: said.steps]:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
                done = fresh.submit(measure, step, statements, said.processes)
                number, seconds, megabytes, counts = done.result()
            first = first or seconds
            table.add_row(
                f"{number:,}",
                step.__name__,
                f"{seconds:.1f}",
                f"{seconds / first:.2f}",
                f"{1e6 * seconds / number:.0f}",
                f"{megabytes:,.0f}",
                *(f"{counts[name]:,}" for name in ("verdicts", "figures", "steps")),
            )
    Console(width=110).print(table)


def verdicts(deduction: DocumentDeduction) -> Counts:
    """Everything is narrowed, and each figure has its verdict."""
    return Counter(verdicts=sum(1 for _ in deduction.checks()))


def figures(deduction: DocumentDeduction) -> Counts:
    """The same, and every deduced figure is handed out."""
    return verdicts(deduction) + Counter(figures=sum(1 for _ in deduction.figures()))


def derivations(deduction: DocumentDeduction) -> Counts:
    """The same, and every derivation."""
    return figures(deduction) + Counter(steps=sum(1 for _ in deduction.derivations()))


def measure(
    step: Callable[[DocumentDeduction], Counts], statements: int, processes: int
) -> tuple[int, float, float, Counts]:
    """Figures, seconds, megabytes and what was counted."""
    structure = Structure(PROJECT_DIR / "dbt_project" / "seeds")
    stated, sources = _material(statements)
    began = time.perf_counter()
    counts: Counts = Counter()
    for counted in map_documents(step, stated, sources, structure, processes=processes):
        counts.update(counted)
    seconds = time.perf_counter() - began
    own, forks = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return len(stated), seconds, (own + processes * forks) / 1024, counts


def _material(statements: int) -> tuple[list[Figure], list[Source]]:
    stated: list[Figure] = []
    sources: list[Source] = []
    made = [
        writer
        for _, writer in releases(Random(5), min(_DIFFERENT, statements // _STATEMENTS), _STATEMENTS, AS_RELEASES)
    ]
    number = 0
    while len(stated) < statements:
        source, figures_of_copy = copies(made[number % len(made)], number)
        sources.append(source)
        stated += figures_of_copy
        number += 1
    return stated, sources


if __name__ == "__main__":
    main()
