"""A damaged working warehouse: everything in it can be rebuilt, so the next refresh does."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.integration.conftest import add_sheet
from tests.integration.installation import Content, Installation


def cut_off(working: Path) -> None:
    os.truncate(working, working.stat().st_size // 2)


def scatter_noise(working: Path) -> None:
    noise = random.Random(20230331)
    size = working.stat().st_size
    with working.open("r+b") as file:
        for _ in range(40):
            file.seek(noise.randrange(3 * 4096, size))
            file.write(noise.randbytes(4096))


def replace_with_noise(working: Path) -> None:
    working.write_bytes(random.Random(20230331).randbytes(100_000))


@pytest.mark.parametrize(
    "damage",
    [
        cut_off,
        scatter_noise,
        replace_with_noise,
    ],
)
@pytest.mark.long
def test_a_refresh_gets_over_a_damaged_working_warehouse(
    refreshed: Installation, second_content: Content, damage: object
) -> None:
    assert callable(damage)
    damage(refreshed.working)
    add_sheet(refreshed)
    refreshed.refreshed()
    assert refreshed.content() == second_content
