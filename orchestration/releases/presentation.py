"""A reading on the terminal: the text with its numbers marked, below each sentence what was understood of it."""

from __future__ import annotations

import io
import re
import sys
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from orchestration.releases.marks import KIND_NAMES, SIGNS, Mark, counts_of, described, readings
from orchestration.releases.review import Review
from orchestration.visible import visible

STYLES = {"read": "green", "uncertain": "bold yellow", "unread": "bold red", "not_a_figure": "dim"}
#: Wide enough for any line: what does not go to a terminal is not folded.
_UNLIMITED = 100_000
#: Where the display begins a new line: after a line of the text, or after what looks like the end of a sentence.
_ENDS = re.compile(r"\n|[。！？][”’」』）]*|[.!?][\"')”’]*(?=\s+[A-Z“‘\"'(])")
_INDENT = 7


def review_console(**options: object) -> Console:
    """A console that leaves text as it is: not folded where it goes to a file or a pipe, nothing highlighted."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a locale without Chinese is no reason to fail
    console = Console(highlight=False, markup=False, emoji=False, **options)  # type: ignore[arg-type]
    if not console.is_terminal:
        console.width = _UNLIMITED
    return console


def print_review(review: Review, console: Console) -> None:
    """The text of a release, what was understood of it number by number, and counts."""
    marks = review.marks
    text = review.document.text
    _print_heading(review, console)
    placed = [mark for mark in marks if mark.char_start >= 0]
    starts = [mark.char_start for mark in placed]
    first = 0
    for start, end in pieces(text, review.document.body_start, placed):
        last = len(placed) if end == len(text) else bisect_left(starts, end, first)
        own, first = placed[first:last], last
        shown = _marked(text, start, end, own)
        if shown.plain.strip():
            console.print(shown)
        for mark in own:
            _print_notes(mark, console)
        _print_others([mark for mark in own if mark.kind == "not_a_figure"], console)
        if own:
            console.print()
    unplaced = [mark for mark in marks if mark.char_start < 0]
    if unplaced:
        console.print("Without a place in the text:")
        for mark in unplaced:
            _print_notes(mark, console)
        console.print()
    print_summary(review, console)


def print_summary(review: Review, console: Console) -> None:
    """How many numbers were read, are uncertain, were not read, and are no figures; which ones need a person."""
    marks = review.marks
    counts = counts_of(marks)
    line = Text(f"{len(marks):,} numbers: ")
    line.append(Text(", ").join(Text(f"{count:,} {KIND_NAMES[kind]}", STYLES[kind]) for kind, count in counts.items()))
    console.print(line)
    for kind in ("uncertain", "unread"):
        labels = " ".join(mark.label for mark in marks if mark.kind == kind)
        if labels:
            console.print(Text(f"{KIND_NAMES[kind]}: {labels}", STYLES[kind]))
    if review.corrections:
        console.print(Text(f"with the corrections of {visible(review.corrections.name)}"))


def pieces(text: str, start: int, marks: Sequence[Mark]) -> Iterator[tuple[int, int]]:
    """The text from `start` on in pieces of about a sentence; no piece ends inside a mark."""
    following = 0
    for end in _ENDS.finditer(text, start):
        while following < len(marks) and marks[following].char_end <= end.end():
            following += 1
        if following < len(marks) and marks[following].char_start < end.end():
            continue
        yield start, end.end()
        start = end.end()
    if start < len(text):
        yield start, len(text)


def _print_heading(review: Review, console: Console) -> None:
    document = review.document
    console.print(Text(visible(str(review.path)), "bold"), soft_wrap=True)
    facts = (
        document.title,
        document.publisher,
        f"published {document.published_date}" if document.published_date else "",
        f"about {review.region_id}",
    )
    for fact in filter(None, facts):
        console.print(Text(_line(fact), "dim"))
    console.print()


def _marked(text: str, start: int, end: int, marks: Sequence[Mark]) -> Text:
    """A piece of the text with its marks: `[68.07 #1]`, colour or none; `2023°` is not a figure."""
    shown = Text()
    position = start
    for mark in marks:
        shown.append(visible(text[position : mark.char_start]))
        words = visible(text[mark.char_start : mark.char_end])
        if mark.kind == "not_a_figure":
            shown.append(f"{words}{mark.label}", STYLES[mark.kind])
        else:
            shown.append(f"[{words} {mark.label}]", STYLES[mark.kind])
        position = max(position, mark.char_end)
    shown.append(visible(text[position:end]))
    return Text(" ").join(_stripped(line) for line in shown.split("\n") if line.plain.strip())


def _stripped(line: Text) -> Text:
    line.rstrip()
    return line[len(line.plain) - len(line.plain.lstrip()) :]


def _print_notes(mark: Mark, console: Console) -> None:
    """The lines below a sentence about one of its numbers."""
    style = STYLES[mark.kind]
    if mark.kind == "not_a_figure":
        return
    label = mark.label
    if mark.kind == "unread":
        _print_note(label, f"{_line(mark.printed)}: not read{_because(mark)}", style, console)
    figures = [figure for figure in mark.figures if figure.status != "unread"]
    settled = [figure for figure in figures if figure.status != "uncertain"]
    alternatives = [figure for figure in figures if figure.status == "uncertain"]
    for figure in settled:
        _print_note(label, str(described(figure)), style if mark.kind == "read" else STYLES["read"], console)
        label = ""
    if mark.kind == "read" and mark.reason:
        _print_note("", mark.reason, "dim", console)
    if alternatives:
        _print_note(label, f"{readings(alternatives)}{_because(mark)}", style, console)
    for number, figure in enumerate(alternatives, 1):
        _print_note("", f"{number}) {described(figure)}  [{figure.figure_id}]", style, console)


def _print_others(marks: Sequence[Mark], console: Console) -> None:
    """One line for all numbers of a sentence that are no figures, by what they are."""
    by_reason: dict[str, list[str]] = {}
    for mark in marks:
        by_reason.setdefault(mark.reason or KIND_NAMES["not_a_figure"], []).append(mark.printed)
    if by_reason:
        told = "; ".join(f"{reason}: {', '.join(printed)}" for reason, printed in by_reason.items())
        _print_note(SIGNS["not_a_figure"], told, STYLES["not_a_figure"], console)


def _print_note(label: str, note: str, style: str, console: Console) -> None:
    """A line with its label in front; where it must be folded, it stays behind its label."""
    text = Text(_line(note), style)
    lines = text.wrap(console, max(20, console.width - _INDENT)) if console.is_terminal else [text]
    for number, line in enumerate(lines):
        front = f"  {'' if number else label:<{_INDENT - 2}}"
        console.print(Text.assemble((front, style), line), soft_wrap=True)


def _because(mark: Mark) -> str:
    return f": {mark.reason}" if mark.reason else ""


def _line(text: str) -> str:
    return " ".join(visible(text).split())
