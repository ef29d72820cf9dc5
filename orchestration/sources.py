"""What is known of a raw document, and what of a raw file could not be used: source and rejection records."""

from __future__ import annotations

import datetime
import unicodedata
from dataclasses import dataclass, fields

#: Categories of characters that no name of a file needs: controls, formats, ends of lines and paragraphs.
_STEERING = ("Cc", "Cf", "Zl", "Zp")

#: How the reasons read that say nothing of what is in a file.
_PASSING = ("cannot be read: ", "is not a file", "lies in the future")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One raw document: who published it, when, where, and what the file's content is (`sha256`)."""

    source_id: str
    kind: str  # the raw folder it stands in: sheets, releases, customs
    path: str  # relative to raw/
    title: str
    publisher: str
    published_date: datetime.date
    published_date_basis: str  # how the date is known: stated, address of the page, …
    url: str
    language: str
    licence: str
    retrieved_date: datetime.date | None
    sha256: str
    region_id: str
    currency: str  # in which the source's growths and shares of value are measured, unless it says otherwise
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A raw row, or a whole file (`row_number` None), that was not loaded: where it stands and why."""

    source_kind: str
    file: str
    row_number: int | None  # as an editor counts lines: the header is 1
    column_name: str
    reason: str
    raw_text: str = ""

    @property
    def may_pass(self) -> bool:
        """Whether the file was not read for a reason that may be gone the next time: a failing disk, a wrong clock."""
        return self.row_number is None and any(sign in self.reason for sign in _PASSING)


def readable_name(path: str) -> str:
    """A path as text that can be stored and printed.

    Bytes of a file name that are not UTF-8 are shown as `\\xNN`; so are control characters, ends of lines and
    marks that turn the order of the characters around: they would show one name as another.
    """
    text = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(
        character.encode("unicode_escape").decode() if unicodedata.category(character) in _STEERING else character
        for character in text
    )


def record_types(record: type) -> dict[str, str]:
    """Column name to DuckDB type of a record (a dataclass of texts, numbers, dates and truth values), in its order."""
    names = {"datetime.date": "DATE", "int": "INTEGER", "Decimal": "DECIMAL(28, 4)", "bool": "BOOLEAN"}
    return {field.name: names.get(str(field.type).removesuffix(" | None"), "VARCHAR") for field in fields(record)}


SOURCE_TYPES = record_types(Source)
REJECTION_TYPES = record_types(Rejection)
