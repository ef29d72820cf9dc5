"""From a folder of figure sheets to figure records; what cannot be used is told with file, row, column and reason."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pandera.errors
from pydantic import ValidationError

from orchestration.codes import CodeLists, check_reference
from orchestration.figures import (
    COMPARING_STATISTICS,
    UNMAPPED,
    Figure,
    InvalidFigure,
    figure_identity,
)
from orchestration.intervals import natural_bounds, printed_interval
from orchestration.raw_files import NotOpened, check_inside, load_yaml, read_bytes
from orchestration.sheets.periods import period_end, period_start, year_before
from orchestration.sheets.schema import IDENTITY_COLUMNS, SHEET_COLUMNS, Sidecar, sheet_schema
from orchestration.sources import Rejection, Source, readable_name

if TYPE_CHECKING:
    from _csv import Reader

KIND = "sheets"
SIDECAR_SUFFIX = ".yml"
#: A sheet is keyed in by hand; anything larger is some other file.
MAXIMUM_BYTES = 20_000_000


@dataclass(slots=True)
class SheetReading:
    """What a sheet, or a folder of them, holds: figures, their sources, and what was not loaded."""

    figures: list[Figure] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)


class _Unusable(Exception):
    """The file as a whole cannot be used."""


@dataclass(slots=True)
class _Sheet:
    """One sheet, taken apart but not yet checked: its rows as text cells, with the line that each begins on."""

    file: str
    source: Source
    rows: list[list[str]]
    lines: list[int]


def read_sheets(folder: Path, codes: CodeLists) -> SheetReading:
    """Read every `*.csv` below `folder` in alphabetical order; a bad file or row never loses its neighbours.

    Files that are neither a sheet nor the sidecar of one are rejected. Hidden files are passed over: no publication
    counts them among its inputs.
    """
    paths = _paths(folder)
    sheets = [path for path in paths if _is_sheet(path)]
    sidecars = {_sidecar_path(path) for path in sheets}
    reading = _read(sheets, codes, root=folder.parent, folder=folder)
    for path in paths:
        if path not in sheets and path not in sidecars and path.is_file():
            what = "a sidecar without its sheet" if path.suffix == SIDECAR_SUFFIX else "neither a sheet nor a sidecar"
            file = readable_name(path.relative_to(folder.parent).as_posix())
            reading.rejected.append(_rejection(file, f"is {what}"))
    return reading


def sheet_names(folder: Path) -> dict[str, str]:
    """The id of each sheet below `folder`, with its file relative to raw/, whether it can be read or not."""
    return {
        path.stem: readable_name(path.relative_to(folder.parent).as_posix())
        for path in _paths(folder)
        if _is_sheet(path)
    }


def read_sheet(path: Path, codes: CodeLists) -> SheetReading:
    """Read one sheet and its sidecar, which somebody has named: links are followed."""
    return _read([path], codes, root=path.parent, folder=None)


def _paths(folder: Path) -> list[Path]:
    """Everything below `folder` that is not hidden, in alphabetical order."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _is_sheet(path: Path) -> bool:
    return path.suffix.lower() == ".csv"


def _read(paths: list[Path], codes: CodeLists, *, root: Path, folder: Path | None) -> SheetReading:
    reading = SheetReading()
    sheets: list[_Sheet] = []
    for path in paths:
        file = readable_name(path.relative_to(root).as_posix())
        try:
            if readable_name(path.stem) != path.stem:
                raise _Unusable("has a name that is not UTF-8, or with characters that have no shape: rename it")
            if any(source.source_id == path.stem for source in reading.sources):
                raise _Unusable(f"another sheet is already named {path.stem}: the name is the source's id")
            if folder:
                check_inside(path, folder)
                check_inside(_sidecar_path(path), folder)
            sheet = _take_apart(path, file, codes, reading.rejected)
        except (_Unusable, NotOpened) as problem:
            reading.rejected.append(_rejection(file, str(problem)))
            continue
        sheets.append(sheet)
        reading.sources.append(sheet.source)
    # All rows of all sheets are checked at once: the schema costs by the call, not by the row.
    cells = pd.DataFrame([row for sheet in sheets for row in sheet.rows], columns=list(SHEET_COLUMNS), dtype=str)
    places = [(sheet, line) for sheet in sheets for line in sheet.lines]
    failures = _failures(cells, [sheet.file for sheet, _ in places], [line for _, line in places], codes)
    for number, cell_values in enumerate(cells.itertuples(index=False)):
        row = dict(zip(SHEET_COLUMNS, cell_values, strict=True))
        sheet, line = places[number]
        found = failures.get(number, [])
        if not found:
            try:
                reading.figures.append(_figure(sheet.source, row, codes))
            except InvalidFigure as problem:
                found = [(problem.column, problem.reason)]
        reading.rejected += [
            _rejection(sheet.file, reason, row_number=line, column_name=column, raw_text=",".join(row.values()))
            for column, reason in found
        ]
    reading.rejected.sort(key=lambda one: (one.file, one.row_number or 0, one.column_name, one.reason))
    return reading


def _take_apart(path: Path, file: str, codes: CodeLists, rejected: list[Rejection]) -> _Sheet:
    """The sheet's metadata and its rows; rows that do not have the header's shape go to `rejected`."""
    content = _content(path)
    source = _source(path, file, content, codes)
    rows, lines = _rows(file, content, rejected)
    return _Sheet(file, source, rows, lines)


def _content(path: Path) -> bytes:
    try:
        content = read_bytes(path, MAXIMUM_BYTES)
    except NotOpened as problem:
        raise _Unusable(f"{problem}: not a sheet keyed in by hand") from problem
    except OSError as problem:
        raise _Unusable(f"cannot be read: {problem.strerror}") from problem
    if not content.removeprefix(codecs.BOM_UTF8).strip():
        raise _Unusable("is empty")
    return content


def _sidecar_path(path: Path) -> Path:
    return path.with_suffix(SIDECAR_SUFFIX)


def _source(path: Path, file: str, content: bytes, codes: CodeLists) -> Source:
    sidecar_path = _sidecar_path(path)
    try:
        loaded = load_yaml(sidecar_path)
    except FileNotFoundError:
        raise _Unusable(f"has no sidecar: write {sidecar_path.name} beside it (title, publisher, …)") from None
    except NotOpened as problem:
        raise _Unusable(f"its sidecar {sidecar_path.name} {problem}") from problem
    except Exception as problem:  # PyYAML lets KeyError, ValueError and others out where a tag does not fit its value
        raise _Unusable(f"its sidecar {sidecar_path.name} cannot be read: {_first_line(problem)}") from problem
    try:
        sidecar = Sidecar.model_validate(loaded)
    except ValidationError as problem:
        faults = "; ".join(
            f"{'.'.join(map(str, error['loc'])) or 'the file'}: {error['msg']}" for error in problem.errors()
        )
        raise _Unusable(f"its sidecar {sidecar_path.name} is not valid: {faults}") from problem
    digest = hashlib.sha256(content).hexdigest()
    if digest != sidecar.sha256:
        raise _Unusable(
            f"is not the file its sidecar describes: sha256 is {digest}, {sidecar_path.name} says {sidecar.sha256}; "
            "if the file was changed on purpose, write its sha256 into the sidecar"
        )
    region_id = codes.resolve("region", sidecar.region)
    if region_id == UNMAPPED:
        raise _Unusable(f"its sidecar names a region that no code list knows: {sidecar.region!r}")
    return Source(
        source_id=path.stem,
        kind=KIND,
        path=file,
        title=sidecar.title,
        publisher=sidecar.publisher,
        published_date=sidecar.published_date,
        published_date_basis=sidecar.published_date_basis,
        url=sidecar.url,
        language=sidecar.language,
        licence=sidecar.licence,
        retrieved_date=sidecar.retrieved_date,
        sha256=digest,
        region_id=region_id,
        currency=sidecar.currency,
        note=sidecar.note,
    )


def _rows(file: str, content: bytes, rejected: list[Rejection]) -> tuple[list[list[str]], list[int]]:
    """The cells of each row in the order of SHEET_COLUMNS, and the line that each row begins on."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content[: problem.start].count(b"\n") + 1
        raise _Unusable(f"is not UTF-8: byte {problem.start} in line {line}; save it as UTF-8") from problem
    if "\0" in text:
        raise _Unusable("holds NUL bytes: it is not a text file")
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(lines)]
    except csv.Error as problem:
        raise _Unusable(f"has no header row: {problem}") from problem
    missing = [column for column in SHEET_COLUMNS if column not in header]
    if missing:
        raise _Unusable(f"lacks the columns {', '.join(missing)}; expected: {', '.join(SHEET_COLUMNS)}")
    repeated = sorted({column for column in header if header.count(column) > 1})
    if repeated:
        raise _Unusable(f"has the columns {', '.join(repeated)} more than once")
    unknown = [column for column in header if column not in SHEET_COLUMNS]
    hint = f"is an unknown column; rows that fill it are not loaded. Known: {', '.join(SHEET_COLUMNS)}"
    rejected += [_rejection(file, hint, row_number=1, column_name=column) for column in unknown]
    records, numbers = [], []
    for number, cells in _numbered(file, lines, rejected):
        if not any(cell.strip() for cell in cells):
            continue
        raw_text = ",".join(cells)
        if len(cells) != len(header):
            reason = f"has {len(cells)} cells where the header has {len(header)}"
            rejected.append(_rejection(file, reason, row_number=number, raw_text=raw_text))
            continue
        record = {column: cell.strip() for column, cell in zip(header, cells, strict=True)}
        filled = [column for column in unknown if record[column]]
        if filled:
            reason = "has a value in an unknown column"
            rejected += [
                _rejection(file, reason, row_number=number, column_name=column, raw_text=raw_text) for column in filled
            ]
            continue
        records.append([record[column] for column in SHEET_COLUMNS])
        numbers.append(number)
    return records, numbers


def _numbered(file: str, reader: Reader, rejected: list[Rejection]) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line they begin on; a quoting error ends the file, and is told."""
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            reason = f"is not valid CSV ({problem}); the rest of the file from here on is not loaded"
            rejected.append(_rejection(file, reason, row_number=number))
            return
        yield number, cells


def _rejection(
    file: str, reason: str, *, row_number: int | None = None, column_name: str = "", raw_text: str = ""
) -> Rejection:
    return Rejection(
        source_kind=KIND, file=file, row_number=row_number, column_name=column_name, reason=reason, raw_text=raw_text
    )


def _failures(
    cells: pd.DataFrame, files: list[str], lines: list[int], codes: CodeLists
) -> dict[int, list[tuple[str, str]]]:
    """What is wrong with which row: row number in `cells` to (column, reason)."""
    failures: dict[int, list[tuple[str, str]]] = {}
    try:
        sheet_schema(codes).validate(cells, lazy=True)
    except pandera.errors.SchemaErrors as problem:
        for case in problem.failure_cases.to_dict("records"):
            number, column, reason = int(case["index"]), str(case["column"]), str(case["check"])
            if case["schema_context"] == "DataFrameSchema":  # a check over the whole row names its column in its words
                column, _, reason = reason.partition(": ")
            elif cells.at[number, column]:
                reason = f"{cells.at[number, column]!r} {reason}"
            found = failures.setdefault(number, [])
            if (column, reason) not in found:  # a check over the row fails once for each of its cells
                found.append((column, reason))
    for _, group in cells.groupby([pd.Series(files, index=cells.index), *IDENTITY_COLUMNS], sort=False):
        if len(group) < 2:
            continue
        numbers = [int(str(number)) for number in group.index]
        if group[["printed", "scale"]].drop_duplicates().shape[0] == 1:
            for number in numbers[1:]:
                failures.setdefault(number, []).append(("", f"is a duplicate of row {lines[numbers[0]]}"))
        else:  # which of them is right cannot be known: none is loaded
            rows = ", ".join(str(lines[number]) for number in numbers)
            for number in numbers:
                reason = f"rows {rows} state different numbers for one thing"
                failures.setdefault(number, []).append(("printed", reason))
    return failures


def _figure(source: Source, row: dict[str, str], codes: CodeLists) -> Figure:
    statistic, measure, unit = row["statistic"], row["measure"], row["unit"]
    qualifier = row["qualifier"] or "exact"
    floor, ceiling = natural_bounds(statistic, row["flow"])
    interval = printed_interval(
        row["printed"],
        scale=row["scale"] or "one",
        qualifier=qualifier,
        is_exact=codes.units[unit]["is_exact_when_printed"] == "true",
        floor=floor,
        ceiling=ceiling,
    )
    if (floor is not None and interval.value < floor) or (ceiling is not None and interval.value > ceiling):
        least, most = ("any" if bound is None else str(bound) for bound in (floor, ceiling))
        raise InvalidFigure("printed", f"{row['printed']!r} cannot be a {statistic}: it lies in {least} … {most}")
    check_reference(row["reference"], codes)

    def code(dimension: str) -> str:
        return codes.resolve(dimension, row[dimension], region_id=source.region_id)

    start, end = period_start(row["period_start"]), period_end(row["period_end"])
    if end > source.published_date:
        raise InvalidFigure("period_end", f"{end} lies after the document was published, {source.published_date}")
    comparison_start = comparison_end = None
    if statistic in COMPARING_STATISTICS:
        if bool(row["comparison_start"]) != bool(row["comparison_end"]):
            raise InvalidFigure("comparison_start", "and comparison_end are given both or neither")
        comparison_start = period_start(row["comparison_start"]) if row["comparison_start"] else year_before(start)
        comparison_end = period_end(row["comparison_end"]) if row["comparison_end"] else year_before(end)
    return Figure(
        figure_id=figure_identity(
            (source.source_id, *(row[column] for column in IDENTITY_COLUMNS), row["printed"], row["scale"])
        ),
        source_id=source.source_id,
        statistic=statistic,
        measure=measure,
        value=interval.value,
        low=interval.low,
        high=interval.high,
        unit=unit,
        qualifier=qualifier,
        region_id=code("region") if row["region"] else source.region_id,
        partner_id=code("partner"),
        commodity_id=code("commodity"),
        flow=row["flow"],
        ownership_id=code("ownership"),
        trade_mode_id=code("trade_mode"),
        region_text=row["region"],
        partner_text=row["partner"],
        commodity_text=row["commodity"],
        ownership_text=row["ownership"],
        trade_mode_text=row["trade_mode"],
        period_start=start,
        period_end=end,
        comparison_start=comparison_start,
        comparison_end=comparison_end,
        reference=row["reference"],
        quote=row["locator"],
        reading="sheet",
    )


def _first_line(problem: BaseException) -> str:
    return (str(problem) or type(problem).__name__).splitlines()[0]
