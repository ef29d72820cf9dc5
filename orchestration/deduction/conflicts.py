"""What in a document cannot all hold: minimal sets of statements, and who alone could be wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orchestration.deduction.network import Problem, Truths
from orchestration.deduction.propagation import Run, propagate


@dataclass(slots=True)
class Dispute:
    """Statements that contradict one another: minimal sets, and those that each set holds (any one may be dropped)."""

    minimal_sets: list[tuple[int, ...]]
    culprits: tuple[int, ...]

    @property
    def disputed(self) -> set[int]:
        """Every statement of every set."""
        return {statement for one in self.minimal_sets for statement in one}

    @property
    def set_aside(self) -> set[int]:
        """What nothing is deduced from: the one culprit where there is one, else all that is disputed."""
        return set(self.culprits) if len(self.culprits) == 1 else self.disputed


def find_disputes(problem: Problem) -> list[Dispute]:
    """The disputes of one document, in the order found; empty where it is consistent.

    First minimal sets that share nothing are taken out until the rest agrees: each is a dispute of its own. Then each
    statement of such a set is dropped alone. Either all else agrees without it, or what still contradicts is another
    minimal set of the same dispute.
    """
    everything = np.ones(problem.statements, dtype=np.bool_)
    remaining = everything.copy()
    cores: list[tuple[int, ...]] = []
    while (found := _minimal_set(problem, remaining)) is not None:
        cores.append(found)
        remaining[list(found)] = False
    disputes = []
    for core in cores:
        without_others = everything.copy()
        without_others[[statement for other in cores if other != core for statement in other]] = False
        sets, culprits = [core], []
        for statement in core:
            without_others[statement] = False
            another = _minimal_set(problem, without_others)
            without_others[statement] = True
            if another is None:
                culprits.append(statement)
            elif another not in sets:
                sets.append(another)
        disputes.append(Dispute(sorted(sets, key=lambda one: (len(one), one)), tuple(culprits)))
    return disputes


def _minimal_set(problem: Problem, statements: Truths) -> tuple[int, ...] | None:
    """Statements of which none can be spared for a contradiction; None where there is none."""
    conflicting = _conflicting(_run(problem, statements))
    if conflicting is None:
        return None
    if _conflicting(_run(problem, _only(problem, conflicting))) is None:
        # Narrowings too small to count may add up in another order: then every statement is tried.
        conflicting = np.flatnonzero(statements).tolist()
    for statement in list(conflicting):
        fewer = [one for one in conflicting if one != statement]
        still = _conflicting(_run(problem, _only(problem, fewer)))
        if still is not None:
            conflicting = fewer
    return tuple(conflicting)


def _run(problem: Problem, statements: Truths) -> Run:
    return propagate(problem, statements, has_outputs=False)


def _conflicting(run: Run) -> list[int] | None:
    """The statements that the contradiction of a run rests on; None where it has none."""
    for events in run.conflicts.values():
        return run.events.statements_of(list(events))
    return None


def _only(problem: Problem, statements: list[int]) -> Truths:
    mask = np.zeros(problem.statements, dtype=np.bool_)
    mask[statements] = True
    return mask
