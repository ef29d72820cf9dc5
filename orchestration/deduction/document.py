"""One document solved: its variables with their bounds, and what is handed out of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

import numpy as np

from orchestration.deduction.conflicts import Dispute
from orchestration.deduction.derivations import derive
from orchestration.deduction.leave_one_out import Implied
from orchestration.deduction.model import DocumentModel
from orchestration.deduction.network import Integers, Key, Network, Problem, Starts, Truths
from orchestration.deduction.propagation import NOTHING, Run
from orchestration.deduction.results import Check, Conflict, DeducedFigure, Derivation, Origin, bound
from orchestration.deduction.statements import DIFFERENCES, FRACTIONS, Document
from orchestration.deduction.verdicts import check
from orchestration.figures import figure_identity

_ORIGINS: tuple[Origin, ...] = ("stated", "computed", "deduced")


class Outcome:
    """A propagation as plain lists, which are read number by number much faster than arrays."""

    def __init__(self, run: Run, is_named: Truths) -> None:
        self.is_named = is_named
        self.values: list[float] = run.bounds.tolist()
        self.latest: list[int] = run.latest.tolist()
        self.statement: list[int] = run.events.statement.tolist()
        by_rule = np.where(run.events.rests_on_statements(is_named), 1, 2)
        #: Of each event the place of its origin in the order of _ORIGINS.
        self.origin: list[int] = np.where(run.events.statement >= 0, 0, by_rule).tolist()
        self._events = run.events

    @cached_property
    def bound(self) -> list[int]:
        """Which bound each event narrowed."""
        return list(self._events.bound.tolist())

    @cached_property
    def value(self) -> list[float]:
        """What each event narrowed it to, highs negated."""
        return list(self._events.value.tolist())

    @cached_property
    def rule(self) -> list[int]:
        """By which rule."""
        return list(self._events.rule.tolist())

    @cached_property
    def inputs(self) -> list[tuple[int, ...]]:
        """The events that each event rests on."""
        found = []
        for row in self._events.inputs.tolist():
            inputs = dict.fromkeys(row)
            inputs.pop(NOTHING, None)
            found.append(tuple(inputs))
        for event, more_inputs in self._events.more_inputs.items():
            found[event] = more_inputs
        return found

    @cached_property
    def is_public(self) -> list[bool]:
        """Whether each event narrowed something that has a name, or is a statement."""
        is_public = (self._events.statement >= 0) | self.is_named[self._events.bound >> 1]
        return list(is_public.tolist())

    @cached_property
    def _named_events(self) -> tuple[Integers, Integers]:
        """The events that narrowed what has a name, by variable and then as they happened, and their variables."""
        variable = self._events.bound >> 1
        named = np.flatnonzero(self.is_named[variable])
        order = np.argsort(variable[named], kind="stable")
        return named[order], variable[named][order]

    def named_events(self, first: int, last: int) -> list[int]:
        """The events that narrowed a variable with a name among `first` … `last` - 1, as they happened."""
        events, variables = self._named_events
        start, end = np.searchsorted(variables, (first, last))
        return sorted(events[start:end].tolist())


@dataclass(slots=True)
class Solved:
    """A propagation, and where one document's variables and statements stand in it."""

    network: Network
    problem: Problem
    run: Run
    implied: Implied
    outcome: Outcome
    starts: Starts
    ends: Starts
    shift: Starts  # of the problem's numbers to those of the network

    def known(self) -> list[int]:
        """The variables of the document with a name and a bound that is not natural (numbered in the network)."""
        first, last = self.starts.variables - self.shift.variables, self.ends.variables - self.shift.variables
        is_narrowed = (self.run.latest[2 * first : 2 * last].reshape(-1, 2) >= 0).any(axis=1)
        is_named = self.outcome.is_named[first:last]
        found: list[int] = (self.starts.variables + np.flatnonzero(is_narrowed & is_named)).tolist()
        return found

    def key(self, variable: int) -> Key:
        """What a variable is."""
        return self.network.keys[variable]

    def bounds_of(self, variable: int) -> tuple[float, float]:
        """Its low and high."""
        number = 2 * (variable - self.shift.variables)
        return self.outcome.values[number], -self.outcome.values[number + 1]

    def statement_behind(self, variable: int, side: int) -> int:
        """The statement of the document that gave a bound itself; -1 where a rule did, or nothing."""
        event = self.outcome.latest[2 * (variable - self.shift.variables) + side]
        statement = self.outcome.statement[event] if event >= 0 else -1
        return statement + self.shift.statements - self.starts.statements if statement >= 0 else -1

    def origin(self, variable: int) -> Origin:
        """How its bounds are known: the farther from what is printed of the two."""
        number = 2 * (variable - self.shift.variables)
        events = self.outcome.latest[number : number + 2]
        return _ORIGINS[max(self.outcome.origin[event] for event in events if event >= 0)]

    def public_inputs(self, event: int) -> list[int]:
        """The events an event rests on, through all steps that have no name."""
        inputs, is_public = self.outcome.inputs, self.outcome.is_public
        found: dict[int, None] = {}
        waiting = list(reversed(inputs[event]))
        while waiting:
            one = waiting.pop()
            if is_public[one]:
                found[one] = None
            else:
                waiting += reversed(inputs[one])
        return list(found)


@dataclass(slots=True)
class DocumentDeduction:
    """What one document implies: figures, checks and conflicts; `derivations` says how each figure is known."""

    document: Document
    model: DocumentModel
    solved: Solved
    conflicts: list[Conflict] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    _ids: dict[int, str] = field(default_factory=dict)

    def figures(self) -> Iterator[DeducedFigure]:
        """Every figure of which something is stated or implied, in the order of its variables."""
        for variable in self.solved.known():
            yield self._figure(variable)

    def derivations(self) -> Iterator[Derivation]:
        """Every narrowing of every figure, inputs before what rests on them."""
        yield from derive(self)

    def checks(self) -> Iterator[Check]:
        """A verdict for each figure of the document, in the order of its statements."""
        yield from check(self)

    def printed(self) -> set[str]:
        """The ids of the figures that the document itself states, whether others narrow them or not."""
        problem = self.solved.problem
        first, last = (one.assertions - self.solved.shift.assertions for one in (self.solved.starts, self.solved.ends))
        variables = problem.asserted[first:last, 0] + self.solved.shift.variables
        return {self.deduced_id(variable) for variable in variables.tolist()}

    def _figure(self, variable: int) -> DeducedFigure:
        solved = self.solved
        statistic, series, span, before, whole = solved.key(variable)
        low, high = solved.bounds_of(variable)
        return DeducedFigure(
            deduced_id=self.deduced_id(variable),
            document_id=self.document.document_id,
            as_of_date=self.document.published_date,
            statistic=statistic,
            series=self.model.series[series],
            period=self.model.spans[span],
            comparison=self.model.spans[before] if before >= 0 else None,
            reference=self.model.reference_of(series, whole),
            low=self._decimal(variable, statistic, 0, low),
            high=self._decimal(variable, statistic, 1, high),
            origin=solved.origin(variable),
        )

    def deduced_id(self, variable: int) -> str:
        """A stable id of a deduced figure: of its document and what it is about."""
        deduced_id = self._ids.get(variable)
        if deduced_id is None:
            statistic, series, span, before, whole = self.solved.key(variable)
            text_of = self.model.text_of
            identity = (self.document.document_id, statistic, text_of(series, span), text_of(whole, before))
            deduced_id = self._ids[variable] = figure_identity(identity)
        return deduced_id

    def _decimal(self, variable: int, statistic: str, side: int, value: float) -> Decimal | None:
        """A bound in the figure's unit: as printed where a statement gave it, else rounded outwards."""
        statement = self.solved.statement_behind(variable, side)
        if statement >= 0 and statistic not in DIFFERENCES:
            figure = self.document.statements[statement].figures[0]
            if figure.statistic == statistic:
                return figure.high if side else figure.low
        return bound(value, side, is_fraction=statistic in FRACTIONS)
