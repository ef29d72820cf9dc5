"""The verdict on each figure of a document: does it agree with what the others say?"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from orchestration.deduction.conflicts import Dispute
from orchestration.deduction.denominators import Bounds, fitting_wholes
from orchestration.deduction.network import RULES
from orchestration.deduction.propagation import propagate
from orchestration.deduction.results import Check, Verdict, bound
from orchestration.deduction.statements import FRACTIONS, Statement
from orchestration.figures import Figure

if TYPE_CHECKING:
    from orchestration.deduction.document import DocumentDeduction

_HUNDREDTH = Decimal("0.01")
_NOUGHT = Decimal("0.00")


class _Others(NamedTuple):
    """What the other statements say of a variable."""

    low: float
    high: float
    rule: str
    is_determined: bool


def check(deduction: DocumentDeduction) -> Iterator[Check]:
    """A verdict for each figure of the document, in the order of its statements."""
    rows = _rows_of_statements(deduction)
    disputes = {statement: dispute for dispute in deduction.disputes for statement in dispute.disputed}
    for number, statement in enumerate(deduction.document.statements):
        dispute = disputes.get(number)
        is_culprit = dispute is not None and number in dispute.culprits
        solved: Bounds = deduction.solved
        if dispute is not None and is_culprit and len(dispute.culprits) > 1:
            solved = _Without(deduction, number, dispute)
            others = [solved.of(row) for row in rows[number]]
        else:
            others = [_implied(deduction, row) for row in rows[number]]
        verdict = _verdict(statement, others, dispute, is_culprit=is_culprit)
        wholes: tuple[str, ...] = ()
        if verdict == "inconsistent" and statement.subject.statistic == "share":
            wholes = fitting_wholes(deduction.model, solved, statement)
        implied = others[0] if others and statement.subject.statistic != "rank" else None
        for figure in statement.figures:
            yield _check(figure, statement, verdict, implied, is_culprit=is_culprit, wholes=wholes)


def _rows_of_statements(deduction: DocumentDeduction) -> defaultdict[int, list[int]]:
    """The assertions of each statement of the document: one, but for ranks."""
    solved = deduction.solved
    rows: defaultdict[int, list[int]] = defaultdict(list)
    first, last = (one.assertions - solved.shift.assertions for one in (solved.starts, solved.ends))
    statements = solved.problem.asserted[first:last, 1] + (solved.shift.statements - solved.starts.statements)
    for row, statement in enumerate(statements.tolist(), start=first):
        rows[statement].append(row)
    return rows


def _implied(deduction: DocumentDeduction, row: int) -> _Others:
    implied = deduction.solved.implied
    return _Others(implied.low[row], implied.high[row], RULES[implied.rule[row]], implied.is_determined[row])


class _Without:
    """What all others say, without one of several statements of which any one may be wrong."""

    def __init__(self, deduction: DocumentDeduction, number: int, dispute: Dispute) -> None:
        self.problem = deduction.solved.problem
        self.shift = deduction.solved.shift.variables
        kept = np.ones(self.problem.statements, dtype=np.bool_)
        kept[[one for other in deduction.disputes if other is not dispute for one in other.disputed]] = False
        kept[number] = False
        self.run = propagate(self.problem, kept, has_outputs=False)

    def bounds_of(self, variable: int) -> tuple[float, float]:
        """The low and high of a variable of the network."""
        return self.run.low(variable - self.shift), self.run.high(variable - self.shift)

    def of(self, row: int) -> _Others:
        """What the others say of an asserted variable."""
        variable = int(self.problem.asserted[row, 0])
        latest = self.run.latest[2 * variable : 2 * variable + 2]
        rules = [int(self.run.events.rule[event]) for event in latest if event >= 0]
        rule = RULES[max(rules, default=0)]
        return _Others(self.run.low(variable), self.run.high(variable), rule, is_determined=True)


def _verdict(statement: Statement, others: list[_Others], dispute: Dispute | None, *, is_culprit: bool) -> Verdict:
    if statement.subject.statistic == "rank":
        is_determined = bool(others) and all(one.low >= 0 for one in others)
        lies_apart = any(one.high < 0 for one in others)
    else:
        is_determined = bool(others) and all(one.is_determined for one in others)
        lies_apart = any(one.low > statement.high or one.high < statement.low for one in others)
    if is_culprit or (dispute is not None and (lies_apart or not is_determined)):
        return "inconsistent"
    return "consistent" if is_determined else "undetermined"


def _check(
    figure: Figure,
    statement: Statement,
    verdict: Verdict,
    implied: _Others | None,
    *,
    is_culprit: bool,
    wholes: tuple[str, ...],
) -> Check:
    is_fraction = statement.subject.statistic in FRACTIONS
    low, high = (implied.low, implied.high) if implied is not None else (-math.inf, math.inf)
    implied_low, implied_high = bound(low, 0, is_fraction=is_fraction), bound(high, 1, is_fraction=is_fraction)
    return Check(
        figure_id=figure.figure_id,
        source_id=figure.source_id,
        rule=implied.rule if implied is not None and verdict != "undetermined" else "",
        verdict=verdict,
        stated_low=figure.low,
        stated_high=figure.high,
        implied_low=implied_low,
        implied_high=implied_high,
        distance_in_last_digits=_distance(figure, implied_low, implied_high, statement.digit),
        is_culprit=is_culprit,
        fitting_wholes=wholes,
    )


def _distance(figure: Figure, low: Decimal | None, high: Decimal | None, digit: Decimal) -> Decimal | None:
    """How far the stated and the implied interval lie apart, in units of the last printed digit."""
    if low is None and high is None:
        return None
    apart = Decimal(0)
    if low is not None and figure.high is not None and low > figure.high:
        apart = low - figure.high
    if high is not None and figure.low is not None and high < figure.low:
        apart = max(apart, figure.low - high)
    return (apart / digit).quantize(_HUNDREDTH) if apart else _NOUGHT
