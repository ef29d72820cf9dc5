"""Steps that are tried again, in the same run, after a failure that may pass."""

import functools
import inspect
import logging
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import dagster as dg

from orchestration.defs.resources import Warehouse
from orchestration.retries import may_pass, seconds_before

_Function = TypeVar("_Function", bound=Callable[..., Any])


def tried_again(function: _Function) -> _Function:
    """Have Dagster try a step again, later each time, where its failure may pass; any other ends it at once.

    A step replaces what it writes in transactions, so a second attempt finds what the first one found. The warehouse
    stays held meanwhile. The last attempt fails with what it failed with.
    """

    def asked(warehouse: Warehouse, problem: Exception) -> dg.RetryRequested | None:
        attempts, number = warehouse.settings.retry_attempts, dg.OpExecutionContext.get().retry_number
        if number >= attempts or not may_pass(problem):
            return None
        seconds = seconds_before(number + 1, warehouse.settings.retry_seconds)
        text = f"failed, tried again in {seconds:g} s ({number + 1} of {attempts}): {problem}"
        warehouse.progress.log("step tried again", text, level=logging.WARNING, failure=type(problem).__name__)
        return dg.RetryRequested(max_retries=attempts, seconds_to_wait=seconds)

    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def steps(*arguments: Any, **named: Any) -> Iterator[Any]:
            try:
                yield from function(*arguments, **named)
            except Exception as problem:
                request = asked(named["warehouse"], problem)
                if request is None:
                    raise
                raise request from problem

        return steps  # type: ignore[return-value]

    @functools.wraps(function)
    def step(*arguments: Any, **named: Any) -> Any:
        try:
            return function(*arguments, **named)
        except Exception as problem:
            request = asked(named["warehouse"], problem)
            if request is None:
                raise
            raise request from problem

    return step  # type: ignore[return-value]
