"""Two rebuilds from raw/, independent of one another in all that must not matter, hold the same to the bit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.installation import Content, Installation
from tests.integration.test_customs import put
from tests.unit.customs.conftest import FRUIT, WHEAT, changed

#: What a machine, a user or a run may have otherwise. The one language is there everywhere, the other one need not be:
#: without it, the program runs as it would on a machine that has never heard of it.
CIRCUMSTANCES = {
    "one": {
        "PYTHONHASHSEED": "1",
        "TZ": "America/Los_Angeles",
        "LANG": "C",
        "LC_ALL": "C",
        "CUSTOMHOUSE_THREADS": "1",
        "CUSTOMHOUSE_MEMORY_LIMIT": "1GiB",
    },
    "two": {
        "PYTHONHASHSEED": "20230331",
        "TZ": "Asia/Shanghai",
        "LANG": "zh_CN.UTF-8",
        "LC_ALL": "C.UTF-8",
        "CUSTOMHOUSE_THREADS": "2",
        "CUSTOMHOUSE_MEMORY_LIMIT": "3GiB",
    },
}
#: Of the lines themselves: the content hash of their view is one of the names of its files.
LINES = """SELECT count(*), CAST(sum(hash(line)) AS VARCHAR), CAST(bit_xor(hash(line)) AS VARCHAR)
FROM marts.fct_trade_monthly AS line"""


def rebuilt(folder: Path, circumstances: dict[str, str]) -> tuple[Content, list[tuple[object, ...]], dict[str, object]]:
    """Content hashes, the lines' own hash, and what exports and programs see, of an installation built in `folder`."""
    installation = Installation.make(folder)
    for year in (2022, 2023):
        for month in (1, 2, 3):
            put(installation, f"{year}-{month:02}", [changed(WHEAT, value=str(1000 * month + year)), FRUIT])
    put(installation, "2022-02", [changed(WHEAT, value="8044")], name="revised", published_date="2024-03-20")
    ended = installation.refresh(**circumstances)
    assert ended.code == 0, ended.output
    status = json.loads(installation.run("status", "--format", "json", **circumstances).stdout)
    seen = {part: status[part] for part in ("tables", "coverage", "numbers", "findings", "rejected_rows")}
    return installation.content(), installation.ask(LINES), seen


@pytest.mark.long
def test_two_independent_rebuilds_from_raw_give_identical_content(tmp_path: Path) -> None:
    # Folders of other names and depths; the dates of the files are those of the copying.
    one = rebuilt(tmp_path / "one", CIRCUMSTANCES["one"])
    two = rebuilt(tmp_path / "a deeper place" / "二", CIRCUMSTANCES["two"])
    assert len(one[0]) > 30
    assert one[1][0][0] == 11  # two lines of each month, but for the one that was revised
    assert one == two
