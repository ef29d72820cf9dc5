"""The published warehouse that the documentation's queries are asked of."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from tests.integration.installation import Installation


@pytest.fixture(scope="session")
def published(shared_folder: Path) -> Path:
    """The published file of the project's own raw files, made once a test run. Read it only."""
    folder = shared_folder / "documented"
    with FileLock(shared_folder / "documented.lock"):
        if not Installation(folder).published.exists():
            shutil.rmtree(folder, ignore_errors=True)
            Installation.make(folder).refreshed()
    return Installation(folder).published
