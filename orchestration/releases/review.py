"""One release as a person reviews it: its document, and its reading with corrections applied."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from pathlib import Path

from orchestration.codes import CodeLists
from orchestration.figures import UNMAPPED
from orchestration.releases.corrections import InvalidCorrections, apply_corrections, corrections_path
from orchestration.releases.documents import Document, UnusableDocument, read_document
from orchestration.releases.marks import Mark, marks_of
from orchestration.releases.reading import MissingPublicationDate, ReleaseReading, read_text
from orchestration.sources import readable_name


class UnusableRelease(ValueError):
    """A release that cannot be read as it stands; says why and what to add."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A release and what was understood of it; `corrections` is the file that was applied, where there is one."""

    path: Path
    document: Document
    source_id: str
    region_id: str
    reading: ReleaseReading
    corrections: Path | None

    @property
    def marks(self) -> list[Mark]:
        """The numbers of the text in their order, with their figures."""
        return marks_of(self.reading, self.document.text)


def review_release(
    path: Path,
    codes: CodeLists,
    *,
    published: datetime.date | None = None,
    region_id: str = "",
    with_corrections: bool = True,
) -> Review:
    """Read a release; `published` and `region_id` come before what its document says of itself.

    Raises UnusableRelease: what is wrong, without the name of the file, and what to do.
    """
    source_id = readable_name(path.stem)
    corrections = corrections_path(path) if with_corrections and corrections_path(path).exists() else None
    try:
        document = read_document(path)
        document = replace(document, published_date=published or document.published_date)
        region_id = region_id or _region_id(document, path, codes)
        reading = read_text(
            document.text,
            codes=codes,
            source_id=source_id,
            region_id=region_id,
            published=document.published_date,
            body_start=document.body_start,
            title=document.title,
        )
        if corrections:
            reading = apply_corrections(
                reading,
                corrections,
                document_sha256=document.sha256,
                text=document.text,
                source_id=source_id,
                codes=codes,
            )
    except (UnusableDocument, MissingPublicationDate, InvalidCorrections) as problem:
        raise UnusableRelease(str(problem)) from problem
    return Review(
        path=path,
        document=document,
        source_id=source_id,
        region_id=region_id,
        reading=reading,
        corrections=corrections,
    )


def _region_id(document: Document, path: Path, codes: CodeLists) -> str:
    """The region that the document says it is about."""
    how = f"add --region with a code or a name such as CN-XJ, or `region:` to {_sidecar(path)}"
    if not document.region.strip():
        raise UnusableRelease(f"does not say which region it is about: {how}")
    region_id = codes.resolve("region", document.region)
    if region_id == UNMAPPED:
        raise UnusableRelease(f"names a region that no code list knows, {document.region!r}: {how}")
    return region_id


def _sidecar(path: Path) -> str:
    return f"{readable_name(path.with_suffix('.yml').name)} beside it"
