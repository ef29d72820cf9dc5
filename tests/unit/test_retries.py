"""What is tried again: which failures may pass, and steps that Dagster really runs again, and how often."""

import errno
import sqlite3
from collections.abc import Iterator

import dagster as dg
import duckdb
import pytest

from orchestration.defs.resources import Warehouse
from orchestration.defs.retrying import tried_again
from orchestration.inputs import Inputs
from orchestration.progress import Progress
from orchestration.refresh import KNOWN_FAILURES
from orchestration.retries import may_pass, seconds_before
from orchestration.settings import Settings
from orchestration.transformation import ChecksFailed, TransformationFailed
from orchestration.warehouse.publication import SourceLost
from orchestration.warehouse.working import WorkingWarehouseHeld

STUMBLED = OSError(errno.EIO, "Input/output error")


def raised(outer: Exception, cause: Exception) -> Exception:
    outer.__cause__ = cause
    return outer


@pytest.mark.parametrize(
    "problem",
    [
        STUMBLED,
        OSError(errno.EBUSY, "Device or resource busy"),
        MemoryError(),
        duckdb.OutOfMemoryException("Out of Memory Error: could not allocate block"),
        duckdb.IOException('IO Error: Could not read from file "x": Input/output error'),
        sqlite3.OperationalError("database is locked"),
        WorkingWarehouseHeld("working.duckdb is open in another program"),
        TransformationFailed("stg_one: IO Error: Could not write file: Input/output error"),
        raised(RuntimeError("could not load"), STUMBLED),
    ],
    ids=repr,
)
def test_what_the_machine_stumbled_over_may_pass(problem: Exception) -> None:
    assert may_pass(problem)


@pytest.mark.parametrize(
    "problem",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        PermissionError(errno.EACCES, "Permission denied"),
        FileNotFoundError(errno.ENOENT, "No such file or directory"),
        duckdb.IOException('IO Error: Could not write file "x": No space left on device'),
        duckdb.ConstraintException("Constraint Error: NOT NULL constraint failed"),
        sqlite3.OperationalError("no such table: runs"),
        ChecksFailed([]),
        SourceLost("published before and not in raw/ any more"),
        TransformationFailed("mart_one: Contract Error: it has enforced a contract that failed"),
        ValueError("a defect"),
        KeyboardInterrupt(),
    ],
    ids=repr,
)
def test_what_fails_again_is_not_tried_again(problem: BaseException) -> None:
    assert not may_pass(problem)


def test_what_a_problem_only_came_upon_does_not_count() -> None:
    try:
        try:
            raise STUMBLED
        except OSError:
            raise ValueError("while that was looked at") from None
    except ValueError as problem:
        assert not may_pass(problem)


def test_of_the_known_failures_only_two_can_pass() -> None:
    """A new one is thought about: the working warehouse that is open elsewhere, and dbt where the disk stumbled."""
    stumbled = {one for one in KNOWN_FAILURES if one is not ChecksFailed and may_pass(one("Input/output error"))}
    assert stumbled == {WorkingWarehouseHeld, TransformationFailed}


def test_each_attempt_waits_twice_as_long() -> None:
    assert [seconds_before(attempt, 5) for attempt in (1, 2, 3)] == [5, 10, 20]


def run(settings: Settings, failures: list[Exception], *, is_generator: bool) -> tuple[int, dg.ExecuteInProcessResult]:
    """Run an asset that meets these failures, one an attempt, and is well then; how often it was begun."""
    met: list[int] = []

    def work() -> None:
        met.append(1)
        if len(met) <= len(failures):
            raise failures[len(met) - 1]

    @dg.asset(name="one")
    @tried_again
    def function(warehouse: dg.ResourceParam[Warehouse]) -> dg.MaterializeResult[None]:
        work()
        return dg.MaterializeResult()

    @dg.multi_asset(name="one", specs=[dg.AssetSpec("one")])
    @tried_again
    def generator(
        context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]
    ) -> Iterator[dg.MaterializeResult[None]]:
        work()
        yield dg.MaterializeResult("one")

    warehouse = Warehouse(settings, Progress(), "run", Inputs(()))
    definitions = dg.Definitions(
        assets=[generator if is_generator else function],
        resources={"warehouse": dg.ResourceDefinition.hardcoded_resource(warehouse)},
        executor=dg.in_process_executor,
        jobs=[dg.define_asset_job("job")],
    )
    result = definitions.resolve_job_def("job").execute_in_process(
        raise_on_error=False, run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    )
    return len(met), result


@pytest.fixture
def patient(settings: Settings) -> Settings:
    return settings.model_copy(update={"retry_seconds": 0, "retry_attempts": 3})


@pytest.mark.parametrize("is_generator", [False, True])
@pytest.mark.parametrize(
    ("failures", "begun", "is_well"),
    [
        ([STUMBLED, MemoryError()], 3, True),
        ([STUMBLED] * 3, 4, True),
        ([STUMBLED] * 4, 4, False),
        ([ChecksFailed([])], 1, False),
        ([STUMBLED, ValueError("a defect")], 2, False),
    ],
    ids=["passes", "passes at last", "does not pass", "checks", "a defect later"],
)
def test_a_step_is_tried_again_as_often_as_that_makes_sense(
    patient: Settings, failures: list[Exception], begun: int, is_well: bool, is_generator: bool
) -> None:
    attempts, result = run(patient, failures, is_generator=is_generator)
    assert (attempts, result.success) == (begun, is_well)


def test_what_it_failed_with_in_the_end_is_told_and_not_that_it_was_tried(patient: Settings) -> None:
    _, result = run(patient, [STUMBLED] * 9, is_generator=True)
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    assert "Input/output error" in failure.step_failure_data.error.to_string()
    assert "RetryRequested" not in failure.step_failure_data.error.to_string()


def test_nothing_is_tried_again_where_the_setting_says_so(settings: Settings) -> None:
    attempts, result = run(settings.model_copy(update={"retry_attempts": 0}), [STUMBLED], is_generator=False)
    assert (attempts, result.success) == (1, False)
