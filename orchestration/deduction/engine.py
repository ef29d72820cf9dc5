"""From figure records to what they imply: documents are solved many at a time and handed out one by one."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import numpy as np

from orchestration.deduction.conflicts import find_disputes
from orchestration.deduction.document import DocumentDeduction, Outcome, Solved
from orchestration.deduction.leave_one_out import Implied, implied_by_others
from orchestration.deduction.model import PUBLIC, DocumentModel
from orchestration.deduction.network import Network, Problem, Starts, Truths
from orchestration.deduction.propagation import Run, propagate
from orchestration.deduction.results import Conflict
from orchestration.deduction.rules import CORE_RULES, COUNTED_GROWTHS, OUTPUT_RULES, add_counts, add_ranks, say
from orchestration.deduction.statements import Document, Said, Statement, by_document, read_document
from orchestration.deduction.structure import Structure
from orchestration.figures import Figure
from orchestration.sources import Source

Result = TypeVar("Result")

#: Statements that are solved together: many enough for arrays to pay, few enough to stay in memory.
TOGETHER = 20_000


def deduce(
    figures: Iterable[Figure], sources: Iterable[Source], structure: Structure, *, together: int = TOGETHER
) -> Iterator[DocumentDeduction]:
    """What each document implies, in the order of document ids, whatever the order of `figures`.

    `sources` must name every figure's source. Nothing passes from one document to another: what a document says of
    last year is as restated then. `across_vintages` and `revisions` compare documents.
    Raises KeyError for a figure of an unknown source.
    """
    for batch in _batches(by_document(figures, sources), together):
        yield from _solve([read_document(said, structure) for said in batch], structure)


def map_documents(
    function: Callable[[DocumentDeduction], Result],
    figures: Iterable[Figure],
    sources: Iterable[Source],
    structure: Structure,
    *,
    processes: int,
    together: int = TOGETHER,
) -> Iterator[Result]:
    """`function` of what each document implies, computed in several processes; results in the order of documents.

    The processes are forks: they share the figures, and only results are sent. Call it where no threads run.
    """
    batches = list(_batches(by_document(figures, sources), together))
    _FORKED.append((function, batches, structure))
    try:
        with multiprocessing.get_context("fork").Pool(processes, _collect_seldom) as pool:
            for results in pool.imap(_results_of_batch, range(len(batches))):
                yield from results
    finally:
        _FORKED.pop()


#: What forked processes work on: handed over by being there when they begin.
_FORKED: list[tuple[Callable[[DocumentDeduction], Any], list[list[Said]], Structure]] = []


def _collect_seldom() -> None:
    """A fork makes a million objects a batch that all live until its end: looking for garbage among them is in vain."""
    gc.freeze()
    gc.set_threshold(1_000_000, 10, 10)


def _results_of_batch(number: int) -> list[Any]:
    function, batches, structure = _FORKED[-1]
    documents = [read_document(said, structure) for said in batches[number]]
    return [function(deduction) for deduction in _solve(documents, structure)]


def _batches(documents: list[Said], figures: int) -> Iterator[list[Said]]:
    """Documents that together have so many figures, or one that has more."""
    batch: list[Said] = []
    taken = 0
    for said in documents:
        batch.append(said)
        taken += len(said.figures)
        if taken >= figures:
            yield batch
            batch, taken = [], 0
    if batch:
        yield batch


def _solve(documents: list[Document], structure: Structure) -> Iterator[DocumentDeduction]:
    network = Network()
    models = [build(network, document, structure) for document in documents]
    problem = network.problem()
    run = propagate(problem)
    implied = None
    for number, (document, model) in enumerate(zip(documents, models, strict=True)):
        starts, ends = problem.starts[number], problem.starts[number + 1]
        if number in run.conflicts:
            yield _solve_disputed(model, problem.part(number), starts, ends)
            continue
        if implied is None:
            implied = _implied_of_all(problem, run)
            outcome = Outcome(run, _is_named(network, Starts(), problem.starts[-1]))
        solved = Solved(network, problem, run, implied, outcome, starts, ends, Starts())
        yield DocumentDeduction(document, model, solved)


def _is_named(network: Network, starts: Starts, ends: Starts) -> Truths:
    return np.array([key[0] in PUBLIC for key in network.keys[starts.variables : ends.variables]], dtype=np.bool_)


def _implied_of_all(problem: Problem, run: Run) -> Implied:
    """Leave-one-out of the documents without conflict; the others are solved alone."""
    if not run.conflicts:
        return implied_by_others(problem, run)
    statements = np.ones(problem.statements, dtype=np.bool_)
    for document in run.conflicts:
        first, last = problem.starts[document], problem.starts[document + 1]
        statements[first.statements : last.statements] = False
        run.latest[2 * first.variables : 2 * last.variables] = -1
    return implied_by_others(problem, run, statements)


def _solve_disputed(model: DocumentModel, problem: Problem, starts: Starts, ends: Starts) -> DocumentDeduction:
    """Find who contradicts whom, and solve without them."""
    network, document = model.network, model.document
    disputes = find_disputes(problem)
    kept = np.ones(problem.statements, dtype=np.bool_)
    kept[[statement for dispute in disputes for statement in dispute.set_aside]] = False
    run = propagate(problem, kept)
    implied = implied_by_others(problem, run, kept)
    outcome = Outcome(run, _is_named(network, starts, ends))
    solved = Solved(network, problem, run, implied, outcome, starts, ends, starts)

    def name(statement: int) -> str:
        return " ".join(figure.figure_id for figure in document.statements[statement].figures)

    conflicts = [
        Conflict(
            document_id=document.document_id,
            minimal_sets=tuple(tuple(map(name, one)) for one in dispute.minimal_sets),
            culprits=tuple(map(name, dispute.culprits)),
        )
        for dispute in disputes
    ]
    return DocumentDeduction(document, model, solved, conflicts, disputes)


def build(network: Network, document: Document, structure: Structure) -> DocumentModel:
    """Put a document's variables, statements and constraints into the network."""
    model = DocumentModel(network, document)
    ranks: list[tuple[int, Statement]] = []
    counts: list[tuple[int, Statement]] = []
    first = network.statements
    for number, statement in enumerate(document.statements, start=first):
        variable = say(model, statement)
        if variable < 0:
            ranks.append((number, statement))
            continue
        network.assert_bounds(variable, number, statement.low, statement.high)
        if statement.subject.statistic == "level" and statement.subject.series.measure in COUNTED_GROWTHS:
            counts.append((variable, statement))
    network.statements += len(document.statements)
    for rule in CORE_RULES:
        rule(model, structure)
    add_ranks(model, structure, ranks)
    add_counts(model, structure, counts)
    model.begin_outputs()
    for rule in OUTPUT_RULES:
        rule(model, structure)
    return model
