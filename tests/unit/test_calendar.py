"""The release calendar: which periods it promises by which day, when it asks, and how coverage is compared with it."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.calendar import (
    CalendarEntry,
    CalendarUnreadable,
    compared_with_calendar,
    cron_lines,
    freshness,
    read_calendar,
)
from orchestration.settings import Settings

#: A line that is valid as it stands and follows the national releases from 2024 on.
VALID_LINE = {
    "entry_id": "nation",
    "publisher": "Customs",
    "what": "figures of the month",
    "region_id": "CHN",
    "covered_by": "figures",
    "publication_months": "1 3 4 5 6 7 8 9 10 11 12",
    "first_day": "7",
    "last_day": "9",
    "months_back": "1",
    "grace_days": "5",
    "timezone": "Asia/Shanghai",
    "followed_from": "2024-01-01",
    "followed_until": "",
    "basis": "made by a test",
}


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def entry(**changed: str) -> CalendarEntry:
    return CalendarEntry.model_validate({**VALID_LINE, **changed})


def write_calendar(path: Path, *lines: Mapping[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(VALID_LINE))
        writer.writeheader()
        writer.writerows({**VALID_LINE, **line} for line in lines)
    return path


@pytest.mark.parametrize(
    ("on", "promised"),
    [
        ("2024-05-14", "2024-03-31"),  # the last day of grace for April
        ("2024-05-15", "2024-04-30"),
        ("2024-01-31", None),  # December is before what is followed
        ("2024-03-14", None),  # no January by itself
        ("2024-03-15", "2024-02-29"),  # January and February together
        ("2025-02-20", "2024-12-31"),  # nor the year after
        ("2025-01-15", "2024-12-31"),
        ("2024-12-15", "2024-11-30"),
    ],
)
def test_the_calendar_promises_a_period_when_its_last_day_and_the_grace_are_over(on: str, promised: str | None) -> None:
    assert entry().promised(day(on)) == (day(promised) if promised else None)


def test_a_quarter_is_promised_by_the_press_conference() -> None:
    conference = entry(publication_months="1 4 7 10", first_day="13", last_day="14", grace_days="0")
    assert conference.promised(day("2024-04-14")) is None
    assert conference.promised(day("2024-04-15")) == day("2024-03-31")
    assert conference.promised(day("2024-07-14")) == day("2024-03-31")


def test_nothing_is_promised_of_what_is_not_followed_or_not_any_more() -> None:
    assert entry(followed_from="").promised(day("2024-06-20")) is None
    ended = entry(followed_until="2024-04-01")
    assert ended.promised(day("2026-11-27")) == day("2024-03-31")


@given(on=st.dates(day("2024-03-15"), day("2035-12-31")))
def test_what_is_promised_is_over_and_lies_two_months_and_a_half_back_at_most(on: datetime.date) -> None:
    promised = entry().promised(on)
    assert promised is not None
    assert promised < on
    assert (promised + datetime.timedelta(days=1)).day == 1
    assert (on - promised).days <= 31 + 28 + 15


@pytest.mark.parametrize(
    ("covered", "behind", "is_stale"),
    [
        ("2024-04-30", 0, False),
        ("2024-05-31", 0, False),
        ("2024-03-31", 1, True),
        ("2024-04-29", 1, True),
        ("2023-12-31", 4, True),
        (None, 4, True),
    ],
)
def test_coverage_is_compared_with_coverage(covered: str | None, behind: int, is_stale: bool) -> None:
    (found,) = freshness([entry()], {"nation": day(covered) if covered else None}, day("2024-05-20"))
    assert (found.months_behind, found.is_stale) == (behind, is_stale)
    assert ("stale by" in found.sentence()) == is_stale


def test_the_sentence_says_what_was_promised_and_what_is_covered() -> None:
    (found,) = freshness([entry()], {"nation": day("2024-03-31")}, day("2024-05-20"))
    assert found.sentence() == (
        "nation (Customs, figures of the month): promised up to 2024-04-30; the warehouse covers up to 2024-03-31: "
        "stale by 1 month"
    )


def published(settings: Settings, figures: str, months: str = "") -> Settings:
    """A published file with these rows and no others."""
    settings.warehouse_dir.mkdir()
    with duckdb.connect(str(settings.published_database)) as connection:
        connection.execute(
            "CREATE SCHEMA marts; CREATE SCHEMA metadata; "
            "CREATE TABLE marts.fct_figures (region_id VARCHAR, partner_id VARCHAR, "
            "commodity_id VARCHAR, measure VARCHAR, statistic VARCHAR, status VARCHAR, period_end DATE, "
            "published_date DATE); CREATE TABLE marts.mart_declared_months (reporter_id VARCHAR, flow VARCHAR, "
            "period_end DATE, is_current BOOLEAN)"
        )
        connection.execute(f"INSERT INTO marts.fct_figures VALUES {figures}")
        if months:
            connection.execute(f"INSERT INTO marts.mart_declared_months VALUES {months}")
    return settings


def test_only_whole_trade_that_a_document_states_of_a_period_that_is_over_covers_it(
    settings: Settings, tmp_path: Path
) -> None:
    rows = [
        "('CHN', 'WORLD', 'TOTAL', 'value', 'level', 'read', '2024-03-31', '2024-04-12')",
        "('CHN', 'USA', 'TOTAL', 'value', 'level', 'read', '2024-04-30', '2024-05-09')",
        "('CHN', 'WORLD', '8703', 'value', 'level', 'read', '2024-04-30', '2024-05-09')",
        "('CHN', 'WORLD', 'TOTAL', 'value', 'level', 'uncertain', '2024-04-30', '2024-05-09')",
        "('CHN', 'WORLD', 'TOTAL', 'value', 'level', 'read', '2024-12-31', '2024-04-12')",
        "('CN-XJ', 'WORLD', 'TOTAL', 'value', 'level', 'read', '2024-04-30', '2024-05-09')",
    ]
    calendar = write_calendar(tmp_path / "calendar.csv", {})
    compared = compared_with_calendar(
        published(settings, ", ".join(rows)).model_copy(update={"calendar": calendar}), day("2024-05-20")
    )
    assert compared.problem == ""
    assert [one.covered for one in compared.followed] == [day("2024-03-31")]
    assert len(compared.found) == 1


def test_declarations_cover_the_months_before_the_first_hole(settings: Settings, tmp_path: Path) -> None:
    months = [("2024-01-31", "export import"), ("2024-02-29", "export import"), ("2024-03-31", "export")]
    months += [("2024-04-30", "export import")]
    rows = [f"('CHN', '{flow}', '{end}', true)" for end, flows in months for flow in flows.split()]
    settings = published(
        settings,
        "('CHN', 'WORLD', 'TOTAL', 'value', 'level', 'read', '2030-03-31', '2030-04-12')",
        ", ".join([*rows, "('CHN', 'import', '2024-03-31', false)"]),
    )
    calendar = write_calendar(
        tmp_path / "calendar.csv",
        {"covered_by": "declarations"},
        {"entry_id": "later", "covered_by": "declarations", "followed_from": "2024-04-01"},
        {"entry_id": "elsewhere", "covered_by": "declarations", "region_id": "CN-XJ"},
    )
    compared = compared_with_calendar(settings.model_copy(update={"calendar": calendar}), day("2024-05-20"))
    assert {one.entry.entry_id: one.covered for one in compared.followed} == {
        "nation": day("2024-02-29"),
        "later": day("2024-04-30"),
        "elsewhere": None,
    }


def test_a_refresh_is_asked_for_at_noon_on_every_day_of_publication() -> None:
    assert cron_lines([entry(), entry(entry_id="other"), entry(first_day="18", last_day="18")]) == {
        "Asia/Shanghai": ["0 12 7-9 1,3,4,5,6,7,8,9,10,11,12 *", "0 12 18 1,3,4,5,6,7,8,9,10,11,12 *"]
    }


def test_the_calendar_of_the_project_is_read_and_promises_nothing_that_nobody_feeds() -> None:
    entries = read_calendar(Settings().calendar)
    assert {"china-preliminary", "china-press-conference", "china-detail", "china-declarations"} <= {
        one.entry_id for one in entries
    }
    assert [one.entry_id for one in entries if one.followed_from] == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"first_day": "31"}, "line 2, first_day"),
        ({"last_day": "6"}, "line 2: Value error, last_day is before first_day"),
        ({"timezone": "Beijing"}, "line 2, timezone"),
        ({"publication_months": "1 13"}, "line 2, publication_months"),
        ({"followed_from": "soon"}, "line 2, followed_from"),
        ({"covered_by": "rumours"}, "line 2, covered_by"),
    ],
)
def test_a_line_that_makes_no_sense_is_refused_with_its_place(
    changed: dict[str, str], told: str, settings: Settings, tmp_path: Path
) -> None:
    calendar = write_calendar(tmp_path / "calendar.csv", changed)
    with pytest.raises(CalendarUnreadable) as refused:
        read_calendar(calendar)
    assert told in str(refused.value)
    compared = compared_with_calendar(settings.model_copy(update={"calendar": calendar}), day("2024-05-20"))
    assert compared.followed == []
    assert told in compared.found[0]


def test_an_entry_stands_once_and_a_missing_calendar_is_told(tmp_path: Path) -> None:
    with pytest.raises(CalendarUnreadable, match="line 3, entry_id: nation stands on an earlier line"):
        read_calendar(write_calendar(tmp_path / "calendar.csv", {}, {}))
    with pytest.raises(CalendarUnreadable, match="cannot be read"):
        read_calendar(tmp_path / "none.csv")
