"""The figure record: its columns, what makes it valid, its identity, and references."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from orchestration.figures import (
    COMPARING_STATISTICS,
    FIGURE_COLUMNS,
    FIGURE_TYPES,
    FLOWS,
    QUALIFIERS,
    REFERENCE_KEYS,
    REFERRING_STATISTICS,
    STATISTICS,
    STATUSES,
    UNITS_OF_STATISTICS,
    Figure,
    InvalidFigure,
    figure_identity,
    parse_reference,
)

#: A valid record of every column; tests change what they are about.
VALID: dict[str, Any] = {
    "figure_id": "0123456789abcdef",
    "source_id": "invented",
    "statistic": "level",
    "measure": "value",
    "value": Decimal(100),
    "low": Decimal(99),
    "high": Decimal(101),
    "unit": "CNY",
    "qualifier": "exact",
    "region_id": "CN-XJ",
    "partner_id": "WORLD",
    "commodity_id": "TOTAL",
    "flow": "total",
    "ownership_id": "ALL",
    "trade_mode_id": "ALL",
    "region_text": "",
    "partner_text": "",
    "commodity_text": "",
    "ownership_text": "",
    "trade_mode_text": "",
    "period_start": datetime.date(2023, 1, 1),
    "period_end": datetime.date(2023, 3, 31),
}
YEAR_BEFORE = {"comparison_start": datetime.date(2022, 1, 1), "comparison_end": datetime.date(2022, 3, 31)}


def figure(**changes: Any) -> Figure:
    units = UNITS_OF_STATISTICS.get(changes.get("statistic", ""), ("CNY",))
    return Figure(**{**VALID, "unit": units[0], **changes})


def test_columns_stand_in_the_order_of_the_design() -> None:
    assert " ".join(FIGURE_COLUMNS) == (
        "figure_id source_id statistic measure value low high unit qualifier region_id partner_id commodity_id flow "
        "ownership_id trade_mode_id region_text partner_text commodity_text ownership_text trade_mode_text "
        "period_start period_end comparison_start comparison_end reference quote char_start char_end status "
        "alternatives_id reading"
    )


def test_every_column_has_a_type_of_the_warehouse() -> None:
    assert list(FIGURE_TYPES) == list(FIGURE_COLUMNS)
    others = {name: kind for name, kind in FIGURE_TYPES.items() if kind != "VARCHAR"}
    assert others == {
        "value": "DECIMAL(28, 6)",
        "low": "DECIMAL(28, 6)",
        "high": "DECIMAL(28, 6)",
        "period_start": "DATE",
        "period_end": "DATE",
        "comparison_start": "DATE",
        "comparison_end": "DATE",
        "char_start": "INTEGER",
        "char_end": "INTEGER",
    }


def test_vocabularies_are_those_of_the_design() -> None:
    assert " ".join(STATISTICS) == "level growth change share share_change growth_gap contribution rank ratio"
    assert QUALIFIERS == ("exact", "about", "over", "nearly", "under", "at_least", "at_most")
    assert FLOWS == ("export", "import", "total", "balance", "")
    assert STATUSES == ("read", "uncertain", "unread", "deduced")


def test_a_record_is_frozen() -> None:
    with pytest.raises(AttributeError):
        figure().value = Decimal(1)  # type: ignore[misc]


@pytest.mark.parametrize("statistic", STATISTICS)
def test_a_complete_record_of_every_statistic_is_valid(statistic: str) -> None:
    made = figure(statistic=statistic, reference="region=CHN", **YEAR_BEFORE)
    assert made.statistic == statistic
    assert made.status == "read"


@pytest.mark.parametrize("column", ["statistic", "qualifier", "flow", "status"])
@pytest.mark.parametrize("word", ["else", "EXPORT", " read"])
def test_words_outside_a_vocabulary_are_refused(column: str, word: str) -> None:
    with pytest.raises(InvalidFigure) as refused:
        figure(**{column: word})
    assert refused.value.column == column
    assert repr(word) in refused.value.reason


@pytest.mark.parametrize("column", ["statistic", "qualifier", "status"])
def test_only_the_flow_may_be_an_empty_word(column: str) -> None:
    assert figure(flow="").flow == ""
    with pytest.raises(InvalidFigure, match=column):
        figure(**{column: ""})


@pytest.mark.parametrize("column", ["figure_id", "source_id", "measure", "unit", "region_id"])
def test_what_every_figure_needs_must_not_be_empty(column: str) -> None:
    with pytest.raises(InvalidFigure) as refused:
        figure(**{column: ""})
    assert (refused.value.column, refused.value.reason) == (column, "is empty")


@pytest.mark.parametrize(
    ("value", "low", "high", "column"),
    [
        (None, 101, 99, "low"),
        (98, 99, 101, "value"),
        (102, 99, 101, "value"),
        (98, 99, None, "value"),
        (102, None, 101, "value"),
    ],
)
def test_a_value_outside_its_interval_is_refused(
    value: int | None, low: int | None, high: int | None, column: str
) -> None:
    numbers = [None if number is None else Decimal(number) for number in (value, low, high)]
    with pytest.raises(InvalidFigure) as refused:
        figure(value=numbers[0], low=numbers[1], high=numbers[2])
    assert refused.value.column == column


@pytest.mark.parametrize(
    ("value", "low", "high"), [(100, 100, 100), (100, 100, None), (100, None, 100), (100, None, None), (None, 99, 101)]
)
def test_an_interval_may_be_a_point_or_unbounded(value: int | None, low: int | None, high: int | None) -> None:
    numbers = [None if number is None else Decimal(number) for number in (value, low, high)]
    made = figure(value=numbers[0], low=numbers[1], high=numbers[2])
    assert [made.value, made.low, made.high] == numbers


@pytest.mark.parametrize("column", ["value", "low", "high"])
@pytest.mark.parametrize(
    "number", ["1e22", "-1e22", "0.0000001", "1234567890123456789012.1234567", "NaN", "Infinity", "-Infinity"]
)
def test_a_number_that_the_warehouse_cannot_hold_exactly_is_refused(column: str, number: str) -> None:
    numbers = {"value": None, "low": None, "high": None, column: Decimal(number)}
    with pytest.raises(InvalidFigure) as refused:
        figure(**numbers)
    assert refused.value.column == column


@pytest.mark.parametrize("number", ["9999999999999999999999.999999", "-0.000001", "1E+3", "0.10000000000"])
def test_a_number_that_the_warehouse_holds_exactly_is_kept(number: str) -> None:
    assert figure(value=Decimal(number), low=None, high=None).value == Decimal(number)


@pytest.mark.parametrize(
    ("statistic", "unit"),
    [
        *(("growth", "CNY"), ("growth", "pp"), ("share", "tonne"), ("share_change", "percent")),
        *(("growth_gap", "percent"), ("contribution", "CNY"), ("rank", "percent")),
    ],
)
def test_a_statistic_that_has_one_unit_takes_no_other(statistic: str, unit: str) -> None:
    with pytest.raises(InvalidFigure) as refused:
        figure(statistic=statistic, unit=unit, reference="region=CHN", **YEAR_BEFORE)
    assert refused.value.column == "unit"


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"period_start": None}, "period_start"),
        ({"period_end": None}, "period_end"),
        ({"period_start": None, "period_end": None}, "period_start"),
        ({"period_end": datetime.date(2022, 12, 31)}, "period_end"),
        ({"comparison_start": datetime.date(2022, 1, 1)}, "comparison_end"),
        ({"comparison_end": datetime.date(2022, 3, 31)}, "comparison_start"),
        (
            {"comparison_start": datetime.date(2022, 3, 31), "comparison_end": datetime.date(2022, 1, 1)},
            "comparison_end",
        ),
    ],
)
def test_a_broken_span_is_refused(changes: dict[str, datetime.date | None], column: str) -> None:
    with pytest.raises(InvalidFigure) as refused:
        figure(**changes)
    assert refused.value.column == column


def test_a_span_may_be_one_day() -> None:
    day = datetime.date(2023, 3, 31)
    assert figure(period_start=day, period_end=day).period_start == day


@pytest.mark.parametrize("statistic", sorted(COMPARING_STATISTICS))
def test_what_compares_needs_the_span_compared_with(statistic: str) -> None:
    with pytest.raises(InvalidFigure) as refused:
        figure(statistic=statistic, reference="region=CHN")
    assert refused.value.column == "comparison_start"


@pytest.mark.parametrize("statistic", sorted(REFERRING_STATISTICS))
def test_what_refers_needs_a_reference(statistic: str) -> None:
    with pytest.raises(InvalidFigure) as refused:
        figure(statistic=statistic, **YEAR_BEFORE)
    assert refused.value.column == "reference"


def test_a_broken_reference_is_refused_by_the_record_itself() -> None:
    with pytest.raises(InvalidFigure, match="reference"):
        figure(reference="everything")


def test_a_number_that_is_not_understood_needs_nothing_but_its_place() -> None:
    empty = dict.fromkeys(FIGURE_COLUMNS, "") | dict.fromkeys(
        ("low", "high", "period_start", "period_end", "comparison_start", "comparison_end")
    )
    made = Figure(**{**empty, "value": Decimal(7), "status": "unread", "char_start": 3, "char_end": 4})
    assert made.value == Decimal(7)


def test_a_refusal_names_column_and_reason() -> None:
    refused = InvalidFigure("unit", "is empty")
    assert str(refused) == "unit: is empty"


@pytest.mark.parametrize(
    ("reference", "pairs"),
    [
        ("", {}),
        ("partner=WORLD", {"partner": "WORLD"}),
        ("commodity=TOTAL;flow=export", {"commodity": "TOTAL", "flow": "export"}),
        ("region=CHN;ranked_by=growth;", {"region": "CHN", "ranked_by": "growth"}),
        *((f"{key}=X", {key: "X"}) for key in sorted(REFERENCE_KEYS)),
    ],
)
def test_a_reference_is_dimension_and_code_in_pairs(reference: str, pairs: dict[str, str]) -> None:
    assert parse_reference(reference) == pairs


@pytest.mark.parametrize(
    "reference",
    ["WORLD", "partner", "partner=", "=WORLD", "planet=EARTH", "partner=A;partner=B", "Partner=A", "partner=A; flow=b"],
)
def test_any_other_reference_is_refused(reference: str) -> None:
    with pytest.raises(InvalidFigure) as refused:
        parse_reference(reference)
    assert refused.value.column == "reference"
    assert "dimension=code" in refused.value.reason


def test_an_identity_is_the_same_for_ever() -> None:
    assert figure_identity(["a", None, 1]) == "72e79d69636a773d"


def test_an_identity_tells_apart_where_one_part_ends_and_the_next_begins() -> None:
    parts = [["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""], ["", "abc"]]
    assert len({figure_identity(one) for one in parts}) == len(parts)
