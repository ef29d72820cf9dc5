"""From a PDF to its lines of text, each with its place on the page."""

from __future__ import annotations

import contextlib
import ctypes
import math
from dataclasses import dataclass
from typing import Any

from orchestration.releases.decoding import UnusableDocument, is_wide
from orchestration.releases.paragraphs import raised

#: A release has a few pages; the yearbooks that have more are not prose.
MAXIMUM_PAGES = 200
MAXIMUM_CHARACTERS = 5_000_000

_HYPHEN = 0x02  # what pdfium makes of a hyphen at the end of a line
_INVISIBLE = 3  # text rendering mode: how text recognition lays its result over a scan
#: A gap of so many times the size of the letters parts two cells of a table.
_CELL_GAP = 1.2


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page and its place, in points from the page's lower left corner.

    A hyphen at its end that pdfium takes for one of word division is `\\x02`; cells of a table row have a tab between
    them.
    """

    text: str
    left: float
    right: float
    bottom: float
    size: float  # of its letters


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its lines in the order of the file, and what speaks for a scan."""

    height: float
    lines: list[Line]
    hidden: int = 0  # letters that are there to be found and not to be seen
    picture_share: float = 0.0  # how much of it the largest picture covers


@dataclass(frozen=True, slots=True)
class PrintedLines:
    """The title that a PDF was given, and its pages."""

    title: str
    pages: list[Page]


def printed_lines(content: bytes) -> PrintedLines:
    """Title and lines of a PDF. Raises UnusableDocument: no PDF, protected, too many pages."""
    import pypdfium2  # type: ignore[import-untyped]  # it has no types of its own

    try:
        document = pypdfium2.PdfDocument(content)
        count = len(document)
    except pypdfium2.PdfiumError as problem:
        if "password" in str(problem).lower():
            raise UnusableDocument("is protected by a password: save it without one") from problem
        raise UnusableDocument(
            "is not a whole PDF: no page can be found in it; save or print it anew as PDF"
        ) from problem
    if count > MAXIMUM_PAGES:
        raise UnusableDocument(
            f"has {count} pages, and a release at most {MAXIMUM_PAGES}: cut out the pages that state figures"
        )
    pages: list[Page] = []
    characters = 0
    for number in range(count):
        try:
            pages.append(_page(document[number]))
        except pypdfium2.PdfiumError as problem:
            raise UnusableDocument(f"page {number + 1} cannot be read; save or print it anew as PDF") from problem
        characters += sum(len(line.text) for line in pages[-1].lines)
        if characters > MAXIMUM_CHARACTERS:
            raise UnusableDocument(
                f"holds more than {MAXIMUM_CHARACTERS:,} characters by page {number + 1}: it is not a release"
            )
    title = ""
    with contextlib.suppress(pypdfium2.PdfiumError, UnicodeError):
        title = document.get_metadata_value("Title")
    return PrintedLines(title, pages)


def _page(page: Any) -> Page:
    import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

    width, height = page.get_size()
    text = page.get_textpage()
    count = text.count_chars()
    if count > MAXIMUM_CHARACTERS:
        raise UnusableDocument(f"holds more than {MAXIMUM_CHARACTERS:,} characters on one page: it is not a release")
    lines = [_Line()]
    hidden = 0
    is_ended = False
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(text, index)
        if code in (0x0A, 0x0D):
            is_ended = True
            continue
        letter = _letter(pdfium, text, index, code)
        is_seen = pdfium.FPDFText_IsGenerated(text, index) == 1
        if is_seen or letter.isspace():
            lines[-1].add_space(is_seen=is_seen)
            continue
        left, bottom, right, top = text.get_charbox(index)
        baseline = _baseline(pdfium, text, index, bottom)
        size = _size(pdfium, text, index) or top - bottom
        if is_ended or lines[-1].ends_in_hyphen:
            if not lines[-1].goes_on_at(left, baseline):
                lines.append(_Line())
            elif left - lines[-1].right > 0.15 * size:
                lines[-1].add_space(is_seen=True)
        is_ended = False
        lines[-1].add(letter, left, right, baseline, max(size, 1.0))
        if pdfium.FPDFTextObj_GetTextRenderMode(pdfium.FPDFText_GetTextObject(text, index)) == _INVISIBLE:
            hidden += 1
    largest = 0.0
    for picture in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        left, bottom, right, top = picture.get_bounds()
        largest = max(largest, (right - left) * (top - bottom))
    return Page(
        height=height,
        lines=[line.finished() for line in lines if line.letters],
        hidden=hidden,
        picture_share=largest / (width * height) if width * height else 0.0,
    )


def _letter(pdfium: Any, text: Any, index: int, code: int) -> str:
    if code == _HYPHEN:
        return chr(_HYPHEN)
    # pdfium gives a code for glyphs of fonts that do not say which characters they show, too; it means nothing.
    if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF or code & 0xFFFE == 0xFFFE:
        return "\ufffd"
    if pdfium.FPDFText_HasUnicodeMapError(text, index) == 1:
        return "\ufffd"
    return chr(code)


def _baseline(pdfium: Any, text: Any, index: int, bottom: float) -> float:
    """The height of the line that a letter stands on; what hangs below it does not count."""
    x, y = ctypes.c_double(), ctypes.c_double()
    return y.value if pdfium.FPDFText_GetCharOrigin(text, index, x, y) else bottom


def _size(pdfium: Any, text: Any, index: int) -> float:
    """The size of a letter in points of the page; the size of its font alone is before all scaling."""
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFText_GetMatrix(text, index, matrix):
        return 0.0
    return float(pdfium.FPDFText_GetFontSize(text, index)) * math.hypot(matrix.c, matrix.d)


class _Line:
    """A line in the making: its letters, and before which of them there is a space."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.gaps: dict[int, float] = {}  # the letter that a space stands before, and the width of the space
        self.seen_gaps: set[int] = set()  # those that the file does not write
        self.left = self.right = self.bottom = self.size = 0.0
        self._next_space = ""  # "seen" or "written", where one is to come

    @property
    def ends_in_hyphen(self) -> bool:
        """Whether pdfium sees a hyphen of word division at its end so far."""
        return bool(self.letters) and self.letters[-1] == chr(_HYPHEN)

    def add_space(self, *, is_seen: bool) -> None:
        """Put a space before the next letter: one that the file writes, or one that pdfium sees in its place."""
        if self.letters and self._next_space != "written":
            self._next_space = "seen" if is_seen else "written"

    def goes_on_at(self, left: float, baseline: float) -> bool:
        """Whether a letter there is of this line still: pdfium ends lines at raised digits, and between cells."""
        return (
            bool(self.letters) and abs(baseline - self.bottom) < 0.3 * self.size and left > self.right - 0.1 * self.size
        )

    def add(self, letter: str, left: float, right: float, baseline: float, size: float) -> None:
        """Put a letter at the end."""
        if not self.letters:
            self.left, self.right, self.bottom, self.size = left, right, baseline, size
        gap = left - self.right
        if self.letters and (self._next_space or gap > _CELL_GAP * max(size, self.size)):
            self.gaps[len(self.letters)] = gap
            if self._next_space != "written":
                self.seen_gaps.add(len(self.letters))
        is_raised = size < 0.75 * self.size and baseline > self.bottom + 0.2 * size
        if is_raised and letter.isascii() and letter.isdigit():
            letter = raised(letter)
        elif size > self.size:
            self.bottom, self.size = baseline, size
        self.letters.append(letter)
        self.left, self.right = min(self.left, left), max(self.right, right)
        self._next_space = ""

    def finished(self) -> Line:
        """The line with its spaces. Wide gaps part cells, unless the line was stretched to its width."""
        narrowest, widest = min(self.gaps.values(), default=0.0), max(self.gaps.values(), default=0.0)
        is_stretched = len(self.gaps) > 1 and widest < min(1.6 * narrowest, 4 * self.size)
        is_loose = len(self.seen_gaps) > max(3, len(self.letters) / 5)
        text = ""
        for index, letter in enumerate(self.letters):
            if index in self.gaps:
                # Between Chinese characters, which fill their square, stretching shows as a gap; marks do not fill it.
                is_small = is_loose and (is_stretched or self.gaps[index] < 0.6 * self.size or text[-1] in "、，。；：")
                is_beside_wide = is_wide(letter) or is_wide(text[-1])
                if not is_stretched and not (is_small and is_beside_wide) and self.gaps[index] > _CELL_GAP * self.size:
                    text += "\t"
                elif not (is_small and is_beside_wide and index in self.seen_gaps):
                    text += " "
            text += letter
        return Line(text, self.left, self.right, self.bottom, self.size)
