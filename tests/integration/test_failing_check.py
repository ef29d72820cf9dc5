"""What is not good enough is not published: failing checks, broken models, lost sources; and how one gets out of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.conftest import NEW_SHEET, add_sheet
from tests.integration.installation import Content, Installation


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def name_an_unknown_member(installation: Installation) -> str:
    """Give a check something to find; returns what the code list held before."""
    members = installation.project / "seeds" / "partner_group_members.csv"
    sound = members.read_text()
    members.write_text(f"{sound}RCEP,ATLANTIS,signatory,2022-01-01,,false,a test,\n")
    return sound


def test_a_failing_check_holds_everything_back(refreshed: Installation) -> None:
    before = refreshed.footprint()
    add_sheet(refreshed)
    name_an_unknown_member(refreshed)

    ended = refreshed.refresh()

    assert ended.code == 3, ended.output
    assert "nothing is published: bridge_partner_group_member_uses_known_codes (1 row" in ended.stderr
    assert "ATLANTIS" in ended.stderr
    assert refreshed.footprint() == before
    assert len(list(refreshed.publications.iterdir())) == 1


@pytest.mark.long
def test_what_a_failing_check_held_back_is_published_once_it_is_mended(
    refreshed: Installation, second_content: Content
) -> None:
    add_sheet(refreshed)
    sound = name_an_unknown_member(refreshed)
    assert refreshed.refresh().code == 3

    (refreshed.project / "seeds" / "partner_group_members.csv").write_text(sound)
    refreshed.refreshed()
    assert refreshed.content() == second_content


@pytest.mark.long
def test_a_model_that_cannot_be_built_publishes_nothing(refreshed: Installation) -> None:
    before = refreshed.footprint()
    (refreshed.project / "models" / "marts" / "mart_balance.sql").write_text(
        "select no_such_column from {{ ref('fct_levels') }}"
    )

    ended = refreshed.refresh()

    assert ended.code == 1, ended.output
    assert "mart_balance: " in ended.stderr
    assert "no_such_column" in ended.stderr
    assert "Traceback" not in ended.output
    assert refreshed.footprint() == before


@pytest.mark.long
def test_a_project_that_does_not_parse_is_told_in_the_words_of_dbt(refreshed: Installation) -> None:
    before = refreshed.footprint()
    (refreshed.project / "models" / "marts" / "mart_balance.sql").write_text("select * from {{ ref('atlantis') }}")

    ended = refreshed.refresh()

    assert ended.code == 1, ended.output
    assert "depends on a node named 'atlantis' which was not found" in " ".join(ended.stderr.split())
    assert "Traceback" not in ended.output
    assert refreshed.footprint() == before


def test_a_defect_ends_with_a_traceback_and_publishes_nothing(refreshed: Installation) -> None:
    before = refreshed.footprint()
    units = refreshed.project / "seeds" / "units.csv"
    units.write_text(units.read_text().replace("unit,", "unti,", 1))

    ended = refreshed.refresh()

    assert ended.code == 1
    assert "Traceback" in ended.stderr
    assert "KeyError: 'unit'" in ended.stderr
    assert refreshed.footprint() == before


@pytest.mark.long
def test_a_lost_source_is_published_without_only_when_that_is_accepted(
    refreshed_twice: Installation, first_content: Content
) -> None:
    before = refreshed_twice.footprint()
    sheet = refreshed_twice.sheets / f"{NEW_SHEET}.csv"
    sheet.write_text(sheet.read_text().replace("12.3", "12.4"))  # not what its sidecar describes any more

    ended = refreshed_twice.refresh()

    assert ended.code == 3, ended.output
    assert f"published before and not in raw/ any more, or not readable: {NEW_SHEET}" in ended.stderr
    assert refreshed_twice.footprint() == before

    sheet.unlink()
    sheet.with_suffix(".yml").unlink()
    refreshed_twice.refreshed("--accept-removed-sources")
    assert refreshed_twice.content() == first_content
