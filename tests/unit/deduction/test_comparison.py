"""A document beside others: restated levels, growth over the published base, days between; slips; what comes first."""

from __future__ import annotations

from decimal import Decimal

import pytest

from orchestration.deduction import days_between_documents, known_bases, known_levels, most_interesting
from orchestration.deduction.slips import fitting_slips
from tests.unit.deduction.made import QUARTER, between, find, say, solved, source, structure

BEFORE = ("2022-01-01", "2022-03-31")
FOUR_MONTHS = ("2023-01-01", "2023-04-30")
EARLIER = source("earlier", "2022-04-20")


def known(*figures: tuple[str, str, tuple[str, str]], of: str = "earlier", published: str = "2022-04-20") -> list:  # type: ignore[type-arg]
    said = [say(statistic, printed, period=period, source_id=of) for statistic, printed, period in figures]
    return list(solved(*said, sources=[source(of, published)]).figures())


def test_a_level_that_another_document_has_otherwise_is_restated() -> None:
    own = list(solved(say("level", "68.07"), say("growth", "80.3")).figures())
    (base,) = known_levels(own, known(("level", "40.00", BEFORE)))
    assert base.own.period.start.year == 2022
    assert not base.revision.is_explained_by_rounding
    assert base.revision.first_document_id == "earlier"
    assert round(base.revision.change_low_pct or 0, 1) == Decimal("-5.7")


def test_a_level_that_rounding_explains_agrees() -> None:
    own = list(solved(say("level", "68.07"), say("growth", "80.3")).figures())
    (base,) = known_levels(own, known(("level", "37.8", BEFORE)))
    assert base.revision.is_explained_by_rounding


def test_of_several_documents_the_last_before_is_compared_and_else_the_first_after() -> None:
    own = list(solved(say("level", "68.07")).figures())
    later = known(("level", "68.0", QUARTER), of="later", published="2024-04-20")
    latest = known(("level", "67.0", QUARTER), of="latest", published="2025-04-20")
    first = known(("level", "66.0", QUARTER), of="first", published="2023-04-10")
    assert [one.known.document_id for one in known_levels(own, [*latest, *later])] == ["later"]
    assert [one.known.document_id for one in known_levels(own, [*latest, *later, *first])] == ["first"]
    (after,) = known_levels(own, later)
    assert after.revision.latest_document_id == "later"


def test_growth_is_told_over_the_base_as_it_was_published() -> None:
    deduction = solved(say("level", "68.07"), say("growth", "80.3"))
    (base,) = known_bases(deduction, known(("level", "40.00", BEFORE)))
    assert (round(base.growth_low, 1), round(base.growth_high, 1)) == (Decimal("70.1"), Decimal("70.2"))
    assert not base.is_explained_by_rounding
    (base,) = known_bases(deduction, known(("level", "37.76", BEFORE)))
    assert base.is_explained_by_rounding


def test_a_base_that_was_published_the_same_day_is_not_one_of_a_year_before() -> None:
    deduction = solved(say("level", "68.07"), say("growth", "80.3"))
    assert not list(known_bases(deduction, known(("level", "40.00", BEFORE), published="2023-04-19")))


def test_the_days_between_two_documents_are_bounded() -> None:
    own = list(solved(say("level", "94.95", period=FOUR_MONTHS), sources=[source(published="2023-05-19")]).figures())
    others = known(("level", "68.07", QUARTER), published="2023-04-19")
    ((april, derivation),) = days_between_documents(own, others, structure())
    assert between(april, "26.87", "26.89", scale="1e9")
    assert derivation.rule == "spans"


def test_nothing_is_told_between_documents_that_are_known_already() -> None:
    own = list(solved(say("level", "44.4", period=("2023-01-01", "2023-02-28"))).figures())
    others = known(("level", "94.95", FOUR_MONTHS)) + known(("level", "68.07", QUARTER), of="other")
    told = [figure.period for figure, _ in days_between_documents(own, others, structure())]
    assert all(period.start.month == 3 for period in told)
    assert told


@pytest.mark.parametrize(
    ("printed", "low", "high", "slips"),
    [
        pytest.param("86.07", "68.04e9", "68.11e9", ["68.07e9"], id="neighbours exchanged"),
        pytest.param("68.87", "68.06e9", "68.08e9", ["68.07e9"], id="one digit"),
        pytest.param("68.87", "11e9", "12e9", [], id="no slip fits"),
        pytest.param("68.87", "60e9", "70e9", [], id="too many fit"),
        pytest.param("68.87", "60e9", None, [], id="bounded on one side only"),
    ],
)
def test_a_slip_that_would_fit_is_found(printed: str, low: str, high: str | None, slips: list[str]) -> None:
    found = fitting_slips(say("level", printed), Decimal(low), Decimal(high) if high else None)
    assert list(found) == list(map(Decimal, slips))


def test_what_fell_while_the_whole_grew_comes_first_and_nothing_printed_is_told() -> None:
    deduction = solved(
        say("level", "68.07"),
        say("growth", "80.3"),
        say("level", "65.01", ownership="private"),
        say("growth", "94.2", ownership="private"),
    )
    figures = list(deduction.figures())
    told = most_interesting(figures, printed=deduction.printed())
    rest = find(figures, "growth", ownership_id="ALL~private")
    growths = [figure for figure in told if figure.statistic == "growth"]
    assert growths[0].deduced_id == rest.deduced_id
    assert rest.high is not None and rest.high < 0
    assert not {figure.deduced_id for figure in told} & deduction.printed()
