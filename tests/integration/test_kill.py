"""Refreshes that are killed or stopped: the published file is the former or the new one, whole, and work goes on."""

from __future__ import annotations

import random
import signal
import sys
import time

import pytest

from orchestration.cli import EXIT_STOPPED
from orchestration.inputs import Inputs, current_inputs
from orchestration.warehouse.publication import publish
from tests.integration.conftest import add_sheet
from tests.integration.installation import BIN, Content, Installation
from tests.integration.processes import Child, publish_line_by_line
from tests.integration.processes import publish as publish_in_child


def assert_work_goes_on(installation: Installation, expected: Content) -> None:
    installation.refreshed("--force")
    assert installation.content() == expected
    assert not (installation.warehouse / "working.unfinished").exists()
    assert all(path.name.startswith(("2", "3")) for path in installation.publications.iterdir())


@pytest.mark.parametrize(
    "places",
    [
        pytest.param(["begin read sheets", "node 3", "node 40", "begin publish"], id="from reading to publishing"),
        pytest.param(
            ["begin read releases", "begin load sheets", "begin build models", "node 70", "end publish"],
            id="from loading to the end",
        ),
    ],
)
@pytest.mark.exhaustive
def test_a_refresh_killed_at_one_place_after_the_other_is_completed_by_the_next(
    refreshed: Installation, first_content: Content, second_content: Content, places: list[str]
) -> None:
    add_sheet(refreshed)
    for place in places:
        ended = refreshed.start(sys.executable, "-m", "tests.integration.processes", place).end()
        assert ended.code == -signal.SIGKILL, ended.output
        assert refreshed.content() == (second_content if place == "end publish" else first_content)
        assert not refreshed.is_being_written()
    assert_work_goes_on(refreshed, second_content)


@pytest.mark.parametrize("signal_before", ["", "trap '' INT; "], ids=["in front", "in the background of a script"])
@pytest.mark.long
def test_a_refresh_is_stopped_by_sigterm(refreshed: Installation, first_content: Content, signal_before: str) -> None:
    add_sheet(refreshed)
    running = refreshed.start("sh", "-c", f'{signal_before}exec "$0" refresh', BIN / "customhouse")
    running.until("read sheets")
    running.process.terminate()
    ended = running.end()
    assert ended.code == EXIT_STOPPED, ended.output
    assert "What is published stands" in ended.stderr
    assert "Traceback" not in ended.output
    assert refreshed.content() == first_content
    assert not refreshed.is_being_written()


@pytest.fixture
def about_to_publish(refreshed_twice: Installation) -> Installation:
    """The first publication stands, and the working warehouse holds what gave the second one."""
    return unpublish(refreshed_twice)


def unpublish(installation: Installation) -> Installation:
    """Put the oldest kept publication in place and forget the later ones."""
    oldest, *later = sorted(installation.publications.glob("[0-9]*"))
    for kept in later:
        kept.unlink()
    installation.published.unlink()
    installation.published.hardlink_to(oldest)
    return installation


def standing(installation: Installation, first_content: Content, second_content: Content) -> str:
    """Which publication stands after a kill; it must be one of them, and whole."""
    found = installation.content()
    assert found in (first_content, second_content)
    return "first" if found == first_content else "second"


def assert_publishing_goes_on(installation: Installation, inputs: Inputs, expected: Content) -> None:
    """Publish after a kill: what stands is kept, nothing else is; then go back to the first publication."""
    publish(installation.settings, inputs, run_id="after a kill")
    assert installation.content() == expected
    kept = sorted(path.name for path in installation.publications.iterdir())
    assert len(kept) == 2
    assert kept[-1] == f"{installation.publication_id()}.duckdb"
    unpublish(installation)


@pytest.mark.long
def test_publishing_killed_at_random_instants_leaves_one_whole_publication(
    about_to_publish: Installation, first_content: Content, second_content: Content
) -> None:
    settings, inputs = about_to_publish.settings, current_inputs(about_to_publish.settings)
    child = Child(publish_in_child, settings, inputs)
    child.receive()
    began = time.monotonic()
    assert child.end() == 0
    duration = time.monotonic() - began
    assert standing(about_to_publish, first_content, second_content) == "second"
    assert_publishing_goes_on(about_to_publish, inputs, second_content)

    instants = random.Random(20230419)
    killed = 0
    for attempt in range(120):
        if killed == 40:
            break
        child = Child(publish_in_child, settings, inputs)
        child.receive()
        child.kill_after(instants.uniform(0, duration))
        killed += child.end() == -signal.SIGKILL
        # Most attempts meet what the former one left behind.
        if standing(about_to_publish, first_content, second_content) == "second" or attempt % 5 == 0:
            assert_publishing_goes_on(about_to_publish, inputs, second_content)
    assert killed == 40


@pytest.mark.long
def test_publishing_killed_at_every_turn_leaves_one_whole_publication(
    about_to_publish: Installation, first_content: Content, second_content: Content
) -> None:
    settings, inputs = about_to_publish.settings, current_inputs(about_to_publish.settings)
    child = Child(publish_line_by_line, settings, inputs, None)
    functions = child.receive()
    assert child.end() == 0
    unpublish(about_to_publish)

    verified = functions.index("_verify")
    changing_places = [
        turn
        for turn, function in enumerate(functions)
        if turn > verified
        and function in ("publish", "sync", "put_in_place", "_keep", "_put_aside_unreadable", "remove_all")
    ]
    assert len(changing_places) > 20
    writing = [*range(0, verified, verified // 6), *range(verified - 6, verified + 2)]  # then the commit
    stood = []
    for turn in writing + changing_places:
        child = Child(publish_line_by_line, settings, inputs, turn)
        assert child.end() == -signal.SIGKILL
        stood.append(standing(about_to_publish, first_content, second_content))
        if stood[-1] == "second" or turn in changing_places[::6]:
            assert_publishing_goes_on(about_to_publish, inputs, second_content)
    # One instant parts the former from the new: nothing goes back and forth.
    assert stood == sorted(stood)
    assert set(stood) == {"first", "second"}


@pytest.mark.long
def test_a_first_publication_is_whole_or_not_there(about_to_publish: Installation, second_content: Content) -> None:
    settings, inputs = about_to_publish.settings, current_inputs(about_to_publish.settings)

    def forget() -> None:
        for path in (about_to_publish.published, *about_to_publish.publications.iterdir()):
            path.unlink(missing_ok=True)

    forget()
    child = Child(publish_line_by_line, settings, inputs, None)
    functions = child.receive()
    assert child.end() == 0
    stood = []
    for turn in range(0, len(functions), len(functions) // 6):
        forget()
        assert Child(publish_line_by_line, settings, inputs, turn).end() == -signal.SIGKILL
        stood.append(about_to_publish.published.exists())
        if stood[-1]:
            assert about_to_publish.content() == second_content
    assert stood == sorted(stood)
    publish(settings, inputs, run_id="after the kills")
    assert about_to_publish.content() == second_content
