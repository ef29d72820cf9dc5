"""Verdicts, conflicts, and which whole would fit a share that contradicts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bench.planted_errors import measure
from bench.worlds import AS_RELEASES, VARIED
from orchestration.figures import Figure
from tests.unit.deduction.made import checks, find, say, solved


def verdicts(*figures: Figure) -> list[str]:
    found = checks(*figures)
    return [found[figure.figure_id].verdict for figure in figures]


def test_what_nothing_else_determines_is_undetermined() -> None:
    assert verdicts(say("level", "68.07"), say("growth", "80.3")) == ["undetermined"] * 2


def test_what_agrees_within_its_digits_is_consistent() -> None:
    figures = [say("level", "44.4"), say("level", "38.15", flow="export"), say("level", "6.24", flow="import")]
    assert verdicts(*figures) == ["consistent"] * 3
    total = checks(*figures)[figures[0].figure_id]
    assert (total.rule, total.implied_low, total.implied_high) == ("flows", 44380000000, 44400000000)
    assert total.distance_in_last_digits == 0


def test_a_part_below_its_whole_says_nothing_of_it() -> None:
    assert verdicts(say("level", "68.07"), say("level", "65.01", ownership="private")) == ["undetermined"] * 2


def test_what_only_another_statement_of_itself_determines() -> None:
    over, exact = (
        say("share", "90", qualifier="over", ownership="private", reference="ownership=ALL"),
        say("share", "95.5", ownership="private", reference="ownership=ALL"),
    )
    assert verdicts(over, exact) == ["consistent", "undetermined"]


def test_counts_of_two_sorts_under_one_measure_do_not_contradict() -> None:
    traders = say("level", "10700", measure="enterprises", unit="enterprises", flow="")
    growing = say("level", "6293", measure="enterprises", unit="enterprises", flow="")
    deduction = solved(traders, growing)
    assert deduction.conflicts == [] and list(deduction.figures()) == []
    registered = [
        say("level", printed, measure="registered_enterprises", unit="enterprises", flow="")
        for printed in ("10700", "6293")
    ]
    assert len(solved(*registered).conflicts) == 1


def test_two_files_that_say_the_same_are_one_statement() -> None:
    figures = [say("level", "68.07"), say("level", "68.07", source_id="made", trade_mode="ALL", partner="WORLD")]
    assert {check.verdict for check in checks(*figures).values()} == {"undetermined"}
    assert len(checks(*figures)) == 2


def test_three_numbers_that_cannot_all_hold() -> None:
    figures = [say("level", "50"), say("level", "38.15", flow="export"), say("level", "6.24", flow="import")]
    deduction = solved(*figures)
    (conflict,) = deduction.conflicts
    ids = {figure.figure_id for figure in figures}
    assert [set(one) for one in conflict.minimal_sets] == [ids]
    assert set(conflict.culprits) == ids  # any one of them may be wrong
    total = next(check for check in deduction.checks() if check.figure_id == figures[0].figure_id)
    assert (total.verdict, total.implied_low, total.implied_high) == ("inconsistent", 44380000000, 44400000000)
    assert total.distance_in_last_digits == Decimal("5.10")  # 49.5 less 44.4 billion, printed in billions


def test_a_headline_that_its_own_shares_contradict() -> None:
    """Two ways give 100: so the headline is wrong, and everything else stands."""
    headline = say("level", "110.0")
    sound = [
        say("level", "25.00", partner="KAZ"),
        say("share", "25.0", partner="KAZ", reference="partner=WORLD"),
        say("level", "60.00", flow="export"),
        say("level", "40.00", flow="import"),
    ]
    deduction = solved(headline, *sound)
    (conflict,) = deduction.conflicts
    assert conflict.culprits == (headline.figure_id,)
    assert len(conflict.minimal_sets) == 2
    found = {check.figure_id: check for check in deduction.checks()}
    assert found[headline.figure_id].verdict == "inconsistent"
    assert found[headline.figure_id].is_culprit
    assert {found[figure.figure_id].verdict for figure in sound} == {"consistent"}
    # What is deduced rests on the others.
    level = find(deduction.figures(), "level", start="2023-01-01")
    assert level.high is not None and level.high < 101 * 10**9


def test_two_errors_are_two_conflicts() -> None:
    first = [say("level", "50"), say("level", "38.15", flow="export"), say("level", "6.24", flow="import")]
    second = [
        say(one.statistic, one.quote or printed, flow=one.flow, region="CN-GX")
        for one, printed in zip(first, ("50", "38.15", "6.24"), strict=True)
    ]
    conflicts = solved(*first, *second).conflicts
    assert len(conflicts) == 2
    assert all(len(one.minimal_sets) == 1 and len(one.culprits) == 3 for one in conflicts)


def test_differences_of_printed_numbers_are_not_accused() -> None:
    """80.34 and 4.86 are printed as 80.3 and 4.9: their true gap is 75.48, the gap of the printed ones 75.4."""
    figures = [say("growth", "80.34"), say("growth", "4.86", region="CHN")]
    assert "inconsistent" not in verdicts(*figures, say("growth_gap", "75.4", reference="region=CHN"))
    assert "inconsistent" in verdicts(*figures, say("growth_gap", "75.1", reference="region=CHN"))


def goods(commodity: str, printed: str) -> Figure:
    return say("level", printed, commodity=commodity, flow="export")


def test_a_share_of_exports_read_as_one_of_all_trade() -> None:
    share = say(
        "share",
        "84",
        commodity="ELECTROMECHANICAL+LABOUR_INTENSIVE",
        flow="export",
        reference="commodity=TOTAL;flow=total",
    )
    figures = [goods("LABOUR_INTENSIVE", "30.17"), goods("ELECTROMECHANICAL", "18.95"), say("level", "68.07")]
    unknown = checks(*figures, share)[share.figure_id]
    assert (unknown.verdict, unknown.implied_low) == ("inconsistent", Decimal("72.141020"))
    assert "commodity=TOTAL" in unknown.fitting_wholes  # exports of 58.1 to 58.8 billion would be less than all trade
    known = checks(*figures, share, say("level", "58.4", flow="export"))[share.figure_id]
    assert known.fitting_wholes == ("commodity=TOTAL",)


def test_a_wrong_rank() -> None:
    figures = [
        say("rank", "1", partner="KAZ", reference="partner=WORLD;ranked_by=level"),
        say("rank", "2", partner="KGZ", reference="partner=WORLD;ranked_by=level"),
        say("level", "10", partner="KAZ"),
        say("level", "30", partner="KGZ"),
    ]
    assert verdicts(*figures)[1:] == ["inconsistent"] * 3
    assert "inconsistent" not in verdicts(*figures[:3], say("level", "5", partner="KGZ"))


def test_a_count_that_the_named_regions_exceed() -> None:
    figures = [say("growth", "150.6", region="652700"), say("growth", "134.5", region="653000")]
    count = say("level", "1", measure="doubling_regions", unit="prefectures", flow="")
    assert checks(*figures, count)[count.figure_id].verdict == "inconsistent"


@pytest.mark.parametrize(("kinds", "statements"), [(AS_RELEASES, 50), (VARIED, 40)])
@pytest.mark.parametrize(("error", "found", "named"), [("digit", 0.95, 0.9), ("swapped", 0.9, 0.75)])
def test_planted_errors_are_found(
    kinds: tuple[str, ...], statements: int, error: str, found: float, named: float
) -> None:
    """Of the errors that the other figures show at all; measured with more releases in bench/planted_errors.py."""
    rates = measure(error, 25, statements, kinds)
    assert rates["visible"] >= 8
    assert rates["found visible"] >= found * rates["visible"]
    assert rates["named visible"] >= named * rates["visible"]


def test_shares_of_a_wrong_whole_are_found() -> None:
    rates = measure("whole", 60, 30, ("level", "share", "level and growth"))
    assert rates["visible"] >= 3
    assert rates["found visible"] >= 0.9 * rates["visible"]
