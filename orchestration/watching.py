"""Looking after a refresh, and between refreshes: what is wrong, the metrics of it, and who is told."""

from __future__ import annotations

import datetime
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from orchestration.alerts import Attempt, Condition, Item, is_somebody_told, tell
from orchestration.calendar import Comparison, compared_with_calendar
from orchestration.inputs import current_inputs
from orchestration.metrics import write_metrics
from orchestration.refresh_record import RefreshRecord, read_record
from orchestration.settings import Settings
from orchestration.warehouse.publication import reason_to_skip
from orchestration.warehouse.published import NothingPublished, open_published, publication_row

_LOG = logging.getLogger("customhouse")
#: Of the rejected rows, so many are told apart; the rest is one more item.
_TOLD_APART = 1000


@dataclass
class Watched:
    """What was found, who was told, and what could not be done of it."""

    conditions: list[Condition]
    attempts: list[Attempt] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def watch(settings: Settings, *, now: datetime.datetime | None = None, day: datetime.date | None = None) -> Watched:
    """Compare, write the metrics, and tell who is to be told. Never raises: what is published stands whatever happens.

    `now` is the present, and `day` the one as of which coverage is compared with the calendar; tests say others.
    """
    now = now or datetime.datetime.now(datetime.UTC)
    watched = Watched([])
    try:
        record = read_record(settings.refresh_record)
        compared = compared_with_calendar(settings, day)
        _attempt(watched, "metrics could not be written", lambda: write_metrics(settings, record, compared))
        if is_somebody_told(settings):
            watched.conditions = conditions(settings, record, compared)
            _attempt(watched, "alerts could not be sent", lambda: _tell(watched, settings, now))
    except Exception as problem:
        _complain(watched, f"could not look after the refresh: {type(problem).__name__}: {problem}")
    return watched


def _tell(watched: Watched, settings: Settings, now: datetime.datetime) -> None:
    watched.attempts = tell(settings, watched.conditions, now)
    watched.problems += [f"not told by {one.channel}: {one.problem}" for one in watched.attempts if one.problem]


def _attempt(watched: Watched, what: str, do: Callable[[], None]) -> None:
    try:
        do()
    except Exception as problem:
        _complain(watched, f"{what}: {type(problem).__name__}: {problem}")


def _complain(watched: Watched, text: str) -> None:
    watched.problems.append(text)
    _LOG.warning("%s", text, extra={"event": "not watched"})


def conditions(settings: Settings, record: RefreshRecord | None, compared: Comparison) -> list[Condition]:
    """What alerts are about: the last refresh, coverage, rejected rows. Raises duckdb.Error."""
    return [
        Condition("refresh", "the refresh failed", "the refresh works", _failure(settings, record)),
        Condition(
            "coverage",
            "coverage is behind the release calendar",
            "coverage has caught up with the release calendar",
            tuple(Item(text, text) for text in compared.found),
        ),
        Condition("rejected", "rows or files were rejected", "nothing is rejected any more", _rejected(settings)),
    ]


def _failure(settings: Settings, record: RefreshRecord | None) -> tuple[Item, ...]:
    """How the last refresh failed; nothing where the input that it failed on was taken back since."""
    if record is None or not record.has_failed:
        return ()
    published = publication_row(settings.published_database)
    published_at = published["published_at_utc"] if published else None
    was_published_before = isinstance(published_at, datetime.datetime) and published_at < record.began.astimezone(
        datetime.UTC
    ).replace(tzinfo=None)
    if was_published_before and reason_to_skip(settings, current_inputs(settings)):
        return ()
    # Counts, times and processes differ from run to run, and it is one failure all the same.
    identity = re.sub(r"\d+", "#", f"{record.failure} {record.message}")
    return (Item(identity, f"{record.message} (run {record.run_id[:8]}, {record.ended:%Y-%m-%d %H:%M} UTC)"),)


def _rejected(settings: Settings) -> tuple[Item, ...]:
    try:
        with open_published(settings.published_database) as connection:
            rows = connection.execute(
                "SELECT file, row_number, column_name, reason FROM metadata.rejected_rows ORDER BY ALL"
            ).fetchall()
    except NothingPublished:
        return ()
    items = []
    for file, row, column, reason in rows[:_TOLD_APART]:
        place = f"{file}{f', row {row}' if row else ''}{f', {column}' if column else ''}"
        items.append(Item(f"{file}\n{row}\n{column}\n{reason}", f"{place}: {reason}"))
    if len(rows) > _TOLD_APART:
        more = len(rows) - _TOLD_APART
        items.append(Item(f"{more} more", f"{more} more rows, in metadata.rejected_rows"))
    return tuple(items)
