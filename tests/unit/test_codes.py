"""The code lists: that they agree with one another, and how stated names become codes."""

from __future__ import annotations

import csv
import datetime
from collections import Counter

import pytest

from orchestration.codes import LISTS, CodeLists, normalised
from orchestration.figures import FLOWS, UNMAPPED, WHOLE
from orchestration.settings import PROJECT_DIR

SEEDS = PROJECT_DIR / "dbt_project" / "seeds"

#: What makes a row of a code list that row.
KEYS = {
    "aliases": ("list", "alias", "language", "scope"),
    "china_divisions": ("region_id",),
    "commodities": ("commodity_id",),
    "commodity_group_members": ("commodity_id", "member_commodity_id"),
    "countries": ("country_id",),
    "county_aliases": ("list", "alias", "language", "scope"),
    "definition_breaks": ("list", "code", "break_date"),
    "findings": ("finding",),
    "flows": ("flow",),
    "measures": ("measure",),
    "names_in_text": ("list", "code"),
    "ownerships": ("ownership_id",),
    "partner_group_members": ("partner_id", "country_id", "basis", "valid_from"),
    "partner_groups": ("partner_id",),
    "region_area_members": ("region_id", "member_region_id"),
    "region_areas": ("region_id",),
    "self_names": ("kind", "noun_zh", "alias"),
    "trade_modes": ("trade_mode_id",),
    "units": ("unit",),
}


def rows(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def column(name: str, column_name: str) -> set[str]:
    return {row[column_name] for row in rows(name)}


def test_every_code_list_has_a_key_here() -> None:
    assert sorted(KEYS) == sorted(path.stem for path in SEEDS.glob("*.csv"))


@pytest.mark.parametrize("name", sorted(KEYS))
def test_every_row_has_as_many_cells_as_the_header_and_no_stray_spaces(name: str) -> None:
    for number, row in enumerate(rows(name), 2):
        assert None not in row, f"line {number}: too many cells"
        assert None not in row.values(), f"line {number}: too few cells"
        stray = [cell for cell in row.values() if cell != cell.strip()]
        assert not stray, f"line {number}: {stray}"


@pytest.mark.parametrize("name", sorted(KEYS))
def test_no_row_stands_twice(name: str) -> None:
    keys = Counter(tuple(row[part] for part in KEYS[name]) for row in rows(name))
    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize("name", sorted(name for name in KEYS if "name_zh" in rows(name)[0]))
def test_every_code_has_an_english_and_a_chinese_name(name: str) -> None:
    # Most headings of the Harmonized System have no Chinese name from a free source.
    nameless = [row for row in rows(name) if not row["name_en"] or not row["name_zh"]]
    assert [row for row in nameless if not row["name_en"] or row.get("classification") != "HS2022"] == []


def test_every_section_and_chapter_of_the_harmonized_system_has_a_chinese_name() -> None:
    upper = [row for row in rows("commodities") if row["level"] in ("section", "chapter")]
    # Section 22 and chapter 98 are China's own; 77 is kept for the future.
    assert len([row for row in upper if row["level"] == "section"]) == 22
    assert {row["commodity_id"] for row in upper if row["level"] == "chapter"} == {
        f"{number:02}" for number in range(1, 99) if number != 77
    }
    assert [row for row in upper if not row["name_zh"]] == []


def test_every_country_has_both_names_and_all_three_codes() -> None:
    countries = rows("countries")
    assert len(countries) >= 249
    for row in countries:
        assert (len(row["country_id"]), len(row["alpha_2"])) == (3, 2), row
        # Kosovo's codes are assigned by their users, and none is numeric.
        assert len(row["numeric_code"]) == (0 if row["country_id"] == "XKX" else 3), row
        assert row["name_en"].strip(), row
        assert any("一" <= character <= "鿿" for character in row["name_zh"]), row
    for unique in ("alpha_2", "numeric_code", "name_en", "name_zh"):
        assert len({row[unique] for row in countries}) == len(countries), unique


def test_codes_of_one_list_mean_one_thing() -> None:
    divisions, areas, countries = (
        column("china_divisions", "region_id"),
        column("region_areas", "region_id"),
        column("countries", "country_id"),
    )
    assert divisions & areas == divisions & countries == areas & countries == set()
    assert column("partner_groups", "partner_id") & countries == set()


@pytest.mark.parametrize(
    ("name", "column_name", "list_name"),
    [
        ("china_divisions", "parent_region_id", "region"),
        ("china_divisions", "successor_region_id", "region"),
        ("region_areas", "parent_region_id", "region"),
        ("region_area_members", "region_id", "region"),
        ("region_area_members", "member_region_id", "region"),
        ("partner_groups", "base_partner_id", "partner"),
        ("partner_group_members", "partner_id", "partner"),
        ("partner_group_members", "country_id", "partner"),
        ("commodities", "parent_commodity_id", "commodity"),
        ("commodity_group_members", "commodity_id", "commodity"),
        ("commodity_group_members", "member_commodity_id", "commodity"),
        ("trade_modes", "parent_trade_mode_id", "trade_mode"),
        ("aliases", "scope", "region"),
        ("county_aliases", "scope", "region"),
    ],
)
def test_every_code_that_is_referred_to_exists(name: str, column_name: str, list_name: str, codes: CodeLists) -> None:
    assert column(name, column_name) - {""} - codes.codes(list_name) == set()


def test_every_alias_and_every_break_is_of_a_known_code(codes: CodeLists) -> None:
    assert column("aliases", "list") == set(LISTS)
    wrong = [row for row in (*rows("aliases"), *rows("county_aliases")) if row["code"] not in codes.codes(row["list"])]
    wrong += [
        row for row in rows("definition_breaks") if not {row["code"], row["successor_code"]} <= codes.codes(row["list"])
    ]
    assert wrong == []


def test_every_alias_resolves_to_its_code_where_it_applies(codes: CodeLists) -> None:
    wrong = [
        (row, found)
        for row in (*rows("aliases"), *rows("county_aliases"))
        if (found := codes.resolve(row["list"], row["alias"], region_id=row["scope"])) != row["code"]
    ]
    assert wrong == []


def test_every_division_is_named_by_its_kind_in_its_own_releases(codes: CodeLists) -> None:
    own_names = rows("self_names")
    named = [
        (region["region_id"], own["alias"])
        for region in rows("china_divisions")
        for own in own_names
        if own["kind"] == region["kind"] and region["name_zh"].endswith(own["noun_zh"])
    ]
    assert len({region_id for region_id, _ in named}) > 3000
    assert [pair for pair in named if codes.resolve("region", pair[1], region_id=pair[0]) != pair[0]] == []


@pytest.mark.parametrize(
    ("name", "region_id", "code"),
    [
        ("永康", "330700", "330784"),
        ("永康市", "CN-ZJ", "330784"),
        ("Yongkang", "330700", "330784"),
        ("Shunde District", "CN-GD", "440606"),
        ("婺城", "330700", "330702"),
        ("婺城", "CN-ZJ", UNMAPPED),  # short names of districts are known in their city alone
        ("鼓楼区", "350100", "350102"),
        ("鼓楼区", "320100", "320106"),  # a district of that name is in many cities
        ("鼓楼区", "CHN", UNMAPPED),
        ("公安", "421000", UNMAPPED),  # the police, not the county
        ("公安县", "421000", "421022"),
        ("富阳市", "330100", "330111"),  # before it became a district
        ("全市", "330784", "330784"),
        ("全市", "330702", "330700"),  # a district's "whole city" is the city that it lies in
        ("the county", "330127", "330127"),
    ],
)
def test_counties_and_districts_are_known_by_name_where_they_lie(
    name: str, region_id: str, code: str, codes: CodeLists
) -> None:
    assert codes.resolve("region", name, region_id=region_id) == code


@pytest.mark.parametrize("list_name", LISTS)
def test_every_code_stands_for_itself(list_name: str, codes: CodeLists) -> None:
    assert [code for code in codes.codes(list_name) if codes.resolve(list_name, code) != code] == []


def test_every_whole_and_every_flow_is_a_code(codes: CodeLists) -> None:
    for list_name, whole in WHOLE.items():
        assert whole in codes.codes(list_name)
    assert codes.flows == frozenset(FLOWS) - {""}


def test_no_parent_leads_back_to_its_child(codes: CodeLists) -> None:
    for region_id in codes.codes("region"):
        chain = list(codes.containing_regions(region_id))
        assert len(chain) == len(set(chain)) <= 5
    parents = {row["commodity_id"]: row["parent_commodity_id"] for row in rows("commodities")}
    for start in parents:
        seen, code = set(), start
        while code:
            assert code not in seen, start
            seen.add(code)
            code = parents[code]


def test_spans_of_membership_and_validity_are_dates_in_order() -> None:
    for name in ("china_divisions", "ownerships", "partner_group_members"):
        for row in rows(name):
            start, end = (
                datetime.date.fromisoformat(row[part]) if row[part] else None for part in ("valid_from", "valid_to")
            )
            assert not (start and end) or start <= end, row


def test_ownerships_and_flows_name_what_partitions_the_whole() -> None:
    assert {row["ownership_id"] for row in rows("ownerships") if row["is_partition_member"] == "true"} >= {
        *("state-owned", "foreign-invested", "private")
    }
    assert {row["flow"] for row in rows("flows") if row["is_partition_member"] == "true"} == {"export", "import"}


def members(partner_id: str, basis: str, day: str) -> dict[str, bool]:
    """Who belongs to a group on a day, and whether that is disputed."""
    return {
        row["country_id"]: row["is_disputed"] == "true"
        for row in rows("partner_group_members")
        if (row["partner_id"], row["basis"]) == (partner_id, basis)
        and (row["valid_from"] or "0000") <= day
        and (not row["valid_to"] or day <= row["valid_to"])
    }


def test_rcep_was_in_force_for_thirteen_with_china_on_the_last_of_march_2023() -> None:
    in_force = members("RCEP", "in_force", "2023-03-31")
    undisputed = {country for country, is_disputed in in_force.items() if not is_disputed}
    assert undisputed == {
        *("AUS", "BRN", "CHN", "IDN", "JPN", "KHM", "KOR", "LAO", "MYS", "NZL", "SGP", "THA", "VNM"),
    }
    assert in_force["MMR"] is True
    assert "PHL" not in in_force
    assert "PHL" in members("RCEP", "in_force", "2023-06-02")
    assert "IDN" not in members("RCEP", "in_force", "2023-01-01")


def test_rcep_was_signed_by_fifteen() -> None:
    assert len(members("RCEP", "signatory", "2023-03-31")) == 15
    assert members("RCEP", "signatory", "2020-11-14") == {}


def test_five_central_asian_countries_are_five() -> None:
    found = {row["country_id"] for row in rows("partner_group_members") if row["partner_id"] == "CENTRAL_ASIA_FIVE"}
    assert found == {"KAZ", "KGZ", "TJK", "TKM", "UZB"}


@pytest.mark.parametrize(("day", "count"), [("2012-12-31", 27), ("2014-01-01", 28), ("2023-03-31", 27)])
def test_the_european_union_has_members_by_date(day: str, count: int) -> None:
    assert len(members("EU", "member", day)) == count


def test_southern_xinjiang_is_five_prefectures() -> None:
    south = {row["member_region_id"] for row in rows("region_area_members") if row["region_id"] == "CN-XJ-SOUTH"}
    assert south == {"652800", "652900", "653000", "653100", "653200"}


def test_turpan_and_hami_have_former_codes() -> None:
    successors = {row["region_id"]: row["successor_region_id"] for row in rows("china_divisions")}
    assert (successors["652100"], successors["652200"]) == ("650400", "650500")


@pytest.mark.parametrize(
    ("name", "compared"),
    [
        ("The European Union", "european union"),
        ("  RCEP\tmember  States ", "rcep member states"),
        ("“three new” products", "three new products"),
        ("'three new' products", "three new products"),
        ("labor-intensive", "labor intensive"),
        ("labor–intensive", "labor intensive"),
        ("ＥＵ", "eu"),
        ("新疆", "新疆"),
        ("《区域》", "区域"),
        ("the", "the"),
        ("Thessaloniki", "thessaloniki"),
        ("", ""),
    ],
)
def test_names_are_compared_without_case_quotes_article_and_dashes(name: str, compared: str) -> None:
    assert normalised(name) == compared
    assert normalised(compared) == compared


@pytest.mark.parametrize("region_id", ["CN-XJ", "652700", "653100"])
@pytest.mark.parametrize("name", ["博州", "Bozhou"])
def test_bozhou_is_bortala_in_xinjiang(name: str, region_id: str, codes: CodeLists) -> None:
    assert codes.resolve("region", name, region_id=region_id) == "652700"


@pytest.mark.parametrize(
    ("region_id", "code"),
    [("CN-AH", "341600"), ("341600", "341600"), ("CN-SD", UNMAPPED), ("CHN", UNMAPPED), ("", UNMAPPED)],
)
def test_bozhou_is_a_city_in_anhui_and_nothing_elsewhere(region_id: str, code: str, codes: CodeLists) -> None:
    assert codes.resolve("region", "Bozhou", region_id=region_id) == code
    assert codes.resolve("region", "亳州", region_id=region_id) == "341600"


def test_the_whole_region_is_the_one_that_the_source_is_about(codes: CodeLists) -> None:
    assert codes.resolve("region", "全区", region_id="CN-XJ") == "CN-XJ"
    assert codes.resolve("region", "全区", region_id="CN-NX") == "CN-NX"
    assert codes.resolve("region", "全区") == UNMAPPED


def test_a_city_may_speak_of_its_province(codes: CodeLists) -> None:
    assert list(codes.containing_regions("653100")) == ["653100", "CN-XJ", "CHN"]
    assert codes.resolve("region", "自治区", region_id="653100") == "CN-XJ"


@pytest.mark.parametrize(
    ("list_name", "whole"),
    [("partner", "WORLD"), ("commodity", "TOTAL"), ("ownership", "ALL"), ("trade_mode", "ALL"), ("region", UNMAPPED)],
)
def test_no_name_is_the_whole_where_there_is_one(list_name: str, whole: str, codes: CodeLists) -> None:
    assert codes.resolve(list_name, "") == codes.resolve(list_name, "  ") == whole


def test_a_joint_name_joins_the_codes_in_alphabetical_order(codes: CodeLists) -> None:
    joint = "ELECTROMECHANICAL+LABOUR_INTENSIVE"
    for name in (
        "labor-intensive products + electromechanical products",
        "electromechanical products + labor-intensive products",
        "ELECTROMECHANICAL + labor-intensive products",
    ):
        assert codes.resolve("commodity", name) == joint
    assert codes.resolve("partner", "Kazakhstan + 吉尔吉斯斯坦 + UZB") == "KAZ+KGZ+UZB"


def test_a_joint_name_with_one_unknown_part_is_unmapped(codes: CodeLists) -> None:
    assert codes.resolve("partner", "Kazakhstan + Atlantis") == UNMAPPED
    assert codes.resolve("partner", "Atlantis + Lemuria") == UNMAPPED


def test_a_joint_name_with_an_empty_part_is_unmapped(codes: CodeLists) -> None:
    # Not "Kazakhstan and the world together".
    assert codes.resolve("partner", "Kazakhstan +  + Uzbekistan") == UNMAPPED


@pytest.mark.parametrize("name", ["Atlantis", "kaz", "WORLD+", "CN-XJ", "'); DROP TABLE aliases; --"])
def test_a_name_that_no_list_knows_is_unmapped(name: str, codes: CodeLists) -> None:
    assert codes.resolve("commodity", name) == UNMAPPED


def test_a_name_is_looked_up_in_its_own_list_only(codes: CodeLists) -> None:
    assert codes.resolve("partner", "coal") == UNMAPPED
    assert codes.resolve("commodity", "coal") == "COAL"


def test_a_missing_list_is_told_by_name(tmp_path: object) -> None:
    with pytest.raises(FileNotFoundError, match=r"china_divisions\.csv"):
        CodeLists(PROJECT_DIR / "dbt_project")


def test_names_in_text_are_of_codes_that_a_list_knows(codes: CodeLists) -> None:
    known = {name: codes.codes(name) for name in LISTS} | {"unit": frozenset(codes.units)}
    assert [row for row in rows("names_in_text") if row["code"] not in known[row["list"]]] == []
    assert all(row["text_en"] and row["text_zh"] for row in rows("names_in_text"))
