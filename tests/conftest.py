"""What unit and integration tests share: settings inside a temporary folder, the real code lists, hand-made sheets."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from filelock import FileLock
from hypothesis import settings as hypothesis_settings

from orchestration.codes import CodeLists
from orchestration.settings import PROJECT_DIR, Settings
from orchestration.sheets import SHEET_COLUMNS

# Examples are found without regard to the speed of the machine, and the same ones every time.
hypothesis_settings.register_profile("customhouse", deadline=None, derandomize=True, database=None)
hypothesis_settings.load_profile("customhouse")

#: A row of a sheet that is valid as it stands; tests change the cells that they are about.
VALID_ROW = {
    "statistic": "level",
    "measure": "value",
    "printed": "68.07",
    "scale": "billion",
    "unit": "CNY",
    "flow": "total",
    "region": "Xinjiang",
    "period_start": "2023-01",
    "period_end": "2023-03",
}

#: A sidecar that is valid as it stands, but for the hash of its sheet.
VALID_SIDECAR = {
    "title": "A sheet made by a test",
    "publisher": "Nobody: the figures are invented",
    "published_date": "2023-04-19",
    "language": "en",
    "retrieved_date": "2023-04-20",
    "region": "CN-XJ",
}


@contextmanager
def own_environment() -> Iterator[None]:
    """No CUSTOMHOUSE_* variable comes in from outside, and no variable set inside goes out."""
    before = dict(os.environ)
    for name in before:
        if name.startswith("CUSTOMHOUSE_"):
            del os.environ[name]
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """Each test has environment variables of its own."""
    with own_environment():
        yield


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Everything that a refresh writes is inside `tmp_path`; raw_dir is a copy of the project's raw/."""
    raw_dir = tmp_path / "raw"
    shutil.copytree(PROJECT_DIR / "raw", raw_dir)
    dagster_home = tmp_path / "dagster_home"
    dagster_home.mkdir()
    shutil.copy(PROJECT_DIR / "dagster_home" / "dagster.yaml", dagster_home)
    return Settings(
        raw_dir=raw_dir,
        warehouse_dir=tmp_path / "warehouse",
        dbt_target_dir=tmp_path / "target",
        dagster_home=dagster_home,
    )


@pytest.fixture(scope="session")
def codes() -> CodeLists:
    """The project's own code lists."""
    return CodeLists(PROJECT_DIR / "dbt_project" / "seeds")


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this test run that all its processes share; take its lock before you make something in it."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def prepared_target(shared_folder: Path) -> Path:
    """A dbt target folder with the manifest of the project, parsed once a test run. Copy it to write to it."""
    from orchestration.transformation import prepare_manifest

    target = shared_folder / "prepared-target"
    with FileLock(shared_folder / "prepared-target.lock"), own_environment():
        prepare_manifest(
            Settings(
                dbt_target_dir=target,
                warehouse_dir=shared_folder / "prepared-warehouse",
                dagster_home=shared_folder / "prepared-home",
            )
        )
    return target


#: Long tests that run many refreshes, the longest first.
LONG_TESTS = (
    "test_faults",
    "test_kill",
    "test_concurrency",
    "test_releases",
    "test_refresh",
    "test_failing_check",
    "test_models",
)


@pytest.hookimpl(tryfirst=True)  # before the processes are told which tests belong together
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let both processes end together, and no warehouse be made twice.

    One process runs the tests of whole refreshes, on the installations that it has made, and the other one all the
    rest. Long tests are shared by both, the longest first.
    """

    def turn(item: pytest.Item) -> int:
        name = item.path.stem
        return LONG_TESTS.index(name) if name in LONG_TESTS else len(LONG_TESTS)

    items.sort(key=turn)
    for item in items:
        if "integration" in item.path.parts and item.get_closest_marker("long") is None:
            item.add_marker(pytest.mark.xdist_group("installations"))


def write_sheet(folder: Path, name: str, rows: Sequence[Mapping[str, str]] | bytes, **sidecar: str | None) -> Path:
    """Write a sheet and its sidecar with the right sha256; returns the path of the CSV file.

    Each row changes cells of VALID_ROW (columns that no sheet has are added to the header); bytes are written as they
    are. `sidecar` changes or adds fields of VALID_SIDECAR; None takes one out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    content = rows if isinstance(rows, bytes) else sheet_text(rows).encode()
    path = folder / f"{name}.csv"
    path.write_bytes(content)
    fields = {**VALID_SIDECAR, "sha256": hashlib.sha256(content).hexdigest(), **sidecar}
    path.with_suffix(".yml").write_text(
        yaml.safe_dump({field: value for field, value in fields.items() if value is not None}, allow_unicode=True)
    )
    return path


def sheet_text(rows: Sequence[Mapping[str, str]]) -> str:
    """The text of a sheet with these rows, each of which changes cells of VALID_ROW."""
    columns = list(dict.fromkeys([*SHEET_COLUMNS, *(column for row in rows for column in row)]))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({**VALID_ROW, **row} for row in rows)
    return text.getvalue()
