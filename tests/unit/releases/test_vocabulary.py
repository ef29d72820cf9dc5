"""The vocabulary files: every row is known to a rule, said once, and its value is one of the code lists."""

from __future__ import annotations

import calendar
import csv
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from orchestration.codes import CodeLists
from orchestration.figures import QUALIFIERS
from orchestration.intervals import SCALES
from orchestration.releases import lexicon
from orchestration.releases.lexicon import (
    KINDS,
    NAME_KINDS,
    VOCABULARY_DIR,
    WORD_KINDS,
    conventions,
    local_currencies,
    rows_of,
)
from orchestration.releases.periods import Period, period_at
from orchestration.releases.reading import PROSE_SCALES
from orchestration.releases.subjects import DIMENSIONS
from orchestration.releases.text import folded_phrase
from orchestration.settings import PROJECT_DIR

SEEDS = PROJECT_DIR / "dbt_project" / "seeds"
FILES = sorted(VOCABULARY_DIR.glob("??.csv"))
ROWS = [(path.name, *row) for path in FILES for row in rows_of(path)]
UNITS_OF_TIME = {"hour", "day"}
MONTHS = tuple(calendar.month_name)[1:]


def column(name: str, key: str) -> set[str]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row[key] for row in csv.DictReader(file)}


def values(*kinds: str) -> set[str]:
    return {value for _, kind, value, _ in ROWS if kind in kinds}


def test_english_and_chinese_are_there() -> None:
    assert [path.name for path in FILES] == ["en.csv", "zh.csv"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_rows_are_a_kind_a_value_and_phrases(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["kind", "value", "phrases"]
    assert all(len(row) == 3 for row in rows)


def test_an_unknown_kind_is_an_error_that_names_file_and_row(tmp_path: Path) -> None:
    path = tmp_path / "xx.csv"
    path.write_text("kind,value,phrases\nflow,export,sales abroad\nflwo,import,purchases\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"xx\.csv, row 3: .*'flwo'"):
        list(rows_of(path))


def test_every_kind_has_phrases() -> None:
    assert {kind for _, kind, _, _ in ROWS} == KINDS


def test_every_kind_is_asked_for() -> None:
    """`word` alone is not: its phrases are there to be no part of anything else. Names become tokens in the lexicon."""
    own = Path(lexicon.__file__)
    code = "".join(path.read_text(encoding="utf-8") for path in own.parent.glob("*.py") if path != own)
    in_lexicon = own.read_text(encoding="utf-8")
    asked = {kind for kind in KINDS if f'"{kind}"' in code or f'words("{kind}")' in in_lexicon}
    assert KINDS - NAME_KINDS - asked == set()


def test_the_readme_explains_every_kind_once() -> None:
    text = (VOCABULARY_DIR / "README.md").read_text(encoding="utf-8")
    first_cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    assert sorted(re.findall(r"`(\w+)`", " ".join(first_cells))) == sorted(KINDS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_phrase_stands_twice_in_a_kind_and_value(path: Path) -> None:
    counts = Counter((kind, value, folded_phrase(phrase)) for kind, value, phrase in rows_of(path))
    assert [row for row, count in counts.items() if count > 1] == []


def test_no_phrase_is_empty() -> None:
    assert [row for row in ROWS if not folded_phrase(row[3])] == []


def test_words_that_rules_compare_with_are_written_as_tokens_are() -> None:
    assert [row for row in ROWS if row[1] in WORD_KINDS and folded_phrase(row[3]) != row[3]] == []


def test_units_are_in_the_code_list() -> None:
    units = column("units", "unit")
    assert values("currency", "percent", "currency_terms") <= units
    assert values("unit") - UNITS_OF_TIME <= units
    assert {value.partition(":")[2] for value in values("noun")} <= units


def test_local_currencies_are_units_of_regions() -> None:
    with (VOCABULARY_DIR / "local_currencies.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    codes = CodeLists(SEEDS)
    assert {row["unit"] for row in rows} <= column("units", "unit")
    assert {row["region_id"] for row in rows} <= set(codes.countries) | {"CN-HK", "CN-MO", "CN-TW"}
    assert local_currencies("IND")["rupees"] == "INR"
    assert local_currencies("PAK") == {}


def test_measures_are_in_the_code_list() -> None:
    measures = column("measures", "measure")
    assert values("count_measure", "enterprise_cue") <= measures
    assert values("measure") - {"volume"} <= measures
    assert {value.partition(":")[0] for value in values("noun")} <= measures
    assert {f"{value}_average_value" for value in values("average")} <= measures


def test_flows_and_dimensions_are_those_of_figures() -> None:
    flows = column("flows", "flow")
    assert {flow for value in values("flow") for flow in value.split("+")} <= flows
    assert values("flow_part", "flow_pair", "ranked_flow") == {"export", "import"}
    assert values("header_dimension") == set(DIMENSIONS)
    assert values("rank_noun") <= set(DIMENSIONS)


def test_partners_in_one_character_are_known() -> None:
    codes = CodeLists(SEEDS)
    known = {codes.resolve("partner", code, region_id="CHN") for code in values("partner")}
    assert known == values("partner")


def test_scales_and_qualifiers_have_a_meaning() -> None:
    assert values("scale") <= set(SCALES) | set(PROSE_SCALES)
    assert values("qualifier", "qualifier_after") <= set(QUALIFIERS)


def test_numbers_in_words_are_numbers() -> None:
    assert values("ordinal") == {str(number) for number in range(1, 13)}
    assert all(Decimal(value) > 0 for value in values("multiple"))


@pytest.mark.parametrize("number", range(1, 13))
def test_every_month_is_read(number: int) -> None:
    expected = Period("span", number, 1)
    for name in (MONTHS[number - 1], MONTHS[number - 1][:3]):
        text = f"in {name} of"
        assert period_at(text.lower(), text, 3, is_chinese=False) == (expected, 3 + len(name))
    text = f"{number}月份"
    assert period_at(text, text, 0, is_chinese=True) == (expected, len(text))


def test_conventions_are_known_and_of_regions() -> None:
    with (VOCABULARY_DIR / "conventions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["convention"] for row in rows} == {"month_on_month", "goods_and_services"}
    assert all(row["region_id"] in CodeLists(SEEDS).countries and row["source"] for row in rows)
    assert conventions("USA") == {"month_on_month", "goods_and_services"}
    assert conventions("CN-XJ") == set()
