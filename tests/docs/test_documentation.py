"""What the documentation says is so: answers of queries, commands, settings, targets, files, links, columns."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml
from typer.main import get_command

from docs.dictionary import PAGE, Table, page, read_functions, read_tables
from orchestration import cli
from orchestration.settings import PROJECT_DIR, Settings
from orchestration.warehouse.published import open_published
from tests.docs.pages import (
    FRONT_PAGES,
    PAGES,
    Query,
    anchors_of,
    answer,
    label,
    links_of,
    queries,
    section_of,
    text_of,
)

OPERATIONS = PROJECT_DIR / "docs" / "operations.md"
ARCHITECTURE = PROJECT_DIR / "docs" / "architecture.md"
COMMANDS = get_command(cli.app).commands  # type: ignore[attr-defined]
#: What a refresh or `make docs` makes: named in the documentation, and not there before.
MADE = ("dbt_project/target", "dbt_project/logs", "dagster_home/storage")
#: Read by the tests only.
OF_TESTS = {"CUSTOMHOUSE_RENEW_SNAPSHOTS", "CUSTOMHOUSE_FUZZ_EXAMPLES"}


@pytest.mark.parametrize("query", queries(), ids=str)
def test_answer_below_a_query_is_what_the_warehouse_answers(query: Query, published: Path) -> None:
    answered = answer(published, query.sql)
    assert query.answer == answered, f"{query}: the answer below this query should be\n\n{answered}"


@pytest.mark.parametrize("query", [query for query in queries() if query.answer.count("\n") > 3], ids=str)
def test_order_of_an_answer_is_that_of_its_query(query: Query, published: Path) -> None:
    """Rows that its ORDER BY does not tell apart stand in another order on another day."""
    body, keys = query.without_order()
    assert keys, f"{query} answers several rows in no order"
    if keys == "ALL":
        return
    if "GROUP BY ALL" in body:  # the two cannot stand in one query
        body = f"SELECT * FROM ({body})"
    with open_published(published) as connection:
        tied = connection.execute(f"{body} QUALIFY count(*) OVER (PARTITION BY {keys}) > 1").fetchall()
    assert not tied, f"{query}: ORDER BY does not tell these apart"


def test_front_page_asks_three_queries() -> None:
    assert [label(query.page) for query in queries()].count("README.md") == 3


def test_front_page_shows_the_two_commands_on_its_first_screen() -> None:
    first_screen = "\n".join(text_of(FRONT_PAGES[0]).splitlines()[:35])
    assert "make refresh" in first_screen
    assert "make test" in first_screen


@pytest.mark.parametrize("command", COMMANDS)
def test_command_is_documented_with_all_its_options(command: str) -> None:
    section = section_of(OPERATIONS, f"### customhouse {command}")
    options = {
        name
        for parameter in COMMANDS[command].params
        for name in parameter.opts
        if parameter.param_type_name == "option"
    }
    documented = set(re.findall(r"`(--?[a-z][a-z-]*)", section))
    assert documented == options - {"--help"}


def test_no_other_command_is_documented() -> None:
    headings = re.findall(r"^### customhouse (\w+)$", text_of(OPERATIONS), re.MULTILINE)
    assert sorted(headings) == sorted(COMMANDS)
    for one in PAGES:
        named = set(re.findall(r"`customhouse ([a-z]+)", text_of(one)))
        assert named <= set(COMMANDS), label(one)


def test_exit_codes_are_documented() -> None:
    rows = re.findall(r"^\| (\d+) \|", section_of(OPERATIONS, "## Exit codes"), re.MULTILINE)
    codes = [0, cli.EXIT_FAILED, cli.EXIT_USAGE, cli.EXIT_NOTHING_PUBLISHED, cli.EXIT_CONTRADICTED, cli.EXIT_STOPPED]
    assert list(map(int, rows)) == codes


def test_every_setting_is_documented_with_its_default() -> None:
    rows = re.findall(r"^\| `(CUSTOMHOUSE_\w+)` \| `([^`]*)` \|", section_of(OPERATIONS, "## Settings"), re.MULTILINE)

    def printed(value: object) -> str:
        if isinstance(value, Path):
            return value.relative_to(PROJECT_DIR).as_posix()
        return (
            str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)
        )

    fields = Settings.model_fields
    assert dict(rows) == {f"CUSTOMHOUSE_{name.upper()}": printed(field.default) for name, field in fields.items()}


def test_no_unknown_setting_is_named() -> None:
    known = {f"CUSTOMHOUSE_{name.upper()}" for name in Settings.model_fields}
    for one in PAGES:
        assert set(re.findall(r"CUSTOMHOUSE_[A-Z_]+[A-Z]", text_of(one))) <= known | OF_TESTS, label(one)


def test_make_targets_are_those_of_the_makefile() -> None:
    makefile = (PROJECT_DIR / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))

    def named(one: Path) -> set[str]:
        return set(re.findall(r"(?:`|^)make ([a-z-]+)", text_of(one), re.MULTILINE))

    for one in PAGES:
        assert named(one) <= targets, label(one)
    assert targets <= named(FRONT_PAGES[0]) | named(FRONT_PAGES[1])


@pytest.mark.parametrize("one", PAGES, ids=label)
def test_links_lead_somewhere(one: Path) -> None:
    for target in links_of(one):
        path, _, anchor = target.partition("#")
        linked = (one.parent / path).resolve() if path else one
        assert linked.exists(), target
        assert linked.is_relative_to(PROJECT_DIR), target
        if anchor:
            assert anchor in anchors_of(linked), target


@pytest.mark.parametrize("one", [one for one in PAGES if one.name != "CHANGELOG.md"], ids=label)
def test_files_that_are_named_exist(one: Path) -> None:
    """A name with a placeholder (`<source>`) or a star is a pattern, and is not looked for."""
    named = re.findall(r"`((?:orchestration|dbt_project|raw|tests|docs|bench|dagster_home)/[^`\s]*)`", text_of(one))
    missing = [
        path
        for path in named
        if not re.search(r"[<*…]", path) and not path.startswith(MADE) and not (PROJECT_DIR / path).exists()
    ]
    assert not missing


def test_data_dictionary_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(read_tables()), "run `make docs`"


def test_models_are_described_in_files_of_their_own_name() -> None:
    models = {path.stem for path in (PROJECT_DIR / "dbt_project" / "models" / "marts").glob("*.sql")}
    assert models == {table.name for table in read_tables()}


@pytest.fixture(scope="module")
def warehouse(published: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(published), read_only=True)


def test_tables_of_the_published_file_are_those_described(warehouse: duckdb.DuckDBPyConnection) -> None:
    described = {table.name: table.description for table in read_tables()}
    real = warehouse.execute(
        "SELECT table_name, comment FROM duckdb_tables() WHERE schema_name = 'marts' UNION ALL "
        "SELECT view_name, comment FROM duckdb_views() WHERE schema_name = 'marts'"
    ).fetchall()
    assert {name: _words(comment) for name, comment in real} == described


def test_functions_of_the_published_file_are_those_described(warehouse: duckdb.DuckDBPyConnection) -> None:
    described = {name: _words(description) for name, (_, description) in read_functions().items()}
    real = warehouse.execute(
        "SELECT function_name, comment FROM duckdb_functions() WHERE schema_name = 'marts'"
    ).fetchall()
    assert {name: _words(comment) for name, comment in real} == described
    assert dict(warehouse.execute("SELECT function_name, description FROM metadata.functions").fetchall()) == dict(real)


@pytest.mark.parametrize("table", read_tables(), ids=lambda table: table.name)
def test_columns_of_the_published_file_are_those_described(table: Table, warehouse: duckdb.DuckDBPyConnection) -> None:
    real = warehouse.execute(
        "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE schema_name = 'marts' AND table_name = ? "
        "ORDER BY column_index",
        [table.name],
    ).fetchall()
    described = [(column.name, column.data_type, column.description) for column in table.columns]
    assert [(name, kind, _words(comment)) for name, kind, comment in real] == described


@pytest.mark.parametrize("table", read_tables(), ids=lambda table: table.name)
def test_rows_keep_what_is_said_of_key_and_nulls(table: Table, warehouse: duckdb.DuckDBPyConnection) -> None:
    filled = [column.name for column in table.columns if not column.is_nullable]
    counts = ", ".join(f"count({name})" for name in filled)
    total, *found = warehouse.execute(f"SELECT count(*), {counts} FROM marts.{table.name}").fetchall()[0]
    assert dict(zip(filled, found, strict=True)) == dict.fromkeys(filled, total)
    if table.name == "fct_trade_monthly":  # customs may print two lines of one key
        return
    assert table.key, "its yml has no test one_row_each"
    groups = warehouse.execute(f"SELECT count(*) FROM (SELECT DISTINCT {', '.join(table.key)} FROM marts.{table.name})")
    assert groups.fetchall() == [(total,)]


@pytest.mark.parametrize("table", read_tables(), ids=lambda table: table.name)
def test_published_file_says_key_and_unit_of_every_table(table: Table, warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute(
        "SELECT column_name, key_position, unit, is_nullable, data_type FROM metadata.columns WHERE table_name = ?",
        [table.name],
    ).fetchall()
    key = sorted((position, name) for name, position, *_ in rows if position)
    assert tuple(name for _, name in key) == table.key
    assert not [name for name, _, unit, _, data_type in rows if data_type.startswith("DECIMAL") and not unit]
    if table.name != "fct_trade_monthly":  # the columns of a view have no constraints
        assert {name: is_nullable for name, _, _, is_nullable, _ in rows} == {
            column.name: column.is_nullable for column in table.columns
        }


@pytest.mark.parametrize("exposure", ["superset", "exports"])
def test_what_holds_every_mart_hangs_on_every_mart(exposure: str) -> None:
    text = (PROJECT_DIR / "dbt_project" / "models" / "exposures.yml").read_text(encoding="utf-8")
    (found,) = [one for one in yaml.safe_load(text)["exposures"] if one["name"] == exposure]
    assert found["depends_on"] == sorted(f"ref('{table.name}')" for table in read_tables())


def test_metadata_tables_are_documented(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = re.findall(r"^\| `metadata\.(\w+)` \|", text_of(ARCHITECTURE), re.MULTILINE)
    real = warehouse.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'metadata'").fetchall()
    assert sorted(rows) == sorted(name for (name,) in real)


def test_site_is_built_without_a_warning_and_fetches_nothing_from_elsewhere(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    fetched = re.compile(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=[\"'](?:https?:)?//[^\"']*", re.IGNORECASE)
    pages = sorted((tmp_path / "site").rglob("*.html"))
    assert pages
    for one in pages:
        assert not fetched.findall(one.read_text(encoding="utf-8")), one.name
    for sheet in (tmp_path / "site").rglob("*.css"):
        assert not re.findall(r"url\([\"']?(?:https?:)?//", sheet.read_text(encoding="utf-8")), sheet.name
    assert not list((tmp_path / "site").rglob("*.py"))


def test_command_names_the_page_of_its_settings() -> None:
    help_text = cli.app.info.help
    assert isinstance(help_text, str)
    assert label(OPERATIONS) in help_text


def _words(comment: str) -> str:
    return " ".join(comment.split())
