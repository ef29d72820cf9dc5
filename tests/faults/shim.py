"""The library that makes a disk or the clock fail for one command: compiled with the C compiler that is there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.faults.stage import Stage

COMPILER = shutil.which("cc")


def failing(stage: Stage, **faults: str | int) -> dict[str, str]:
    """Variables with which a command meets faults: `path="x.csv", does="read_error"`; shim.c says what there is.

    Raises FileNotFoundError where there is no C compiler.
    """
    if not COMPILER:
        raise FileNotFoundError("no C compiler (cc) is installed, which makes the library that has a disk fail")
    library = stage.folder / "shim.so"
    if not library.exists():
        source = Path(__file__).with_name("shim.c")
        subprocess.run([COMPILER, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return {"LD_PRELOAD": str(library), **{f"FAULT_{name.upper()}": str(value) for name, value in faults.items()}}
