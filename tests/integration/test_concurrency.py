"""Several processes at once: one writes and the others wait or say who does; readers never notice."""

from __future__ import annotations

import os
import shutil
import sys

import pytest

from orchestration.inputs import Input, Inputs
from orchestration.warehouse.lock import warehouse_lock
from orchestration.warehouse.publication import publish
from tests.integration.conftest import add_sheet
from tests.integration.installation import BIN, Content, Installation
from tests.integration.processes import Child, read_what_is_newest, read_what_was_opened

pytestmark = pytest.mark.long


def test_of_two_refreshes_one_waits_for_the_other(refreshed: Installation, second_content: Content) -> None:
    add_sheet(refreshed)
    shutil.rmtree(refreshed.folder / "target")  # both of them have the project to parse
    running = [refreshed.start_refresh("--force") for _ in range(2)]
    ended = [one.end() for one in running]
    assert [one.code for one in ended] == [0, 0], "".join(one.output for one in ended)
    [waited] = [index for index, one in enumerate(ended) if "waiting for " in one.stderr]
    [line] = [line for line in ended[waited].stderr.splitlines() if "waiting for " in line]
    assert "waiting for refresh, run " in line
    assert f"(process {running[1 - waited].process.pid}, since " in line
    assert refreshed.content() == second_content


def test_a_refresh_that_may_not_wait_names_who_writes(refreshed: Installation) -> None:
    before = refreshed.footprint()
    with warehouse_lock(refreshed.warehouse, purpose="a test", timeout_seconds=0):
        ended = refreshed.refresh("--force", CUSTOMHOUSE_LOCK_TIMEOUT_SECONDS="0")
    assert ended.code == 1, ended.output
    assert f"the warehouse is being written by a test (process {os.getpid()}, since " in ended.stderr
    assert "Traceback" not in ended.output
    assert refreshed.footprint() == before


@pytest.mark.long
def test_a_run_of_dagster_waits_for_whoever_writes(refreshed: Installation, second_content: Content) -> None:
    add_sheet(refreshed)
    with warehouse_lock(refreshed.warehouse, purpose="a test", timeout_seconds=0):
        running = refreshed.start(BIN / "dagster", "job", "execute", "-m", "orchestration.definitions", "-j", "refresh")
        running.until(f"waiting for a test (process {os.getpid()}, since ")
    ended = running.end()
    assert ended.code == 0, ended.output
    assert refreshed.content() == second_content


def test_a_rollback_waits_for_whoever_writes(refreshed_twice: Installation, first_content: Content) -> None:
    with warehouse_lock(refreshed_twice.warehouse, purpose="a test", timeout_seconds=0):
        running = refreshed_twice.start(BIN / "customhouse", "rollback")
        running.until(f"waiting for a test (process {os.getpid()}, since ")
    assert running.end().code == 0
    assert refreshed_twice.content() == first_content


def test_readers_see_whole_publications_while_others_publish(
    refreshed: Installation, first: Installation, second: Installation, second_content: Content
) -> None:
    first_id = refreshed.publication_id()
    holding = Child(read_what_was_opened, refreshed.published)
    looking = Child(read_what_is_newest, refreshed.published)
    assert holding.receive() == looking.receive() == first_id

    settings = refreshed.settings.model_copy(update={"accept_removed_sources": True, "kept_publications": 3})
    for turn in range(4):
        shutil.copyfile((second, first)[turn % 2].working, refreshed.working)
        inputs = Inputs((Input("raw/sheets/a.csv", "raw", f"{turn:064}", 1),))
        published = publish(settings, inputs, run_id="a test")
        assert published.is_new
        assert looking.receive() == published.publication_id
    add_sheet(refreshed)
    refreshed.refreshed()
    assert looking.receive() == refreshed.publication_id()
    assert refreshed.content() == second_content

    for reader in (holding, looking):
        reader.stop()
    assert holding.receive() > 4
    assert looking.receive() == "stopped"
    assert [holding.end(), looking.end()] == [0, 0]


def test_a_program_that_has_the_working_warehouse_open_is_named_and_nothing_is_lost(
    refreshed: Installation, second_content: Content
) -> None:
    before = refreshed.footprint()
    add_sheet(refreshed)
    program = f"import duckdb; held = duckdb.connect({str(refreshed.working)!r}); print('open', flush=True)"
    foreign = refreshed.start(sys.executable, "-c", f"{program}; input(); held.execute('FROM marts.fct_levels')")
    foreign.until("open")
    for _ in range(2):  # the second must not take the first for one that was cut off
        ended = refreshed.refresh()
        assert ended.code == 1, ended.output
        assert f"{refreshed.working} is open in another program" in ended.stderr
        assert str(foreign.process.pid) in ended.stderr
        assert "Traceback" not in ended.output
        assert refreshed.footprint() == before
    print(file=foreign.process.stdin, flush=True)
    assert foreign.end().code == 0
    refreshed.refreshed()
    assert refreshed.content() == second_content
