"""The findings of `customhouse check`, for people as text and tables, for programs as nested mappings."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from orchestration.checking import Accused, CheckedDocument, Contradiction, Verdict
from orchestration.deduction import DeducedFigure, Derivation, KnownBase, KnownLevel
from orchestration.deduction.series import SERIES_COLUMNS
from orchestration.figures import Figure
from orchestration.sources import readable_name
from orchestration.visible import visible
from orchestration.wording import Wording, interval_in_words, unit_of

#: Rows that a table shows of what there is, unless all are asked for.
SHOWN = 12
_VERDICTS = ("consistent", "inconsistent", "undetermined")
_RULE_WORDS = {
    "growth": "level and growth", "change": "change", "share": "share of a whole", "share_change": "change of a share",
    "growth_gap": "lead over another", "contribution": "contribution", "flows": "exports + imports = total",
    "balance": "exports − imports = balance", "parts": "parts of a whole", "members": "members of a group",
    "spans": "cumulative spans", "unit_value": "quantity × price", "rank": "order of ranks",
    "count": "number that grew",
}  # fmt: skip


# For people


def print_document(console: Console, checked: CheckedDocument, wording: Wording, *, show_all: bool) -> None:
    """All that was found of a document."""
    report = _Printed(console, wording, None if show_all else SHOWN)
    report.heading(checked)
    for number, contradiction in enumerate(checked.contradictions, 1):
        report.contradiction(number, contradiction)
    report.agreeing(checked.verdicts)
    if show_all:
        report.undetermined(checked.verdicts)
    report.implied(checked.implied)
    report.levels(checked.levels, checked.titles)
    report.bases(checked.bases)
    report.between(checked.between)


class _Printed:
    """Prints one document."""

    def __init__(self, console: Console, wording: Wording, limit: int | None) -> None:
        self._console = console
        self._wording = wording
        self._limit = limit

    def heading(self, checked: CheckedDocument) -> None:
        files = ", ".join(visible(readable_name(str(one.path))) for one in checked.files)
        self._line(files, "bold")
        title = checked.files[0].source.title
        self._line(f"{visible(title)}; published {checked.published_date}", "dim")
        counts = {kind: sum(one.counts[kind] for one in checked.files) for kind in ("read", "uncertain", "unread")}
        left_out = counts["uncertain"] + counts["unread"]
        words = f"{counts['read']} figures read"
        if left_out:
            words += (
                f"; {counts['uncertain']} uncertain and {counts['unread']} not read take no part "
                "(`customhouse read` shows them)"
            )
        self._line(words + ".")
        for one in checked.files:
            for rejected in one.rejected:
                where = f"row {rejected.row_number}" if rejected.row_number else "the file"
                self._line(f"left out: {where} {rejected.column_name}: {rejected.reason}", "yellow")
        if checked.is_published:
            self._line("The warehouse holds this document: it is compared with the others.", "dim")
        told = _count_verdicts(checked.verdicts)
        verdict = Text("Verdict: ", "bold")
        if checked.contradictions:
            count = len(checked.contradictions)
            verdict.append(f"{count} contradiction{'s' if count > 1 else ''}", "bold red")
        else:
            verdict.append("nothing contradicts", "bold green")
        verdict.append(
            f"; {told['consistent']} agree with what the others imply; of {told['undetermined']} the others do not say."
        )
        self._console.print(verdict)

    def contradiction(self, number: int, found: Contradiction) -> None:
        self._title(f"Contradiction {number}", "bold red")
        figures = list(dict.fromkeys(figure for members in found.minimal_sets for figure in members))
        letters = {figure.figure_id: _letter(place) for place, figure in enumerate(figures)}
        for figure in figures:
            self._item(letters[figure.figure_id], f"{_quoted(figure)} {self._wording.figure(figure)}")
        for members in found.minimal_sets:
            names = _listed(sorted(letters[figure.figure_id] for figure in members))
            if len({self._wording.figure(figure) for figure in members}) == 1 < len(members):
                self._line(f"{names} are different numbers for one thing.")
            else:
                self._line(f"{names} cannot all hold." if len(members) > 1 else f"{names} cannot hold.")
        accused = {letters[one.verdict.figure.figure_id]: one for one in found.accused}
        match len(accused):
            case 0:
                self._line(
                    "More than one of them is wrong: without any single one the others still contradict.", "bold"
                )
            case 1:
                self._line(f"Without {next(iter(accused))} all others agree.", "bold")
            case _:
                names = _listed(sorted(accused), "or")
                self._line(f"One of them is wrong, {names}; the figures alone do not tell which.", "bold")
        for letter, one in accused.items():
            self._accused(letter, one, is_alone=len(accused) == 1)
        for exchanged in found.exchanged:
            names = _listed(sorted(letters[figure.figure_id] for figure in exchanged))
            self._line(f"Were {names} exchanged, the contradiction would be gone.", "bold")

    def _accused(self, letter: str, accused: Accused, *, is_alone: bool) -> None:
        figure, check = accused.verdict
        start = "The" if is_alone else f"If it is {letter}: the"
        if figure.statistic == "rank" or (check.implied_low is None and check.implied_high is None):
            self._item("", f"{start} others do not say what it should be.")
        else:
            implied = interval_in_words(check.implied_low, check.implied_high, figure.unit)
            stated = interval_in_words(check.stated_low, check.stated_high, figure.unit)
            words = f"{start} others imply {implied}, {letter} says {stated}"
            if check.distance_in_last_digits:
                words += f": {_number(check.distance_in_last_digits)} times its last digit apart"
            self._item("", f"{words}.")
        if check.fitting_wholes:
            said = " or ".join(self._wording.whole(one) or one for one in check.fitting_wholes)
            self._item("", f"As a share of another whole it would fit: {said}.")
        if accused.slips:
            said = " or ".join(interval_in_words(one, one, figure.unit) for one in accused.slips)
            self._item("", f"One slip away and fitting: {said}.")
        for other in accused.elsewhere:
            self._item("", f"{_quoted(other)}, printed of {self._wording.figure(other)}, would fit.")

    def agreeing(self, verdicts: Sequence[Verdict]) -> None:
        agreeing = sorted((one for one in verdicts if one.check.verdict == "consistent"), key=_looseness)
        table = self._table("What agrees: printed, and what the other figures imply", "printed", "of", "implied", "by")
        for figure, check in agreeing[: self._limit]:
            implied = interval_in_words(check.implied_low, check.implied_high, figure.unit)
            rule = _RULE_WORDS.get(check.rule, check.rule)
            table.add_row(Text(_quoted(figure)), self._wording.figure(figure), implied, rule)
        self._print(table, len(agreeing))

    def undetermined(self, verdicts: Sequence[Verdict]) -> None:
        silent = [one for one in verdicts if one.check.verdict == "undetermined"]
        table = self._table("What the other figures do not say", "printed", "of")
        for figure, _ in silent:
            table.add_row(Text(_quoted(figure)), self._wording.figure(figure))
        self._print(table, len(silent))

    def implied(self, figures: Sequence[DeducedFigure]) -> None:
        table = self._table("What follows and is not printed", "what", "how much", "how")
        for figure in figures[: self._limit]:
            how = "several steps" if figure.origin == "deduced" else "one step"
            table.add_row(self._about(figure), _amount(figure), how)
        self._print(table, len(figures))

    def levels(self, levels: Sequence[KnownLevel], titles: dict[str, str]) -> None:
        restated = [one for one in levels if not one.revision.is_explained_by_rounding]
        agreeing = [one for one in levels if one.revision.is_explained_by_rounding]
        table = self._table("Restated: what other documents have otherwise", "what", "here", "there", "change")
        for one in restated[: self._limit]:
            table.add_row(
                self._about(one.own), _amount(one.own), f"{_amount(one.known)}\n{_published(one.known)}", _change(one)
            )
        self._print(table, len(restated))
        if agreeing:
            sources = sorted({one.known.document_id for one in agreeing})
            levels_agree = "1 level agrees" if len(agreeing) == 1 else f"{len(agreeing)} levels agree"
            self._title(f"{levels_agree} with what is known, but for rounding", "green")
            for source_id in sources:
                count = sum(one.known.document_id == source_id for one in agreeing)
                title = visible(titles.get(source_id, source_id))
                self._item(str(count), f"{title} ({source_id})" if title != source_id else source_id)

    def bases(self, bases: Sequence[KnownBase]) -> None:
        table = self._table(
            "Growth: stated, and over the base as it was published", "what", "stated", "over the published base", "note"
        )
        for one in sorted(bases, key=lambda base: base.is_explained_by_rounding)[: self._limit]:
            table.add_row(
                self._wording.figure(one.figure),
                interval_in_words(one.figure.low, one.figure.high, "percent"),
                f"{interval_in_words(one.growth_low, one.growth_high, 'percent')}\nbase {_amount(one.known)}, "
                f"{_published(one.known)}",
                "agree" if one.is_explained_by_rounding else Text("the base was restated", "yellow"),
            )
        self._print(table, len(bases))

    def between(self, between: Sequence[tuple[DeducedFigure, Derivation]]) -> None:
        table = self._table(
            "Between this document and others, if nothing was restated in between", "what", "how much"
        )  # fmt: skip
        for figure, _ in sorted(between, key=lambda one: _relative_width(one[0]))[: self._limit]:
            table.add_row(self._about(figure), _amount(figure))
        self._print(table, len(between))

    def _about(self, figure: DeducedFigure) -> str:
        return self._wording.about(figure.statistic, figure.series, figure.period, figure.reference)

    def _table(self, title: str, *columns: str) -> Table:
        table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
        for name in columns:
            table.add_column(name, overflow="fold")
        return table

    def _print(self, table: Table, count: int) -> None:
        if not count:
            return
        self._console.print()
        self._console.print(table)
        if self._limit is not None and count > self._limit:
            self._line(f"… and {count - self._limit} more: --all shows them", "dim")

    def _title(self, text: str, style: str) -> None:
        self._console.print()
        self._line(text, style)

    def _line(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style))

    def _item(self, label: str, text: str) -> None:
        grid = Table.grid(padding=(0, 1))
        grid.add_column(min_width=2, style="bold")
        grid.add_column()
        grid.add_row(label, Text(text))
        self._console.print(Padding(grid, (0, 0, 0, 2), expand=False))


def _quoted(figure: Figure) -> str:
    return f"“{' '.join(visible(figure.quote).split())}”" if figure.char_start is not None else _printed_value(figure)


def _printed_value(figure: Figure) -> str:
    """Of a sheet the number: its quote is a place."""
    value = interval_in_words(figure.value, figure.value, figure.unit)
    return f"{value} ({' '.join(visible(figure.quote).split())})" if figure.quote else value


def _amount(figure: DeducedFigure) -> str:
    return interval_in_words(figure.low, figure.high, unit_of(figure.statistic, figure.series.unit))


def _published(figure: DeducedFigure) -> str:
    verb = "stated" if figure.origin == "stated" else "implied"
    return f"{verb} {figure.as_of_date} by {figure.document_id}"


def _change(level: KnownLevel) -> str:
    return interval_in_words(level.revision.change_low_pct, level.revision.change_high_pct, "percent")


def _looseness(verdict: Verdict) -> tuple[float, str]:
    """How much wider the implied interval is than the printed one: the closest confirmation comes first."""
    check = verdict.check
    if None in (check.implied_low, check.implied_high, check.stated_low, check.stated_high):
        return float("inf"), check.figure_id
    implied, stated = check.implied_high - check.implied_low, check.stated_high - check.stated_low  # type: ignore[operator]
    return float(implied / stated) if stated else float(implied), check.figure_id


def _count_verdicts(verdicts: Iterable[Verdict]) -> dict[str, int]:
    found = [one.check.verdict for one in verdicts]
    return {verdict: found.count(verdict) for verdict in _VERDICTS}  # type: ignore[arg-type]


def _letter(place: int) -> str:
    return chr(ord("a") + place) if place < 26 else f"a{place}"


def _listed(names: list[str], last: str = "and") -> str:
    return f"{', '.join(names[:-1])} {last} {names[-1]}" if len(names) > 1 else names[0]


def _relative_width(figure: DeducedFigure) -> Decimal:
    return (figure.high - figure.low) / figure.high if figure.low is not None and figure.high else Decimal("Infinity")


def _number(number: Decimal) -> str:
    return f"{number:,.0f}" if number >= 10 else f"{number.normalize():f}"


# For programs


def as_json(checked: CheckedDocument, wording: Wording) -> dict[str, Any]:
    """All that was found, whatever the screen would show of it; numbers as numbers, days as YYYY-MM-DD."""
    return {
        "document_id": checked.files[0].source.source_id,
        "files": [readable_name(str(one.path)) for one in checked.files],
        "title": checked.files[0].source.title,
        "published_date": str(checked.published_date),
        "is_in_the_warehouse": checked.is_published,
        "figures": {kind: sum(one.counts[kind] for one in checked.files) for kind in ("read", "uncertain", "unread")},
        "rejected": [
            {"row_number": one.row_number, "column_name": one.column_name, "reason": one.reason}
            for file in checked.files
            for one in file.rejected
        ],
        "verdicts": _count_verdicts(checked.verdicts),
        "checks": [_check(one, wording) for one in checked.verdicts],
        "contradictions": [_contradiction(one) for one in checked.contradictions],
        "implied": [_deduced(one, wording) | {"origin": one.origin} for one in checked.implied],
        "known_levels": [_known_level(one, wording) for one in checked.levels],
        "known_bases": [_known_base(one, wording) for one in checked.bases],
        "between_documents": [
            _deduced(figure, wording) | {"inputs": list(derivation.inputs)} for figure, derivation in checked.between
        ],
    }


def _check(verdict: Verdict, wording: Wording) -> dict[str, Any]:
    figure, check = verdict
    return {
        "figure_id": figure.figure_id,
        "quote": figure.quote,
        "char_start": figure.char_start,
        "char_end": figure.char_end,
        "about": wording.figure(figure),
        "unit": figure.unit,
        "verdict": check.verdict,
        "rule": check.rule,
        "stated_low": _plain(check.stated_low),
        "stated_high": _plain(check.stated_high),
        "implied_low": _plain(check.implied_low),
        "implied_high": _plain(check.implied_high),
        "distance_in_last_digits": _plain(check.distance_in_last_digits),
        "is_culprit": check.is_culprit,
        "fitting_wholes": list(check.fitting_wholes),
    }


def _contradiction(found: Contradiction) -> dict[str, Any]:
    return {
        "minimal_sets": [[figure.figure_id for figure in members] for members in found.minimal_sets],
        "culprits": [one.verdict.figure.figure_id for one in found.accused],
        "fitting_slips": {
            one.verdict.figure.figure_id: [_plain(value) for value in one.slips] for one in found.accused if one.slips
        },
        "exchanged": [[figure.figure_id for figure in pair] for pair in found.exchanged],
    }


def _deduced(figure: DeducedFigure, wording: Wording) -> dict[str, Any]:
    compared = figure.comparison
    return {
        "about": wording.about(figure.statistic, figure.series, figure.period, figure.reference),
        "statistic": figure.statistic,
        **dict(zip(SERIES_COLUMNS, figure.series, strict=True)),
        "period_start": str(figure.period.start),
        "period_end": str(figure.period.end),
        "comparison_start": str(compared.start) if compared else None,
        "comparison_end": str(compared.end) if compared else None,
        "reference": figure.reference,
        "low": _plain(figure.low),
        "high": _plain(figure.high),
    }


def _known_level(level: KnownLevel, wording: Wording) -> dict[str, Any]:
    return _deduced(level.own, wording) | {
        "known_source_id": level.known.document_id,
        "known_as_of_date": str(level.known.as_of_date),
        "known_low": _plain(level.known.low),
        "known_high": _plain(level.known.high),
        "change_low_pct": _plain(level.revision.change_low_pct),
        "change_high_pct": _plain(level.revision.change_high_pct),
        "is_explained_by_rounding": level.revision.is_explained_by_rounding,
    }


def _known_base(base: KnownBase, wording: Wording) -> dict[str, Any]:
    return {
        "figure_id": base.figure.figure_id,
        "about": wording.figure(base.figure),
        "stated_low_pct": _plain(base.figure.low),
        "stated_high_pct": _plain(base.figure.high),
        "growth_low_pct": _plain(base.growth_low),
        "growth_high_pct": _plain(base.growth_high),
        "base_source_id": base.known.document_id,
        "base_low": _plain(base.known.low),
        "base_high": _plain(base.known.high),
        "is_explained_by_rounding": base.is_explained_by_rounding,
    }


def _plain(number: Decimal | datetime.date | None) -> int | float | None:
    if not isinstance(number, Decimal):
        return None
    return int(number) if number == number.to_integral_value() else float(number)
