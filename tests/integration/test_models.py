"""The unit tests of the dbt models: they test formulas, not data, so a refresh leaves them out and this runs them."""

from __future__ import annotations

import re

from tests.integration.installation import BIN, Installation


def test_every_formula_holds(refreshed: Installation) -> None:
    ended = refreshed.start(
        BIN / "dbt",
        "test",
        "--select",
        "test_type:unit",
        *("--project-dir", refreshed.project, "--profiles-dir", refreshed.project),
        *("--target-path", refreshed.folder / "target", "--log-path", refreshed.folder / "logs"),
        CUSTOMHOUSE_WORKING_DATABASE=str(refreshed.working),
    ).end()
    assert ended.code == 0, ended.output
    counted = re.search(r"PASS=(\d+) .*TOTAL=(\d+)", ended.output)
    assert counted and counted[1] == counted[2] and int(counted[1]) > 50, ended.output
