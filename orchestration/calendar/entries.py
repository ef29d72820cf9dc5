"""The calendar as a CSV file: what each line promises, on which days, and whether it is followed."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

#: The hour at which a refresh is asked for on a day of publication, in the time zone of the publisher.
_ASKED_AT_HOUR = 12


class CalendarUnreadable(ValueError):
    """The calendar is missing or says something that makes no sense; the message names file, line and column."""


def _numbers(text: object) -> object:
    return tuple(text.split()) if isinstance(text, str) else text


def _none_where_empty(text: object) -> object:
    return text or None


#: Not later than the 28th: every month has these days.
_Day = Annotated[int, Field(ge=1, le=28)]
_OptionalDate = Annotated[datetime.date | None, BeforeValidator(_none_where_empty)]


class CalendarEntry(BaseModel):
    """One line: a publisher's regular publication of figures about a region.

    In each of `publication_months`, from `first_day` to `last_day`, the publisher brings out figures that reach to the
    end of the month `months_back` months before. `grace_days` after `last_day` they are expected to be published here.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    entry_id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    publisher: str = Field(min_length=1)
    what: str = Field(min_length=1)
    region_id: str = Field(min_length=1)
    #: Where the coverage of the warehouse is looked up: figures that documents state, or tables of declarations.
    covered_by: Literal["figures", "declarations"]
    publication_months: Annotated[tuple[Annotated[int, Field(ge=1, le=12)], ...], BeforeValidator(_numbers)] = Field(
        min_length=1
    )
    first_day: _Day
    last_day: _Day
    months_back: int = Field(ge=1, le=24)
    grace_days: int = Field(ge=0, le=366)
    timezone: str
    #: Followed are periods that end on this day or later, and before `followed_until`; without it, none is.
    followed_from: _OptionalDate
    followed_until: _OptionalDate
    basis: str

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError("is no time zone: write it as Asia/Shanghai") from None
        return name

    @model_validator(mode="after")
    def _is_in_order(self) -> CalendarEntry:
        if self.last_day < self.first_day:
            raise ValueError("last_day is before first_day")
        return self

    def promised(self, day: datetime.date) -> datetime.date | None:
        """The last day of the newest followed period that is due before `day`, grace included; None where none is."""
        periods = (period_end for period_end, due in self._publications(day) if due < day)
        return max(periods, default=None)

    def _publications(self, day: datetime.date) -> Iterator[tuple[datetime.date, datetime.date]]:
        """The followed periods of the years around `day`: the last day of each, and the day until which it is due."""
        if self.followed_from is None:
            return
        for year in range(day.year - 3, day.year + 1):
            for month in self.publication_months:
                period_end = _end_of_month(year, month - self.months_back)
                is_over = self.followed_until is not None and period_end >= self.followed_until
                if period_end >= self.followed_from and not is_over:
                    due = datetime.date(year, month, self.last_day) + datetime.timedelta(days=self.grace_days)
                    yield period_end, due


def _end_of_month(year: int, month: int) -> datetime.date:
    """The last day of a month, counted from January of `year`: 0 is December of the year before."""
    years, month_index = divmod(month, 12)  # the first of the month that follows, less a day
    return datetime.date(year + years, month_index + 1, 1) - datetime.timedelta(days=1)


def read_calendar(path: Path) -> list[CalendarEntry]:
    """Every line of the calendar; raises CalendarUnreadable with all that is wrong."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise CalendarUnreadable(f"{path}: the release calendar cannot be read: {problem}") from problem
    entries: list[CalendarEntry] = []
    wrong: list[str] = []
    for line, row in rows:
        try:
            entries.append(CalendarEntry.model_validate(row))
        except ValidationError as problem:
            wrong += [f"{path}, line {line}{_column(error)}: {error['msg']}" for error in problem.errors()]
            continue
        if entries[-1].entry_id in {entry.entry_id for entry in entries[:-1]}:
            wrong.append(f"{path}, line {line}, entry_id: {entries[-1].entry_id} stands on an earlier line, too")
    if wrong:
        raise CalendarUnreadable("\n".join(wrong))
    return entries


def _column(error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"] if part)
    return f", {place}" if place else ""


def cron_lines(entries: Sequence[CalendarEntry]) -> dict[str, list[str]]:
    """When to ask for a refresh, as lines of cron by time zone: at noon on every day on which something comes out.

    That nobody follows an entry does not matter: to ask where nothing is new costs nothing.
    """
    lines: dict[str, list[str]] = {}
    for entry in entries:
        days = f"{entry.first_day}-{entry.last_day}" if entry.last_day > entry.first_day else str(entry.first_day)
        months = ",".join(map(str, sorted(set(entry.publication_months))))
        of_zone = lines.setdefault(entry.timezone, [])
        line = f"0 {_ASKED_AT_HOUR} {days} {months} *"
        if line not in of_zone:
            of_zone.append(line)
    return lines
