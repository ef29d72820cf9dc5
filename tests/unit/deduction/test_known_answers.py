"""What the real releases in raw/ imply, computed by hand before the engine was written."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import cache

from orchestration.codes import CodeLists
from orchestration.deduction import Check, DeducedFigure, DocumentDeduction, across_vintages, deduce, revisions
from orchestration.figures import Figure
from orchestration.releases.folder import Release, find_releases, read_release
from orchestration.settings import PROJECT_DIR
from orchestration.sheets import read_sheets
from orchestration.sources import Source
from tests.unit.deduction.made import between, find, say, solved, source, structure

BILLION = "1000000000"
#: The first file of the document, in the order of names: the digest of the release that the sheet was keyed from.
QUARTER = "xinjiang-2023-first-quarter-digest"
DOUBLED = {"654000", "654200", "650500", "650200", "652700", "653000", "653100"}
NAMED = DOUBLED | {"653200", "652800"}


@cache
def material() -> tuple[tuple[Figure, ...], tuple[Source, ...]]:
    """Every figure of raw/ with its sources."""
    codes = CodeLists(PROJECT_DIR / "dbt_project" / "seeds")
    sheets = read_sheets(PROJECT_DIR / "raw" / "sheets", codes)
    figures, sources = list(sheets.figures), list(sheets.sources)
    for file in find_releases(PROJECT_DIR / "raw" / "releases", reader_key="").files:
        release = read_release(file, codes)
        assert isinstance(release, Release), release
        figures += release.figures
        sources.append(release.source)
    return tuple(figures), tuple(sources)


@cache
def deductions() -> dict[str, DocumentDeduction]:
    return {one.document.document_id: one for one in deduce(*material(), structure())}


@cache
def figures_of(document_id: str) -> tuple[DeducedFigure, ...]:
    return tuple(deductions()[document_id].figures())


@cache
def everything() -> tuple[DeducedFigure, ...]:
    return tuple(figure for document_id in deductions() for figure in figures_of(document_id))


def check_of(document_id: str, **columns: object) -> Check:
    """The verdict on the one statement of a document with these columns."""
    stated = {
        figure.figure_id
        for figure in material()[0]
        if all(getattr(figure, name) == value for name, value in columns.items())
    }
    found = [check for check in deductions()[document_id].checks() if check.figure_id in stated]
    assert len({(check.verdict, check.implied_low, check.implied_high) for check in found}) == 1, found
    return found[0]


def test_nothing_in_raw_is_accused() -> None:
    verdicts = Counter(check.verdict for one in deductions().values() for check in one.checks())
    assert verdicts["inconsistent"] == 0
    assert verdicts["consistent"] > 100
    assert not any(one.conflicts for one in deductions().values())


def test_every_usable_figure_of_raw_has_a_verdict() -> None:
    judged = {check.figure_id for one in deductions().values() for check in one.checks()}
    left_out = {figure for figure in material()[0] if figure.figure_id not in judged}
    assert {figure.status for figure in left_out} <= {"read", "uncertain", "unread"}
    assert all(figure.ownership_id == "UNMAPPED" for figure in left_out if figure.status == "read")


def test_base_of_the_first_quarter() -> None:
    base = find(figures_of(QUARTER), "level", start="2022-01-01")
    assert between(base, "37.7405", "37.7670", scale=BILLION)


def test_exports_and_imports_follow_from_the_share_of_two_groups_of_goods() -> None:
    # 84 percent of the exports are 30.17 + 18.95 billion; the 58.12 is 58.118 rounded.
    exports = find(figures_of(QUARTER), "level", flow="export", start="2023-01-01")
    imports = find(figures_of(QUARTER), "level", flow="import", start="2023-01-01")
    assert between(exports, "58.12", "58.84", scale=BILLION)
    assert between(imports, "9.2", "10.0", scale=BILLION)


def test_share_changes_agree_with_what_is_printed() -> None:
    central_asia = check_of(QUARTER, statistic="share_change", partner_id="CENTRAL_ASIA_FIVE")
    private = check_of(QUARTER, statistic="share_change", ownership_id="private", value=Decimal("6.8"))
    for check, expected in ((central_asia, Decimal("1.78")), (private, Decimal("6.84"))):
        assert check.verdict == "consistent"
        assert check.implied_low is not None and check.implied_high is not None
        assert check.implied_low <= expected <= check.implied_high
        assert check.implied_high - check.implied_low < Decimal("0.2")


def test_the_share_of_the_belt_and_road_fell() -> None:
    change = find(figures_of(QUARTER), "share_change", partner_id="BELT_AND_ROAD_ALONG")
    assert between(change, "-1.54", "-1.43")


def test_private_enterprises_contributed_more_than_all_growth_and_the_others_shrank() -> None:
    contribution = find(figures_of(QUARTER), "contribution", ownership_id="private")
    assert between(contribution, "83.5", "83.6")
    others = find(figures_of(QUARTER), "growth", ownership_id="ALL~private")
    assert between(others, "-29", "-28")


def test_unit_values_follow_from_value_and_quantity() -> None:
    expected = {"METAL_ORES": "15.6", "COPPER_UNWROUGHT": "-2.4", "COAL": "0.4", "BARLEY": "13.1", "WHEAT": "30.7"}
    for commodity, growth in expected.items():
        unit_value = find(figures_of(QUARTER), "growth", commodity_id=commodity, flow="import", measure="unit_value")
        assert unit_value.low is not None and unit_value.high is not None
        assert round((unit_value.low + unit_value.high) / 2, 1) == Decimal(growth)


def test_the_nation_grew_by_almost_five_percent() -> None:
    nation = find(figures_of(QUARTER), "growth", region_id="CHN")
    # 80.3 less 75.5; wider than their digits, as the gap may be the difference of printed numbers.
    assert between(nation, "4.65", "4.95")


def test_the_seven_doublings_are_those_printed_above_a_hundred() -> None:
    growths = {
        figure.series.region_id: figure
        for figure in figures_of(QUARTER)
        if figure.statistic == "growth" and figure.series.region_id in structure().peers("CN-XJ", figure.period)
    }
    assert len(growths) == 14
    surely = {region for region, one in growths.items() if one.low is not None and one.low >= 100}
    possibly = {region for region, one in growths.items() if one.high is None or one.high > Decimal("100.001")}
    assert surely == possibly == DOUBLED
    # So nobody outside the printed top five exceeds its last, 150.6.
    top_five = sorted(DOUBLED, key=lambda region: growths[region].low or 0, reverse=True)[:5]
    assert all((growths[region].high or 999) < Decimal("150.6") for region in growths.keys() - set(top_five))


def test_one_growing_prefecture_is_not_named_and_did_not_double() -> None:
    unnamed = "+".join(sorted(set(structure().peers("CN-XJ", everything()[0].period)) - NAMED))
    growing = find(figures_of(QUARTER), "level", region_id=unnamed, flow="", measure="growing_regions")
    doubling = find(figures_of(QUARTER), "level", region_id=unnamed, flow="", measure="doubling_regions")
    assert (growing.low, growing.high) == (1, 1)
    assert (doubling.low, doubling.high) == (0, 0)


def test_april_is_four_months_less_the_first_quarter() -> None:
    between_releases = dict(across_vintages(everything(), structure()))
    april = find(between_releases, "level", start="2023-04-01", end="2023-04-30")
    assert between(april, "26.87", "26.89", scale=BILLION)
    assert april.is_across_vintages
    assert between_releases[april].rule == "spans"


def test_eleven_months_of_2023_are_known_in_two_ways_that_agree() -> None:
    eleven = {"start": "2023-01-01", "end": "2023-11-30"}
    implied = find(figures_of("xinjiang-2024-first-eleven-months-digest"), "level", **eleven)
    subtracted = find(figures_of("xinjiang-2023-year"), "level", **eleven)
    assert between(implied, "318.6", "321.2", scale=BILLION)
    assert between(subtracted, "319.89", "319.91", scale=BILLION)
    (revision,) = (
        one
        for one in revisions(everything())
        if str(one.period.end) == "2023-11-30" and one.series.region_id == "CN-XJ" and one.series.unit == "CNY"
    )
    assert revision.is_explained_by_rounding


def test_nine_months_of_2023_were_restated() -> None:
    (revision,) = (one for one in revisions(everything()) if not one.is_explained_by_rounding)
    assert (str(revision.period.start), str(revision.period.end)) == ("2023-01-01", "2023-09-30")
    assert revision.change_high_pct is not None and revision.change_low_pct is not None
    assert -2 < revision.change_low_pct < revision.change_high_pct < Decimal("-0.7")


def test_the_first_two_months_add_up() -> None:
    total = check_of(
        "xinjiang-2023-first-two-months-digest", statistic="level", flow="total", ownership_id="ALL", unit="CNY"
    )
    assert (total.verdict, total.rule) == ("consistent", "flows")
    assert (total.implied_low, total.implied_high) == (Decimal("44380000000"), Decimal("44400000000"))


def test_the_base_of_2023() -> None:
    base = find(figures_of("xinjiang-2023-year"), "level", start="2022-01-01", end="2022-12-31")
    assert between(base, "244.83", "245.00", scale=BILLION)


def test_a_list_of_the_fastest_bounds_all_others() -> None:
    # raw/ has no figures for "trade grew fastest in …": the words would be five ranks by growth.
    growths = {"654000": "198.4", "654200": "183.6", "650500": "179.4", "650200": "163.3", "652700": "150.6"}
    figures = [say("growth", printed, region=region) for region, printed in growths.items()]
    figures += [
        say("rank", str(place), region=region, reference="region=CN-XJ;ranked_by=growth")
        for place, region in enumerate(growths, start=1)
    ]
    others = set(structure().peers("CN-XJ", everything()[0].period)) - growths.keys()
    deduced = list(solved(*figures, sources=[source()]).figures())
    for region in others:
        assert between(find(deduced, "growth", region_id=region), "-100", "150.65")
