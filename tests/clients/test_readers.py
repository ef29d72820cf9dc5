"""Eight clients read while two hundred publications replace the file: no lock, no failure, no torn read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from conftest import BIN, Warehouse

HERE = Path(__file__).resolve().parent
KINDS = ("python", "sqlalchemy", "adbc", "command line")
PUBLICATIONS = 200


def publishing(warehouse: Warehouse, turns: range) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(BIN / "python"), str(HERE / "publisher.py"), str(turns[0]), str(turns[-1])],
        env=warehouse.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_readers_of_all_kinds_and_publications_are_not_in_each_others_way(warehouse: Warehouse, tmp_path: Path) -> None:
    own = warehouse.copy_to(tmp_path / "customhouse")
    assert publishing(own, range(1, 2)).communicate(timeout=300)[0] == "1\n"  # what readers find first
    stop = tmp_path / "stop"
    readers = [
        subprocess.Popen(
            # Niced, so that on a few cores the publications get theirs: readers stay busy all the time.
            ["nice", "-n", "10", sys.executable, str(HERE / "reader.py"), kind, str(own.published), str(stop)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for kind in KINDS * 2
    ]
    try:
        for reader in readers:
            assert reader.stdout
            assert reader.stdout.readline() == "reads\n"
        turns = range(2, PUBLICATIONS + 2)
        publisher = publishing(own, turns)
        printed, _ = publisher.communicate(timeout=1800)
        assert publisher.returncode == 0, printed
        assert printed.split() == [str(turn) for turn in turns]
        stop.touch()
        reports = [json.loads(reader.communicate(timeout=120)[0]) for reader in readers]
    finally:
        for reader in readers:
            reader.kill()
            reader.wait()

    for report in reports:
        print(f"{report['kind']}: {report['count']} reads, {len(report['seen'])} publications seen")
        assert report["failed"][:3] == []
        assert report["torn"][:3] == []
        assert report["seen"] == sorted(set(report["seen"])), "went back to a publication before"
        assert report["seen"][0] == 1
        assert report["seen"][-1] == turns[-1]
        assert len(report["seen"]) > 10
    assert sum(report["count"] for report in reports) > PUBLICATIONS
