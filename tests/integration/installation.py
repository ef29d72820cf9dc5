"""An installation of Customhouse in a folder of its own, and what tests do with it: run the command, look, compare."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from orchestration.settings import PROJECT_DIR, Settings

BIN = Path(sys.executable).parent
#: Nothing here takes a tenth of it; what hangs fails instead of hanging the run.
TIMEOUT_SECONDS = float(os.environ.get("TEST_TIMEOUT_SECONDS", "150"))

#: Of each table of the schema marts: its rows and the hash of its content.
Content = dict[str, tuple[int, str]]


@dataclass(frozen=True)
class Installation:
    """Raw files, dbt project, target, Dagster's home and warehouse, all inside `folder`."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> Installation:
        """A copy of what the project has, where nothing was refreshed yet."""
        folder.mkdir(parents=True)
        shutil.copytree(PROJECT_DIR / "raw", folder / "raw")
        shutil.copytree(
            PROJECT_DIR / "dbt_project", folder / "dbt_project", ignore=shutil.ignore_patterns("target", "logs")
        )
        (folder / "dagster_home").mkdir()
        shutil.copy(PROJECT_DIR / "dagster_home" / "dagster.yaml", folder / "dagster_home")
        return cls(folder)

    def copy_to(self, folder: Path) -> Installation:
        """The same in another folder; kept publications stay hard links of what is published."""
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("publications", "customhouse.duckdb"))
        copy = Installation(folder)
        copy.publications.mkdir()
        for kept in self.publications.iterdir():
            shutil.copy2(kept, copy.publications)
            if kept.samefile(self.published):
                copy.published.hardlink_to(copy.publications / kept.name)
        return copy

    @property
    def settings(self) -> Settings:
        return Settings(
            raw_dir=self.sheets.parent,
            warehouse_dir=self.warehouse,
            dbt_project_dir=self.project,
            dbt_target_dir=self.folder / "target",
            dagster_home=self.folder / "dagster_home",
        )

    @property
    def sheets(self) -> Path:
        return self.folder / "raw" / "sheets"

    @property
    def project(self) -> Path:
        return self.folder / "dbt_project"

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse"

    @property
    def published(self) -> Path:
        return self.warehouse / "customhouse.duckdb"

    @property
    def publications(self) -> Path:
        return self.warehouse / "publications"

    @property
    def working(self) -> Path:
        return self.warehouse / "working.duckdb"

    def environment(self, **variables: str) -> dict[str, str]:
        """What the command finds in its environment, `variables` beside the paths."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(("CUSTOMHOUSE_", "DAGSTER_"))},
            "CUSTOMHOUSE_RAW_DIR": str(self.sheets.parent),
            "CUSTOMHOUSE_WAREHOUSE_DIR": str(self.warehouse),
            "CUSTOMHOUSE_DBT_PROJECT_DIR": str(self.project),
            "CUSTOMHOUSE_DBT_TARGET_DIR": str(self.folder / "target"),
            "CUSTOMHOUSE_DAGSTER_HOME": str(self.folder / "dagster_home"),
            "DAGSTER_HOME": str(self.folder / "dagster_home"),
            "COLUMNS": "250",
            **variables,
        }

    def start(self, *command: str | Path, **variables: str) -> Running:
        """Start a command, with what it prints at hand line by line."""
        return Running([str(word) for word in command], self.environment(**variables))

    def start_refresh(self, *options: str, **variables: str) -> Running:
        """Start `customhouse refresh`."""
        return self.start(BIN / "customhouse", "refresh", *options, **variables)

    def run(self, *arguments: str, **variables: str) -> Ended:
        """Run `customhouse` to its end."""
        return self.start(BIN / "customhouse", *arguments, **variables).end()

    def refresh(self, *options: str, **variables: str) -> Ended:
        """Run `customhouse refresh` to its end."""
        return self.run("refresh", *options, **variables)

    def refreshed(self, *options: str) -> Installation:
        """Refresh, and be sure that it went well."""
        ended = self.refresh(*options)
        assert ended.code == 0, ended.output
        return self

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        """What the published file answers."""
        with duckdb.connect(str(self.published), read_only=True) as connection:
            connection.execute("SET search_path = 'marts,metadata'")
            return connection.execute(sql).fetchall()

    def publication_id(self) -> str:
        return str(self.ask("SELECT publication_id FROM publication")[0][0])

    def content(self) -> Content:
        """The content of what is published, after seeing that every table has the rows that it should have."""
        return content(self.published)

    def footprint(self) -> tuple[int, str]:
        """The published file's inode and the hash of its bytes: equal where nobody touched it."""
        return self.published.stat().st_ino, hashlib.sha256(self.published.read_bytes()).hexdigest()

    def is_being_written(self) -> bool:
        """Whether some process holds the warehouse for writing."""
        try:
            with FileLock(self.warehouse / "writer.lock", timeout=0):
                return False
        except Timeout:
            return True


def content(published: Path) -> Content:
    """Rows and content hashes as the file's metadata has them; its tables must be those, with as many rows."""
    with duckdb.connect(str(published), read_only=True) as connection:
        stated = connection.execute("SELECT table_name, row_count, content_hash FROM metadata.tables").fetchall()
        tables = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'marts' UNION ALL "
            "SELECT view_name FROM duckdb_views() WHERE schema_name = 'marts'"
        ).fetchall()
        assert {name for (name,) in tables} == {name for name, _, _ in stated}
        counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM marts.{name}" for name, _, _ in stated)
        assert dict(connection.execute(counts).fetchall()) == {name: rows for name, rows, _ in stated}
    return {name: (rows, content_hash) for name, rows, content_hash in stated}


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it printed."""

    code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        return f"{self.stdout}{self.stderr}"


class Running:
    """A command that runs; its lines can be awaited."""

    def __init__(self, command: Sequence[str], environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            command,
            cwd=PROJECT_DIR,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._lines: dict[str, list[str]] = {"stdout": [], "stderr": []}
        self._ended: set[str] = set()
        self._changed = threading.Condition()
        self._readers = [threading.Thread(target=self._read, args=(name,), daemon=True) for name in self._lines]
        for reader in self._readers:
            reader.start()

    def _read(self, name: str) -> None:
        for line in getattr(self.process, name):
            with self._changed:
                self._lines[name].append(line)
                self._changed.notify_all()
        with self._changed:
            self._ended.add(name)
            self._changed.notify_all()

    @property
    def output(self) -> str:
        """What was printed so far."""
        return "".join(self._lines["stdout"] + self._lines["stderr"])

    def until(self, text: str) -> str:
        """Wait until a line holds `text`; returns the line."""

        def found() -> str | None:
            return next((line for lines in self._lines.values() for line in lines if text in line), None)

        def is_over() -> bool:
            return found() is not None or self._ended == set(self._lines)

        with self._changed:
            self._changed.wait_for(is_over, timeout=TIMEOUT_SECONDS)
            line = found()
        assert line, f"{text!r} was not printed:\n{self.output}"
        return line

    def kill(self) -> None:
        """SIGKILL, whatever it does."""
        self.process.kill()
        self.end()

    def end(self) -> Ended:
        """Wait for its end."""
        try:
            code = self.process.wait(TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            for reader in self._readers:
                reader.join(TIMEOUT_SECONDS)
            for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
                if stream:
                    stream.close()
        return Ended(code, "".join(self._lines["stdout"]), "".join(self._lines["stderr"]))
