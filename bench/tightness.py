"""How much of what linear programming deduces we deduce, on small synthetic releases.

Run by `python -m bench.tightness`, with SciPy on the path, which the project does not need otherwise:

    pip install --no-deps --target /tmp/scipy scipy
    PYTHONPATH=/tmp/scipy python -m bench.tightness

Where levels, growths, shares, ranks and sums are stated, everything that a release says of levels is linear in them:
a growth between a and b says base × (1 + a) ≤ level ≤ base × (1 + b). So linear programming over all levels at once
gives the exact least and greatest value of each, which no method can better. Interval propagation looks at one
constraint at a time and may stop earlier. `equal` are bounds that differ by less than a thousandth of the interval,
`width` is the median and the mean of the exact width over ours, where both are finite; `missed` are bounds that only
linear programming finds.
"""

from __future__ import annotations

import argparse
import statistics
from collections import Counter
from dataclasses import dataclass, field
from random import Random

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table
from scipy.optimize import linprog  # type: ignore[import-not-found]

from bench.worlds import releases
from orchestration.deduction import Structure
from orchestration.deduction.engine import build
from orchestration.deduction.network import Network, Problem
from orchestration.deduction.propagation import Run, propagate
from orchestration.deduction.statements import by_document, read_document
from orchestration.settings import PROJECT_DIR

#: Variables that are amounts of money, and so enter the program.
_AMOUNTS = frozenset({"level", "change", "rest", "lead", "twice"})
#: A billion: solvers like numbers near one.
_SCALE = 1e9
#: Forms whose statements are linear in levels.
_LINEAR = ("level", "level", "growth", "growth", "level and growth", "share", "share", "joint", "balance", "change")


Matrix = npt.NDArray[np.float64]


@dataclass(slots=True)
class Compared:
    """Bounds that both found, in numbers, and exact width over ours."""

    counts: Counter[str] = field(default_factory=Counter)
    widths: list[float] = field(default_factory=list)


def main() -> None:
    """Measure and print."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--releases", type=int, default=60, help="releases of each size (default 60)")
    count = ask.parse_args().releases
    table = Table(title="Interval propagation beside linear programming: bounds of levels in synthetic releases")
    for column in ("statements", "bounds", "equal", "missed", "width, median", "width, mean"):
        table.add_column(column, justify="right")
    for statements in (6, 12, 25):
        compared = compare(count, statements)
        bounds = compared.counts["bounds"] or 1
        table.add_row(
            str(statements),
            f"{bounds:,}",
            f"{compared.counts['equal'] / bounds:.1%}",
            f"{compared.counts['missed'] / bounds:.1%}",
            f"{statistics.median(compared.widths):.3f}",
            f"{statistics.fmean(compared.widths):.3f}",
        )
    Console().print(table)


def compare(count: int, statements: int) -> Compared:
    """Solve each release in both ways."""
    structure = Structure(PROJECT_DIR / "dbt_project" / "seeds")
    compared = Compared()
    for _, writer in releases(Random(statements), count, statements, _LINEAR):
        network = Network()
        (said,) = by_document(writer.figures.values(), [writer.source])
        build(network, read_document(said, structure), structure)
        problem = network.problem()
        amounts = [
            statistic in _AMOUNTS and not output
            for (statistic, *_), output in zip(network.keys, network.is_output, strict=True)
        ]
        levels = [number for number, key in enumerate(network.keys) if amounts[number] and key[0] == "level"]
        _compare(_program(problem, amounts), propagate(problem, has_outputs=False), levels, compared)
    return compared


@dataclass(slots=True)
class _Program:
    """Rows · amounts ≤ 0 and bounds of each amount, in billions; `natural` are the bounds before any statement."""

    rows: Matrix
    bounds: list[tuple[float | None, float | None]]
    natural: list[tuple[float, float]]

    def extreme(self, variable: int, sign: int) -> float:
        """The least (sign 1) or the greatest (-1) value of an amount; infinite where there is none."""
        goal = np.zeros(self.rows.shape[1])
        goal[variable] = sign
        done = linprog(goal, self.rows, np.zeros(len(self.rows)), bounds=self.bounds, method="highs")
        return float(sign * done.fun * _SCALE) if done.status == 0 else -sign * float("inf")


def _compare(program: _Program, run: Run, levels: list[int], compared: Compared) -> None:
    used = set(np.flatnonzero(np.any(program.rows != 0, axis=0)).tolist())
    for variable in (one for one in levels if one in used):
        ours = run.low(variable), run.high(variable)
        exact = program.extreme(variable, 1), program.extreme(variable, -1)
        for side in (0, 1):
            if not np.isfinite(exact[side]) or exact[side] == program.natural[variable][side]:
                continue
            compared.counts["bounds"] += 1
            if not np.isfinite(ours[side]):
                compared.counts["missed"] += 1
            elif abs(ours[side] - exact[side]) <= 1e-3 * min(exact[1] - exact[0], abs(exact[side])) + 1e-7 * _SCALE:
                compared.counts["equal"] += 1
        if np.isfinite(exact[1]) and np.isfinite(ours[1]) and ours[1] > ours[0]:
            compared.widths.append(min(1.0, max(0.0, exact[1] - exact[0]) / (ours[1] - ours[0])))


def _program(problem: Problem, amounts: list[bool]) -> _Program:
    low, high = problem.low.copy(), problem.high.copy()
    np.maximum.at(low, problem.asserted[:, 0], problem.asserted_low)
    np.minimum.at(high, problem.asserted[:, 0], problem.asserted_high)
    rows: list[list[tuple[int, float]]] = []
    for x, y, z, _ in problem.core.sums.tolist():
        if amounts[x] and amounts[y] and amounts[z]:
            rows += [[(x, sign), (y, -sign), (z, -sign)] for sign in (1.0, -1.0)]
        elif not amounts[x]:  # a factor of growth: 1 + what is stated
            low[x], high[x] = max(low[x], 1 + low[z]), min(high[x], 1 + high[z])
    for x, y, z, _ in problem.core.products.tolist():
        if amounts[x] and amounts[z]:
            rows.append([(z, low[y]), (x, -1.0)])
            if np.isfinite(high[y]):
                rows.append([(x, 1.0), (z, -high[y])])
    rows += [[(y, 1.0), (x, -1.0)] for x, y, _, _ in problem.core.orders.tolist()]
    matrix = np.zeros((len(rows), len(low)))
    for number, row in enumerate(rows):
        for variable, weight in row:
            matrix[number, variable] += weight
    ends = [(one / _SCALE, other / _SCALE) for one, other in zip(low.tolist(), high.tolist(), strict=True)]
    bounds = [tuple(None if np.isinf(end) else end for end in pair) for pair in ends]
    natural = list(zip(problem.low.tolist(), problem.high.tolist(), strict=True))
    return _Program(matrix, bounds, natural)


if __name__ == "__main__":
    main()
