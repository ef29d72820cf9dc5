"""A run of fetching: every entry's documents asked for, checked, and put into raw/ or refused, each by itself."""

from __future__ import annotations

import datetime
import hashlib
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import lxml.html  # type: ignore[import-untyped]  # it has no types of its own
from filelock import FileLock, Timeout
from lxml import etree

from orchestration.fetching.addresses import Address, Allowed, UnusableAddress, is_loopback
from orchestration.fetching.client import Client, Postponed
from orchestration.fetching.content import Unacceptable, check_content, check_records, check_size, content_key
from orchestration.fetching.declaration import ComtradeEntry, Declared, Entry, FileEntry, IndexEntry
from orchestration.fetching.landing import Landing, NameTaken, Quarantine, Version, sidecar_text
from orchestration.fetching.memory import Known, Memory
from orchestration.fetching.transport import Failed
from orchestration.progress import Progress
from orchestration.releases.documents import UnusableDocument, read_document
from orchestration.settings import Settings

#: As many records as UN Comtrade gives at once to those who have a key.
COMTRADE_RECORDS = 100_000
#: What makes its records those of whole trade: no split by second partner, customs procedure or mode of transport.
_COMTRADE_WHOLE = {"partner2Code": "0", "customsCode": "C00", "motCode": "0"}
_KEY_HEADER = "Ocp-Apim-Subscription-Key"
_UNASKED = "answered 304 Not Modified to a request without conditions"
#: Larger pages of links are not for people, and take gigabytes to take apart.
_MAXIMUM_INDEX_BYTES = 10_000_000


class Outcome(StrEnum):
    """What became of a document."""

    fetched = "fetched"
    changed = "changed"  # fetched as a further version
    unchanged = "unchanged"  # it was sent whole, and says what the last version says
    not_modified = "not modified"  # the server says so
    listed = "listed"  # a page of links: they are documents of their own
    refused = "refused"
    postponed = "postponed"  # left for a later run


@dataclass(frozen=True, slots=True)
class Fetched:
    """One document and what became of it; `path` is relative to raw/, empty where nothing was written."""

    name: str
    url: str
    outcome: Outcome
    path: str = ""
    bytes: int = 0
    reason: str = ""


class FetchHeld(RuntimeError):
    """Another process is fetching."""


@dataclass(frozen=True, slots=True)
class _Document:
    """One document that an entry asks for."""

    name: str
    address: Address
    format: str
    entry: Entry
    title: str
    month: str = ""  # of an answer of Comtrade


def fetch(
    settings: Settings, entries: Sequence[Declared], progress: Progress, *, dry_run: bool = False
) -> list[Fetched]:
    """Fetch what the entries ask for. A document that fails is told of, and the others are fetched all the same.

    With `dry_run` everything is asked for and checked, and nothing is kept. Raises FetchHeld while another process
    fetches.
    """
    settings.fetch_dir.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(settings.fetch_dir / "fetch.lock", timeout=0):
            return _Run(settings, progress, dry_run).all(entries)
    except Timeout:
        raise FetchHeld("another process is fetching; try again when it has ended") from None


class _Run:
    def __init__(self, settings: Settings, progress: Progress, dry_run: bool) -> None:
        self._settings = settings
        self._progress = progress
        self._dry_run = dry_run
        self._client = Client(settings, progress.message)
        self._memory = Memory(settings.fetch_dir / "known.json")
        self._landing = Landing(settings.raw_dir)
        self._quarantine = Quarantine(settings.fetch_dir / "refused")
        self._incoming = settings.fetch_dir / "incoming"

    def all(self, entries: Sequence[Declared]) -> list[Fetched]:
        if not self._dry_run:
            self._landing.remove_unfinished()
        done: list[Fetched] = []
        with self._scratch(), self._progress.step("fetch"):
            waiting: list[_Document] = []
            for entry in entries:
                found, told = self._documents(entry)
                waiting += found
                done += told
            # What is new comes first: where requests are few, old documents are asked about the next time.
            waiting.sort(key=lambda one: bool(self._landing.versions(one.entry.into, one.name)))
            for number, document in enumerate(waiting):
                self._progress.advance(number, len(waiting), document.name)
                done.append(self._one(document))
        return done

    @contextmanager
    def _scratch(self) -> Iterator[None]:
        shutil.rmtree(self._incoming, ignore_errors=True)
        self._incoming.mkdir(parents=True)
        try:
            yield
        finally:
            shutil.rmtree(self._incoming, ignore_errors=True)

    def _documents(self, entry: Declared) -> tuple[list[_Document], list[Fetched]]:
        """What an entry asks for, and what is to be told of the entry itself."""
        if isinstance(entry, FileEntry):
            format = entry.format_of(entry.url)
            assert format is not None, "the declaration was validated"  # noqa: S101  # for mypy: the declaration would not have been read
            return [_Document(entry.name, Address.parse(entry.url), format, entry, entry.title or "")], []
        if isinstance(entry, ComtradeEntry):
            return [_comtrade(entry, month) for month in entry.months], []
        address = Address.parse(entry.url)
        try:
            links = self._links(entry, address)
        except Postponed as problem:
            return [], [Fetched(entry.name, address.url, Outcome.postponed, reason=str(problem))]
        except Exception as problem:
            return [], [self._refused(entry.name, address, "html", _in_words(problem), self._incoming / "index")]
        if not self._dry_run:
            self._quarantine.forget(entry.name)
        documents = [_linked(entry, Address.parse(link)) for link in links[: entry.maximum_links]]
        told = f"{len(documents)} links" + (f", the first of {len(links)}" if len(links) > len(documents) else "")
        return documents, [Fetched(entry.name, address.url, Outcome.listed, reason=told)]

    def _links(self, entry: IndexEntry, address: Address) -> list[str]:
        """The addresses on an index page that match, in the order of the page. It is asked for whole every time."""
        page = self._incoming / "index"
        allowed = _allowed(entry)
        response = self._client.get(address, allowed, page, headers={})
        if response.answer.status == HTTPStatus.NOT_MODIFIED:
            raise Failed(_UNASKED)
        check_content(page, "html")
        links = _matching(page, response.address, re.compile(entry.links), allowed)
        if not links:
            raise Unacceptable(f"has no link that matches {entry.links!r}")
        return links

    def _one(self, document: _Document) -> Fetched:
        """Ask for one document; whatever goes wrong with it is told of it alone."""
        content = self._incoming / f"{document.name}.{document.format}"
        try:
            return self._accepted(document, content)
        except Postponed as problem:
            return Fetched(document.name, document.address.url, Outcome.postponed, reason=str(problem))
        except Exception as problem:  # whatever it is, the others are fetched
            return self._refused(document.name, document.address, document.format, _in_words(problem), content)
        finally:
            content.unlink(missing_ok=True)

    def _accepted(self, document: _Document, content: Path) -> Fetched:
        entry = document.entry
        self._landing.check_name(entry.into, document.name)
        versions = self._landing.versions(entry.into, document.name)
        last = versions[-1] if versions else None
        known = self._memory.of(document.name, document.address.url)
        is_known = last is not None and known.version == last.label
        response = self._client.get(
            document.address,
            _allowed(entry),
            content,
            headers=known.conditions if is_known else {},
            secret_headers=self._secret_headers(entry),
        )
        if response.answer.status == HTTPStatus.NOT_MODIFIED:
            if not (is_known and known.conditions):
                raise Failed(_UNASKED)
            self._keep(document.name, known)
            return Fetched(document.name, document.address.url, Outcome.not_modified)
        size = content.stat().st_size
        _check(document, content)
        marks = _marks(document.address, response.answer.headers)
        if last is not None and _says_the_same(content, last, document):
            self._keep(document.name, replace(marks, version=last.label))
            return Fetched(document.name, document.address.url, Outcome.unchanged, bytes=size)
        if last is not None:
            factor = entry.size_factor or self._settings.fetch_size_factor
            check_size(size, last.path.stat().st_size, factor)
        now = datetime.datetime.now().astimezone()
        sidecar = self._sidecar(document, content, last, now)
        outcome = Outcome.changed if last else Outcome.fetched
        if self._dry_run:
            return Fetched(document.name, document.address.url, outcome, bytes=size, reason="dry run: not written")
        version = self._landing.accept(
            content, entry.into, document.name, format=document.format, sidecar=sidecar, now=now
        )
        self._keep(document.name, replace(marks, version=version.label))
        path = version.path.relative_to(self._settings.raw_dir).as_posix()
        return Fetched(document.name, document.address.url, outcome, path, size)

    def _sidecar(
        self, document: _Document, content: Path, last: Version | None, now: datetime.datetime
    ) -> dict[str, Any]:
        """What is written beside the file; for a release, after its reader has taken file and sidecar together."""
        if document.entry.into == "customs":
            return _customs_sidecar(document, last, now.date())
        sidecar = _release_sidecar(document, now.date())
        if last is not None:
            sidecar |= _marks_of_change(document, last, now.date())
        beside = content.with_name(f"{document.name}.yml")
        beside.write_text(sidecar_text(sidecar), encoding="utf-8")
        try:
            read = read_document(content)
        except UnusableDocument as problem:
            raise Unacceptable(f"as a release, {problem}") from problem
        finally:
            beside.unlink()
        if read.published_date is None:
            raise Unacceptable("does not say when it was published: give the entry a published_date")
        return sidecar

    def _secret_headers(self, entry: Entry) -> dict[str, str]:
        if not isinstance(entry, ComtradeEntry):
            return {}
        key = self._settings.fetch_comtrade_key.get_secret_value().strip()
        if not key:
            raise Failed("needs a key: set CUSTOMHOUSE_FETCH_COMTRADE_KEY")
        if not re.fullmatch(r"[\x21-\x7e]+", key):  # http.client would print it in its error
            raise Failed("CUSTOMHOUSE_FETCH_COMTRADE_KEY has blanks or other characters in it that no key has")
        return {_KEY_HEADER: key}

    def _keep(self, name: str, known: Known) -> None:
        if not self._dry_run:
            self._memory.keep(name, known)
            self._quarantine.forget(name)

    def _refused(self, name: str, address: Address, format: str, problem: str, content: Path | None) -> Fetched:
        reason = _printable(problem)
        if not self._dry_run:
            at = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            self._quarantine.keep(content, name, format, {"url": address.url, "at": at, "reason": reason})
        return Fetched(name, address.url, Outcome.refused, reason=reason)


def _allowed(entry: Entry) -> Allowed:
    origin = Address.parse(entry.url)
    return Allowed(origin, entry.hosts, entry.allow_http or is_loopback(origin.host), entry.allow_private_addresses)


def _marks(address: Address, headers: Mapping[str, str]) -> Known:
    """What the server says the document can be asked about with; long marks are no marks."""
    etag, last_modified = (headers.get(name, "") for name in ("etag", "last-modified"))
    return Known(address.url, *(mark if len(mark) < 500 and mark.isascii() else "" for mark in (etag, last_modified)))


def _matching(page: Path, address: Address, pattern: re.Pattern[str], allowed: Allowed) -> list[str]:
    content = page.read_bytes()
    if len(content) > _MAXIMUM_INDEX_BYTES:
        raise Unacceptable(f"is a page of links of more than {_MAXIMUM_INDEX_BYTES:,} bytes")
    try:
        root = lxml.html.document_fromstring(content)
    except (etree.LxmlError, ValueError) as problem:
        raise Unacceptable(f"cannot be taken apart: {problem}") from problem
    found: dict[str, None] = {}
    for link in root.xpath("//a/@href"):
        try:
            target = address.joined(str(link).partition("#")[0])
            allowed.check(target)
        except UnusableAddress:
            continue
        if pattern.search(target.url) and target != address:
            found[target.url] = None
    return list(found)


def _linked(entry: IndexEntry, address: Address) -> _Document:
    """The document behind a link: named after the end of its address, and a hash of the whole, for ever the same."""
    end = re.sub(r"[^a-z0-9]+", "-", address.path.lower().rpartition(".")[0] or address.path.lower()).strip("-")
    digest = hashlib.sha256(address.url.encode()).hexdigest()[:8]
    name = "-".join(filter(None, (entry.name, end[-40:].strip("-"), digest)))
    default = "html" if entry.into == "releases" else "csv"
    return _Document(name, address, entry.format_of(address.url) or default, entry, "")


def _comtrade(entry: ComtradeEntry, month: str) -> _Document:
    query = {
        **_COMTRADE_WHOLE,
        **entry.query,
        "reporterCode": entry.reporter_code,
        "period": month.replace("-", ""),
        "maxRecords": COMTRADE_RECORDS,
    }
    return _Document(
        name=f"{entry.name}-{month}",
        address=Address.parse(f"{entry.url.rstrip('/')}/C/M/HS?{urlencode(query)}"),
        format="json",
        entry=entry,
        title=f"{entry.title or f'Trade of {entry.reporter}'}, {month}",
        month=month,
    )


def _check(document: _Document, content: Path) -> None:
    check_content(content, document.format)
    if isinstance(document.entry, ComtradeEntry):
        check_records(
            content.read_bytes(),
            month=document.month,
            reporter_code=document.entry.reporter_code,
            limit=COMTRADE_RECORDS,
        )


def _says_the_same(content: Path, last: Version, document: _Document) -> bool:
    if not last.path.name.endswith(f".{document.format}"):
        return False
    is_comtrade = isinstance(document.entry, ComtradeEntry)
    return content_key(content, document.format, is_comtrade=is_comtrade) == content_key(
        last.path, document.format, is_comtrade=is_comtrade
    )


def _customs_sidecar(document: _Document, last: Version | None, today: datetime.date) -> dict[str, Any]:
    """A later file replaces the months of a former one by its day: a changed file has that on which it was fetched."""
    entry = document.entry
    published = today if last else entry.published_date or today
    if published > today:
        raise Unacceptable(f"published_date {published} lies in the future: correct it in the entry")
    fields = {
        "title": document.title or document.name,
        "publisher": entry.publisher,
        "published_date": published,
        "url": document.address.url,
        "language": entry.language,
        "licence": entry.licence,
        "retrieved_date": today,
        "reporter": entry.reporter,
        "flow": entry.flow,
        "month": entry.month,
        "note": entry.note,
    }
    return {field: value for field, value in fields.items() if value}


def _release_sidecar(document: _Document, today: datetime.date) -> dict[str, Any]:
    entry = document.entry
    fields = {
        "title": document.title,
        "publisher": entry.publisher,
        "published_date": entry.published_date,
        "region": entry.region,
        "url": document.address.url,
        "language": entry.language,
        "licence": entry.licence,
        "retrieved_date": today,
        "currency": entry.currency,
        "note": entry.note,
    }
    return {field: value for field, value in fields.items() if value}


def _marks_of_change(document: _Document, last: Version, today: datetime.date) -> dict[str, Any]:
    """What makes a changed release a document of its own, published on the day it was fetched.

    So it prevails from that day on, and contradicts nobody: files of one address, or of one publisher and day, are
    taken for one document. Its "this year" is that of the text: a change that is found in another year is refused.
    """
    try:
        before = read_document(last.path).published_date
    except UnusableDocument as problem:
        raise Unacceptable(f"has changed, and its last version {last.path.name} cannot be read: {problem}") from problem
    if before is None or before.year != today.year:
        raise Unacceptable(
            f"has changed, and was published in another year ({before}): dated today, “this year” in it would mean the "
            "wrong one. Look at both; where it is a revision, put it into raw/ by hand, with a sidecar"
        )
    if before >= today:
        raise Postponed("has changed on the day of its last version: from tomorrow on it is a further one")
    return {
        "published_date": today,
        "published_date_basis": f"day on which the change was fetched; the version before is of {before}",
        "url": f"{document.address.url}#as-of-{today}",
    }


def _in_words(problem: Exception) -> str:
    """Why a document is refused; what nobody thought of is told as what it is."""
    if isinstance(problem, (Failed, Unacceptable, NameTaken, UnusableAddress)):
        return str(problem)
    if isinstance(problem, OSError):
        return f"cannot be written: {problem.strerror or problem}"
    return f"could not be fetched, which is a defect: {type(problem).__name__}: {problem}"


def _printable(text: str) -> str:
    """A reason as one line that can be shown: servers' words may hold what a terminal obeys."""
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return line if len(line) <= 500 else f"{line[:500]}…"
