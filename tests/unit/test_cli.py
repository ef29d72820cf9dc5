"""The command `customhouse`: exit codes, help, every format of an answer, and the words for what is wrong."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner, Result

from orchestration.cli import app
from orchestration.inputs import current_inputs
from orchestration.settings import PROJECT_DIR, Settings
from orchestration.warehouse.publication import publish
from orchestration.warehouse.published import publication_row
from orchestration.warehouse.working import open_working
from tests.unit.hand_made import ROWS, build_marts, inputs_of, publish_rows

ANSWER = "SELECT region_id, period_start, level FROM fct_figures ORDER BY level"
COLUMNS = ["region_id", "period_start", "level"]


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse in which hand-made marts are published, to copy from."""
    folder = tmp_path_factory.mktemp("published")
    publish_rows(Settings(warehouse_dir=folder))
    return folder


@pytest.fixture
def published(settings: Settings, publication: Path) -> Settings:
    """Settings with a publication of its own; the command finds them in its environment."""
    shutil.copytree(publication, settings.warehouse_dir)
    return use(settings)


def use(settings: Settings) -> Settings:
    for name in ("raw_dir", "warehouse_dir", "dbt_target_dir", "dagster_home"):
        os.environ[f"CUSTOMHOUSE_{name.upper()}"] = str(getattr(settings, name))
    return settings


def run(*arguments: str, input: str | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=input)


def customhouse(*arguments: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own."""
    code = "from orchestration.cli import main; main()"
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [sys.executable, "-c", code, *arguments], capture_output="stdout" not in options, check=False, **options
    )


def plain(text: str) -> str:
    """Without colours and boxes, every run of white space as one space."""
    return " ".join(re.sub(r"\x1b\[[0-9;]*m|[│╭╮╰╯─]", " ", text).split())


# Help and usage


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["refresh", "query", "status", "rollback", "3 nothing was published because checks failed"]),
        (["refresh"], ["--force", "--accept-removed-sources"]),
        (["query"], ["--format", "--output", "read-only"]),
        (["status"], ["--format", "what was rejected"]),
        (["rollback"], ["--to", "withdrawn"]),
    ],
)
def test_every_command_explains_itself(arguments: list[str], words: list[str]) -> None:
    result = run(*arguments, "--help")
    assert result.exit_code == 0
    for word in words:
        assert word in plain(result.output)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["refine"],
        ["query"],
        ["query", "SELECT 1", "SELECT 2"],
        ["query", "SELECT 1", "--format", "xml"],
        ["status", "--format", "csv"],
        ["refresh", "--fast"],
        ["rollback", "--to"],
    ],
)
def test_wrong_usage_is_two(arguments: list[str], settings: Settings) -> None:
    use(settings)
    assert run(*arguments).exit_code == 2


def test_a_setting_that_makes_no_sense_is_wrong_usage_told_without_a_traceback(settings: Settings) -> None:
    done = customhouse("status", env={**os.environ, "CUSTOMHOUSE_THREADS": "none"})
    assert done.returncode == 2
    assert b"CUSTOMHOUSE_THREADS=none: " in done.stderr
    assert b"Traceback" not in done.stderr


# Answers


def test_a_table_shows_every_cell_as_people_read_it(published: Settings) -> None:
    result = run("query", ANSWER)
    assert result.exit_code == 0
    lines = [re.split(r"\s*[│┃]\s*", line)[1:-1] for line in result.stdout.splitlines() if "│" in line or "┃" in line]
    assert lines == [
        COLUMNS,
        ["653100", "2023-01-01", "17"],
        ["CN-XJ", "2022-01-01", "37"],
        ["CN-XJ", "2023-01-01", "68"],
    ]


@pytest.mark.parametrize("cell", ["[bold]x[/bold]", "[", "[/]", "\\[x]", "a | b", "新疆", ""])
def test_a_table_shows_text_as_it_is(cell: str, published: Settings) -> None:
    quoted = cell.replace("'", "''")
    result = run("query", f"SELECT '{quoted}' AS cell, 1 AS one")
    assert result.exit_code == 0
    (line,) = (line for line in result.stdout.splitlines() if "│" in line)
    assert line.split("│")[1].strip() == cell


def test_a_column_may_have_any_name(published: Settings) -> None:
    result = run("query", 'SELECT 1 AS "[red]x[/red]"')
    assert result.exit_code == 0
    assert "[red]x[/red]" in result.stdout


def test_csv_has_a_header_and_every_row(published: Settings) -> None:
    result = run("query", ANSWER, "--format", "csv")
    assert result.exit_code == 0
    rows = list(csv.reader(io.StringIO(result.stdout)))
    assert rows == [
        COLUMNS,
        ["653100", "2023-01-01", "17.000000"],
        ["CN-XJ", "2022-01-01", "37.000000"],
        ["CN-XJ", "2023-01-01", "68.000000"],
    ]


def test_json_is_one_list_of_records(published: Settings) -> None:
    result = run("query", ANSWER, "-f", "json")
    assert result.exit_code == 0
    records = json.loads(result.stdout)
    assert [record["level"] for record in records] == [17, 37, 68]
    assert list(records[0]) == COLUMNS


@pytest.mark.parametrize(
    ("format", "function"), [("csv", "read_csv"), ("json", "read_json"), ("parquet", "parquet_scan")]
)
def test_an_answer_in_a_file_reads_back_as_it_was(
    format: str, function: str, published: Settings, tmp_path: Path
) -> None:
    output = tmp_path / "it's an answer"
    result = run("query", ANSWER, "--format", format, "--output", str(output))
    assert (result.exit_code, result.stdout) == (0, "")
    rows = duckdb.execute(f"SELECT level::INTEGER FROM {function}($1)", [str(output)]).fetchall()
    assert rows == [(17,), (37,), (68,)]


def test_a_table_can_be_written_to_a_file(published: Settings, tmp_path: Path) -> None:
    output = tmp_path / "answer.txt"
    assert run("query", "SELECT '新疆' AS name", "-o", str(output)).exit_code == 0
    assert "新疆" in output.read_text(encoding="utf-8")


@pytest.mark.parametrize(("format", "begin"), [("csv", b"region_id,"), ("json", b"["), ("parquet", b"PAR1")])
def test_standard_output_may_be_redirected_behind_what_stands_there(
    format: str, begin: bytes, published: Settings, tmp_path: Path
) -> None:
    output = tmp_path / "answers"
    with output.open("wb") as file:
        file.write(b"before\n")
        file.flush()
        done = customhouse("query", ANSWER, "--format", format, stdout=file)
    assert done.returncode == 0
    assert output.read_bytes().startswith(b"before\n" + begin)


def test_parquet_is_not_for_a_terminal(published: Settings) -> None:
    leader, follower = os.openpty()
    done = customhouse("query", ANSWER, "--format", "parquet", stdout=follower, stderr=subprocess.PIPE)
    os.close(follower)
    os.close(leader)
    assert done.returncode == 2
    assert b"name a file with --output" in done.stderr


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 7 AS seven;",
        "SELECT 7 AS seven -- a remark",
        "SELECT 7 AS seven; -- a remark",
        "/* seven */ SELECT 7 AS seven ; ",
    ],
)
@pytest.mark.parametrize("format", ["table", "csv", "json"])
def test_a_query_may_end_as_it_likes(sql: str, format: str, published: Settings) -> None:
    result = run("query", sql, "--format", format)
    assert result.exit_code == 0
    assert "7" in result.stdout


def test_a_query_may_come_from_standard_input(published: Settings) -> None:
    result = run("query", "-", "--format", "csv", input=ANSWER)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1] == "653100,2023-01-01,17.000000"


@pytest.mark.parametrize("format", ["table", "csv", "json"])
def test_an_answer_may_have_no_rows(format: str, published: Settings) -> None:
    result = run("query", "SELECT * FROM fct_figures WHERE level < 0", "--format", format)
    assert result.exit_code == 0
    assert format == "json" or "region_id" in result.stdout


def test_both_schemas_need_no_prefix(published: Settings) -> None:
    sql = "SELECT (SELECT count(*) FROM fct_figures), (SELECT row_count FROM tables WHERE table_name = 'fct_figures')"
    assert run("query", sql, "--format", "csv").stdout.splitlines()[1] == "3,3"


# What is wrong with a query


@pytest.mark.parametrize("format", ["table", "csv", "json", "parquet"])
@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELEKT 1", 'syntax error at or near "SELEKT"'),
        ("SELECT * FROM mart_grwth", "Table with name mart_grwth does not exist"),
        ("SELECT levle FROM fct_figures", 'Referenced column "levle" not found'),
        ("SELECT CAST(region_id AS INTEGER) FROM fct_figures", "Could not convert string 'CN-XJ'"),
        ("", "Write one statement"),
        (";", "Write one statement"),
        ("SELECT 1; SELECT 2", "Write one statement"),
    ],
)
def test_a_wrong_query_is_told_in_the_words_of_duckdb(sql: str, words: str, format: str, published: Settings) -> None:
    result = run("query", sql, "--format", format)
    assert result.exit_code == 1
    assert words in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("format", ["table", "csv", "json", "parquet"])
def test_a_wrong_query_leaves_the_file_it_would_have_written(format: str, published: Settings, tmp_path: Path) -> None:
    output = tmp_path / "answer"
    output.write_text("yesterday's")
    assert (
        run("query", "SELECT CAST(region_id AS INTEGER) FROM fct_figures", "-f", format, "-o", str(output)).exit_code
        == 1
    )
    assert output.read_text() == "yesterday's"


@pytest.mark.parametrize("format", ["table", "csv", "json", "parquet"])
def test_a_file_that_cannot_be_written_is_told(format: str, published: Settings, tmp_path: Path) -> None:
    result = run("query", ANSWER, "-f", format, "-o", str(tmp_path / "nowhere" / "answer"))
    assert result.exit_code == 1
    assert "nowhere" in result.stderr


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE marts.mine AS SELECT 1",
        "DELETE FROM fct_figures",
        "UPDATE fct_figures SET level = 0",
        "INSERT INTO dim_source VALUES ('mine')",
        "DROP TABLE fct_figures",
        "SELECT 1; DELETE FROM fct_figures",
        "SELECT 1) TO '/dev/null'; DELETE FROM fct_figures; --",
    ],
)
@pytest.mark.parametrize("format", ["table", "csv"])
def test_a_query_cannot_write(sql: str, format: str, published: Settings) -> None:
    before = published.published_database.read_bytes()
    assert run("query", sql, "--format", format).exit_code == 1
    assert published.published_database.read_bytes() == before


@pytest.mark.parametrize("arguments", [["query", "SELECT 1"], ["status"], ["status", "--format", "json"]])
def test_where_nothing_is_published_one_is_told_what_to_do(arguments: list[str], settings: Settings) -> None:
    use(settings)
    result = run(*arguments)
    assert result.exit_code == 1
    assert "nothing is published yet. Run `customhouse refresh`" in result.stderr
    assert not settings.warehouse_dir.exists()


@pytest.mark.parametrize("arguments", [["query", "SELECT 1"], ["status"]])
def test_a_damaged_published_file_is_told_without_a_traceback(arguments: list[str], published: Settings) -> None:
    published.published_database.unlink()
    published.published_database.write_bytes(b"not a database" * 1000)
    result = run(*arguments)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert "customhouse.duckdb" in result.stderr


# Status


def test_status_tells_programs_what_is_published(published: Settings) -> None:
    report = json.loads(run("status", "--format", "json").stdout)
    assert report["published_file"] == str(published.published_database)
    assert report["publication"]["run_id"] == "a run"
    assert report["age_seconds"] >= 0
    assert report["coverage"][0] == {
        "region_id": "CN-XJ",
        "region": "Xinjiang",
        "figures": 2,
        "sources": 2,
        "first_day": "2022-01-01",
        "last_day": "2023-03-31",
        "latest_source": "2023-04-18",
    }
    assert report["checks"] == [{"status": "pass", "checks": 1}]
    assert [row["reason"] for row in report["rejected_rows"]] == ["is empty"]
    assert [one["is_withdrawn"] for one in report["kept_publications"]] == [False]


@pytest.fixture
def with_releases(settings: Settings) -> Settings:
    """Settings with a publication of figures that were read of releases; one of them says what a sheet says, too."""
    build_marts(settings)
    with open_working(settings) as connection:
        connection.execute(
            """ALTER TABLE marts.fct_figures ADD COLUMN status VARCHAR DEFAULT 'read';
            ALTER TABLE marts.fct_figures ADD COLUMN matched_figure_id VARCHAR;
            UPDATE marts.fct_figures SET matched_figure_id = 'x' WHERE region_id = 'CN-XJ' AND source_id = 'two';
            CREATE TABLE marts.mart_reading_coverage AS SELECT * FROM (VALUES
                ('one', DATE '2023-04-19', 12, 10, 0, 0, 2), ('two', DATE '2022-04-19', 5000, 4000, 3, 1, 996)
            ) AS coverage (source_id, published_date, number_count, read_count, uncertain_count, unread_count,
                not_a_figure_count)"""
        )
    publish(settings, inputs_of("first"), run_id="a run")
    return use(settings)


def test_status_counts_every_number_of_every_release(with_releases: Settings) -> None:
    report = json.loads(run("status", "--format", "json").stdout)
    assert report["numbers"] == [
        {"source_id": "two", "numbers": 5000, "read": 4000, "uncertain": 3, "unread": 1, "not_a_figure": 996},
        {"source_id": "one", "numbers": 12, "read": 10, "uncertain": 0, "unread": 0, "not_a_figure": 2},
    ]
    told = plain(run("status").stdout)
    assert re.search(r"two +5000 +4000 +3 +1 +996", told)
    assert "In all 4,010 read, 3 uncertain, 1 unread, 998 not a figure" in told


def test_status_counts_once_what_a_sheet_and_a_release_state(with_releases: Settings) -> None:
    coverage = json.loads(run("status", "--format", "json").stdout)["coverage"]
    assert [(row["region_id"], row["figures"], row["sources"]) for row in coverage] == [
        ("653100", 1, 1),
        ("CN-XJ", 1, 2),
    ]


def test_status_tells_of_a_publication_from_before_there_were_releases(published: Settings) -> None:
    assert json.loads(run("status", "--format", "json").stdout)["numbers"] == []
    assert "Numbers in releases" not in run("status").stdout


def test_status_tells_people_what_is_published(published: Settings) -> None:
    result = run("status")
    row = publication_row(published.published_database)
    assert row is not None
    assert result.exit_code == 0
    told = plain(result.stdout)
    assert f"{row['publication_id']}, published less than a minute ago" in told
    assert "CN-XJ Xinjiang" in told
    assert "7 rows in 3 tables; checks: 1 pass" in told


# Rollback and refresh


def test_rollback_says_what_is_published_now(published: Settings) -> None:
    first = publication_row(published.published_database)
    publish_rows(published, [*ROWS, ROWS[0]], inputs="second")
    result = run("rollback")
    assert result.exit_code == 0
    assert first is not None
    assert result.stdout.strip() == f"Published again: {first['publication_id']}"
    assert publication_row(published.published_database) == first


def test_rollback_to_nothing_is_told(published: Settings) -> None:
    for arguments, words in ((["rollback"], "no earlier publication"), (["rollback", "--to", "x"], "no publication x")):
        result = run(*arguments)
        assert result.exit_code == 1
        assert words in result.stderr


def test_a_refresh_that_would_change_nothing_says_so(settings: Settings) -> None:
    publication_id = publish_with_its_page(settings)
    result = run("refresh")
    assert result.exit_code == 0
    assert result.stdout.strip() == (
        f"Nothing changed since publication {publication_id}. Use --force to run all the same."
    )


def publish_with_its_page(settings: Settings) -> str:
    """Publish the inputs as they are, so that no refresh is due; returns the publication's id."""
    use(settings)
    build_marts(settings)
    done = publish(settings, current_inputs(settings), run_id="")
    settings.dashboard_dir.mkdir()
    (settings.dashboard_dir / "index.html").write_text(done.publication_id)
    return done.publication_id


# What is imported

IMPORTS = """
import sys
from orchestration.cli import app
try:
    app(sys.argv[1:])
except SystemExit as end:
    assert not end.code, end.code
heavy = {"dagster", "dagster_dbt", "dbt", "pandas", "pandera"} & {name.partition(".")[0] for name in sys.modules}
assert not heavy, heavy
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["query", "SELECT 1"],
        ["query", "SELECT 1", "--format", "csv"],
        ["status"],
        ["status", "-f", "json"],
        ["refresh"],
    ],
)
def test_what_answers_fast_imports_neither_dagster_nor_dbt(arguments: list[str], settings: Settings) -> None:
    publish_with_its_page(settings)
    done = subprocess.run([sys.executable, "-c", IMPORTS, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_installed_command_is_this_one() -> None:
    command = Path(sys.executable).with_name("customhouse")
    done = subprocess.run([command, "--help"], capture_output=True, text=True, check=False, cwd=PROJECT_DIR.parent)
    assert done.returncode == 0
    assert "rollback" in done.stdout
