"""Bad rows and bad files beside good ones: what is good is published, what is not is told with its place."""

from __future__ import annotations

import pytest

from tests.conftest import write_sheet
from tests.integration.conftest import add_sheet
from tests.integration.installation import Content, Installation


@pytest.mark.long
def test_bad_rows_and_files_are_told_and_the_rest_is_published(
    refreshed: Installation, second_content: Content
) -> None:
    add_sheet(refreshed)
    good = {"printed": "7.7", "period_start": "2020-01", "period_end": "2020-02"}
    write_sheet(
        refreshed.sheets,
        "some-bad-rows",
        [
            good,
            {"printed": "about 7", "period_start": "2020-03", "period_end": "2020-03"},
            {"period_start": "2020-06", "period_end": "2020-05"},
            {"unit": "", "period_start": "2020-04", "period_end": "2020-04"},
            good,
            {"printed": "3.3", "flow": "import", "period_start": "2020-01", "period_end": "2020-02"},
        ],
    )
    write_sheet(refreshed.sheets, "no-sheet-at-all", b"\x89PNG\r\n\x1a\n\0\0")

    ended = refreshed.refresh()

    assert ended.code == 0, ended.output
    assert refreshed.ask(
        "SELECT value, flow FROM fct_figures WHERE source_id = 'some-bad-rows' ORDER BY value DESC"
    ) == [(7_700_000_000, "total"), (3_300_000_000, "import")]
    assert refreshed.ask("SELECT count(*) FROM fct_figures")[0][0] == second_content["fct_figures"][0] + 2
    rejected = refreshed.ask("SELECT file, row_number, column_name, reason FROM rejected_rows ORDER BY ALL NULLS FIRST")
    assert [place for *place, _ in rejected] == [
        ["sheets/no-sheet-at-all.csv", None, ""],
        ["sheets/some-bad-rows.csv", 3, "printed"],
        ["sheets/some-bad-rows.csv", 4, "period_end"],
        ["sheets/some-bad-rows.csv", 5, "unit"],
        ["sheets/some-bad-rows.csv", 6, ""],
    ]
    reasons = [str(reason) for *_, reason in rejected]
    for reason, words in zip(
        reasons, ["not UTF-8", "'about 7' is not a number", "before period_start", "is empty", "duplicate"], strict=True
    ):
        assert words in reason
    counted = next(line for line in ended.stdout.splitlines() if "rejected rows and files" in line)
    assert counted.split("│")[2].strip() == "5"
    assert "rejected: sheets/no-sheet-at-all.csv: is not UTF-8" in ended.stdout
    assert "rejected: sheets/some-bad-rows.csv, row 4, period_end: lies before period_start" in ended.stdout
    assert "sheets/some-bad-rows.csv, row 6" in refreshed.run("status").stdout
