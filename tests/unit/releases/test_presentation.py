"""A reading shown to a person: marks over the text, the terminal with and without colour, the page."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from orchestration.figures import FIGURE_COLUMNS
from orchestration.releases.marks import (
    KINDS,
    SIGNS,
    Mark,
    counts_of,
    described,
    grouped_number,
    marks_of,
    plain_number,
)
from orchestration.releases.presentation import pieces, print_review, review_console
from orchestration.releases.reading import NumberAccount, ReleaseReading
from orchestration.releases.review_page import review_page, write_review_page
from orchestration.visible import visible
from tests.unit.releases import made_reading as made

HOSTILE = (
    "</p><script>alert(1)</script> <img src=x onerror=alert(2)> \"quoted\" 'single' &amp; </style> --> ]]> "
    "\x1b[31mred\x1b[0m \x07 \u202e12.5\u202c \ufeff {{x}} [bold]y[/bold] javascript:alert(3)"
)


def number_at(start: int, end: int, kind: str = "read", *ids: str) -> NumberAccount:
    return NumberAccount(char_start=start, char_end=end, printed="x", kind=kind, reason="", figure_ids=ids)


def spans(marks: list[Mark]) -> list[tuple[int, int]]:
    return [(mark.char_start, mark.char_end) for mark in marks]


# Marks


def test_every_number_and_every_figure_without_one_has_a_mark() -> None:
    marks = marks_of(made.READING, made.TEXT)
    assert [(mark.label, mark.printed, len(mark.figures)) for mark in marks] == [
        ("°", "2023", 0),
        ("#1", "68.07 billion yuan", 1),
        ("#2", "80.3%", 1),
        ("?3", "12.5%", 2),
        ("!4", "3", 1),
        ("#5", "flat", 1),
    ]
    assert counts_of(marks) == {"read": 3, "uncertain": 1, "unread": 1, "not_a_figure": 1}
    for mark in marks:
        assert made.TEXT[mark.char_start : mark.char_end] == mark.printed


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([(0, 4), (4, 8)], [(0, 4), (4, 8)]),  # adjacent
        ([(4, 8), (0, 4)], [(0, 4), (4, 8)]),
        ([(0, 8), (2, 4)], [(0, 2), (2, 4)]),  # one inside another
        ([(0, 8), (0, 4)], [(0, 4), (4, 8)]),
        ([(0, 6), (4, 8)], [(0, 4), (4, 8)]),  # overlapping
        ([(0, 4), (0, 4)], [(0, 4), (4, 4)]),  # the same twice
        ([(0, 8), (0, 4), (4, 8)], [(0, 4), (4, 8), (8, 8)]),
        ([(0, 3), (5, 5)], [(0, 3), (5, 5)]),  # empty
        ([(6, 99)], [(6, 8)]),  # beyond the text
        ([(99, 105)], [(8, 8)]),
    ],
)
def test_pieces_never_overlap(numbers: list[tuple[int, int]], expected: list[tuple[int, int]]) -> None:
    reading = ReleaseReading(figures=[], numbers=[number_at(*one) for one in numbers])
    assert spans(marks_of(reading, "abcdefgh")) == expected


@given(
    text=st.text(alphabet="12 .。\nab", min_size=1, max_size=40),
    numbers=st.lists(st.tuples(st.integers(0, 45), st.integers(0, 12)), max_size=12),
)
def test_whatever_the_spans_all_of_the_text_is_shown_once(text: str, numbers: list[tuple[int, int]]) -> None:
    accounts = [number_at(start, start + length, "unread") for start, length in numbers]
    reading = ReleaseReading(figures=[], numbers=accounts)
    marks = marks_of(reading, text)
    assert len(marks) == len(numbers)
    end = 0
    for mark in marks:
        assert end <= mark.char_start <= mark.char_end <= len(text)
        end = mark.char_end
    split = list(pieces(text, 0, marks))
    assert "".join(text[start:end] for start, end in split) == text
    for mark in marks:
        assert not any(mark.char_start < end < mark.char_end for _, end in split)
    shown = printed(made.review(reading, text))
    for mark in marks:
        assert f"{mark.label}]" in shown
    page = Page(review_page([made.review(reading, text)]))
    assert page.numbers == [mark.label for mark in marks]
    assert "".join(page.text.split()) == "".join(text.split())


def test_words_that_are_a_figure_are_marked_where_no_number_stands() -> None:
    start, end = made.span("up 80.3%")
    wide = replace(made.FLAT, quote="up 80.3%", char_start=start, char_end=end)
    reading = ReleaseReading(figures=[made.GROWTH, wide], numbers=[made.READING.numbers[2]])
    assert [made.TEXT[start:end] for start, end in spans(marks_of(reading, made.TEXT))] == ["up", "80.3%"]


def test_figures_of_the_same_words_share_a_mark() -> None:
    other = replace(made.FLAT, figure_id="other", status="uncertain")
    (mark,) = marks_of(ReleaseReading(figures=[made.FLAT, other], numbers=[]), made.TEXT)
    assert (mark.kind, len(mark.figures)) == ("uncertain", 2)


def test_a_figure_without_a_place_comes_last() -> None:
    placeless = replace(made.GROWTH, char_start=None, char_end=None, quote="table 2, row 5")
    reading = ReleaseReading(figures=[placeless, made.FLAT], numbers=[])
    assert [mark.printed for mark in marks_of(reading, made.TEXT)] == ["flat", "table 2, row 5"]
    assert "table 2, row 5" in review_page([made.review(reading)])
    assert "Without a place in the text" in printed(made.review(reading))


# A figure in few words


@pytest.mark.parametrize(
    ("figure", "told"),
    [
        (made.LEVEL, "level of value 68,070,000,000 CNY | CN-XJ, total | 2023-01 to 2023-03"),
        (
            made.TO_KAZAKHSTAN,
            "growth of value +12.5 percent | CN-XJ, Kazakhstan (KAZ), export | 2023-01 to 2023-03 against "
            "2022-01 to 2022-03",
        ),
        (replace(made.GROWTH, value=Decimal("-0.05"), low=None), "growth of value -0.05 percent"),
        (replace(made.FLAT, value=Decimal("0.000")), "growth of value about 0 percent"),
        (replace(made.LEVEL, value=None, qualifier="at_least"), "level of value at least CNY"),
        (replace(made.LEVEL, region_text="the region"), "the region (CN-XJ), total"),
        (replace(made.LEVEL, commodity_id="UNMAPPED", commodity_text="widgets"), "CN-XJ, widgets (UNMAPPED), total"),
        (made.LINES, "a number 3"),
        (
            replace(made.LEVEL, statistic="rank", unit="rank", reference="region=CHN", value=Decimal(1), low=None),
            "rank of value 1 | CN-XJ, total, region=CHN | 2023-01 to 2023-03",
        ),
    ],
)
def test_a_figure_is_said_in_few_words(figure: made.Figure, told: str) -> None:
    assert told in str(described(figure))


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        ("2023-01-01", "2023-12-31", "2023"),
        ("2021-01-01", "2023-12-31", "2021 to 2023"),
        ("2024-02-01", "2024-02-29", "2024-02"),
        ("2024-02-01", "2024-02-28", "2024-02-01 to 2024-02-28"),
        ("2022-07-01", "2023-06-30", "2022-07 to 2023-06"),
        ("2023-04-19", "2023-04-19", "2023-04-19"),
    ],
)
def test_a_period_is_said_as_short_as_can_be(start: str, end: str, told: str) -> None:
    dates = {
        "period_start": made.datetime.date.fromisoformat(start),
        "period_end": made.datetime.date.fromisoformat(end),
    }
    assert described(replace(made.LEVEL, **dates)).period == told  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("number", "plain", "grouped"),
    [
        ("68.0700E9", "68070000000", "68,070,000,000"),
        ("1E+3", "1000", "1,000"),
        ("0.10000", "0.1", "0.1"),
        ("-0.70", "-0.7", "-0.7"),
        ("-1234.5", "-1234.5", "-1,234.5"),
        ("-0.0", "0", "0"),
        ("100", "100", "100"),
    ],
)
def test_numbers_have_neither_exponent_nor_trailing_noughts(number: str, plain: str, grouped: str) -> None:
    assert (plain_number(Decimal(number)), grouped_number(Decimal(number))) == (plain, grouped)


@given(st.text())
def test_what_is_shown_steers_nothing_and_is_as_long_as_the_text(text: str) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    assert all(
        one.isprintable() or one in "\n\t" or one.isspace() or one == "\ue000" or ord(one) > 127 for one in shown
    )
    assert not set(shown) & set("\x1b\x07\r\x00\u202e\u2066\u200f\ufeff")
    shown.encode()


def test_letters_of_every_script_are_shown_as_they_are() -> None:
    text = "新疆 Ürümqi Қашқар \u3000１２．５％ «»\tе\n"
    assert visible(text) == text


# The terminal


def printed(review: made.Review) -> str:
    console = review_console(file=io.StringIO())
    print_review(review, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def coloured(review: made.Review, **options: object) -> str:
    console = Console(file=io.StringIO(), force_terminal=True, width=80, color_system="standard", **options)  # type: ignore[arg-type]
    print_review(review, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_text_is_shown_with_what_was_understood_of_it() -> None:
    assert printed(made.review()).splitlines() == [
        "invented.txt",
        "Trade of an invented quarter",
        "Nobody",
        "published 2023-04-19",
        "about CN-XJ",
        "",
        "In the first quarter of 2023° the trade of Xinjiang came to [68.07 billion yuan #1], up [80.3% #2].",
        "  #1   level of value 68,070,000,000 CNY | CN-XJ, total | 2023-01 to 2023-03",
        "  #2   growth of value +80.3 percent | CN-XJ, total | 2023-01 to 2023-03 against 2022-01 to 2022-03",
        "  °    date or period: 2023",
        "",
        "Exports to Kazakhstan and to Tajikistan grew by [12.5% ?3].",
        "  ?3   one of 2 readings: two partners",
        "       1) growth of value +12.5 percent | CN-XJ, Kazakhstan (KAZ), export | 2023-01 to 2023-03 against "
        "2022-01 to 2022-03 [kazakhstan]",
        "       2) growth of value +12.5 percent | CN-XJ, Tajikistan (TJK), export | 2023-01 to 2023-03 against "
        "2022-01 to 2022-03 [tajikistan]",
        "",
        "Some [3 !4] lines stay dark.",
        "  !4   3: not read: what it counts is not known",
        "",
        "Imports were [flat #5].",
        "  #5   growth of value about 0 percent | CN-XJ, import | 2023-01 to 2023-03 against 2022-01 to 2022-03",
        "",
        "6 numbers: 3 read, 1 uncertain, 1 not read, 1 not a figure",
        "uncertain: ?3",
        "not read: !4",
    ]


def test_a_single_reading_in_doubt_is_said_to_be_one() -> None:
    number = replace(made.READING.numbers[3], figure_ids=("kazakhstan",))
    reading = ReleaseReading(figures=[made.TO_KAZAKHSTAN], numbers=[number])
    assert "  ?1   one reading, which is in doubt: two partners" in printed(made.review(reading)).splitlines()
    assert "uncertain: one reading, which is in doubt: two partners" in review_page([made.review(reading)])


def test_front_matter_is_not_part_of_the_text() -> None:
    front = "---\ntitle: 7 days\n---\n"
    moved = ReleaseReading(figures=[], numbers=[number_at(len(front), len(front) + 2, "unread")])
    assert "title: 7 days" not in printed(made.review(moved, f"{front}12 tonnes", body_start=len(front)))
    assert "title: 7 days" not in review_page([made.review(moved, f"{front}12 tonnes", body_start=len(front))])


def test_each_kind_has_its_colour_and_its_sign() -> None:
    shown = coloured(made.review())
    for colour, words in (
        ("32", "[80.3% #2]"),
        ("1;33", "[12.5% ?3]"),
        ("1;31", "[3 !4]"),
        ("2", "2023°"),
    ):
        assert f"\x1b[{colour}m{words}\x1b[0m" in shown


def test_without_colour_the_same_words_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    shown = coloured(made.review())
    assert not re.findall(r"\x1b\[[0-9;]*(?:3[0-9]|4[0-9]|9[0-9])", shown)
    for label in ("#1]", "?3]", "!4]", "2023°"):
        assert label in shown
    monkeypatch.delenv("NO_COLOR")
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown) == re.sub(r"\x1b\[[0-9;]*m", "", coloured(made.review()))


def test_what_goes_to_a_pipe_has_no_escapes_and_is_not_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    shown = printed(made.review(text=made.TEXT))
    assert "\x1b" not in shown
    assert max(map(len, shown.splitlines())) > 100
    assert [line for line in shown.splitlines() if line != line.rstrip()] == []


def test_notes_are_folded_behind_their_label() -> None:
    lines = re.sub(r"\x1b\[[0-9;]*m", "", coloured(made.review())).splitlines()
    assert max(map(len, lines)) <= 80
    first = next(number for number, line in enumerate(lines) if "1) growth" in line)
    assert lines[first + 1].startswith(" " * 7)


def test_text_steers_neither_terminal_nor_markup() -> None:
    review = made.review(ReleaseReading(figures=[], numbers=[]), HOSTILE, title=HOSTILE, publisher="[red]x[/red]")
    shown = printed(review)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[bold]y[/bold]" in shown
    assert "[red]x[/red]" in shown


def test_what_a_person_decided_is_told() -> None:
    number = replace(made.READING.numbers[2], reason="corrected by A. Reader 2026-11-24: a slip")
    reading = ReleaseReading(figures=[made.GROWTH], numbers=[number])
    assert "       corrected by A. Reader 2026-11-24: a slip" in printed(made.review(reading)).splitlines()
    assert "corrected by A. Reader 2026-11-24: a slip" in review_page([made.review(reading)])


# The page


class Page(HTMLParser):
    """What a browser finds in the page."""

    VOID = frozenset({"meta", "input"})

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, str] = {}
        self.text = ""
        self.cells: list[tuple[str, str]] = []
        self.feed(page)
        self.close()
        assert self.open == []

    @property
    def numbers(self) -> list[str]:
        return [
            one["data-label"] for tag, one in self.tags if tag == "a" and one.get("class", "").startswith("number ")
        ]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = (tag, {name: value or "" for name, value in attrs})
        self.tags.append(element)
        if tag not in self.VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if not self.open:
            assert not data.strip()
            return
        tag = self.open[-1][0]
        self.texts[tag] = self.texts.get(tag, "") + data
        if tag in ("td", "th"):
            self.cells.append((tag, data))
        if any(one.get("class") == "text" for _, one in self.open):
            self.text += data


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(review_page([made.review()]))


def test_the_page_shows_the_whole_text_with_every_number_marked_by_kind(page: Page) -> None:
    assert "".join(page.text.split()) == "".join(made.TEXT.split())
    assert page.numbers == ["°", "#1", "#2", "?3", "!4", "#5"]
    kinds = [one["class"] for _, one in page.tags if one.get("class", "").startswith("number ")]
    assert kinds == [f"number {kind}" for kind in ("not_a_figure", "read", "read", "uncertain", "unread", "read")]


def test_every_figure_shows_all_columns_of_the_record(page: Page) -> None:
    names = [cell for tag, cell in page.cells if tag == "th"]
    assert names == [*FIGURE_COLUMNS] * len(made.READING.figures)
    for cell in ("68070000000", "68065000000", "kazakhstan", "2023-03-31", "a rule"):
        assert ("td", cell) in page.cells


def test_columns_in_which_readings_differ_are_marked() -> None:
    page = review_page([made.review()])
    differing = re.findall(r'<th (?:class="differs" scope="row"|scope="row" class="differs")>(\w+)</th>', page)
    assert differing == ["partner_id", "partner_text"] * 2


def test_numbers_and_list_lead_to_one_another(page: Page) -> None:
    ids = [one["id"] for _, one in page.tags if "id" in one]
    assert len(ids) == len(set(ids))
    links = [one["href"] for tag, one in page.tags if tag == "a"]
    assert all(link.startswith("#") and link[1:] in ids for link in links)
    described_by = [one["aria-describedby"] for _, one in page.tags if "aria-describedby" in one]
    assert set(described_by) <= set(ids)
    assert len(described_by) == 6


def test_the_legend_counts_and_filters_every_kind(page: Page) -> None:
    boxes = [one["id"] for tag, one in page.tags if tag == "input"]
    assert boxes == [f"show-{kind}" for kind in KINDS]
    styles = page.texts["style"]
    for kind in KINDS:
        assert f"body:has(#show-{kind}:not(:checked)) .entry.{kind}" in styles
        assert f".{kind}.number" in styles
        assert SIGNS[kind] in "#?!°"


def test_the_page_fetches_nothing_and_runs_only_its_own_script(page: Page) -> None:
    (policy,) = (one["content"] for tag, one in page.tags if one.get("http-equiv") == "Content-Security-Policy")
    for kind in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(page.texts[kind].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
        assert [tag for tag, _ in page.tags].count(kind) == 1
    assert "default-src 'none'" in policy
    for _, attributes in page.tags:
        assert not {"src", "style", "srcset", "action", "formaction", "data"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
    assert "url(" not in page.texts["style"]
    assert "http" not in page.texts["style"] + page.texts["script"]


@pytest.mark.parametrize(
    "place", ["text", "title", "publisher", "printed", "reason", "quote", "partner_text", "reading", "language", "path"]
)
def test_whatever_a_release_holds_is_shown_as_text(place: str) -> None:
    plain = made.review()
    if place == "reason":
        plain = made.review(replace(made.READING, numbers=[replace(one, reason="x") for one in made.READING.numbers]))
    reading, text, facts = made.READING, made.TEXT, {}
    if place == "text":
        text = made.TEXT + HOSTILE
    elif place in ("title", "publisher", "language"):
        facts = {place: HOSTILE}
    elif place in ("printed", "reason"):
        reading = replace(reading, numbers=[replace(one, **{place: HOSTILE}) for one in reading.numbers])  # type: ignore[arg-type]
    elif place != "path":
        changed = [replace(one, **{place: HOSTILE}) for one in reading.figures]  # type: ignore[arg-type]
        reading = replace(reading, figures=changed)
    review = made.review(reading, text, **facts)
    if place == "path":
        review = replace(review, path=Path(HOSTILE.replace("/", "")))
    page = Page(review_page([review]))
    tags = [tag for tag, _ in Page(review_page([plain])).tags]
    assert [tag for tag, _ in page.tags] == tags
    assert set(page.texts) == set(Page(review_page([plain])).texts)
    written = review_page([review])
    assert "\x1b" not in written
    assert "\u202e" not in written
    if place not in ("language", "path"):
        assert "alert(1)" in written
        assert "&lt;script&gt;alert(1)" in written


@pytest.mark.parametrize("language", ["en", "zh", ""])
def test_the_text_has_the_language_of_its_document(language: str) -> None:
    page = Page(review_page([made.review(language=language)]))
    (text,) = (one for _, one in page.tags if one.get("class") == "text")
    assert text.get("lang", "") == language
    assert page.tags[0] == ("html", {"lang": "en"})


def test_several_releases_share_a_page() -> None:
    page = Page(review_page([made.review(), made.review(language="zh")]))
    ids = [one["id"] for _, one in page.tags if "id" in one]
    assert len(ids) == len(set(ids))
    assert len(page.numbers) == 12
    assert page.texts["legend"] == "12 numbers"


def test_paragraphs_stay_paragraphs() -> None:
    text = "One\nline.\n\n \nTwo.\n\n\n\nThree 3.\n"
    at = text.index("3")
    reading = ReleaseReading(figures=[], numbers=[number_at(at, at + 1, "not_a_figure")])
    found = re.findall(r"<p>(.*?)</p>", review_page([made.review(reading, text)]).partition('class="text"')[2], re.S)
    assert [re.sub("<[^>]*>", "", one).strip() for one in found[:3]] == ["One\nline.", "Two.", "Three 3."]


def test_the_page_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "review.html"
    page.write_text("before")
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            write_review_page([made.review()], page)
    assert page.read_text() == "before"
    assert list(tmp_path.iterdir()) == [page]
    write_review_page([made.review()], page)
    assert page.read_text(encoding="utf-8") == review_page([made.review()])
    assert list(tmp_path.iterdir()) == [page]


def test_a_link_to_the_page_stays_a_link(tmp_path: Path) -> None:
    link, page = tmp_path / "link.html", tmp_path / "folder" / "page.html"
    page.parent.mkdir()
    link.symlink_to(page)
    write_review_page([made.review()], link)
    assert link.is_symlink()
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
