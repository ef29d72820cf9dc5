"""Figure records for programs: CSV and JSON with the columns of the record, in their order."""

from __future__ import annotations

import csv
import datetime
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal

from orchestration.figures import FIGURE_COLUMNS, Figure
from orchestration.releases.marks import plain_number


class _Line:
    """What csv writes into: keeps the line."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text


def csv_lines(figures: Iterable[Figure]) -> Iterator[str]:
    """A header, then a line a figure: dates as YYYY-MM-DD, numbers without exponent, nothing for None."""
    line = _Line()
    writer = csv.writer(line, lineterminator="\r\n")
    for row in _rows(figures):
        writer.writerow(row)
        yield line.text.removesuffix("\r\n") + "\n"


def json_lines(figures: Iterable[Figure]) -> Iterator[str]:
    """One array of objects, an object a line; numbers have all their digits, which is more than some programs read."""
    before = "["
    for figure in figures:
        yield f"{before}\n{json_object(figure)}"
        before = ","
    yield "[]\n" if before == "[" else "\n]\n"


def json_object(figure: Figure) -> str:
    """One figure as a JSON object with the columns of the record."""
    cells = (f"{json.dumps(column)}: {_literal(getattr(figure, column))}" for column in FIGURE_COLUMNS)
    return f"{{{', '.join(cells)}}}"


def cell_text(cell: object) -> str:
    """A cell of the record as CSV holds it."""
    if isinstance(cell, Decimal):
        return plain_number(cell)
    return "" if cell is None else str(cell)


def _rows(figures: Iterable[Figure]) -> Iterator[Iterable[str]]:
    yield FIGURE_COLUMNS
    for figure in figures:
        yield [cell_text(getattr(figure, column)) for column in FIGURE_COLUMNS]


def _literal(cell: object) -> str:
    if isinstance(cell, Decimal):
        return plain_number(cell)  # json would make it a float and lose digits
    if isinstance(cell, datetime.date):
        cell = cell.isoformat()
    return json.dumps(cell, ensure_ascii=False)
