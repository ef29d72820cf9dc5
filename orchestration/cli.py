"""The `customhouse` command and its options; what is heavy is imported when a command needs it."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    import datetime

    import duckdb

    from orchestration.codes import CodeLists
    from orchestration.settings import Settings

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_NOTHING_PUBLISHED = 3
EXIT_CONTRADICTED = 4
#: What shells give for a command that SIGINT stopped.
EXIT_STOPPED = 130

app = typer.Typer(
    name="customhouse",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,
    help="""A warehouse of foreign-trade figures that can be trusted to the cell.

**Exit codes**: 0 fine · 1 failed · 2 wrong usage · 3 nothing was published because checks failed · 4 a checked
document contradicts itself · 130 a refresh was stopped.

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


class ExportFormat(StrEnum):
    """What an export is written as."""

    parquet = "parquet"
    csv = "csv"
    xlsx = "xlsx"
    sdmx_csv = "sdmx-csv"
    sdmx_ml = "sdmx-ml"
    all = "all"


class ReadFormat(StrEnum):
    """How a reading is printed: for people, or as the records that programs take."""

    text = "text"
    csv = "csv"
    json = "json"


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
    from orchestration.refresh_record import has_open_run
    from orchestration.settings import Settings
    from orchestration.warehouse.publication import is_left_undone, reason_to_skip
    from orchestration.warehouse.published import PublishedByOther

    settings = Settings()
    if accept_removed_sources:
        settings = settings.model_copy(update={"accept_removed_sources": True})
    try:
        reason = None if force or is_left_undone(settings) else reason_to_skip(settings, current_inputs(settings))
    except PublishedByOther as problem:
        _fail(str(problem), EXIT_FAILED)
    if reason:
        typer.echo(f"{reason[0].upper()}{reason[1:]}. Use --force to run all the same.")
        if has_open_run(settings.dagster_home):
            from orchestration.refresh import report_cut_off_runs

            with suppress(Exception):  # the history is for those who look later
                report_cut_off_runs(settings)
        _look_after(settings)
        return
    from orchestration.console import ConsoleProgress, print_failed_checks, print_refresh
    from orchestration.logs import set_up_logs
    from orchestration.refresh import BLOCKING_FAILURES, KNOWN_FAILURES, run_refresh

    set_up_logs(settings)
    with ConsoleProgress() as progress:
        try:
            run_refresh(settings, progress)
        except KNOWN_FAILURES as failure:
            progress.stop()
            print_failed_checks(getattr(failure, "found", []))
            _fail(str(failure), EXIT_NOTHING_PUBLISHED if isinstance(failure, BLOCKING_FAILURES) else EXIT_FAILED)
        finally:
            progress.stop()
            _look_after(settings)
    print_refresh(settings, progress.seconds)


def _look_after(settings: Settings) -> None:
    """Write the metrics and tell who is to be told; what of it fails is said, and fails nothing else."""
    from orchestration.watching import watch

    for problem in watch(settings).problems:
        typer.secho(problem, err=True, fg=typer.colors.YELLOW)


@app.command()
def fetch(
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="NAME", help="Fetch this entry alone; may be given several times."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Ask and check, and keep nothing: neither files nor what servers said.")
    ] = False,
    format: Annotated[
        Printed, typer.Option("--format", "-f", help="`table` for people, `json` for programs.")
    ] = Printed.table,
) -> None:
    """Bring files over HTTPS into raw/: those that `fetch.yml` lists, checked before they are accepted.

    Without that file nothing is fetched. An entry is a file, a page of links, or months of UN Comtrade:

    `- {name: xinjiang-2024-q1, kind: file, url: "https://…/a.html", into: releases, publisher: "…", region: CN-XJ}`

    What has not changed is not written; what has changed becomes a further version, and the former stays. What is
    refused is kept in `warehouse/fetch/refused/` with the reason, the others are fetched, and the command ends with 1.
    `customhouse refresh` then reads what came. docs/fetching.md has every field and what is refused.
    """
    from orchestration.console import ConsoleProgress
    from orchestration.fetching.declaration import UnusableDeclaration, read_declaration
    from orchestration.fetching.fetch import FetchHeld, Outcome
    from orchestration.fetching.fetch import fetch as fetched
    from orchestration.fetching.report import as_json, print_fetched

    settings = _settings()
    try:
        entries = read_declaration(settings.fetch_file)
    except UnusableDeclaration as problem:
        _fail(str(problem), EXIT_USAGE)
    unknown = sorted({*(only or ())} - {entry.name for entry in entries})
    if unknown:
        _fail(f"--only {unknown[0]}: no such entry in {settings.fetch_file}", EXIT_USAGE)
    if not entries and format is Printed.table:
        typer.echo(f"{settings.fetch_file} lists nothing: nothing is fetched. docs/fetching.md has an example.")
        return
    with ConsoleProgress() as progress:
        try:
            done = fetched(
                settings, [one for one in entries if not only or one.name in only], progress, dry_run=dry_run
            )
        except (FetchHeld, OSError) as problem:
            progress.stop()
            _fail(str(problem), EXIT_FAILED)
    if format is Printed.json:
        import json

        typer.echo(json.dumps(as_json(done), ensure_ascii=False, indent=1))
    else:
        from rich.console import Console

        print_fetched(Console(), done)
    if any(one.outcome is Outcome.refused for one in done):
        raise typer.Exit(EXIT_FAILED)


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help="One SELECT; `-` reads it from standard input.")],
    format: Annotated[Format, typer.Option("--format", "-f", help="How the answer is printed.")] = Format.table,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead.")] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="Answer with what was known on this day, as YYYY-MM-DD."),
    ] = None,
) -> None:
    """Ask the published warehouse, read-only, in SQL.

    The tables of the schemas `marts` and `metadata` need no prefix:

    `customhouse query "SELECT period_end, growth_pct FROM mart_growth WHERE region_id = 'CN-XJ'"`

    With `--as-of 2023-12-31` nothing that was published after that day takes part.
    """
    import duckdb

    from orchestration.warehouse.as_of import NotKnownByDay, open_as_of, what_can_be_asked
    from orchestration.warehouse.published import NothingPublished, open_published

    if format is Format.parquet and output is None and sys.stdout.isatty():
        _fail("Parquet is not for a terminal: name a file with --output", EXIT_USAGE)
    path = _settings().published_database
    try:
        with open_published(path) if as_of is None else open_as_of(path, _day("--as-of", as_of)) as connection:
            from orchestration.answers import write_answer

            write_answer(connection, sys.stdin.read() if sql == "-" else sql, format.value, output)
    except duckdb.CatalogException as problem:
        _fail(f"{problem}" + (f"\n{what_can_be_asked()}" if as_of is not None else ""), EXIT_FAILED)
    except (NothingPublished, NotKnownByDay, duckdb.Error, OSError) as problem:
        _fail(str(problem), EXIT_FAILED)


@app.command()
def export(
    format: Annotated[
        list[ExportFormat] | None,
        typer.Option("--format", "-f", help="May be given several times. [default: parquet and csv]"),
    ] = None,
    table: Annotated[
        list[str] | None,
        typer.Option("--table", "-t", metavar="NAME", help="A table of the schema marts; may be given several times."),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="The folder: a new one, or that of an earlier export.")
    ] = Path("customhouse-export"),
) -> None:
    """Write the published tables for other tools, with descriptors of what is in them.

    `customhouse export --format xlsx --table mart_growth --table mart_share`

    Parquet, CSV and Excel hold the tables as they are; `sdmx-csv` and `sdmx-ml` hold levels, growth and shares as
    statistical offices exchange them. `datapackage.json` (Frictionless) and `catalogue.jsonld` (DCAT) beside them say
    which publication it is, and have columns, keys, units, sources and hashes. The folder is replaced as a whole.
    """
    import duckdb

    from orchestration.console import ConsoleProgress, print_export
    from orchestration.exports.description import ExportRefused
    from orchestration.exports.export import export as exported
    from orchestration.exports.files import Format as Written
    from orchestration.warehouse.published import NothingPublished

    asked = {one.value for one in format or (ExportFormat.parquet, ExportFormat.csv)}
    formats = [one for one in Written if one.value in asked or ExportFormat.all.value in asked]
    with ConsoleProgress() as progress:
        try:
            done = exported(_settings(), formats, output, progress, wanted=table or ())
        except (ExportRefused, NothingPublished, duckdb.Error, OSError) as problem:
            progress.stop()
            _fail(str(problem), EXIT_FAILED)
    print_export(done)


@app.command()
def explain(
    what: Annotated[
        list[str], typer.Argument(metavar="ID|WORDS", help="A `figure_id`, a `deduced_id`, or words: Xinjiang exports.")
    ],
    format: Annotated[
        Printed, typer.Option("--format", "-f", help="`table` for people, `json` for programs.")
    ] = Printed.table,
) -> None:
    """Show how a number is known: the rules and figures that it rests on, down to quotes.

    `customhouse explain "Xinjiang exports 2023-Q1"` finds the figure by words, in English or Chinese. Where several
    fit, they are listed with their ids, and so is what is closest where none does.
    """
    import duckdb
    from rich.console import Console

    from orchestration.explanation import UnknownFigure, as_json, print_explanation
    from orchestration.explanation import explain as explained
    from orchestration.warehouse.published import NothingPublished, open_published

    text = " ".join(what)
    try:
        with open_published(_settings().published_database) as connection:
            try:
                tree = explained(connection, text)
            except UnknownFigure as unknown:
                tree = explained(connection, _meant(connection, text, format, unknown))
    except (NothingPublished, UnknownFigure, duckdb.Error) as problem:
        _fail(str(problem), EXIT_FAILED)
    if format is Printed.json:
        import json

        typer.echo(json.dumps(as_json(tree), ensure_ascii=False, indent=1))
    else:
        print_explanation(Console(), tree)


def _meant(connection: duckdb.DuckDBPyConnection, text: str, format: Printed, unknown: Exception) -> str:
    """The id of the one figure that the words mean; ends with what there is where none does, or several do."""
    import datetime
    import json

    from orchestration.codes import CodeLists
    from orchestration.explanation import candidates_as_json, print_candidates
    from orchestration.questions import NotUnderstood, answer, understood
    from orchestration.releases.presentation import review_console
    from orchestration.wording import Wording

    codes = CodeLists(_settings().seeds_dir)
    try:
        found = answer(connection, understood(text, codes, datetime.date.today()))
    except NotUnderstood as problem:
        _fail(f"{unknown}; as words: {problem}", EXIT_FAILED)
    if len(found.found) == 1:
        for other in found.found[0].others:
            typer.secho(f"Another document has it too: customhouse explain {other}", err=True)
        return found.found[0].id
    shown = found.found or found.closest
    if shown:
        if format is Printed.json:
            typer.echo(json.dumps(candidates_as_json(shown, Wording(codes)), ensure_ascii=False, indent=1))
        else:
            title = "Several figures fit" if found.found else f"Known without “{found.dropped}”"
            print_candidates(review_console(), title, shown, Wording(codes))
    reason = f"nothing fits {text!r}" + (f"; without “{found.dropped}” something does" if shown else "")
    if found.found:
        reason = f"{len(shown)} figures fit {text!r}: be more precise, or ask for one by its id"
    return _fail(reason, EXIT_FAILED)


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
    from orchestration.warehouse.soundness import published_damage

    settings = _settings()
    if damage := published_damage(settings):
        _fail(
            f"{settings.published_database} is damaged: {damage}. `customhouse refresh` puts a whole one in its place",
            EXIT_FAILED,
        )
    try:
        report = status_report(settings)
    except (NothingPublished, duckdb.Error) as problem:
        _fail(str(problem), EXIT_FAILED)
    if format is Printed.json:
        import json

        typer.echo(json.dumps(report, default=str, ensure_ascii=False, indent=1))
    else:
        print_status(report)


@app.command()
def watch(
    test: Annotated[bool, typer.Option("--test", help="Only send every receiver of alerts a test message.")] = False,
) -> None:
    """Compare coverage with the release calendar, write the metrics, and tell who is to be told.

    Every refresh does the same at its end. Receivers are those of `CUSTOMHOUSE_ALERT_…`; each is told of a state once,
    and reminded of it after days. Ends with 1 where the metrics could not be written or a receiver could not be told.
    """
    import datetime

    from orchestration.alerts import send_test
    from orchestration.logs import set_up_logs
    from orchestration.watching import watch as watch_all

    settings = _settings()
    set_up_logs(settings)
    if test:
        attempts = send_test(settings, datetime.datetime.now(datetime.UTC))
        if not attempts:
            _fail("no receiver is set up: set CUSTOMHOUSE_ALERT_MAIL_TO or CUSTOMHOUSE_ALERT_WEBHOOK_URL", EXIT_USAGE)
        problems = [f"not told by {one.channel}: {one.problem}" for one in attempts if one.problem]
    else:
        watched = watch_all(settings)
        attempts, problems = watched.attempts, watched.problems
        for condition in watched.conditions:
            if condition.items:
                typer.echo(f"{condition.title}: {len(condition.items)}")
    for one in attempts:
        for notice in one.delivered:
            typer.echo(f"told by {one.channel}: {notice.title}")
    if problems:
        _fail("\n".join(problems), EXIT_FAILED)


@app.command()
def dashboard(
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Write it to this folder. [default: warehouse/dashboard]"),
    ] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Write what is published as a page: one file, in English and Chinese, that opens without a server.

    Each number on it leads to the words that state it. Every refresh writes it, too, to `warehouse/dashboard/`.
    """
    import duckdb

    from orchestration.dashboard import PageTooLarge, write_dashboard
    from orchestration.warehouse.published import NothingPublished, open_published

    settings = _settings()
    try:
        with open_published(settings.published_database) as connection:
            written = write_dashboard(connection, output or settings.dashboard_dir)
    except (NothingPublished, PageTooLarge, duckdb.Error, OSError) as problem:
        _fail(str(problem), EXIT_FAILED)
    shown = "all" if written.rows == written.total else f"{written.rows:,} of"
    typer.echo(f"{written.path}: publication {written.publication_id}, {shown} {written.total:,} rows")
    if open_it:
        typer.launch(written.path.resolve().as_uri())


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
    from orchestration.warehouse.published import PublishedByOther

    settings = _settings()
    try:
        with warehouse_lock(
            settings.warehouse_dir,
            purpose="rollback",
            timeout_seconds=settings.lock_timeout_seconds,
            on_wait=lambda text: typer.echo(text, err=True),
        ):
            target = roll_back(settings, to)
            typer.echo(f"Published again: {target.publication_id}")
            _write_page_of_it(settings)
    except (LookupError, WarehouseHeld, PublishedByOther) as problem:
        _fail(str(problem.args[0]), EXIT_FAILED)


@app.command()
def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and remove nothing.")] = False,
) -> None:
    """Remove what is kept no longer: old publications, files of declarations that none is made of, old runs.

    A refresh does the same when it has published. `CUSTOMHOUSE_KEPT_…` say how much is kept; docs/keeping.md has
    the rules. Nothing that a kept publication refers to is removed.
    """
    from orchestration.console import print_leftovers
    from orchestration.defs.keeping import all_leftovers
    from orchestration.refresh import HistoryUnusable, open_history
    from orchestration.warehouse.lock import WarehouseHeld, warehouse_lock
    from orchestration.warehouse.published import PublishedByOther
    from orchestration.warehouse.retention import remove_all

    settings = _settings()
    try:
        with (
            warehouse_lock(
                settings.warehouse_dir,
                purpose="prune",
                timeout_seconds=settings.lock_timeout_seconds,
                on_wait=lambda text: typer.echo(text, err=True),
            ),
            open_history(settings) as instance,
        ):
            found = all_leftovers(settings, instance)
            if not dry_run:
                remove_all(found)
    except (WarehouseHeld, PublishedByOther, HistoryUnusable, OSError) as problem:
        _fail(str(problem), EXIT_FAILED)
    print_leftovers(found, is_removed=not dry_run)


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="A new folder; with --verify, that of a back-up.")],
    verify: Annotated[bool, typer.Option("--verify", help="Write nothing: see that a back-up is whole.")] = False,
) -> None:
    """Copy raw/, the code lists, the publications and what they are made of to a folder, with a hash of each file.

    The folder is a bag (BagIt, RFC 8493): `sha256sum --check manifest-sha256.txt` in it verifies it, too. A refresh may
    run meanwhile. The token of `serve`, the working warehouse and the run history are not in it.
    """
    from orchestration.backup import back_up
    from orchestration.bag import BagDamaged, NotBagged, read_bag
    from orchestration.warehouse.lock import WarehouseHeld

    try:
        bag = read_bag(folder) if verify else back_up(_settings(), folder, tell=lambda text: typer.echo(text, err=True))
    except (BagDamaged, NotBagged, WarehouseHeld, OSError) as problem:
        _fail(str(problem), EXIT_FAILED)
    publication = bag.info.get("Customhouse-Publication") or "nothing published"
    size = int(bag.info["Payload-Oxum"].partition(".")[0]) / 1e6
    typer.echo(f"{bag.folder}: {len(bag.files)} files, {size:,.1f} MB, whole; {publication}")


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="The folder of a back-up.")],
) -> None:
    """Put what a back-up holds where nothing is yet: raw/ and warehouse/ must be empty, or not there.

    The back-up is verified first. What was published is published again, at last and in one step; the next refresh goes
    on from there. A restore that was cut off is begun anew by the next.
    """
    from orchestration.backup import NotRestored
    from orchestration.backup import restore as restored
    from orchestration.bag import BagDamaged, NotBagged
    from orchestration.warehouse.lock import WarehouseHeld

    settings = _settings()
    try:
        done = restored(settings, folder, tell=lambda text: typer.echo(text, err=True))
    except (BagDamaged, NotBagged, NotRestored, WarehouseHeld, OSError) as problem:
        _fail(str(problem), EXIT_FAILED)
    typer.echo(f"Restored {done.files} files; published: {done.publication_id or 'nothing'}")
    for name in done.other_code_lists:
        typer.secho(
            f"{settings.seeds_dir / Path(name).name} is not that of the back-up: compare {folder / 'data' / name}",
            err=True,
            fg=typer.colors.YELLOW,
        )


def _write_page_of_it(settings: Settings) -> None:
    """The page shows what is published; that it cannot be written takes nothing back."""
    from orchestration.dashboard import write_dashboard
    from orchestration.warehouse.published import open_published

    try:
        with open_published(settings.published_database) as connection:
            write_dashboard(connection, settings.dashboard_dir)
    except Exception as problem:  # a publication of an earlier version lacks what the page shows
        typer.secho(f"The page still shows the other publication: {problem}", err=True, fg=typer.colors.RED)


@app.command()
def serve(
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; others than loopback need TLS.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", help="Port to listen on; 0 takes a free one.", min=0, max=65535)
    ] = 9494,
    log: Annotated[bool, typer.Option("--log", help="Write a line of JSON a statement to standard error.")] = False,
) -> None:
    """Serve the published warehouse to many readers over the network, read-only.

    Readers connect with DuckDB's own protocol, quack; what is printed at the start can be pasted into a client. They
    show a token: `CUSTOMHOUSE_SERVE_TOKEN`, or the one in `warehouse/serve.token`, which is made at the first start and
    only its owner can read.

    A new publication is noticed within a second: the next statement of each reader sees it, statements under way end
    on the one before. Each statement is bound in time, memory, threads and size (`CUSTOMHOUSE_SERVE_…`).

    docs/serving.md says how to connect tools, how to put TLS before it, and what it costs.
    """
    from orchestration.serving.front import CannotServe
    from orchestration.serving.server import serve as serve_until_stopped
    from orchestration.serving.token import TokenUnusable
    from orchestration.warehouse.published import NothingPublished

    try:
        serve_until_stopped(_settings(), host=host, port=port, log=log, tell=typer.echo)
    except (NothingPublished, TokenUnusable, CannotServe) as problem:
        _fail(str(problem), EXIT_FAILED)
    except OSError as problem:
        _fail(f"{host}:{port} cannot be listened on: {problem.strerror or problem}", EXIT_FAILED)


@app.command()
def read(
    files: Annotated[list[Path], typer.Argument(help="Releases: .txt, .md, .html, .pdf, .docx.", metavar="FILE")],
    *,
    published: Annotated[
        str | None, typer.Option("--published", metavar="DATE", help="When they were published, as YYYY-MM-DD.")
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", metavar="ID", help="The region they are about: a code or a name.")
    ] = None,
    format: Annotated[
        ReadFormat | None,
        typer.Option("--format", "-f", help="`text` for people, records for programs. [default: text]"),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page to review them in a browser.")
    ] = None,
    without_corrections: Annotated[
        bool, typer.Option("--without-corrections", help="Leave the corrections beside a file aside.")
    ] = False,
    draft_corrections: Annotated[
        bool,
        typer.Option("--draft-corrections", help="Print a corrections file for what is uncertain or not read."),
    ] = False,
) -> None:
    """Read releases and show what was understood: every number, what it is about, and where it stands.

    Formats are `text`, `csv` and `json`; both of the latter have the columns of the figure record. `--published` and
    `--region` come before what a document says of itself. Corrections in `<name>.corrections.yml` beside a file are
    applied. A file that cannot be read is told of, and the others are read.
    """
    from orchestration.codes import CodeLists
    from orchestration.releases.command import (
        Reviews,
        is_draft_begun,
        print_draft,
        print_records,
        print_texts,
        write_page,
    )

    if draft_corrections and (format or html or len(files) > 1):
        _fail("--draft-corrections drafts for one file, and goes without --format and --html", EXIT_USAGE)
    codes = CodeLists(_settings().seeds_dir)
    reviews = Reviews(
        files,
        codes,
        published=_published(published) if published is not None else None,
        region_id=_region_id(region, codes) if region is not None else "",
        with_corrections=not (without_corrections or (draft_corrections and is_draft_begun(files[0]))),
        complain=lambda text: typer.secho(text, err=True, fg=typer.colors.RED),
    )
    try:
        if draft_corrections:
            print_draft(reviews)
        elif html:
            write_page(reviews, html, format)
        elif format is None or format is ReadFormat.text:
            print_texts(reviews)
        else:
            print_records(reviews, format)
    except BrokenPipeError:
        raise
    except OSError as problem:
        _fail(str(problem), EXIT_FAILED)
    if reviews.failed:
        raise typer.Exit(EXIT_FAILED)


@app.command()
def check(
    files: Annotated[
        list[Path],
        typer.Argument(help="Releases: .txt, .md, .html, .pdf, .docx; or sheets: .csv with sidecar.", metavar="FILE"),
    ],
    *,
    published: Annotated[
        str | None, typer.Option("--published", metavar="DATE", help="When they were published, as YYYY-MM-DD.")
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", metavar="ID", help="The region they are about: a code or a name.")
    ] = None,
    format: Annotated[
        Printed, typer.Option("--format", "-f", help="`table` for people, `json` for programs.")
    ] = Printed.table,
    all: Annotated[bool, typer.Option("--all", help="Show all rows of every table, not only the first.")] = False,
) -> None:
    """Check files that are not in the warehouse: do their figures agree, what follows from them, what was restated?

    Reads them as a refresh would, and changes nothing. Where a warehouse is published, they are compared with it.
    Ends with 4 where figures of one document contradict one another. That others have a level otherwise is a
    restatement, and no contradiction.
    """
    from orchestration.check_report import as_json, print_document
    from orchestration.checking import check_documents, contradicts, read_files
    from orchestration.codes import CodeLists
    from orchestration.releases.presentation import review_console
    from orchestration.wording import Wording

    settings = _settings()
    codes = CodeLists(settings.seeds_dir)
    failed: list[str] = []
    read = read_files(
        files,
        codes,
        published=_published(published) if published is not None else None,
        region_id=_region_id(region, codes) if region is not None else "",
        complain=failed.append,
    )
    checked = check_documents(read, settings)
    wording = Wording(codes)
    if format is Printed.json:
        import json

        typer.echo(json.dumps([as_json(one, wording) for one in checked], ensure_ascii=False, indent=1))
    else:
        console = review_console()
        for number, one in enumerate(checked):
            if number:
                console.print("\n")
            print_document(console, one, wording, show_all=all)
    for problem in failed:
        typer.secho(problem, err=True, fg=typer.colors.RED)
    if failed:
        raise typer.Exit(EXIT_FAILED)
    if contradicts(checked):
        raise typer.Exit(EXIT_CONTRADICTED)


def _day(option: str, text: str) -> datetime.date:
    """A day that an option names; anything else is wrong usage."""
    import datetime

    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return _fail(f"{option} {text}: is not a date: write it as YYYY-MM-DD", EXIT_USAGE)


def _published(text: str) -> datetime.date:
    """The day a document was published; a wrong or future one is wrong usage."""
    import datetime

    day = _day("--published", text)
    if day > datetime.date.today() + datetime.timedelta(days=1):  # it may be tomorrow elsewhere
        _fail(f"--published {text}: lies in the future", EXIT_USAGE)
    return day


def _region_id(text: str, codes: CodeLists) -> str:
    """The code of a region; one that no code list knows is wrong usage."""
    from orchestration.figures import UNMAPPED

    region_id = codes.resolve("region", text)
    if region_id == UNMAPPED:
        _fail(f"--region {text}: no code list knows it: give a code or a name such as CN-XJ or Xinjiang", EXIT_USAGE)
    return region_id


def _settings() -> Settings:
    from orchestration.settings import Settings

    return Settings()


def _fail(message: str, code: int) -> NoReturn:
    from orchestration.visible import visible

    typer.secho(visible(message), err=True, fg=typer.colors.RED)
    raise typer.Exit(code)


def main() -> None:
    """Entry point: settings that make no sense are a usage error, told by variable and without a traceback.

    A script that starts a command in its background has it ignore SIGINT. Dagster gives SIGTERM whatever SIGINT does,
    so that nothing short of SIGKILL would stop it: SIGINT is heard again.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        app()
    except ValueError as problem:
        if type(problem).__name__ != "ValidationError":
            raise
        for error in problem.errors():  # type: ignore[attr-defined]  # pydantic is not imported for this alone
            name = "_".join(map(str, error["loc"])).upper()
            typer.secho(f"CUSTOMHOUSE_{name}={error['input']}: {error['msg']}", err=True, fg=typer.colors.RED)
        sys.exit(EXIT_USAGE)
    except BaseException as stopped:
        if type(stopped).__name__ != "DagsterExecutionInterruptedError":
            raise
        typer.secho("Stopped. What is published stands, and the next refresh begins anew.", err=True)
        sys.stdout.flush()
        os._exit(EXIT_STOPPED)  # threads of DuckDB that still run would have Python abort with a core dump
