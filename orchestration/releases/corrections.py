"""A person's review of a release: the corrections file beside it, its guards, and what it makes of the reading."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from orchestration.codes import CodeLists, check_reference
from orchestration.figures import (
    COMPARING_STATISTICS,
    FIGURE_COLUMNS,
    FIGURE_TYPES,
    JOINT,
    STATISTICS,
    UNMAPPED,
    WHOLE,
    Figure,
    InvalidFigure,
    figure_identity,
)
from orchestration.intervals import SCALES, NotANumber, natural_bounds, printed_interval
from orchestration.raw_files import NotOpened, TextLoader, read_yaml_text
from orchestration.releases.reading import NumberAccount, ReleaseReading

CORRECTIONS_SUFFIX = ".corrections.yml"
#: Some thousand corrections: more than any release has numbers.
MAXIMUM_BYTES = 1_000_000

#: What a person may set: everything but a figure's identity, its place and how it came about.
_GIVEN = frozenset(
    {"figure_id", "source_id", "quote", "char_start", "char_end", "status", "alternatives_id", "reading"}
)
SETTABLE_COLUMNS: tuple[str, ...] = tuple(column for column in FIGURE_COLUMNS if column not in _GIVEN)
#: In place of `value`, `low` and `high`: the digits as printed and what one printed unit is worth.
_AS_PRINTED = ("printed", "scale")
_DIMENSIONS = ("region", "partner", "commodity", "ownership", "trade_mode")
#: What a new figure must say for itself; the rest is the whole, or empty.
_NEEDED = ("statistic", "measure", "unit", "flow", "period_start", "period_end")
#: A figure keeps its id however the notes, bounds and digits of a correction are mended.
_IDENTIFYING = (
    *("statistic", "measure", "unit", "region_id", "partner_id", "commodity_id", "flow", "ownership_id"),
    *("trade_mode_id", "period_start", "period_end", "comparison_start", "comparison_end", "reference"),
)
_NOTHING = ("", "null", "~")


class InvalidCorrections(ValueError):
    """A corrections file that cannot be applied; says which file, which correction, what is wrong, what to do."""


class CorrectionsMismatch(InvalidCorrections):
    """The text or its reading is not the one that the corrections were written for."""


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Columns = dict[str, str]


class _Correction(BaseModel):
    """What every correction says: which words of the text it speaks of, why, who decided, and when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    quote: Annotated[str, StringConstraints(min_length=1)]
    reason: Text
    who: Text
    date: datetime.date


class _OfFigure(_Correction):
    figure_id: Text
    expected: Columns = Field(description="What the reading says of the figure: value, statistic, and more.")


class Accept(_OfFigure):
    """One of several readings of a number is the right one; the others go."""

    action: Literal["accept"]


class Correct(_OfFigure):
    """A figure is right but for some columns; the other readings of its number go."""

    action: Literal["correct"]
    set: Columns


class Drop(_OfFigure):
    """What was read is not stated."""

    action: Literal["drop"]


class Add(_Correction):
    """A figure that was not read."""

    action: Literal["add"]
    char_start: int = Field(ge=0)
    char_end: int
    set: Columns


Correction = Annotated[Accept | Correct | Add | Drop, Field(discriminator="action")]


class Corrections(BaseModel):
    """A corrections file: which file it speaks of (`sha256`), and its corrections, applied in their order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: Annotated[str, StringConstraints(to_lower=True, pattern=r"^[0-9a-fA-F]{64}$")]
    corrections: list[Correction]


def corrections_path(release_path: Path) -> Path:
    """Where the corrections of a release are: `<stem>.corrections.yml` beside it, whether it is there or not."""
    return release_path.with_name(release_path.stem + CORRECTIONS_SUFFIX)


def read_corrections(path: Path) -> Corrections:
    """The corrections file, checked for its form; raises InvalidCorrections."""
    try:
        # Every scalar stays text: YAML would make 0705 an octal number and 650100 an integer.
        text = read_yaml_text(path, MAXIMUM_BYTES)
        loaded = yaml.load(text, Loader=TextLoader)  # noqa: S506  # makes nothing but text, lists and mappings
    except NotOpened as problem:
        raise InvalidCorrections(f"{path.name} {problem}") from problem
    except OSError as problem:
        raise InvalidCorrections(f"{path.name} cannot be read: {problem.strerror}") from problem
    except Exception as problem:  # PyYAML lets others out than its own
        raise InvalidCorrections(f"{path.name} is not valid YAML: {' '.join(str(problem).split())}") from problem
    if isinstance(loaded, dict) and loaded.get("corrections") in _NOTHING:
        loaded["corrections"] = []  # a draft in which nothing is decided yet
    try:
        return Corrections.model_validate(loaded)
    except ValidationError as problem:
        faults = "; ".join(f"{_place(error['loc'])}: {error['msg']}" for error in problem.errors())
        raise InvalidCorrections(f"{path.name} is not valid: {faults}") from problem


def apply_corrections(
    reading: ReleaseReading, path: Path, *, document_sha256: str, text: str, source_id: str, codes: CodeLists
) -> ReleaseReading:
    """The reading with the corrections of `path` applied; figures that they do not name stay as they are.

    Raises CorrectionsMismatch where the file's hash, a quoted span or an expected reading is not what was found,
    InvalidCorrections where the file itself is wrong.
    """
    corrections = read_corrections(path)
    if corrections.sha256 != document_sha256.lower():
        raise CorrectionsMismatch(
            f"{path.name} was written for another text: it expects the sha256 {corrections.sha256}, the release has "
            f"{document_sha256}. Look through its {len(corrections.corrections)} corrections against the release as it "
            "is now (`customhouse read --without-corrections`), then write the new sha256 into it"
        )
    work = _Work(path.name, text, source_id, codes, list(reading.figures), list(reading.numbers))
    for number, correction in enumerate(corrections.corrections, 1):
        work.begin(number, correction)
        match correction:
            case Accept():
                work.accept(correction)
            case Correct():
                work.correct(correction)
            case Drop():
                work.drop(correction)
            case Add():
                work.add(correction)
    return ReleaseReading(figures=work.figures, numbers=work.numbers)


@dataclass(slots=True)
class _Work:
    """A reading on its way through the corrections, and which of them touched which figure."""

    file: str
    text: str
    source_id: str
    codes: CodeLists
    figures: list[Figure]
    numbers: list[NumberAccount]
    touched: dict[str, str] = field(default_factory=dict)
    place: str = ""
    note: str = ""

    def begin(self, number: int, correction: _Correction) -> None:
        """The next correction; what is wrong from here on is said of it."""
        action = correction.action  # type: ignore[attr-defined]  # each of the four has it
        self.place = f"correction {number} ({action} {_short(correction.quote)!r})"
        done = {"accept": "accepted", "correct": "corrected", "drop": "dropped", "add": "added"}[action]
        self.note = f"{done} by {_line(correction.who)} {correction.date}: {_line(correction.reason)}"

    def accept(self, correction: Accept) -> None:
        """One alternative is read, the others go."""
        figure = self._expected(correction)
        if figure.status != "uncertain":
            self._changed(
                f"expected an uncertain figure {figure.figure_id} to choose, found it {figure.status}",
                "The correction is no longer needed: delete it"
                if figure.status == "read"
                else "Use `action: correct` to say what it states, or `action: drop`",
            )
        self._settle(figure, {})

    def correct(self, correction: Correct) -> None:
        """A figure with other columns; of a number that was not understood, what it states."""
        figure = self._expected(correction)
        columns = self._columns(correction.set, figure if figure.status != "unread" else None)
        self._settle(figure, columns)

    def drop(self, correction: Drop) -> None:
        """The figure goes; a number of which none is left is not a figure."""
        figure = self._expected(correction)
        self._remove([figure])
        self._account({figure.figure_id})

    def add(self, correction: Add) -> None:
        """A new figure at a span of the text."""
        start, end = correction.char_start, correction.char_end
        if self.text[start:end] != correction.quote:
            at = self.text.find(correction.quote)
            hint = f"; the words stand at {at}" if at >= 0 else "; the words do not stand in the text"
            self._changed(
                f"expected {correction.quote!r} at the characters {start} to {end}, "
                f"found {_short(self.text[start : max(start, end)])!r}{hint}",
                "Write the span where the words stand now, or delete the correction",
            )
        columns = self._columns(correction.set, None)
        figure_id = figure_identity(
            (self.source_id, "added", start, end, *(columns.get(column) for column in _IDENTIFYING))
        )
        if any(figure.figure_id == figure_id for figure in self.figures):
            self._invalid("adds a figure that an earlier correction has added")
        place = {"source_id": self.source_id, "quote": correction.quote, "char_start": start, "char_end": end}
        figure = self._made({**columns, **place, "figure_id": figure_id, "reading": self.note})
        position = next(
            (at for at, other in enumerate(self.figures) if other.char_start is not None and other.char_start > start),
            len(self.figures),
        )
        self.figures.insert(position, figure)
        self.touched[figure_id] = self.place
        self._account_added(figure, start, end)

    def _expected(self, correction: _OfFigure) -> Figure:
        """The figure that a correction names, if it is the one that it expects."""
        earlier = self.touched.get(correction.figure_id)
        if earlier:
            self._invalid(
                f"speaks of figure {correction.figure_id}, which {earlier} has settled: keep one of the "
                "two, and where the number states both figures, use `action: add` for the second"
            )
        figure = next((one for one in self.figures if one.figure_id == correction.figure_id), None)
        what_to_do = "Look at the sentence again, then mend the correction or delete it"
        if figure is None:
            self._changed(f"expected a figure {correction.figure_id}, found none of this id", what_to_do)
        if figure.quote != correction.quote:
            self._changed(f"expected the words {correction.quote!r}, found {figure.quote!r}", what_to_do)
        missing = [column for column in ("statistic", "value") if column not in correction.expected]
        if missing:
            self._invalid(f"expected: lacks {' and '.join(missing)}, which guard against a changed reading")
        for column, expected in correction.expected.items():
            if column not in SETTABLE_COLUMNS:
                self._invalid(f"expected: has no column {column!r}; known: {', '.join(SETTABLE_COLUMNS)}")
            found = getattr(figure, column)
            if self._cell(column, expected) != found:
                shown = _shown(found) or "nothing"
                self._changed(f"expected {column} {expected or 'nothing'}, found {shown}", what_to_do)
        return figure

    def _settle(self, figure: Figure, columns: Mapping[str, Any]) -> None:
        """The figure is read, with these columns changed; other readings of the same number go."""
        others = [
            one
            for one in self.figures
            if figure.alternatives_id and one.alternatives_id == figure.alternatives_id and one is not figure
        ]
        reading = f"{figure.reading}; {self.note}" if figure.reading else self.note
        kept = {column: getattr(figure, column) for column in FIGURE_COLUMNS}
        settled = self._made({**kept, **columns, "status": "read", "alternatives_id": "", "reading": reading})
        self.figures[self.figures.index(figure)] = settled
        self.touched[figure.figure_id] = self.place
        self._remove(others)
        self._account({figure.figure_id, *(one.figure_id for one in others)})

    def _remove(self, figures: Iterable[Figure]) -> None:
        gone = {figure.figure_id for figure in figures}
        self.figures = [figure for figure in self.figures if figure.figure_id not in gone]
        self.touched |= dict.fromkeys(gone, self.place)

    def _account(self, changed: set[str]) -> None:
        """Renew the accounts of the numbers that name a figure that changed."""
        status = {figure.figure_id: figure.status for figure in self.figures}
        for at, number in enumerate(self.numbers):
            if changed.intersection(number.figure_ids):
                ids = tuple(one for one in number.figure_ids if one in status)
                kinds = {status[one] for one in ids}
                kind = next((kind for kind in ("uncertain", "unread", "read") if kind in kinds), "not_a_figure")
                reason = self.note if kind in ("read", "not_a_figure") else number.reason
                self.numbers[at] = replace(number, kind=kind, reason=reason, figure_ids=ids)

    def _account_added(self, figure: Figure, start: int, end: int) -> None:
        """Enter a new figure with the number that its span holds; words without a number have no account."""
        held = [at for at, number in enumerate(self.numbers) if number.char_start < end and start < number.char_end]
        inside = [at for at in held if start <= self.numbers[at].char_start and self.numbers[at].char_end <= end]
        if len(held) > 1 or len(held) != len(inside):
            printed = ", ".join(self.numbers[at].printed for at in held)
            self._invalid(f"quote: must hold one whole number to say which is meant; it touches {printed}")
        for at in held:
            number = self.numbers[at]
            status = {one.figure_id: one.status for one in self.figures}
            unread = [one for one in self.figures if one.figure_id in number.figure_ids and one.status == "unread"]
            self._remove(unread)
            ids = (*(one for one in number.figure_ids if status.get(one) != "unread"), figure.figure_id)
            kind = "uncertain" if number.kind == "uncertain" else "read"
            reason = number.reason if kind == "uncertain" else self.note
            self.numbers[at] = replace(number, kind=kind, reason=reason, figure_ids=ids)

    def _columns(self, given: Columns, figure: Figure | None) -> dict[str, Any]:
        """What `set` says, as values of the record: all that a new figure needs where there is none to change."""
        unknown = [column for column in given if column not in (*SETTABLE_COLUMNS, *_AS_PRINTED)]
        if unknown:
            known = ", ".join((*SETTABLE_COLUMNS, *_AS_PRINTED))
            self._invalid(f"set: has no column {', '.join(map(repr, unknown))}; known: {known}")
        if not given:
            self._invalid("set: is empty: say which columns are to be changed")
        columns = {column: self._cell(column, text) for column, text in given.items() if column in SETTABLE_COLUMNS}
        if figure is None:
            missing = [column for column in _NEEDED if column not in columns]
            if "region_id" not in columns and not columns.get("region_text"):
                missing.append("region_id")
            if "value" not in columns and "printed" not in given:
                missing.append("printed (with scale) or value")
            if missing:
                self._invalid(f"set: lacks {', '.join(missing)}")
            nothing: dict[str, Any] = {column: self._cell(column, "") for column in SETTABLE_COLUMNS}
            columns = {**nothing, "qualifier": "exact", **columns}
        self._resolve(columns, given, figure)
        self._check_codes(columns)
        if "printed" in given or "scale" in given:
            if {"value", "low", "high"}.intersection(given) or "printed" not in given:
                self._invalid("set: give either printed and scale, or value, low and high")
            columns |= self._interval(given["printed"], given.get("scale", "one"), columns, figure)
        if figure and columns.get("statistic", figure.statistic) not in COMPARING_STATISTICS:
            columns = {"comparison_start": None, "comparison_end": None, **columns}
        return columns

    def _resolve(self, columns: dict[str, Any], given: Columns, figure: Figure | None) -> None:
        """Find the codes of names for which no code is given."""
        for name in _DIMENSIONS:
            if not columns.get(f"{name}_id") and (f"{name}_text" in given or (figure is None and name != "region")):
                region_id = columns.get("region_id") or (figure.region_id if figure else "")
                columns[f"{name}_id"] = self.codes.resolve(name, columns[f"{name}_text"], region_id=region_id)

    def _check_codes(self, columns: Mapping[str, Any]) -> None:
        for column, allowed in (("unit", self.codes.units), ("measure", self.codes.measures)):
            if column in columns and columns[column] not in allowed:
                self._invalid(f"set: {column}: no code list knows {columns[column]!r}")
        try:
            check_reference(columns.get("reference", ""), self.codes)
        except InvalidFigure as problem:
            self._invalid(f"set: {problem}")
        for name in _DIMENSIONS:
            code = columns.get(f"{name}_id")
            if code is None or code in (UNMAPPED, WHOLE.get(name)):
                continue
            unknown = [part for part in code.split(JOINT) if part not in self.codes.codes(name)]
            if unknown:
                self._invalid(f"set: {name}_id: no code list knows {unknown[0]!r}; a name goes into {name}_text")

    def _interval(self, printed: str, scale: str, columns: Mapping[str, Any], figure: Figure | None) -> dict[str, Any]:
        """Value and bounds that the printed digits allow."""

        def of(column: str) -> str:
            return str(columns[column] if column in columns else getattr(figure, column))

        if scale not in SCALES:
            self._invalid(f"set: scale: {scale!r} is not one of {', '.join(SCALES)}")
        if of("statistic") not in STATISTICS:
            self._invalid(f"set: statistic: {of('statistic')!r} is not one of {', '.join(STATISTICS)}")
        floor, ceiling = natural_bounds(of("statistic"), of("flow"))
        try:
            interval = printed_interval(
                printed,
                scale=scale,
                qualifier=of("qualifier"),
                is_exact=self.codes.units[of("unit")]["is_exact_when_printed"] == "true",
                floor=floor,
                ceiling=ceiling,
            )
        except NotANumber as problem:
            self._invalid(f"set: printed: {problem}")
        return {"value": interval.value, "low": interval.low, "high": interval.high}

    def _cell(self, column: str, text: str) -> Any:
        """The text of a YAML scalar as a value of the record."""
        kind = FIGURE_TYPES[column]
        if kind == "VARCHAR":
            return text
        if text in _NOTHING:
            return None
        try:
            return datetime.date.fromisoformat(text) if kind == "DATE" else Decimal(text.replace("_", ""))
        except (ValueError, InvalidOperation):
            wanted = "a date such as 2023-03-31" if kind == "DATE" else "a number"
            self._invalid(f"{column}: {text!r} is not {wanted}")

    def _made(self, columns: Mapping[str, Any]) -> Figure:
        try:
            return Figure(**columns)
        except InvalidFigure as problem:
            self._invalid(f"makes a figure that contradicts itself: {problem}")

    def _invalid(self, what: str) -> NoReturn:
        raise InvalidCorrections(f"{self.file}, {self.place}: {what}")

    def _changed(self, what: str, what_to_do: str) -> NoReturn:
        raise CorrectionsMismatch(
            f"{self.file}, {self.place}: {what}. Text or reading have changed since this was written. {what_to_do}"
        )


def _place(location: tuple[int | str, ...]) -> str:
    """Where in the file a fault is: corrections are counted from 1, the word for their form is left out."""
    parts = [part for part in location if part not in ("accept", "correct", "add", "drop")]
    if parts[:1] == ["corrections"] and len(parts) > 1:
        parts[:2] = [f"correction {int(parts[1]) + 1}"]
    return ", ".join(map(str, parts)) or "the file"


def _shown(cell: object) -> str:
    return f"{cell:f}" if isinstance(cell, Decimal) else "" if cell is None else str(cell)


def _short(text: str) -> str:
    """Enough of a text to know it by."""
    return text if len(text) <= 60 else f"{text[:59]}…"


def _line(text: str) -> str:
    return " ".join(text.split())
