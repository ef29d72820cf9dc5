"""Words as questions: names, flows, statistics and periods in English and Chinese, and what was not understood."""

from __future__ import annotations

import datetime

import pytest

from orchestration.codes import CodeLists
from orchestration.questions import Question, understood

TODAY = datetime.date(2024, 5, 10)


def ask(text: str, codes: CodeLists) -> Question:
    return understood(text, codes, TODAY)


def named(question: Question, list_name: str) -> list[str]:
    return [code for name in question.names for one, code in name.codes if one == list_name]


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("2023", "2023-01-01", "2023-12-31"),
        ("2023-04", "2023-04-01", "2023-04-30"),
        ("2023-Q1", "2023-01-01", "2023-03-31"),
        ("2023Q4", "2023-10-01", "2023-12-31"),
        ("Q1 2023", "2023-01-01", "2023-03-31"),
        ("2023 first quarter", "2023-01-01", "2023-03-31"),
        ("2023H1", "2023-01-01", "2023-06-30"),
        ("2023-01..2023-04", "2023-01-01", "2023-04-30"),
        ("2022-Q3..2023-Q1", "2022-07-01", "2023-03-31"),
        ("2021..2023", "2021-01-01", "2023-12-31"),
        ("January-April 2023", "2023-01-01", "2023-04-30"),
        ("the first nine months of 2023", "2023-01-01", "2023-09-30"),
        ("April 2023", "2023-04-01", "2023-04-30"),
        ("2023年一季度", "2023-01-01", "2023-03-31"),
        ("2023年1-2月", "2023-01-01", "2023-02-28"),
        ("2023年前三季度", "2023-01-01", "2023-09-30"),
        ("2023年", "2023-01-01", "2023-12-31"),
        ("last year", "2023-01-01", "2023-12-31"),
    ],
)
def test_periods(words: str, start: str, end: str, codes: CodeLists) -> None:
    is_figures = words.replace("Q", "").replace("H", "").replace("-", "").replace(".", "").isdigit()
    for text in (f"Xinjiang exports {words}", *([f"新疆出口 {words}"] if is_figures else [])):
        question = ask(text, codes)
        assert question.span is not None, text
        assert tuple(map(str, question.span)) == (start, end), text
        assert not question.unknown


def test_a_period_without_its_year_leaves_the_year_open(codes: CodeLists) -> None:
    question = ask("新疆一季度进出口", codes)
    assert (question.span, question.months, question.flow) == (None, (1, 3), "total")


@pytest.mark.parametrize(
    ("words", "column", "value"),
    [
        ("exports", "flow", "export"),
        ("进口", "flow", "import"),
        ("foreign trade", "flow", "total"),
        ("trade balance", "flow", "balance"),
        ("growth", "statistic", "growth"),
        ("增长", "statistic", "growth"),
        ("share", "statistic", "share"),
        ("share_change", "statistic", "share_change"),
        ("rank", "statistic", "rank"),
        ("contribution", "statistic", "contribution"),
        ("unit value", "measure", "unit_value"),
        ("quantity", "measure", "quantity"),
        ("USD", "unit", "USD"),
    ],
)
def test_what_is_asked(words: str, column: str, value: str, codes: CodeLists) -> None:
    question = ask(f"Xinjiang {words} 2023", codes)
    assert getattr(question, column) == value
    assert not question.unknown


@pytest.mark.parametrize(
    ("words", "list_name", "code"),
    [
        ("trade with Kazakhstan", "partner", "KAZ"),
        ("trade with kazakhstan", "partner", "KAZ"),
        ("crude oil imports", "commodity", "CRUDE_OIL"),
        ("private enterprises", "ownership", "private"),
        ("民营企业", "ownership", "private"),
        ("general trade", "trade_mode", "GENERAL_TRADE"),
        ("CENTRAL_ASIA_FIVE", "partner", "CENTRAL_ASIA_FIVE"),
        ("KAZ", "partner", "KAZ"),
    ],
)
def test_names_and_codes(words: str, list_name: str, code: str, codes: CodeLists) -> None:
    question = ask(f"Xinjiang {words} 2023-Q1", codes)
    assert named(question, list_name) == [code]
    assert named(question, "region")[0] == "CN-XJ"
    assert not question.unknown and not question.measure


def test_a_name_that_one_region_uses_is_known_beside_that_region(codes: CodeLists) -> None:
    assert "652700" in named(ask("新疆博州增长", codes), "region")


def test_what_means_nothing_is_told(codes: CodeLists) -> None:
    assert ask("Xinjiang flurb exports of Atlantis", codes).unknown == ["flurb", "atlantis"]
