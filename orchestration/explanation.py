"""How a number is known: the tree from a figure over the rules and figures that it rests on, down to quotes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

import duckdb
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from orchestration.answers import plain
from orchestration.questions import Candidate
from orchestration.wording import Wording, interval_in_words, unit_of

_SUBJECT = ("region_id", "partner_id", "commodity_id", "flow", "ownership_id", "trade_mode_id", "measure", "unit")
#: What stands for the whole of a dimension is not said.
_WHOLES = frozenset({"WORLD", "TOTAL", "ALL", "value"})


class UnknownFigure(ValueError):
    """No figure of the published warehouse has this id."""


@dataclass(slots=True)
class Explanation:
    """A figure and what it rests on: `rule` is `stated` for a figure of a document, which has a quote and no inputs.

    `low` and `high` are what the step that `rule` names leaves of it, in `unit`.
    """

    id: str
    rule: str
    statistic: str
    subject: str
    unit: str
    period: str
    low: Decimal | None
    high: Decimal | None
    source_id: str
    quote: str = ""
    place: str = ""
    inputs: list[Explanation] = field(default_factory=list)


def explain(connection: duckdb.DuckDBPyConnection, identity: str) -> Explanation:
    """The tree of a figure by its id, a `figure_id` or a `deduced_id`; raises UnknownFigure for any other.

    What stands in several places of the tree is told whole in the first, and by its id alone in the others.
    """
    found = _explained(connection, identity, set())
    if found is None:
        raise UnknownFigure(
            f"no figure has the id {identity!r}: `figure_id` of fct_figures or `deduced_id` of fct_deductions"
        )
    return found


def _explained(connection: duckdb.DuckDBPyConnection, identity: str, told: set[str]) -> Explanation | None:
    stated = _row(connection, "SELECT * FROM fct_figures WHERE figure_id = ?", identity)
    if stated is not None:
        place = f"characters {stated['char_start']} to {stated['char_end']}" if stated["char_start"] is not None else ""
        return Explanation(
            id=identity, rule="stated", **_said(stated), quote=stated["quote"] or "", place=place,
        )  # fmt: skip
    deduced_id, _, number = identity.partition(".")
    deduced = _row(connection, "SELECT * FROM fct_deductions WHERE deduced_id = ?", deduced_id)
    if deduced is None:
        return None
    steps = connection.execute(
        "SELECT step_id, rule, inputs, after_low, after_high FROM fct_derivations WHERE deduced_id = ? "
        "ORDER BY CAST(split_part(step_id, '.', 2) AS INTEGER)",
        [deduced_id],
    ).fetchall()
    steps = [step for step in steps if not number or int(step[0].partition(".")[2]) <= int(number)]
    last = steps[-1] if steps else (deduced_id, "stated", [], deduced["low"], deduced["high"])
    found = Explanation(
        id=identity, rule=last[1], **(_said(deduced) | {"low": last[3], "high": last[4]})
    )  # fmt: skip
    if last[0] not in told:
        told.add(last[0])
        inputs = [_explained(connection, one, told) for one in last[2]]
        found.inputs = [one for one in inputs if one is not None]
    if found.rule == "stated" and len(found.inputs) == 1:
        return found.inputs[0]  # a document's own figure, as it stands there
    return found


def _row(connection: duckdb.DuckDBPyConnection, sql: str, identity: str) -> dict[str, Any] | None:
    cursor = connection.execute(sql, [identity])
    names = [column[0] for column in cursor.description or ()]
    row = cursor.fetchone()
    return None if row is None else dict(zip(names, row, strict=True))


def _said(row: dict[str, Any]) -> dict[str, Any]:
    """What a row of fct_figures or fct_deductions says of its figure, in words."""
    parts = [str(row[column]) for column in _SUBJECT[:-1] if row[column] and row[column] not in _WHOLES]
    percent = {"growth": "percent", "share": "percent", "share_change": "pp", "growth_gap": "pp"}
    return {
        "statistic": row["statistic"],
        "subject": " ".join(parts),
        "unit": percent.get(row["statistic"], row["unit"] or ""),
        "period": f"{row['period_start']} to {row['period_end']}",
        "low": row["low"],
        "high": row["high"],
        "source_id": row["source_id"],
    }


def print_candidates(console: Console, title: str, candidates: Sequence[Candidate], wording: Wording) -> None:
    """Figures that words may mean, each with the id to ask for."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("id", "what", "how much", "known from"):
        table.add_column(name, overflow="fold")
    for one in candidates:
        amount = interval_in_words(one.low, one.high, unit_of(one.statistic, one.series.unit))
        what = wording.about(one.statistic, one.series, one.period, one.reference)
        table.add_row(one.id, what, amount, f"{one.source_id}, {one.origin}")
    console.print(table)


def candidates_as_json(candidates: Sequence[Candidate], wording: Wording) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "id": one.id,
            "about": wording.about(one.statistic, one.series, one.period, one.reference),
            "low": _number(one.low),
            "high": _number(one.high),
            "unit": unit_of(one.statistic, one.series.unit),
            "origin": one.origin,
            "source_id": one.source_id,
        }
        for one in candidates
    ]


def as_json(explanation: Explanation) -> dict[str, Any]:
    """The tree as nested mappings, bounds as numbers."""
    columns = asdict(explanation)
    return columns | {
        "low": _number(explanation.low),
        "high": _number(explanation.high),
        "inputs": [as_json(one) for one in explanation.inputs],
    }


def _number(bound: Decimal | None) -> int | float | None:
    if bound is None:
        return None
    return int(bound) if bound == bound.to_integral_value() else float(bound)


def print_explanation(console: Console, explanation: Explanation) -> None:
    """The tree on the terminal: a line a figure, what it rests on below it."""
    console.print(_tree(explanation))


def _tree(explanation: Explanation) -> Tree:
    low, high = (plain(one) if one is not None else "…" for one in (explanation.low, explanation.high))
    bounds = f"{low} to {high} {explanation.unit}"
    said = f"{explanation.statistic} {explanation.subject}, {explanation.period}: {bounds}"
    why = f"“{explanation.quote}”" if explanation.quote else explanation.rule
    line = Text.assemble(said, "  ", (f"[{why}, {explanation.source_id}]", "dim"))
    tree = Tree(line)
    for one in explanation.inputs:
        tree.children.append(_tree(one))
    return tree
