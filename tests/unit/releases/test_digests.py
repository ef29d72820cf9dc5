"""The digests in raw/releases: every number is read, and states what the sheet of the same document states."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestration.codes import CodeLists
from orchestration.figures import Figure, parse_reference
from orchestration.releases.folder import find_releases, read_release
from orchestration.releases.review import Review, review_release
from orchestration.settings import PROJECT_DIR
from orchestration.sheets import read_sheets
from orchestration.sources import Rejection, Source

RELEASES = PROJECT_DIR / "raw" / "releases"
SHEETS = PROJECT_DIR / "raw" / "sheets"

#: Of each digest the sheet of the same document, and how many figures it states.
DIGESTS = {
    "hangzhou-2022-first-two-months-digest": ("hangzhou-2022-jan-feb", 28),
    "shandong-2018-first-eleven-months-digest": ("shandong-2018-jan-nov", 47),
    "xinjiang-2022-first-seven-months-digest": ("xinjiang-2022-jan-jul", 40),
    "xinjiang-2023-first-quarter-digest": ("xinjiang-2023-q1-press-conference", 60),
    "xinjiang-2023-first-two-months-digest": ("xinjiang-2023-jan-feb", 14),
    "xinjiang-2024-first-eleven-months-digest": ("xinjiang-2024-jan-nov", 11),
    "xinjiang-2024-first-three-quarters-digest": ("xinjiang-2024-q1-q3", 17),
}
#: Ranks that a sheet takes from the order of a list. A digest lists the same names and says nothing of their order.
RANKS_BY_ORDER = {
    "xinjiang-2023-first-quarter-digest": {
        *(("region_id", place) for place in ("650100", "653100", "654000", "652700", "654200")),
        *(("partner_id", country) for country in ("KAZ", "KGZ", "TJK")),
    }
}
#: What makes two figures one statement with one number. The words before a number count as far as they bound it.
STATEMENT = (
    *("statistic", "measure", "value", "low", "high", "unit"),
    *("region_id", "partner_id", "commodity_id", "flow", "ownership_id", "trade_mode_id"),
    *("period_start", "period_end", "comparison_start", "comparison_end"),
)

each_digest = pytest.mark.parametrize("digest", DIGESTS)


@pytest.fixture(scope="module")
def reviews(codes: CodeLists) -> dict[str, Review]:
    """Every digest as it is read, with its corrections."""
    return {digest: review_release(_path(digest), codes) for digest in DIGESTS}


@pytest.fixture(scope="module")
def sheets(codes: CodeLists) -> tuple[list[Figure], dict[str, Source]]:
    """All figures that the sheets state, and their sources."""
    reading = read_sheets(SHEETS, codes)
    return reading.figures, {source.source_id: source for source in reading.sources}


def test_every_release_of_the_project_is_a_digest_that_is_known_here() -> None:
    taken = {path.stem: path.name for path in SHEETS.glob("*.csv")}
    found = find_releases(RELEASES, reader_key="", taken=taken)
    assert found.rejected == []
    assert {file.source_id for file in found.files} == set(DIGESTS)


@each_digest
def test_every_number_is_read_or_is_no_figure(digest: str, reviews: dict[str, Review]) -> None:
    reading = reviews[digest].reading
    left = [
        (number.kind, number.printed, number.reason)
        for number in reading.numbers
        if number.kind not in ("read", "not_a_figure")
    ]
    assert left == []
    assert {figure.status for figure in reading.figures} == {"read"}
    named = {figure_id for number in reading.numbers for figure_id in number.figure_ids}
    assert named == {figure.figure_id for figure in reading.figures}


@each_digest
def test_as_many_figures_are_read_as_the_digest_states(digest: str, reviews: dict[str, Review]) -> None:
    assert len(reviews[digest].reading.figures) == DIGESTS[digest][1]


@each_digest
def test_every_quote_stands_at_its_span(digest: str, reviews: dict[str, Review]) -> None:
    text, reading = reviews[digest].document.text, reviews[digest].reading
    for figure in reading.figures:
        assert figure.quote
        assert text[figure.char_start : figure.char_end] == figure.quote
    for number in reading.numbers:
        assert text[number.char_start : number.char_end] == number.printed


@each_digest
def test_the_figures_are_those_of_the_sheet(
    digest: str, reviews: dict[str, Review], sheets: tuple[list[Figure], dict[str, Source]]
) -> None:
    keyed = [figure for figure in sheets[0] if figure.source_id == DIGESTS[digest][0]]
    by_order = RANKS_BY_ORDER.get(digest, set())
    expected = [figure for figure in keyed if not _is_rank_of(figure, by_order)]
    assert len(keyed) - len(expected) == len(by_order)
    assert _statements(reviews[digest].reading.figures) == _statements(expected)


@each_digest
def test_the_warehouse_can_see_that_the_digest_and_the_sheet_are_one_document(
    digest: str, codes: CodeLists, sheets: tuple[list[Figure], dict[str, Source]]
) -> None:
    (file,) = (one for one in find_releases(RELEASES, reader_key="").files if one.source_id == digest)
    release = read_release(file, codes)
    assert not isinstance(release, Rejection), release
    digested, keyed = release.source, sheets[1][DIGESTS[digest][0]]
    assert (digested.publisher, digested.published_date) == (keyed.publisher, keyed.published_date)
    assert digested.url == keyed.url
    assert (digested.language, digested.region_id, digested.currency) == (keyed.language, keyed.region_id, "CNY")


@each_digest
def test_a_digest_says_that_it_is_one(digest: str, reviews: dict[str, Review]) -> None:
    document = reviews[digest].document
    assert document.note.startswith("Digest in our own words: every figure of the source, none of its sentences.")
    assert document.title.startswith("摘要" if document.language == "zh" else "Digest")


def _path(digest: str) -> Path:
    return RELEASES / f"{digest}.md"


def _is_rank_of(figure: Figure, subjects: set[tuple[str, str]]) -> bool:
    return figure.statistic == "rank" and any(getattr(figure, column) == code for column, code in subjects)


def _statements(figures: list[Figure]) -> set[tuple[Any, ...]]:
    """Each figure as it can be compared. A whole that is the part's own in a column need not be told in it."""
    statements = {
        (
            *(getattr(figure, column) for column in STATEMENT),
            *(
                f"{name}={code}"
                for name, code in sorted(parse_reference(figure.reference).items())
                if code != getattr(figure, name, None)
            ),
        )
        for figure in figures
    }
    assert len(statements) == len(figures), "a figure is stated twice"
    return statements
