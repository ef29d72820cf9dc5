"""Names and texts as SQL writes them, where a statement takes no parameters: nothing raw goes in unquoted."""

from __future__ import annotations


def quoted(identifier: str) -> str:
    """An identifier for SQL."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A string literal for SQL."""
    return "'" + text.replace("'", "''") + "'"
