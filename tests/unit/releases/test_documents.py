"""Releases as files: text and metadata of good ones of every form, what is told of bad ones, and files at random.

All texts and figures here are invented. `CUSTOMHOUSE_FUZZ_EXAMPLES=5000 .venv/bin/pytest -n 2 -k fuzz
tests/unit/releases/test_documents.py` tries that many files at random of each kind, other ones every time.
"""

from __future__ import annotations

import codecs
import datetime
import hashlib
import io
import os
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from orchestration.releases import documents, extraction
from orchestration.releases.decoding import damage, decode
from orchestration.releases.documents import MAXIMUM_BYTES, Document, UnusableDocument, read_document
from orchestration.releases.html_page import stated_date
from orchestration.releases.paragraphs import joined, words_of
from tests.unit.releases.document_files import PICTURE, Placed, box, column, docx, page, paragraph, pdf, run

ENGLISH = "Exports of the province rose 12.5 percent to 68.07 billion yuan in the first quarter of 2023."
SECOND = "Imports fell 3.4 percent to 20.1 billion yuan, and the balance was a surplus of 47.97 billion yuan."
CHINESE = "据海关统计，今年一季度全省进出口总值680.7亿元人民币，比去年同期（下同）增长12.5%，其中出口479.7亿元。"
CHINESE_SECOND = "对东盟进出口155.3亿元，增长8.9%，占22.8%；对欧盟进出口下降3.1%，贸易方式以一般贸易为主。"
TRADITIONAL = (
    "據海關統計，今年一季度全省進出口總值680.7億元，比去年同期增長12.5%，其中出口479.7億元，對東盟貿易額增長8.9%。"
)
FORMS = sorted(MAXIMUM_BYTES)


def write(folder: Path, content: str | bytes, name: str = "release.txt", *, sidecar: str | None = None) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    if sidecar is not None:
        path.with_suffix(".yml").write_text(sidecar)
    return path


def read(folder: Path, content: str | bytes, name: str = "release.txt", *, sidecar: str | None = None) -> Document:
    return read_document(write(folder, content, name, sidecar=sidecar))


def problem(folder: Path, content: str | bytes, name: str = "release.txt", *, sidecar: str | None = None) -> str:
    with pytest.raises(UnusableDocument) as told:
        read(folder, content, name, sidecar=sidecar)
    return str(told.value)


# Text and Markdown


def test_a_text_is_kept_to_the_character(tmp_path: Path) -> None:
    text = f"  {ENGLISH}\n\n\t68.07\u00a0billion \u200f\u202eyuan\u202c １２．５％  \n\nthe end without a line feed"
    document = read(tmp_path, text)
    assert (document.text, document.body_start) == (text, 0)
    assert document.sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_what_nobody_says_is_empty(tmp_path: Path) -> None:
    document = read(tmp_path, ENGLISH)
    said = (document.title, document.publisher, document.region, document.url, document.licence, document.note)
    assert said == ("", "", "", "", "", "")
    assert (document.published_date, document.published_date_basis, document.retrieved_date) == (None, "", None)
    assert (document.currency, document.language) == ("", "en")


def test_line_ends_of_every_system_become_line_feeds(tmp_path: Path) -> None:
    assert read(tmp_path, b"Up 1%\r\nUp 2%\rUp 3%\nUp 4%\r\n").text == "Up 1%\nUp 2%\nUp 3%\nUp 4%\n"


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "en"), (CHINESE, "zh"), (TRADITIONAL, "zh"), ("12.5", "en")])
def test_the_language_follows_from_the_characters(tmp_path: Path, text: str, language: str) -> None:
    assert read(tmp_path, text).language == language


def test_an_english_text_with_chinese_names_is_english(tmp_path: Path) -> None:
    assert read(tmp_path, f"{ENGLISH} Xinjiang (新疆) and Kashgar (喀什).").language == "en"


def test_the_heading_of_markdown_is_its_title_and_stays_in_the_text(tmp_path: Path) -> None:
    document = read(tmp_path, f"# Trade in the first quarter #\n\n{ENGLISH}\n", "release.md")
    assert document.title == "Trade in the first quarter"
    assert document.text.startswith("# Trade")
    document = read(tmp_path, f"---\n# a remark\n---\n{ENGLISH}\n\n# Below", "b.md")
    assert document.title == ""


def test_suffixes_are_read_without_regard_to_case(tmp_path: Path) -> None:
    assert read(tmp_path, ENGLISH, "RELEASE.TXT").text == ENGLISH


# Encodings

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030", "gbk")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_chinese_is_read_in_its_usual_encodings(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, f"{CHINESE}\n{CHINESE_SECOND}".encode(encoding)).text == f"{CHINESE}\n{CHINESE_SECOND}"


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_utf_16_is_read_in_both_byte_orders(tmp_path: Path, mark: bytes) -> None:
    encoding = "utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-16-be"
    assert read(tmp_path, mark + ENGLISH.encode(encoding)).text == ENGLISH


def test_traditional_chinese_is_read_in_big5(tmp_path: Path) -> None:
    assert read(tmp_path, TRADITIONAL.encode("big5")).text == TRADITIONAL


@pytest.mark.parametrize("text", ["出口增长5%", "占22.8%", "“12.5%” — up", "全省进出口总值", "为950"])
def test_little_chinese_is_enough_to_tell_gb18030(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text.encode("gb18030")).text == text


def test_an_english_text_with_one_greek_letter_stays_utf_8(tmp_path: Path) -> None:
    assert read(tmp_path, "Exports rose 5 μ-percent").text == "Exports rose 5 μ-percent"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            "It’s up 5%.\nIt’s down 6%".encode("cp1252"),
            "is not UTF-8: byte 2 (0x92) in line 1, and neither GB18030 nor",
        ),
        (b"Up 5%.\nUp 6%, a r\xe9sum\xe9", "byte 17 (0xE9) in line 2"),
        (CHINESE.encode()[:-1], "is not UTF-8: byte"),
        ("輸出は前年同月比で増加した。".encode("shift-jis"), "is not UTF-8: byte"),
        ("수출은 전년 동월 대비 증가했다.".encode("euc-kr"), "is not UTF-8: byte"),
        (ENGLISH.encode("utf-16-le"), "looks like UTF-16 without a byte order mark: byte 1 is NUL"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8a\x00", "has the byte order mark of UTF-16-LE, but is not: byte 2"),
        (codecs.BOM_UTF8 + b"up \xff", "has the byte order mark of UTF-8, but is not: byte 6"),
        (codecs.BOM_UTF8 + b"up\n\0", "holds NUL characters, the first in line 2"),
        (b"Exports\x00\x01\x02rose", "holds NUL bytes, the first at byte 7: it is not a text file"),
    ],
)
def test_another_encoding_is_told_with_byte_and_line(tmp_path: Path, content: bytes, told: str) -> None:
    assert told in problem(tmp_path, content)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"Trade.\n{CHINESE}".encode().decode("cp1252", "replace"), "line 2"),
        (f"Trade.\n{CHINESE}".encode().decode("latin-1"), "control characters"),
        (f"Trade.\n{CHINESE}".encode().decode("gbk", "ignore"), "line 2, column 1 of its text"),
        (f"Trade.\n{CHINESE}".encode("gbk").decode("latin-1"), "Latin-1"),
        (f"Trade.\n{CHINESE}".encode("gbk").decode("utf-8", "replace"), "are lost (U+FFFD stands for them)"),
        (CHINESE.encode("ascii", "replace").decode(), "question marks stand where characters were lost"),
        ("Trade rose 5% – it’s a record".encode().decode("cp1252"), "'â€“' is UTF-8 ('–') that was read as Latin-1"),
        ("出口锟斤拷增长5%", "锟斤拷 stands for them"),
        ("Exports rose 6\ufffd.07 billion", "line 1, column 14"),
        ("a\x01b\x02c\x03", "3 control characters, the first is U+0001"),
        ("\ue001\ue002\ue003 5", "characters are of a font's own"),
    ],
)
def test_mojibake_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    message = problem(tmp_path, text)
    assert told in message
    assert "line" in message


@pytest.mark.parametrize(
    "text",
    [
        f"{ENGLISH} One character \ufffd is lost, beside no digit.",
        "São Tomé, Curaçao, Réunion, CÔTE D’IVOIRE, Åland; «Zürich»: 5 m², 3½ %, 20–30 °C, £5, €7, naïve façades",
        "What? Really?? Up 5%?!",
        TRADITIONAL,
        CHINESE,
        "① 出口增长5%；② 进口下降3%。𠮷野家 ㈱ ㎡",
    ],
)
def test_whole_texts_are_not_taken_for_mojibake(text: str) -> None:
    assert damage(text) is None


# Bad files


@pytest.mark.parametrize("name", [f"release{form}" for form in FORMS])
def test_an_empty_file_is_told(tmp_path: Path, name: str) -> None:
    assert problem(tmp_path, b"", name) == "is empty: it holds no bytes"


@pytest.mark.parametrize("text", [" \n\t\n", "\ufeff", "\u200b\u3000\n", "—\n…。", "---\ntitle: A title\n---\n \n"])
def test_a_blank_text_is_told(tmp_path: Path, text: str) -> None:
    assert problem(tmp_path, text).startswith("is blank: there is no letter and no digit")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (pdf([column([ENGLISH])]), "is by its content a PDF (byte 0), not text: name it .pdf"),
        (docx(paragraph(ENGLISH)), "is by its content a zip archive, as .docx files are (byte 0), not text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on", "an Office document of the old kind, or a protected one"),
        (b"\x89PNG\r\n\x1a\n", "is by its content a picture"),
        (b"\x1f\x8b\x08", "is by its content a gzip archive"),
        (rb"{\rtf1\ansi Exports rose}", "is by its content an RTF document (byte 0), not text: save it as .docx"),
        (page(ENGLISH).encode(), "is by its content an HTML page (line 1), not .txt: name it .html"),
    ],
)
def test_another_kind_of_file_under_the_name_of_a_text_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    assert told in problem(tmp_path, content)


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (ENGLISH.encode(), "a.pdf", "is not a PDF: %PDF- is not among its first 1,024 bytes"),
        (docx(paragraph(ENGLISH)), "a.pdf", "is by its content a zip archive"),
        (ENGLISH.encode(), "a.docx", "is not a Word document but no zip archive (byte 0)"),
        (pdf([column([ENGLISH])]), "a.docx", "is not a Word document but by its content a PDF: name it .pdf"),
        (pdf([column([ENGLISH])]), "a.html", "is by its content a PDF (byte 0), not an HTML page: name it .pdf"),
        (ENGLISH.encode(), "a.html", "holds no HTML: name it .txt if it is text"),
        (ENGLISH.encode(), "a.doc", "is no release: only .txt, .md, .html, .htm, .pdf, .docx are read, not .doc"),
        (ENGLISH.encode(), "release", "not no suffix"),
    ],
)
def test_a_name_that_does_not_fit_its_content_is_told(tmp_path: Path, content: bytes, name: str, told: str) -> None:
    assert told in problem(tmp_path, content, name)


def test_a_file_that_is_too_large_is_told_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "release.txt"
    with path.open("wb") as file:
        file.truncate(50_000_000_000)  # a sparse file: nobody reads fifty gigabytes within the second
    began = time.monotonic()
    with pytest.raises(UnusableDocument, match=r"^is larger than 5,000,000 bytes \(50,000,000,000\): it is not one"):
        read_document(path)
    assert time.monotonic() - began < 1


def test_a_text_of_the_largest_size_is_read(tmp_path: Path) -> None:
    text = (ENGLISH + "\n") * (MAXIMUM_BYTES[".txt"] // (len(ENGLISH) + 1))
    assert read(tmp_path, text).text == text


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    for name, reason in {
        "folder.txt": "is not a file",
        "pipe.txt": "is not a file",
        "missing.txt": "cannot be read: No such file or directory",
        "nul\0.txt": "cannot be read: embedded null byte",
    }.items():
        with pytest.raises(UnusableDocument) as told:
            read_document(tmp_path / name)
        assert str(told.value) == reason


def test_links_are_followed_and_those_in_a_ring_told(tmp_path: Path) -> None:
    (tmp_path / "link.txt").symlink_to(write(tmp_path, ENGLISH))
    assert read_document(tmp_path / "link.txt").text == ENGLISH
    (tmp_path / "ring.txt").symlink_to(tmp_path / "ring.txt")
    with pytest.raises(UnusableDocument, match="cannot be read: Too many levels of symbolic links"):
        read_document(tmp_path / "ring.txt")


# Sidecar and front matter

SIDECAR = """\
title: Trade of the province
publisher: Customs of the province
published_date: 2023-04-19
region: CN-XJ
url: https://example.org/a
language: en
licence: facts only
retrieved_date: 2023-04-20
note: Invented.
currency: CNY
"""


def test_the_sidecar_gives_what_is_known(tmp_path: Path) -> None:
    document = read(tmp_path, ENGLISH, sidecar=SIDECAR)
    assert (document.title, document.publisher) == ("Trade of the province", "Customs of the province")
    assert (document.published_date, document.published_date_basis) == (datetime.date(2023, 4, 19), "stated")
    assert (document.region, document.url, document.language) == ("CN-XJ", "https://example.org/a", "en")
    assert (document.licence, document.note, document.currency) == ("facts only", "Invented.", "CNY")
    assert document.retrieved_date == datetime.date(2023, 4, 20)


def test_front_matter_gives_the_same_and_the_text_begins_after_it(tmp_path: Path) -> None:
    given_before = read(tmp_path, ENGLISH, "a.txt", sidecar=SIDECAR)
    document = read(tmp_path, f"---\n{SIDECAR}---\n{ENGLISH}", "b.txt")
    assert document.text[document.body_start :] == ENGLISH
    assert document.text.startswith("---\ntitle")
    for field in ("title", "publisher", "published_date", "region", "url", "licence", "retrieved_date", "currency"):
        assert getattr(document, field) == getattr(given_before, field), field


@pytest.mark.parametrize("text", ["---\n---\nUp 5%", "---\n# nothing yet\n...\nUp 5%", "---  \r\n---\t\r\nUp 5%"])
def test_front_matter_can_be_empty(tmp_path: Path, text: str) -> None:
    document = read(tmp_path, text)
    assert document.text[document.body_start :] == "Up 5%"


def test_the_sidecar_comes_before_front_matter_and_that_before_the_page(tmp_path: Path) -> None:
    front = "---\ntitle: Front\npublisher: Front\npublished_date: 2023-04-01\npublished_date_basis: by hand\n---\n"
    document = read(tmp_path, f"{front}# Heading\n{ENGLISH}", "a.md", sidecar="title: Side\nlanguage: zh")
    assert (document.title, document.publisher, document.language) == ("Side", "Front", "zh")
    assert (document.published_date, document.published_date_basis) == (datetime.date(2023, 4, 1), "by hand")
    document = read(tmp_path, f"{front}# Heading\n{ENGLISH}", "b.md", sidecar="published_date: 2023-04-02")
    assert (document.published_date, document.published_date_basis) == (datetime.date(2023, 4, 2), "stated")


def test_a_sidecar_overrides_what_a_page_states(tmp_path: Path) -> None:
    head = '<meta name="PubDate" content="2023-04-19 10:00"><meta name="SiteName" content="A site">'
    body = f"<h1>A heading</h1><p>{ENGLISH}</p><p>{SECOND}</p>"
    document = read(tmp_path, page(body, head), "a.html", sidecar="publisher: Customs\npublished_date: 2023-04-18")
    assert (document.title, document.publisher) == ("A heading", "Customs")
    assert (document.published_date, document.published_date_basis) == (datetime.date(2023, 4, 18), "stated")


def test_corrections_are_no_sidecar(tmp_path: Path) -> None:
    path = write(tmp_path, ENGLISH)
    (tmp_path / "release.corrections.yml").write_text("not: metadata")
    assert read_document(path).title == ""
    assert "rename it" in problem(tmp_path, ENGLISH, "release.corrections.txt")


def test_the_sha256_of_a_sidecar_is_a_guard(tmp_path: Path) -> None:
    digest = hashlib.sha256(ENGLISH.encode()).hexdigest()
    assert read(tmp_path, ENGLISH, sidecar=f"sha256: {digest}").sha256 == digest
    message = problem(tmp_path, f"{ENGLISH} ", sidecar=f"sha256: {digest}")
    assert message.startswith("is not the file its sidecar describes: sha256 is ")
    assert f"release.yml says {digest}" in message
    assert "write it in a sidecar" in problem(tmp_path, f"---\nsha256: {digest}\n---\nUp 5%", "b.txt")


@pytest.mark.parametrize(
    ("sidecar", "told"),
    [
        ("title: A\npublished: 2023-04-19", "line 2: 'published' is an unknown key; known: title, publisher,"),
        ("title: 2023", "line 1, title: 2023 is not text: write it in quotation marks"),
        ("region: 653100", "line 1, region: 653100 is not text: write it in quotation marks"),
        ("region: no", "line 1, region: False is not text"),
        ("title: [a, b]", "line 1, title: a list is not text"),
        ("title: {a: b}", "line 1, title: a dict is not text"),
        ("title:", "line 1: title: is empty; fill it in, or take the line out"),
        ('title: "  "', "line 1, title: String should have at least 1 character"),
        (f"title: {'a' * 6000}", "line 1, title: String should have at most 5000 characters"),
        ("a: 1\ntitle: A", "line 1: 'a' is an unknown key"),
        ("title: A\ntitle: B", "line 2: title: is given a second time, first in line 1"),
        ("published_date: April 2023", "'April 2023' is not a date: write it as 2023-04-19"),
        ("published_date: 2023-4-9", "'2023-4-9' is not a date: write it as 2023-04-19"),
        ("published_date: 20230419", "20230419 is not a date"),
        ("published_date: 1681862400", "1681862400 is not a date"),
        ("published_date: '2023-02-30'", "'2023-02-30' is no day of the calendar"),
        ("title: A\npublished_date: 2023-13-45", "line 2: published_date: month must be in 1..12"),
        ("published_date: 2023-04-19 10:00:00", "is a time: write the date alone"),
        ("published_date_basis: by hand", "published_date_basis says how the date is known: published_date is missing"),
        ("language: zh-CN", "line 1, language: Input should be 'en' or 'zh'"),
        ("currency: yuan", "line 1, currency: String should match pattern"),
        ("sha256: abc", "line 1, sha256: String should match pattern"),
        ("- title", "line 1: it is not a list of keys and values"),
        ("a title", "it is not a list of keys and values"),
        ("!!set {title}", "it is not a list of keys and values"),
        ("title: !!python/object/apply:os.system ['true']", "line 1: title: could not determine a constructor"),
        ("title: A\nnote: !secret x", "line 2: note: could not determine a constructor for the tag '!secret'"),
        ("title: 'A\nnote: B", "is not valid: line 2"),
        ("title: A\n\tnote: B", "line 2: found character '\\t' that cannot start any token"),
        ("title: A\n---\ntitle: B", "line 2"),
        ("title: &a [*a]", "line 1: refers to another place (*a)"),
        ("<<: {title: A}", "'<<' is an unknown key"),
        ("? [a]\n: b", "None is an unknown key"),
        ("title: " + "[" * 1500, "it is nested too deep"),
        ("title: *a", "line 1: refers to another place (*a)"),
        ('title: "\\ud800"', "title"),
        ("# " + "a" * 70_000, "is larger than 64,000 bytes"),
    ],
)
def test_what_is_wrong_with_a_sidecar_is_told_with_line_and_key(tmp_path: Path, sidecar: str, told: str) -> None:
    message = problem(tmp_path, ENGLISH, sidecar=sidecar)
    assert message.startswith("its sidecar release.yml is ")
    assert told in message
    assert len(message) < 500


def test_lists_of_aliases_that_unfold_to_billions_are_told_at_once(tmp_path: Path) -> None:
    levels = ["title: &l0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"note: &l{level} [{', '.join([f'*l{level - 1}'] * 9)}]" for level in range(1, 30)]
    nested = "title: [" + ", ".join(line.partition(": ")[2] for line in levels) + "]"
    assert "refers to another place (*l0): write it out" in problem(tmp_path, ENGLISH, sidecar=nested)


def test_several_faults_of_a_sidecar_are_told_together(tmp_path: Path) -> None:
    message = problem(tmp_path, ENGLISH, sidecar="title: 1\npublished_date: 2\nlanguage: fr")
    assert all(part in message for part in ("line 1, title", "line 2, published_date", "line 3, language"))


def test_front_matter_is_told_with_the_line_of_the_file(tmp_path: Path) -> None:
    message = problem(tmp_path, "---\ntitle: A\nautor: B\n---\nUp 5%")
    assert message.startswith("its front matter is not valid: line 3: 'autor' is an unknown key")
    assert "no second line --- closes" in problem(tmp_path, f"---\ntitle: A\n{ENGLISH}")
    assert "line 2: it is not a list of keys" in problem(tmp_path, f"---\n{ENGLISH}\n---\n{SECOND}")


def test_a_sidecar_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    sidecar = tmp_path / "release.yml"
    sidecar.write_bytes("title: Übersicht".encode("latin-1"))
    assert problem(tmp_path, ENGLISH) == "its sidecar release.yml is not UTF-8: byte 7 in line 1"
    sidecar.unlink()
    sidecar.symlink_to(tmp_path / "nowhere")
    assert problem(tmp_path, ENGLISH) == "its sidecar release.yml is a link to a file that is not there"
    sidecar.unlink()
    sidecar.mkdir()
    assert problem(tmp_path, ENGLISH) == "its sidecar release.yml is not a file"


def test_dates_in_the_future_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_today", lambda: datetime.date(2023, 4, 19))
    tomorrow = read(tmp_path, ENGLISH, sidecar="published_date: 2023-04-20")
    assert tomorrow.published_date == datetime.date(2023, 4, 20)
    message = problem(tmp_path, ENGLISH, sidecar="published_date: 2023-04-21")
    assert message == (
        "published_date 2023-04-21 (stated) lies in the future: "
        "write the right one into the sidecar, or set this machine's clock"
    )
    assert "retrieved_date 2024-01-01 lies in" in problem(tmp_path, ENGLISH, sidecar="retrieved_date: 2024-01-01")
    stated = page(f"<p>{ENGLISH}</p>", '<meta name="PubDate" content="2032-04-19">')
    assert "(stated in the page (meta pubdate)) lies in the future" in problem(tmp_path, stated, "a.html")
    assert read(tmp_path, stated, "a.html", sidecar="published_date: 2023-04-19").published_date
    message = problem(tmp_path, ENGLISH, sidecar="published_date: 2023-04-19\nretrieved_date: 2023-04-18")
    assert message.startswith("retrieved_date 2023-04-18 lies before published_date 2023-04-19 (stated)")


# Pages

BODIES = {
    "paragraphs": f'<div class="TRS_Editor"><p>　　{CHINESE}</p><p style="text-indent:2em">{CHINESE_SECOND}</p></div>',
    "spans": f'<div id="zoom"><p><span><span>{CHINESE[:9]}</span></span>{CHINESE[9:]}</p><p>{CHINESE_SECOND}</p></div>',
    "breaks": f'<div id="zoom">　　{CHINESE}<br><br>　　{CHINESE_SECOND}</div>',
    "indented breaks": f'<div id="zoom">{CHINESE}<br/>&nbsp;&nbsp;{CHINESE_SECOND}</div>',
    "breaks after sentences": f'<div id="zoom">{CHINESE}<br/>{CHINESE_SECOND}</div>',
    "divisions": f'<div id="zoom"><div>{CHINESE}</div><div>{CHINESE_SECOND}</div></div>',
    "sections": f"<section><section><p>{CHINESE}</p></section></section><section><p>{CHINESE_SECOND}</p></section>",
    "table for layout": f"<table><tr><td><p>{CHINESE}</p><p>{CHINESE_SECOND}</p></td></tr></table>",
    "items": f"<ul><li>{CHINESE}</li><li>{CHINESE_SECOND}</li></ul>",
    "named otherwise": f'<div class="comment"><p class="share">{CHINESE}</p><p class="nav">{CHINESE_SECOND}</p></div>',
    "wrapped source": f"<div><p>\n  {CHINESE[:12]}\n  {CHINESE[12:]}\n</p><p>{CHINESE_SECOND}</p></div>",
    "bold and linked words": f"<div><p><b>{CHINESE[:8]}</b>{CHINESE[8:20]}<a href=x>{CHINESE[20:26]}</a>{CHINESE[26:]}"
    f"</p><p>{CHINESE_SECOND}</p></div>",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_the_main_text_of_a_page_is_read_by_paragraphs(tmp_path: Path, body: str) -> None:
    assert read(tmp_path, page(body), "a.html").text == f"{CHINESE}\n\n{CHINESE_SECOND}"


def test_a_page_of_one_sentence_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, f"<html><body><p>{ENGLISH}</p></body></html>", "a.htm").text == ENGLISH
    assert read(tmp_path, f"<p>{ENGLISH}", "a.htm").text == ENGLISH


def test_no_paragraph_between_others_is_lost_whatever_its_name(tmp_path: Path) -> None:
    for name in ("share", "sidebar", "footer", "related", "caption", "tags", "nav", "social", "byline", "attachment"):
        middle = f'<p class="{name}">{SECOND}</p><div class="{name}"><p>And 7.7 percent more.</p></div>'
        text = read(tmp_path, page(f"<div><p>{ENGLISH}</p>{middle}<p>{CHINESE}</p></div>"), "a.html").text
        assert text == f"{ENGLISH}\n\n{SECOND}\n\nAnd 7.7 percent more.\n\n{CHINESE}", name


def test_other_news_among_the_paragraphs_are_left_out(tmp_path: Path) -> None:
    other = '<div><a href="/1">Exports of another province fell 9.9 percent</a></div>'
    text = read(tmp_path, page(f"<div><p>{ENGLISH}</p>{other}<p>{SECOND}</p></div>"), "a.html").text
    assert text == f"{ENGLISH}\n\n{SECOND}"


def test_scripts_and_what_cannot_be_seen_are_never_text(tmp_path: Path) -> None:
    unseen = (
        '<script>document.write("<p>11.1 percent</p>")</script><style>p {width: 22.2px}</style><!-- 33.3 -->'
        "<noscript><p>44.4 percent</p></noscript><template><p>55.5</p></template><p hidden>66.6</p>"
        '<p style="display: none">77.7</p><textarea>88.8</textarea><svg><text>99.9</text></svg>'
        "<p>Up <del>10.1</del>5%</p>"
        '<img src="x" onerror="alert(12.12)"><iframe src="http://localhost:1/"></iframe><button>13.13</button>'
    )
    text = read(tmp_path, page(f"<div><p>{ENGLISH}</p>{unseen}<p>{SECOND}</p></div>"), "a.html").text
    assert text == f"{ENGLISH}\n\nUp 5%\n\n{SECOND}"


def test_what_only_a_screen_reader_passes_over_is_text(tmp_path: Path) -> None:
    body = f'<div><p>{ENGLISH}</p><p aria-hidden="true" style="color: red">Up 5 percent again.</p><p>{SECOND}</p></div>'
    assert read(tmp_path, page(body), "a.html").text == f"{ENGLISH}\n\nUp 5 percent again.\n\n{SECOND}"


def test_raised_digits_do_not_run_into_a_number(tmp_path: Path) -> None:
    body = f"<p>It rose to 68.07<sup>2</sup> billion yuan on 5 m<sup>2</sup> of H<sub>2</sub>O.</p><p>{SECOND}</p>"
    text = read(tmp_path, page(f"<div>{body}</div>"), "a.html").text
    assert text == f"It rose to 68.07² billion yuan on 5 m² of H₂O.\n\n{SECOND}"


def test_a_table_of_a_page_is_a_line_a_row(tmp_path: Path) -> None:
    table = (
        "<table><tr><th>Flow<th>Value<th>Growth</tr><tr><td>Exports<td>68.07<td> 12.5<br>% </tr><tr><td>Imports</table>"
    )
    text = read(tmp_path, page(f"<div><p>{ENGLISH}</p>{table}<p>{SECOND}</p></div>"), "a.html").text
    assert text == f"{ENGLISH}\n\nFlow\tValue\tGrowth\nExports\t68.07\t12.5 %\nImports\n\n{SECOND}"


@pytest.mark.parametrize("encoding", ["gb2312", "GBK", "gb18030", "utf-8", "utf-16"])
def test_a_page_is_read_in_the_encoding_that_it_states(tmp_path: Path, encoding: str) -> None:
    source = page(f"<div><p>{CHINESE}</p><p>{CHINESE_SECOND}</p></div>").replace(
        "charset=utf-8", f'charset="{encoding}"'
    )
    assert read(tmp_path, source.encode(encoding), "a.html").text == f"{CHINESE}\n\n{CHINESE_SECOND}"


def test_a_page_that_states_a_wrong_encoding_is_read_all_the_same(tmp_path: Path) -> None:
    for stated, actual in (("gb2312", "utf-8"), ("utf-8", "gb18030"), ("iso-8859-1", "utf-8"), ("nonsense", "gbk")):
        source = page(f"<p>{CHINESE}</p><p>{CHINESE_SECOND}</p>").replace("charset=utf-8", f"charset={stated}")
        assert CHINESE in read(tmp_path, source.encode(actual), "a.html").text


def test_a_page_of_western_europe_is_read_where_it_says_so(tmp_path: Path) -> None:
    source = f"<html><head><meta charset=windows-1252></head><body><p>It’s São Tomé: {ENGLISH}</p></body></html>"
    assert read(tmp_path, source.encode("cp1252"), "a.html").text == f"It’s São Tomé: {ENGLISH}"
    message = problem(tmp_path, source.replace("windows-1252", "utf-8").encode("cp1252"), "b.html")
    assert message.startswith("is not UTF-8: byte 50 (0x92) in line 1")


STATED_DATES = {
    '<meta name="PubDate" content="2023-04-19 10:11">': "meta pubdate",
    '<meta property="article:published_time" content="2023-04-19T10:11:00+08:00">': "meta article:published_time",
    '<meta itemprop="datePublished" content="April 19, 2023">': "meta datepublished",
    '<meta name="dc.date" content="19 Apr 2023">': "meta dc.date",
    '<meta name="date" content="20230419101100">': "meta date",
    '<script type="application/ld+json">{"@graph": [{"datePublished": "2023-04-19"}]}</script>': "datePublished",
    "<time pubdate datetime='2023-04-19'>yesterday</time>": "time of publication",
    "<p>发布时间：2023年4月19日 来源：某某海关</p>": "发布时间",
    "<div><span>發布日期:</span><span>2023/04/19</span></div>": "發布日期",
    "<p>Published: 19 April 2023 | 1,234 views</p>": "Published",
}


@pytest.mark.parametrize(("head", "basis"), STATED_DATES.items(), ids=STATED_DATES.values())
def test_the_date_that_a_page_states_is_taken(tmp_path: Path, head: str, basis: str) -> None:
    document = read(tmp_path, page(f"<p>{ENGLISH}</p><p>{SECOND}</p>", head), "a.html")
    assert document.published_date == datetime.date(2023, 4, 19)
    assert document.published_date_basis == f"stated in the page ({basis})"


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/2023-04/19/content_1.htm",
        "http://example.org/art/2023/4/../t20230419_123.html",
        "http://m.example.org/2023/04/19/852dc5a1.html",
    ],
)
def test_the_date_in_the_address_of_a_page_is_taken_where_it_states_none(tmp_path: Path, address: str) -> None:
    for head in (f'<link rel="canonical" href="{address}">', f'<meta property="og:url" content="{address}">'):
        document = read(tmp_path, page(f"<p>{ENGLISH}</p>", head), "a.html")
        assert (document.published_date, document.url) == (datetime.date(2023, 4, 19), address)
        assert document.published_date_basis == "address of the page"
    saved = f"<!-- saved from url=(0044){address} -->\n" + page(f"<p>{ENGLISH}</p>")
    assert read(tmp_path, saved, "b.html").url == address


def test_any_other_date_on_a_page_is_not_its_date(tmp_path: Path) -> None:
    body = f"<p>今天是2023年4月19日</p><time datetime='2023-04-18'></time><p>{ENGLISH} On 17 April 2023.</p>"
    head = '<meta name="date" content="soon"><meta name="PubDate" content="04/05/2023">'
    assert read(tmp_path, page(body, head), "a.html").published_date is None


def test_title_and_publisher_are_those_that_a_page_states(tmp_path: Path) -> None:
    head = '<meta name="ArticleTitle" content="The  title"><meta property="og:site_name" content="The customs">'
    document = read(tmp_path, page(f"<p>{ENGLISH}</p>", head), "a.html")
    assert (document.title, document.publisher) == ("The title", "The customs")
    linked = '{"headline": "Of data", "publisher": {"name": "Of data, too"}, "datePublished": [1]}'
    head = f'<script type="application/ld+json">not json</script><script type="application/ld+json">[{linked}]</script>'
    document = read(tmp_path, page(f"<p>{ENGLISH}</p>", head), "a.html")
    assert (document.title, document.publisher) == ("Of data", "Of data, too")
    assert read(tmp_path, page(f"<p>{ENGLISH}</p>"), "a.html").title == "A title - A site"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            "<html><body><div id=app></div><script>render('Up 5%')</script></body></html>",
            "holds no text that can be seen",
        ),
        ("<!doctype html>", "is not HTML that can be read: Document is empty"),
        ("<html><body><p>—</p></body></html>", "is blank"),
        ("<div>" * 300 + ENGLISH, "line 1: Excessive depth in document"),
        ("<html><body>" + "<i>a</i>" * 50_001, "has more than 50,000 elements: it is not one release"),
        ("<html><body>" + f"<p>{ENGLISH}</p>" * 12_000, "holds more than 1,000,000 characters of text"),
        (page(f"<p>{ENGLISH} &#1;6.8 percent</p>"), "1 characters are lost (U+FFFD stands for them)"),
        (page(f"<p>{CHINESE.encode().decode('gbk', 'ignore')}</p>"), "is UTF-8 that was read as GBK"),
    ],
)
def test_a_page_without_a_text_that_can_be_read_is_told(tmp_path: Path, content: str, told: str) -> None:
    assert told in problem(tmp_path, content, "a.html")


@pytest.mark.parametrize("run", [" ", "\n", "&nbsp;", "中\n", "<br>", "a "])
def test_long_runs_do_not_take_long(tmp_path: Path, run: str) -> None:
    content = f"<html><body><p>{ENGLISH}{run * (20_000 if run == '<br>' else 300_000)}x</p></body></html>"
    began = time.monotonic()
    assert read(tmp_path, content, "a.html").text.startswith(ENGLISH)
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2023-04-19T10:11:12Z", "2023-04-19"),
        ("2023年04月19日 10:11", "2023-04-19"),
        ("2023.4.19", "2023-04-19"),
        ("Wed, 19 Apr 2023 08:00:00 GMT", "2023-04-19"),
        ("Sept. 5, 2023", "2023-09-05"),
        ("1st May 2023", "2023-05-01"),
        ("04/05/2023", None),
        ("2023-02-30", None),
        ("2023", None),
        ("May 2023", None),
        ("12023-04-191", None),
        ("", None),
    ],
)
def test_dates_are_read_as_pages_write_them(text: str, day: str | None) -> None:
    assert stated_date(text) == (datetime.date.fromisoformat(day) if day else None)


# PDF


def test_lines_of_a_pdf_become_paragraphs(tmp_path: Path) -> None:
    lines = [
        "Exports of the province rose 12.5 percent to 68.07 billion yuan in",
        "the first quarter of 2023, customs said. Private enterprises took a",
        "share of 80 percent.",
        "Imports fell 3.4 percent to 20.1 billion yuan, and the balance was a",
        "surplus of 47.97 billion yuan.",
    ]
    document = read(tmp_path, pdf([column(lines)], title="Trade of the province"), "a.pdf")
    assert document.text.split("\n\n") == [" ".join(lines[:3]), " ".join(lines[3:])]
    assert (document.title, document.language, document.published_date) == ("Trade of the province", "en", None)


def test_lines_of_a_chinese_pdf_are_joined_without_space(tmp_path: Path) -> None:
    lines = []
    for whole in (CHINESE, CHINESE_SECOND):
        # Twenty characters wide; numbers are not parted, and marks do not begin a line.
        lines += re.findall(r"(?:[0-9.%]+|.){1,15}[，。；）]?", f"　　{whole}")
    document = read(tmp_path, pdf([column(lines)]), "a.pdf")
    assert document.text == f"{CHINESE}\n\n{CHINESE_SECOND}"
    assert document.language == "zh"


def test_a_heading_and_gaps_between_paragraphs_part_them(tmp_path: Path) -> None:
    placed = [
        (200, 740, 18, "Trade rises again"),
        *column(
            ["Exports of the province rose 12.5 percent to 68.07", "billion yuan in the first quarter of 2023."],
            top=700,
        ),
        *column(["Imports fell 3.4 percent to 20.1 billion yuan, and", SECOND[51:]], top=650),
    ]
    text = read(tmp_path, pdf([placed]), "a.pdf").text
    assert text == f"Trade rises again\n\n{ENGLISH}\n\n{SECOND}"


def test_page_numbers_and_running_heads_are_left_out(tmp_path: Path) -> None:
    def with_furniture(number: int, lines: list[str]) -> list[Placed]:
        head, foot = (72.0, 760.0, 9.0, "Customs of the province"), (300.0, 30.0, 9.0, f"- {number} -")
        return [head, *column(lines, top=700), foot, (72.0, 40.0, 9.0, f"Page {number} of 3")]

    partners = "The five largest partners of the province took a share of more than half"
    pages = [
        with_furniture(1, ["Exports rose 12.5 percent.", partners]),
        with_furniture(2, ["of its trade, 2 points more than before.", partners, "once more."]),
        with_furniture(3, ["It was the 3rd rise in 12 months."]),
    ]
    assert read(tmp_path, pdf(pages), "a.pdf").text.split("\n\n") == [
        "Exports rose 12.5 percent.",
        f"{partners} of its trade, 2 points more than before.",
        f"{partners} once more.",
        "It was the 3rd rise in 12 months.",
    ]


def test_numbers_of_a_margin_that_do_not_count_the_pages_stay(tmp_path: Path) -> None:
    pages = [[*column([ENGLISH]), (72, 30, 12, "12")], [*column([SECOND]), (72, 30, 12, "47")]]
    assert read(tmp_path, pdf(pages), "a.pdf").text.split("\n\n") == [ENGLISH, "12", SECOND, "47"]


def test_a_raised_digit_of_a_pdf_is_no_digit_of_the_number(tmp_path: Path) -> None:
    placed = [(72, 700, 12, "Exports: 68.07"), (149, 705, 7, "2"), (153, 700, 12, " billion yuan")]
    assert read(tmp_path, pdf([placed]), "a.pdf").text == "Exports: 68.07² billion yuan"


def test_rows_of_a_table_of_a_pdf_are_lines_with_tabs(tmp_path: Path) -> None:
    rows = [("Exports", "68.07", "12.5"), ("Imports", "20.1", "-3.4")]
    placed = [
        (left, 600 - 18 * number, 12, cell)
        for number, row in enumerate(rows)
        for left, cell in zip((72, 200, 300), row, strict=True)
    ]
    text = read(tmp_path, pdf([[*column([ENGLISH]), *placed]]), "a.pdf").text
    assert text == f"{ENGLISH}\n\nExports\t68.07\t12.5\nImports\t20.1\t-3.4"


@pytest.mark.parametrize(
    ("lines", "whole"),
    [
        (["the develop-", "ment of trade"], "the development of trade"),
        (["more ex-", "ports; exports fell"], "more exports; exports fell"),
        (["foreign-", "invested firms"], "foreign-invested firms"),
        (["year-on-", "year growth"], "year-on-year growth"),
        (["cross-\x02".replace("-\x02", "\x02"), "border e-commerce"], "cross-border e-commerce"),
        (["the develop\xad", "ment of trade"], "the development of trade"),
        (["the Asia-", "Pacific region"], "the Asia-Pacific region"),
        (["from 2022-", "2023 on"], "from 2022- 2023 on"),
        (["增长12.5%，", "占全省"], "增长12.5%，占全省"),
        (["进出口总值", "680.7亿元"], "进出口总值680.7亿元"),
        (["680", "7亿元"], "680 7亿元"),
        (["rose 68", "07 billion"], "rose 68 07 billion"),
        (["Exports", "", "rose"], "Exports rose"),
    ],
)
def test_lines_are_joined_as_their_language_wants(lines: list[str], whole: str) -> None:
    assert joined(lines, words_of(lines)) == whole


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (pdf([[], []]), "holds no text on its 2 pages: it is a scan, or empty; recognise its text (OCR)"),
        (pdf([[]], extra=PICTURE), "page 1 of 1 is a scan: a picture without text"),
        (pdf([column([ENGLISH])], extra=PICTURE, mode=3), "page 1 of 1 is a scan with recognised text (OCR) under it"),
        (pdf([column([ENGLISH])] * 201), "has 201 pages, and a release at most 200"),
        (pdf([column([ENGLISH])])[:300], "is not a whole PDF: no page can be found in it"),
        (b"%PDF-1.7\n", "is not a whole PDF"),
        (pdf([column([CHINESE.encode().decode("gbk", "ignore")])]), "page 1, line 1 of its text: "),
    ],
)
def test_a_pdf_that_cannot_be_read_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    assert told in problem(tmp_path, content, "a.pdf")


def test_one_page_of_a_pdf_that_is_a_scan_is_told(tmp_path: Path) -> None:
    content = pdf([column([ENGLISH]), []]).replace(
        b"<</Length 0>>stream\n\nendstream", b"<</Length 29>>stream\n" + PICTURE + b"endstream"
    )
    assert "page 2 of 2 is a scan" in problem(tmp_path, content, "a.pdf")


# Word


def test_a_word_document_is_read_by_paragraphs_and_rows(tmp_path: Path) -> None:
    import docx as python_docx

    document = python_docx.Document()
    document.core_properties.title = "Trade of the province"
    document.core_properties.created = datetime.datetime(2001, 1, 1)
    document.add_heading("Trade rises", 1)
    document.add_paragraph(ENGLISH)
    table = document.add_table(rows=2, cols=2)
    for number, text in enumerate(("Exports", "68.07", "Imports", "20.1")):
        table.cell(number // 2, number % 2).text = text
    document.add_paragraph(SECOND)
    buffer = io.BytesIO()
    document.save(buffer)
    found = read(tmp_path, buffer.getvalue(), "a.docx")
    assert found.text == f"Trade rises\n\n{ENGLISH}\n\nExports\t68.07\nImports\t20.1\n\n{SECOND}"
    assert (found.title, found.published_date) == ("Trade of the province", None)


RAISED = '<w:vertAlign w:val="superscript"/>'
NOT_STRUCK = '<w:strike w:val="0"/>'
WORD_BODIES = [
    (f"<w:p>{run('Up ')}<w:ins>{run('5%')}</w:ins><w:del>{run('6%')}</w:del></w:p>", "Up 5%"),
    (f"<w:p><w:hyperlink>{run('Up')}</w:hyperlink><w:r><w:tab/><w:t>5</w:t><w:noBreakHyphen/></w:r></w:p>", "Up\t5-"),
    (f"<w:p>{run('Up')}<w:r><w:br w:type='page'/><w:br/></w:r>{run('5%')}</w:p>", "Up\n5%"),
    (f"<w:p>{run('Up 5%')}{run('6%', '<w:vanish/>')}</w:p>", "Up 5%"),
    (f"<w:p>{run('6%', '<w:strike/>')}{run('Up 5%', NOT_STRUCK)}</w:p>", "Up 5%"),
    (f"<w:p>{run('Up 68.07')}{run('2', RAISED)}</w:p>", "Up 68.07²"),
    (f"<w:p><w:r><w:instrText>PAGE 7</w:instrText></w:r>{run('Up 5%')}</w:p>", "Up 5%"),
    (
        f"<w:sdt><w:sdtContent>{paragraph('Up 5%')}</w:sdtContent></w:sdt>{paragraph(' ')}{paragraph('6%')}",
        "Up 5%\n\n6%",
    ),
    (f"<w:p>{run('Up 5%')}<w:r><w:pict>{box('A box: 7%')}</w:pict></w:r></w:p>", "Up 5%\n\nA box: 7%"),
    (f"<w:p><w:r><Fallback>{box('Twice')}</Fallback></w:r></w:p>{paragraph('Up 5%')}", "Up 5%"),
    (f"<w:p><w:txbxContent><w:p>{box('Within')}</w:p></w:txbxContent></w:p>", "Within"),
    (
        f"<w:tbl><w:tr><w:tc>{paragraph('a')}{paragraph('b')}</w:tc><w:tc>{paragraph('1')}</w:tc></w:tr></w:tbl>",
        "a b\t1",
    ),
]


@pytest.mark.parametrize(("body", "text"), WORD_BODIES, ids=range(len(WORD_BODIES)))
def test_what_stands_on_the_page_of_a_word_document_is_read(tmp_path: Path, body: str, text: str) -> None:
    assert read(tmp_path, docx(body), "a.docx").text == text


def test_footnotes_and_a_part_of_another_name_are_read(tmp_path: Path) -> None:
    notes = docx(paragraph("In yuan: 5%"))
    xml = zipfile.ZipFile(io.BytesIO(notes)).read("word/document.xml")
    parts = {"word/footnotes.xml": xml, "word/document2.xml": xml, "docProps/core.xml": "<a/>"}
    assert read(tmp_path, docx(paragraph(ENGLISH), parts=parts), "a.docx").text == f"{ENGLISH}\n\nIn yuan: 5%"
    parts["_rels/.rels"] = '<a><b Type="x/officeDocument" Target="/word/document2.xml"/></a>'
    assert read(tmp_path, docx("", parts=parts), "b.docx").text == "In yuan: 5%\n\nIn yuan: 5%"


def test_titles_that_programs_write_by_themselves_are_none(tmp_path: Path) -> None:
    for title in ("Microsoft Word - 文档1.docx", "untitled", "draft.doc", ""):
        assert read(tmp_path, docx(paragraph(ENGLISH), title=title), "a.docx").title == ""
        assert read(tmp_path, pdf([column([ENGLISH])], title=title), "a.pdf").title == ""


ENTITY = '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><document><p><t>&e;</t></p></document>'


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (docx("<w:p>"), "its part word/document.xml is not whole: "),
        (docx(paragraph(ENGLISH))[:200], "is not a whole Word document: File is not a zip file"),
        (docx("", parts={"word/document.xml": ENTITY}), "its part word/document.xml declares a document type"),
        (
            docx("", parts={"word/document.xml": ENTITY.encode("utf-16")}),
            "its part word/document.xml declares a document",
        ),
        (docx("", parts={"word/document.xml": " " * 50_000_001}), "unpacks to 50,000,001 bytes, more than 50,000,000"),
        (docx("", parts={"_rels/.rels": '<a><b Type="officeDocument" Target="x"/></a>'}), "is blank"),
        (docx("", parts={"_rels/.rels": '<a><b Type="/officeDocument" Target="../x"/></a>'}), "has no part '../x'"),
        (docx("", parts={"word/document.xml": "<html/>"}), "its part word/document.xml is a html"),
        (docx("<w:sdt>" * 300 + "</w:sdt>" * 300), "Excessive depth in document"),
        (docx(""), "is blank"),
    ],
    ids=range(10),
)
def test_a_word_document_that_cannot_be_read_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    assert told in problem(tmp_path, content, "a.docx")


# The process that takes files apart


def test_a_file_that_takes_too_long_is_told_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(tmp_path, f"<p>{ENGLISH}</p>", "a.html")
    monkeypatch.setattr(extraction, "SECONDS", 1.0)
    attributes = " ".join(f"a{number}=1" for number in range(400_000))
    began = time.monotonic()
    told = problem(tmp_path, f"<html><body><p {attributes}>{ENGLISH}</p></body></html>", "slow.html")
    assert told.startswith("could not be read within 1 seconds")
    assert time.monotonic() - began < 10
    monkeypatch.undo()
    assert read(tmp_path, f"<p>{ENGLISH}</p>", "a.html").text == ENGLISH


def test_a_process_that_is_killed_is_started_anew(tmp_path: Path) -> None:
    path = write(tmp_path, f"<p>{ENGLISH}</p>", "a.html")
    assert read_document(path).text == ENGLISH
    running = extraction._running
    assert running is not None
    running._process.kill()
    assert read_document(path).text == ENGLISH
    assert extraction._running is not running


def test_a_file_that_ends_the_process_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    extraction._end()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "pypdfium2.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    told = problem(tmp_path, pdf([column([ENGLISH])]), "a.pdf")
    assert told.startswith("breaks the program that reads such files (exit -11); save it anew")
    (tmp_path / "pypdfium2.py").write_text("raise ImportError('no such library')")
    with pytest.raises(extraction.ExtractionFailed, match=r"a library that reads \.pdf is missing: no such"):
        read(tmp_path, pdf([column([ENGLISH])]), "a.pdf")
    (tmp_path / "pypdfium2.py").write_text(
        "PdfiumError = OSError\ndef PdfDocument(content): print(5); raise KeyError(7)"
    )
    extraction._end()
    told = problem(tmp_path, pdf([column([ENGLISH])]), "a.pdf")
    assert told.startswith("breaks the library that reads such files (KeyError: 7)")
    extraction._end()


def test_the_process_is_followed_by_another_after_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "FILES_OF_A_PROCESS", 2)
    path = write(tmp_path, f"<p>{ENGLISH}</p>", "a.html")
    seen = set()
    for _ in range(4):
        read_document(path)
        assert extraction._running is not None
        seen.add(extraction._running._process.pid)
    assert len(seen) >= 2


def test_importing_the_package_loads_no_library_that_parses() -> None:
    program = (
        "import time, sys; began = time.perf_counter(); import orchestration.releases.documents; "
        "spent = time.perf_counter() - began; "
        "print(spent, [name for name in ('lxml', 'trafilatura', 'pypdfium2', 'dagster') if name in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    spent, loaded = printed.split(maxsplit=1)
    assert loaded.strip() == "[]"
    assert float(spent) < 2  # 0.1 seconds on a machine that does nothing else


# Files at random

EXAMPLES = int(os.environ.get("CUSTOMHOUSE_FUZZ_EXAMPLES", "0"))
fuzz = hypothesis_settings(max_examples=EXAMPLES or 60, derandomize=not EXAMPLES)
GOOD = {
    ".txt": f"---\ntitle: A\npublished_date: 2023-04-19\n---\n{CHINESE}\n{ENGLISH}\n".encode(),
    ".md": f"# A\n\n{CHINESE}\n\n{ENGLISH}\n".encode("gb18030"),
    ".html": page(
        f"<p>发布时间：2023-04-19</p><div><p>{ENGLISH}</p><p>{CHINESE}<br>5<sup>2</sup></p><table><tr><td>1<td>2</table></div>",
        '<script type="application/ld+json">{"datePublished": "2023-04-19"}</script><meta name=pubdate content=2023>',
    ).encode(),
    ".htm": page(f"<p>{CHINESE}</p>").replace("utf-8", "gbk").encode("gbk"),
    ".pdf": pdf([column([ENGLISH, SECOND]), column([CHINESE[:20], CHINESE[20:]])], title="A title", extra=PICTURE),
    ".docx": docx(
        f"{paragraph(ENGLISH)}<w:tbl><w:tr><w:tc>{paragraph('a')}</w:tc><w:tc>{paragraph('1')}</w:tc></w:tr></w:tbl>",
        title="A",
    ),
}
MARKS = [
    b"",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"<",
    b">",
    b"---\n",
    b"%PDF-1.7",
    b"PK\x03\x04",
    b"\xa3\xac",
    b"9" * 99,
]


def check(content: bytes, suffix: str, sidecar: bytes | None = None) -> None:
    """A file is read or told to be unusable, in good time, and what is read is as it is promised."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"release{suffix}"
        path.write_bytes(content)
        if sidecar is not None:
            path.with_suffix(".yml").write_bytes(sidecar)
        began = time.monotonic()
        try:
            document = read_document(path)
        except UnusableDocument as told:
            assert str(told)
            assert "could not be read within" not in str(told)
            assert "breaks the" not in str(told)
            str(told).encode()
        else:
            assert 0 <= document.body_start <= len(document.text)
            assert any(map(str.isalnum, document.text[document.body_start :]))
            assert "\r" not in document.text
            document.text.encode()
            if suffix in (".txt", ".md"):
                assert document.text == decode(content)
        assert time.monotonic() - began < 20


@fuzz
@given(st.binary(max_size=2000), st.sampled_from(FORMS), st.sampled_from(MARKS))
@example(b"\x00\xd8", ".txt", b"\xff\xfe")
@example(b"\xff" * 50, ".pdf", b"%PDF-1.7")
@example(b"<" * 500, ".html", b"<")
def test_fuzz_bytes(content: bytes, suffix: str, mark: bytes) -> None:
    check(mark + content, suffix)


@fuzz
@given(
    st.text(max_size=500), st.sampled_from([".txt", ".md", ".html"]), st.sampled_from(["utf-8", "utf-16", "gb18030"])
)
def test_fuzz_texts(text: str, suffix: str, encoding: str) -> None:
    check(text.encode(encoding, "ignore"), suffix)


@st.composite
def mutations(draw: st.DrawFn) -> tuple[bytes, str]:
    """A good file with some of its bytes cut out, written over, moved or repeated."""
    suffix = draw(st.sampled_from(FORMS))
    content = bytearray(GOOD[suffix])
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(content)))
        length = draw(st.integers(0, 30))
        piece = draw(
            st.one_of(st.binary(max_size=8), st.sampled_from(MARKS), st.just(bytes(content[at : at + length]) * 9))
        )
        content[at : at + length] = piece
    return bytes(content), suffix


@fuzz
@given(mutations())
def test_fuzz_mutated_files(case: tuple[bytes, str]) -> None:
    check(*case)


@st.composite
def word_parts(draw: st.DrawFn) -> bytes:
    """A Word document whose archive is whole and whose XML has pieces in any order."""
    pieces = ["w:p", "w:r", "w:tbl", "w:tr", "w:tc", "w:sdt", "w:txbxContent", "w:ins", "w:rPr", "Fallback", "w:t"]
    xml = ""
    closing: list[str] = []
    for piece in draw(
        st.lists(st.sampled_from([*pieces, "", "</>", "5%", "<w:br/>", '<w:vertAlign w:val="superscript"/>']))
    ):
        if piece in pieces:
            xml += f"<{piece}>"
            closing.append(piece)
        elif piece == "</>":
            xml += f"</{closing.pop()}>" if closing else ""
        else:
            xml += piece
    xml += "".join(f"</{piece}>" for piece in reversed(closing))
    return docx(xml, title=draw(st.sampled_from(["", "A title"])))


@fuzz
@given(word_parts())
def test_fuzz_word_parts(content: bytes) -> None:
    check(content, ".docx")


TAGS = (
    "div",
    "p",
    "span",
    "table",
    "tr",
    "td",
    "ul",
    "li",
    "br",
    "a",
    "sup",
    "pre",
    "h1",
    "script",
    "b",
    "body",
    "head",
)


@fuzz
@given(
    st.lists(
        st.one_of(
            st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS]),
            st.sampled_from(
                [ENGLISH, CHINESE, "5%", "\n", "&nbsp;", "&#0;", "&#xD800;", "<!--", "<![CDATA[", " hidden ", "<?"]
            ),
            st.sampled_from(
                ['<p style="display:none">', "<a href='x'>", '<meta charset="', "<time pubdate>", "2023-04-19"]
            ),
        ),
        max_size=60,
    )
)
def test_fuzz_tags(pieces: list[str]) -> None:
    check("".join(pieces).encode(), ".html")


@st.composite
def drawn_pages(draw: st.DrawFn) -> bytes:
    """A PDF that is whole, with lines at any place and of any size."""
    number = st.sampled_from([0.0, 0.1, 30.0, 72.0, 85.0, 300.0, 700.0, 718.0, 760.0, -50.0, 1e6])
    size = st.sampled_from([0.0, 1.0, 7.0, 12.0, 18.0, -12.0, 1e5])
    words = st.sampled_from(
        [ENGLISH, SECOND[:40], CHINESE, CHINESE[:10], "1", "- 2 -", "foreign-", "　　全省", "\x02", "\ue000", "\ud800x"]
    )
    words = words.map(lambda text: text.encode("utf-16-be", "ignore").decode("utf-16-be"))
    return pdf(draw(st.lists(st.lists(st.tuples(number, number, size, words), max_size=8), min_size=1, max_size=4)))


@fuzz
@given(drawn_pages())
def test_fuzz_drawn_pages(content: bytes) -> None:
    check(content, ".pdf")


@fuzz
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(st.sampled_from("title:publisher_date-2023'\"[]{}!&*#|>%@` \n\t,?<~0."), max_size=80).map(str.encode),
        st.dictionaries(
            st.sampled_from(["title", "published_date", "language", "sha256", "currency", "x"]),
            st.sampled_from(
                [
                    "A",
                    "2023-04-19",
                    "2023-04-19 10:00",
                    "1",
                    "[a]",
                    "{a: b}",
                    "!!x y",
                    "~",
                    "&a *a",
                    "en",
                    "9e999",
                    "0x7",
                ]
            ),
        ).map(lambda fields: "\n".join(f"{key}: {value}" for key, value in fields.items()).encode()),
    )
)
def test_fuzz_sidecars(sidecar: bytes) -> None:
    check(ENGLISH.encode(), ".txt", sidecar)
    check(b"---\n" + sidecar + b"\n---\n" + ENGLISH.encode(), ".txt")
