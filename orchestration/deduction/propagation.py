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

from orchestration.deduction.network import RULE_NUMBERS, STATED, Count, Floats, Integers, Problem, Tables, Truths

#: The part of an interval (or of a bound that is alone) that a narrowing must cut off to count.
LEAST_NARROWING = 1e-3
#: Rounds after which a loop ends that narrows by more than that each time; every bound is sound at any time.
MOST_ROUNDS = 200
#: Bounds that an implication rests on; those of counts, which may be more, are kept apart.
_INPUTS = 4
#: Constraints that are computed together: so few that their numbers stay near the processor.
_AT_ONCE = 4096
#: Stands where there is no event, statement or bound.
NOTHING = -1


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
        number=np.concatenate((numbers, numbers)),
        rule=np.zeros(2 * len(variables), dtype=np.int64),
        inputs=np.full((2 * len(variables), _INPUTS), NOTHING),
    )
    documents = problem.documents_of_variables()
    narrowing = _Narrowing(natural_bounds(problem), documents, problem.is_output)
    narrowing.narrow(Touching.of(problem.core, problem.counts, len(problem.low)), first)
    core_rounds = len(narrowing.rounds) - 1
    if has_outputs:
        narrowing.is_fixed = ~problem.is_output
        narrowing.narrow(Touching.of(problem.outputs, [], len(problem.low)), None)
    return narrowing.result(core_rounds)


def settle(touching: Touching, bounds: Floats, documents: Integers, is_fixed: Truths) -> Run:
    """Narrow from given bounds, all constraints at once; what is fixed is read and never narrowed."""
    narrowing = _Narrowing(bounds, documents, is_fixed)
    narrowing.narrow(touching, None)
    return narrowing.result(len(narrowing.rounds) - 1)


@dataclass(slots=True)
class _Candidates:
    """What is said of bounds in one round: by statements, or by constraints, whose `rule` is not nought.

    `number` is that of the statement or constraint, `inputs` are bounds.
    """

    bound: Integers
    value: Floats
    number: Integers
    rule: Integers
    inputs: Integers
    more_inputs: dict[int, tuple[int, ...]] = field(default_factory=dict)


class _Narrowing:
    """One propagation: the bounds and the log."""

    def __init__(self, bounds: Floats, documents: Integers, is_fixed: Truths) -> None:
        self.bounds = bounds
        self.documents = documents
        self.is_fixed = is_fixed
        self.latest = np.full(len(bounds), NOTHING)
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
            while (len(due) or counts) and len(self.rounds) < last:
                due, counts = touching.constraints(self._apply(self._implied(touching, due, counts)))

    def result(self, core_rounds: int) -> Run:
        """Where it ended."""
        return Run(self.bounds, self.latest, self._events(), self.conflicts, core_rounds)

    def _implied(self, touching: Touching, due: Integers, counts: list[int]) -> _Candidates:
        pieces: list[tuple[Integers, Floats, Integers, Integers]] = []
        ends = np.searchsorted(due, touching.firsts).tolist()
        for form, (first, last) in zip(_FORMS, pairwise(ends), strict=True):
            for begin in range(first, last, _AT_ONCE):
                rows = due[begin : min(begin + _AT_ONCE, last)]
                bound, value, inputs = form(touching.lows[:, rows], self.bounds)
                better = self._narrower(bound, value)
                if len(better):
                    used = np.full((len(better), _INPUTS), NOTHING)
                    for column, one in enumerate(inputs):
                        used[:, column] = one[better]
                    pieces.append((bound[better], value[better], rows[better % len(rows)], used))
        more_inputs: dict[int, tuple[int, ...]] = {}
        said = [(number, *one) for number in counts for one in _implied_by_count(touching.counts[number], self.bounds)]
        if said:
            place = sum(len(piece[0]) for piece in pieces)
            numbers, bounds, values, inputs_of_counts = zip(*said, strict=True)
            bound, value = np.array(bounds), np.array(values)
            better = self._narrower(bound, value)
            more_inputs = {place + new: inputs_of_counts[old] for new, old in enumerate(better.tolist())}
            rows = touching.firsts[-1] + np.array(numbers)[better]
            pieces.append((bound[better], value[better], rows, np.full((len(better), _INPUTS), NOTHING)))
        if not pieces:
            nothing = np.empty(0, dtype=np.int64)
            return _Candidates(nothing, np.empty(0), nothing, nothing, np.empty((0, _INPUTS), dtype=np.int64))
        bound, value, number, used = (np.concatenate(column) for column in zip(*pieces, strict=True))
        return _Candidates(bound, value, number, touching.rules[number], used, more_inputs)

    def _narrower(self, bound: Integers, value: Floats) -> Integers:
        """The places where a bound would gain enough to count, and may be narrowed at all."""
        now = self.bounds[bound]
        places = np.flatnonzero(value > now)
        bound, value, now = bound[places], value[places], now[places]
        measure = np.minimum(-(now + self.bounds[bound ^ 1]), np.maximum(np.abs(value), np.abs(now)))
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
        np.maximum.at(self.bounds, said.bound[narrower], said.value[narrower])
        tightest = narrower[said.value[narrower] == self.bounds[said.bound[narrower]]]
        # Of equals the one with the lowest number; what one constraint says twice of a bound is the same.
        numbers = said.number[tightest]
        order = np.argsort(said.bound[tightest] * (numbers.max(initial=0) + 1) + numbers)
        bound = said.bound[tightest][order]
        is_first = first_of_its_like(bound)
        best, bound = tightest[order[is_first]], bound[is_first]
        begun = self.rounds[-1]
        used = said.inputs[best]
        events_used = np.where(used >= 0, self.latest[used], NOTHING)
        if said.more_inputs:
            for place, candidate in enumerate(best.tolist()):
                if candidate in said.more_inputs:
                    used_events = (int(self.latest[one]) for one in said.more_inputs[candidate])
                    self.more_inputs[begun + place] = tuple(one for one in dict.fromkeys(used_events) if one >= 0)
        rule = said.rule[best]
        statement = np.where(rule == STATED, said.number[best], NOTHING)
        self.log.append((bound, said.value[best], rule, statement, events_used))
        self.rounds.append(begun + len(best))
        self.bounds[bound] = said.value[best]
        self.latest[bound] = begun + np.arange(len(best))
        variables = bound >> 1  # in rising order
        changed: Integers = variables[first_of_its_like(variables)]
        crossed = changed[self.bounds[2 * changed] + self.bounds[2 * changed + 1] > 0]
        for variable in crossed.tolist():
            document = int(self.documents[variable])
            if document not in self.conflicts:
                self.conflicts[document] = int(self.latest[2 * variable]), int(self.latest[2 * variable + 1])
                self.ended[document] = True
        if self.conflicts:
            changed = changed[~self.ended[self.documents[changed]]]
        return changed

    def _events(self) -> Events:
        if self.log:
            bound, value, rule, statement, inputs = (np.concatenate(column) for column in zip(*self.log, strict=True))
        else:
            bound = rule = statement = np.empty(0, dtype=np.int64)
            value, inputs = np.empty(0), np.empty((0, 4), dtype=np.int64)
        return Events(bound, value, rule, statement, inputs, np.array(self.rounds), self.more_inputs)


class Touching:
    """Constraints in one table, form after form, and which of them hold a variable.

    `firsts` are where the rows of each form begin, and the end: the counts have the numbers from there on.
    """

    def __init__(self, table: Integers, firsts: Integers, counts: list[Count], size: int) -> None:
        self.table = table
        self.firsts = firsts
        self.counts = counts
        #: The low bounds of the variables of each row, a column a row.
        self.lows = np.ascontiguousarray(2 * table[:, :3].T)
        self.rules = np.concatenate((table[:, 3], np.full(len(counts), RULE_NUMBERS["count"])))
        held = table[:, :3].ravel()
        #: The places in the table (3 × row + column) sorted by variable, and where those of each variable begin.
        self.places = np.argsort(held, kind="stable")
        self.starts = starts_of(held, size)
        self.of_counts: dict[int, list[int]] = {}
        self.is_counted = np.zeros(size if counts else 0, dtype=np.bool_)
        for number, count in enumerate(counts):
            for variable in (count.counted, *count.peers):
                self.of_counts.setdefault(variable, []).append(number)
                self.is_counted[variable] = True

    @classmethod
    def of(cls, tables: Tables, counts: list[Count], size: int) -> Touching:
        """The constraints of a problem."""
        return cls(np.concatenate(tables), np.cumsum([0, *map(len, tables)]), counts, size)

    def everything(self) -> tuple[Integers, list[int]]:
        """All rows, and all counts."""
        return np.arange(len(self.table)), list(range(len(self.counts)))

    def constraints(self, variables: Integers) -> tuple[Integers, list[int]]:
        """The rows that hold one of the variables, in rising order, and the counts that do."""
        is_due = np.zeros(len(self.table), dtype=np.bool_)
        is_due[self.places[gathered(self.starts, variables)] // 3] = True
        due = np.flatnonzero(is_due)
        if not self.counts:
            return due, []
        counted = variables[self.is_counted[variables]].tolist()
        return due, sorted({number for one in counted for number in self.of_counts[one]})


def starts_of(held: Integers, size: int) -> Integers:
    """Where each of the numbers 0 … `size` - 1 begins in `held` once that is sorted, and the end."""
    starts = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(held, minlength=size), out=starts[1:])
    return starts


def first_of_its_like(ordered: Integers) -> Truths:
    """Whether a number is the first of its like in a list in order."""
    is_first = np.ones(len(ordered), dtype=np.bool_)
    is_first[1:] = ordered[1:] != ordered[:-1]
    return is_first


def distinct(numbers: Integers) -> Integers:
    """The numbers once each, in rising order (np.unique hashes, which is slower for what is nearly sorted)."""
    ordered = np.sort(numbers)
    return ordered[first_of_its_like(ordered)]


def gathered(starts: Integers, rows: Integers) -> Integers:
    """The places of several rows of a table that is stored as one list with the start of each row."""
    lengths = starts[rows + 1] - starts[rows]
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    places: Integers = np.arange(total) + np.repeat(starts[rows] - (ends - lengths), lengths)
    return places


# --- what each form implies: (bound, value, bounds used) ----------------------------------------------------------

_Said = tuple[Integers, Floats, tuple[Integers, ...]]


def _implied_by_sums(lows: Integers, bounds: Floats) -> _Said:
    """x = y + z: each of the three from the other two."""
    x, y, z = lows
    bound = np.concatenate((x, y, z, x + 1, y + 1, z + 1))
    one = np.concatenate((y, x, x, y + 1, x + 1, x + 1))
    other = np.concatenate((z, z + 1, y + 1, z + 1, z, y))
    return bound, _added(bounds[one], bounds[other]), (one, other)


def _implied_by_orders(lows: Integers, bounds: Floats) -> _Said:
    """x ≥ y: x is at least the low of y, y at most the high of x."""
    x, y, _ = lows
    used = np.concatenate((y, x + 1))
    return np.concatenate((x, y + 1)), bounds[used], (used,)


def _implied_by_products(lows: Integers, bounds: Floats) -> _Said:
    """x = y × z, none of them negative: x from the lows and the highs, y and z from x and the other."""
    x, y, z = lows
    bound = np.concatenate((x, x + 1, y, y + 1, z, z + 1))
    one = np.concatenate((y, y + 1, x, x + 1, x, x + 1))
    other = np.concatenate((z, z + 1, z + 1, z, y + 1, y))
    left, right = bounds[one].reshape(6, -1), bounds[other].reshape(6, -1)
    right[[1, 2, 4]] *= -1  # a high bound is kept negated
    value = np.empty_like(left)
    value[:2] = left[:2] * right[:2]
    value[2:] = np.where(right[2:] > 0, left[2:] / right[2:], -np.inf)
    return bound, _down(value).ravel(), (one, other)


def _implied_by_signed(lows: Integers, bounds: Floats) -> _Said:
    """x = y × z of any signs; nothing follows for y where z may be nought."""
    x, y, z = lows
    low, high = _corners(*_ends(bounds, y), *_ends(bounds, z), np.multiply)
    part, other, product = np.concatenate((y, z)), np.concatenate((z, y)), np.concatenate((x, x))
    least, most = _ends(bounds, other)
    low_part, high_part = _corners(*_ends(bounds, product), least, most, np.divide)
    has_nought = (least <= 0) & (most >= 0)
    low_part[has_nought], high_part[has_nought] = -np.inf, np.inf
    one, two = np.concatenate((y, product)), np.concatenate((z, other))
    bound = np.concatenate((x, part, x + 1, part + 1))
    value = np.concatenate((low, low_part, -high, -high_part))
    one, two = np.concatenate((one, one)), np.concatenate((two, two))
    return bound, value, (one, one + 1, two, two + 1)


#: By the order of the forms in a table.
_FORMS = (_implied_by_sums, _implied_by_products, _implied_by_signed, _implied_by_orders)


def _implied_by_count(count: Count, bounds: Floats) -> Iterator[tuple[int, float, tuple[int, ...]]]:
    """So many peers lie above a bound: the number from the peers, and the peers once the number is used up."""
    peers = np.array(count.peers)
    lows, highs = bounds[2 * peers].tolist(), (-bounds[2 * peers + 1]).tolist()
    surely = [2 * peer for peer, low in zip(count.peers, lows, strict=True) if low > count.surely]
    surely_not = [2 * peer + 1 for peer, high in zip(count.peers, highs, strict=True) if high <= count.possibly]
    number, possible = 2 * count.counted, len(peers) - len(surely_not)
    yield number, float(len(surely)), tuple(surely)
    yield number + 1, float(-possible), tuple(surely_not)
    if len(surely) == -bounds[number + 1]:  # all that were counted are known: nobody else is one
        used = (number + 1, *surely)
        for peer in count.peers:
            if 2 * peer not in surely:
                yield 2 * peer + 1, -count.surely, used
    if possible == bounds[number]:  # whoever can be one must be
        used = (number, *surely_not)
        for peer in count.peers:
            if 2 * peer + 1 not in surely_not:
                yield 2 * peer, count.possibly, used
    if count.unnamed >= 0:
        others = set(count.others)
        surely_named = [low for low in surely if low >> 1 not in others]
        not_named = [high for high in surely_not if high >> 1 not in others]
        possible_named = len(peers) - len(others) - len(not_named)
        yield 2 * count.unnamed, float(bounds[number] - possible_named), (number, *not_named)
        yield 2 * count.unnamed + 1, float(bounds[number + 1] + len(surely_named)), (number + 1, *surely_named)


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
