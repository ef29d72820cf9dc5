"""What `customhouse read` does: several releases one after another, as text, records, a page or a draft."""

from __future__ import annotations

import datetime
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from orchestration.codes import CodeLists
from orchestration.figures import Figure
from orchestration.releases.review import Review, UnusableRelease, review_release
from orchestration.sources import readable_name

#: Told of a file that cannot be read, with the reason.
Complaint = Callable[[str], None]


class Reviews:
    """The reviews of some files, one at a time; those that cannot be read are told and counted."""

    def __init__(
        self,
        files: Sequence[Path],
        codes: CodeLists,
        *,
        published: datetime.date | None,
        region_id: str,
        with_corrections: bool,
        complain: Complaint,
    ) -> None:
        self.failed = 0
        self._files = files
        self._codes = codes
        self._published = published
        self._region_id = region_id
        self._with_corrections = with_corrections
        self._complain = complain

    def __iter__(self) -> Iterator[Review]:
        for path in self._files:
            try:
                review = review_release(
                    path,
                    self._codes,
                    published=self._published,
                    region_id=self._region_id,
                    with_corrections=self._with_corrections,
                )
            except UnusableRelease as problem:
                self._tell(path, str(problem))
            except Exception as problem:  # one file never keeps the others from being read
                self._tell(path, f"could not be read, which is a defect: {type(problem).__name__}: {problem}")
            else:
                yield review

    def _tell(self, path: Path, problem: str) -> None:
        self.failed += 1
        self._complain(f"{readable_name(str(path))}: {problem}")


def print_records(reviews: Reviews, format: str) -> None:
    """The figures of all releases as one CSV or JSON document, on standard output in UTF-8."""
    from orchestration.releases.records import csv_lines, json_lines

    def figures() -> Iterator[Figure]:
        for review in reviews:
            yield from review.reading.figures

    with _standard_output() as output:
        output.writelines({"csv": csv_lines, "json": json_lines}[format](figures()))


def print_texts(reviews: Reviews) -> None:
    """Each release with its numbers marked, for people."""
    from orchestration.releases.presentation import print_review, review_console

    console = review_console()
    for number, review in enumerate(reviews):
        if number:
            console.print("\n")
        print_review(review, console)


def write_page(reviews: Reviews, page: Path, format: str | None) -> None:
    """All releases on one page; on standard output the records where a format is asked for, else what is on it."""
    from orchestration.releases.presentation import print_review, print_summary, review_console
    from orchestration.releases.records import csv_lines, json_lines
    from orchestration.releases.review_page import write_review_page

    shown = list(reviews)
    if shown:
        write_review_page(shown, page)
    if format in ("csv", "json"):
        figures = (figure for review in shown for figure in review.reading.figures)
        with _standard_output() as output:
            output.writelines({"csv": csv_lines, "json": json_lines}[format](figures))
        return
    console = review_console()
    for review in shown:
        (print_summary if format is None else print_review)(review, console)


def is_draft_begun(path: Path) -> bool:
    """Whether the corrections of a release are the empty file that a shell makes for `… --draft-corrections > FILE`."""
    from orchestration.releases.corrections import corrections_path

    corrections = corrections_path(path)
    return corrections.is_file() and not corrections.stat().st_size


def print_draft(reviews: Reviews) -> None:
    """A corrections file for all that is uncertain or not read, to be filled in."""
    from orchestration.releases.drafting import draft_corrections

    for review in reviews:
        with _standard_output() as output:
            output.write(draft_corrections(review, datetime.date.today()))


@contextmanager
def _standard_output() -> Iterator[TextIO]:
    """Standard output for text that programs read: UTF-8 whatever the locale, line ends as they are written."""
    sys.stdout.flush()
    output = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="backslashreplace", newline="")
    try:
        yield output
        output.flush()
    finally:
        output.detach()
