"""Periods as sheets write them: a year, a month or a day as the first or the last of a span."""

from __future__ import annotations

import calendar
import datetime
import re

#: Years outside 1800 to 2999 are slips of the key.
_PERIOD = re.compile(r"((?:1[89]|2[0-9])[0-9]{2})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
PERIOD_FORMS = "YYYY, YYYY-MM or YYYY-MM-DD of the years 1800 to 2999"


class NotAPeriod(ValueError):
    """The text is not a year, a month or a day."""


def period_start(text: str) -> datetime.date:
    """The first day of `2023`, `2023-01` or `2023-01-31`; raises NotAPeriod."""
    return _date(text, last=False)


def period_end(text: str) -> datetime.date:
    """The last day of `2023`, `2023-01` or `2023-01-31`; raises NotAPeriod."""
    return _date(text, last=True)


def year_before(day: datetime.date) -> datetime.date:
    """The same day a year before; the last of February stays the last of February."""
    year = day.year - 1
    if day.month == 2 and day.day == calendar.monthrange(day.year, 2)[1]:
        return datetime.date(year, 2, calendar.monthrange(year, 2)[1])
    return day.replace(year=year)


def _date(text: str, *, last: bool) -> datetime.date:
    found = _PERIOD.fullmatch(text)
    if not found:
        raise NotAPeriod(f"{text!r} is not {PERIOD_FORMS}")
    year = int(found[1])
    month, day = (int(part) if part else None for part in found.groups()[1:])
    try:
        if month is None:
            return datetime.date(year, 12, 31) if last else datetime.date(year, 1, 1)
        if day is None:
            return datetime.date(year, month, calendar.monthrange(year, month)[1] if last else 1)
        return datetime.date(year, month, day)
    except (ValueError, calendar.IllegalMonthError):
        raise NotAPeriod(f"{text!r} is not a date of the calendar") from None
