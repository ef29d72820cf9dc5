"""Tables as one Excel workbook: a sheet a table, a sheet that says what they are, no formula and no rounded digit."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from orchestration.exports.description import Description, ExportRefused, Table, source_of

#: A sheet's rows but for the header, the characters that a cell takes, and the digits that a number in one keeps.
SHEET_ROWS = 1_048_575
CELL_CHARACTERS = 32_767
NUMBER_DIGITS = 15
_SHEET_NAME_CHARACTERS = 31
_BATCH_ROWS = 10_000


def refuse_what_does_not_fit(tables: tuple[Table, ...]) -> None:
    """Raise ExportRefused where a table has more rows than a sheet."""
    for table in tables:
        if table.row_count > SHEET_ROWS:
            raise ExportRefused(
                f"{table.name} has {table.row_count:,} rows, and a sheet of Excel takes {SHEET_ROWS:,}: "
                "name other tables with --table, or write it with --format parquet or csv"
            )


def is_number_kept(value: Decimal) -> bool:
    """Whether Excel, which keeps 15 digits, keeps all of this one's."""
    return len(value.normalize().as_tuple().digits) <= NUMBER_DIGITS


def write_workbook(
    connection: duckdb.DuckDBPyConnection,
    description: Description,
    path: Path,
    advance: Callable[[int, int, str], None],
) -> None:
    """Write the workbook row by row, whatever its size; `advance` is told rows done, all rows, and the table.

    Numbers of more than 15 digits, which Excel would round, are text; the sheet `columns` counts them. Texts are text,
    whatever they begin with. Raises ExportRefused for a text longer than a cell, or a table longer than a sheet.
    """
    import xlsxwriter  # only who wants Excel waits for it

    refuse_what_does_not_fit(description.tables)
    total = sum(table.row_count for table in description.tables)
    done = 0
    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as workbook:
        publication_id = description.publication.publication_id
        workbook.set_properties({"title": "Customhouse", "comments": f"Publication {publication_id}"})
        workbook.set_custom_property("customhouse_publication", publication_id)
        styles = _Styles(
            header=workbook.add_format({"bold": True}),
            day=workbook.add_format({"num_format": "yyyy-mm-dd"}),
            digits=workbook.add_format({"align": "right"}),
        )
        about = workbook.add_worksheet("about")
        columns = workbook.add_worksheet("columns")
        sheets = []
        for table in description.tables:
            sheet = _Sheet(workbook.add_worksheet(table.name[:_SHEET_NAME_CHARACTERS]), table, styles)
            cursor = connection.execute(f"FROM {source_of(table)}")
            while batch := cursor.fetchmany(_BATCH_ROWS):
                for row in batch:
                    sheet.write(row)
                done += len(batch)
                advance(done, total, table.name)
            sheet.finish()
            sheets.append(sheet)
        _write_rows(about, _about(description), styles)
        _write_rows(columns, _columns(sheets), styles)


@dataclass(frozen=True, slots=True)
class _Styles:
    """How cells look; what they are is of no interest to anybody but the library."""

    header: Any
    day: Any
    digits: Any


class _Sheet:
    """The sheet of one table, written row by row; `as_text` counts the numbers of each column that became text."""

    def __init__(self, sheet: Any, table: Table, styles: _Styles) -> None:
        self.table = table
        self.as_text = [0] * len(table.columns)
        self._sheet = sheet
        self._styles = styles
        self._row_number = 0
        sheet.freeze_panes(1, 0)
        for position, column in enumerate(table.columns):
            sheet.set_column(position, position, min(max(len(column.name) + 2, 12), 40))
            sheet.write_string(0, position, column.name, styles.header)

    def write(self, row: Sequence[object]) -> None:
        """Write the next row."""
        self._row_number += 1
        for position, value in enumerate(row):
            if value is None or value == "":
                continue
            if isinstance(value, bool):
                self._sheet.write_boolean(self._row_number, position, value)
            elif isinstance(value, int | Decimal):
                self._write_number(position, Decimal(value))
            elif isinstance(value, datetime.date):
                self._sheet.write_datetime(self._row_number, position, value, self._styles.day)
            else:
                self._write_text(position, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))

    def finish(self) -> None:
        """Give the rows that were written their filter."""
        self._sheet.autofilter(0, 0, self._row_number, len(self.table.columns) - 1)

    def _write_number(self, position: int, value: Decimal) -> None:
        if is_number_kept(value):
            self._sheet.write_number(self._row_number, position, float(value))
        else:
            self._sheet.write_string(self._row_number, position, _digits(value), self._styles.digits)
            self.as_text[position] += 1

    def _write_text(self, position: int, text: str) -> None:
        if len(text) > CELL_CHARACTERS:
            raise ExportRefused(
                f"{self.table.name}, row {self._row_number}, column {self.table.columns[position].name}: a text of "
                f"{len(text):,} characters, and a cell of Excel takes {CELL_CHARACTERS:,}: "
                "write this table with --format parquet or csv"
            )
        self._sheet.write_string(self._row_number, position, text)


def _digits(value: Decimal) -> str:
    """A number with all its digits and no trailing noughts behind the point."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _about(description: Description) -> list[list[str]]:
    publication = description.publication
    return [
        ["publication", publication.publication_id],
        ["published at (UTC)", f"{publication.published_at:%Y-%m-%d %H:%M:%S}"],
        ["customhouse", publication.customhouse_version],
        ["numbers", "as published; those of more than 15 digits are text, since Excel would round them"],
        ["empty cells", "not known, or an empty text: the sheet columns says which columns are never null"],
        [],
        ["table", "meaning", "rows"],
        *([table.name, table.description, f"{table.row_count}"] for table in description.tables),
    ]


def _columns(sheets: Sequence[_Sheet]) -> list[list[str]]:
    header = ["table", "column", "type", "null", "key", "unit", "meaning", "numbers written as text"]
    return [header] + [
        [
            sheet.table.name,
            column.name,
            column.data_type.lower(),
            "may be" if column.is_nullable else "never",
            f"{sheet.table.key.index(column.name) + 1}" if column.name in sheet.table.key else "",
            column.unit or "",
            column.description,
            f"{count}" if count else "",
        ]
        for sheet in sheets
        for column, count in zip(sheet.table.columns, sheet.as_text, strict=True)
    ]


def _write_rows(sheet: Any, rows: list[list[str]], styles: _Styles) -> None:
    for row_number, row in enumerate(rows):
        for position, text in enumerate(row):
            style = [styles.header] if row[0] == "table" else []
            sheet.write_string(row_number, position, text, *style)
