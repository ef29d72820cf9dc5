"""`python -m tests.faults`: all kinds of faults, one case after the other; prints counts and what was violated."""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

from tests.faults import clock, corruption, disk, kills, memory, raw_files, together
from tests.faults.results import VIOLATION, Results
from tests.faults.stage import Case, Stage, stage

KINDS = {
    "kills": kills,
    "disk": disk,
    "raw_files": raw_files,
    "corruption": corruption,
    "memory": memory,
    "clock": clock,
    "together": together,
}


def chosen_cases(stage: Stage, *, kinds: list[str], only: list[str], count: int, seed: int) -> Iterator[Case]:
    """The cases of these kinds: `count` random kills, and of every other kind at most a quarter as many, drawn."""
    for kind in kinds:
        found = KINDS[kind].cases(stage, count=count, seed=seed)
        cases = [case for case in found if any(part in f"{case.kind}: {case.name}" for part in only)]
        if kind != "kills" and len(cases) > count // 4:
            drawn = random.Random(seed).sample(range(len(cases)), count // 4)
            cases = [cases[index] for index in sorted(drawn)]
        yield from cases


def main() -> int:
    """Run the cases that the options ask for; 1 where one of them found a violation."""
    options = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    options.add_argument("--cases", type=int, default=200, help="kills at random instants (default: 200)")
    options.add_argument("--seed", type=int, default=1, help="of all that is random (default: 1)")
    options.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS), help="default: all")
    options.add_argument("--only", nargs="+", default=[""], help="only cases with one of these in their kind or name")
    options.add_argument("--verbose", action="store_true", help="print every case, with its seconds")
    options.add_argument("--folder", type=Path, help="where it happens; a run that was stopped goes on there")
    asked = options.parse_args()

    # Whoever ends it is told the totals, and its processes end with it: they would write where the next one works.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # A shell has what it starts in the background ignore it, which the refreshes would inherit.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with stage(asked.folder) as prepared:
        asked_for = {"kinds": asked.kinds, "only": asked.only, "count": asked.cases, "seed": asked.seed}
        cases = list(chosen_cases(prepared, **asked_for))
        results = Results(asked.folder and asked.folder / "results.jsonl", seed=asked.seed)
        waiting = [case for case in cases if not results.is_done(case)]
        try:
            for case in waiting:
                run(case, prepared, results, is_verbose=asked.verbose)
        except KeyboardInterrupt:
            print("stopped", flush=True)
    counts, violations = results.report(cases)
    print(f"\n{len(cases)} cases with seed {asked.seed}, {len(cases) - len(waiting)} of them done before")
    print(counts)
    print(f"{len(violations)} violations")
    for violation in violations:
        print(f"  {violation.splitlines()[0]}")
    return 1 if violations else 0


def run(case: Case, stage: Stage, results: Results, *, is_verbose: bool) -> None:
    """Run one case and keep how it ended; a violation is printed at once."""
    outcome, violation = VIOLATION, ""
    started = time.monotonic()
    try:
        outcome = case.run(stage)
    except Exception as problem:
        violation = str(problem) if isinstance(problem, AssertionError) else traceback.format_exc()
        print(f"VIOLATION {case.kind}: {case.name}: {violation}", flush=True)
    seconds = time.monotonic() - started
    results.add(case, outcome, seconds=seconds, violation=violation)
    if is_verbose:
        print(f"{seconds:6.1f} s  {case.kind}: {case.name}: {outcome}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
