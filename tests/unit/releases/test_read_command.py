"""The command `customhouse read`: formats, options, what is told of files that cannot be read, what is imported."""

from __future__ import annotations

import csv
import datetime
import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from orchestration.cli import app
from orchestration.codes import CodeLists
from orchestration.figures import FIGURE_COLUMNS, Figure
from orchestration.releases import review as review_module
from orchestration.releases.documents import Document, UnusableDocument
from orchestration.releases.reading import MissingPublicationDate, ReleaseReading
from orchestration.releases.records import csv_lines, json_lines, json_object
from orchestration.settings import PROJECT_DIR
from tests.unit.releases import made_reading as made


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The reading made by hand stands for that of any text; what the reader was asked is kept."""
    calls: list[dict[str, Any]] = []

    def read_document(path: Path) -> Document:
        text = path.read_text(encoding="utf-8")
        if not text:
            raise UnusableDocument("is empty")
        facts = yaml.safe_load(path.with_suffix(".yml").read_text()) if path.with_suffix(".yml").exists() else {}
        return made.document(text, **{"published_date": None, "region": "", **facts})

    def read_text(text: str, *, codes: CodeLists, **options: Any) -> ReleaseReading:
        calls.append(options)
        if "defect" in text:
            raise KeyError("defect")
        if options["published"] is None:
            raise MissingPublicationDate("the text names periods without their year: add published_date")
        figures = [replace(figure, source_id=options["source_id"]) for figure in made.READING.figures]
        return replace(made.READING, figures=figures)

    monkeypatch.setattr(review_module, "read_document", read_document)
    monkeypatch.setattr(review_module, "read_text", read_text)
    return calls


@pytest.fixture
def release(tmp_path: Path, asked: list[dict[str, Any]]) -> Path:
    return write(tmp_path, "invented", region="CN-XJ", published_date=datetime.date(2023, 4, 19))


def write(folder: Path, name: str, text: str = made.TEXT, **facts: object) -> Path:
    path = folder / f"{name}.txt"
    path.write_text(text, encoding="utf-8")
    path.with_suffix(".yml").write_text(yaml.safe_dump(facts))
    return path


def correct(path: Path, **changes: object) -> Path:
    """Corrections that drop a figure of the release."""
    correction = {
        "action": "drop",
        "figure_id": "growth",
        "quote": "80.3%",
        "expected": {"statistic": "growth", "value": 80.3},
        "reason": "a slip",
        "who": "me",
        "date": "2026-11-24",
        **changes,
    }
    corrections = path.with_name(f"{path.stem}.corrections.yml")
    corrections.write_text(yaml.safe_dump({"sha256": made.SHA256, "corrections": [correction]}))
    return corrections


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["read", *map(str, arguments)])


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_command_explains_itself() -> None:
    told = CliRunner().invoke(app, ["read", "--help"]).stdout
    for word in ("--published", "--region", "--format", "--html", "--without-corrections", "--draft-corrections"):
        assert word in told
    assert "read" in CliRunner().invoke(app, ["--help"]).stdout


# Formats


def test_the_text_is_printed_with_what_was_understood(release: Path) -> None:
    result = run(release)
    assert result.exit_code == 0
    assert "came to [68.07 billion yuan #1], up [80.3% #2]." in result.stdout
    assert "6 numbers: 3 read, 1 uncertain, 1 not read, 1 not a figure" in result.stdout
    assert run(release, "--format", "text").stdout == result.stdout


def test_csv_has_exactly_the_columns_of_the_record_in_their_order(release: Path) -> None:
    result = run(release, "--format", "csv")
    assert (result.exit_code, result.stderr) == (0, "")
    header, level, *others = csv.reader(io.StringIO(result.stdout))
    assert tuple(header) == FIGURE_COLUMNS
    assert level == [
        *("level", "invented", "level", "value", "68070000000", "68065000000", "68075000000", "CNY", "exact"),
        *("CN-XJ", "WORLD", "TOTAL", "total", "ALL", "ALL", "", "", "", "", ""),
        *("2023-01-01", "2023-03-31", "", "", "", "68.07 billion yuan"),
        *(str(made.LEVEL.char_start), str(made.LEVEL.char_end), "read", "", "a rule"),
    ]
    assert len(others) == len(made.READING.figures) - 1


def test_a_number_that_was_not_read_has_a_row(release: Path) -> None:
    (row,) = (row for row in rows(run(release, "-f", "csv").stdout) if row["status"] == "unread")
    assert {column for column, cell in row.items() if cell} == {
        *("figure_id", "source_id", "value", "quote", "char_start", "char_end", "status")
    }


def test_json_holds_the_same_records(release: Path) -> None:
    result = run(release, "--format", "json")
    assert result.exit_code == 0
    records = json.loads(result.stdout)
    assert [tuple(record) for record in records] == [FIGURE_COLUMNS] * len(made.READING.figures)
    level = records[0]
    assert (level["value"], level["period_start"], level["char_start"]) == (
        68070000000,
        "2023-01-01",
        made.LEVEL.char_start,
    )
    assert (level["comparison_start"], level["partner_text"]) == (None, "")


def test_several_files_make_one_csv_and_one_json(release: Path, tmp_path: Path) -> None:
    other = write(tmp_path, "other", region="Xinjiang", published_date=datetime.date(2023, 4, 19))
    table = rows(run(release, other, "--format", "csv").stdout)
    records = json.loads(run(release, other, "--format", "json").stdout)
    count = len(made.READING.figures)
    for sources in ([row["source_id"] for row in table], [record["source_id"] for record in records]):
        assert sources == ["invented"] * count + ["other"] * count


def cells(**columns: Any) -> Figure:
    return replace(made.LEVEL, **columns)


@pytest.mark.parametrize(
    "quote", ['a "b", c', "line\nline", "a\rb", "", " ", "新疆 １２", "=1+1", "\x00", "\ud800", "a\u2028b"]
)
def test_records_hold_any_text(quote: str) -> None:
    figure = cells(quote=quote)
    (row,) = rows_of("".join(csv_lines([figure])))
    assert row["quote"] == quote
    assert json.loads(json_object(figure))["quote"] == quote


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("6.807E+10", "68070000000"),
        ("80.300000", "80.3"),
        ("-0.5", "-0.5"),
        ("0E-6", "0"),
        ("100", "100"),
        ("9999999999999999999999.999999", "9999999999999999999999.999999"),
        ("0.000001", "0.000001"),
    ],
)
def test_records_hold_every_digit_without_exponent(number: str, told: str) -> None:
    figure = cells(value=Decimal(number), low=None, high=None)
    assert rows_of("".join(csv_lines([figure])))[0]["value"] == told
    assert f'"value": {told},' in json_object(figure)


def test_of_no_figures_there_is_a_header_and_an_empty_list() -> None:
    assert "".join(csv_lines([])) == ",".join(FIGURE_COLUMNS) + "\n"
    assert json.loads("".join(json_lines([]))) == []


# Options


def test_options_come_before_what_the_document_says(release: Path, asked: list[dict[str, Any]]) -> None:
    run(release, "--published", "2024-05-06", "--region", "Hangzhou")
    run(release)
    assert [(call["published"], call["region_id"]) for call in asked] == [
        (datetime.date(2024, 5, 6), "330100"),
        (datetime.date(2023, 4, 19), "CN-XJ"),
    ]
    assert {call["source_id"] for call in asked} == {"invented"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--published", "yesterday"], "--published yesterday: is not a date: write it as YYYY-MM-DD"),
        (["--published", "2023-02-30"], "is not a date"),
        (["--published", "2999-01-01"], "lies in the future"),
        (["--published", ""], "is not a date"),
        (["--region", "Atlantis"], "--region Atlantis: no code list knows it"),
        (["--draft-corrections", "--format", "csv"], "goes without --format"),
        (["--format", "xml"], "xml"),
    ],
)
def test_wrong_usage_is_two(arguments: list[str], words: str, release: Path) -> None:
    result = run(release, *arguments)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())
    assert result.stdout == ""


def test_without_a_file_there_is_nothing_to_read() -> None:
    assert run().exit_code == 2


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"region": "CN-XJ"}, "add published_date"),
        ({"published_date": datetime.date(2023, 4, 19)}, "add --region"),
        ({"published_date": datetime.date(2023, 4, 19)}, "or `region:` to bare.yml beside it"),
        ({"region": "Atlantis", "published_date": datetime.date(2023, 4, 19)}, "no code list knows, 'Atlantis'"),
    ],
)
def test_what_a_release_does_not_say_is_told_with_what_to_add(
    facts: dict[str, object], words: str, tmp_path: Path, asked: list[dict[str, Any]]
) -> None:
    path = write(tmp_path, "bare", **facts)
    result = run(path, "--format", "csv")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{path}: ")
    assert words in result.stderr
    assert run(path, "--region", "CN-XJ", "--published", "2023-04-19").exit_code == 0


@pytest.mark.parametrize("format", ["text", "csv", "json"])
@pytest.mark.parametrize(
    ("text", "words"),
    [("", "is empty"), ("defect", "could not be read, which is a defect: KeyError: 'defect'")],
)
def test_a_file_that_cannot_be_read_never_keeps_the_others_from_it(
    text: str, words: str, format: str, release: Path, tmp_path: Path
) -> None:
    bad = write(tmp_path, "bad", text, region="CN-XJ", published_date=datetime.date(2023, 4, 19))
    result = run(bad, release, bad, "--format", format)
    assert result.exit_code == 1
    assert result.stderr == f"{bad}: {words}\n" * 2
    assert result.stdout == run(release, "--format", format).stdout


@pytest.mark.parametrize("format", ["csv", "json"])
def test_what_is_printed_is_sound_although_nothing_could_be_read(format: str, tmp_path: Path, asked: Any) -> None:
    result = run(write(tmp_path, "bad", ""), "--format", format)
    assert result.exit_code == 1
    assert rows(result.stdout) == [] if format == "csv" else json.loads(result.stdout) == []


# Corrections


def test_corrections_beside_a_file_are_applied(release: Path) -> None:
    correct(release)
    corrected = run(release, "--format", "csv").stdout
    assert "growth" not in {row["figure_id"] for row in rows(corrected)}
    whole = run(release, "--format", "csv", "--without-corrections").stdout
    assert "growth" in {row["figure_id"] for row in rows(whole)}
    assert "with the corrections of invented.corrections.yml" in run(release).stdout
    assert "80.3%°" in run(release).stdout


def test_corrections_that_do_not_fit_are_told(release: Path) -> None:
    correct(release, quote="80.4%")
    result = run(release)
    assert result.exit_code == 1
    assert "expected the words '80.4%', found '80.3%'" in result.stderr
    assert run(release, "--without-corrections").exit_code == 0


def test_a_draft_is_a_corrections_file(release: Path) -> None:
    result = run(release, "--draft-corrections")
    assert result.exit_code == 0
    assert yaml.safe_load(result.stdout) == {"sha256": made.SHA256, "corrections": None}
    release.with_name("invented.corrections.yml").write_text(result.stdout, encoding="utf-8")
    assert run(release).exit_code == 0
    assert "What is still uncertain or not read" in run(release, "--draft-corrections").stdout


def test_a_draft_can_be_redirected_to_its_place(release: Path) -> None:
    release.with_name("invented.corrections.yml").touch()  # as the shell does before the command runs
    result = run(release, "--draft-corrections")
    assert result.exit_code == 0
    assert "Save as invented.corrections.yml" in result.stdout
    assert run(release).exit_code == 1


def test_a_draft_is_made_of_one_file(release: Path) -> None:
    assert run(release, release, "--draft-corrections").exit_code == 2


# The page


def test_a_page_is_written_and_its_counts_are_told(release: Path, tmp_path: Path) -> None:
    page = tmp_path / "review.html"
    result = run(release, "--html", page)
    assert result.exit_code == 0
    assert result.stdout.startswith("6 numbers: ")
    assert "68.07 billion yuan" in page.read_text(encoding="utf-8")
    assert rows(run(release, "--html", page, "--format", "csv").stdout) == rows(run(release, "-f", "csv").stdout)
    assert "came to [" in run(release, "--html", page, "--format", "text").stdout


def test_a_page_that_cannot_be_written_is_told(release: Path, tmp_path: Path) -> None:
    result = run(release, "--html", tmp_path / "no folder" / "review.html")
    assert result.exit_code == 1
    assert "No such file or directory" in result.stderr
    assert isinstance(result.exception, SystemExit)


def test_where_nothing_could_be_read_the_page_stays(tmp_path: Path, asked: Any) -> None:
    page = tmp_path / "review.html"
    page.write_text("before")
    assert run(write(tmp_path, "bad", ""), "--html", page).exit_code == 1
    assert page.read_text() == "before"


# The command in a process of its own, with the real reader

TEXT = (
    "In the first quarter of 2023, the import and export value of Xinjiang reached 12.34 billion yuan, "
    "an increase of 5.6% year on year.\n"
)
IMPORTS = """
import sys, time
started = time.perf_counter()
from orchestration.cli import app
try:
    app(["read", *sys.argv[1:]])
except SystemExit as end:
    assert not end.code, end.code
heavy = {"dagster", "dbt", "duckdb", "pandas", "pandera"} & {name.partition(".")[0] for name in sys.modules}
assert not heavy, heavy
"""


def customhouse(*arguments: object, **options: Any) -> subprocess.CompletedProcess[bytes]:
    code = "from orchestration.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, "read", *map(str, arguments)], capture_output=True, check=False, **options
    )


@pytest.fixture
def real(tmp_path: Path) -> Path:
    path = tmp_path / "real.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_release_is_read(real: Path) -> None:
    done = customhouse(real, "--published", "2023-04-19", "--region", "CN-XJ", "--format", "csv")
    assert (done.returncode, done.stderr) == (0, b"")
    read = [(row["statistic"], row["value"], row["unit"], row["status"]) for row in rows(done.stdout.decode())]
    assert read == [("level", "12340000000", "CNY", "read"), ("growth", "5.6", "percent", "read")]
    for row in rows(done.stdout.decode()):
        assert TEXT[int(row["char_start"]) : int(row["char_end"])] == row["quote"]
        assert (row["source_id"], row["region_id"], row["period_end"]) == ("real", "CN-XJ", "2023-03-31")


def test_a_release_of_which_nothing_is_known_is_told_what_to_add(real: Path) -> None:
    done = customhouse(real)
    assert done.returncode == 1
    assert b"real.txt: " in done.stderr
    assert b"--region" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = customhouse(tmp_path / "nothing.txt", "--region", "CN-XJ")
    assert done.returncode == 1
    assert b"nothing.txt: " in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"defect" not in done.stderr


@pytest.mark.parametrize("format", ["text", "csv", "json"])
def test_whatever_the_locale_chinese_is_printed(format: str, tmp_path: Path) -> None:
    path = tmp_path / "新疆.txt"
    path.write_text("2023年一季度，新疆进出口总值123.4亿元，同比增长5.6%。", encoding="utf-8")
    environment = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "1"}
    arguments = ("--region", "CN-XJ", "--published", "2023-04-19", "--format", format)
    done = customhouse(path, *arguments, env=environment)
    assert (done.returncode, done.stderr) == (0, b"")
    if format != "text":
        assert "亿元" in done.stdout.decode()


def test_a_reader_of_the_output_may_stop(real: Path) -> None:
    arguments = ("--region", "CN-XJ", "--published", "2023-04-19", "--format", "csv")
    leader, follower = os.pipe()
    os.close(leader)
    code = "from orchestration.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "read", real, *arguments], stdout=follower, stderr=subprocess.PIPE, check=False
    )
    os.close(follower)
    assert b"Traceback" not in done.stderr


def test_reading_imports_neither_dagster_nor_duckdb_nor_pandas(real: Path) -> None:
    for format in ("text", "csv"):
        arguments = (real, "--region", "CN-XJ", "--published", "2023-04-19", "--format", format)
        done = subprocess.run(
            [sys.executable, "-c", IMPORTS, *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            cwd=PROJECT_DIR,
        )
        assert done.returncode == 0, done.stderr
