"""The engine: rounding away, independence of order, an end of every loop, and documents that stay apart."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.worlds import VARIED, releases
from orchestration.deduction import deduce, map_documents
from orchestration.deduction.document import DocumentDeduction
from orchestration.deduction.network import Constraints, Network, Problem, Starts
from orchestration.deduction.propagation import MOST_ROUNDS, propagate
from orchestration.deduction.statements import document_ids
from tests.unit.deduction.made import checks, find, say, solved, source, structure

numbers = st.floats(-1e12, 1e12, allow_subnormal=False)


def problem_of(constraints: Constraints, bounds: list[tuple[float, float]]) -> Problem:
    """A network of variables that are stated to lie in `bounds`."""
    network = Network(core=constraints)
    network.begin_document()
    network.low, network.high = [-math.inf] * len(bounds), [math.inf] * len(bounds)
    network.is_output = [False] * len(bounds)
    for number, (low, high) in enumerate(bounds):
        network.assert_bounds(number, number, low, high)
    network.statements = len(bounds)
    problem = network.problem()
    problem.starts[-1] = Starts(variables=len(bounds), statements=len(bounds), assertions=len(bounds))
    return problem


@given(numbers, numbers)
def test_a_sum_holds_the_exact_sum(one: float, other: float) -> None:
    run = propagate(problem_of(Constraints(sums=[0, 1, 2, 1]), [(-math.inf, math.inf), (one, one), (other, other)]))
    exact = Fraction(one) + Fraction(other)
    assert Fraction(run.low(0)) <= exact <= Fraction(run.high(0))


@given(st.floats(0, 1e12, allow_subnormal=False), st.floats(0, 1e4, allow_subnormal=False))
def test_a_product_holds_the_exact_product(one: float, other: float) -> None:
    run = propagate(problem_of(Constraints(products=[0, 1, 2, 1]), [(0, math.inf), (one, one), (other, other)]))
    assert Fraction(run.low(0)) <= Fraction(one) * Fraction(other) <= Fraction(run.high(0))


@given(numbers, numbers, numbers, numbers)
def test_a_signed_product_holds_all_products(one: float, other: float, third: float, fourth: float) -> None:
    y, z = sorted((one, other)), sorted((third, fourth))
    bounds = [(-math.inf, math.inf), (y[0], y[1]), (z[0], z[1])]
    run = propagate(problem_of(Constraints(signed=[0, 1, 2, 1]), bounds))
    for left in y:
        for right in z:
            assert Fraction(run.low(0)) <= Fraction(left) * Fraction(right) <= Fraction(run.high(0))


@given(st.floats(1, 1e12), st.floats(1e-3, 1e3))
def test_a_quotient_holds_the_exact_quotient(product: float, factor: float) -> None:
    bounds = [(product, product), (factor, factor), (-math.inf, math.inf)]
    for form in (Constraints(products=[0, 1, 2, 1]), Constraints(signed=[0, 1, 2, 1])):
        run = propagate(problem_of(form, bounds))
        assert Fraction(run.low(2)) <= Fraction(product) / Fraction(factor) <= Fraction(run.high(2))


def test_a_loop_that_narrows_for_ever_ends() -> None:
    # x = y + y and y = x + x leave nothing but 0, which each round only halves.
    problem = problem_of(Constraints(sums=[0, 1, 1, 1, 1, 0, 0, 1]), [(-1e9, 1e9), (-1e9, 1e9)])
    run = propagate(problem)
    assert len(run.events.rounds) <= MOST_ROUNDS + 2
    assert run.low(0) <= 0 <= run.high(0)


def everything(deduction: DocumentDeduction) -> tuple[object, ...]:
    return (
        tuple(deduction.figures()),
        tuple(deduction.derivations()),
        tuple(sorted(deduction.checks(), key=lambda check: check.figure_id)),
        tuple(deduction.conflicts),
    )


def test_neither_order_nor_company_nor_processes_change_anything() -> None:
    random = Random(3)
    made = [writer for _, writer in releases(random, 12, 30, VARIED)]
    figures = [figure for writer in made for figure in writer.figures.values()]
    spoiled = next(
        one for one in figures if one.statistic == "level" and one.flow == "total" and one.qualifier == "exact"
    )
    assert spoiled.value is not None and spoiled.low is not None and spoiled.high is not None
    figures.append(
        replace(spoiled, figure_id="wrong", value=2 * spoiled.value, low=2 * spoiled.low, high=2 * spoiled.high)
    )
    sources = [writer.source for writer in made]
    first = [everything(one) for one in deduce(figures, sources, structure())]
    random.shuffle(figures)
    random.shuffle(sources)
    assert [everything(one) for one in deduce(figures, sources, structure(), together=50)] == first
    assert list(map_documents(everything, figures, sources, structure(), processes=2, together=100)) == first


def test_documents_share_nothing() -> None:
    base = say("level", "37.00", period=("2022-01-01", "2022-03-31"), source_id="earlier")
    later = [say("level", "68.07"), say("growth", "80.3")]
    sources = [source(), source("earlier", "2022-04-19")]
    one, other = deduce([base, *later], sources, structure())
    assert not one.conflicts and not other.conflicts
    assert [figure.high for figure in one.figures()] == [37005000000]


def test_files_of_one_address_or_of_one_publisher_and_day_are_one_document() -> None:
    sources = [
        source("a", url="https://example.org/1", publisher="customs"),
        source("b", url="https://example.org/1", publisher="newspaper"),
        source("c", publisher="Customs "),
        source("d", "2023-04-20", publisher="customs"),
    ]
    assert document_ids(sources) == {"a": "a", "b": "a", "c": "a", "d": "d"}
    assert document_ids(reversed(sources)) == document_ids(sources)


@pytest.mark.parametrize("status", ["uncertain", "unread"])
def test_what_is_not_read_for_certain_is_left_out(status: str) -> None:
    assert len(checks(say("level", "68.07"), say("level", "99.00", status=status))) == 1


def test_growth_over_the_same_span_says_nothing() -> None:
    quarter = ("2023-01-01", "2023-03-31")
    figures = [say("level", "68.07"), say("growth", "80.3", before=quarter), say("growth", "5", flow="balance")]
    assert len(checks(*figures)) == 1


def test_a_figure_of_no_source_is_an_error() -> None:
    with pytest.raises(KeyError):
        list(deduce([say("level", "1")], [], structure()))


def test_bounds_beyond_the_column_are_left_out() -> None:
    deduction = solved(say("level", "1"), say("share", "0.0001", partner="KAZ", reference="partner=WORLD"))
    assert find(deduction.figures(), "level", partner_id="KAZ").high is not None


def test_natural_bounds_are_plain() -> None:
    growth = find(
        solved(say("level", "2", measure="growing_regions", unit="prefectures", flow=""),
               say("growth", "5", region="650100"), say("growth", "6", region="653100")).figures(),
        "growth", region_id="654000",
    )  # fmt: skip
    assert (str(growth.low), str(growth.high)) == ("-100.000000", "0.000000")
    assert np.sign(float(growth.high or 0)) == 0
