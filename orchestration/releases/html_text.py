"""From a saved page to its main text: what a visitor reads of the release, without the site around it."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass

import lxml.html  # type: ignore[import-untyped]  # it has no types of its own
from lxml import etree

from orchestration.releases.decoding import UnusableDocument, decode, is_wide
from orchestration.releases.extraction import Extract
from orchestration.releases.html_page import page_statements
from orchestration.releases.paragraphs import BREAK, ends_sentence, lowered, raised

#: A page that carries a release has some thousand elements; the work grows with their number.
MAXIMUM_ELEMENTS = 50_000
MAXIMUM_CHARACTERS = 1_000_000
_BY_HAND = "copy the text of the release into a .txt file"

#: What a visitor does not see, or does not read as text of the page.
# fmt: off
_UNSEEN = (
    "script", "style", "template", "noscript", "iframe", "object", "embed", "applet", "svg", "canvas", "audio",
    "video", "map", "head", "nav", "button", "select", "datalist", "textarea", "input", "del", "s", "strike",
)
# fmt: on
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
# fmt: off
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hr", "html", "legend", "li", "main", "menu", "ol", "p", "pre", "section", "summary", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "ul",
))
# fmt: on
_DIVISIONS = frozenset(("div", "section", "article", "main", "td", "body", "form", "blockquote", "html"))
#: Names of containers that say that they hold the main text.
_MAIN = re.compile(r"content|article|text|detail|zoom|editor|body|main|story|entry|post", re.IGNORECASE)
_LINE_BREAK = "\x1e"
#: What XML does not allow for a character. It stands for one that is lost, and can be a digit.
_NO_CHARACTER = re.compile("[\0-\x08\x0b\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPACE = re.compile(r"[ \t\n\r\f]+")
_CHARSET = re.compile(
    rb"""<(?:meta[^>]{0,500}?charset|\?xml[^>]{0,200}?encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE
)
_PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789")
#: So many characters at the beginning and end of a paragraph make sure that it is the same one.
_TELLING = 12


@dataclass(slots=True)
class _Block:
    """A paragraph, a heading, an item or a table: how many of its characters are links, and what it stands in."""

    text: str
    linked: int
    inside: etree._Element

    @property
    def is_links(self) -> bool:
        return self.linked > 0.7 * len(self.text)


def html_text(content: bytes) -> Extract:
    """What a page states, and its main text. Raises UnusableDocument: no text in it, too large, of unknown encoding."""
    charset = _CHARSET.search(content[:8192])
    source = decode(content, stated=charset[1].decode() if charset else "")
    if not re.search(r"<[a-zA-Z!?/]", source):
        raise UnusableDocument("holds no HTML: name it .txt if it is text")
    tree = _parsed(source)
    statements = page_statements(tree, source)
    if _squeeze(tree) > MAXIMUM_CHARACTERS:
        raise UnusableDocument(f"holds more than {MAXIMUM_CHARACTERS:,} characters of text: it is not one release")
    for element in [*tree.iter(*_UNSEEN)]:
        _take_out(element)
    for element in tree.xpath("//*[@hidden or @style]"):
        if element.get("hidden") is not None or _HIDDEN_STYLE.search(element.get("style", "")):
            _take_out(element)
    blocks = _blocks(tree)
    if not blocks:
        raise UnusableDocument(f"holds no text that can be seen: a script may have made the page; {_BY_HAND}")
    text = BREAK.join(block.text for block in _main(blocks, _extracted(tree)))
    if not text:
        raise UnusableDocument(f"holds no main text that can be told from the page around it; {_BY_HAND}")
    return Extract(
        text=text,
        title=statements.title,
        publisher=statements.publisher,
        published_date=statements.published_date,
        published_date_basis=statements.published_date_basis,
        url=statements.url,
    )


def _parsed(source: str) -> etree._Element:
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        tree = lxml.html.document_fromstring(source.encode(), parser=parser)
    except (etree.LxmlError, ValueError) as problem:
        raise UnusableDocument(f"is not HTML that can be read: {problem}; {_BY_HAND}") from problem
    # The parser goes on after every fault, but where it is nested too deep or a text too long it leaves the rest out.
    for fault in parser.error_log:
        if fault.level_name == "FATAL" or "depth" in fault.message.lower() or "huge" in fault.message.lower():
            raise UnusableDocument(f"line {fault.line}: {fault.message.strip()}; {_BY_HAND}")
    if sum(1 for _ in tree.iter()) > MAXIMUM_ELEMENTS:
        raise UnusableDocument(f"has more than {MAXIMUM_ELEMENTS:,} elements: it is not one release; {_BY_HAND}")
    return tree


def _squeeze(tree: etree._Element) -> int:
    """Make one of many spaces, as browsers do, and count the characters; what follows takes long over long runs."""
    size = 0
    for element in tree.iter():
        if element.text and element.tag not in ("script", "style"):
            element.text = _squeezed(element.text)
            size += len(element.text)
        if element.tail:
            element.tail = _squeezed(element.tail)
            size += len(element.tail)
    return size


def _squeezed(text: str) -> str:
    return _SPACE.sub(_one_space, _NO_CHARACTER.sub("\ufffd", text))


def _one_space(run: re.Match[str]) -> str:
    return "\n" if "\n" in run[0] else " "


def _take_out(element: etree._Element) -> None:
    """Take an element out, but not the text behind it."""
    if element.getparent() is not None:
        element.drop_tree()


def _extracted(tree: etree._Element) -> list[str]:
    """The pieces of text that the extractor takes for the main text."""
    import trafilatura

    page = copy.deepcopy(tree)
    # The extractor leaves out paragraphs by the names of their classes, and headings that nothing follows. What holds
    # text itself, and what holds most of the text, is taken without regard to its name.
    for element in page.iter("p", "span", "font", "b", "strong", "table", "tbody", "tr", "td", "th", "li", "ul", "ol"):
        element.attrib.clear()
    for element in [*page.iter("h2", "h3", "h4", "h5", "h6")]:
        element.attrib.clear()
        element.tag = "p"
    element = page
    half = _size_without_links(page) / 2
    while len(element):
        element = max(element, key=_size_without_links)
        if _size_without_links(element) < half:
            break
        if not _MAIN.search(f"{element.get('class', '')} {element.get('id', '')}"):
            element.attrib.clear()
    try:
        found = trafilatura.bare_extraction(
            page, include_comments=False, include_tables=True, favor_recall=True, with_metadata=False
        )
    except Exception as problem:  # whatever a page brings its library to
        raise UnusableDocument(f"defeats the extractor ({type(problem).__name__}: {problem}); {_BY_HAND}") from problem
    body = None if found is None or isinstance(found, dict) else found.body
    return [] if body is None else [piece for text in body.itertext() if (piece := _compact(text))]


def _size_without_links(element: etree._Element) -> int:
    links = sum(len("".join(link.text_content().split())) for link in element.iter("a"))
    return len("".join(element.text_content().split())) - links


def _main(blocks: list[_Block], extracted: list[str]) -> list[_Block]:
    """The blocks from the first to the last that the extractor found, without those between them that are links.

    It can leave out a paragraph in the midst of the text for a name that the page gave it; then its figures would be
    lost without a word.
    """
    whole = "".join(extracted)
    windows = {whole[start : start + _TELLING] for start in range(len(whole) - _TELLING + 1)}
    pieces = set(extracted)
    compacts = [_compact(block.text) for block in blocks]
    is_found = [
        compact[:_TELLING] in windows and compact[-_TELLING:] in windows
        if len(compact) >= _TELLING
        else compact in pieces
        for compact in compacts
    ]
    places = [index for index, found in enumerate(is_found) if found]
    telling = [index for index in places if len(compacts[index]) >= _TELLING and not blocks[index].is_links] or places
    if not telling:
        return []
    between = range(_reach(blocks, telling[0], -1), _reach(blocks, telling[-1], 1) + 1)
    kept = [index for index in between if is_found[index] or not blocks[index].is_links]
    found_size = sum(len(compacts[index]) for index in between if is_found[index])
    if sum(len(compacts[index]) for index in kept) > 2 * found_size:  # found here and there: no text in one piece
        kept = [index for index in between if is_found[index]]
    return [blocks[index] for index in kept]


def _reach(blocks: list[_Block], index: int, step: int) -> int:
    """How far the text goes on from a block at its end: over what stands in the same element and is no links.

    Short lines tell too little to be found by themselves.
    """
    container = blocks[index].inside
    while container.tag != "body" and 0 <= index + step < len(blocks):
        following = blocks[index + step]
        if following.is_links or not (following.inside is container or container in following.inside.iterancestors()):
            break
        index += step
    return index


def _compact(text: str) -> str:
    return "".join(text.translate(_PLAIN_DIGITS).split())


def _blocks(root: etree._Element) -> list[_Block]:
    """The text of an element, block by block, in the order of the page; none of them is empty."""
    blocks: list[_Block] = []
    parts: list[str] = []
    containers: list[etree._Element] = []
    linked = links = raising = lowering = keeping = 0

    def add(text: str | None) -> None:
        nonlocal linked
        if text:
            text = text.replace(_LINE_BREAK, " ")
            text = raised(text) if raising else lowered(text) if lowering else text
            parts.append(text.replace("\n", _LINE_BREAK) if keeping else text)
            linked += len(text.strip()) if links else 0

    def end_block() -> None:
        nonlocal linked
        text = _tidy("".join(parts))
        if text:
            # What stands in a division beside paragraphs is a paragraph of it; a paragraph is one of what holds it.
            innermost = containers[-1] if containers else root
            parent = innermost.getparent()
            inside = innermost if innermost.tag in _DIVISIONS or parent is None else parent
            blocks.append(_Block(text, linked, inside))
        parts.clear()
        linked = 0

    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        is_start = event == "start"
        if not isinstance(tag, str):
            continue
        if tag in _BLOCKS:
            end_block()
            if is_start:
                containers.append(element)
            else:
                containers.pop()
        step = 1 if is_start else -1
        links += step * (tag == "a")
        raising += step * (tag == "sup")
        lowering += step * (tag == "sub")
        keeping += step * (tag == "pre")
        if is_start:
            if tag == "table" and (rows := _rows(element)):
                blocks.append(_Block(rows, 0, element.getparent() if element is not root else element))
                walk.skip_subtree()
                continue
            if tag == "br":
                parts.append(_LINE_BREAK)
            add(element.text)
        elif element is not root:
            add(element.tail)
    end_block()
    return blocks


def _rows(table: etree._Element) -> str:
    """One line a row, cells separated by a tab; "" for a table that only lays out the page."""
    if table.find(".//table") is not None:
        return ""
    rows = [[cell for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr")]
    if max(map(len, rows), default=0) < 2:
        return ""
    lines = []
    for row in rows:
        cells = [" ".join(" ".join(block.text for block in _blocks(cell)).split()) for cell in row]
        if max(map(len, cells), default=0) > 300:
            return ""
        if any(cells):
            lines.append("\t".join(cells).rstrip())
    return "\n".join(lines)


def _tidy(text: str) -> str:
    """A block's text as a browser shows it: one space for any, and none for a line feed of the source within Chinese.

    A line break of the page begins a paragraph where it follows the end of a sentence, another break or stands before
    an indent; else it stays a line feed.
    """
    lines = _join_lines_of_source(text).split(_LINE_BREAK)
    tidy = ""
    separator = ""
    for line in (_SPACE.sub(" ", one) for one in lines):
        words = line.strip()
        if not words:
            separator = BREAK if tidy and separator else separator
            continue
        is_indented = line.startswith(("\u3000", "\xa0\xa0", "\xa0 ", " \xa0"))
        if tidy:
            tidy += BREAK if separator == BREAK or is_indented or ends_sentence(tidy) else "\n"
        tidy += words
        separator = "\n"
    return tidy


def _join_lines_of_source(text: str) -> str:
    def joint(match: re.Match[str]) -> str:
        before, after = text[max(match.start() - 1, 0) : match.start()], text[match.end() : match.end() + 1]
        return "" if before and after and is_wide(before) and is_wide(after) else " "

    return re.sub(r" ?\n ?", joint, text)
