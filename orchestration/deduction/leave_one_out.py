"""What the other statements say of each: its interval when it alone is left out, for all statements at once.

A bound whose derivation does not use a statement holds without it too. So for each statement only the bounds that rest
on it are taken back and narrowed anew, as copies beside the others. There are about as many copies as inputs of all
derivations, so the work grows with the number of statements and not with its square.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from orchestration.deduction.network import Count, Floats, Integers, Problem, Truths
from orchestration.deduction.propagation import (
    Events,
    Run,
    Touching,
    distinct,
    first_of_its_like,
    gathered,
    natural_bounds,
    settle,
    starts_of,
)


@dataclass(slots=True)
class Implied:
    """For each assertion of a problem: what the other statements imply of its variable, by which rule."""

    low: list[float]
    high: list[float]
    rule: list[int]
    is_determined: list[bool]


def implied_by_others(problem: Problem, run: Run, statements: Truths | None = None) -> Implied:
    """The interval of each asserted variable without the statement that asserts it.

    `run` is the propagation of `statements` (a mask; None: all), and must be free of conflicts. Determined is what has
    two bounds that are narrower than the natural ones.
    """
    size = len(problem.low)
    kept = np.ones(problem.statements, dtype=np.bool_) if statements is None else statements
    keys, copied = _affected(problem, run, kept)
    touching = Touching.of(problem.core, problem.counts, size)
    settled = settle(
        Touching(
            *_copied(touching, keys, size, problem.statements), _copied_counts(touching, keys, size), size + len(keys)
        ),
        _taken_back(problem, run, keys, copied, kept),
        np.concatenate((np.zeros(size, dtype=np.int64), 1 + keys // size)),
        np.arange(size + len(keys)) < size,
    )
    asserted = problem.asserted[:, 0]
    place = _found(keys, problem.asserted[:, 1] * size + asserted)
    variable = np.where(place >= 0, size + place, asserted)
    low, high = settled.bounds[2 * variable], -settled.bounds[2 * variable + 1]
    is_determined = (low > problem.low[asserted]) & (high < problem.high[asserted])
    rule = _rules(run, settled, variable, asserted)
    return Implied(low.tolist(), high.tolist(), rule.tolist(), is_determined.tolist())


def supports(events: Events, rounds: int, statements: int) -> tuple[Integers, Integers]:
    """For each event of the first rounds the statements it rests on: where they begin in the list, and the list."""
    ends = events.rounds[: rounds + 1].tolist()
    starts = np.zeros(ends[-1] + 1, dtype=np.int64)
    held = np.empty(max(1024, 4 * ends[-1]), dtype=np.int64)
    end = 0
    for first, last in pairwise(ends):
        own = np.flatnonzero(events.statement[first:last] >= 0)
        used = events.inputs[first:last]
        rows, columns = np.nonzero(used >= 0)
        keys = [
            own * statements + events.statement[first:last][own],
            _rested_on(starts, held, rows, used[rows, columns], statements),
        ]
        for event, used_events in events.more_inputs.items():
            if first <= event < last:
                rows = np.full(len(used_events), event - first)
                keys.append(_rested_on(starts, held, rows, np.array(used_events, dtype=np.int64), statements))
        pairs = distinct(np.concatenate(keys))
        if end + len(pairs) > len(held):
            held = np.concatenate((held, np.empty(max(len(held), len(pairs)), dtype=np.int64)))
        held[end : end + len(pairs)] = pairs % statements
        starts[first : last + 1] = end + np.searchsorted(pairs, np.arange(last - first + 1) * statements)
        end += len(pairs)
    return starts, held[:end]


def _rested_on(starts: Integers, held: Integers, rows: Integers, used: Integers, statements: int) -> Integers:
    lengths = starts[used + 1] - starts[used]
    return np.repeat(rows, lengths) * statements + held[gathered(starts, used)]


def _affected(problem: Problem, run: Run, kept: Truths) -> tuple[Integers, Truths]:
    """The copies to be made, as statement × variables + variable, rising, and which sides of each rest on it."""
    size = len(problem.low)
    if not len(run.events.bound):
        return np.empty(0, dtype=np.int64), np.empty((0, 2), dtype=np.bool_)
    starts, held = supports(run.events, run.core_rounds, problem.statements)
    narrowed = np.flatnonzero((run.latest >= 0) & (run.latest < len(starts) - 1))
    events = run.latest[narrowed]
    bound = np.repeat(narrowed, starts[events + 1] - starts[events])
    sides = np.sort(held[gathered(starts, events)] * (2 * size) + bound)
    pairs = sides >> 1
    # Where a statement's own variable does not rest on it, the others give its interval as it stands.
    own = problem.asserted[kept[problem.asserted[:, 1]]]
    rests = np.zeros(problem.statements, dtype=np.bool_)
    rests[own[_found(pairs, own[:, 1] * size + own[:, 0]) >= 0, 1]] = True
    wanted = rests[pairs // size]
    pairs, sides = pairs[wanted], sides[wanted]
    is_first = first_of_its_like(pairs)
    keys = pairs[is_first]
    copied = np.zeros((len(keys), 2), dtype=np.bool_)
    copied[np.cumsum(is_first) - 1, sides & 1] = True
    return keys, copied


def _taken_back(problem: Problem, run: Run, keys: Integers, copied: Truths, kept: Truths) -> Floats:
    """The bounds to start from: those of the run, and for each copy what is left of them without its statement."""
    size = len(problem.low)
    statement, variable = keys // size, keys % size
    fresh = natural_bounds(problem).reshape(-1, 2)[variable]
    order = np.argsort(problem.asserted[:, 0], kind="stable")
    starts = starts_of(problem.asserted[:, 0], size)
    rows = order[gathered(starts, variable)]
    copy = np.repeat(np.arange(len(keys)), starts[variable + 1] - starts[variable])
    by = problem.asserted[rows, 1]
    others = (by != statement[copy]) & kept[by]
    np.maximum.at(fresh[:, 0], copy[others], problem.asserted_low[rows[others]])
    np.maximum.at(fresh[:, 1], copy[others], -problem.asserted_high[rows[others]])
    bounds = np.where(copied, fresh, run.bounds.reshape(-1, 2)[variable])
    return np.concatenate((run.bounds, bounds.ravel()))


def _copied(touching: Touching, keys: Integers, size: int, statements: int) -> tuple[Integers, Integers]:
    """The constraints that touch a copy, once for each statement: copies where there are, else the variables.

    A table form after form, and where the forms begin.
    """
    statement, variable = np.divmod(keys, size)
    copy = np.repeat(np.arange(len(keys)), touching.starts[variable + 1] - touching.starts[variable])
    row, column = np.divmod(touching.places[gathered(touching.starts, variable)], 3)
    form = np.searchsorted(touching.firsts, row, side="right") - 1
    length = len(touching.table)
    place = (form * statements + statement[copy]) * length + row
    order = np.argsort(place)
    place = place[order]
    is_first = first_of_its_like(place)
    table = touching.table[row[order[is_first]]]
    table[np.cumsum(is_first) - 1, column[order]] = size + copy[order]
    return table, np.searchsorted(place[is_first], np.arange(len(touching.firsts)) * (statements * length))


def _copied_counts(touching: Touching, keys: Integers, size: int) -> list[Count]:
    if not touching.counts:
        return []
    counted = np.flatnonzero(touching.is_counted[keys % size])
    place_of = {int(keys[place]): size + place for place in counted.tolist()}
    due = {(key // size, number) for key in place_of for number in touching.of_counts[key % size]}

    def placed(statement: int, variable: int) -> int:
        return place_of.get(statement * size + variable, variable)

    return [
        Count(
            placed(statement, count.counted),
            tuple(placed(statement, peer) for peer in count.peers),
            tuple(placed(statement, peer) for peer in count.others),
            placed(statement, count.unnamed) if count.unnamed >= 0 else -1,
            count.surely,
            count.possibly,
        )
        for statement, number in sorted(due)
        for count in (touching.counts[number],)
    ]


def _found(keys: Integers, wanted: Integers) -> Integers:
    """Where each of `wanted` stands in `keys`, which rise; -1 where it does not."""
    if not len(keys):
        return np.full(len(wanted), -1)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, place, -1)


def _rules(run: Run, settled: Run, variable: Integers, asserted: Integers) -> Integers:
    """The rule that gave the low bound of what is implied, or the high one; nought where no rule did."""
    rule = np.zeros(len(variable), dtype=np.int64)
    for side in (1, 0):
        for events, latest in (
            (run.events, run.latest[2 * asserted + side]),
            (settled.events, settled.latest[2 * variable + side]),
        ):
            if len(events.rule):
                rule = np.where((latest >= 0) & (events.rule[latest] > 0), events.rule[latest], rule)
    return rule
