"""What the deduction hands out: deduced figures with their derivations, checks, conflicts, and revisions."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Literal

from orchestration.deduction.series import Series, Span
from orchestration.figures import DECIMAL_PLACES

Origin = Literal["stated", "computed", "deduced"]
Verdict = Literal["consistent", "inconsistent", "undetermined"]
_PLACES = Decimal(1).scaleb(-DECIMAL_PLACES)
#: Holds every digit of a float.
_EXACT = Context(prec=1100)
#: From here on a bound does not fit the column of a figure, and is left out.
_TOO_LARGE = 1e21


@dataclass(frozen=True, slots=True, kw_only=True)
class DeducedFigure:
    """What a document's statements imply of one number.

    `origin` is `stated` where nothing narrows what is printed, `computed` where one rule over printed numbers gives it,
    else `deduced`. Bounds are in the unit that a figure of this statistic has, rounded outwards; None is unbounded.
    """

    deduced_id: str
    document_id: str
    as_of_date: datetime.date
    statistic: str
    series: Series
    period: Span
    comparison: Span | None
    reference: str
    low: Decimal | None
    high: Decimal | None
    origin: Origin
    is_across_vintages: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """One narrowing of one figure: by which rule, from which figures, from which interval to which.

    `inputs` are ids of stated figures and `step_id`s of other derivations. The derivations of a `deduced_id` stand in
    the order in which its interval narrowed.
    """

    step_id: str
    deduced_id: str
    rule: str
    inputs: tuple[str, ...]
    before_low: Decimal | None
    before_high: Decimal | None
    after_low: Decimal | None
    after_high: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What the other statements of its document say of a stated figure.

    `implied_low` and `implied_high` rest on the others alone. `distance_in_last_digits` is nought where the intervals
    meet, None where nothing is implied. `fitting_wholes` names, for a share that contradicts, the references that its
    digits would agree with.
    """

    figure_id: str
    source_id: str
    rule: str
    verdict: Verdict
    stated_low: Decimal | None
    stated_high: Decimal | None
    implied_low: Decimal | None
    implied_high: Decimal | None
    distance_in_last_digits: Decimal | None
    is_culprit: bool = False
    fitting_wholes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A contradiction in a document: the smallest sets of figures that cannot all hold, and who alone could be wrong.

    `culprits` are the figures of which any one, dropped alone, lets all the others agree. Each statement is named by
    the figures that make it, the ids joined by spaces where several files say it.
    """

    document_id: str
    minimal_sets: tuple[tuple[str, ...], ...]
    culprits: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A level as two documents have it: what was said first, what a later one says or implies.

    `change_low_pct` and `change_high_pct` bound the change. Rounding alone explains it where the intervals meet.
    """

    series: Series
    period: Span
    first_id: str
    first_document_id: str
    first_low: Decimal | None
    first_high: Decimal | None
    latest_id: str
    latest_document_id: str
    latest_low: Decimal | None
    latest_high: Decimal | None
    change_low_pct: Decimal | None
    change_high_pct: Decimal | None
    is_explained_by_rounding: bool


def bound(value: float, side: int, *, is_fraction: bool) -> Decimal | None:
    """A bound (side 0: low, 1: high) with the places of a figure, fractions in percent; None where there is none.

    Rounded outwards from the exact value of the float.
    """
    if abs(value) >= _TOO_LARGE:
        return None
    exact = Decimal(value).scaleb(2 if is_fraction else 0, _EXACT)
    # Adding nought makes -0 plain.
    return exact.quantize(_PLACES, ROUND_CEILING if side else ROUND_FLOOR, _EXACT) + 0
