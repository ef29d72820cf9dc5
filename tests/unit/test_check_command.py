"""The command `customhouse check`: what is told of contradictions, exit codes, formats, files that cannot be read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from orchestration.cli import EXIT_CONTRADICTED, EXIT_FAILED, EXIT_USAGE, app
from tests.conftest import write_sheet

TEXT = """In the first quarter of this year, Xinjiang's foreign trade came to {total} billion yuan, up 80.3%. \
Exports were 58.51 billion yuan, up {exports}%. Imports were 9.56 billion yuan, up {imports}%.
"""
AGREEING = {"total": "68.07", "exports": "80.4", "imports": "79.5"}
#: A whole, its parts, and their growth, as the rows of a sheet.
PRIVATE = {"ownership": "private enterprises"}
GROWTH = {"statistic": "growth", "scale": "", "unit": "percent"}


@pytest.fixture(autouse=True)
def _nothing_published(tmp_path: Path) -> None:
    os.environ["CUSTOMHOUSE_WAREHOUSE_DIR"] = str(tmp_path / "warehouse")


def write(folder: Path, name: str = "new", **changes: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.txt"
    path.write_text(TEXT.format(**(AGREEING | changes)), encoding="utf-8")
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["check", *map(str, arguments)])


def check(*arguments: object) -> Result:
    return run(*arguments, "--published", "2023-04-19", "--region", "Xinjiang")


def documents(result: Result) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def test_what_agrees_exits_with_nought_and_says_what_follows(tmp_path: Path) -> None:
    result = check(write(tmp_path))
    assert result.exit_code == 0, result.output
    assert "nothing contradicts" in result.stdout
    assert "“68.07 billion yuan”" in result.stdout
    assert "What follows and is not printed" in result.stdout
    assert "Xinjiang exports, January–March 2022" in result.stdout


def test_a_digit_that_is_wrong_is_found_named_and_mended(tmp_path: Path) -> None:
    result = check(write(tmp_path, total="68.70"))
    assert result.exit_code == EXIT_CONTRADICTED
    assert "1 contradiction" in result.stdout
    assert "One of them is wrong" in result.stdout
    assert "the others imply 68.06 to 68.08 billion CNY" in result.stdout
    assert "One slip away and fitting: 68.07 billion CNY." in result.stdout


def test_json_has_the_contradiction_with_its_figures(tmp_path: Path) -> None:
    result = check(write(tmp_path, total="68.70"), "--format", "json")
    assert result.exit_code == EXIT_CONTRADICTED
    (document,) = documents(result)
    quotes = {one["figure_id"]: one["quote"] for one in document["checks"]}
    (contradiction,) = document["contradictions"]
    (members,) = contradiction["minimal_sets"]
    assert {quotes[one] for one in members} == {"68.70 billion yuan", "58.51 billion yuan", "9.56 billion yuan"}
    assert set(contradiction["culprits"]) == set(members)
    assert document["verdicts"]["inconsistent"] == 3


def test_numbers_that_changed_places_are_told(tmp_path: Path) -> None:
    rows = [
        {"printed": "68.07"},
        {"printed": "80.3", **GROWTH},
        {"printed": "94.2", "partner": "Central Asia", **GROWTH},
        {"printed": "84.5", **PRIVATE, **GROWTH},
        {"printed": "53.18", "partner": "Central Asia"},
        {"printed": "65.01", **PRIVATE},
    ]
    for partner, printed in (({"partner": "Central Asia"}, "1.8"), (PRIVATE, "6.8")):
        reference = "partner=WORLD" if "partner" in partner else "ownership=ALL"
        points = {"statistic": "share_change", "scale": "", "unit": "pp", "reference": reference}
        rows.append({"printed": printed, **points, **partner})
    result = run(write_sheet(tmp_path, "swapped", rows))
    assert result.exit_code == EXIT_CONTRADICTED, result.output
    assert "exchanged, the contradiction would be gone" in result.stdout


def test_two_numbers_for_one_thing_are_told_as_such(tmp_path: Path) -> None:
    counted = {"measure": "registered_enterprises", "unit": "enterprises", "scale": "", "flow": ""}
    sheet = write_sheet(tmp_path, "twice", [counted | {"printed": "6293"}])
    other = write_sheet(tmp_path, "again", [counted | {"printed": "10700"}])
    result = run(sheet, other)  # of one publisher and day: one document
    assert result.exit_code == EXIT_CONTRADICTED
    assert "a and b are different numbers for one thing." in result.stdout


def test_two_values_of_one_thing_are_a_contradiction_and_no_doubt(tmp_path: Path) -> None:
    path = tmp_path / "twice.txt"
    said = "In the first quarter of 2023, imports and exports of Xinjiang were"
    path.write_text(f"{said} 68.1 billion yuan, up 75.9 percent. {said} 98.1 billion yuan.", encoding="utf-8")
    result = check(path)
    assert result.exit_code == EXIT_CONTRADICTED, result.output
    assert "“68.1 billion yuan”" in result.stdout
    assert "“98.1 billion yuan”" in result.stdout


def test_several_releases_are_compared_with_one_another(tmp_path: Path) -> None:
    first = write(tmp_path, "first")
    later = tmp_path / "later.md"
    later.write_text(
        "---\npublished_date: 2024-04-19\nregion: Xinjiang\n---\n"
        "In the first quarter of 2024, foreign trade of Xinjiang was 100.0 billion yuan, up 50.0%.\n",
        encoding="utf-8",
    )
    first.with_suffix(".yml").write_text("published_date: 2023-04-19\nregion: Xinjiang\n", encoding="utf-8")
    result = run(first, later, "-f", "json")
    assert result.exit_code == 0, result.output
    _, document = documents(result)
    restated = [one for one in document["known_levels"] if not one["is_explained_by_rounding"]]
    assert [(one["period_start"], one["known_source_id"]) for one in restated] == [("2023-01-01", "first")]
    assert restated[0]["change_high_pct"] < -1.9
    (growth,) = document["known_bases"]
    assert not growth["is_explained_by_rounding"]


def test_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    result = check(write(tmp_path / "a"), write(tmp_path / "b", total="68.70"), "-f", "json")
    assert result.exit_code == EXIT_CONTRADICTED
    assert [len(one["contradictions"]) for one in documents(result)] == [0, 1]


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_checked(tmp_path: Path) -> None:
    lost = tmp_path / "lost.txt"
    result = check(lost, write(tmp_path, total="68.70"))
    assert result.exit_code == EXIT_FAILED
    assert "lost.txt" in result.stderr
    assert "1 contradiction" in result.stdout


def test_a_release_without_its_day_says_what_to_add(tmp_path: Path) -> None:
    result = run(write(tmp_path), "--region", "Xinjiang")
    assert result.exit_code == EXIT_FAILED
    assert "published" in result.stderr


def test_a_sheet_without_sidecar_is_refused(tmp_path: Path) -> None:
    sheet = write_sheet(tmp_path, "bare", [{}])
    sheet.with_suffix(".yml").unlink()
    result = run(sheet)
    assert result.exit_code == EXIT_FAILED
    assert "has no sidecar" in result.stderr


def test_rows_of_a_sheet_that_are_left_out_are_told(tmp_path: Path) -> None:
    result = run(write_sheet(tmp_path, "partly", [{}, {"printed": "many", "period_end": "2023-02"}]))
    assert result.exit_code == 0
    assert "left out: row 3 printed" in result.stdout


def test_what_cannot_be_a_region_or_a_day_is_wrong_usage(tmp_path: Path) -> None:
    assert run(write(tmp_path), "--published", "soon").exit_code == EXIT_USAGE
    assert run(write(tmp_path), "--region", "Atlantis").exit_code == EXIT_USAGE


def test_all_shows_more_than_the_first_rows(tmp_path: Path) -> None:
    release = write(tmp_path)
    some, everything = check(release).stdout, check(release, "--all").stdout
    assert "What the other figures do not say" not in some
    assert len(everything) >= len(some)
    assert "more: --all shows them" not in everything
