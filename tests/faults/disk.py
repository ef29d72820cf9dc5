"""A full disk: a small file system of its own under a folder of the installation, with so much left and no more."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.faults.shim import failing
from tests.faults.stage import Case, Stage, Violation, chosen
from tests.integration.installation import Ended

_MEGABYTES = 192
#: KiB left on the disk that holds the folder: from nothing to what a refresh needs.
LEFT = {
    ".": (0, 64, 256, 1000, 2000, 4000, 6000, 8000, 10000, 12000, 14000, 17000, 20000, 24000, 30000, 40000),
    "warehouse": (0, 64, 256, 1000, 2000, 3000, 4000, 6000, 8000, 10000, 12000, 14000, 16000, 19000, 22000, 26000),
    "dagster_home": (0, 16, 64, 200, 500, 1000),
    "target": (0, 64, 1000),
}
#: Files of which each write fails, wherever there is room: what a full disk hits there is told by the step.
_SINGLE = (
    "working.duckdb",
    "working.duckdb.wal",
    "/publications/.",
    "/lines/.",
    "/customs/files/.",
    "/.scratch/",
    "index.html",
    "event_log.db",
    "runs.db",
    "writer.json",
    "working.unfinished",
    "file_hashes.json",
    "dbt.log",
)


def cases(stage: Stage, *, count: int, seed: int) -> Iterator[Case]:
    """Every folder with every size that `count` allows, then single files."""
    for folder, sizes in LEFT.items():
        for kilobytes in map(int, chosen(list(map(str, sizes)), max(1, count // 10))):
            yield Case(
                f"disk full under {'all' if folder == '.' else folder}",
                f"{kilobytes} KiB left",
                lambda stage, folder=folder, kilobytes=kilobytes: _full(stage, folder, kilobytes),
            )
    for file in _SINGLE:
        for does in ("no_space", "sync_error"):
            yield Case(
                f"{'no room' if does == 'no_space' else 'no sync'} for one file",
                file,
                lambda stage, file=file, does=does: _single(stage, file, does),
            )


def reason_to_skip() -> str | None:
    """Why file systems cannot be mounted here, or None."""
    if os.geteuid() != 0:
        return "only root may mount a file system"
    if not shutil.which("mkfs.ext4"):
        return "there is no mkfs.ext4"
    return None


@contextmanager
def small_disk(stage: Stage, folder: Path, kilobytes: int) -> Iterator[Path]:
    """`folder` on a file system in a file of which `kilobytes` are left; yields the file whose removal gives room."""
    image, aside = stage.folder / "disk.img", stage.folder / "aside"
    with image.open("wb") as file:
        file.truncate(_MEGABYTES << 20)
    _run("mkfs.ext4", "-q", "-F", "-m", "0", "-O", "^has_journal", image)
    folder.rename(aside)
    folder.mkdir()
    _run("mount", "-o", "loop", image, folder)
    try:
        _run("cp", "-a", f"{aside}/.", folder)
        ballast = folder / ".ballast"
        _fill(folder, ballast, kilobytes << 10)
        yield ballast
    finally:
        shutil.rmtree(aside)
        _run("umount", "-l", folder)  # lazily: a refresh may hold it for a moment where the harness is stopped
        image.unlink()


def _fill(folder: Path, ballast: Path, left: int) -> None:
    """Write `ballast` until `left` bytes of the disk under `folder` are free: all of it at once would not fit."""
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while (state := os.statvfs(folder)).f_bavail * state.f_frsize > left:
            # Half of the rest, then half of that: what is written takes blocks for its own extents too.
            file.write(bytes(max(4096, (state.f_bavail * state.f_frsize - left) // 2)))
            os.fsync(file.fileno())


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr}")


def _full(stage: Stage, folder: str, kilobytes: int) -> str:
    if reason := reason_to_skip():
        return f"not run: {reason}"
    installation = stage.reset()
    with small_disk(stage, installation.folder / folder, kilobytes) as ballast:
        ended = stage.fork().end()
        found = _judged(stage, ended)
        ballast.unlink()
        if (lost := installation.folder / folder / "lost+found").exists():
            lost.rmdir()
        stage.heals()
    return found


def _single(stage: Stage, file: str, does: str) -> str:
    stage.reset()
    ended = stage.start("refresh", **failing(stage, path=file, does=does)).end()
    found = _judged(stage, ended)
    stage.heals()
    return found


def _judged(stage: Stage, ended: Ended) -> str:
    """The file of before or the new one stands, and what went wrong is said without a traceback."""
    found = stage.stands(stage.last, stage.next)
    if "Traceback" in ended.output:
        raise Violation(f"a traceback is no message:\n{ended.output[-3000:]}")
    steps = [line.split(":")[0] for line in ended.output.splitlines() if line.endswith(" s") and ": " in line]
    step = steps[-1] if steps else "the beginning"
    return f"{found}, exit {ended.code}" + (f" after {step}" if ended.code else "")
