"""From a number of the page to the words that state it: the steps and figures that it rests on, and their sentences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import duckdb

from orchestration.dashboard.queries import IDS, ids, records
from orchestration.dashboard.rests import SOURCE

#: Steps that a number may lie above the figures that it rests on; what is deeper is told by `customhouse explain`.
MAXIMUM_DEPTH = 12

_FIGURE = """
SELECT
    figure_id, source_id, statistic, value, low, high, unit, series_unit, qualifier,
    region_id, partner_id, commodity_id, flow, ownership_id, trade_mode_id, measure,
    region_text, partner_text, commodity_text, ownership_text, trade_mode_text,
    period_start, period_end, reference, quote, char_start, char_end, matched_figure_id
FROM fct_figures
"""


@dataclass(slots=True)
class Evidence:
    """What numbers rest on: `steps` by their id, `figures` by theirs, and `passages`, the texts that figures stand in.

    A step has rule, inputs (ids of steps and figures) and what it leaves of its figure. A figure of a text has a
    passage, and where in it its words begin and end.
    """

    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    figures: dict[str, dict[str, Any]] = field(default_factory=dict)
    passages: list[str] = field(default_factory=list)

    def values(self, column: str) -> set[str]:
        """What stands in a column of all figures and steps."""
        return {one[column] for found in (self.figures, self.steps) for one in found.values() if one.get(column)}


def evidence_of(connection: duckdb.DuckDBPyConnection, roots: Iterable[str]) -> Evidence:
    """All that these ids of figures, deduced figures or steps rest on, down to the figures that documents state."""
    found = Evidence()
    asked: set[str] = set()
    waiting = {root for root in roots if not root.startswith(SOURCE)}
    for _ in range(MAXIMUM_DEPTH):
        waiting -= asked
        if not waiting:
            break
        asked |= waiting
        figures = _figures(connection, waiting)
        found.figures |= figures
        steps = _steps(connection, waiting - figures.keys())
        found.steps |= steps
        waiting = {one for step in steps.values() for one in step["inputs"]}
    for step in found.steps.values():  # what lies too deep is left out, and never points to nothing
        step["inputs"] = [one for one in step["inputs"] if one in found.steps or one in found.figures]
    _add_matches(connection, found)
    _add_passages(connection, found)
    return found


def _figures(connection: duckdb.DuckDBPyConnection, asked: Iterable[str]) -> dict[str, dict[str, Any]]:
    rows = records(connection, f"{_FIGURE} WHERE figure_id IN {IDS} ORDER BY 1", [ids(asked)])
    return {row.pop("figure_id"): row for row in rows}


def _steps(connection: duckdb.DuckDBPyConnection, asked: Iterable[str]) -> dict[str, dict[str, Any]]:
    """By the id asked for: of a deduced figure its last step, of a step the step itself."""
    rows = records(
        connection,
        f"""WITH asked(id) AS {IDS}
        SELECT
            asked.id, d.source_id, d.statistic, d.region_id, d.partner_id, d.commodity_id, d.flow, d.ownership_id,
            d.trade_mode_id, d.measure, d.unit AS series_unit, d.period_start, d.period_end, d.reference, s.rule,
            s.inputs, s.after_low AS low, s.after_high AS high
        FROM asked
        JOIN fct_deductions AS d ON d.deduced_id = split_part(asked.id, '.', 1)
        JOIN fct_derivations AS s ON s.deduced_id = d.deduced_id
            AND CAST(split_part(s.step_id, '.', 2) AS INTEGER)
                <= coalesce(TRY_CAST(split_part(asked.id, '.', 2) AS INTEGER), 1000000)
        QUALIFY row_number()
            OVER (PARTITION BY asked.id ORDER BY CAST(split_part(s.step_id, '.', 2) AS INTEGER) DESC) = 1
        ORDER BY asked.id""",
        [ids(asked)],
    )
    return {row.pop("id"): row for row in rows}


def _add_matches(connection: duckdb.DuckDBPyConnection, found: Evidence) -> None:
    """A figure of a sheet also stands in the release that it was keyed from: its sentence is shown with it."""
    rows = records(
        connection,
        f"{_FIGURE} WHERE matched_figure_id IN {IDS} OR figure_id IN {IDS} ORDER BY 1",
        [
            ids(found.figures),
            ids({one["matched_figure_id"] for one in found.figures.values() if one["matched_figure_id"]}),
        ],
    )
    for row in rows:
        figure_id, other = row.pop("figure_id"), row["matched_figure_id"]
        found.figures.setdefault(figure_id, row)
        if other in found.figures:
            found.figures[other].setdefault("also", []).append(figure_id)
    for figure_id, figure in found.figures.items():
        other = figure.pop("matched_figure_id")
        if other in found.figures and figure_id not in figure.get("also", ()):
            figure.setdefault("also", []).append(other)


def _add_passages(connection: duckdb.DuckDBPyConnection, found: Evidence) -> None:
    """Give each figure of a text its paragraph; a paragraph is kept once, however many figures stand in it."""
    rows = connection.execute(
        f"""WITH asked(figure_id) AS {IDS}
        SELECT f.figure_id, n.paragraph, f.char_start - n.paragraph_start, f.char_end - n.paragraph_start
        FROM asked JOIN fct_figures AS f USING (figure_id)
        JOIN fct_numbers AS n
            ON n.source_id = f.source_id AND n.char_start < f.char_end AND n.char_end > f.char_start
        QUALIFY row_number() OVER (PARTITION BY f.figure_id ORDER BY n.char_start) = 1
        ORDER BY f.figure_id""",
        [ids(key for key, one in found.figures.items() if one["char_start"] is not None)],
    ).fetchall()
    places: dict[str, int] = {}
    for figure_id, paragraph, start, end in rows:
        place = places.setdefault(paragraph, len(places))
        # Characters of Python are code points; those of the browser's program are units of UTF-16.
        first, last = (_utf16(paragraph[: max(one, 0)]) for one in (start, end))
        found.figures[figure_id] |= {"passage": place, "mark_start": first, "mark_end": last}
    found.passages = list(places)


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
