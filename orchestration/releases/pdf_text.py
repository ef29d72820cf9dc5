"""From a PDF to its text: paragraphs again, without page numbers and running heads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from orchestration.releases.decoding import UnusableDocument, damage, is_wide
from orchestration.releases.extraction import Extract
from orchestration.releases.paragraphs import BREAK, ends_sentence, joined, words_of
from orchestration.releases.pdf_lines import Line, Page, printed_lines

_SCAN = "recognise its text (OCR), check the figures against the picture, and save it as .txt"

#: Where heads, feet and page numbers stand: above or below so much of the page.
_MARGIN = 0.12
_LONGEST_FURNITURE = 200
_PAGE_NUMBER = re.compile(
    r"(?:page\s*)?[-–—·•\s]*第?\s*([0-9]{1,4})\s*[页頁]?[-–—·•\s]*"
    r"(?:(?:/|of|共)\s*第?\s*[0-9]{1,4}\s*[页頁]?)?[-–—·•\s]*",
    re.IGNORECASE,
)
_BULLET = re.compile("^[\ufffd\ue000-\uf8ff](?=\\s)")


def pdf_text(content: bytes) -> Extract:
    """Title and text of a PDF. Raises UnusableDocument: no PDF, protected, a scan, characters that say nothing."""
    printed = printed_lines(content)
    pages = []
    for number, page in enumerate(printed.pages, start=1):
        lines = [replace(line, text=_BULLET.sub("•", line.text)) for line in page.lines]
        whole = "\n".join(line.text.replace("\x02", "-") for line in lines)
        _refuse_scan(number, len(printed.pages), whole, page)
        harm = damage(whole)
        if harm:
            raise UnusableDocument(
                f"page {number}, line {whole[: harm.offset].count(chr(10)) + 1} of its text: {harm.what}: a font does "
                "not say which characters it shows; copy the text by hand and save it as .txt"
            )
        pages.append(replace(page, lines=lines))
    if not any(page.lines for page in pages):
        raise UnusableDocument(f"holds no text on its {len(pages)} pages: it is a scan, or empty; {_SCAN}")
    return Extract(text=running_text(pages), title=printed.title)


def running_text(pages: Sequence[Page]) -> str:
    """The text of a document, joined over lines and pages; the rows of a table are lines of one paragraph."""
    lines = [(number, line) for number, page in enumerate(_without_furniture(pages)) for line in page.lines]
    if not lines:  # what is repeated on every page is then the text
        lines = [(number, line) for number, page in enumerate(pages) for line in page.lines]
    words = words_of([line.text for _, line in lines])
    distance = _usual_distance(lines)
    text = ""
    gathered: list[str] = []
    for index, (_, line) in enumerate(lines):
        if index and (separator := _separator(lines, index, distance)):
            text += joined(gathered, words) + separator
            gathered = []
        gathered.append(line.text)
    return text + joined(gathered, words)


def _refuse_scan(number: int, count: int, text: str, page: Page) -> None:
    visible = len(re.sub(r"\s", "", text)) - page.hidden
    if page.hidden > visible:
        raise UnusableDocument(
            f"page {number} of {count} is a scan with recognised text (OCR) under it, whose digits can be wrong; check "
            "the figures against the picture and save the text as .txt"
        )
    if page.picture_share > 0.5 and visible < 20:
        raise UnusableDocument(f"page {number} of {count} is a scan: a picture without text; {_SCAN}")


def _without_furniture(pages: Sequence[Page]) -> list[Page]:
    """The pages without page numbers, and without what stands at the same place of the margin on every page."""
    unwanted: set[tuple[int, int]] = set()
    numbered: list[tuple[int, int, int]] = []
    repeated: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for number, page in enumerate(pages):
        for index, line in enumerate(page.lines):
            is_inside = _MARGIN * page.height < line.bottom < (1 - _MARGIN) * page.height
            if is_inside or len(line.text) > _LONGEST_FURNITURE:
                continue
            match = _PAGE_NUMBER.fullmatch(line.text)
            if match:
                numbered.append((number, index, int(match[1]) - number))
            for key in _without_number(line.text, number + 1):
                repeated.setdefault((key, round(line.bottom / 6)), []).append((number, index))
    firsts = {first for _, _, first in numbered}
    if len(firsts) == 1 and (len(pages) > 1 or firsts == {1}):
        unwanted.update((number, index) for number, index, _ in numbered)
    for places in repeated.values():
        # The first page often has no running head.
        on_pages = {number for number, _ in places}
        if len(pages) > 1 and on_pages | ({0} if len(pages) > 2 else set()) == set(range(len(pages))):
            unwanted.update(places)
    return [
        replace(page, lines=[line for index, line in enumerate(page.lines) if (number, index) not in unwanted])
        for number, page in enumerate(pages)
    ]


def _without_number(text: str, number: int) -> Iterator[str]:
    """A line as it stands, and with the number of its page, wherever that can be, taken out: it alone may differ."""
    pattern = rf"(?<![0-9.,]){number}(?![0-9.,])"
    yield text
    yield re.sub(pattern, "\0", text)
    for match in re.finditer(pattern, text):
        yield f"{text[: match.start()]}\0{text[match.end() :]}"


def _usual_distance(lines: list[tuple[int, Line]]) -> float:
    """From line to line of a paragraph, in sizes of the letters."""
    distances = [
        (one.bottom - other.bottom) / other.size
        for (page, one), (next_page, other) in pairwise(lines)
        if page == next_page and 0 < one.bottom - other.bottom < 3 * other.size
    ]
    return median(distances) if distances else 1.5


def _separator(lines: list[tuple[int, Line]], index: int, distance: float) -> str:
    """What stands between a line and the one before it: nothing where they are one paragraph.

    A paragraph begins by its size, the gap above it, its indent, or after a line that is shorter than it needs to be.
    """
    (page_before, before), (page, line) = lines[index - 1], lines[index]
    following = lines[index + 1][1] if index + 1 < len(lines) and lines[index + 1][0] == page else None
    is_below = page_before == page and before.bottom > line.bottom
    if "\t" in line.text and "\t" in before.text and page == page_before:
        return "\n"
    is_apart = is_below and before.bottom - line.bottom > 1.25 * distance * line.size + 1
    if is_apart or not 0.88 < line.size / before.size < 1.14 or "\t" in line.text + before.text:
        return BREAK
    if before.text.endswith("\x02"):
        return ""
    margin = min([other.left for other in (before if is_below else None, following) if other] or [line.left])
    is_indented = 0.8 * line.size < line.left - margin < 8 * line.size
    if is_indented or (not is_below and ends_sentence(before.text)):
        return BREAK
    # Where the first word of this line would have found room in the line before, the line was ended on purpose.
    right = max((one.right for one in _column(lines, index - 1)), default=before.right)
    slack = 1.5 if ends_sentence(before.text) else 4.0
    return BREAK if before.right + (_width(_first_word(line.text)) + slack) * line.size < right else ""


def _first_word(text: str) -> str:
    """What a typesetter does not part: a word or a number, a Chinese character, with the punctuation after it."""
    match = re.match(r"(?:[!-~]+|.)[、。，；：？！％）》”’]*", text)
    return match[0] if match else ""


def _width(word: str) -> float:
    """The width of a word in sizes of the letters, about."""
    return sum(1.0 if is_wide(character) else 0.55 for character in word)


def _column(lines: list[tuple[int, Line]], index: int) -> Iterator[Line]:
    """The lines around one that begin at about the same place of the page."""
    left, size = lines[index][1].left, lines[index][1].size
    for _, line in lines[max(index - 8, 0) : index + 9]:
        if abs(line.left - left) < 4 * size and 0.88 < line.size / size < 1.14:
            yield line
