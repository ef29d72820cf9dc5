"""Hostile raw files: what they must not reach, run, unfold to, or hold up; docs/security.md names each of these."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import socket
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
import yaml

from orchestration.codes import CodeLists
from orchestration.customs import files
from orchestration.inputs import current_inputs
from orchestration.raw_files import NotOpened, PlainLoader, TextLoader, load_yaml
from orchestration.releases.corrections import InvalidCorrections, read_corrections
from orchestration.releases.documents import UnusableDocument, read_document
from orchestration.releases.folder import find_releases
from orchestration.settings import Settings
from orchestration.sheets import read_sheets
from orchestration.sources import readable_name
from orchestration.visible import visible
from tests.conftest import sheet_text, write_sheet
from tests.unit.customs.conftest import FRUIT, HEADER, WHEAT, CustomsFolder, text_of, zipped
from tests.unit.releases.document_files import docx, page, paragraph, pdf

SECRET = "root-password-68.07-billion"
RELEASE = "Exports of the province rose 12.5 percent to 68.07 billion yuan in the first quarter of 2023."
NAMED = "is a link that leads out of its folder"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "elsewhere" / "secret"
    path.parent.mkdir()
    path.write_text(SECRET)
    return path


def refused(path: Path) -> str:
    with pytest.raises(UnusableDocument) as told:
        read_document(path)
    return str(told.value)


# Links, pipes and devices


@pytest.mark.parametrize("target", ["secret", "/etc/passwd", "/dev/zero", "/proc/kcore", "/proc/kmsg", "ring"])
@pytest.mark.parametrize("part", ["release.txt", "release.yml", "release.corrections.yml"])
def test_a_link_out_of_releases_is_not_opened(tmp_path: Path, secret: Path, target: str, part: str) -> None:
    folder = tmp_path / "raw" / "releases"
    folder.mkdir(parents=True)
    (folder / "release.txt").write_text(RELEASE)
    link = folder / part
    link.unlink(missing_ok=True)
    link.symlink_to({"secret": secret, "ring": link}.get(target, Path(target)))
    found = find_releases(folder, reader_key="")
    told = [one.reason for one in found.rejected]
    assert found.files == []
    # What is no file is none of the folder's releases; whatever it is, nothing of it is read.
    assert all(NAMED in one for one in told)
    assert told or part == "release.txt"


@pytest.mark.parametrize("name", ["one.csv", "one.yml"])
def test_a_link_out_of_sheets_is_not_opened(tmp_path: Path, secret: Path, codes: CodeLists, name: str) -> None:
    folder = tmp_path / "raw" / "sheets"
    write_sheet(folder, "one", [{}])
    (folder / name).unlink()
    (folder / name).symlink_to(secret)
    reading = read_sheets(folder, codes)
    assert [NAMED in one.reason for one in reading.rejected] == [True]
    assert SECRET not in str(reading)


@pytest.mark.parametrize("name", ["one.csv", "one.yml"])
def test_a_link_out_of_customs_is_not_opened(customs: CustomsFolder, secret: Path, name: str) -> None:
    customs.write("one.csv", text_of([WHEAT]))
    (customs.raw / name).unlink()
    (customs.raw / name).symlink_to(secret)
    found = customs.load()
    assert [NAMED in one.reason for one in found.rejected] == [True]
    assert SECRET not in str(found)


def test_a_file_over_a_linked_folder_and_a_link_inside_are_told_apart(tmp_path: Path, secret: Path) -> None:
    folder = tmp_path / "raw" / "releases"
    (folder / "2023").mkdir(parents=True)
    (folder / "2023" / "one.txt").write_text(RELEASE)
    (folder / "two.txt").symlink_to(folder / "2023" / "one.txt")
    (folder / "linked").symlink_to(secret.parent)
    (secret.parent / "three.txt").write_text(RELEASE)
    found = find_releases(folder, reader_key="")
    assert [one.source_id for one in found.files] == ["one", "two"]


@pytest.mark.parametrize("target", ["/proc/self/pagemap", "/proc/kmsg", "/etc/passwd"])
def test_a_link_out_of_raw_counts_as_an_input_and_is_not_read(settings: Settings, target: str) -> None:
    """The first has no end, and reading the second waits: the inputs are hashed before each refresh."""
    link = settings.raw_dir / "releases" / "link.txt"
    link.symlink_to(target)
    (found,) = (one for one in current_inputs(settings).files if one.path == "raw/releases/link.txt")
    assert (found.sha256, found.bytes) == ("", 0)


@pytest.mark.parametrize("name", ["one.csv", "one.yml"])
def test_a_pipe_in_sheets_does_not_hold_up(tmp_path: Path, codes: CodeLists, name: str) -> None:
    folder = tmp_path / "sheets"
    write_sheet(folder, "one", [{}])
    write_sheet(folder, "two", [{}])
    (folder / name).unlink()
    os.mkfifo(folder / name)
    reading = read_sheets(folder, codes)
    assert ["is not a file" in one.reason for one in reading.rejected] == [True]
    assert [one.source_id for one in reading.sources] == ["two"]


@pytest.mark.parametrize("name", ["one.csv", "one.yml"])
def test_a_pipe_in_customs_does_not_hold_up(customs: CustomsFolder, name: str) -> None:
    customs.write("one.csv", text_of([WHEAT]))
    customs.write("two.csv", text_of([WHEAT]))
    (customs.raw / name).unlink()
    os.mkfifo(customs.raw / name)
    found = customs.load()
    assert [one.source.source_id for one in found.files] == ["two"]


@pytest.mark.parametrize("name", ["release.txt", "release.yml", "release.corrections.yml"])
def test_a_pipe_in_releases_does_not_hold_up(tmp_path: Path, name: str) -> None:
    (tmp_path / "release.txt").write_text(RELEASE)
    (tmp_path / name).unlink(missing_ok=True)
    os.mkfifo(tmp_path / name)
    if name.endswith(".corrections.yml"):
        with pytest.raises(InvalidCorrections, match="is not a file"):
            read_corrections(tmp_path / name)
    else:
        assert "is not a file" in refused(tmp_path / "release.txt")


# Names


@pytest.mark.parametrize(
    "name",
    [
        "a\nb",
        "a\x1b]0;owned\x07",
        "a\x1b[2J",
        "a\rb",
        "a\u202egpj",
        "a\u2066b",
        "a\u200bb",
        "a\u2028b",
        "a\x7fb",
        "a\x9bm",
    ],
)
def test_a_name_that_steers_the_screen_is_refused_and_shown(tmp_path: Path, codes: CodeLists, name: str) -> None:
    folder = tmp_path / "raw" / "releases"
    folder.mkdir(parents=True)
    (folder / f"{name}.txt").write_text(RELEASE)
    found = find_releases(folder, reader_key="")
    write_sheet(tmp_path / "raw" / "sheets", name, [{}])
    rejected = [*found.rejected, *read_sheets(tmp_path / "raw" / "sheets", codes).rejected]
    assert found.files == []
    assert len(rejected) == 2
    for one in rejected:
        assert "rename it" in one.reason
        assert one.file.isprintable()


@pytest.mark.parametrize(
    "name",
    ["'); DROP TABLE x; --", '"; DROP TABLE x; --', "<img src=x onerror=alert(1)>".replace("/", ""), "=1+1", "{{ x }}"],
)
def test_a_name_in_sql_html_or_jinja_is_a_name(customs: CustomsFolder, name: str) -> None:
    customs.write(f"{name}.csv", text_of([WHEAT]))
    found = customs.load()
    assert found.rejected == []
    (line,) = customs.lines(found)
    assert line["value_cny_source_id"] == name


def test_text_on_the_screen_steers_nothing() -> None:
    text = "68.07\x1b]0;owned\x07\x1b[2J\u202e70.86\u2066\x9b31m\r\x08"
    shown = visible(text)
    assert len(shown) == len(text)
    assert all(one.isprintable() for one in shown.replace("\n", ""))
    assert readable_name("新疆 2023 – Xinjiang（一季度）\u3000.csv") == "新疆 2023 – Xinjiang（一季度）\u3000.csv"


@pytest.mark.parametrize("pattern", ["*.csv", "?ther.csv", "[o]ther.csv", "**.csv"])
def test_a_pattern_for_a_name_reads_no_other_file(customs: CustomsFolder, pattern: str) -> None:
    customs.write("other.csv", text_of([FRUIT]), month="2023-02")
    customs.write(pattern, text_of([WHEAT]))
    found = customs.load()
    assert found.rejected == []
    assert [(line["commodity_id"], line["value_cny_source_id"]) for line in customs.lines(found)] == [
        (WHEAT[0], pattern.removesuffix(".csv")),
        (FRUIT[0], "other"),
    ]


def test_a_name_of_a_folder_is_no_column(customs: CustomsFolder) -> None:
    for folder in ("人民币=9999", "颜色=红"):
        (customs.raw / folder).mkdir()
    write_parquet(customs, "人民币=9999/one.parquet")
    write_parquet(customs, "颜色=红/two.parquet", month="2023-02")
    found = customs.load()
    assert found.rejected == []
    assert [line["value_cny"] for line in customs.lines(found)] == [3600, 3600]


# Archives


def bomb_of_layers(layers: int) -> bytes:
    content = b"0" * 1_000_000
    for number in range(layers):
        content = zipped(f"{number}.zip", content)
    return content


@pytest.mark.parametrize("name", ["../../../evil.csv", "/etc/cron.d/evil.csv", "C:\\evil.csv", "..\\evil.csv"])
def test_an_archive_writes_to_no_place_that_it_names(customs: CustomsFolder, name: str) -> None:
    customs.write("one.zip", zipped(name, text_of([WHEAT]).encode()))
    before = {path for path in customs.raw.parent.parent.rglob("*") if "evil" in path.name}
    assert len(customs.lines(customs.load())) == 1
    assert {path for path in customs.raw.parent.parent.rglob("*") if "evil" in path.name} == before == set()
    assert not Path("/etc/cron.d/evil.csv").exists()


def test_an_archive_in_an_archive_is_not_unpacked(customs: CustomsFolder) -> None:
    customs.write("one.zip", bomb_of_layers(6))
    (rejected,) = customs.load().rejected
    assert "NUL bytes" in rejected.reason or "header of no known format" in rejected.reason


def test_an_archive_of_very_many_files_is_refused(customs: CustomsFolder) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(5_000):
            archive.writestr(f"{number}.csv", "")
    customs.write("one.zip", buffer.getvalue())
    (rejected,) = customs.load().rejected
    assert rejected.reason.startswith("holds 5000 files")


def test_an_archive_that_lies_about_sizes_is_bounded_by_what_comes_out(customs: CustomsFolder) -> None:
    content = zipped("one.csv", text_of([WHEAT]).encode() + b" " * 12_000_000)
    size = (12_000_000 + len(text_of([WHEAT]).encode())).to_bytes(4, "little")
    assert content.count(size) == 2
    customs.write("one.zip", content.replace(size, (100).to_bytes(4, "little")))
    (rejected,) = customs.load().rejected
    assert "damaged" in rejected.reason or "unpacks to more" in rejected.reason


def test_a_bomb_of_gzip_is_not_unpacked(customs: CustomsFolder) -> None:
    content = text_of([WHEAT]).encode() + b" " * 12_000_000
    customs.write("one.csv.gz", gzip.compress(content))
    customs.write("members.csv.gz", gzip.compress(text_of([WHEAT]).encode()) + gzip.compress(b" " * 12_000_000) * 3)
    rejected = customs.load().rejected
    assert [one.reason.startswith("unpacks to more than") for one in rejected] == [True, True]
    assert not any((customs.lake_dir / ".scratch").glob("*"))


# XML


def word(declaration: str, *, encoding: str = "utf-8") -> bytes:
    """A Word document whose text begins with a document type."""
    with zipfile.ZipFile(io.BytesIO(docx(paragraph("&bomb;")))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    body = parts["word/document.xml"].decode()
    start = body.index("<w:document")
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    parts["word/document.xml"] = (head + declaration + body[start:]).encode(encoding)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
BOMBS = {
    "billion laughs": f'<!DOCTYPE d [<!ENTITY l0 "lol">{LAUGHS}<!ENTITY bomb "&l11;">]>',
    "quadratic": f'<!DOCTYPE d [<!ENTITY a "{"a" * 50_000}"><!ENTITY bomb "{"&a;" * 50_000}">]>',
    "external": '<!DOCTYPE d [<!ENTITY bomb SYSTEM "file:///etc/passwd">]>',
    "network": '<!DOCTYPE d [<!ENTITY bomb SYSTEM "http://127.0.0.1:9/x">]>',
    "parameter": '<!DOCTYPE d [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;<!ENTITY bomb "x">]>',
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_document_type_in_a_word_document_is_refused(tmp_path: Path, bomb: str, encoding: str) -> None:
    (tmp_path / "one.docx").write_bytes(word(BOMBS[bomb], encoding=encoding))
    told = refused(tmp_path / "one.docx")
    assert "declares a document type" in told or "is not whole" in told
    assert "root:" not in told


def test_a_part_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "one.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as part:
        for _ in range(52):
            part.write(b" " * 1_000_000)
    assert "unpacks to 52,000,000 bytes" in refused(path)
    small = path.read_bytes().replace((52_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    path.write_bytes(small)
    assert "one" not in refused(path)[:3]  # the size that it states is a lie: what comes out is bounded, too


# PDF


def test_a_program_and_a_file_in_a_pdf_are_neither_run_nor_read(tmp_path: Path) -> None:
    content = pdf([[(72.0, 700.0, 12.0, RELEASE)]])
    script = b"/OpenAction<</S/JavaScript/JS(app.launchURL\\('http://127.0.0.1:9/'\\);)>>"
    script += b"/Names<</EmbeddedFiles<</Names[(a.exe)<</Type/Filespec/F(a.exe)>>]>>>>"
    (tmp_path / "one.pdf").write_bytes(content.replace(b"<</Type/Catalog", b"<</Type/Catalog" + script, 1))
    assert read_document(tmp_path / "one.pdf").text == RELEASE


def test_a_pdf_that_claims_very_many_pages_is_refused(tmp_path: Path) -> None:
    content = pdf([[(72.0, 700.0, 12.0, RELEASE)]])
    many = b"/Kids[%s]/Count 5000>>" % (b"6 0 R " * 5_000)
    (tmp_path / "one.pdf").write_bytes(content.replace(b"/Kids[6 0 R]/Count 1>>", many))
    assert "has 5000 pages, and a release at most 200" in refused(tmp_path / "one.pdf")
    (tmp_path / "two.pdf").write_bytes(content.replace(b"/Count 1>>", b"/Count 999999999>>"))
    assert read_document(tmp_path / "two.pdf").text == RELEASE  # the count is a lie, and nothing is made of it


@pytest.mark.long
def test_a_stream_without_end_is_bounded_in_time_and_memory(tmp_path: Path) -> None:
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * 8_000_000) for _ in range(40)) + packer.flush()
    content = pdf([[(72.0, 700.0, 12.0, RELEASE)]])
    start = content.rindex(b"<</Length", 0, content.rindex(b"stream\n", 0, content.rindex(b"endstream")) + 1)
    end = content.index(b"endstream", start)
    bomb = b"<</Filter/FlateDecode/Length %d>>stream\n%s\n" % (len(packed), packed)
    (tmp_path / "one.pdf").write_bytes(content[:start] + bomb + content[end:])
    try:
        text = read_document(tmp_path / "one.pdf").text
    except UnusableDocument as told:
        text = str(told)
    assert len(text) < 1_000
    (tmp_path / "two.pdf").write_bytes(pdf([[(72.0, 700.0, 12.0, RELEASE)]]))
    assert read_document(tmp_path / "two.pdf").text == RELEASE


# Pages


@pytest.fixture
def listener() -> Iterator[tuple[int, list[object]]]:
    """A server that nobody has a reason to call, and the calls that came."""
    calls: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        over = threading.Event()

        def listen() -> None:
            while not over.is_set():
                try:
                    connection, address = server.accept()
                except TimeoutError:
                    continue
                connection.close()
                calls.append(address)

        thread = threading.Thread(target=listen)
        thread.start()
        yield server.getsockname()[1], calls
        over.set()
        thread.join()


def test_a_page_fetches_nothing_and_runs_nothing(tmp_path: Path, listener: tuple[int, list[object]]) -> None:
    port, calls = listener
    there = f"http://127.0.0.1:{port}"
    proof = tmp_path / "proof"
    head = (
        f'<base href="{there}/"><meta http-equiv="refresh" content="0;url={there}/refresh">'
        f'<link rel="stylesheet" href="{there}/a.css"><script src="{there}/a.js"></script>'
        f'<script>fetch("{there}/fetch")</script>'
    )
    body = (
        f'<p>{RELEASE}</p><p>{RELEASE}</p><img src="{there}/a.png" onerror="alert(1)"><iframe src="{there}/b"></iframe>'
        f'<object data="file://{proof}"></object><embed src="{there}/c"><svg onload="alert(1)"><text>99.9</text></svg>'
        f"<xi:include href='file:///etc/passwd'/><form action='{there}/d'><input value='70.1'></form>"
    )
    (tmp_path / "one.html").write_text(page(body, head))
    document = read_document(tmp_path / "one.html")
    with socket.create_connection(("127.0.0.1", port)):  # that a call would have been seen
        pass
    deadline = threading.Event()
    while not calls:
        deadline.wait(0.01)
    assert len(calls) == 1
    assert set(document.text.split("\n\n")) == {RELEASE}


# YAML


TAGS = [
    "!!python/object/apply:os.system ['touch {proof}']",
    "!!python/object/new:os.system ['touch {proof}']",
    "!!python/name:os.system",
    "!!python/module:os",
]
UNFOLDING = "title: &a [x, x]\nnote: [*a, *a]\n"
MERGING = "a: &a {k: 1}\nb: &b {<<: [*a, *a, *a, *a]}\nc: {<<: [*b, *b, *b, *b]}\n"


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("loader", [PlainLoader, TextLoader])
def test_no_tag_makes_an_object(tmp_path: Path, tag: str, loader: type[PlainLoader | TextLoader]) -> None:
    proof = tmp_path / "proof"
    try:
        made = yaml.load(f"a: {tag.format(proof=proof)}", Loader=loader)
    except yaml.YAMLError:
        made = {"a": ""}
    assert isinstance(made["a"], str | list)
    assert not proof.exists()


@pytest.mark.parametrize("text", [UNFOLDING, MERGING, "a: 1\na: 2\n", "[" * 20_000])
@pytest.mark.parametrize("loader", [PlainLoader, TextLoader])
def test_references_and_repeated_keys_are_refused(text: str, loader: type[PlainLoader | TextLoader]) -> None:
    with pytest.raises((yaml.YAMLError, RecursionError)):
        yaml.load(text, Loader=loader)


HOSTILE_YAML: dict[str, Callable[[], str]] = {
    "references": lambda: UNFOLDING,
    "merged references": lambda: MERGING,
    "repeated key": lambda: "title: a\ntitle: b\n",
    "nested": lambda: "title: " + "[" * 20_000,
    "enormous": lambda: "title: " + "x" * 70_000,
    "object": lambda: "title: !!python/object/apply:os.system ['false']",
    "integer": lambda: "title: " + "9" * 10_000,
}


@pytest.mark.parametrize("hostile", HOSTILE_YAML)
def test_every_reader_of_a_sidecar_refuses_and_goes_on(
    customs: CustomsFolder, tmp_path: Path, codes: CodeLists, hostile: str
) -> None:
    text = HOSTILE_YAML[hostile]()
    customs.write("one.csv", text_of([WHEAT]))
    customs.write("two.csv", text_of([WHEAT]))
    (customs.raw / "one.yml").write_text(text)
    assert [one.file for one in customs.load().rejected] == ["customs/one.csv"]
    sheets = tmp_path / "sheets"
    write_sheet(sheets, "one", [{}])
    write_sheet(sheets, "two", [{}])
    (sheets / "one.yml").write_text(text)
    reading = read_sheets(sheets, codes)
    assert [one.file for one in reading.rejected] == ["sheets/one.csv"]
    assert [one.source_id for one in reading.sources] == ["two"]
    (tmp_path / "one.txt").write_text(RELEASE)
    (tmp_path / "one.yml").write_text(text)
    assert "its sidecar one.yml" in refused(tmp_path / "one.txt")
    (tmp_path / "one.corrections.yml").write_text(text * (16 if hostile == "enormous" else 1))
    with pytest.raises(InvalidCorrections):
        read_corrections(tmp_path / "one.corrections.yml")


def test_yaml_is_read_within_its_size(tmp_path: Path) -> None:
    (tmp_path / "one.yml").write_text("title: " + "x" * 64_000)
    with pytest.raises(NotOpened, match="is larger than 64,000 bytes"):
        load_yaml(tmp_path / "one.yml")


# JSON and Parquet


def record(**cells: object) -> str:
    return json.dumps({**dict(zip(HEADER, WHEAT, strict=True)), **cells}, ensure_ascii=False)


@pytest.mark.parametrize(
    "content",
    [
        '[{"a":' * 200_000,
        "[" + record()[:-1] + ', "深":' + "[" * 100_000 + "]" * 100_000 + "}]",
        "[" + record() + ',{"x":' + "[" * 100_000 + "]" * 100_000 + "}]",
        "[" + record().replace('"3600"', "9" * 5_000) + "]",
        "[" + record().replace('"3600"', "1e400") + "]",
        "[" + record().replace('"3600"', '{"a": [1, null]}') + "]",
        '{"data": 7}',
        "[null, 1, [], {}]",
    ],
    ids=[
        "deep",
        "deep in a cell",
        "deep later",
        "huge integer",
        "huge exponent",
        "wrong type",
        "no list",
        "no records",
    ],
)
def test_hostile_json_costs_itself_alone(customs: CustomsFolder, content: str) -> None:
    customs.write("hostile.json", content)
    customs.write("good.csv", text_of([FRUIT]), month="2023-02")
    found = customs.load()
    assert {one.file for one in found.rejected} == {"customs/hostile.json"}
    assert FRUIT[0] in [line["commodity_id"] for line in customs.lines(found)]


def write_parquet(customs: CustomsFolder, name: str, rows: int = 1, *, month: str = "2023-01", **cells: str) -> None:
    path = customs.write(name, b"", month=month)
    values = {f'"{column}"': f"'{cell}'" for column, cell in zip(HEADER, WHEAT, strict=True)}
    values |= {f'"{column}"': cell for column, cell in cells.items()}
    selected = ", ".join(f"{cell} AS {column}" for column, cell in values.items())
    path.unlink()
    duckdb.execute(f"COPY (SELECT {selected} FROM range({rows})) TO '{path}' (FORMAT parquet)")


def test_parquet_that_repeats_a_line_without_end_is_refused(
    customs: CustomsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "FEWEST_ROWS", 1_000)
    write_parquet(customs, "one.parquet", 100_000)
    (rejected,) = customs.load().rejected
    assert rejected.reason.startswith("says that it holds 100,000 lines")


@pytest.mark.parametrize("cell", ["{a: [1]}", "[1, 2]", "'\\xFF'::BLOB", "1e300", "'inf'::DOUBLE", "DATE '2023-01-01'"])
def test_parquet_of_wrong_types_costs_itself_alone(customs: CustomsFolder, cell: str) -> None:
    write_parquet(customs, "one.parquet", 人民币=cell)
    customs.write("good.csv", text_of([FRUIT]), month="2023-02")
    found = customs.load()
    assert {one.file for one in found.rejected} == {"customs/one.parquet"}
    assert [line["commodity_id"] for line in customs.lines(found)] == [FRUIT[0]]


# Encodings


@pytest.mark.parametrize(
    ("content", "hidden"),
    [
        (b"+ADw-script+AD4-alert(1)+ADw-/script+AD4- " + RELEASE.encode(), "<script>"),
        (b"\xc0\xbcscript\xc0\xbe " + RELEASE.encode(), "<script>"),
        (b"\xe0\x80\xbcscript\xe0\x80\xbe " + RELEASE.encode(), "<script>"),
        (b"\xed\xa0\xbd\xed\xb8\x80 " + RELEASE.encode(), "\U0001f600"),
    ],
    ids=["UTF-7", "overlong of two bytes", "overlong of three bytes", "surrogates"],
)
def test_no_encoding_hides_markup(tmp_path: Path, content: bytes, hidden: str) -> None:
    for name in ("one.txt", "two.html"):
        (tmp_path / name).write_bytes(content if name == "one.txt" else b"<html><body><p>" + content + b"</p></body>")
        try:
            text = read_document(tmp_path / name).text
        except UnusableDocument:
            continue
        assert hidden not in text


def test_a_page_cannot_ask_to_be_read_as_utf_7(tmp_path: Path) -> None:
    head = '<meta charset="utf-7">'
    (tmp_path / "one.html").write_text(page(f"<p>+ADw-b+AD4- {RELEASE}</p>", head))
    try:
        assert "<b>" not in read_document(tmp_path / "one.html").text
    except UnusableDocument as told:
        assert "encoding" in str(told)


# SQL in cells


HOSTILE = "'); DROP TABLE marts.fct_figures; --\"{{ env_var('HOME') }}%s"


def test_names_in_sheets_are_text(tmp_path: Path, codes: CodeLists) -> None:
    folder = tmp_path / "sheets"
    rows = [{"partner": HOSTILE}, {"commodity": HOSTILE, "printed": "1.5"}]
    path = write_sheet(folder, "one", rows, title=HOSTILE, publisher=HOSTILE, note=HOSTILE)
    assert hashlib.sha256(sheet_text(rows).encode()).hexdigest() == hashlib.sha256(path.read_bytes()).hexdigest()
    reading = read_sheets(folder, codes)
    assert reading.figures[0].partner_text == HOSTILE
    assert reading.sources[0].title == HOSTILE


def test_names_in_declarations_are_text(customs: CustomsFolder) -> None:
    line = list(WHEAT)
    line[2], line[3], line[4], line[5], line[9] = HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE
    customs.write("one.csv", text_of([line]))
    found = customs.load()
    (stored,) = customs.lines(found)
    assert (stored["partner_code"], stored["quantity_unit"]) == (HOSTILE, HOSTILE)
    assert HOSTILE in {one.name for one in found.codes}


def test_a_header_of_declarations_in_sql_is_no_sql(customs: CustomsFolder) -> None:
    header = list(HEADER)
    header[1] = HOSTILE
    customs.write("one.csv", text_of([WHEAT], header))
    customs.write("two.json", f"[{record(**{HOSTILE: 1})}]")
    rejected = customs.load().rejected
    assert len(rejected) == 2
    assert all("header of no known format" in one.reason for one in rejected)
