"""Runs whose process was killed: Dagster takes them for running until somebody says that they ended."""

import os
import socket

import dagster as dg

#: The tag of a run that names the process which it lives in.
PROCESS_TAG = "customhouse/process"


def report_cut_off(instance: dg.DagsterInstance, marked: str = "") -> None:
    """Say in Dagster's history which runs have ended that could not say so themselves.

    `marked` is the run that the working warehouse was left unfinished by, or empty. Others were cut off before they got
    as far as that, or after the last of their work; they are known by the process that they name. The caller holds the
    warehouse lock.
    """
    for run in instance.get_runs(
        dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.NOT_STARTED])
    ):
        if run.run_id == marked or _is_gone(run.tags.get(PROCESS_TAG, "")):
            instance.report_run_failed(run, "The process of this run ended before the run did.")


def name_process(instance: dg.DagsterInstance, run_id: str) -> None:
    """Have a run that Dagster began by itself name the process that it lives in, as one of the command does at once."""
    run = instance.get_run_by_id(run_id)
    if run is not None and PROCESS_TAG not in run.tags:
        instance.add_run_tags(run_id, {PROCESS_TAG: this_process()})


def this_process() -> str:
    """How a run names the process that it lives in."""
    return f"{os.getpid()} {socket.gethostname()}"


def _is_gone(process: str) -> bool:
    """Whether this machine has no such process; not where none is named, or one of another machine."""
    number, _, machine = process.partition(" ")
    if machine != socket.gethostname():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:  # somebody else's
        return False
    return False
