"""Printed numbers as intervals: what the printed digits, the scale and the qualifier allow."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.intervals import SCALES, Interval, NotANumber, printed_interval

SHARE = {"floor": Decimal(0), "ceiling": Decimal(100)}
GROWTH = {"floor": Decimal(-100)}


def interval(value: str, low: str | None, high: str | None) -> Interval:
    return Interval(Decimal(value), None if low is None else Decimal(low), None if high is None else Decimal(high))


@pytest.mark.parametrize(
    ("printed", "scale", "value", "low", "high"),
    [
        ("68.07", "billion", "68070000000", "68065000000", "68075000000"),
        ("1154.7", "hundred_million", "115470000000", "115465000000", "115475000000"),
        ("490", "million", "490000000", "489500000", "490500000"),
        ("17", "ten_thousand", "170000", "165000", "175000"),
        ("80.3", "one", "80.3", "80.25", "80.35"),
        ("97", "one", "97", "96.5", "97.5"),
        ("97.0", "one", "97", "96.95", "97.05"),
        ("97.7", "times", "9770", "9765", "9775"),
        ("2.4", "times", "240", "235", "245"),
        ("1", "times", "100", "50", "150"),
        ("-0.7", "one", "-0.7", "-0.75", "-0.65"),
        ("-12", "one", "-12", "-12.5", "-11.5"),
        ("+80.3", "one", "80.3", "80.25", "80.35"),
        ("0", "one", "0", "-0.5", "0.5"),
        ("007.10", "one", "7.1", "7.095", "7.105"),
    ],
)
def test_digits_allow_half_a_unit_of_the_last_one(printed: str, scale: str, value: str, low: str, high: str) -> None:
    assert printed_interval(printed, scale=scale) == interval(value, low, high)


@pytest.mark.parametrize(
    ("qualifier", "low", "high"),
    [
        ("exact", "89.5", "90.5"),
        ("about", "89", "91"),
        ("over", "90", "100"),
        ("at_least", "90", "100"),
        ("nearly", "0", "90"),
        ("under", "0", "90"),
        ("at_most", "0", "90"),
    ],
)
def test_a_qualifier_opens_the_interval_to_the_side_it_names(qualifier: str, low: str, high: str) -> None:
    assert printed_interval("90", qualifier=qualifier, **SHARE) == interval("90", low, high)


@pytest.mark.parametrize(
    ("qualifier", "low", "high"),
    [
        ("about", "-6", "-4"),
        ("over", "-100", "-5"),
        ("at_least", "-100", "-5"),
        ("nearly", "-5", None),
        ("under", "-5", None),
        ("at_most", "-5", None),
    ],
)
def test_a_qualifier_of_a_fall_speaks_of_its_size(qualifier: str, low: str, high: str | None) -> None:
    assert printed_interval("-5", qualifier=qualifier, **GROWTH) == interval("-5", low, high)


def test_without_natural_bounds_a_qualifier_leaves_a_side_unbounded() -> None:
    assert printed_interval("3", scale="billion", qualifier="over") == interval("3000000000", "3000000000", None)
    assert printed_interval("3", scale="billion", qualifier="under") == interval("3000000000", None, "3000000000")


def test_about_allows_a_whole_unit_of_the_last_digit() -> None:
    assert printed_interval("6.4", scale="billion", qualifier="about") == interval(
        "6400000000", "6300000000", "6500000000"
    )


def test_what_is_counted_and_printed_in_full_is_itself() -> None:
    assert printed_interval("15486", is_exact=True) == interval("15486", "15486", "15486")


@pytest.mark.parametrize(
    ("printed", "scale", "qualifier", "low", "high"),
    [
        ("1.5", "ten_thousand", "exact", "14500", "15500"),
        ("3", "thousand", "exact", "2500", "3500"),
        ("1500", "one", "about", "1499", "1501"),
        ("1500", "one", "over", "1500", None),
    ],
)
def test_what_is_counted_but_rounded_is_an_interval(
    printed: str, scale: str, qualifier: str, low: str, high: str | None
) -> None:
    found = printed_interval(printed, scale=scale, qualifier=qualifier, is_exact=True)
    assert (found.low, found.high) == (Decimal(low), None if high is None else Decimal(high))


@pytest.mark.parametrize(
    ("printed", "bounds", "low", "high"),
    [
        ("0", SHARE, "0", "0.5"),
        ("0.0", SHARE, "0", "0.05"),
        ("99.96", SHARE, "99.955", "99.965"),
        ("100", SHARE, "99.5", "100"),
        ("-100", GROWTH, "-100", "-99.5"),
        ("-99.9", GROWTH, "-99.95", "-99.85"),
    ],
)
def test_an_interval_does_not_pass_what_nature_allows(
    printed: str, bounds: dict[str, Decimal], low: str, high: str
) -> None:
    found = printed_interval(printed, **bounds)
    assert (found.low, found.high) == (Decimal(low), Decimal(high))


def test_a_number_beyond_what_nature_allows_is_kept_as_printed() -> None:
    # A share of a fall can be printed above 100 percent: the record says what the source says.
    assert printed_interval("130.5", **SHARE) == interval("130.5", "130.45", "130.55")


@pytest.mark.parametrize(
    "printed",
    ["", " ", "1,000", "1 000", "12%", "1e3", "1.", ".5", "--1", "1.2.3", "Infinity", "NaN", "十", "1\n", "0x1", "1_0"],
)
def test_other_text_is_not_a_number(printed: str) -> None:
    with pytest.raises(NotANumber):
        printed_interval(printed)


@pytest.mark.parametrize("printed", ["６８", "٦٨", "६८"])
def test_only_western_digits_are_digits(printed: str) -> None:
    with pytest.raises(NotANumber):
        printed_interval(printed)


def test_an_unknown_scale_is_an_error() -> None:
    with pytest.raises(KeyError):
        printed_interval("1", scale="dozen")


TRUTHS = st.decimals(min_value=-(10**15), max_value=10**15, allow_nan=False, allow_infinity=False, places=6)
SCALE_NAMES = st.sampled_from(sorted(SCALES))


@given(
    truth=TRUTHS,
    digits=st.integers(0, 4),
    scale=SCALE_NAMES,
    rounding=st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN]),
    qualifier=st.sampled_from(["exact", "about"]),
)
def test_whatever_is_true_lies_within_what_is_printed_of_it(
    truth: Decimal, digits: int, scale: str, rounding: str, qualifier: str
) -> None:
    printed = f"{(truth / SCALES[scale]).quantize(Decimal(1).scaleb(-digits), rounding):f}"
    found = printed_interval(printed, scale=scale, qualifier=qualifier)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= truth <= found.high
    assert found.low <= found.value <= found.high


@given(truth=TRUTHS, digits=st.integers(0, 4), scale=SCALE_NAMES)
def test_each_further_digit_makes_the_interval_ten_times_narrower(truth: Decimal, digits: int, scale: str) -> None:
    def width(places: int) -> Decimal:
        printed = f"{(truth / SCALES[scale]).quantize(Decimal(1).scaleb(-places)):f}"
        found = printed_interval(printed, scale=scale)
        assert found.low is not None
        assert found.high is not None
        return found.high - found.low

    assert width(digits) == 10 * width(digits + 1)


@given(truth=st.decimals(min_value=0, max_value=100, places=6), digits=st.integers(0, 4))
def test_a_share_stays_a_share_and_holds_what_is_true(truth: Decimal, digits: int) -> None:
    printed = f"{truth.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):f}"
    found = printed_interval(printed, **SHARE)
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= truth <= found.high <= 100
