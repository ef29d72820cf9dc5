"""Answers on the screen or in a file: the result of a query, and the status of what is published."""

from __future__ import annotations

import datetime
import shutil
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from orchestration.calendar import compared_with_calendar
from orchestration.settings import Settings
from orchestration.sql import literal
from orchestration.visible import visible
from orchestration.warehouse.published import kept_publications, open_published

#: Wide enough for any row: what does not go to a terminal is not folded.
_UNLIMITED = 100_000
#: Regions and releases that the status names one by one.
_SHOWN = 15
#: What may become of a number of a release, and the words for it.
NUMBER_KINDS = {"read": "read", "uncertain": "uncertain", "unread": "unread", "not_a_figure": "not a figure"}
_NUMERIC = ("NUMBER", "DECIMAL", "INT", "BIGINT", "DOUBLE", "HUGEINT", "FLOAT")


def write_answer(connection: duckdb.DuckDBPyConnection, sql: str, format: str, output: Path | None) -> None:
    """Run one SELECT and write its result as table, csv, json or parquet, to `output` or standard output.

    Raises duckdb.Error with DuckDB's own words for what is wrong with the query, OSError where it cannot be written.
    """
    if len(connection.extract_statements(sql)) != 1:
        raise duckdb.InvalidInputException("Write one statement: neither none nor several")
    if format == "table":
        cursor = connection.execute(sql)
        columns = [(str(name), str(kind)) for name, kind, *_ in cursor.description or ()]
        rows = [[plain(value) for value in row] for row in cursor.fetchall()]
        if output:
            with output.open("w", encoding="utf-8") as file:
                _print_rows(Console(file=file, width=_UNLIMITED), columns, rows)
        else:
            _print_rows(Console(width=None if sys.stdout.isatty() else _UNLIMITED), columns, rows)
        return
    options = {"csv": "FORMAT csv, HEADER", "json": "FORMAT json, ARRAY true", "parquet": "FORMAT parquet"}[format]
    answer_rows = connection.sql(sql)
    if answer_rows is None:
        raise duckdb.InvalidInputException("The statement gives no rows")
    connection.register("the answer", answer_rows)  # whatever remarks it ends with

    def copy_to(path: Path) -> None:
        connection.execute(f'COPY (FROM "the answer") TO {literal(str(path))} ({options})')

    if output:
        copy_to(output)
        return
    with tempfile.TemporaryDirectory() as folder:  # DuckDB writes files only; /dev/stdout would clobber one behind it
        answer = Path(folder) / "answer"
        copy_to(answer)
        with answer.open("rb") as written:
            shutil.copyfileobj(written, sys.stdout.buffer)


def status_report(settings: Settings) -> dict[str, Any]:
    """What is published: the publication, its coverage, what checks found, rejected rows, and what is kept."""
    with open_published(settings.published_database) as connection:

        def rows(sql: str) -> list[dict[str, Any]]:
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

        publication = rows("SELECT * FROM metadata.publication")[0]
        tables = rows("SELECT table_name, row_count FROM metadata.tables ORDER BY table_name")
        # Publications of earlier versions, which a rollback can bring back, know no releases.
        has_releases = "mart_reading_coverage" in {table["table_name"] for table in tables}
        once = "f.status = 'read' AND f.matched_figure_id IS NULL" if has_releases else "true"
        age = datetime.datetime.now(datetime.UTC).replace(tzinfo=None) - publication["published_at_utc"]
        return {
            "published_file": str(settings.published_database),
            "publication": publication,
            "age_seconds": int(age.total_seconds()),
            "tables": tables,
            "coverage": rows(
                f"""SELECT f.region_id, any_value(r.region_name_en) AS region, count(*) FILTER ({once}) AS figures,
                    count(DISTINCT f.source_id) AS sources, min(f.period_start) AS first_day,
                    max(f.period_end) AS last_day, max(f.published_date) AS latest_source
                FROM marts.fct_figures AS f JOIN marts.dim_region AS r USING (region_id)
                GROUP BY f.region_id ORDER BY figures DESC, f.region_id"""  # noqa: S608  # a condition of this function
            ),
            "numbers": rows(
                """SELECT source_id, number_count AS numbers, read_count AS read, uncertain_count AS uncertain,
                    unread_count AS unread, not_a_figure_count AS not_a_figure
                FROM marts.mart_reading_coverage
                ORDER BY unread_count + uncertain_count DESC, published_date DESC, source_id"""
            )
            if has_releases
            else [],
            "checks": rows("SELECT status, count(*) AS checks FROM metadata.checks GROUP BY status ORDER BY status"),
            "findings": rows(
                "SELECT check_name, severity, failures, message FROM metadata.checks WHERE status <> 'pass' ORDER BY 1"
            ),
            "rejected_rows": rows("SELECT * FROM metadata.rejected_rows ORDER BY file, row_number, column_name"),
            "calendar": _calendar_report(settings),
            "kept_publications": [
                {"publication_id": one.publication_id, "is_withdrawn": one.is_withdrawn}
                for one in kept_publications(settings.publications_dir)
            ],
        }


def _calendar_report(settings: Settings) -> dict[str, Any]:
    """What the release calendar promised by today of what is followed, and what is covered."""
    compared = compared_with_calendar(settings)
    return {
        "followed": [
            {
                "entry_id": one.entry.entry_id,
                "promised": one.promised,
                "covered": one.covered,
                "months_behind": one.months_behind,
                "is_stale": one.is_stale,
            }
            for one in compared.followed
        ],
        "found": compared.found,
    }


def print_status(report: dict[str, Any]) -> None:
    """The report for people."""
    console = Console()
    publication = report["publication"]
    console.print(
        f"[bold]{publication['publication_id']}[/bold], published {_ago(report['age_seconds'])} ago "
        f"({publication['published_at_utc']:%Y-%m-%d %H:%M} UTC)",
        highlight=False,
    )
    console.print(report["published_file"], style="dim", highlight=False, soft_wrap=True)
    coverage = Table(title="Coverage", title_justify="left", box=box.SIMPLE, pad_edge=False)
    coverage.add_column("region", no_wrap=True, max_width=max(12, console.width - 62))  # gives way to the numbers
    for name, width in (("figures", 7), ("sources", 7), ("from", 10), ("to", 10), ("latest", 10)):
        coverage.add_column(name, justify="right", no_wrap=True, min_width=width)
    shown = report["coverage"][:_SHOWN]
    for row in shown:
        coverage.add_row(
            Text(f"{row['region_id']} {row['region']}"),
            *(str(row[name]) for name in ("figures", "sources", "first_day", "last_day", "latest_source")),
        )
    console.print(coverage)
    if len(report["coverage"]) > len(shown):
        console.print(f"… and {len(report['coverage']) - len(shown)} more regions", style="dim")
    _print_calendar(console, report["calendar"])
    _print_numbers(console, report["numbers"])
    rows = sum(table["row_count"] for table in report["tables"])
    checks = ", ".join(f"{row['checks']} {row['status']}" for row in report["checks"])
    console.print(f"{rows:,} rows in {len(report['tables'])} tables; checks: {checks}", highlight=False)
    for finding in report["findings"]:
        console.print(f"[yellow]{finding['check_name']}[/yellow]: {finding['failures']}", highlight=False)
        console.print(f"  {visible(finding['message'])}", style="dim", highlight=False, markup=False)
    console.print("Kept publications, the newest first:", highlight=False)
    for one in reversed(report["kept_publications"]):
        is_current = one["publication_id"] == publication["publication_id"]
        note = " (current)" if is_current else " (withdrawn)" if one["is_withdrawn"] else ""
        console.print(f"  {one['publication_id']}{note}", style="" if is_current else "dim", highlight=False)


def _print_calendar(console: Console, calendar: dict[str, Any]) -> None:
    """Whether coverage has kept up with what is followed of the release calendar."""
    stale = sum(one["is_stale"] for one in calendar["followed"])
    entries = f"{len(calendar['followed'])} {'entry' if len(calendar['followed']) == 1 else 'entries'} followed"
    console.print(f"Release calendar: {entries}, {stale} stale", highlight=False)
    for sentence in calendar["found"]:
        console.print(f"  {sentence}", style="yellow", highlight=False, markup=False)


def reading_in_words(numbers: list[dict[str, Any]]) -> str:
    """What became of the numbers of all releases, in one line."""
    total = {kind: sum(row[kind] for row in numbers) for kind in NUMBER_KINDS}
    return ", ".join(f"{total[kind]:,} {words}" for kind, words in NUMBER_KINDS.items())


def _print_numbers(console: Console, numbers: list[dict[str, Any]]) -> None:
    """The account of the numbers of each release, those that a person should look at first."""
    if not numbers:
        return
    table = Table(title="Numbers in releases", title_justify="left", box=box.SIMPLE, pad_edge=False)
    table.add_column("release", no_wrap=True, max_width=max(12, console.width - 50))
    for words in ("numbers", *NUMBER_KINDS.values()):
        table.add_column(words, justify="right", no_wrap=True, min_width=len(words))
    shown = numbers[:_SHOWN]
    for row in shown:
        waits = row["uncertain"] or row["unread"]
        counts = (str(row[kind]) for kind in ("numbers", *NUMBER_KINDS))
        table.add_row(Text(row["source_id"]), *counts, style="yellow" if waits else "")
    console.print(table)
    more = f"… and {len(numbers) - len(shown)} more releases; in all " if len(numbers) > len(shown) else "In all "
    console.print(f"{more}{reading_in_words(numbers)}", highlight=False)


def plain(value: object) -> str:
    """A cell as people read it: decimals without trailing noughts, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return visible(str(value))


def _print_rows(console: Console, columns: list[tuple[str, str]], rows: list[list[str]]) -> None:
    """A table where it fits the width, else a block a row: a cell is never cut or folded."""
    table = Table()
    for name, kind in columns:
        is_number = kind.upper().startswith(_NUMERIC)
        table.add_column(Text(visible(name)), justify="right" if is_number else "left", no_wrap=True)
    for row in rows:
        table.add_row(*map(Text, row))
    wide = console.options.update(width=_UNLIMITED)
    if Measurement.get(console, wide, table).maximum <= console.width:
        console.print(table)
        return
    for number, row in enumerate(rows, 1):
        block = Table(title=f"row {number} of {len(rows)}", title_justify="left", show_header=False, box=None)
        for (name, _), value in zip(columns, row, strict=True):
            block.add_row(Text(visible(name), style="dim"), Text(value))
        console.print(block)


def _ago(seconds: int) -> str:
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {name}{'s' if count > 1 else ''}"
    return "less than a minute"
