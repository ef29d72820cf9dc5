"""Narrowing intervals until nothing narrows any more, and remembering what narrowed what.

All constraints are looked at in rounds. In a round each constraint says what it implies from the bounds before the
round; of all that is said of a bound the tightest holds, of equals what the constraint added first says. So the result
does not depend on any order. Every operation rounds away from the interval: a bound is never tighter than the numbers
allow. A narrowing that is no thousandth of the interval is let go, which ends every loop.

Bounds are kept as numbers that only grow: 2 v is the low of variable v, 2 v + 1 its negated high.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from orchestration.deduction.network import RULE_NUMBERS, Count, Floats, Integers, Problem, Tables, Truths

#: The part of an interval (or of a bound that is alone) that a narrowing must cut off to count.
LEAST_NARROWING = 1e-3
#: Rounds after which a loop ends that narrows by more than that each time; every bound is sound at any time.
MOST_ROUNDS = 200
_NO_CONSTRAINT = -1
_NOTHING = -1


@dataclass(slots=True)
class Events:
    """What narrowed which bound, in the order it happened; one row an event.

    `inputs` are the events that gave the bounds used (-1: a natural bound), `statement` is set where a statement was
    the reason and `rule` where a constraint was. `more_inputs` holds those of events with more than four.
    """

    bound: Integers
    value: Floats
    rule: Integers
    statement: Integers
    inputs: Integers
    rounds: Integers  # where each round's events begin, and the end
    more_inputs: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def rests_on_statements(self, is_named: Truths) -> Truths:
        """Whether all that an event rests on are statements, through steps whose variable has no name."""
        rests = np.zeros(len(self.bound), dtype=np.bool_)
        is_statement = self.statement >= 0
        is_hidden = ~is_named[self.bound >> 1]
        for first, last in pairwise(self.rounds.tolist()):
            used = self.inputs[first:last]
            fits = (used < 0) | is_statement[used] | (is_hidden[used] & rests[used])
            rests[first:last] = fits.all(axis=1)
            for event, inputs in self.more_inputs.items():
                if first <= event < last:
                    rests[event] = all(is_statement[one] or (is_hidden[one] and rests[one]) for one in inputs)
        return rests

    def inputs_of(self, event: int) -> tuple[int, ...]:
        """The events that an event rests on."""
        if event in self.more_inputs:
            return self.more_inputs[event]
        return tuple(int(one) for one in dict.fromkeys(self.inputs[event].tolist()) if one >= 0)

    def statements_of(self, events: Iterator[int] | list[int]) -> list[int]:
        """Every statement that the events rest on in the end."""
        found: set[int] = set()
        seen: set[int] = set()
        waiting = [event for event in events if event >= 0]
        while waiting:
            event = waiting.pop()
            if event in seen:
                continue
            seen.add(event)
            if self.statement[event] >= 0:
                found.add(int(self.statement[event]))
            waiting += self.inputs_of(event)
        return sorted(found)


@dataclass(slots=True)
class Run:
    """Where propagation ended: the bounds, the event that gave each (-1: natural), and what contradicts itself.

    `conflicts` names for each contradictory document the two events that cannot both hold; its other bounds mean
    nothing.
    """

    bounds: Floats
    latest: Integers
    events: Events
    conflicts: dict[int, tuple[int, int]]
    core_rounds: int  # so many of the rounds came before those of the outputs

    def low(self, variable: int) -> float:
        """The low bound of a variable."""
        return float(self.bounds[2 * variable])

    def high(self, variable: int) -> float:
        """The high bound of a variable."""
        return float(-self.bounds[2 * variable + 1])


def natural_bounds(problem: Problem) -> Floats:
    """The bounds that hold whatever is stated."""
    bounds = np.empty(2 * len(problem.low))
    bounds[0::2] = problem.low
    bounds[1::2] = -problem.high
    return bounds


def propagate(problem: Problem, statements: Truths | None = None, *, has_outputs: bool = True) -> Run:
    """Narrow all variables from the statements (a mask; None: all of them) to a fixed point, then the outputs.

    A document that contradicts itself is left where that showed; the others go on.
    """
    asserted = problem.asserted[:, 0], problem.asserted[:, 1]
    kept = slice(None) if statements is None else statements[asserted[1]]
    variables, numbers = asserted[0][kept], asserted[1][kept]
    first = _Candidates(
        bound=np.concatenate((2 * variables, 2 * variables + 1)),
        value=np.concatenate((problem.asserted_low[kept], -problem.asserted_high[kept])),
        constraint=np.full(2 * len(variables), _NO_CONSTRAINT),
        rule=np.zeros(2 * len(variables), dtype=np.int64),
        inputs=np.full((2 * len(variables), 4), _NOTHING),
        statement=np.concatenate((numbers, numbers)),
    )
    documents = problem.documents_of_variables()
    narrowing = _Narrowing(natural_bounds(problem), documents, problem.is_output)
    narrowing.narrow(Touching(problem.core, problem.counts, len(problem.low)), first)
    core_rounds = len(narrowing.rounds) - 1
    if has_outputs:
        narrowing.is_fixed = ~problem.is_output
        narrowing.narrow(Touching(problem.outputs, [], len(problem.low)), None)
    return narrowing.result(core_rounds)


def settle(touching: Touching, bounds: Floats, documents: Integers, is_fixed: Truths) -> Run:
    """Narrow from given bounds, all constraints at once; what is fixed is read and never narrowed."""
    narrowing = _Narrowing(bounds, documents, is_fixed)
    narrowing.narrow(touching, None)
    return narrowing.result(len(narrowing.rounds) - 1)


@dataclass(slots=True)
class _Candidates:
    """What is said of bounds in one round; `inputs` are bounds."""

    bound: Integers
    value: Floats
    constraint: Integers
    rule: Integers
    inputs: Integers
    statement: Integers
    more_inputs: dict[int, tuple[int, ...]] = field(default_factory=dict)


class _Narrowing:
    """One propagation: the bounds and the log."""

    def __init__(self, bounds: Floats, documents: Integers, is_fixed: Truths) -> None:
        self.bounds = bounds
        self.documents = documents
        self.is_fixed = is_fixed
        self.latest = np.full(len(bounds), _NOTHING)
        self.ended = np.zeros(int(documents.max(initial=-1)) + 1, dtype=np.bool_)
        self.conflicts: dict[int, tuple[int, int]] = {}
        self.log: list[tuple[Integers, Floats, Integers, Integers, Integers]] = []
        self.more_inputs: dict[int, tuple[int, ...]] = {}
        self.rounds = [0]

    def narrow(self, touching: Touching, first: _Candidates | None) -> None:
        """Go on until nothing narrows, from what is said first or from what all constraints say."""
        last = len(self.rounds) + MOST_ROUNDS
        with np.errstate(all="ignore"):
            due, counts = touching.everything() if first is None else touching.constraints(self._apply(first))
            while (any(map(len, due)) or counts) and len(self.rounds) < last:
                due, counts = touching.constraints(self._apply(self._implied(touching, due, counts)))

    def result(self, core_rounds: int) -> Run:
        """Where it ended."""
        return Run(self.bounds, self.latest, self._events(), self.conflicts, core_rounds)

    def _implied(self, touching: Touching, due: list[Integers], counts: list[int]) -> _Candidates:
        pieces: list[tuple[Integers, Floats, Integers, Integers, Integers]] = []
        forms = (_implied_by_sums, _implied_by_products, _implied_by_signed, _implied_by_orders)
        for table, rows, form, first in zip(touching.tables, due, forms, touching.firsts, strict=True):
            if not len(rows):
                continue
            constraints = table[rows]
            for bound, value, inputs in form(constraints, self.bounds):
                better = self._narrower(bound, value)
                if len(better):
                    padded = np.full((len(better), 4), _NOTHING)
                    for column, one in enumerate(inputs):
                        padded[:, column] = one[better]
                    pieces.append((bound[better], value[better], first + rows[better], constraints[better, -1], padded))
        more_inputs: dict[int, tuple[int, ...]] = {}
        place = sum(len(piece[0]) for piece in pieces)
        for number in counts:
            for bound_number, value_number, used in _implied_by_count(touching.counts[number], self.bounds):
                if len(self._narrower(np.array([bound_number]), np.array([value_number]))):
                    more_inputs[place] = used
                    place += 1
                    pieces.append(
                        (
                            np.array([bound_number]),
                            np.array([value_number]),
                            np.array([touching.first_count + number]),
                            np.array([RULE_NUMBERS["count"]]),
                            np.full((1, 4), _NOTHING),
                        )
                    )
        if not pieces:
            empty = np.empty(0, dtype=np.int64)
            return _Candidates(empty, np.empty(0), empty, empty, np.empty((0, 4), dtype=np.int64), empty)
        bound, value, constraint, rule, inputs_used = (np.concatenate(column) for column in zip(*pieces, strict=True))
        return _Candidates(bound, value, constraint, rule, inputs_used, np.full(len(bound), _NOTHING), more_inputs)

    def _narrower(self, bound: Integers, value: Floats) -> Integers:
        """The places where a bound would gain enough to count, and may be narrowed at all."""
        places = np.flatnonzero(value > self.bounds[bound])
        bound, value = bound[places], value[places]
        now, other = self.bounds[bound], self.bounds[bound ^ 1]
        measure = np.minimum(-(now + other), np.maximum(np.abs(value), np.abs(now)))
        is_narrower = (value - now > LEAST_NARROWING * measure) | np.isinf(now)
        variable = bound >> 1
        is_narrower &= ~self.is_fixed[variable]
        if self.conflicts:
            is_narrower &= ~self.ended[self.documents[variable]]
        narrower: Integers = places[is_narrower]
        return narrower

    def _apply(self, said: _Candidates) -> Integers:
        """Take the tightest of what is said of each bound; returns the variables that changed."""
        narrower = np.flatnonzero(said.value > self.bounds[said.bound])
        order = narrower[
            np.lexsort(
                (said.statement[narrower], said.constraint[narrower], -said.value[narrower], said.bound[narrower])
            )
        ]
        bound = said.bound[order]
        best = order[_is_first(bound)]
        bound = said.bound[best]
        begun = self.rounds[-1]
        used = said.inputs[best]
        events_used = np.where(used >= 0, self.latest[used], _NOTHING)
        if said.more_inputs:
            for place, candidate in enumerate(best.tolist()):
                if candidate in said.more_inputs:
                    used_events = (int(self.latest[one]) for one in said.more_inputs[candidate])
                    self.more_inputs[begun + place] = tuple(one for one in dict.fromkeys(used_events) if one >= 0)
        self.log.append((bound, said.value[best], said.rule[best], said.statement[best], events_used))
        self.rounds.append(begun + len(best))
        self.bounds[bound] = said.value[best]
        self.latest[bound] = begun + np.arange(len(best))
        variables = bound >> 1  # in rising order
        changed = variables[_is_first(variables)]
        crossed = changed[self.bounds[2 * changed] + self.bounds[2 * changed + 1] > 0]
        for variable in crossed.tolist():
            document = int(self.documents[variable])
            if document not in self.conflicts:
                self.conflicts[document] = int(self.latest[2 * variable]), int(self.latest[2 * variable + 1])
                self.ended[document] = True
        return changed[~self.ended[self.documents[changed]]] if self.conflicts else changed

    def _events(self) -> Events:
        if self.log:
            bound, value, rule, statement, inputs = (np.concatenate(column) for column in zip(*self.log, strict=True))
        else:
            bound = rule = statement = np.empty(0, dtype=np.int64)
            value, inputs = np.empty(0), np.empty((0, 4), dtype=np.int64)
        return Events(bound, value, rule, statement, inputs, np.array(self.rounds), self.more_inputs)


class Touching:
    """Constraints, and which of them hold a variable: for each table its rows sorted by variable."""

    def __init__(self, tables: Tables, counts: list[Count], size: int) -> None:
        self.tables = tables
        self.counts = counts
        self.lists: list[tuple[Integers, Integers | None]] = []
        for table in tables:
            columns = table.shape[1] - 1
            held = table[:, :columns].ravel()
            order = np.argsort(held, kind="stable")
            starts = np.searchsorted(held[order], np.arange(size + 1)) if len(held) else None
            self.lists.append((order // columns, starts))
        *self.firsts, self.first_count = np.cumsum([0, *map(len, tables)]).tolist()
        self.of_counts: dict[int, list[int]] = {}
        self.is_counted = np.zeros(size if counts else 0, dtype=np.bool_)
        for number, count in enumerate(counts):
            for variable in (count.counted, *count.peers):
                self.of_counts.setdefault(variable, []).append(number)
                self.is_counted[variable] = True

    def everything(self) -> tuple[list[Integers], list[int]]:
        """All rows of each table, and all counts."""
        return [np.arange(len(table)) for table in self.tables], list(range(len(self.counts)))

    def constraints(self, variables: Integers) -> tuple[list[Integers], list[int]]:
        """The rows of each table that hold one of the variables, and the counts that do."""
        due = []
        for (rows, starts), table in zip(self.lists, self.tables, strict=True):
            if starts is None or not len(variables):
                due.append(np.empty(0, dtype=np.int64))
                continue
            is_due = np.zeros(len(table), dtype=np.bool_)
            is_due[rows[gathered(starts, variables)]] = True
            due.append(np.flatnonzero(is_due))
        if not self.counts:
            return due, []
        counted = variables[self.is_counted[variables]].tolist()
        return due, sorted({number for one in counted for number in self.of_counts[one]})


def _is_first(ordered: Integers) -> Truths:
    """Whether a number is the first of its like in a list in order."""
    is_first = np.ones(len(ordered), dtype=np.bool_)
    is_first[1:] = ordered[1:] != ordered[:-1]
    return is_first


def distinct(numbers: Integers) -> Integers:
    """The numbers once each, in rising order (np.unique hashes, which is slower for what is nearly sorted)."""
    ordered = np.sort(numbers)
    return ordered[_is_first(ordered)]


def gathered(starts: Integers, rows: Integers) -> Integers:
    """The places of several rows of a table that is stored as one list with the start of each row."""
    lengths = starts[rows + 1] - starts[rows]
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    places: Integers = np.arange(total) + np.repeat(starts[rows] - (ends - lengths), lengths)
    return places


# --- what each form implies: (bound, value, bounds used) ----------------------------------------------------------

_Said = tuple[Integers, Floats, tuple[Integers, ...]]


def _implied_by_sums(table: Integers, bounds: Floats) -> Iterator[_Said]:
    """x = y + z: each of the three from the other two."""
    x, y, z = (2 * table[:, column] for column in range(3))
    for side in (0, 1):
        yield x + side, _added(bounds[y + side], bounds[z + side]), (y + side, z + side)
        yield y + side, _added(bounds[x + side], bounds[z + 1 - side]), (x + side, z + 1 - side)
        yield z + side, _added(bounds[x + side], bounds[y + 1 - side]), (x + side, y + 1 - side)


def _implied_by_orders(table: Integers, bounds: Floats) -> Iterator[_Said]:
    """x ≥ y: x is at least the low of y, y at most the high of x."""
    x, y = 2 * table[:, 0], 2 * table[:, 1]
    yield x, bounds[y], (y,)
    yield y + 1, bounds[x + 1], (x + 1,)


def _implied_by_products(table: Integers, bounds: Floats) -> Iterator[_Said]:
    """x = y × z, none of them negative."""
    x, y, z = (2 * table[:, column] for column in range(3))
    yield x, _down(bounds[y] * bounds[z]), (y, z)
    yield x + 1, _down(-(bounds[y + 1] * bounds[z + 1])), (y + 1, z + 1)
    for part, other in ((y, z), (z, y)):
        most, least = -bounds[other + 1], bounds[other]
        yield part, np.where(most > 0, _down(bounds[x] / most), -np.inf), (x, other + 1)
        yield part + 1, np.where(least > 0, _down(bounds[x + 1] / least), -np.inf), (x + 1, other)


def _implied_by_signed(table: Integers, bounds: Floats) -> Iterator[_Said]:
    """x = y × z of any signs; nothing follows for y where z may be nought."""
    x, y, z = (2 * table[:, column] for column in range(3))
    low, high = _corners(*_ends(bounds, y), *_ends(bounds, z), np.multiply)
    used = (y, y + 1, z, z + 1)
    yield x, low, used
    yield x + 1, -high, used
    for part, other in ((y, z), (z, y)):
        least, most = _ends(bounds, other)
        low, high = _corners(*_ends(bounds, x), least, most, np.divide)
        has_nought = (least <= 0) & (most >= 0)
        used = (x, x + 1, other, other + 1)
        yield part, np.where(has_nought, -np.inf, low), used
        yield part + 1, np.where(has_nought, -np.inf, -high), used


def _implied_by_count(count: Count, bounds: Floats) -> Iterator[tuple[int, float, tuple[int, ...]]]:
    """So many peers lie above a bound: the number from the peers, and the peers once the number is used up."""
    peers = np.array(count.peers)
    surely = bounds[2 * peers] > count.surely
    possibly = -bounds[2 * peers + 1] > count.possibly
    number = 2 * count.counted
    for_surely = tuple((2 * peers[surely]).tolist())
    for_not = tuple((2 * peers[~possibly] + 1).tolist())
    yield number, float(surely.sum()), for_surely
    yield number + 1, float(-possibly.sum()), for_not
    if surely.sum() == -bounds[number + 1]:  # all that were counted are known: nobody else is one
        for peer in peers[~surely].tolist():
            yield 2 * peer + 1, -count.surely, (number + 1, *for_surely)
    if possibly.sum() == bounds[number]:  # whoever can be one must be
        for peer in peers[possibly].tolist():
            yield 2 * peer, count.possibly, (number, *for_not)
    if count.unnamed >= 0:
        others = np.array(count.others)
        named = ~np.isin(peers, others)
        surely_named = tuple((2 * peers[surely & named]).tolist())
        not_named = tuple((2 * peers[~possibly & named] + 1).tolist())
        yield 2 * count.unnamed, float(bounds[number] - (possibly & named).sum()), (number, *not_named)
        yield 2 * count.unnamed + 1, float(bounds[number + 1] + (surely & named).sum()), (number + 1, *surely_named)


def _ends(bounds: Floats, place: Integers) -> tuple[Floats, Floats]:
    return bounds[place], -bounds[place + 1]


def _corners(low: Floats, high: Floats, least: Floats, most: Floats, operation: np.ufunc) -> tuple[Floats, Floats]:
    """The least and the greatest of the four combinations; one without meaning (0 × ∞, ∞ / ∞) bounds nothing.

    0 × ∞ is nought, as no factor is infinite. ∞ / ∞ lies between the other corners.
    """
    corners = [operation(one, other) for one in (low, high) for other in (least, most)]
    if operation is np.multiply:
        corners = [np.where(np.isnan(corner), 0.0, corner) for corner in corners]
    smallest = np.fmin(np.fmin(corners[0], corners[1]), np.fmin(corners[2], corners[3]))
    greatest = np.fmax(np.fmax(corners[0], corners[1]), np.fmax(corners[2], corners[3]))
    return _down(smallest), np.nextafter(greatest, np.inf)


def _down(value: Floats) -> Floats:
    """The next number below; what has no meaning bounds nothing."""
    return np.where(np.isnan(value), -np.inf, np.nextafter(value, -np.inf))


def _added(one: Floats, other: Floats) -> Floats:
    """The sum, rounded down where it is not exact (Knuth's two-sum gives the error of the addition)."""
    total = one + other
    back = total - one
    error = (one - (total - back)) + (other - back)
    return np.where(error < 0, np.nextafter(total, -np.inf), total)
