"""docs/connect.md works when followed to the letter: its code runs, and answers what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PROJECT, Warehouse

#: Code in a language that can be run here, and the output below it.
EXAMPLE = re.compile(r"^```(python|sh)\n(.*?)^```\n\n```text\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXAMPLES = EXAMPLE.findall((PROJECT / "docs" / "connect.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("language", "code", "printed"), EXAMPLES, ids=[f"{one[0]}-{i}" for i, one in enumerate(EXAMPLES)]
)
def test_an_example_prints_what_stands_below_it(language: str, code: str, printed: str, warehouse: Warehouse) -> None:
    command = [sys.executable, "-c", code] if language == "python" else ["sh", "-c", code]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run(
        command,
        cwd=warehouse.folder,  # the folder that has the folder warehouse/, as a project's has
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == printed


def test_all_code_that_can_be_run_is_run() -> None:
    page = (PROJECT / "docs" / "connect.md").read_text(encoding="utf-8")
    assert len(EXAMPLES) == len(re.findall(r"^```(?:python|sh)$", page, re.MULTILINE)) == 4
