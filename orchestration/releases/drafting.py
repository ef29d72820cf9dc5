"""A draft of corrections: a YAML file in which a person only has to choose."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any

import yaml
from yaml.emitter import Emitter
from yaml.representer import SafeRepresenter
from yaml.resolver import BaseResolver
from yaml.serializer import Serializer

from orchestration.figures import FLOWS, QUALIFIERS, STATISTICS, Figure
from orchestration.intervals import SCALES
from orchestration.releases.corrections import SETTABLE_COLUMNS, corrections_path
from orchestration.releases.marks import Mark, described, plain_number, readings
from orchestration.releases.review import Review
from orchestration.sources import readable_name
from orchestration.visible import visible

#: What a drafted correction expects: enough to notice that a figure is about something else than it was.
_EXPECTED = tuple(
    column
    for column in SETTABLE_COLUMNS
    if column not in ("low", "high", "qualifier", "reference") and not column.endswith("_text")
)
#: Characters of the text on either side of a number.
_CONTEXT = 70

_HEAD = """\
## Corrections of {release}, drafted from what is uncertain or not read in it.
## Save as {corrections} beside it. Of each number uncomment one entry (take "# " off its lines), fill in
## reason and who, and leave or delete the rest. `customhouse read {release}` shows what comes of it.
"""
_HEAD_MORE = """\
## What is still uncertain or not read in {release}: add entries to {corrections}.
## Of each number uncomment one entry (take "# " off its lines), fill in reason and who.
"""


def draft_corrections(review: Review, today: datetime.date) -> str:
    """The text of a corrections file for every number that is uncertain or not read; nothing in it is decided yet."""
    head = _HEAD_MORE if review.corrections else _HEAD
    names = {
        "release": visible(readable_name(review.path.name)),
        "corrections": visible(readable_name(corrections_path(review.path).name)),
    }
    lines = [head.format(**names), f'sha256: "{review.document.sha256}"', "corrections:", ""]
    open_marks = [mark for mark in review.marks if mark.kind in ("uncertain", "unread")]
    if not open_marks:
        lines.append("## Nothing is uncertain or not read.")
    for mark in open_marks:
        lines += [*_of_mark(mark, review, today), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _of_mark(mark: Mark, review: Review, today: datetime.date) -> Iterator[str]:
    start = mark.char_start
    if start >= 0:
        words = review.document.text[max(0, start - _CONTEXT) : mark.char_end + _CONTEXT]
        yield f"## {mark.label}  {_line(mark.printed)}  at character {start}: … {_line(words)} …"
    else:
        yield f"## {mark.label}  {_line(mark.printed)}"
    alternatives = [figure for figure in mark.figures if figure.status == "uncertain"]
    unread = [figure for figure in mark.figures if figure.status == "unread"]
    if alternatives:
        yield f"## {readings(alternatives)}{': ' if mark.reason else ''}{_line(mark.reason)}"
    elif mark.reason:
        yield f"## {_line(mark.reason)}"
    for figure in alternatives:
        yield "##"
        yield f"## {_line(str(described(figure)))}"
        yield from _commented(_entry("accept", figure, today))
    for figure in alternatives[:1]:
        yield "##"
        yield "## It states something else: say which columns of this reading are to be changed"
        columns = ["  set: {}  # such as {partner_text: Kazakhstan, flow: export}"]
        yield from _commented(_entry("correct", figure, today, columns))
    for figure in unread:
        yield "##"
        yield "## It states a figure:"
        yield from _commented(_entry("correct", figure, today, _blank_columns(mark, review)))
    if alternatives or unread:
        yield "##"
        yield "## None of these: all that follow" if len(alternatives) > 1 else "## It states no figure:"
    for figure in alternatives or unread:
        yield from _commented(_entry("drop", figure, today))
    if not alternatives and not unread:  # a number that has no row at all
        yield "##"
        yield "## It states a figure:"
        quote = review.document.text[mark.char_start : mark.char_end]
        place = [f"  char_start: {mark.char_start}", f"  char_end: {mark.char_end}"]
        added = [*_dumped([{"action": "add", "quote": _Quoted(quote)}]), *place, *_blank_columns(mark, review)]
        yield from _commented([*added, *_signature(today)])


def _entry(action: str, figure: Figure, today: datetime.date, columns: list[str] | None = None) -> list[str]:
    """One correction of a figure, as lines of YAML."""
    expected = {column: _cell(getattr(figure, column)) for column in _EXPECTED}
    said = {column: text for column, text in expected.items() if text or column in ("statistic", "value")}
    entry = {"action": action, "figure_id": figure.figure_id, "quote": _Quoted(figure.quote), "expected": said}
    return [*_dumped([entry]), *(columns or []), *_signature(today)]


def _signature(today: datetime.date) -> list[str]:
    return ['  reason: ""', '  who: ""', f"  date: {today}"]


def _blank_columns(mark: Mark, review: Review) -> list[str]:
    """The columns of a new figure, to be filled in."""
    digits = re.search(r"[0-9][0-9,]*(?:\.[0-9]+)?", mark.printed)
    printed = digits[0].replace(",", "") if digits else ""
    scale = "one" if printed == mark.printed else '""'
    flows = ", ".join(filter(None, FLOWS))
    whole = "a name or a code; empty: the whole"
    rows = [
        ("statistic", '""', ", ".join(STATISTICS)),
        ("measure", '""', "a code of measures.csv: value, quantity, unit_value, …"),
        ("printed", f'"{printed}"', "the digits as printed, with a sign and a decimal point"),
        ("scale", scale, ", ".join(SCALES)),
        ("unit", '""', "a code of units.csv: CNY, USD, percent, pp, tonne, rank, …"),
        ("qualifier", "exact", ", ".join(QUALIFIERS)),
        ("region_id", review.region_id, "a code"),
        ("partner_text", '""', whole),
        ("commodity_text", '""', whole),
        ("flow", '""', f"{flows}; empty for counts"),
        ("ownership_text", '""', whole),
        ("trade_mode_text", '""', whole),
        ("period_start", '""', "the first day, YYYY-MM-DD"),
        ("period_end", '""', "the last day"),
        ("comparison_start", '""', "of a growth, change, share_change, growth_gap or contribution"),
        ("comparison_end", '""', ""),
        ("reference", '""', "of a share, share_change, growth_gap or rank: dimension=code"),
    ]
    return ["  set:", *(f"    {f'{name}: {value}':28} # {note}".rstrip(" #") for name, value, note in rows)]


def _commented(lines: list[str]) -> Iterator[str]:
    for line in lines:
        yield f"# {line}"


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else plain_number(value) if hasattr(value, "is_finite") else str(value or "")


def _line(text: str) -> str:
    return " ".join(visible(text).split())


class _Quoted(str):
    """Text that is written in quotation marks, whatever it holds."""

    __slots__ = ()


class _Dumper(Emitter, Serializer, SafeRepresenter, BaseResolver):
    """Writes text without quotation marks where it can: corrections are read as text, whatever it looks like."""

    def __init__(self, stream: Any, **options: Any) -> None:
        Emitter.__init__(self, stream, width=10**9, allow_unicode=True)
        Serializer.__init__(self)
        SafeRepresenter.__init__(self, sort_keys=False, default_flow_style=False)
        BaseResolver.__init__(self)


def _represent_quoted(dumper: SafeRepresenter, text: _Quoted) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style='"')


_Dumper.add_representer(_Quoted, _represent_quoted)


def _dumped(entry: list[dict[str, Any]]) -> list[str]:
    text: str = yaml.dump(entry, Dumper=_Dumper)
    return text.rstrip("\n").split("\n")
