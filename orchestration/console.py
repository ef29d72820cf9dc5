"""A refresh as seen on a terminal: its progress while it works, and what it did when it ends."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from orchestration.answers import plain, reading_in_words, status_report
from orchestration.exports.export import Export
from orchestration.progress import Progress
from orchestration.settings import Settings
from orchestration.transformation import FoundRows
from orchestration.visible import visible
from orchestration.warehouse.retention import Leftover


class ConsoleProgress(Progress):
    """Bars on a terminal; a line a step where the output goes to a file."""

    def __init__(self) -> None:
        super().__init__()
        self._console = Console(stderr=True)
        self._bars = Bars(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[detail]}"),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._bars.add_task("", total=None, detail="")

    def __enter__(self) -> ConsoleProgress:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the bars off the screen."""
        self._bars.stop()

    def begin(self, name: str) -> None:
        """Show the step."""
        self._bars.reset(self._task, description=name, total=None, detail="")

    def end(self, name: str) -> None:
        """Where there are no bars, say that the step has ended."""
        if self._bars.disable:
            self._console.print(f"{name}: {self.seconds[name]:.1f} s", highlight=False)

    def advance(self, done: int, total: int, detail: str) -> None:
        """Move the bar."""
        self._bars.update(self._task, completed=done, total=total, detail=detail)

    def message(self, text: str) -> None:
        """Print above the bars."""
        super().message(text)
        self._console.print(visible(text), style="yellow", highlight=False, markup=False)


def print_refresh(settings: Settings, seconds: dict[str, float]) -> None:
    """What was read, rejected, checked and published, and what each step took."""
    report = status_report(settings)
    counts = {table["table_name"]: table["row_count"] for table in report["tables"]}
    checks = {row["status"]: row["checks"] for row in report["checks"]}
    console = Console()
    table = Table(show_header=False, title="Refresh", title_justify="left")
    table.add_column(justify="left")
    table.add_column(justify="right")
    table.add_row("published", str(report["publication"]["publication_id"]))
    table.add_row("sources", f"{counts['dim_source']:,}")
    table.add_row("figures", f"{counts['fct_figures']:,}")
    if report["numbers"]:
        table.add_row("numbers in releases", reading_in_words(report["numbers"]))
    table.add_row("rejected rows and files", f"{len(report['rejected_rows']):,}")
    table.add_row("checks", ", ".join(f"{count} {status}" for status, count in checks.items()))
    table.add_row("rows published", f"{sum(counts.values()):,} in {len(counts)} tables", end_section=True)
    for name, took in seconds.items():
        table.add_row(name, f"{took:.1f} s")
    console.print(table)
    for row in report["rejected_rows"]:
        place = f"{row['file']}" + (f", row {row['row_number']}" if row["row_number"] else "")
        column = f", {row['column_name']}" if row["column_name"] else ""
        told = visible(f"rejected: {place}{column}: {row['reason']}")
        console.print(told, style="yellow", highlight=False, markup=False)
    for finding in report["findings"]:
        told = visible(f"{finding['check_name']}: {finding['message']}")
        console.print(told, style="yellow", highlight=False, markup=False)


def print_export(done: Export) -> None:
    """Which publication was written where, and how large the files of each format are."""
    console = Console()
    console.print(
        f"{done.folder}: publication [bold]{done.publication.publication_id}[/bold], "
        f"published {done.publication.published_at:%Y-%m-%d %H:%M} UTC",
        highlight=False,
        soft_wrap=True,
    )
    table = Table(show_header=False, box=None)
    table.add_column(justify="left")
    table.add_column(justify="right")
    table.add_column(justify="right")
    for format in dict.fromkeys(file.format for file in done.files):
        files = [file for file in done.files if file.format is format]
        size = sum(file.bytes for file in files)
        table.add_row(format.value, f"{len(files)} file{'s' if len(files) > 1 else ''}", f"{size / 1e6:,.2f} MB")
    console.print(table)


def print_leftovers(found: Sequence[Leftover], *, is_removed: bool) -> None:
    """What was removed, or would be: each by its name, and the sum of each kind."""
    console = Console()
    if not found:
        console.print("Nothing is kept longer than it should be.")
        return
    for one in found:
        console.print(f"{one.kind} {one.name}", style="dim", highlight=False, soft_wrap=True, markup=False)
    for kind in dict.fromkeys(one.kind for one in found):
        ones = [one for one in found if one.kind == kind]
        size = sum(one.bytes for one in ones) / 1e6
        done = "removed" if is_removed else "would be removed"
        console.print(f"{len(ones)} of kind {kind} {done}, {size:,.2f} MB", highlight=False)


def print_failed_checks(found: Sequence[FoundRows]) -> None:
    """The first rows that each failed check found."""
    console = Console(stderr=True)
    for one in found:
        table = Table(*one.columns, title=f"{one.check.check_name}: {one.check.failures} rows", title_justify="left")
        for row in one.rows:
            table.add_row(*(Text(plain(value)) for value in row))
        console.print(table)
