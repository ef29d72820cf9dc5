"""Whether the published warehouse covers what the calendar promised by a day."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import duckdb

from orchestration.calendar.entries import CalendarEntry, CalendarUnreadable, read_calendar
from orchestration.settings import Settings
from orchestration.warehouse.published import NothingPublished, open_published


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """One followed line of the calendar: what it promised by a day, and what the warehouse covers."""

    entry: CalendarEntry
    #: Last day of the newest period that is due; None where none is due yet.
    promised: datetime.date | None
    #: Last day that is covered; None where the warehouse has nothing of it.
    covered: datetime.date | None

    @property
    def months_behind(self) -> int:
        """How many months the coverage ends before what was promised; 0 where it has kept up."""
        if self.promised is None:
            return 0
        if self.covered is None:  # as far behind as the following goes back
            start = self.entry.followed_from or self.promised
            return _months(self.promised) - _months(start) + 1
        return max(0, _months(self.promised) - _whole_months(self.covered))

    @property
    def is_stale(self) -> bool:
        """Whether something is due that the warehouse does not cover."""
        return self.promised is not None and (self.covered is None or self.covered < self.promised)

    def sentence(self) -> str:
        """The comparison in words."""
        name = f"{self.entry.entry_id} ({self.entry.publisher}, {self.entry.what})"
        if self.promised is None:
            return f"{name}: nothing is due yet"
        covers = f"the warehouse covers up to {self.covered:%Y-%m-%d}" if self.covered else "the warehouse has none"
        if not self.is_stale:
            return f"{name}: promised up to {self.promised:%Y-%m-%d}; {covers}"
        behind = f"{self.months_behind} month{'s' if self.months_behind != 1 else ''}"
        return f"{name}: promised up to {self.promised:%Y-%m-%d}; {covers}: stale by {behind}"


def freshness(
    entries: Sequence[CalendarEntry], coverage: Mapping[str, datetime.date | None], day: datetime.date
) -> list[Freshness]:
    """Every followed entry, compared as of `day` with `coverage`, which has the last day covered by `entry_id`."""
    return [
        Freshness(entry=entry, promised=entry.promised(day), covered=coverage.get(entry.entry_id))
        for entry in entries
        if entry.followed_from is not None
    ]


def coverage_of(
    connection: duckdb.DuckDBPyConnection, entries: Sequence[CalendarEntry]
) -> dict[str, datetime.date | None]:
    """The last day that the published warehouse covers, for each followed entry."""
    return {
        entry.entry_id: _stated_until(connection, entry.region_id)
        if entry.covered_by == "figures"
        else _declared_until(connection, entry.region_id, entry.followed_from)
        for entry in entries
        if entry.followed_from is not None
    }


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is followed, or why it cannot be compared: nothing may fail for a calendar that has a slip in it."""

    followed: list[Freshness]
    problem: str

    @property
    def found(self) -> list[str]:
        """What a person should know, in words; empty where the warehouse has kept up."""
        stale = [one.sentence() for one in self.followed if one.is_stale]
        return [self.problem, *stale] if self.problem else stale


def compared_with_calendar(settings: Settings, day: datetime.date | None = None) -> Comparison:
    """The published file as it is, as of `day`, or of today in the time zone of the schedule."""
    day = day or datetime.datetime.now(ZoneInfo(settings.schedule_timezone)).date()
    try:
        entries = [entry for entry in read_calendar(settings.calendar) if entry.followed_from]
        if not entries:
            return Comparison([], "")
        with open_published(settings.published_database) as connection:
            return Comparison(freshness(entries, coverage_of(connection, entries), day), "")
    except (CalendarUnreadable, NothingPublished, duckdb.Error) as problem:
        return Comparison([], f"coverage cannot be compared with the calendar: {problem}")


def _stated_until(connection: duckdb.DuckDBPyConnection, region_id: str) -> datetime.date | None:
    """The end of the last period for which a document states the whole trade of a region.

    Figures of single goods may be of other spans, and what was published before its period ended is a forecast.
    """
    row = connection.execute(
        """SELECT max(period_end) FROM marts.fct_figures
        WHERE region_id = ? AND partner_id = 'WORLD' AND commodity_id = 'TOTAL' AND measure = 'value'
            AND statistic = 'level' AND status = 'read' AND period_end <= published_date""",
        [region_id],
    ).fetchone()
    return row[0] if row else None


def _declared_until(
    connection: duckdb.DuckDBPyConnection, reporter_id: str, since: datetime.date | None
) -> datetime.date | None:
    """The end of the last month up to which, from `since` on, no month is missing of exports or of imports."""
    if since is None:
        return None
    rows = connection.execute(
        """SELECT period_end FROM marts.mart_declared_months
        WHERE reporter_id = ? AND is_current GROUP BY period_end HAVING count(DISTINCT flow) = 2""",
        [reporter_id],
    ).fetchall()
    held = {_months(end): end for (end,) in rows}
    month, until = _months(since), None
    while month in held:
        until = held[month]
        month += 1
    return until


def _months(day: datetime.date) -> int:
    """The months from a fixed beginning to the one that a day is in."""
    return day.year * 12 + day.month


def _whole_months(day: datetime.date) -> int:
    """The same for the last month that is over by the end of a day."""
    return _months(day + datetime.timedelta(days=1)) - 1
