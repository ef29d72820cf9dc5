"""The release calendar: when customs publishes which period, and whether the published warehouse has kept up."""

from orchestration.calendar.entries import CalendarEntry, CalendarUnreadable, cron_lines, read_calendar
from orchestration.calendar.freshness import Comparison, Freshness, compared_with_calendar, coverage_of, freshness

__all__ = [
    "CalendarEntry",
    "CalendarUnreadable",
    "Comparison",
    "Freshness",
    "compared_with_calendar",
    "coverage_of",
    "cron_lines",
    "freshness",
    "read_calendar",
]
