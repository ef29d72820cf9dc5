"""The `customhouse` command: refresh, query, status, rollback. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from orchestration.settings import Settings

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_NOTHING_PUBLISHED = 3

app = typer.Typer(
    name="customhouse",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,
    help="""A warehouse of foreign-trade figures that can be trusted to the cell.

**Exit codes**: 0 fine · 1 failed · 2 wrong usage · 3 nothing was published because checks failed.

Paths and knobs are set by environment variables `CUSTOMHOUSE_…`; docs/operations.md lists them.""",
)


class Printed(StrEnum):
    """How a report is printed: for people or for programs."""

    table = "table"
    json = "json"


class Format(StrEnum):
    """How an answer is printed."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


@app.command()
def refresh(
    force: Annotated[
        bool, typer.Option("--force", help="Run although nothing changed since the last publication.")
    ] = False,
    accept_removed_sources: Annotated[
        bool,
        typer.Option(
            "--accept-removed-sources", help="Publish although a source that was published is gone from raw/."
        ),
    ] = False,
) -> None:
    """Read raw/, build and check the models, and publish the warehouse.

    Does nothing where no input changed. While another process writes the warehouse it waits, and says for whom.
    What fails is never published: the last good warehouse stays.
    """
    from orchestration.inputs import current_inputs
    from orchestration.settings import Settings
    from orchestration.warehouse.publication import reason_to_skip

    settings = Settings()
    if accept_removed_sources:
        settings = settings.model_copy(update={"accept_removed_sources": True})
    reason = None if force else reason_to_skip(settings, current_inputs(settings))
    if reason:
        typer.echo(f"{reason[0].upper()}{reason[1:]}. Use --force to run all the same.")
        return
    from orchestration.console import ConsoleProgress, print_failed_checks, print_refresh
    from orchestration.refresh import BLOCKING_FAILURES, KNOWN_FAILURES, run_refresh

    with ConsoleProgress() as progress:
        try:
            run_refresh(settings, progress)
        except KNOWN_FAILURES as failure:
            progress.stop()
            print_failed_checks(getattr(failure, "found", []))
            _fail(str(failure), EXIT_NOTHING_PUBLISHED if isinstance(failure, BLOCKING_FAILURES) else EXIT_FAILED)
    print_refresh(settings, progress.seconds)


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help="One SELECT; `-` reads it from standard input.")],
    format: Annotated[Format, typer.Option("--format", "-f", help="How the answer is printed.")] = Format.table,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead.")] = None,
) -> None:
    """Ask the published warehouse, read-only, in SQL.

    The tables of the schemas `marts` and `metadata` need no prefix:

    `customhouse query "SELECT period_end, growth_pct FROM mart_growth WHERE region_id = 'CN-XJ'"`
    """
    import duckdb

    from orchestration.warehouse.published import NothingPublished, open_published

    if format is Format.parquet and output is None and sys.stdout.isatty():
        _fail("Parquet is not for a terminal: name a file with --output", EXIT_USAGE)
    try:
        with open_published(_settings().published_database) as connection:
            from orchestration.answers import write_answer

            write_answer(connection, sys.stdin.read() if sql == "-" else sql, format.value, output)
    except (NothingPublished, duckdb.Error, OSError) as problem:
        _fail(str(problem), EXIT_FAILED)


@app.command()
def status(
    format: Annotated[
        Printed, typer.Option("--format", "-f", help="`table` for people, `json` for programs.")
    ] = Printed.table,
) -> None:
    """What is published, how old it is, what it covers, and what was rejected."""
    import duckdb

    from orchestration.answers import print_status, status_report
    from orchestration.warehouse.published import NothingPublished

    try:
        report = status_report(_settings())
    except (NothingPublished, duckdb.Error) as problem:
        _fail(str(problem), EXIT_FAILED)
    if format is Printed.json:
        import json

        typer.echo(json.dumps(report, default=str, ensure_ascii=False, indent=1))
    else:
        print_status(report)


@app.command()
def rollback(
    to: Annotated[str | None, typer.Option("--to", help="Id of a kept publication; default: the one before.")] = None,
) -> None:
    """Put an earlier publication in place of the current one, at once and atomically.

    The one put aside is marked as withdrawn: a refresh from the same inputs does not publish it again, unless forced.
    `customhouse status` lists the kept publications.
    """
    from orchestration.warehouse.lock import WarehouseHeld, warehouse_lock
    from orchestration.warehouse.publication import roll_back

    settings = _settings()
    try:
        with warehouse_lock(
            settings.warehouse_dir,
            purpose="rollback",
            timeout_seconds=settings.lock_timeout_seconds,
            on_wait=lambda text: typer.echo(text, err=True),
        ):
            target = roll_back(settings, to)
    except (LookupError, WarehouseHeld) as problem:
        _fail(str(problem.args[0]), EXIT_FAILED)
    typer.echo(f"Published again: {target.publication_id}")


def _settings() -> Settings:
    from orchestration.settings import Settings

    return Settings()


def _fail(message: str, code: int) -> Any:
    typer.secho(message, err=True, fg=typer.colors.RED)
    raise typer.Exit(code)


def main() -> None:
    """Entry point: settings that make no sense are a usage error, told by variable and without a traceback."""
    try:
        app()
    except ValueError as problem:
        if type(problem).__name__ != "ValidationError":
            raise
        for error in problem.errors():  # type: ignore[attr-defined]  # pydantic is not imported for this alone
            name = "_".join(map(str, error["loc"])).upper()
            typer.secho(f"CUSTOMHOUSE_{name}={error['input']}: {error['msg']}", err=True, fg=typer.colors.RED)
        sys.exit(EXIT_USAGE)
