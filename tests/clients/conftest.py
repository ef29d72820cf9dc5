"""What the tests of clients share: one warehouse, made by the project's own command in a temporary folder.

The tests talk to the product as any client does: through its published file, its command and its ports. Nothing of the
project is imported; `.venv/bin` holds its command.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
#: The environment that the project is installed in.
BIN = PROJECT / ".venv" / "bin"
#: A refresh takes a tenth of it on an idle machine; what hangs fails instead of hanging the run.
TIMEOUT_SECONDS = 300


@dataclass(frozen=True)
class Warehouse:
    """Raw files, dbt's target, Dagster's home and the warehouse, all inside `folder`."""

    folder: Path

    @property
    def raw(self) -> Path:
        return self.folder / "raw"

    @property
    def published(self) -> Path:
        return self.folder / "warehouse" / "customhouse.duckdb"

    def environment(self) -> dict[str, str]:
        """What the project's command finds in its environment."""
        others = {
            name: value for name, value in os.environ.items() if not name.startswith(("CUSTOMHOUSE_", "DAGSTER_"))
        }
        return {
            **others,
            "CUSTOMHOUSE_RAW_DIR": str(self.raw),
            "CUSTOMHOUSE_WAREHOUSE_DIR": str(self.published.parent),
            "CUSTOMHOUSE_DBT_TARGET_DIR": str(self.folder / "target"),
            "CUSTOMHOUSE_DAGSTER_HOME": str(self.folder / "dagster_home"),
            "DAGSTER_HOME": str(self.folder / "dagster_home"),
        }

    def run(self, *arguments: str | Path) -> str:
        """Run `customhouse` to its end, which must be a good one; what it printed."""
        command = [str(BIN / "customhouse"), *map(str, arguments)]
        ended = subprocess.run(
            command, env=self.environment(), capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
        assert ended.returncode == 0, f"{' '.join(command)}\n{ended.stdout}{ended.stderr}"
        return ended.stdout

    def refresh(self) -> str:
        """Run `customhouse refresh`; the id of what is published then."""
        self.run("refresh")
        return str(self.ask("SELECT publication_id FROM metadata.publication")[0][0])

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """What the published file answers; tables need their schema."""
        with duckdb.connect(str(self.published), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def add_sheet(self, name: str, printed: str) -> None:
        """Put a sheet of one figure into raw/: total trade of Xinjiang in January 2021, in billions of yuan."""
        example = next((self.raw / "sheets").glob("*.csv"))
        text = io.StringIO()
        with example.open(encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(text, next(csv.reader(lines)), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerow(
            {
                "statistic": "level",
                "measure": "value",
                "printed": printed,
                "scale": "billion",
                "unit": "CNY",
                "flow": "total",
                "region": "Xinjiang",
                "period_start": "2021-01",
                "period_end": "2021-01",
            }
        )
        content = text.getvalue().encode()
        sidecar = {
            "title": "A sheet made by a test",
            "publisher": "Nobody: the figure is invented",
            "published_date": "2021-02-20",
            "language": "en",
            "retrieved_date": "2021-02-21",
            "region": "CN-XJ",
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        (self.raw / "sheets" / f"{name}.csv").write_bytes(content)
        (self.raw / "sheets" / f"{name}.yml").write_text(yaml.safe_dump(sidecar), encoding="utf-8")

    def copy_to(self, folder: Path) -> Warehouse:
        """The same in another folder, to be changed there; kept publications stay hard links of what is published."""
        subprocess.run(["cp", "--archive", str(self.folder), str(folder)], check=True)
        return Warehouse(folder)


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The project's own raw files, refreshed once for all tests. To change it, change a copy (`copy_to`)."""
    made = Warehouse(tmp_path_factory.mktemp("clients") / "customhouse")
    (made.folder / "dagster_home").mkdir(parents=True)
    shutil.copytree(PROJECT / "raw", made.raw)
    shutil.copy(PROJECT / "dagster_home" / "dagster.yaml", made.folder / "dagster_home")
    made.refresh()
    return made


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Debian's Chromium."""
    path = shutil.which("chromium")
    assert path, "chromium is not installed: `make clients` does it as root, or says how"
    return path


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
