"""From a Word document (.docx) to its text: what a reader of the page sees, paragraph by paragraph."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from posixpath import dirname, join, normpath

from lxml import etree  # type: ignore[import-untyped]  # it has no types of its own

from orchestration.releases.decoding import UnusableDocument, sniff
from orchestration.releases.extraction import Extract
from orchestration.releases.paragraphs import BREAK, lowered, raised

#: The XML of a release is a few hundred thousand bytes; a small archive can be made to unpack to terabytes.
MAXIMUM_PART_BYTES = 50_000_000
_SAVE_ANEW = "open it in Word and save it anew as .docx"

#: Text that is struck out, moved away, hidden or of another kind: it does not stand on the page as a statement.
_PASSED_OVER = frozenset(
    (
        "del",
        "moveFrom",
        "delText",
        "instrText",
        "delInstrText",
        "rt",
        "Fallback",
        "pPr",
        "tblPr",
        "trPr",
        "tcPr",
        "sectPr",
    )
)
_BREAKS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_OFF = frozenset(("0", "false", "off", "none"))


def docx_text(content: bytes) -> Extract:
    """Title and text of a Word document. Raises UnusableDocument: no such document, protected, or far too large."""
    if not content.startswith(b"PK"):
        known = sniff(content)
        what = f"by its content {known[0]}: {known[1]}" if known else f"no zip archive (byte 0): {_SAVE_ANEW}"
        raise UnusableDocument(f"is not a Word document but {what}")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeError, RecursionError) as problem:
        raise UnusableDocument(f"is not a whole Word document: {problem}; {_SAVE_ANEW}") from problem
    with archive:
        main = _main_part(archive)
        body = _xml(archive, main)
        if _name(body) != "document":
            raise UnusableDocument(f"is not a Word document: its part {main} is a {_name(body)}; {_SAVE_ANEW}")
        paragraphs = list(_paragraphs(body))
        folder = dirname(main)
        for notes in ("footnotes.xml", "endnotes.xml"):
            if join(folder, notes) in archive.namelist():
                paragraphs += _paragraphs(_xml(archive, join(folder, notes)))
        title = ""
        if "docProps/core.xml" in archive.namelist():
            title = "".join(_xml(archive, "docProps/core.xml").xpath("string(//*[local-name() = 'title'])")).strip()
    return Extract(text=BREAK.join(paragraphs), title=title)


def _main_part(archive: zipfile.ZipFile) -> str:
    """The part with the text; some programs do not name it word/document.xml."""
    if "_rels/.rels" in archive.namelist():
        for relation in _xml(archive, "_rels/.rels"):
            if str(relation.get("Type", "")).endswith("/officeDocument"):
                return normpath(str(relation.get("Target", "")).lstrip("/"))
    return "word/document.xml"


def _xml(archive: zipfile.ZipFile, part: str) -> etree._Element:
    try:
        information = archive.getinfo(part)
    except KeyError as problem:
        raise UnusableDocument(
            f"is not a Word document: its archive has no part {part[:80]!r}; {_SAVE_ANEW}"
        ) from problem
    if information.file_size > MAXIMUM_PART_BYTES:
        raise UnusableDocument(
            f"its part {part} unpacks to {information.file_size:,} bytes, more than {MAXIMUM_PART_BYTES:,}: it is "
            "not a release"
        )
    try:
        with archive.open(information) as packed:
            content = packed.read(MAXIMUM_PART_BYTES + 1)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
        RuntimeError,
    ) as problem:
        reason = "it is protected by a password" if "encrypted" in str(problem) else str(problem)
        raise UnusableDocument(f"its part {part} cannot be unpacked: {reason}; {_SAVE_ANEW}") from problem
    if b"<!DOCTYPE" in content or "<!DOCTYPE".encode("utf-16-le") in content:
        raise UnusableDocument(f"its part {part} declares a document type, as no program that writes .docx does")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise UnusableDocument(f"its part {part} is not whole: {problem}; {_SAVE_ANEW}") from problem


def _name(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _paragraphs(parent: etree._Element) -> Iterator[str]:
    """The paragraphs and tables in an element, in order; none of them is empty."""
    for element in parent:
        match _name(element):
            case name if name in _PASSED_OVER:
                continue
            case "p":
                text = _text(element).strip()
                if text:
                    yield text
                for box in element.iter("{*}txbxContent"):
                    if not _is_passed_over(box, element):
                        yield from _paragraphs(box)
            case "tbl":
                yield from _table(element)
            case _:
                yield from _paragraphs(element)


def _is_passed_over(box: etree._Element, paragraph: etree._Element) -> bool:
    """Whether a text box of a paragraph stands in something that is not read, or in another text box of it."""
    for above in box.iterancestors():
        if above is paragraph:
            return False
        if _name(above) == "txbxContent" or _name(above) in _PASSED_OVER:
            return True
    return True


def _table(table: etree._Element) -> Iterator[str]:
    """One line a row, cells separated by a tab; a table within a cell is words of that cell."""
    rows = []
    for row in table.iterchildren("{*}tr", "{*}sdt", "{*}ins"):
        for one in [row] if _name(row) == "tr" else row.iter("{*}tr"):
            cells = [
                " ".join(" ".join(_paragraphs(cell)).split()) for cell in one.iter("{*}tc") if _row_of(cell) is one
            ]
            if any(cells):
                rows.append("\t".join(cells).rstrip())
    if rows:
        yield "\n".join(rows)


def _row_of(cell: etree._Element) -> etree._Element | None:
    return next(cell.iterancestors("{*}tr"), None)


def _text(element: etree._Element) -> str:
    """The text of a paragraph or of a part of it."""
    parts: list[str] = []
    for child in element:
        name = _name(child)
        if name in _PASSED_OVER or name == "txbxContent":
            continue
        if name == "t":
            parts.append(child.text or "")
        elif name in _BREAKS:
            is_page = any(key.endswith("}type") and value == "page" for key, value in child.attrib.items())
            parts.append("" if is_page else _BREAKS[name])
        elif name == "r":
            parts.append(_run(child))
        else:
            parts.append(_text(child))
    return "".join(parts)


def _run(run: etree._Element) -> str:
    text = _text(run)
    for properties in run.iterchildren("{*}rPr"):
        for one in properties:
            value = next((value for key, value in one.attrib.items() if key.endswith("}val")), "true")
            match _name(one):
                case "vanish" | "strike" | "dstrike" if value not in _OFF:
                    return ""
                case "vertAlign" if value == "superscript":
                    return raised(text)
                case "vertAlign" if value == "subscript":
                    return lowered(text)
    return text
