"""The fault harness: what was stopped goes on, what was violated is tried again, and when a process is killed."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.__main__ import run
from tests.faults.children import wait_until_used
from tests.faults.results import VIOLATION, Results
from tests.faults.stage import Case, Stage, Violation

#: The cases here do not look at their stage.
STAGE = object.__new__(Stage)


def _healed(stage: Stage) -> str:
    return "healed"


def _violated(stage: Stage) -> str:
    raise Violation("it does not answer:\nin many words")


SOUND, BROKEN, WAITING = Case("kill", "1", _healed), Case("kill", "2", _violated), Case("disk", "1", _healed)


def test_a_run_that_was_stopped_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "results.jsonl"
    first = Results(file, seed=1)
    run(SOUND, STAGE, first, is_verbose=False)
    run(BROKEN, STAGE, first, is_verbose=False)
    assert "VIOLATION kill: 2: it does not answer" in capsys.readouterr().out
    with file.open("a") as cut_off:
        cut_off.write('\n{"seed": 1, "kind": "di')

    later = Results(file, seed=1)
    assert [later.is_done(case) for case in (SOUND, BROKEN, WAITING)] == [True, False, False]
    assert later.report([SOUND, BROKEN, WAITING]) == (
        f"    2  kill: 1 healed, 1 {VIOLATION}",
        ["kill: 2: it does not answer:\nin many words"],
    )

    run(Case("kill", "2", _healed), STAGE, later, is_verbose=False)
    run(WAITING, STAGE, later, is_verbose=False)
    assert Results(file, seed=1).report([SOUND, BROKEN, WAITING]) == (
        "    2  kill: 2 healed\n    1  disk: 1 healed",
        [],
    )


def test_another_seed_begins_anew(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    run(SOUND, STAGE, Results(file, seed=1), is_verbose=False)
    assert not Results(file, seed=2).is_done(SOUND)


def test_a_defect_of_a_case_is_a_violation_with_its_traceback() -> None:
    def defective(stage: Stage) -> str:
        raise KeyError("a defect")

    results = Results(None, seed=1)
    run(Case("kill", "3", defective), STAGE, results, is_verbose=False)
    _, violations = results.report([Case("kill", "3", defective)])
    assert "Traceback" in violations[0] and "a defect" in violations[0]


def test_a_process_is_waited_for_until_it_has_worked_so_long() -> None:
    working = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    assert 0.2 <= wait_until_used(working.pid, 0.2) < 10
    working.kill()
    assert wait_until_used(working.pid, math.inf) < 10, "one that has ended is waited for no longer"
    working.wait()
    assert wait_until_used(working.pid, math.inf) == 0
