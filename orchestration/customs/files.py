"""Files of declarations in raw/customs: which there are, what their sidecars say, and how each is made readable.

Files can be large, and come compressed: they are unpacked within limits, and hashed once.
"""

from __future__ import annotations

import codecs
import csv
import datetime
import glob
import gzip
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated, Any, Literal, cast

import duckdb
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from orchestration.codes import CodeLists
from orchestration.customs.encoding import is_readable_as_latin, write_as_latin
from orchestration.customs.formats import Format, UnknownHeader, format_of
from orchestration.figures import UNMAPPED
from orchestration.hashing import FileHashes
from orchestration.raw_files import NotOpened, check_inside, load_yaml
from orchestration.sources import Rejection, Source, readable_name

KIND = "customs"
SIDECAR_SUFFIX = ".yml"
#: What a file may be called, the longest ending first.
ENDINGS = (".csv.gz", ".csv", ".zip", ".parquet", ".json")
#: A file that unpacks to more than this is a bomb or a mistake: a nation's month of a million lines has 150 MB.
MAXIMUM_UNPACKED_BYTES = 20_000_000_000
#: So many times its own size a compressed file may grow: declarations grow eight to twenty times.
MAXIMUM_RATIO = 200
#: One byte of Parquet can repeat a line without end; lines of declarations take four bytes and more. Below the second
#: number of lines nothing is asked.
MAXIMUM_ROWS_PER_BYTE = 1
FEWEST_ROWS = 1_000_000
#: For the description of a Parquet file, without its lines.
_PARQUET_MEMORY = "1GiB"
#: By so much of a file its encoding is told.
_PROBED_BYTES = 1_000_000
_BLOCK = 4 << 20

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Month = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]


class UnusableFile(Exception):
    """The file as a whole cannot be used; the message says why and what to do."""


class Sidecar(BaseModel):
    """The metadata of one file of declarations, from the YAML file beside it."""

    model_config = ConfigDict(extra="forbid")

    title: Text
    publisher: Text
    published_date: datetime.date
    url: str = ""
    language: Literal["en", "zh"] = "zh"
    licence: str = ""
    retrieved_date: datetime.date | None = None
    reporter: Text = Field("CHN", description="Whose trade it is: a code of the region lists.")
    flow: Literal["export", "import"] | None = Field(None, description="Where no column says it.")
    month: Month | None = Field(None, description="YYYY-MM, where no column says it.")
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class DeclarationFile:
    """One raw file that can be read: what it is, and in which layout and encoding its content stands."""

    path: Path
    file: str  # relative to raw/
    source: Source
    sidecar: Sidecar
    layout: Format
    header: tuple[str, ...]
    meanings: tuple[str, ...]  # of the columns, in their order
    container: str  # csv, json or parquet: what is inside of .gz and .zip, too
    encoding: str  # utf-8 or gb18030

    @property
    def key(self) -> str:
        """Equal where the content, and all that the sidecar adds to the lines and to their day, is equal."""
        said = self.sidecar
        lines = (self.source.sha256, said.reporter, said.flow or "", said.month or "", self.layout.name)
        parts = (*lines, str(said.published_date))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def find_files(folder: Path, codes: CodeLists, hashes: FileHashes) -> tuple[list[DeclarationFile], list[Rejection]]:
    """Every file of declarations below `folder`, the first published first, and what is none with its reason."""
    found: list[DeclarationFile] = []
    rejected: list[Rejection] = []
    paths = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    sidecars = {_sidecar_path(path) for path in paths if path.name.lower().endswith(ENDINGS)}
    for path in paths:
        if path in sidecars or path.name == "README.md":
            continue
        file = readable_name(path.relative_to(folder.parent).as_posix())
        try:
            check_inside(path, folder)
            one = _describe(path, file, codes, hashes, folder)
            if any(other.source.source_id == one.source.source_id for other in found):
                raise UnusableFile(f"another file is already named {one.source.source_id}: the name is the source's id")
            found.append(one)
        except (UnusableFile, NotOpened) as problem:
            rejected.append(unusable(file, problem))
    return sorted(found, key=lambda one: (one.source.published_date, one.file)), rejected


def unusable(file: str, problem: Exception) -> Rejection:
    """The record of a file that cannot be used."""
    return Rejection(source_kind=KIND, file=file, row_number=None, column_name="", reason=str(problem))


@contextmanager
def readable(file: DeclarationFile, scratch: Path) -> Iterator[tuple[Path, str]]:
    """The content as DuckDB reads it, and its encoding (`utf-8` or `latin-1`): the raw file itself where it can be.

    Else a copy in `scratch`, which goes away at the end. Raises UnusableFile for what is damaged or grows beyond the
    limits.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    plain = file.path
    copies = []
    try:
        if file.path.name.lower().endswith((".gz", ".zip")):
            plain = scratch / f"{file.key}.{file.container}"
            copies.append(plain)
            _unpack(file.path, plain)
        encoding = "utf-8"
        if file.encoding == "gb18030":
            encoding = "latin-1" if file.container == "csv" else "utf-8"
            if file.container != "csv" or not is_readable_as_latin(plain):
                copies.append(scratch / f"{file.key}.copy.{file.container}")
                with copies[-1].open("w+b") as copy:
                    if file.container != "csv" or not write_as_latin(plain, copy):
                        encoding = "utf-8"
                        copy.truncate(0)
                        copy.seek(0)
                        _transcode(plain, copy)
                plain = copies[-1]
        yield plain, encoding
    finally:
        for one in copies:
            one.unlink(missing_ok=True)


def _unpack(path: Path, plain: Path) -> None:
    limit = min(MAXIMUM_UNPACKED_BYTES, max(path.stat().st_size * MAXIMUM_RATIO, _PROBED_BYTES))
    with _opened(path) as (stream, _), plain.open("wb") as copy:
        written = 0
        while block := _read(stream, _BLOCK):
            written += len(block)
            if written > limit:
                raise UnusableFile(f"unpacks to more than {limit:,} bytes: it was not unpacked further")
            copy.write(block)


def _transcode(path: Path, copy: IO[bytes]) -> None:
    """GB18030 as UTF-8; what is neither becomes a replacement character, in names, or spoils its line, in numbers."""
    with path.open(encoding="gb18030", errors="replace", newline="") as text:
        while block := text.read(_BLOCK):
            copy.write(block.encode())


def _describe(path: Path, file: str, codes: CodeLists, hashes: FileHashes, folder: Path) -> DeclarationFile:
    ending = next((ending for ending in ENDINGS if path.name.lower().endswith(ending)), None)
    if ending is None:
        raise UnusableFile(f"is no file of declarations: it ends in none of {', '.join(ENDINGS)}")
    source_id = path.name[: -len(ending)]
    if readable_name(source_id) != source_id:
        raise UnusableFile("has a name that is not UTF-8, or with characters that have no shape: rename it")
    sidecar = _sidecar(path, folder)
    region_id = codes.resolve("region", sidecar.reporter)
    if region_id == UNMAPPED:
        raise UnusableFile(f"its sidecar names a reporter that no code list knows: {sidecar.reporter!r}")
    try:
        digest = hashes.of(path)
        container, encoding, header = _look_into(path)
    except OSError as problem:
        raise UnusableFile(f"cannot be read: {problem.strerror or problem}") from problem
    if sidecar.sha256 not in (None, digest):
        raise UnusableFile(f"is not the file its sidecar describes: sha256 is {digest}, it says {sidecar.sha256}")
    try:
        layout, meanings = format_of(header)
    except UnknownHeader as problem:
        raise UnusableFile(str(problem)) from problem
    for needed, said in (("month", sidecar.month), ("flow", sidecar.flow)):
        if needed in meanings and said:
            raise UnusableFile(f"has a column for the {needed}, and its sidecar says one, too: take it out there")
        if needed not in meanings and not said:
            raise UnusableFile(f"has no column for the {needed}: write `{needed}: …` into {_sidecar_path(path).name}")
    source = Source(
        source_id=source_id,
        kind=KIND,
        path=file,
        title=sidecar.title,
        publisher=sidecar.publisher,
        published_date=sidecar.published_date,
        published_date_basis="stated",
        url=sidecar.url,
        language=sidecar.language,
        licence=sidecar.licence,
        retrieved_date=sidecar.retrieved_date,
        sha256=digest,
        region_id=region_id,
        currency="USD" if "value_usd" in meanings else "CNY",
        note=sidecar.note,
    )
    return DeclarationFile(path, file, source, sidecar, layout, tuple(header), tuple(meanings), container, encoding)


def _sidecar_path(path: Path) -> Path:
    ending = next((ending for ending in ENDINGS if path.name.lower().endswith(ending)), "")
    return path.with_name(path.name[: len(path.name) - len(ending)] + SIDECAR_SUFFIX)


def _sidecar(path: Path, folder: Path) -> Sidecar:
    beside = _sidecar_path(path)
    try:
        check_inside(beside, folder)
        return Sidecar.model_validate(load_yaml(beside))
    except FileNotFoundError:
        raise UnusableFile(f"has no sidecar: write {beside.name} beside it (title, publisher, …)") from None
    except ValidationError as problem:
        faults = "; ".join(
            f"{'.'.join(map(str, error['loc'])) or 'the file'}: {error['msg']}" for error in problem.errors()
        )
        raise UnusableFile(f"its sidecar {beside.name} is not valid: {faults}") from problem
    except NotOpened as problem:
        raise UnusableFile(f"its sidecar {beside.name} {problem}") from problem
    except Exception as problem:  # PyYAML lets KeyError, ValueError and others out where a tag does not fit its value
        raise UnusableFile(f"its sidecar {beside.name} cannot be read: {_first_line(problem)}") from problem


def _first_line(problem: BaseException) -> str:
    return (str(problem) or type(problem).__name__).splitlines()[0]


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], str]]:
    """The content, unpacked as it is read, and the name of what was packed."""
    name = path.name.lower()
    if name.endswith(".zip"):
        try:
            with zipfile.ZipFile(path) as archive:
                members = [one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__")]
                if len(members) != 1:
                    raise UnusableFile(f"holds {len(members)} files: put each into an archive of its own")
                if members[0].flag_bits & 1:
                    raise UnusableFile("is encrypted")
                with archive.open(members[0]) as member:
                    yield member, members[0].filename.lower()
        except (zipfile.BadZipFile, NotImplementedError) as problem:
            raise UnusableFile(f"is no archive that can be read: {problem}") from problem
    elif name.endswith(".gz"):
        with gzip.open(path) as stream:
            yield cast("IO[bytes]", stream), name.removesuffix(".gz")
    else:
        with path.open("rb") as plain:
            yield plain, name


def _read(stream: IO[bytes], size: int) -> bytes:
    try:
        return stream.read(size)
    except (zipfile.BadZipFile, gzip.BadGzipFile, EOFError, zlib.error) as problem:
        raise UnusableFile(f"is damaged: {problem}") from problem


def _look_into(path: Path) -> tuple[str, str, list[str]]:
    """What a file holds (csv, json, parquet), its encoding, and its header."""
    with _opened(path) as (stream, name):
        beginning = _read(stream, _PROBED_BYTES)
    if not beginning.removeprefix(codecs.BOM_UTF8).strip():
        raise UnusableFile("is empty")
    if beginning.startswith(b"PAR1"):
        if name != path.name.lower():
            raise UnusableFile("is a Parquet file in an archive: it is compressed already, take it out")
        return "parquet", "utf-8", _parquet_header(path)
    encoding = _encoding(beginning)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(beginning)
    if name.endswith(".json") or text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        return "json", encoding, _json_header(text)
    lines = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""))
    return "csv", encoding, next(lines, [])


def _encoding(beginning: bytes) -> str:
    if b"\0" in beginning:
        raise UnusableFile("holds NUL bytes: it is no text in UTF-8 or GB18030. Save it as UTF-8")
    for encoding in ("utf-8", "gb18030"):
        try:
            codecs.getincrementaldecoder(encoding)("strict").decode(beginning)
        except UnicodeDecodeError:
            continue
        return encoding
    # One garbled character does not make another encoding: lines with it are rejected, their neighbours are not.
    marks = sum(beginning.count(word.encode("utf-8")) for word in ("编码", "名称", "数量"))
    return "utf-8" if marks else "gb18030"


def _parquet_header(path: Path) -> list[str]:
    name = as_named(path)
    with duckdb.connect(config={"memory_limit": _PARQUET_MEMORY, "threads": "1"}) as connection:
        try:
            described = connection.execute(
                "DESCRIBE SELECT * FROM read_parquet(?, hive_partitioning = false)", [name]
            ).fetchall()
            counted = connection.execute(
                "SELECT coalesce(sum(row_group_num_rows), 0) FROM parquet_metadata(?) WHERE column_id = 0", [name]
            ).fetchone()
        except duckdb.Error as problem:
            raise UnusableFile(f"is a damaged Parquet file: {_first_line(problem)}") from problem
    rows = int(counted[0]) if counted else 0
    most = max(path.stat().st_size * MAXIMUM_ROWS_PER_BYTE, FEWEST_ROWS)
    if rows > most:
        raise UnusableFile(f"says that it holds {rows:,} lines, more than the {most:,} that a file of its size can")
    return [column[0] for column in described]


def as_named(path: Path) -> str:
    """A path as DuckDB takes it for the one file of that name: stars and brackets would name others."""
    return glob.escape(str(path))


def _json_header(text: str) -> list[str]:
    """The names in the first record of `{"data": [{…}, …]}` or `[{…}, …]`."""
    start = text.find("[")
    try:
        record: Any = json.JSONDecoder().raw_decode(text, text.index("{", start))[0] if start >= 0 else {}
    except (ValueError, RecursionError) as problem:  # the second where it is nested too deep
        raise UnusableFile(f"is no JSON that holds a list of records: {problem}") from problem
    return list(record)
