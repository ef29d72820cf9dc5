"""What cases ended with, kept in a file: a run that was stopped goes on where it was, and its totals are of all."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.faults.stage import Case

VIOLATION = "VIOLATION"


@dataclass(frozen=True)
class Result:
    """One case with one seed: its outcome in a word, its seconds, and what was violated, if anything was."""

    seed: int
    kind: str
    name: str
    outcome: str
    seconds: float
    violation: str = ""


class Results:
    """The last result of each case with this seed: those that are in the file, one JSON object a line, and new ones.

    Without a path nothing is kept.
    """

    def __init__(self, path: Path | None, *, seed: int) -> None:
        self._path = path
        self._seed = seed
        self._results: dict[tuple[str, str], Result] = {}
        for line in path.read_text().splitlines() if path and path.exists() else ():
            try:
                result = Result(**json.loads(line))
            except ValueError:  # whoever wrote it was stopped on the way
                continue
            if result.seed == seed:
                self._results[result.kind, result.name] = result

    def of(self, case: Case) -> Result | None:
        """How the case ended; None where it never ran."""
        return self._results.get((case.kind, case.name))

    def is_done(self, case: Case) -> bool:
        """Whether it ran and nothing was violated: what was violated is to be tried again."""
        result = self.of(case)
        return result is not None and result.outcome != VIOLATION

    def add(self, case: Case, outcome: str, *, seconds: float, violation: str = "") -> None:
        """Keep what a case ended with."""
        result = Result(self._seed, case.kind, case.name, outcome, round(seconds, 1), violation)
        self._results[case.kind, case.name] = result
        if self._path:
            with self._path.open("a") as file:
                file.write(f"\n{json.dumps(asdict(result))}")

    def report(self, cases: Iterable[Case]) -> tuple[str, list[str]]:
        """Counts of these cases by kind and outcome, a line a kind, and what was violated."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        violations = []
        for result in filter(None, map(self.of, cases)):
            found[result.kind][result.outcome] += 1
            if result.violation:
                violations.append(f"{result.kind}: {result.name}: {result.violation}")
        lines = [
            f"{outcomes.total():5}  {kind}: " + ", ".join(f"{times} {one}" for one, times in outcomes.most_common())
            for kind, outcomes in found.items()
        ]
        return "\n".join(lines), violations
