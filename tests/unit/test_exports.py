"""Exports: how they describe tables, write codes and periods, guard cells, and replace a folder."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from orchestration import cli
from orchestration.cli import ExportFormat
from orchestration.exports.catalogue import catalogue
from orchestration.exports.data_package import data_package, schema
from orchestration.exports.description import (
    Column,
    Description,
    Document,
    ExportRefused,
    Publication,
    Table,
    read_description,
)
from orchestration.exports.files import CATALOGUE, DATA_PACKAGE, ExportedFile, Format, replacing_folder
from orchestration.exports.sdmx_structure import COMPONENTS, sdmx_code, time_period
from orchestration.exports.tables import guarded, unguarded, write_csv
from orchestration.exports.workbook import SHEET_ROWS, is_number_kept, refuse_what_does_not_fit
from orchestration.transformation import column_facts

PUBLICATION = Publication("20240101T000000Z-abc", datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC), "0.1.0")
TABLE = Table(
    "fct_one",
    "What is known.",
    2,
    ("flow",),
    (
        Column("flow", "VARCHAR", "Direction.", None, is_nullable=False),
        Column("value", "DECIMAL(28,6)", "The level.", "column unit", is_nullable=True),
        Column("inputs", "VARCHAR[]", "Ids.", None, is_nullable=True),
    ),
)
DOCUMENT = Document("one", "A title", "Customs", datetime.date(2023, 4, 19), "http://127.0.0.1/one", "CC-BY-4.0")


def description(*documents: Document, tables: Sequence[Table] = (TABLE,)) -> Description:
    return Description(PUBLICATION, tuple(tables), documents, datetime.date(2023, 1, 1), datetime.date(2023, 3, 31))


def csv_file(table: Table = TABLE) -> ExportedFile:
    return ExportedFile(f"csv/{table.name}.csv", "One", Format.csv, "text/csv", 12, "ab" * 32, table.name)


# Descriptors


def test_a_resource_says_columns_types_units_key_size_and_hash() -> None:
    (resource,) = data_package(description(DOCUMENT), [csv_file()])["resources"]
    assert (resource["path"], resource["bytes"], resource["hash"]) == ("csv/fct_one.csv", 12, f"sha256:{'ab' * 32}")
    assert resource["schema"] == {
        "fields": [
            {
                "name": "flow",
                "type": "string",
                "description": "Direction.",
                "constraints": {"required": True},
                "missingValues": [],
            },
            {"name": "value", "type": "number", "description": "The level.", "unit": "column unit"},
            {"name": "inputs", "type": "array", "description": "Ids."},
        ],
        "primaryKey": ["flow"],
    }


def test_a_key_of_which_a_part_may_be_null_is_unique_and_no_primary_key() -> None:
    found = schema(Table("one", "", 0, ("flow", "value"), TABLE.columns))
    assert found["uniqueKeys"] == [["flow", "value"]]
    assert "primaryKey" not in found
    assert schema(Table("one", "", 0, (), TABLE.columns)).keys() == {"fields"}


def test_licences_are_those_of_documents_and_none_is_made_up() -> None:
    assert data_package(description(DOCUMENT), [])["licenses"] == [{"name": "CC-BY-4.0", "title": "CC-BY-4.0"}]
    unknown = Document("two", "Another", "Customs", datetime.date(2023, 4, 19), None, None)
    package = data_package(description(unknown), [])
    assert "licenses" not in package
    assert package["sources"] == [{"title": "Customs: Another (2023-04-19)", "source_id": "two"}]


def test_both_descriptors_say_which_publication_it_is() -> None:
    package = data_package(description(DOCUMENT), [csv_file()])
    assert (package["id"], package["created"]) == (PUBLICATION.publication_id, "2024-01-01T00:00:00Z")
    graph = catalogue(description(DOCUMENT), [csv_file()])
    assert graph["dct:identifier"] == PUBLICATION.publication_id
    ((dataset,),) = (graph["dcat:dataset"],)
    ((distribution,),) = (dataset["dcat:distribution"],)
    assert distribution["dcat:downloadURL"] == {"@id": "csv/fct_one.csv"}
    assert dataset["dct:source"] == [{"@id": "http://127.0.0.1/one"}]


def test_a_publication_that_does_not_say_its_keys_is_refused() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA metadata; CREATE TABLE metadata.columns (table_name VARCHAR)")
        with pytest.raises(ExportRefused, match="earlier version"):
            read_description(connection)


def test_key_and_unit_come_from_the_yml_of_the_marts(tmp_path: Path) -> None:
    def column(name: str, unit: str | None = None) -> dict[str, object]:
        return {"name": name, "config": {"meta": {"unit": unit} if unit else {}}}

    columns = [
        column("flow"),
        column("region_id"),
        column("growth_pct"),
        column("value", "column unit"),
        column("note"),
    ]
    model = {"resource_type": "model", "schema": "marts", "name": "fct_one", "columns": dict(enumerate(columns))}
    test = {
        "resource_type": "test",
        "attached_node": "model.fct_one",
        "test_metadata": {"name": "one_row_each", "kwargs": {"columns": ["region_id", "flow"]}},
    }
    other = {**model, "schema": "intermediate", "name": "int_one"}
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"nodes": {"model.fct_one": model, "model.int_one": other, "test.one": test}}))
    assert [(one.column_name, one.key_position, one.unit) for one in column_facts(manifest)] == [
        ("flow", 2, None),
        ("region_id", 1, None),
        ("growth_pct", None, "percent"),
        ("value", None, "column unit"),
    ]


def test_command_says_that_nothing_is_published_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUSTOMHOUSE_WAREHOUSE_DIR", str(tmp_path / "warehouse"))
    done = CliRunner().invoke(cli.app, ["export", "--output", str(tmp_path / "out")])
    assert done.exit_code == cli.EXIT_FAILED
    assert "nothing is published yet" in done.stderr
    assert not (tmp_path / "out").exists()


# Cells


@given(st.text())
def test_a_guarded_text_is_no_formula_and_gives_the_text_back(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in tuple("=+-@\t\r\n＝＋－＠")


def test_sql_guards_as_python_does(tmp_path: Path) -> None:
    texts = [
        "",
        "=1",
        "+1",
        "-1",
        "@a",
        "\tb",
        "\rc",
        "\nd",
        "＝1",
        "＋1",
        "－1",
        "＠1",
        "'",
        "'=1",
        "a=1",
        "新疆",
        " =1",
    ]
    table = Table("one", "", len(texts), (), (Column("a", "VARCHAR", "", None, is_nullable=True),))
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA marts; CREATE TABLE marts.one (a VARCHAR)")
        connection.execute("INSERT INTO marts.one SELECT unnest(CAST(? AS VARCHAR[]))", [texts])
        write_csv(connection, table, tmp_path / "one.csv")
        found = connection.execute(
            "SELECT a FROM read_csv(?, header = true, all_varchar = true, quote = '\"', delim = ',', new_line = '\\n', "
            "null_padding = false, allow_quoted_nulls = false)",
            [str(tmp_path / "one.csv")],
        ).fetchall()
    assert [text for (text,) in found] == [guarded(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [
        ("0", True),
        ("68070000000.000000", True),
        ("-123456789.012345", True),
        ("1234567890.123456", False),
        ("999999999999999", True),
        ("1234567890123456", False),
        ("123456789012345000000", True),
    ],
)
def test_a_number_that_excel_would_round_is_known(text: str, is_kept: bool) -> None:
    assert is_number_kept(Decimal(text)) is is_kept
    if is_kept:
        assert Decimal(repr(float(text))) == Decimal(text)


def test_a_table_that_no_sheet_holds_is_refused_by_name() -> None:
    refuse_what_does_not_fit((Table("fits", "", SHEET_ROWS, (), ()),))
    with pytest.raises(ExportRefused, match="too_long has 1,048,576 rows"):
        refuse_what_does_not_fit((Table("too_long", "", SHEET_ROWS + 1, (), ()),))


# SDMX


@pytest.mark.parametrize(
    ("mart_code", "code"),
    [
        ("KAZ", "KAZ"),
        ("CN-XJ", "CN-XJ"),
        ("", "_Z"),
        ("CNY/tonne", "CNY$2Ftonne"),
        ("A+B", "A$2BB"),
        ("commodity=TOTAL;flow=export", "commodity$3DTOTAL$3Bflow$3Dexport"),
        ("A$B", "A$24B"),
        ("新", "$E6$96$B0"),
    ],
)
def test_a_code_has_the_characters_that_sdmx_allows(mart_code: str, code: str) -> None:
    assert sdmx_code(mart_code) == code


@given(st.text(min_size=1), st.text(min_size=1))
def test_two_codes_stay_two(one: str, other: str) -> None:
    assert (sdmx_code(one) == sdmx_code(other)) is (one == other)


@pytest.mark.parametrize(
    ("start", "end", "frequency", "period"),
    [
        ("2024-02-01", "2024-02-29", "M", "2024-02"),
        ("2023-01-01", "2023-03-31", "Q", "2023-Q1"),
        ("2023-10-01", "2023-12-31", "Q", "2023-Q4"),
        ("2023-02-01", "2023-04-30", "_O", "2023-02-01/P3M"),
        ("2023-01-01", "2023-06-30", "S", "2023-S1"),
        ("2023-07-01", "2023-12-31", "S", "2023-S2"),
        ("2023-01-01", "2023-12-31", "A", "2023"),
        ("2022-04-01", "2023-03-31", "_O", "2022-04-01/P12M"),
        ("2023-01-01", "2023-02-28", "_O", "2023-01-01/P2M"),
        ("2023-01-01", "2023-11-30", "_O", "2023-01-01/P11M"),
        ("2022-01-01", "2023-12-31", "_O", "2022-01-01/P24M"),
        ("2024-02-01", "2024-02-28", "_O", "2024-02-01/P28D"),
        ("2024-01-15", "2024-02-14", "_O", "2024-01-15/P31D"),
    ],
)
def test_a_span_is_a_calendar_period_or_a_time_range(start: str, end: str, frequency: str, period: str) -> None:
    found = time_period(datetime.date.fromisoformat(start), datetime.date.fromisoformat(end))
    assert found == (frequency, period)


def test_components_have_names_of_their_own() -> None:
    names = [part.id for part in COMPONENTS]
    assert len(set(names)) == len(names)


# The folder


def write(folder: Path, *paths: str) -> None:
    for path in paths:
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(path)
    package = {"customhouse": {}, "resources": [{"path": path} for path in paths]}
    (folder / DATA_PACKAGE).write_text(json.dumps(package))
    (folder / CATALOGUE).write_text("{}")


def files_of(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    for path in ("csv/one.csv", "csv/two.csv"):
        with replacing_folder(tmp_path / "out") as draft:
            write(draft, path)
    assert files_of(tmp_path / "out") == [CATALOGUE, path, DATA_PACKAGE]
    assert [one.name for one in tmp_path.iterdir() if one.is_dir()] == ["out"]


def test_an_export_that_fails_leaves_the_former_one(tmp_path: Path) -> None:
    with replacing_folder(tmp_path / "out") as draft:
        write(draft, "csv/one.csv")

    def fail() -> None:
        with replacing_folder(tmp_path / "out") as draft:
            write(draft, "csv/two.csv")
            raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        fail()
    assert "csv/one.csv" in files_of(tmp_path / "out")
    assert [one.name for one in tmp_path.iterdir() if one.is_dir()] == ["out"]


def test_what_a_killed_export_left_is_cleared_up(tmp_path: Path) -> None:
    for leftover in (".out.draft", ".out.former"):
        write(_made(tmp_path / leftover), "csv/old.csv")
    with replacing_folder(tmp_path / "out") as draft:
        write(draft, "csv/one.csv")
    assert [one.name for one in tmp_path.iterdir() if one.is_dir()] == ["out"]


@pytest.mark.parametrize("descriptor", ["none", "of somebody else", "ours, without it", "damaged"])
def test_a_file_that_no_export_has_written_is_not_lost(tmp_path: Path, descriptor: str) -> None:
    folder = _made(tmp_path / "out")
    if descriptor == "ours, without it":
        write(folder, "csv/one.csv")
    elif descriptor == "of somebody else":
        (folder / DATA_PACKAGE).write_text('{"resources": [{"path": "mine.txt"}]}')
    elif descriptor == "damaged":
        (folder / DATA_PACKAGE).write_text("[]")
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(ExportRefused, match=r"mine\.txt|datapackage\.json"), replacing_folder(folder):
        pass
    assert (folder / "mine.txt").read_text() == "mine"


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_the_command_offers_every_format() -> None:
    assert {one.value for one in ExportFormat} == {one.value for one in Format} | {"all"}
