"""Deduction: what the statements of a document imply, which of them contradict, and how documents differ."""

from orchestration.deduction.document import DocumentDeduction
from orchestration.deduction.engine import deduce, map_documents
from orchestration.deduction.results import Check, Conflict, DeducedFigure, Derivation, Revision
from orchestration.deduction.structure import Structure
from orchestration.deduction.vintages import across_vintages, revisions

__all__ = [
    "Check",
    "Conflict",
    "DeducedFigure",
    "Derivation",
    "DocumentDeduction",
    "Revision",
    "Structure",
    "across_vintages",
    "deduce",
    "map_documents",
    "revisions",
]
