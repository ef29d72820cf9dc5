"""Tables as one Excel workbook: a sheet a table, a sheet that says what they are, no formula and no rounded digit."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

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
    as_text: Counter[tuple[str, str]] = Counter()
    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as workbook:
        publication = description.publication
        workbook.set_properties({"title": "Customhouse", "comments": f"Publication {publication.publication_id}"})
        workbook.set_custom_property("customhouse_publication", publication.publication_id)
        bold = workbook.add_format({"bold": True})
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        right = workbook.add_format({"align": "right"})
        about = workbook.add_worksheet("about")
        columns = workbook.add_worksheet("columns")
        for table in description.tables:
            sheet = workbook.add_worksheet(table.name[:_SHEET_NAME_CHARACTERS])
            sheet.freeze_panes(1, 0)
            for position, column in enumerate(table.columns):
                sheet.set_column(position, position, min(max(len(column.name) + 2, 12), 40))
            for position, column in enumerate(table.columns):
                sheet.write_string(0, position, column.name, bold)
            cursor = connection.execute(f"FROM {source_of(table)}")
            row_number = 0
            while batch := cursor.fetchmany(_BATCH_ROWS):
                for row in batch:
                    row_number += 1
                    for position, value in enumerate(row):
                        if value is None or value == "":
                            continue
                        if isinstance(value, bool):
                            sheet.write_boolean(row_number, position, value)
                        elif isinstance(value, int | Decimal):
                            if is_number_kept(Decimal(value)):
                                sheet.write_number(row_number, position, float(value))
                            else:
                                sheet.write_string(row_number, position, _digits(Decimal(value)), right)
                                as_text[table.name, table.columns[position].name] += 1
                        elif isinstance(value, datetime.date):
                            sheet.write_datetime(row_number, position, value, day)
                        else:
                            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                            _refuse_long_text(text, table, position, row_number)
                            sheet.write_string(row_number, position, text)
                done += len(batch)
                advance(done, total, table.name)
            if table.columns:
                sheet.autofilter(0, 0, row_number, len(table.columns) - 1)
        _write_rows(about, _about(description), bold)
        _write_rows(columns, _columns(description, as_text), bold)


def _digits(value: Decimal) -> str:
    """A number with all its digits and no trailing noughts behind the point."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _refuse_long_text(text: str, table: Table, position: int, row_number: int) -> None:
    if len(text) > CELL_CHARACTERS:
        raise ExportRefused(
            f"{table.name}, row {row_number}, column {table.columns[position].name}: a text of {len(text):,} characters, "
            f"and a cell of Excel takes {CELL_CHARACTERS:,}: write this table with --format parquet or csv"
        )


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


def _columns(description: Description, as_text: Counter[tuple[str, str]]) -> list[list[str]]:
    header = ["table", "column", "type", "null", "key", "unit", "meaning", "numbers written as text"]
    return [header] + [
        [
            table.name,
            column.name,
            column.data_type.lower(),
            "may be" if column.is_nullable else "never",
            f"{table.key.index(column.name) + 1}" if column.name in table.key else "",
            column.unit or "",
            column.description,
            f"{as_text[table.name, column.name]}" if as_text[table.name, column.name] else "",
        ]
        for table in description.tables
        for column in table.columns
    ]


def _write_rows(sheet: object, rows: list[list[str]], bold: object) -> None:
    for row_number, row in enumerate(rows):
        for position, text in enumerate(row):
            style = [bold] if row[0] == "table" else []
            sheet.write_string(row_number, position, text, *style)  # type: ignore[attr-defined]
