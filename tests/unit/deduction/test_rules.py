"""Each rule alone: what two or three numbers imply by it, and what they do not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from orchestration.deduction import Derivation
from tests.unit.deduction.made import between, find, say, solved, source

BILLION = "1000000000"
DeducedLevel = tuple[str, Decimal | None]


def rules(*derivations: Derivation) -> set[str]:
    return {one.rule for one in derivations}


def test_growth_gives_the_base() -> None:
    deduction = solved(say("level", "68.07"), say("growth", "80.3"))
    base = find(deduction.figures(), "level", start="2022-01-01")
    assert between(base, "37.7405", "37.7670", scale=BILLION)
    assert base.origin == "computed"


def test_growth_between_other_spans_than_years() -> None:
    march = ("2023-03-01", "2023-03-31")
    deduction = solved(
        say("level", "22", period=march), say("growth", "10", period=march, before=("2023-02-01", "2023-02-28"))
    )
    february = find(deduction.figures(), "level", start="2023-02-01")
    assert between(february, "19.46", "20.55", scale=BILLION)  # 21.5 / 1.105 … 22.5 / 1.095


def test_ratio_to_a_span_before_is_one_plus_growth() -> None:
    deduction = solved(say("ratio", "2.5", unit="times", before=("2022-01-01", "2022-03-31")))
    assert between(find(deduction.figures(), "growth"), "145", "155")


def test_change_gives_the_base_and_the_growth() -> None:
    deduction = solved(say("level", "30"), say("change", "10"))
    assert between(find(deduction.figures(), "level", start="2022-01-01"), "18.5", "21.5", scale=BILLION)
    growth = find(deduction.figures(), "growth")
    assert growth.low is not None and growth.high is not None and growth.low < 50 < growth.high


def test_share_gives_the_part_and_the_whole() -> None:
    part = solved(say("level", "100"), say("share", "25", partner="KAZ", reference="partner=WORLD"))
    assert between(find(part.figures(), "level", partner_id="KAZ"), "24.38", "25.63", scale=BILLION)
    whole = solved(say("level", "25", partner="KAZ"), say("share", "25", partner="KAZ", reference="partner=WORLD"))
    assert between(find(whole.figures(), "level"), "96.1", "104.1", scale=BILLION)


def test_share_change_gives_the_share_before() -> None:
    columns = {"partner": "KAZ", "reference": "partner=WORLD"}
    deduction = solved(say("share", "25.0", **columns), say("share_change", "2.0", **columns))
    before = find(deduction.figures(), "share", partner_id="KAZ", start="2022-01-01")
    assert between(before, "22.85", "23.15")


def test_share_change_follows_from_two_growths() -> None:
    figures = [say("growth", "80.3"), say("growth", "84.5", partner="CENTRAL_ASIA_FIVE")]
    share = say("share", "78.1", partner="CENTRAL_ASIA_FIVE", reference="partner=WORLD")
    change = find(solved(*figures, share).figures(), "share_change", partner_id="CENTRAL_ASIA_FIVE")
    assert change.low is not None and change.high is not None
    assert change.low < Decimal("1.778") < change.high  # 78.1 × (1 − 1.803 / 1.845)
    assert change.high - change.low < Decimal("0.2")


def test_gap_gives_the_growth_of_another_region() -> None:
    deduction = solved(say("growth", "80.3"), say("growth_gap", "75.5", reference="region=CHN"))
    assert between(find(deduction.figures(), "growth", region_id="CHN"), "4.65", "4.95")


def test_contribution_in_points_gives_the_change_of_the_part() -> None:
    figures = [say("level", "110"), say("growth", "10.0"), say("level", "20", partner="KAZ")]
    contribution = say("contribution", "5.0", partner="KAZ", reference="partner=WORLD")
    base = find(solved(*figures, contribution).figures(), "level", partner_id="KAZ", start="2022-01-01")
    assert between(base, "14.4", "15.6", scale=BILLION)


def test_contribution_in_percent_is_a_part_of_the_change() -> None:
    figures = [say("level", "110"), say("growth", "10.0"), say("level", "20", partner="KAZ")]
    contribution = say("contribution", "50", unit="percent", partner="KAZ", reference="partner=WORLD")
    base = find(solved(*figures, contribution).figures(), "level", partner_id="KAZ", start="2022-01-01")
    assert base.low is not None and base.high is not None
    assert 14 * 10**9 < base.low < 15 * 10**9 < base.high < 16 * 10**9


def test_contribution_follows_from_levels_and_growths() -> None:
    figures = [say("level", "68.07"), say("growth", "80.3")]
    figures += [say("level", "65.01", ownership="private"), say("growth", "94.2", ownership="private")]
    contribution = find(solved(*figures).figures(), "contribution", ownership_id="private")
    assert between(contribution, "83.5", "83.6")


@pytest.mark.parametrize(
    ("stated", "missing", "low", "high"),
    [
        ({"export": "60", "import": "10"}, "total", "69", "71"),
        ({"total": "70", "import": "10"}, "export", "59", "61"),
        ({"total": "70", "export": "60"}, "import", "9", "11"),
        ({"total": "70", "balance": "50"}, "export", "59.5", "60.5"),
        ({"total": "70", "balance": "50"}, "import", "9", "11"),
        ({"import": "10", "balance": "50"}, "export", "59", "61"),
    ],
)
def test_flows(stated: dict[str, str], missing: str, low: str, high: str) -> None:
    deduction = solved(*(say("level", printed, flow=flow) for flow, printed in stated.items()))
    assert between(find(deduction.figures(), "level", flow=missing), low, high, scale=BILLION)


def test_a_joint_subject_is_the_sum_of_its_members() -> None:
    figures = [say("level", "30", commodity="LABOUR_INTENSIVE", flow="export")]
    both = say("level", "49", commodity="ELECTROMECHANICAL+LABOUR_INTENSIVE", flow="export")
    other = find(solved(*figures, both).figures(), "level", commodity_id="ELECTROMECHANICAL", flow="export")
    assert between(other, "18", "20", scale=BILLION)


def test_groups_that_share_members_are_not_added() -> None:
    both = say("level", "49", commodity="ELECTROMECHANICAL+NEW_THREE", flow="export")
    figures = solved(both, say("level", "30", commodity="NEW_THREE", flow="export")).figures()
    assert not [one for one in figures if one.series.commodity_id == "ELECTROMECHANICAL"]


def test_the_rest_of_a_whole() -> None:
    figures = [say("level", "68.07"), say("level", "65.01", ownership="private")]
    rest = find(solved(*figures).figures(), "level", ownership_id="ALL~private")
    assert between(rest, "3.05", "3.07", scale=BILLION)


def test_a_part_is_at_most_its_whole() -> None:
    growth = [say("growth", "10", partner="KAZ"), say("level", "50")]
    assert between(
        find(solved(*growth).figures(), "level", partner_id="KAZ", start="2023-01-01"), "0", "50.5", scale=BILLION
    )


def test_ownerships_are_a_partition_since_2013() -> None:
    def stated(year: str) -> list[DeducedLevel]:
        period = (f"{year}-01-01", f"{year}-03-31")
        shares = {"private": "60", "foreign-invested": "20", "state-owned": "15"}
        figures = [say("level", printed, ownership=one, period=period) for one, printed in shares.items()]
        published = source(published=f"{year}-04-19")
        deduction = solved(*figures, say("level", "100", period=period), sources=[published])
        return [(one.series.ownership_id, one.low) for one in deduction.figures() if one.statistic == "level"]

    assert "other" in dict(stated("2023"))
    assert "other" not in dict(stated("2012"))


def test_a_group_holds_its_members_while_they_are_members() -> None:
    def bound(member: str, group: str) -> Decimal | None:
        figures = [say("level", "50"), say("level", "20", partner=group), say("growth", "5", partner=member)]
        return find(solved(*figures).figures(), "level", partner_id=member, start="2023-01-01").high

    assert bound("KAZ", "CENTRAL_ASIA_FIVE") == Decimal("20.5") * 10**9
    assert bound("CENTRAL_ASIA_FIVE", "BELT_AND_ROAD_ALONG") == Decimal("20.5") * 10**9
    assert bound("GBR", "EU") == Decimal("50.5") * 10**9  # left in 2020


def test_the_days_between_two_spans_of_one_document() -> None:
    eleven, november = ("2018-01-01", "2018-11-30"), ("2018-11-01", "2018-11-30")
    figures = [say("level", "1748.37", period=eleven), say("growth", "7.4", period=eleven)]
    figures += [say("level", "179.37", period=november), say("growth", "14.4", period=november)]
    deduction = solved(*figures)
    ten = find(deduction.figures(), "level", start="2018-01-01", end="2018-10-31")
    assert between(ten, "1568.99", "1569.01", scale=BILLION)
    growth = find(deduction.figures(), "growth", end="2018-10-31")
    assert between(growth, "6.6", "6.7")


def test_unit_value_of_levels() -> None:
    oil = {"commodity": "CRUDE_OIL", "flow": "import"}
    figures = [
        say("level", "67.548", measure="quantity", unit="tonne", scale="million", **oil),
        say("level", "3470.8", measure="unit_value", unit="CNY/tonne", **oil),
    ]
    value = find(solved(*figures).figures(), "level", commodity_id="CRUDE_OIL", flow="import")
    assert between(value, "234.44", "234.45", scale=BILLION)


def test_unit_value_of_growths() -> None:
    wheat = {"commodity": "WHEAT", "flow": "import"}
    figures = [say("growth", "333.9", **wheat), say("growth", "232", measure="quantity", **wheat)]
    price = find(solved(*figures).figures(), "growth", commodity_id="WHEAT", flow="import", measure="unit_value")
    assert between(price, "30.5", "30.9")


def test_growths_in_two_currencies_have_two_prices() -> None:
    wheat = {"commodity": "WHEAT", "flow": "import"}
    figures = [
        say("growth", "30.0", **wheat),
        say("growth", "20.0", reference="unit=USD", **wheat),
        say("growth", "10.0", measure="quantity", **wheat),
        say("growth", "18.2", measure="unit_value", **wheat),
    ]
    assert not solved(*figures).conflicts


def test_a_rank_among_some_says_nothing_of_others() -> None:
    figures = [say("rank", "1", partner="KAZ", reference="partner=CENTRAL_ASIA_FIVE;ranked_by=level")]
    figures += [say("level", "10", partner="KAZ"), say("level", "30", partner="USA")]
    assert not solved(*figures).conflicts


def test_ranks_order_levels() -> None:
    figures = [
        say("rank", str(place), partner=partner, reference="partner=WORLD;ranked_by=level")
        for place, partner in enumerate(("KAZ", "KGZ", "TJK"), start=1)
    ]
    figures += [say("level", "30", partner="KAZ"), say("level", "10", partner="TJK"), say("growth", "5", partner="DEU")]
    deduced = list(solved(*figures).figures())
    assert between(find(deduced, "level", partner_id="KGZ"), "9.5", "30.5", scale=BILLION)
    # Germany is not in the list, so it has at most what the third has.
    assert between(find(deduced, "level", partner_id="DEU", start="2023-01-01"), "0", "10.5", scale=BILLION)


def test_a_list_with_a_gap_bounds_nobody_outside() -> None:
    ranks = [say("rank", "2", partner="KGZ", reference="partner=WORLD;ranked_by=level")]
    figures = [*ranks, say("level", "10", partner="KGZ"), say("growth", "5", partner="DEU")]
    assert not [
        one for one in solved(*figures).figures() if one.series.partner_id == "DEU" and one.statistic == "level"
    ]


def test_once_all_that_grew_are_named_the_others_did_not() -> None:
    named = {"650100": "10", "653100": "5"}
    figures = [say("growth", printed, region=region) for region, printed in named.items()]
    count = say("level", "2", measure="growing_regions", unit="prefectures", flow="")
    others = [one for one in solved(*figures, count).figures() if one.series.region_id == "654000"]
    assert [(one.low, one.high) for one in others if one.statistic == "growth"] == [(-100, 0)]


def test_who_may_have_grown_must_have_where_all_are_needed() -> None:
    count = say("level", "14", measure="growing_regions", unit="prefectures", flow="")
    figures = solved(count, say("growth", "5", region="650100")).figures()
    assert between(find(figures, "growth", region_id="654000"), "0", None)


def test_every_rule_is_named_in_a_derivation() -> None:
    deduction = solved(say("level", "68.07"), say("growth", "80.3"), say("level", "65.01", ownership="private"))
    assert rules(*deduction.derivations()) >= {"stated", "growth", "parts", "share"}


def test_derivations_lead_to_stated_figures() -> None:
    level, growth = say("level", "68.07"), say("growth", "80.3")
    deduction = solved(level, growth)
    steps = {one.step_id: one for one in deduction.derivations()}
    base = find(deduction.figures(), "level", start="2022-01-01")
    for step in (one for one in steps.values() if one.deduced_id == base.deduced_id):
        assert step.rule == "growth"
        stated = {figure_id for one in step.inputs for figure_id in (steps[one].inputs if one in steps else (one,))}
        assert stated == {level.figure_id, growth.figure_id}
        assert (step.after_low, step.after_high) != (step.before_low, step.before_high)
