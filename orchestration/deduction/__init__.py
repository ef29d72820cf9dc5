"""Deduction: what the statements of a document imply, which of them contradict, and how documents differ."""

from orchestration.deduction.comparison import KnownBase, KnownLevel, days_between_documents, known_bases, known_levels
from orchestration.deduction.document import DocumentDeduction
from orchestration.deduction.engine import deduce, map_documents
from orchestration.deduction.interest import most_interesting
from orchestration.deduction.results import Check, Conflict, DeducedFigure, Derivation, Revision
from orchestration.deduction.structure import Structure
from orchestration.deduction.vintages import across_vintages, revisions

__all__ = [
    "Check",
    "Conflict",
    "DeducedFigure",
    "Derivation",
    "DocumentDeduction",
    "KnownBase",
    "KnownLevel",
    "Revision",
    "Structure",
    "across_vintages",
    "days_between_documents",
    "deduce",
    "known_bases",
    "known_levels",
    "map_documents",
    "most_interesting",
    "revisions",
]
