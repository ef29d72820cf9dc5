"""Fetching as Dagster runs it: a job, and a schedule that is off, where a declaration is."""

from __future__ import annotations

from orchestration.progress import Progress
from tests.unit.fetching.conftest import CSV, Fetching, Server, answer, document


def test_job_fetches_and_fails_where_something_is_refused(server: Server, fetching: Fetching) -> None:
    import dagster as dg

    from orchestration.defs.fetching import fetching as defined

    assert defined(fetching.settings, Progress()) == ([], [])
    fetching.declare(
        document(server.set("/a.csv", answer(CSV)), name="a"), document(server.url("/nothing.csv"), name="b")
    )
    [job], schedules = defined(fetching.settings, Progress())
    assert {one.default_status for one in schedules} == {dg.DefaultScheduleStatus.STOPPED}
    ended = job.execute_in_process(raise_on_error=False)
    assert not ended.success
    [failed] = [event for event in ended.all_events if event.is_step_failure]
    told = failed.step_failure_data.user_failure_data
    assert told is not None
    assert told.description == "refused: b: answered 404 Not Found"
    assert len(fetching.raw) == 2
