"""Digits that stand above or below the line: marks of footnotes and exponents, which must not run into a number."""

from __future__ import annotations

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def raised(text: str) -> str:
    """The text with its digits as those above the line: 68.07 with a note 2 is 68.07², and not 68.072."""
    return text.translate(_RAISED)


def lowered(text: str) -> str:
    """The text with its digits as those below the line."""
    return text.translate(_LOWERED)
