"""How each figure of a document is known: the log of its propagation, told in figures."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from orchestration.deduction.network import RULES
from orchestration.deduction.results import Derivation, bound
from orchestration.deduction.statements import FRACTIONS

if TYPE_CHECKING:
    from orchestration.deduction.document import DocumentDeduction


def derive(deduction: DocumentDeduction) -> Iterator[Derivation]:
    """Every narrowing of every figure of a document, inputs before what rests on them."""
    yield from _Derivations(deduction).all()


class _Derivations:
    """The log of one document as derivations."""

    def __init__(self, deduction: DocumentDeduction) -> None:
        self.deduction = deduction
        self.solved = deduction.solved
        self.names: dict[int, str] = {}

    def all(self) -> Iterator[Derivation]:
        """Every event that narrowed a figure, in the order it happened."""
        solved, outcome = self.solved, self.solved.outcome
        rule, value, bounds = outcome.rule, outcome.value, outcome.bound
        shift = solved.shift.variables
        now: dict[int, list[Decimal | None]] = {}
        steps: dict[int, int] = {}
        ids: dict[int, str] = {}
        for event in outcome.named_events(solved.starts.variables - shift, solved.ends.variables - shift):
            number, side = divmod(bounds[event], 2)
            variable = number + shift
            is_fraction = solved.key(variable)[0] in FRACTIONS
            if variable not in ids:
                ids[variable] = self.deduction.deduced_id(variable)
                steps[variable] = 0
                natural = solved.problem.low[number], solved.problem.high[number]
                now[variable] = [bound(float(one), end, is_fraction=is_fraction) for end, one in enumerate(natural)]
            before_low, before_high = now[variable]
            now[variable][side] = bound(-value[event] if side else value[event], side, is_fraction=is_fraction)
            after_low, after_high = now[variable]
            steps[variable] += 1
            self.names[event] = f"{ids[variable]}.{steps[variable]}"
            yield Derivation(
                step_id=self.names[event],
                deduced_id=ids[variable],
                rule=RULES[rule[event]],
                inputs=tuple(dict.fromkeys(self._inputs(event))),
                before_low=before_low,
                before_high=before_high,
                after_low=after_low,
                after_high=after_high,
            )

    def _inputs(self, event: int) -> Iterator[str]:
        statement = self.solved.outcome.statement[event]
        if statement >= 0:
            yield self._figure_id(statement)
            return
        for one in self.solved.public_inputs(event):
            stated = self.solved.outcome.statement[one]
            yield self.names[one] if one in self.names else self._figure_id(stated)

    def _figure_id(self, statement: int) -> str:
        number = statement + self.solved.shift.statements - self.solved.starts.statements
        return self.deduction.document.statements[number].figures[0].figure_id
