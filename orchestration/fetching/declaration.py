"""What is to be fetched: the entries of fetch.yml, validated, with errors that name entry and field."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from orchestration.fetching.addresses import Address, UnusableAddress, is_loopback

#: Entries are a few lines each; PyYAML takes time by the byte.
MAXIMUM_BYTES = 1_000_000
#: What a file may be in each folder of raw/, by the ending that its reader knows it by.
FORMATS = {
    "releases": ("html", "pdf", "docx", "txt", "md"),
    "customs": ("csv", "csv.gz", "zip", "parquet", "json"),
}
#: Where pages and files end in one of these, they are of the format.
_ENDINGS = {"htm": "html", **{one: one for formats in FORMATS.values() for one in formats}}

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000)]
#: It becomes the name of files and the id of sources, for ever.
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
Month = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
FormatName = Literal["html", "pdf", "docx", "txt", "md", "csv", "csv.gz", "zip", "parquet", "json"]


class UnusableDeclaration(Exception):
    """The declaration as a whole cannot be used; the message says where and why."""


def _url(text: str) -> str:
    try:
        return Address.parse(text).url
    except UnusableAddress as problem:
        raise ValueError(str(problem)) from None


def _host(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9.-]+(:[0-9]{1,5})?", text):
        raise ValueError(
            f"{text!r} is no host: write it as www.example.org, in lower case, with :port where it has one"
        )
    return text


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as problem:
        raise ValueError(f"{text!r} is no regular expression: {problem}") from None
    return text


def _all_different(months: tuple[str, ...]) -> tuple[str, ...]:
    if len({*months}) < len(months):
        raise ValueError("a month is listed twice")
    return months


Url = Annotated[str, AfterValidator(_url)]


class Entry(BaseModel):
    """What all entries have: a name, where they go, what the sidecar says, and what of the rules is loosened."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    url: Url
    into: Literal["releases", "customs"]
    format: FormatName | None = None

    publisher: Words
    title: Words | None = None
    published_date: datetime.date | None = None
    language: Literal["en", "zh"] | None = None
    licence: str = ""
    note: str = ""
    region: Words | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    reporter: Words | None = None
    flow: Literal["export", "import"] | None = None
    month: Month | None = None

    hosts: tuple[Annotated[str, AfterValidator(_host)], ...] = ()
    allow_http: bool = False
    allow_private_addresses: bool = False
    size_factor: Annotated[float, Field(gt=1)] | None = None

    @model_validator(mode="after")
    def _fits_its_folder(self) -> Self:
        of_customs = ("reporter", "flow", "month")
        of_releases = ("region", "currency")
        others = of_customs if self.into == "releases" else of_releases
        wrong = [field for field in others if getattr(self, field) is not None]
        if wrong:
            raise ValueError(f"{', '.join(wrong)}: no such field for {self.into}")
        if self.format is not None and self.format not in FORMATS[self.into]:
            raise ValueError(f"format: {self.into} are {', '.join(FORMATS[self.into])}, not {self.format}")
        address = Address.parse(self.url)
        if address.scheme == "http" and not self.allow_http and not is_loopback(address.host):
            raise ValueError("url: is http: write https, or allow_http: true where there is no other way")
        return self

    @property
    def document_names(self) -> list[str]:
        """The names of its documents, as far as they are known before anything was asked."""
        return [self.name]

    def format_of(self, url: str) -> str | None:
        """The format as declared, else by the ending of the address; None where neither says it."""
        if self.format:
            return self.format
        path = Address.parse(url).path.lower().partition("?")[0]
        known = [ending for ending in _ENDINGS if path.endswith(f".{ending}")]
        found = _ENDINGS[max(known, key=len)] if known else None
        return found if found in FORMATS[self.into] else None


class FileEntry(Entry):
    """One file or page, by its address."""

    kind: Literal["file"]

    @model_validator(mode="after")
    def _has_a_format(self) -> Self:
        if self.format_of(self.url) is None:
            raise ValueError(f"format: the url does not say it; write one of {', '.join(FORMATS[self.into])}")
        return self


class IndexEntry(Entry):
    """A page of links: those that match are fetched, each as a document of its own."""

    kind: Literal["index"]
    links: Annotated[Words, AfterValidator(_pattern)]
    maximum_links: Annotated[int, Field(ge=1, le=1000)] = 50

    @model_validator(mode="after")
    def _says_nothing_of_single_documents(self) -> Self:
        wrong = [field for field in ("published_date", "title", "month") if getattr(self, field) is not None]
        if wrong:
            raise ValueError(f"{', '.join(wrong)}: would be said of every document that the page links to")
        return self


class ComtradeEntry(Entry):
    """Months of one reporter from UN Comtrade's API, a file each."""

    kind: Literal["comtrade"]
    url: Url = "https://comtradeapi.un.org/data/v1/get"
    into: Literal["customs"] = "customs"
    format: Literal["json"] = "json"
    publisher: Words = "UN Comtrade"
    language: Literal["en", "zh"] | None = "en"
    reporter: Words
    reporter_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}$")]
    months: Annotated[tuple[Month, ...], Field(min_length=1), AfterValidator(_all_different)]
    query: dict[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]+$")], str | int] = Field(default_factory=dict)

    @property
    def document_names(self) -> list[str]:
        """One for each month."""
        return [f"{self.name}-{month}" for month in self.months]

    @model_validator(mode="after")
    def _keeps_to_its_own(self) -> Self:
        if Address.parse(self.url).scheme == "http" and not is_loopback(Address.parse(self.url).host):
            raise ValueError("url: the key would be sent unencrypted: write https")
        own = {"reportercode", "period", "maxrecords"} & {key.lower() for key in self.query}
        if own:
            raise ValueError(f"query: {', '.join(sorted(own))} is set by the entry's own fields")
        if self.flow or self.month or self.published_date:
            raise ValueError(
                "flow, month, published_date: its files say the first two, the day of fetching is the last"
            )
        return self


Declared = FileEntry | IndexEntry | ComtradeEntry


class _Checked(BaseModel):
    """An entry of any kind, for the sake of its validation."""

    entry: Annotated[Declared, Discriminator("kind")]


def read_declaration(path: Path) -> list[Declared]:
    """The entries of a declaration, in its order; none where there is no such file.

    Raises UnusableDeclaration for whatever is wrong with it, all entries' faults at once.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAXIMUM_BYTES + 1)
    except FileNotFoundError:
        return []
    except OSError as problem:
        raise UnusableDeclaration(f"{path} cannot be read: {problem.strerror}") from problem
    if len(content) > MAXIMUM_BYTES:
        raise UnusableDeclaration(f"{path} is larger than {MAXIMUM_BYTES:,} bytes: it is no list of entries")
    try:
        written: Any = yaml.safe_load(content.decode("utf-8-sig"))
    except Exception as problem:  # PyYAML lets KeyError, RecursionError and others out, besides its own
        raise UnusableDeclaration(f"{path} cannot be read: {' '.join(str(problem).split())}") from problem
    if written is None:
        return []
    if not isinstance(written, list):
        raise UnusableDeclaration(f"{path} is no list of entries, as `- name: …`")
    entries: list[Declared] = []
    faults: list[str] = []
    for number, one in enumerate(written, start=1):
        said = one.get("name") if isinstance(one, dict) else None
        which = f"entry {number}" + (f" ({said})" if isinstance(said, str) else "")
        try:
            entries.append(_Checked.model_validate({"entry": one}).entry)
        except ValidationError as problem:
            faults += [f"{which}: {_fault(error['loc'], error['msg'])}" for error in problem.errors()]
    names = Counter(name for entry in entries for name in {entry.name, *entry.document_names})
    faults += [f"{name}: the name of {count} entries or months" for name, count in names.items() if count > 1]
    if faults:
        raise UnusableDeclaration(f"{path} is not valid:\n" + "\n".join(f"  {fault}" for fault in faults))
    return entries


def _fault(location: tuple[int | str, ...], message: str) -> str:
    """The field and what is wrong with it; a location begins with `entry` and the kind that was validated."""
    field = ".".join(map(str, location[2:]))
    said = message.removeprefix("Value error, ")
    return f"{field}: {said}" if field else said
