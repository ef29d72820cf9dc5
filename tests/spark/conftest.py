"""What the tests of Spark share: longer patience than elsewhere, and a warehouse that DuckDB has built."""

import os

# Spark plans and compiles each of 200 queries; what hangs still fails instead of hanging the run.
os.environ.setdefault("TEST_TIMEOUT_SECONDS", "1800")

import pytest

from tests.integration.installation import Installation


@pytest.fixture(scope="session")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation with one publication, made by DuckDB."""
    return Installation.make(tmp_path_factory.mktemp("duckdb") / "installation").refreshed()
