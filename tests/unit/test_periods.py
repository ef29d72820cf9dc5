"""Periods as sheets write them, and the same span a year before."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.sheets.periods import NotAPeriod, period_end, period_start, year_before


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2023", "2023-01-01", "2023-12-31"),
        ("2023-01", "2023-01-01", "2023-01-31"),
        ("2023-02", "2023-02-01", "2023-02-28"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-12", "2023-12-01", "2023-12-31"),
        ("2023-01-31", "2023-01-31", "2023-01-31"),
        ("2024-02-29", "2024-02-29", "2024-02-29"),
        ("1949", "1949-01-01", "1949-12-31"),
    ],
)
def test_a_year_a_month_and_a_day_have_a_first_and_a_last_day(text: str, first: str, last: str) -> None:
    assert period_start(text) == datetime.date.fromisoformat(first)
    assert period_end(text) == datetime.date.fromisoformat(last)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "23", "2023-", "2023-1", "2023-1-1", "2023-01-1", "202301", "2023/01", "01-2023", "2023-Q1"),
        *("2023-01-31T00:00", " 2023", "2023\n", "-2023", "2023-13", "2023-00", "2023-02-29", "2023-04-31"),
        *("2023-01-00", "2023-01-32", "２０２３", "二〇二三"),
    ],
)
@pytest.mark.parametrize("read", [period_start, period_end])
def test_other_text_is_not_a_period(text: str, read: object) -> None:
    assert callable(read)
    with pytest.raises(NotAPeriod):
        read(text)


@pytest.mark.parametrize("text", ["0000", "0001", "0203-01", "1023-01-01", "1799", "3023", "9999-12-31"])
def test_years_in_which_no_customs_published_are_slips_of_the_key(text: str) -> None:
    with pytest.raises(NotAPeriod):
        period_start(text)


@pytest.mark.parametrize(
    ("day", "before"),
    [
        ("2023-01-01", "2022-01-01"),
        ("2023-03-31", "2022-03-31"),
        ("2023-02-28", "2022-02-28"),
        ("2024-02-29", "2023-02-28"),
        ("2025-02-28", "2024-02-29"),
        ("2024-02-28", "2023-02-28"),
        ("2024-03-01", "2023-03-01"),
    ],
)
def test_a_year_before_the_last_of_february_is_the_last_of_february(day: str, before: str) -> None:
    assert year_before(datetime.date.fromisoformat(day)) == datetime.date.fromisoformat(before)


@given(year=st.integers(1900, 2200), month=st.integers(1, 12))
def test_the_same_month_a_year_before_is_a_whole_month(year: int, month: int) -> None:
    text, before = f"{year}-{month:02}", f"{year - 1}-{month:02}"
    assert year_before(period_start(text)) == period_start(before)
    assert year_before(period_end(text)) == period_end(before)


@given(st.dates(datetime.date(1801, 1, 1), datetime.date(2999, 12, 31)))
def test_every_day_is_a_period_of_its_own(day: datetime.date) -> None:
    assert period_start(day.isoformat()) == period_end(day.isoformat()) == day
    assert year_before(day) < day
