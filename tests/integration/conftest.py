"""Installations for whole refreshes: an empty one, one that was refreshed, one with a second publication."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import write_sheet
from tests.integration.installation import Content, Installation

#: The sheet that the second publication has and the first has not.
NEW_SHEET = "xinjiang-2021-january"


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the installation of every test of this process stands, one after the other.

    dbt parses the whole project anew when its paths change: in one place it does so once.
    """
    return tmp_path_factory.mktemp("customhouse") / "installation"


@pytest.fixture(scope="session")
def first(place: Path) -> Installation:
    """Never to be changed: an installation after its first refresh."""
    made = Installation.make(place).refreshed().copy_to(place.with_name("first"))
    shutil.rmtree(place)
    return made


@pytest.fixture(scope="session")
def second(place: Path, first: Installation) -> Installation:
    """Never to be changed: the same after one more sheet was published."""
    installation = first.copy_to(place)
    add_sheet(installation)
    made = installation.refreshed().copy_to(place.with_name("second"))
    shutil.rmtree(place)
    return made


@pytest.fixture
def empty(place: Path) -> Iterator[Installation]:
    """An installation where nothing was refreshed yet."""
    yield Installation.make(place)
    shutil.rmtree(place)


@pytest.fixture
def refreshed(place: Path, first: Installation) -> Iterator[Installation]:
    """An installation with one publication."""
    yield first.copy_to(place)
    shutil.rmtree(place)


@pytest.fixture
def refreshed_twice(place: Path, second: Installation) -> Iterator[Installation]:
    """An installation with two publications: the later one has NEW_SHEET."""
    yield second.copy_to(place)
    shutil.rmtree(place)


@pytest.fixture(scope="session")
def first_content(first: Installation) -> Content:
    """What the first publication holds."""
    return first.content()


@pytest.fixture(scope="session")
def second_content(second: Installation) -> Content:
    """What the publication with NEW_SHEET holds."""
    return second.content()


def add_sheet(installation: Installation) -> None:
    """Put NEW_SHEET into raw/."""
    write_sheet(
        installation.sheets,
        NEW_SHEET,
        [
            {"printed": "12.3", "period_start": "2021-01", "period_end": "2021-01"},
            {"printed": "4.5", "flow": "export", "period_start": "2021-01", "period_end": "2021-01"},
        ],
    )
