"""What a run of fetching tells at its end: a table for people, records for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from orchestration.fetching.fetch import Fetched, Outcome

_STYLES = {Outcome.fetched: "green", Outcome.changed: "green", Outcome.refused: "red", Outcome.postponed: "yellow"}


def as_json(done: Sequence[Fetched]) -> list[dict[str, Any]]:
    """One record a document, in the order in which they were asked for."""
    return [asdict(one) for one in done]


def print_fetched(console: Console, done: Sequence[Fetched]) -> None:
    """One row a document: what became of it, how large it is, where it stands or why it does not."""
    table = Table("document", "outcome", "bytes", "where, or why not", title="Fetch", title_justify="left")
    table.columns[2].justify = "right"
    for one in done:
        told = f"raw/{one.path}" if one.path else one.reason
        # As text: a server's words must not be taken for markup.
        size = f"{one.bytes:,}" if one.bytes else ""
        table.add_row(Text(one.name), Text(one.outcome, _STYLES.get(one.outcome, "")), size, Text(told))
    console.print(table)
