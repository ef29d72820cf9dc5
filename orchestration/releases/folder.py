"""From the folder raw/releases to figure records: which files are releases, what each states, and what is not read."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from orchestration.codes import LISTS, CodeLists
from orchestration.figures import JOINT, UNMAPPED, WHOLE, Figure, InvalidFigure, check_storable
from orchestration.raw_files import NotOpened, check_inside
from orchestration.releases.corrections import CORRECTIONS_SUFFIX, corrections_path
from orchestration.releases.documents import MAXIMUM_BYTES
from orchestration.releases.metadata import SIDECAR_SUFFIX
from orchestration.releases.review import Review, UnusableRelease, review_release
from orchestration.sources import Rejection, Source, readable_name, record_types

KIND = "releases"
SUFFIXES = tuple(MAXIMUM_BYTES)
#: Characters on either side of a number that are kept to show where it stands.
_CONTEXT = 60
#: Characters on either side of a number that are kept of its paragraph: whole sentences, and no end of a text without
#: line breaks.
_PARAGRAPH = 600
#: The currency of a country's releases that state no value and do not say what they measure it in.
_CURRENCIES = {"CHN": "CNY"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFile:
    """A file that is to be read; of equal content keys the same figures would be read."""

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
    paragraph_start: int  # character of the text with which `paragraph` begins
    paragraph: str  # the line it stands in


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadContent:
    """Of what content the figures of a release were read."""

    source_id: str
    content_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One release: its document, what it states, and the account of its numbers."""

    source: Source
    figures: list[Figure]
    numbers: list[ReleaseNumber]
    content: ReadContent


@dataclass(slots=True)
class FoundReleases:
    """The releases of a folder, and the files in it that are none or cannot be used."""

    files: list[ReleaseFile] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)


NUMBER_TYPES = record_types(ReleaseNumber)
CONTENT_TYPES = record_types(ReadContent)


def find_releases(folder: Path, *, reader_key: str, taken: Mapping[str, str] | None = None) -> FoundReleases:
    """Every release below `folder`, in alphabetical order; what is neither a release nor belongs to one is rejected.

    `reader_key` stands for the reader and its code lists: where it changes, every content key does. `taken` are ids of
    the sources of other folders, with their files. Hidden files are passed over: no publication counts them among its
    inputs.
    """
    paths = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    releases = [path for path in paths if path.suffix.lower() in SUFFIXES]
    companions = {companion for path in releases for companion in _companions(path)}
    known = dict(taken or {})
    found = FoundReleases()
    for path in paths:
        file = readable_name(path.relative_to(folder.parent).as_posix())
        if path not in releases:
            if path not in companions:
                found.rejected.append(_rejection(file, _what_else(path)))
            continue
        try:
            _check_name(path, known)
            for one in (path, *_companions(path)):
                check_inside(one, folder)
            content_key = _content_key(path, file, reader_key)
        except (UnusableRelease, NotOpened) as problem:
            found.rejected.append(_rejection(file, str(problem)))
            continue
        known[path.stem] = file
        found.files.append(ReleaseFile(path=path, file=file, source_id=path.stem, content_key=content_key))
    return found


def read_release(
    release: ReleaseFile, codes: CodeLists, *, published: datetime.date | None = None, region_id: str = ""
) -> Release | Rejection:
    """What a release states, with its corrections applied, or why it cannot be used.

    `published` and `region_id` come before what its document says of itself.
    Whatever goes wrong with one file is told of that file and never keeps another from being read.
    """
    try:
        review = review_release(release.path, codes, published=published, region_id=region_id)
        figures = [_storable(figure) for figure in review.reading.figures]
        _check(figures, review, codes)
        source = _source(release, review, figures, codes)
        numbers = list(_numbers(review))
        _check_texts([source, *figures, *numbers])
    except UnusableRelease as problem:
        return _rejection(release.file, str(problem))
    except Exception as problem:
        return _rejection(release.file, f"could not be read, which is a defect: {type(problem).__name__}: {problem}")
    return Release(
        source=source,
        figures=figures,
        numbers=numbers,
        content=ReadContent(source_id=source.source_id, content_key=release.content_key),
    )


def _source(release: ReleaseFile, review: Review, figures: list[Figure], codes: CodeLists) -> Source:
    document = review.document
    if document.published_date is None:
        sidecar = release.path.with_name(release.path.stem + SIDECAR_SUFFIX).name
        raise UnusableRelease(
            f"does not say when it was published: add `published_date:` with the day, as 2023-04-19, to {sidecar} "
            "beside it"
        )
    return Source(
        source_id=review.source_id,
        kind=KIND,
        path=release.file,
        title=document.title or review.source_id,
        publisher=document.publisher,
        published_date=document.published_date,
        published_date_basis=document.published_date_basis,
        url=document.url,
        language=document.language,
        licence=document.licence,
        retrieved_date=document.retrieved_date,
        sha256=document.sha256,
        region_id=review.region_id,
        currency=document.currency or _currency(figures, review.region_id, codes),
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


def _numbers(review: Review) -> Iterator[ReleaseNumber]:
    text = review.document.text
    for number in review.reading.numbers:
        line_start = text.rfind("\n", 0, number.char_start) + 1
        line_end = text.find("\n", number.char_end)
        line_end = len(text) if line_end < 0 else line_end
        first = max(line_start, number.char_start - _CONTEXT)
        last = min(line_end, number.char_end + _CONTEXT)
        paragraph_start = max(line_start, number.char_start - _PARAGRAPH)
        yield ReleaseNumber(
            source_id=review.source_id,
            char_start=number.char_start,
            char_end=number.char_end,
            printed=number.printed,
            kind=number.kind,
            reason=number.reason,
            figure_ids=" ".join(number.figure_ids),
            context=text[first:last].strip(),
            paragraph_start=paragraph_start,
            paragraph=text[paragraph_start : min(line_end, number.char_end + _PARAGRAPH)],
        )


def _storable(figure: Figure) -> Figure:
    """A number that is not understood may be too large for the warehouse: its value is left out, its words are kept."""
    if figure.status == "unread":
        try:
            check_storable("value", figure.value)
        except InvalidFigure:
            return replace(figure, value=None)
    return figure


def _check(figures: list[Figure], review: Review, codes: CodeLists) -> None:
    """Refuse a reading that the warehouse would refuse, and all neighbours of the release with it."""
    seen: set[str] = set()
    for figure in figures:
        if figure.source_id != review.source_id or not figure.figure_id or figure.figure_id in seen:
            raise ValueError(f"the figure {figure.figure_id!r} of {figure.quote!r} stands twice, or in another source")
        seen.add(figure.figure_id)
        if figure.status != "unread":
            _check_codes(figure, codes)
    spans: set[tuple[int, int]] = set()
    for number in review.reading.numbers:
        span = (number.char_start, number.char_end)
        if span in spans:
            raise ValueError(f"{number.printed!r} at the characters {span[0]} to {span[1]} is accounted for twice")
        spans.add(span)


def _check_texts(records: list[Source | Figure | ReleaseNumber]) -> None:
    """Refuse half of a surrogate pair: it is no text, and no database takes it."""
    for record in records:
        for column in fields(record):
            value = getattr(record, column.name)
            if isinstance(value, str) and not value.isascii():
                value.encode()


def _check_codes(figure: Figure, codes: CodeLists) -> None:
    for name in LISTS:
        code = getattr(figure, f"{name}_id")
        if code not in (UNMAPPED, WHOLE.get(name)):
            unknown = [part for part in code.split(JOINT) if part not in codes.codes(name)]
            if unknown:
                raise ValueError(f"{unknown[0]!r}, read from {figure.quote!r}, is not a code of {name}")
    if figure.measure not in codes.measures or figure.unit not in codes.units:
        raise ValueError(f"{figure.measure!r} in {figure.unit!r}, read from {figure.quote!r}: no such measure or unit")


def _check_name(path: Path, known: Mapping[str, str]) -> None:
    if readable_name(path.stem) != path.stem:
        raise UnusableRelease("has a name that is not UTF-8, or with characters that have no shape: rename it")
    if path.stem in known:
        raise UnusableRelease(f"has the name of {known[path.stem]}, and the name is the source's id: rename it")


def _content_key(path: Path, file: str, reader_key: str) -> str:
    """One hash over all that the figures follow from.

    It is taken before the file is read: what changes meanwhile has another key the next time, and is read again.
    """
    hashes = [_sha256(path), *(_sha256(one) if one.is_file() else "" for one in _companions(path))]
    return hashlib.sha256("\n".join((reader_key, file, *hashes)).encode()).hexdigest()


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as problem:
        raise UnusableRelease(f"cannot be read: {path.name}: {problem.strerror}") from problem


def _companions(path: Path) -> Iterator[Path]:
    """The files that belong to a release, whether they are there or not."""
    yield path.with_name(path.stem + SIDECAR_SUFFIX)
    yield corrections_path(path)


def _what_else(path: Path) -> str:
    if path.name.endswith(CORRECTIONS_SUFFIX):
        return "are corrections without their release"
    if path.suffix == SIDECAR_SUFFIX:
        return "is a sidecar without its release"
    return f"is no release: only {', '.join(SUFFIXES)} are read"


def _rejection(file: str, reason: str) -> Rejection:
    return Rejection(source_kind=KIND, file=file, row_number=None, column_name="", reason=reason)
