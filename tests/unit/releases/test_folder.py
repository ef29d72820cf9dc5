"""The folder raw/releases: which files are releases, what keeps one from being used, and that no neighbour is lost."""

from __future__ import annotations

import datetime
import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from orchestration.codes import CodeLists
from orchestration.figures import Figure
from orchestration.releases import review
from orchestration.releases.folder import Release, find_releases, read_release
from orchestration.releases.reading import NumberAccount, ReleaseReading
from orchestration.sources import Rejection

TEXT = "In the first quarter of 2023, Xinjiang's foreign trade reached 68.07 billion yuan, an increase of 80.3%.\n"
SIDECAR = "published_date: 2023-04-19\nregion: CN-XJ\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "raw" / "releases"


def put(folder: Path, name: str, text: str | bytes = TEXT, sidecar: str | None = SIDECAR) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    if sidecar is not None:
        path.with_name(f"{path.stem}.yml").write_text(sidecar, encoding="utf-8")
    return path


def ids(folder: Path) -> list[str]:
    return [file.source_id for file in find_releases(folder, reader_key="").files]


def told(folder: Path) -> list[tuple[str, str]]:
    return [(one.file, one.reason) for one in find_releases(folder, reader_key="").rejected]


def read(folder: Path, codes: CodeLists) -> list[Release | Rejection]:
    return [read_release(file, codes) for file in find_releases(folder, reader_key="").files]


def the_release(folder: Path, codes: CodeLists) -> Release:
    [release] = read(folder, codes)
    assert isinstance(release, Release), release
    return release


def the_rejection(folder: Path, codes: CodeLists) -> str:
    [rejection] = read(folder, codes)
    assert isinstance(rejection, Rejection)
    assert (rejection.source_kind, rejection.row_number) == ("releases", None)
    return rejection.reason


# Which files are releases


def test_releases_are_found_below_the_folder_by_their_suffix(folder: Path) -> None:
    for name in ("a.txt", "b.md", "c.html", "d.htm", "e.pdf", "f.docx", "g.TXT", "deeper/h.txt", "i.2023.txt"):
        put(folder, name)
    (folder / "i.2023.corrections.yml").write_text("")
    assert ids(folder) == ["a", "b", "c", "d", "h", "e", "f", "g", "i.2023"]
    assert told(folder) == []


def test_what_is_no_release_is_told(folder: Path) -> None:
    put(folder, "a.txt")
    put(folder, "table.csv", sidecar=None)
    put(folder, "gone.yml", sidecar=None)
    put(folder, "gone.corrections.yml", sidecar=None)
    put(folder, "NAMELESS", sidecar=None)
    no_release = "is no release: only .txt, .md, .html, .htm, .pdf, .docx are read"
    assert told(folder) == [
        ("releases/NAMELESS", no_release),
        ("releases/gone.corrections.yml", "are corrections without their release"),
        ("releases/gone.yml", "is a sidecar without its release"),
        ("releases/table.csv", no_release),
    ]
    assert ids(folder) == ["a"]


def test_hidden_files_folders_and_dead_links_are_passed_over(folder: Path) -> None:
    put(folder, ".hidden.txt")
    put(folder, ".folder/a.txt")
    (folder / "folder.txt").mkdir()
    (folder / "b.txt").symlink_to("gone.txt")
    assert (ids(folder), told(folder)) == ([], [])


def test_a_folder_that_is_not_there_holds_nothing(folder: Path) -> None:
    assert (ids(folder), told(folder)) == ([], [])


def test_a_name_is_used_once(folder: Path) -> None:
    put(folder, "a.txt")
    put(folder, "deeper/a.md")
    put(folder, "sheet.txt")
    found = find_releases(folder, reader_key="", taken={"sheet": "sheets/sheet.csv"})
    assert [file.file for file in found.files] == ["releases/a.txt"]
    assert [(one.file, one.reason) for one in found.rejected] == [
        ("releases/deeper/a.md", "has the name of releases/a.txt, and the name is the source's id: rename it"),
        ("releases/sheet.txt", "has the name of sheets/sheet.csv, and the name is the source's id: rename it"),
    ]


def test_a_name_that_is_not_utf8_is_told(folder: Path) -> None:
    put(folder, "a.txt")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xd0\xc2.txt")).write_text(TEXT)
    reason = "has a name that is not UTF-8, or with characters that have no shape: rename it"
    assert told(folder) == [(r"releases/\xd0\xc2.txt", reason)]
    assert ids(folder) == ["a"]


# What its content key stands for


def keys(folder: Path, reader_key: str = "") -> dict[str, str]:
    return {file.source_id: file.content_key for file in find_releases(folder, reader_key=reader_key).files}


CHANGES: dict[str, Callable[[Path], object]] = {
    "its text changes": lambda folder: put(folder, "a.txt", TEXT + "\n"),
    "its sidecar changes": lambda folder: put(folder, "a.txt", sidecar=SIDECAR + "note: 'new'\n"),
    "its sidecar goes": lambda folder: (folder / "a.yml").unlink(),
    "corrections come": lambda folder: (folder / "a.corrections.yml").write_text("sha256: x\n"),
    "it moves": lambda folder: [(folder / name).rename(folder / "new" / name) for name in ("a.txt", "a.yml")],
}


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_a_release_is_read_again_when(change: str, folder: Path) -> None:
    put(folder, "a.txt")
    put(folder, "b.txt")
    (folder / "new").mkdir()
    before = keys(folder)
    CHANGES[change](folder)
    after = keys(folder)
    assert after["a"] != before["a"]
    assert after["b"] == before["b"]


def test_every_release_is_read_again_when_the_reader_changes(folder: Path) -> None:
    put(folder, "a.txt")
    put(folder, "b.txt")
    before, after = keys(folder, "before"), keys(folder, "after")
    assert before == keys(folder, "before")
    assert before["a"] != before["b"]
    assert not set(before.values()) & set(after.values())


# What is read of one


def test_a_release_gives_its_figures_its_document_and_the_account_of_its_numbers(
    folder: Path, codes: CodeLists
) -> None:
    path = put(
        folder,
        "xinjiang.txt",
        sidecar=SIDECAR + "title: First quarter\npublisher: Customs\nurl: 'https://example.org'\ncurrency: USD\n",
    )
    release = the_release(folder, codes)
    source = release.source
    assert (source.source_id, source.kind, source.path) == ("xinjiang", "releases", "releases/xinjiang.txt")
    assert (source.title, source.publisher, source.url) == ("First quarter", "Customs", "https://example.org")
    assert (source.published_date, source.published_date_basis) == (datetime.date(2023, 4, 19), "stated")
    assert (source.region_id, source.language, source.currency) == ("CN-XJ", "en", "USD")
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    values = {figure.statistic: figure.value for figure in release.figures}
    assert values == {"level": Decimal("68070000000"), "growth": Decimal("80.3")}
    assert {figure.source_id for figure in release.figures} == {"xinjiang"}
    read = [number for number in release.numbers if number.kind == "read"]
    assert sorted(number.figure_ids for number in read) == sorted(figure.figure_id for figure in release.figures)
    for number in release.numbers:
        assert TEXT[number.char_start : number.char_end] == number.printed
        assert number.printed in number.context
        assert number.context in TEXT
        assert number.context in number.paragraph
        assert TEXT[number.paragraph_start :].startswith(number.paragraph)
        assert number.paragraph[number.char_start - number.paragraph_start :].startswith(number.printed)


def test_what_a_release_does_not_say_of_itself_is_left_open(folder: Path, codes: CodeLists) -> None:
    put(folder, "bare.txt")
    source = the_release(folder, codes).source
    assert (source.title, source.publisher, source.url, source.retrieved_date) == ("bare", "", "", None)


@pytest.mark.parametrize(
    ("text", "region", "currency"),
    [
        (TEXT.replace("yuan", "US dollars"), "CN-XJ", "USD"),
        ("In 2023, trade rose by 3.2%.", "'653100'", "CNY"),
        ("In 2023, trade rose by 3.2%.", "KAZ", ""),
        ("In 2023, exports reached 3 billion yuan and imports 2 billion US dollars.", "CN-XJ", "CNY"),
    ],
)
def test_value_is_measured_in_the_currency_of_the_levels_else_of_the_region(
    text: str, region: str, currency: str, folder: Path, codes: CodeLists
) -> None:
    put(folder, "a.txt", text, sidecar=f"published_date: 2024-04-19\nregion: {region}\n")
    assert the_release(folder, codes).source.currency == currency


def test_corrections_beside_a_release_are_applied(folder: Path, codes: CodeLists) -> None:
    path = put(folder, "a.txt")
    growth = next(figure for figure in the_release(folder, codes).figures if figure.statistic == "growth")
    (folder / "a.corrections.yml").write_text(
        f"""sha256: {hashlib.sha256(path.read_bytes()).hexdigest()}
corrections:
  - action: drop
    figure_id: {growth.figure_id}
    quote: {growth.quote!r}
    expected: {{statistic: growth, value: 80.3}}
    reason: invented
    who: a test
    date: 2023-05-01
"""
    )
    release = the_release(folder, codes)
    assert [figure.statistic for figure in release.figures] == ["level"]
    path.write_text(TEXT + "\n")
    assert "a.corrections.yml was written for another text" in the_rejection(folder, codes)


# What cannot be used


@pytest.mark.parametrize(
    ("sidecar", "words"),
    [
        (None, "does not say which region it is about"),
        ("published_date: 2023-04-19\n", "`region:` to a.yml beside it"),
        ("published_date: 2023-04-19\nregion: Ruritania\n", "a region that no code list knows, 'Ruritania'"),
        ("region: CN-XJ\n", "does not say when it was published: add `published_date:`"),
        ("region: CN-XJ\npublished_date: 2999-01-01\n", "2999-01-01 (stated) lies in the future"),
        ("region: [", "a.yml"),
    ],
)
def test_what_is_missing_or_wrong_is_told_with_what_to_add(
    sidecar: str | None, words: str, folder: Path, codes: CodeLists
) -> None:
    put(folder, "a.txt", sidecar=sidecar)
    assert words in the_rejection(folder, codes)


def test_a_text_that_needs_the_day_of_publication_says_so(folder: Path, codes: CodeLists) -> None:
    put(folder, "a.txt", "In the first quarter, exports rose by 3.2%.", sidecar="region: CN-XJ\n")
    assert "published_date" in the_rejection(folder, codes)


@pytest.mark.parametrize("content", [b"", b"  \n", b"\x89PNG\r\n\x1a\n\0\0", b"\xff\xfe\x00", b"PK\x03\x04"])
def test_a_file_that_is_no_text_is_told_and_its_neighbours_are_read(
    content: bytes, folder: Path, codes: CodeLists
) -> None:
    put(folder, "a.txt")
    put(folder, "b.txt", content)
    put(folder, "c.txt")
    assert [isinstance(one, Release) for one in read(folder, codes)] == [True, False, True]


# What a defect of the reader may do


@pytest.fixture
def reading_of(monkeypatch: pytest.MonkeyPatch, folder: Path, codes: CodeLists) -> Callable[..., None]:
    """Has the reader read of any text what the test gives; of the figures a good one is the pattern."""
    put(folder, "a.txt")
    made = the_release(folder, codes)

    def reading_of(figures: Callable[[Figure], list[Figure]], numbers: tuple[NumberAccount, ...] = ()) -> None:
        reading = ReleaseReading(figures=figures(made.figures[0]), numbers=list(numbers))
        monkeypatch.setattr(review, "read_text", lambda text, **_: reading)

    return reading_of


def test_an_exception_of_the_reader_rejects_its_file_alone(
    folder: Path, codes: CodeLists, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = review.read_text

    def unsound(text: str, **options: object) -> ReleaseReading:
        if options["source_id"] == "b":
            raise RecursionError("too deep")
        return sound(text, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(review, "read_text", unsound)
    for name in ("a.txt", "b.txt", "c.txt"):
        put(folder, name)
    first, second, third = read(folder, codes)
    assert isinstance(first, Release)
    assert isinstance(third, Release)
    assert isinstance(second, Rejection)
    assert second.reason == "could not be read, which is a defect: RecursionError: too deep"


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        (lambda one: [one, one], "stands twice"),
        (lambda one: [replace(one, source_id="b")], "in another source"),
        (lambda one: [replace(one, partner_id="ATLANTIS")], "'ATLANTIS', read from"),
        (lambda one: [replace(one, commodity_id="TOTAL+ATLANTIS")], "is not a code of commodity"),
        (lambda one: [replace(one, unit="florins")], "no such measure or unit"),
        (lambda one: [replace(one, measure="weight")], "no such measure or unit"),
        (lambda one: [replace(one, quote="half \ud800 of a pair")], "surrogates not allowed"),
    ],
)
def test_a_reading_that_the_warehouse_would_refuse_is_refused_before(
    figures: Callable[[Figure], list[Figure]],
    words: str,
    reading_of: Callable[..., None],
    folder: Path,
    codes: CodeLists,
) -> None:
    reading_of(figures)
    reason = the_rejection(folder, codes)
    assert "which is a defect" in reason
    assert words in reason


@pytest.mark.parametrize("change", [{"partner_id": "KAZ+KGZ"}, {"partner_id": "UNMAPPED"}, {"ownership_id": "ALL"}])
def test_names_that_are_joint_or_unknown_are_no_defect(
    change: dict[str, str], reading_of: Callable[..., None], folder: Path, codes: CodeLists
) -> None:
    reading_of(lambda one: [replace(one, **change)])
    assert len(the_release(folder, codes).figures) == 1


def test_a_number_that_is_accounted_for_twice_is_a_defect(
    reading_of: Callable[..., None], folder: Path, codes: CodeLists
) -> None:
    number = NumberAccount(char_start=1, char_end=3, printed="12", kind="unread", reason="", figure_ids=())
    reading_of(lambda one: [one], (number, number))
    assert "'12' at the characters 1 to 3 is accounted for twice" in the_rejection(folder, codes)


@pytest.mark.parametrize("value", ["1e30", "NaN"])
def test_a_number_that_is_not_understood_may_be_any(
    value: str, reading_of: Callable[..., None], folder: Path, codes: CodeLists
) -> None:
    reading_of(lambda one: [replace(one, status="unread", value=Decimal(value), unit="", measure="", region_id="")])
    [figure] = the_release(folder, codes).figures
    assert (figure.status, figure.value) == ("unread", None)


def test_a_release_that_reads_nothing_is_still_a_source(folder: Path, codes: CodeLists) -> None:
    put(folder, "a.txt", "Officials met and spoke of trade.\n")
    release = the_release(folder, codes)
    assert (release.source.source_id, release.figures, release.numbers) == ("a", [], [])
