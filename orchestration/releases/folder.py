"""From the folder raw/releases to figure records: which files are releases, what each states, and what is not read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from orchestration.codes import LISTS, CodeLists
from orchestration.figures import JOINT, UNMAPPED, WHOLE, Figure, InvalidFigure, check_storable
from orchestration.releases.corrections import CORRECTIONS_SUFFIX, InvalidCorrections, apply_corrections
from orchestration.releases.corrections import corrections_path as corrections_of
from orchestration.releases.documents import Document, UnusableDocument, read_document
from orchestration.releases.reading import MissingPublicationDate, ReleaseReading, read_text
from orchestration.sources import Rejection, Source, readable_name, record_types

KIND = "releases"
SUFFIXES = (".txt", ".md", ".html", ".htm", ".pdf", ".docx")
SIDECAR_SUFFIX = ".yml"
#: Characters on either side of a number that are kept to show where it stands.
_CONTEXT = 60
#: The country whose releases measure value in its own currency unless they say otherwise.
_CURRENCIES = {"CHN": "CNY"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFile:
    """A file that is to be read; equal content keys mean that it would be read to the same figures."""

    path: Path
    file: str  # relative to raw/
    source_id: str
    content_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseNumber:
    """One numeral of a release and what became of it: a row of the accounting."""

    source_id: str
    char_start: int
    char_end: int
    printed: str
    kind: str  # read, uncertain, unread, not_a_figure
    reason: str
    figure_ids: str  # joined by spaces
    context: str  # the words around it


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseContent:
    """What was read of a release, by the key of its content."""

    source_id: str
    content_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One release: its document, what it states, and the account of its numbers."""

    source: Source
    figures: list[Figure]
    numbers: list[ReleaseNumber]
    content: ReleaseContent


@dataclass(slots=True)
class FoundReleases:
    """The releases of a folder, and the files in it that are none or cannot be used."""

    files: list[ReleaseFile] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)


NUMBER_TYPES = record_types(ReleaseNumber)
CONTENT_TYPES = record_types(ReleaseContent)


class _Unusable(Exception):
    """The file as a whole cannot be used."""


def find_releases(folder: Path, *, reader_key: str, taken: Mapping[str, str] | None = None) -> FoundReleases:
    """Every release below `folder`, in alphabetical order; what is neither a release nor belongs to one is rejected.

    `reader_key` stands for the reader and its code lists: where it changes, every content key does. `taken` are ids of
    sources of other folders, with their files. Hidden files are passed over: no publication counts them among its
    inputs.
    """
    paths = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    releases = [path for path in paths if path.suffix.lower() in SUFFIXES]
    known = dict(taken or {})
    found = FoundReleases()
    for path in releases:
        file = _name(path, folder)
        try:
            content_key = _content_key(path, file, reader_key)
            _check_name(path, known)
        except _Unusable as problem:
            found.rejected.append(_rejection(file, str(problem)))
            continue
        known[path.stem] = file
        found.files.append(ReleaseFile(path=path, file=file, source_id=path.stem, content_key=content_key))
    companions = {companion for path in releases for companion in _companions(path)}
    for path in paths:
        if path not in companions and path.suffix.lower() not in SUFFIXES:
            found.rejected.append(_rejection(_name(path, folder), _what_else(path)))
    return found


def read_release(release: ReleaseFile, codes: CodeLists) -> Release | Rejection:
    """What a release states, with its corrections applied, or why it cannot be used.

    Whatever goes wrong with one file is told of that file and never keeps another from being read.
    """
    try:
        return _read(release, codes)
    except (_Unusable, UnusableDocument, MissingPublicationDate, InvalidCorrections) as problem:
        return _rejection(release.file, str(problem))
    except Exception as problem:
        return _rejection(release.file, f"could not be read, which is a defect: {type(problem).__name__}: {problem}")


def _read(release: ReleaseFile, codes: CodeLists) -> Release:
    document = read_document(release.path)
    source = _source(release, document, codes)
    reading = read_text(
        document.text,
        codes=codes,
        source_id=source.source_id,
        region_id=source.region_id,
        published=source.published_date,
        body_start=document.body_start,
        title=document.title,
    )
    corrections = corrections_of(release.path)
    if corrections.exists():
        reading = apply_corrections(
            reading,
            corrections,
            document_sha256=document.sha256,
            text=document.text,
            source_id=source.source_id,
            codes=codes,
        )
    figures = [_storable(figure) for figure in reading.figures]
    _check(figures, reading, source.source_id, codes)
    return Release(
        source=replace(source, currency=source.currency or _currency(figures, source.region_id, codes)),
        figures=figures,
        numbers=[
            ReleaseNumber(
                source_id=source.source_id,
                char_start=number.char_start,
                char_end=number.char_end,
                printed=number.printed,
                kind=number.kind,
                reason=number.reason,
                figure_ids=" ".join(number.figure_ids),
                context=_context(document.text, number.char_start, number.char_end),
            )
            for number in reading.numbers
        ],
        content=ReleaseContent(source_id=source.source_id, content_key=release.content_key),
    )


def _source(release: ReleaseFile, document: Document, codes: CodeLists) -> Source:
    sidecar = release.path.with_suffix(SIDECAR_SUFFIX).name
    if document.published_date is None:
        raise _Unusable(
            f"does not say when it was published: write `published_date: YYYY-MM-DD` into {sidecar} beside it"
        )
    if not document.region.strip():
        raise _Unusable(
            f"does not say which region it is about: write `region:`, with a code or a name of the region lists such "
            f"as CN-XJ, into {sidecar} beside it"
        )
    region_id = codes.resolve("region", document.region)
    if region_id == UNMAPPED:
        raise _Unusable(
            f"names a region that no code list knows: {document.region!r}; write `region:`, with a code or a name of "
            f"the region lists such as CN-XJ, into {sidecar} beside it, or add an alias"
        )
    return Source(
        source_id=release.source_id,
        kind=KIND,
        path=release.file,
        title=document.title or release.source_id,
        publisher=document.publisher or "not stated",
        published_date=document.published_date,
        published_date_basis=document.published_date_basis,
        url=document.url,
        language=document.language,
        licence=document.licence,
        retrieved_date=document.retrieved_date,
        sha256=document.sha256,
        region_id=region_id,
        currency=document.currency,
        note=document.note,
    )


def _currency(figures: list[Figure], region_id: str, codes: CodeLists) -> str:
    """In what value is measured where nothing says so: the one currency of its levels, else the region's own."""
    units = {
        figure.unit
        for figure in figures
        if figure.status == "read" and figure.statistic == "level" and figure.measure == "value"
    }
    if len(units) == 1:
        return units.pop()
    return next((_CURRENCIES[one] for one in codes.containing_regions(region_id) if one in _CURRENCIES), "")


def _storable(figure: Figure) -> Figure:
    """The figure, where it is not understood without a value that the warehouse cannot hold: its words say it."""
    if figure.status == "unread":
        try:
            check_storable("value", figure.value)
        except InvalidFigure:
            return replace(figure, value=None, low=None, high=None)
    return figure


def _check(figures: list[Figure], reading: ReleaseReading, source_id: str, codes: CodeLists) -> None:
    """Refuse a reading that the warehouse would refuse as a whole, with all neighbours of this release."""
    seen: set[str] = set()
    for figure in figures:
        if figure.source_id != source_id or not figure.figure_id or figure.figure_id in seen:
            raise ValueError(f"the figure {figure.figure_id!r} of {figure.quote!r} stands twice, or in another source")
        seen.add(figure.figure_id)
        if figure.status != "unread":
            _check_codes(figure, codes)
    spans = [(number.char_start, number.char_end) for number in reading.numbers]
    if len(set(spans)) < len(spans):
        twice = next(span for span in spans if spans.count(span) > 1)
        raise ValueError(f"the number at the characters {twice[0]} to {twice[1]} is accounted for twice")
    # What is not text, such as half of a surrogate pair, cannot be stored.
    "".join(f"{figure.quote}{figure.region_text}{figure.partner_text}{figure.commodity_text}" for figure in figures)


def _check_codes(figure: Figure, codes: CodeLists) -> None:
    for name in LISTS:
        code = getattr(figure, f"{name}_id")
        if code not in (UNMAPPED, WHOLE.get(name)):
            unknown = [part for part in code.split(JOINT) if part not in codes.codes(name)]
            if unknown:
                raise ValueError(f"{unknown[0]!r}, read from {figure.quote!r}, is not a code of {name}")
    if figure.measure not in codes.measures or figure.unit not in codes.units:
        raise ValueError(f"{figure.measure!r} in {figure.unit!r}, read from {figure.quote!r}: no such measure or unit")


def _context(text: str, start: int, end: int) -> str:
    """The number with the words around it, of its own line."""
    first = max(text.rfind("\n", 0, start) + 1, start - _CONTEXT)
    line_end = text.find("\n", end)
    last = min(len(text) if line_end < 0 else line_end, end + _CONTEXT)
    return text[first:last].strip()


def _check_name(path: Path, known: Mapping[str, str]) -> None:
    if readable_name(path.stem) != path.stem:
        raise _Unusable("has a name that is not UTF-8: rename it")
    if path.with_suffix(SIDECAR_SUFFIX).name.endswith(CORRECTIONS_SUFFIX):
        raise _Unusable(f"has a name whose sidecar would be corrections ({CORRECTIONS_SUFFIX}): rename it")
    if path.stem in known:
        raise _Unusable(f"has the name of {known[path.stem]}, and the name is the source's id: rename it")


def _content_key(path: Path, file: str, reader_key: str) -> str:
    """One hash over all that the figures follow from. It is taken before the file is read: what changes meanwhile has
    another key next time, and is read again."""
    hashes = [_sha256(one) if one == path or one.exists() else "" for one in (path, *_companions(path))]
    return hashlib.sha256("\n".join((reader_key, file, *hashes)).encode()).hexdigest()


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as problem:
        raise _Unusable(f"cannot be read: {path.name}: {problem.strerror}") from problem


def _companions(path: Path) -> Iterator[Path]:
    """The files that belong to a release, whether they are there or not."""
    yield path.with_suffix(SIDECAR_SUFFIX)
    yield corrections_of(path)


def _what_else(path: Path) -> str:
    if path.name.endswith(CORRECTIONS_SUFFIX):
        return "are corrections without their release"
    if path.suffix == SIDECAR_SUFFIX:
        return "is a sidecar without its release"
    return f"is no release: only {', '.join(SUFFIXES)} are read"


def _name(path: Path, folder: Path) -> str:
    return readable_name(path.relative_to(folder.parent).as_posix())


def _rejection(file: str, reason: str) -> Rejection:
    return Rejection(source_kind=KIND, file=file, row_number=None, column_name="", reason=reason)
