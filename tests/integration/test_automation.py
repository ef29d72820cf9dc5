"""When Dagster asks for a refresh by itself, and what a rollback means for later refreshes."""

from __future__ import annotations

import dagster as dg
import pytest

from orchestration.definitions import build_definitions
from orchestration.inputs import current_inputs
from tests.integration.conftest import add_sheet
from tests.integration.installation import Content, Installation


def ask(installation: Installation, automation: str) -> dg.RunRequest | dg.SkipReason:
    """What the sensor or the schedule says now."""
    definitions = build_definitions(installation.settings)
    answer: object
    if automation == "sensor":
        answer = definitions.resolve_sensor_def("raw_files")(dg.build_sensor_context())
    else:
        answer = definitions.resolve_schedule_def("publication_days")(dg.build_schedule_context())
    assert isinstance(answer, dg.RunRequest | dg.SkipReason)
    return answer


@pytest.mark.parametrize("automation", ["sensor", "schedule"])
def test_a_refresh_is_asked_for_when_a_file_is_new(refreshed: Installation, automation: str) -> None:
    unchanged = ask(refreshed, automation)
    assert isinstance(unchanged, dg.SkipReason)
    assert unchanged.skip_message == f"nothing changed since publication {refreshed.publication_id()}"
    add_sheet(refreshed)
    assert isinstance(ask(refreshed, automation), dg.RunRequest)


def test_the_sensor_sees_a_release_and_its_corrections(refreshed: Installation) -> None:
    folder = refreshed.sheets.parent / "releases" / "a folder of its own"
    folder.mkdir(parents=True)
    keys = set()
    for name in ("new.txt", "new.yml", "new.corrections.yml"):
        (folder / name).write_text(name)
        request = ask(refreshed, "sensor")
        assert isinstance(request, dg.RunRequest)
        keys.add(request.run_key)
    assert len(keys) == 3


def test_the_sensor_asks_once_for_each_state_of_the_files(refreshed: Installation) -> None:
    add_sheet(refreshed)
    requests = [ask(refreshed, "sensor") for _ in range(2)]
    keys = {request.run_key for request in requests if isinstance(request, dg.RunRequest)}
    assert keys == {current_inputs(refreshed.settings).fingerprint}


def test_both_ask_for_the_job_of_the_command(refreshed: Installation) -> None:
    definitions = build_definitions(refreshed.settings)
    assert definitions.resolve_sensor_def("raw_files").job_name == "refresh"
    assert definitions.resolve_schedule_def("publication_days").job_name == "refresh"


@pytest.mark.long
def test_what_was_rolled_back_is_published_again_only_when_forced(
    refreshed_twice: Installation, first_content: Content, second_content: Content
) -> None:
    withdrawn = refreshed_twice.publication_id()
    assert refreshed_twice.run("rollback").code == 0
    assert refreshed_twice.content() == first_content

    reason = f"these inputs gave publication {withdrawn}, which was rolled back"
    for automation in ("sensor", "schedule"):
        answer = ask(refreshed_twice, automation)
        assert isinstance(answer, dg.SkipReason)
        assert answer.skip_message == reason
    before = refreshed_twice.footprint()
    ended = refreshed_twice.refresh()
    assert ended.code == 0
    assert reason[1:] in ended.stdout
    assert refreshed_twice.footprint() == before

    refreshed_twice.refreshed("--force")
    assert refreshed_twice.content() == second_content
