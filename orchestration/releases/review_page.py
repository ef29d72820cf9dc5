"""A reading as a page: one file that a person can review in a browser, with nothing fetched from anywhere."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, tostring

from orchestration.figures import FIGURE_COLUMNS, Figure
from orchestration.releases.marks import (
    KIND_NAMES,
    KINDS,
    SIGNS,
    Mark,
    counts_of,
    described,
    grouped_number,
    readings,
)
from orchestration.releases.records import cell_text
from orchestration.releases.review import Review
from orchestration.visible import visible

_BLANK_LINES = re.compile(r"\n\s*\n")
_EXPLANATION = (
    "Point at a number, tap it or reach it with the Tab key to see what it was taken for; Escape closes. Marks: "
    + ", ".join(f"{sign} {KIND_NAMES[kind]}" for kind, sign in SIGNS.items())
    + "."
)


def write_review_page(reviews: Sequence[Review], path: Path) -> None:
    """Write the page for these releases at `path`, whole or not at all; raises OSError where it cannot be written."""
    path = path.resolve()  # what a link points to is replaced, not the link
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)  # of a process that was killed, or put there: it is never followed
    try:
        with beside.open("xb") as file:
            file.write(review_page(reviews).encode("utf-8", "backslashreplace"))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def review_page(reviews: Sequence[Review]) -> str:
    """The page as HTML. All text of a release goes into it as text: the tree escapes what it is given."""
    style, script = (_beside(f"review_page.{suffix}") for suffix in ("css", "js"))
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    marks = [review.marks for review in reviews]
    titles = [_title(review) for review in reviews]
    head = _element(
        "head",
        _element("meta", charset="utf-8"),
        _element("meta", **{"http-equiv": "Content-Security-Policy", "content": policy}),
        _element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        _element("meta", name="referrer", content="no-referrer"),
        _element("title", f"Review: {', '.join(titles)}"),
        _element("style", style),
    )
    body = _element(
        "body",
        _element("a", "To the figures", {"class": "skip"}, href="#figures-1"),
        _legend([mark for own in marks for mark in own]),
        _element(
            "main",
            _element("p", _EXPLANATION, {"class": "how"}),
            *(
                _article(number, review, own, title)
                for number, (review, own, title) in enumerate(zip(reviews, marks, titles, strict=True), 1)
            ),
        ),
        _element("div", id="panel", role="group", hidden="", **{"aria-label": "The number pointed at"}),
        _element("script", script),
    )
    return "<!DOCTYPE html>\n" + tostring(_element("html", head, body, lang="en"), encoding="unicode", method="html")


def _legend(marks: Sequence[Mark]) -> Element:
    """Kinds with their counts, each of which can be taken off the page."""
    counts = counts_of(marks)
    legend = _element("fieldset", _element("legend", f"{len(marks):,} numbers"), {"class": "legend"})
    for kind in KINDS:
        legend.append(
            _element(
                "label",
                _element("input", type="checkbox", id=f"show-{kind}", checked="", autocomplete="off"),
                _element("span", f"{SIGNS[kind]} {KIND_NAMES[kind]}", {"class": f"kind {kind}"}),
                _element("span", f"{counts[kind]:,}", {"class": "count"}),
            )
        )
    return legend


def _article(number: int, review: Review, marks: Sequence[Mark], title: str) -> Element:
    """One release: its facts, its text with the numbers marked, and the list of them."""
    document = review.document
    language = {"lang": document.language} if document.language else {}
    facts = (
        review.path.name,
        document.publisher,
        f"published {document.published_date}" if document.published_date else "publication date not stated",
        f"about {review.region_id}",
        f"with the corrections of {review.corrections.name}" if review.corrections else "",
    )
    return _element(
        "article",
        _element("h1", title, language),
        _element("p", " · ".join(filter(None, facts)), {"class": "facts"}),
        _element("div", *_paragraphs(number, review, marks), {"class": "text", "dir": "auto", **language}),
        _element("h2", "Numbers, in the order of the text", id=f"figures-{number}"),
        _element(
            "ol",
            *(_entry(number, position, mark, language) for position, mark in enumerate(marks, 1)),
            {"class": "figures", "role": "list"},
        ),
    )


def _paragraphs(number: int, review: Review, marks: Sequence[Mark]) -> Iterator[Element]:
    text = review.document.text
    paragraph: list[Element | str] = []
    position = review.document.body_start
    for count, mark in enumerate(marks, 1):
        if mark.char_start < 0:
            break
        first, *others = _BLANK_LINES.split(text[position : mark.char_start])
        paragraph.append(first)
        for other in others:
            yield _element("p", *paragraph)
            paragraph = [other]
        paragraph.append(_number(number, count, mark, text[mark.char_start : mark.char_end]))
        position = max(position, mark.char_end)
    first, *others = _BLANK_LINES.split(text[position:])
    yield _element("p", *paragraph, first)
    yield from (_element("p", other) for other in others if other.strip())


def _number(number: int, count: int, mark: Mark, words: str) -> Element:
    """A number in the text: a link to its entry, told apart by its mark, its line and its ground."""
    attributes = {
        "class": f"number {mark.kind}",
        "data-label": mark.label,
        "aria-describedby": f"said-{number}-{count}",
    }
    return _element("a", words, attributes, id=f"at-{number}-{count}", href=f"#number-{number}-{count}")


def _entry(number: int, count: int, mark: Mark, language: dict[str, str]) -> Element:
    """A number in the list: what it was taken for, with the full record of each figure."""
    printed = _element("a", mark.printed, language, href=f"#at-{number}-{count}")
    if mark.char_start < 0:
        printed = _element("span", mark.printed, language)
    said: list[Element] = []
    if mark.kind == "not_a_figure":
        said.append(_element("p", f"not a figure{f': {mark.reason}' if mark.reason else ''}", {"class": "reason"}))
    else:
        alternatives = [figure for figure in mark.figures if figure.status == "uncertain"]
        state = readings(alternatives) if alternatives else ""
        state = ": ".join(filter(None, (KIND_NAMES[mark.kind], state, mark.reason)))
        if state != KIND_NAMES["read"]:
            said.append(_element("p", state, {"class": f"kind {mark.kind}"}))
        said += [_figure(figure, language, _differing(alternatives)) for figure in mark.figures]
    return _element(
        "li",
        _element("a", mark.label, {"class": "kind"}, href=f"#number-{number}-{count}"),
        _element("span", printed, {"class": "printed"}),
        _element("div", *said, {"class": "body"}, id=f"said-{number}-{count}"),
        {"class": f"entry {mark.kind}"},
        id=f"number-{number}-{count}",
    )


def _differing(alternatives: Sequence[Figure]) -> frozenset[str]:
    """The columns in which the readings of a number differ."""
    return frozenset(
        column
        for column in FIGURE_COLUMNS
        if column != "figure_id" and len({getattr(figure, column) for figure in alternatives}) > 1
    )


def _figure(figure: Figure, language: dict[str, str], differing: frozenset[str]) -> Element:
    said = described(figure)
    lines = [
        _element(
            "p",
            f"{said.what} ",
            _element("span", said.value, {"class": "value"}),
            " ",
            _element("span", _bounds(figure), {"class": "bounds"}),
        ),
        _element(
            "p",
            _element("span", f"{said.subject} ", {"class": "subject"}),
            _element("span", said.period, {"class": "period"}),
        ),
    ]
    stated = {"quote", *(column for column in FIGURE_COLUMNS if column.endswith("_text"))}
    rows = []
    for column in FIGURE_COLUMNS:
        cell = cell_text(getattr(figure, column))
        mark = {"class": "differs"} if column in differing and figure.status == "uncertain" else {}
        rows.append(
            _element(
                "tr",
                _element("th", column, mark, scope="row"),
                _element("td", cell, mark, language if column in stated else {}),
                {} if cell or mark else {"class": "empty"},
            )
        )
    table = _element("table", _element("tbody", *rows), {"class": "record"})
    return _element("div", *lines, _element("details", _element("summary", "record"), table), {"class": "figure"})


def _bounds(figure: Figure) -> str:
    """What the printed digits allow, where that is more than one number."""
    if (figure.low is None and figure.high is None) or figure.low == figure.high:
        return ""
    low, high = (grouped_number(bound) if bound is not None else "any" for bound in (figure.low, figure.high))
    return f"({low} … {high})"


def _title(review: Review) -> str:
    return review.document.title or review.path.name


def _element(tag: str, *content: Element | str | dict[str, str], **attributes: str) -> Element:
    """An element of elements and text; a mapping among the content holds attributes that are no Python names."""
    element = Element(tag)
    last: Element | None = None
    is_raw = tag in ("style", "script")
    for one in content:
        if isinstance(one, dict):
            attributes = {**attributes, **one}
        elif isinstance(one, Element):
            element.append(one)
            last = one
        else:
            text = one if is_raw else visible(one)
            if last is None:
                element.text = (element.text or "") + text
            else:
                last.tail = (last.tail or "") + text
    for name, value in attributes.items():
        element.set(name, visible(value))
    return element


def _beside(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def _hash(source: str) -> str:
    """How a content security policy names the one style or script that it allows."""
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}"
