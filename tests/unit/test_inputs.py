"""What a publication is made from: the fingerprint changes with every input, and with nothing else."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.inputs import current_inputs
from orchestration.settings import PROJECT_DIR, Settings


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Settings:
    """Settings whose dbt project is a copy too."""
    project = tmp_path / "dbt_project"
    shutil.copytree(PROJECT_DIR / "dbt_project", project, ignore=shutil.ignore_patterns("target", "logs"))
    return Settings(**{**settings.model_dump(), "dbt_project_dir": project})


def add(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"new")


def change(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


def first(folder: Path, pattern: str) -> Path:
    return sorted(folder.rglob(pattern))[0]


CHANGES: dict[str, Callable[[Settings], object]] = {
    "a sheet changes": lambda own: change(first(own.raw_dir, "*.csv")),
    "a sidecar changes": lambda own: change(first(own.raw_dir, "*.yml")),
    "a sheet goes": lambda own: first(own.raw_dir, "*.csv").unlink(),
    "a sheet gets another name": lambda own: first(own.raw_dir, "*.csv").rename(own.raw_dir / "sheets" / "z.csv"),
    "a raw file comes": lambda own: add(own.raw_dir / "sheets" / "new" / "x.csv"),
    "a release comes": lambda own: add(own.raw_dir / "releases" / "x.txt"),
    "corrections come": lambda own: add(own.raw_dir / "releases" / "x.corrections.yml"),
    "a raw file of any kind comes": lambda own: add(own.raw_dir / "customs" / "x.zip"),
    "a code list changes": lambda own: change(own.seeds_dir / "aliases.csv"),
    "a code list comes": lambda own: add(own.seeds_dir / "new.csv"),
    "a model changes": lambda own: change(first(own.dbt_project_dir / "models", "*.sql")),
    "a contract changes": lambda own: change(first(own.dbt_project_dir / "models", "*.yml")),
    "a macro changes": lambda own: change(first(own.dbt_project_dir / "macros", "*.sql")),
    "a test changes": lambda own: change(first(own.dbt_project_dir / "tests", "*.sql")),
    "the dbt project changes": lambda own: change(own.dbt_project_dir / "dbt_project.yml"),
    "the profile changes": lambda own: change(own.dbt_project_dir / "profiles.yml"),
}


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_the_fingerprint_changes_when(name: str, own: Settings) -> None:
    before = current_inputs(own).fingerprint
    CHANGES[name](own)
    assert current_inputs(own).fingerprint != before


NO_CHANGES: dict[str, Callable[[Settings], object]] = {
    "nothing happens": lambda own: None,
    "a hidden file comes": lambda own: add(own.raw_dir / "sheets" / ".DS_Store"),
    "a hidden folder comes": lambda own: add(own.raw_dir / ".backup" / "x.csv"),
    "an empty folder comes": lambda own: (own.raw_dir / "empty").mkdir(),
    "a dead link comes": lambda own: (own.raw_dir / "sheets" / "x.csv").symlink_to("gone.csv"),
    "a file is touched": lambda own: os.utime(first(own.raw_dir, "*.csv"), (0, 0)),
    "dbt writes its target": lambda own: add(own.dbt_project_dir / "target" / "manifest.json"),
    "the warehouse is written": lambda own: add(own.warehouse_dir / "customhouse.duckdb"),
}


@pytest.mark.parametrize("name", sorted(NO_CHANGES))
def test_the_fingerprint_stays_when(name: str, own: Settings) -> None:
    before = current_inputs(own).fingerprint
    NO_CHANGES[name](own)
    assert current_inputs(own).fingerprint == before


def test_the_fingerprint_does_not_depend_on_where_the_folders_are(own: Settings, tmp_path: Path) -> None:
    moved = Settings(**{**own.model_dump(), "raw_dir": tmp_path / "elsewhere"})
    shutil.copytree(own.raw_dir, moved.raw_dir)
    assert current_inputs(moved).fingerprint == current_inputs(own).fingerprint


def test_every_kind_of_input_is_named_by_its_path_in_the_project(own: Settings) -> None:
    inputs = current_inputs(own)
    kinds = {file.path: file.kind for file in inputs.files}
    assert kinds["raw/sheets/xinjiang-2023-year.csv"] == "raw"
    assert kinds["dbt_project/seeds/aliases.csv"] == "code_list"
    assert kinds["dbt_project/dbt_project.yml"] == "model"
    assert kinds["dbt_project/models/marts/mart_growth.sql"] == "model"
    assert kinds["orchestration/warehouse/lock.py"] == "program"
    assert kinds["orchestration/releases/vocabulary/zh.csv"] == "program"
    assert kinds["requirements.lock"] == "program"
    assert list(kinds) == sorted(kinds)
    assert len(kinds) == len(inputs.files)
    assert all(len(file.sha256) == 64 for file in inputs.files)


def test_inputs_can_be_limited_to_some_kinds(own: Settings) -> None:
    inputs = current_inputs(own)
    some = inputs.of_kind("raw", "code_list")
    assert {file.kind for file in some.files} == {"raw", "code_list"}
    assert inputs.of_kind("raw", "code_list", "model", "program") == inputs
    assert some.fingerprint != inputs.fingerprint


def test_raw_files_are_parted_by_the_folder_of_their_source(own: Settings) -> None:
    for path in ("releases/a.txt", "releases/deeper/b.txt", "elsewhere/c.zip", "README.md", "releases.txt"):
        add(own.raw_dir / path)
    inputs = current_inputs(own)
    assert {"raw/releases/a.txt", "raw/releases/deeper/b.txt"} <= {
        file.path for file in inputs.raw_of("releases").files
    }
    assert {file.path for file in inputs.raw_of_others("sheets", "releases", "customs").files} == {
        "raw/README.md",
        "raw/elsewhere/c.zip",
        "raw/releases.txt",
    }
    parts = [*inputs.raw_of("sheets", "releases", "customs").files]
    parts += inputs.raw_of_others("sheets", "releases", "customs").files
    assert sorted(parts, key=lambda file: file.path) == list(inputs.of_kind("raw").files)


def test_a_raw_file_whose_name_is_not_utf8_counts_and_its_name_can_be_stored(own: Settings) -> None:
    before = current_inputs(own).fingerprint
    Path(os.fsdecode(os.fsencode(own.raw_dir) + b"/sheets/\xd0\xc2.csv")).write_bytes(b"x")
    inputs = current_inputs(own)
    assert inputs.fingerprint != before
    assert r"raw/sheets/\xd0\xc2.csv" in [file.path for file in inputs.files]


def test_missing_folders_hold_nothing(own: Settings) -> None:
    shutil.rmtree(own.raw_dir)
    assert current_inputs(own).of_kind("raw").files == ()
