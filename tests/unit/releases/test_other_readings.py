"""What a doubt offers beside the likeliest reading: the period, partner or measure that the text around it has."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from orchestration.codes import CodeLists
from orchestration.figures import Figure
from orchestration.releases import other_readings
from orchestration.releases.reading import read_text

MONTH_AND_REMARK = (
    "3月，新疆出口51亿元，增长6.1%。\n\n今年第一季度，出口增长10.3%。\n\n对欧盟出口增长24.2%，对日本出口增长9.7%。"
)
#: How all doubts begin that an offer is made for.
BEGINNINGS = [
    *other_readings._OF_PERIOD, *other_readings._OF_NAMES, *other_readings._OF_FLOW, *other_readings._OF_MEASURE,
]  # fmt: skip


def _readings(text: str, printed: str, codes: CodeLists) -> list[Figure]:
    """The readings of the number that is printed so, the likeliest first."""
    reading = read_text(text, codes=codes, source_id="made", region_id="CN-XJ", published=datetime.date(2024, 4, 20))
    figures = {figure.figure_id: figure for figure in reading.figures}
    number = next(one for one in reading.numbers if one.printed == printed)
    return [figures[one] for one in number.figure_ids]


def test_a_period_in_doubt_may_be_that_with_which_the_text_began(codes: CodeLists) -> None:
    likeliest, other = _readings(MONTH_AND_REMARK, "24.2%", codes)
    assert (likeliest.period_start, likeliest.period_end) == (datetime.date(2024, 1, 1), datetime.date(2024, 3, 31))
    assert (other.period_start, other.period_end) == (datetime.date(2024, 3, 1), datetime.date(2024, 3, 31))
    assert (other.comparison_start, other.comparison_end) == (datetime.date(2023, 3, 1), datetime.date(2023, 3, 31))


def test_what_is_offered_is_uncertain_and_an_alternative_to_the_likeliest(codes: CodeLists) -> None:
    likeliest, other = _readings(MONTH_AND_REMARK, "24.2%", codes)
    assert {one.status for one in (likeliest, other)} == {"uncertain"}
    assert {one.alternatives_id for one in (likeliest, other)} == {likeliest.figure_id}
    assert (other.value, other.partner_id, other.quote) == (likeliest.value, "EU", likeliest.quote)


def test_nothing_is_offered_beside_what_is_read(codes: CodeLists) -> None:
    assert [one.status for one in _readings(MONTH_AND_REMARK, "6.1%", codes)] == ["read"]


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_each_offer_is_for_a_doubt_that_the_reader_has(beginning: str) -> None:
    here = Path(other_readings.__file__)
    sources = [path.read_text(encoding="utf-8") for path in here.parent.glob("*.py") if path != here]
    assert any(f'"{beginning}' in source for source in sources)
