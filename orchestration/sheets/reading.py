"""From a folder of figure sheets to figure records; what cannot be used is told with file, row, column and reason."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pandera.errors
import yaml
from pydantic import ValidationError

from orchestration.codes import CodeLists
from orchestration.figures import (
    COMPARING_STATISTICS,
    UNMAPPED,
    Figure,
    InvalidFigure,
    figure_identity,
    parse_reference,
)
from orchestration.intervals import printed_interval
from orchestration.sheets.periods import period_end, period_start, year_before
from orchestration.sheets.schema import IDENTITY_COLUMNS, SHEET_COLUMNS, Sidecar, sheet_schema
from orchestration.sources import Rejection, Source

KIND = "sheets"
#: A sheet is keyed in by hand; anything larger is some other file.
MAXIMUM_BYTES = 20_000_000


@dataclass(slots=True)
class SheetReading:
    """What a sheet, or a folder of them, holds: figures, their sources, and what was not loaded."""

    figures: list[Figure] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    def add(self, other: SheetReading) -> None:
        """Append what another sheet holds."""
        self.figures += other.figures
        self.sources += other.sources
        self.rejected += other.rejected


class _Unusable(Exception):
    """The file as a whole cannot be used."""


def read_sheets(folder: Path, codes: CodeLists) -> SheetReading:
    """Read every `*.csv` below `folder` in alphabetical order; a bad file or row never loses its neighbours."""
    reading = SheetReading()
    taken: set[str] = set()
    for path in sorted(folder.rglob("*.csv")):
        sheet = read_sheet(path, codes, root=folder.parent)
        names = {source.source_id for source in sheet.sources}
        if names & taken:
            reading.rejected.append(
                Rejection(
                    source_kind=KIND,
                    file=path.relative_to(folder.parent).as_posix(),
                    row_number=None,
                    column_name="",
                    reason=f"another sheet is already named {path.stem}: the name is the source's id, give it another",
                )
            )
            continue
        taken |= names
        reading.add(sheet)
    return reading


def read_sheet(path: Path, codes: CodeLists, *, root: Path | None = None) -> SheetReading:
    """Read one sheet and its sidecar; `root` is what file names are told relative to (default: the file's folder)."""
    file = path.relative_to(root or path.parent).as_posix()
    try:
        content = _content(path)
        source = _source(path, file, content, codes)
        rows, rejected = _rows(file, content)
    except _Unusable as problem:
        rejection = Rejection(source_kind=KIND, file=file, row_number=None, column_name="", reason=str(problem))
        return SheetReading(rejected=[rejection])
    bad = {rejection.row_number for rejection in rejected}
    for rejection in _schema_failures(file, rows, codes):
        rejected.append(rejection)
        bad.add(rejection.row_number)
    figures: list[Figure] = []
    for number, row in rows.iterrows():
        assert isinstance(number, int)
        if number in bad:
            continue
        try:
            figures.append(_figure(source, {str(key): value for key, value in row.items()}, codes))
        except InvalidFigure as problem:
            rejected.append(_rejection(file, number, problem.column, problem.reason, row))
    rejected.sort(key=lambda rejection: (rejection.row_number or 0, rejection.column_name))
    return SheetReading(figures, [source], rejected)


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAXIMUM_BYTES:
            raise _Unusable(f"is larger than {MAXIMUM_BYTES:,} bytes: not a sheet keyed in by hand")
        content = path.read_bytes()
    except OSError as problem:
        raise _Unusable(f"cannot be read: {problem.strerror}") from problem
    if not content.strip():
        raise _Unusable("is empty")
    return content


def _source(path: Path, file: str, content: bytes, codes: CodeLists) -> Source:
    sidecar_path = path.with_suffix(".yml")
    try:
        loaded = yaml.safe_load(sidecar_path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _Unusable(f"has no sidecar: write {sidecar_path.name} beside it (title, publisher, …)") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
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


def _rows(file: str, content: bytes) -> tuple[pd.DataFrame, list[Rejection]]:
    """The sheet as text cells, indexed by line number, without the rows that do not have the header's shape."""
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
    except (StopIteration, csv.Error) as problem:
        raise _Unusable(f"has no header row: {_first_line(problem)}") from problem
    missing = [column for column in SHEET_COLUMNS if column not in header]
    if missing:
        raise _Unusable(f"lacks the columns {', '.join(missing)}; expected: {', '.join(SHEET_COLUMNS)}")
    repeated = sorted({column for column in header if header.count(column) > 1})
    if repeated:
        raise _Unusable(f"has the columns {', '.join(repeated)} more than once")
    unknown = [column for column in header if column not in SHEET_COLUMNS]
    rejected = [
        Rejection(
            source_kind=KIND,
            file=file,
            row_number=1,
            column_name=column,
            reason=f"is an unknown column; rows that fill it are not loaded. Known: {', '.join(SHEET_COLUMNS)}",
        )
        for column in unknown
    ]
    records, numbers = [], []
    for number, cells in _numbered(file, lines, rejected):
        if not any(cell.strip() for cell in cells):
            continue
        raw_text = ",".join(cells)
        if len(cells) != len(header):
            reason = f"has {len(cells)} cells where the header has {len(header)}"
            rejected.append(
                Rejection(
                    source_kind=KIND, file=file, row_number=number, column_name="", reason=reason, raw_text=raw_text
                )
            )
            continue
        record = {column: cell.strip() for column, cell in zip(header, cells, strict=True)}
        filled = [column for column in unknown if record[column]]
        if filled:
            rejected += [
                Rejection(
                    source_kind=KIND,
                    file=file,
                    row_number=number,
                    column_name=column,
                    reason="has a value in an unknown column",
                    raw_text=raw_text,
                )
                for column in filled
            ]
            continue
        records.append([record[column] for column in SHEET_COLUMNS])
        numbers.append(number)
    return pd.DataFrame(records, columns=list(SHEET_COLUMNS), index=numbers, dtype=str), rejected


def _numbered(file: str, lines: Iterator[list[str]], rejected: list[Rejection]) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line they begin on; a quoting error ends the file, and is told."""
    reader: csv.Reader = lines  # type: ignore[name-defined,assignment]
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            reason = f"is not valid CSV ({problem}); the rest of the file from here on is not loaded"
            rejected.append(
                Rejection(source_kind=KIND, file=file, row_number=number, column_name="", reason=reason)
            )
            return
        yield number, cells


def _schema_failures(file: str, rows: pd.DataFrame, codes: CodeLists) -> list[Rejection]:
    rejected = []
    try:
        sheet_schema(codes).validate(rows, lazy=True)
    except pandera.errors.SchemaErrors as problem:
        told: set[tuple[int, str, str]] = set()
        for case in problem.failure_cases.to_dict("records"):
            number, column, reason = int(case["index"]), str(case["column"]), str(case["check"])
            if column not in SHEET_COLUMNS:  # a check over the whole row names its column in its words
                column, _, reason = reason.partition(": ")
            elif rows.at[number, column]:
                reason = f"{rows.at[number, column]!r} {reason}"
            if (number, column, reason) not in told:
                told.add((number, column, reason))
                rejected.append(_rejection(file, number, column, reason, rows.loc[number]))
    for _, group in rows.groupby(list(IDENTITY_COLUMNS), sort=False):
        if len(group) < 2:
            continue
        first = group.index[0]
        if group[["printed", "scale"]].drop_duplicates().shape[0] == 1:
            rejected += [
                _rejection(file, number, "", f"is a duplicate of row {first}", group.loc[number])
                for number in group.index[1:]
            ]
        else:
            others = ", ".join(map(str, group.index))
            rejected += [
                _rejection(file, number, "printed", f"rows {others} state different numbers for one thing", row)
                for number, row in group.iterrows()
            ]
    return rejected


def _rejection(file: str, number: object, column: str, reason: str, row: pd.Series) -> Rejection:
    return Rejection(
        source_kind=KIND,
        file=file,
        row_number=int(str(number)),
        column_name=column,
        reason=reason,
        raw_text=",".join(row),
    )


def _figure(source: Source, row: dict[str, str], codes: CodeLists) -> Figure:
    statistic, measure, unit = row["statistic"], row["measure"], row["unit"]
    qualifier = row["qualifier"] or "exact"
    floor, ceiling = _natural_bounds(statistic, row["flow"])
    interval = printed_interval(
        row["printed"],
        scale=row["scale"] or "one",
        qualifier=qualifier,
        is_exact=codes.units[unit]["is_exact_when_printed"] == "true",
        floor=floor,
        ceiling=ceiling,
    )
    _check_reference(row["reference"], codes)
    subject = {"region_id": codes.resolve("region", row["region"], region_id=source.region_id)}
    if not row["region"]:
        subject["region_id"] = source.region_id
    for dimension in ("partner", "commodity", "ownership", "trade_mode"):
        subject[f"{dimension}_id"] = codes.resolve(dimension, row[dimension], region_id=source.region_id)
    start, end = period_start(row["period_start"]), period_end(row["period_end"])
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
        **subject,
        flow=row["flow"],
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


def _natural_bounds(statistic: str, flow: str) -> tuple[Decimal | None, Decimal | None]:
    """What a statistic cannot pass: a share lies in 0 … 100 percent, nothing falls by more than all of it."""
    match statistic:
        case "share":
            return Decimal(0), Decimal(100)
        case "growth":
            return Decimal(-100), None
        case "rank":
            return Decimal(1), None
        case "level" if flow != "balance":
            return Decimal(0), None
        case _:
            return None, None


def _check_reference(reference: str, codes: CodeLists) -> None:
    for key, code in parse_reference(reference).items():
        match key:
            case "flow":
                known = code in codes.flows
            case "unit":
                known = code in codes.units
            case "measure":
                known = code in codes.measures
            case "ranked_by":
                known = code in ("level", "growth")
            case _:
                known = code in codes.codes(key)
        if not known:
            raise InvalidFigure("reference", f"{code!r} is not a code of {key}")


def _first_line(problem: BaseException) -> str:
    return (str(problem) or type(problem).__name__).splitlines()[0]
