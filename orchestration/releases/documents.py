"""From a file to a document: its text as one string, and what is known of it."""

from __future__ import annotations

import datetime
import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path

from orchestration.raw_files import NotOpened, TooLarge, read_bytes
from orchestration.releases.decoding import UnusableDocument, damage, decode, han_share, place, sniff
from orchestration.releases.extraction import Extract, extract
from orchestration.releases.metadata import Metadata, read_front_matter, read_sidecar

__all__ = ["MAXIMUM_BYTES", "MAXIMUM_CHARACTERS", "Document", "UnusableDocument", "read_document"]

#: The longest release known is under 100 kB of text; pages bring the site with them, the others pictures and fonts.
MAXIMUM_BYTES = {
    ".txt": 5_000_000,
    ".md": 5_000_000,
    ".html": 10_000_000,
    ".htm": 10_000_000,
    ".pdf": 50_000_000,
    ".docx": 50_000_000,
}
MAXIMUM_CHARACTERS = 5_000_000
#: Where one letter in five is Chinese, the text is: a Chinese letter is a word, and names may stand in Latin ones.
_CHINESE_SHARE = 0.2
_MARKUP = re.compile(r"\s*(?:<!doctype html|<html[\s>]|<\?xml)", re.IGNORECASE)
_HEADING = re.compile(r"\s*#[ \t]+([^\n]{1,300})")
#: Titles that programs write by themselves.
_NO_TITLE = re.compile(
    r"(?:untitled|microsoft word\b.*|.*\.(?:docx?|wps|rtf|html?|indd|pdf)|文档\d*|新建.*)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A release as it was received: every span of the reading counts in `text`, and the reading begins at `body_start`.

    What nobody says is "", or None for a date. The currency is that in which the document measures value; the region is
    as written, a code or a name.
    """

    text: str
    body_start: int
    title: str
    publisher: str
    published_date: datetime.date | None
    published_date_basis: str
    region: str
    language: str
    url: str
    licence: str
    retrieved_date: datetime.date | None
    note: str
    currency: str
    sha256: str


def read_document(path: Path) -> Document:
    """Read a release: .txt, .md, .html, .htm, .pdf or .docx, with the sidecar `<name>.yml` beside it if there is one.

    What the sidecar gives comes before what the front matter of a text gives, and that before what a page states.
    Raises UnusableDocument, and nothing else, for whatever is wrong with the file or its metadata.
    """
    suffix = path.suffix.lower()
    if suffix not in MAXIMUM_BYTES:
        raise UnusableDocument(f"is no release: only {', '.join(MAXIMUM_BYTES)} are read, not {suffix or 'no suffix'}")
    content = _bytes(path, MAXIMUM_BYTES[suffix])
    sha256 = hashlib.sha256(content).hexdigest()
    sidecar = read_sidecar(path)
    if sidecar and sidecar.sha256 and sidecar.sha256 != sha256:
        raise UnusableDocument(
            f"is not the file its sidecar describes: sha256 is {sha256}, {path.stem}.yml says {sidecar.sha256}; if the "
            "file was changed on purpose, write its sha256 into the sidecar"
        )
    given = [sidecar] if sidecar else []
    body_start = 0
    if suffix in (".txt", ".md"):
        text = _plain(content, suffix)
        front_matter, body_start = read_front_matter(text)
        given += [front_matter] if front_matter else []
        heading = _HEADING.match(text, body_start) if suffix == ".md" else None
        read = Extract(text=text, title=heading[1].strip(" #") if heading else "")
    else:
        read = _extracted(content, suffix)
    _check_text(read.text, body_start)
    return _document(read, body_start, given, sha256)


def _bytes(path: Path, maximum: int) -> bytes:
    """The content of a regular file that is not too large, and not empty."""
    try:
        content = read_bytes(path, maximum)
    except TooLarge as problem:
        raise UnusableDocument(f"{problem}: it is not one release; cut out the part that is, or split it") from problem
    except NotOpened as problem:
        raise UnusableDocument(str(problem)) from problem
    except OSError as problem:
        raise UnusableDocument(f"cannot be read: {problem.strerror or problem}") from problem
    except ValueError as problem:  # a name with NUL in it
        raise UnusableDocument(f"cannot be read: {problem}") from problem
    if not content:
        raise UnusableDocument("is empty: it holds no bytes")
    return content


def _plain(content: bytes, suffix: str) -> str:
    text = decode(content)
    if _MARKUP.match(text):
        raise UnusableDocument(f"is by its content an HTML page (line 1), not {suffix}: name it .html")
    return text


def _extracted(content: bytes, suffix: str) -> Extract:
    if suffix == ".pdf":
        if b"%PDF-" not in content[:1024]:
            _refuse_other_kind(content, "a PDF")
            raise UnusableDocument("is not a PDF: %PDF- is not among its first 1,024 bytes; name it by what it is")
        read = extract("pdf", content)
    elif suffix == ".docx":
        read = extract("docx", content)
    else:
        _refuse_other_kind(content, "an HTML page")
        return extract("html", content)
    return replace(read, title=_given_title(read.title))


def _refuse_other_kind(content: bytes, expected: str) -> None:
    known = sniff(content)
    if known:
        raise UnusableDocument(f"is by its content {known[0]} (byte 0), not {expected}: {known[1]}")


def _given_title(title: str) -> str:
    """The title among a file's properties, unless a program put it there by itself."""
    title = " ".join(title.split())
    return "" if _NO_TITLE.fullmatch(title) else title


def _check_text(text: str, body_start: int) -> None:
    if len(text) > MAXIMUM_CHARACTERS:
        raise UnusableDocument(f"holds {len(text):,} characters of text, a release at most {MAXIMUM_CHARACTERS:,}")
    if not any(map(str.isalnum, text[body_start:])):
        where = "after its front matter" if body_start else "in it"
        raise UnusableDocument(f"is blank: there is no letter and no digit {where}")
    harm = damage(text)
    if harm:
        around = text[max(harm.offset - 20, 0) : harm.offset + 20]
        raise UnusableDocument(
            f"{place(text, harm.offset)} of its text, at {around!r}: {harm.what}; get the file anew, or save it from "
            "its source as UTF-8"
        )


def _document(read: Extract, body_start: int, given: list[Metadata], sha256: str) -> Document:
    """The document, each field from the first place that gives it; a date and how it is known come from one place."""

    def first(field: str) -> str:
        return next((value for one in given if (value := getattr(one, field)) is not None), None) or ""

    published, basis = read.published_date, read.published_date_basis
    dated = next((one for one in given if one.published_date is not None), None)
    if dated:
        published, basis = dated.published_date, dated.published_date_basis or "stated"
    retrieved = next((one.retrieved_date for one in given if one.retrieved_date is not None), None)
    _check_dates(published, basis, retrieved)
    language = first("language") or ("zh" if han_share(read.text[body_start:]) > _CHINESE_SHARE else "en")
    return Document(
        text=read.text,
        body_start=body_start,
        title=first("title") or read.title,
        publisher=first("publisher") or read.publisher,
        published_date=published,
        published_date_basis=basis,
        region=first("region"),
        language=language,
        url=first("url") or read.url,
        licence=first("licence"),
        retrieved_date=retrieved,
        note=first("note"),
        currency=first("currency"),
        sha256=sha256,
    )


def _check_dates(published: datetime.date | None, basis: str, retrieved: datetime.date | None) -> None:
    latest = _today() + datetime.timedelta(days=1)  # it is tomorrow already where the sun rises first
    for name, day in (("published_date", published), ("retrieved_date", retrieved)):
        if day and day > latest:
            how = f" ({basis})" if name == "published_date" else ""
            raise UnusableDocument(
                f"{name} {day}{how} lies in the future: "
                "write the right one into the sidecar, or set this machine's clock"
            )
    if published and retrieved and retrieved < published:
        raise UnusableDocument(
            f"retrieved_date {retrieved} lies before published_date {published} ({basis}): correct the wrong one"
        )


def _today() -> datetime.date:
    return datetime.datetime.now().astimezone().date()
