"""Exports as other tools read them: every cell and observation equals the published file's, and no text calculates.

Readers are libraries that the product does not use, or not for reading: Frictionless, pandas, polars, openpyxl, rdflib,
and for SDMX the one library that did not write it, beside the official schemas.
"""

from __future__ import annotations

import datetime
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import duckdb
import frictionless
import openpyxl
import pandas
import polars
import pytest
import rdflib
import sdmx
from conftest import Warehouse
from openpyxl.utils.escape import unescape
from pysdmx.io import read_sdmx

PROJECT_DIR = Path(__file__).resolve().parents[2]
COMMAND = PROJECT_DIR / ".venv" / "bin" / "customhouse"
#: Texts that a spreadsheet would calculate, cut, or take for something else.
HOSTILE = (
    '=HYPERLINK("http://127.0.0.1";"x")',
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "'=1+1",
    "'",
    "{=1+1}",
    "2023-01",
    "007",
    "1e5",
    "http://127.0.0.1/",
    'a "quoted", text;\nof two lines',
    "  spaces  ",
    "TRUE",
    "新疆 <&> ' \" \\",
)

Row = tuple[object, ...]


def run(warehouse: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command on a warehouse; its temporary files stay there."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CUSTOMHOUSE_")},
        "CUSTOMHOUSE_WAREHOUSE_DIR": str(warehouse),
        "CUSTOMHOUSE_DBT_TARGET_DIR": str(warehouse / "target"),
        "CUSTOMHOUSE_DAGSTER_HOME": str(warehouse / "dagster_home"),
    }
    return subprocess.run(
        [COMMAND, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture(scope="module")
def exported(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of that warehouse in all formats."""
    folder = tmp_path_factory.mktemp("exports") / "all"
    done = run(warehouse.published.parent, "export", "--format", "all", "--output", str(folder))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def published(warehouse: Warehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(warehouse.published), read_only=True)
    yield connection
    connection.close()


def tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [name for (name,) in connection.execute("SELECT table_name FROM metadata.tables ORDER BY 1").fetchall()]


def rows_of(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[list[str], list[Row]]:
    cursor = connection.execute(f'FROM marts."{table}"')
    return [column[0] for column in cursor.description or ()], cursor.fetchall()


def as_csv(value: object) -> str:
    """A value as a CSV file is to have it, by the documented rules."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, str) and value and value[0] in "=+-@\t\r\n＝＋－＠'":
        return f"'{value}"
    return str(value)


def as_excel(value: object) -> object:
    """A value as a workbook is to have it, by the documented rules."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, int | Decimal):
        digits = f"{Decimal(value):f}"
        digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
        if len(digits.lstrip("-").replace(".", "").strip("0")) > 15:
            return digits
        return float(value)
    if isinstance(value, datetime.date):
        return datetime.datetime(value.year, value.month, value.day)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value


# Descriptors


def test_data_package_is_valid_and_says_what_the_publication_says(
    exported: Path, published: duckdb.DuckDBPyConnection
) -> None:
    report = frictionless.validate(str(exported / "datapackage.json"))
    assert report.valid, report.flatten(["name", "type", "message"])[:5]
    package = json.loads((exported / "datapackage.json").read_text(encoding="utf-8"))
    ((publication_id, version),) = published.execute(
        "SELECT publication_id, customhouse_version FROM metadata.publication"
    ).fetchall()
    assert (package["id"], package["version"]) == (publication_id, version)
    listed = {resource["path"] for resource in package["resources"]}
    found = {path.relative_to(exported).as_posix() for path in exported.rglob("*") if path.is_file()}
    assert listed == found - {"datapackage.json", "catalogue.jsonld"}
    resources = {resource["path"]: resource for resource in package["resources"]}
    for table in tables(published):
        described = [
            (field["name"], field["description"], field.get("unit"))
            for field in resources[f"csv/{table}.csv"]["schema"]["fields"]
        ]
        assert described == [
            (name, " ".join(text.split()), unit)
            for name, text, unit in published.execute(
                "SELECT column_name, description, unit FROM metadata.columns WHERE table_name = ? ORDER BY position",
                [table],
            ).fetchall()
        ]
    key = resources["csv/fct_levels.csv"]["schema"]["primaryKey"]
    assert key == list(KEY)


KEY = (
    "region_id",
    "partner_id",
    "commodity_id",
    "flow",
    "ownership_id",
    "trade_mode_id",
    "measure",
    "unit",
    "period_start",
    "period_end",
)


@pytest.mark.parametrize(
    ("before", "after", "error"),
    [
        (",68070000000.000000,", ",68070000001.000000,", "hash-count"),
        (",2023-01-01,", ",2023-13-01,", "type-error"),
        ("CN-XJ,WORLD,TOTAL,total,ALL,ALL,value,CNY,2023-01-01,2023-02-28", None, "primary-key"),
    ],
    ids=["another digit", "no date", "a second row of a key"],
)
def test_a_file_that_is_not_what_was_exported_is_found_out(
    warehouse: Warehouse, tmp_path: Path, before: str, after: str | None, error: str
) -> None:
    folder = tmp_path / "levels"
    assert run(warehouse.published.parent, "export", "-f", "csv", "-t", "fct_levels", "-o", str(folder)).returncode == 0
    levels = folder / "csv" / "fct_levels.csv"
    text = levels.read_text(encoding="utf-8")
    assert before in text
    line = next(line for line in text.splitlines() if before in line)
    levels.write_text(text.replace(before, after, 1) if after else f"{text}{line}\n", encoding="utf-8")
    report = frictionless.validate(str(folder / "datapackage.json"))
    assert error in {found for (found,) in report.flatten(["type"])}


def test_catalogue_is_a_graph_with_a_distribution_for_every_file(
    exported: Path, published: duckdb.DuckDBPyConnection
) -> None:
    graph = rdflib.Graph().parse(exported / "catalogue.jsonld", format="json-ld")
    dcat, dct = rdflib.Namespace("http://www.w3.org/ns/dcat#"), rdflib.Namespace("http://purl.org/dc/terms/")
    package = json.loads((exported / "datapackage.json").read_text(encoding="utf-8"))
    sizes = {
        Path(str(graph.value(one, dcat.downloadURL)).removeprefix("file://")).relative_to(exported).as_posix(): int(
            graph.value(one, dcat.byteSize)
        )
        for one in graph.subjects(rdflib.RDF.type, dcat.Distribution)
    }
    assert sizes == {resource["path"]: resource["bytes"] for resource in package["resources"]}
    titles = {str(graph.value(one, dct.title)) for one in graph.subjects(rdflib.RDF.type, dcat.Dataset)}
    assert titles == {*tables(published), "All tables together"}
    (found,) = graph.subjects(rdflib.RDF.type, dcat.Catalog)
    assert str(graph.value(found, dct.identifier)) == package["id"]


# Tables


def test_parquet_is_the_marts_to_the_cell(exported: Path, published: duckdb.DuckDBPyConnection) -> None:
    for table in tables(published):
        names, rows = rows_of(published, table)
        path = exported / "parquet" / f"{table}.parquet"
        by_polars = polars.read_parquet(path)
        assert (by_polars.columns, by_polars.rows()) == (names, rows), table
        by_pandas = pandas.read_parquet(path, dtype_backend="pyarrow")
        assert list(by_pandas.columns) == names
        for column, name in enumerate(names):
            assert by_pandas[name].array.__arrow_array__().to_pylist() == [row[column] for row in rows], (table, name)


def test_csv_is_the_marts_to_the_cell(exported: Path, published: duckdb.DuckDBPyConnection) -> None:
    for table in tables(published):
        names, rows = rows_of(published, table)
        expected = [tuple(map(as_csv, row)) for row in rows]
        path = exported / "csv" / f"{table}.csv"
        by_pandas = pandas.read_csv(path, dtype=str, keep_default_na=False)
        assert (list(by_pandas.columns), list(by_pandas.itertuples(index=False, name=None))) == (names, expected), table
        by_polars = polars.read_csv(path, infer_schema=False).fill_null("")
        assert (by_polars.columns, by_polars.rows()) == (names, expected), table


def test_workbook_is_the_marts_to_the_cell(exported: Path, published: duckdb.DuckDBPyConnection) -> None:
    book = openpyxl.load_workbook(exported / "customhouse.xlsx", read_only=True)
    assert book.sheetnames == ["about", "columns", *tables(published)]
    about = {row[0]: row[1] for row in book["about"].iter_rows(values_only=True) if row and row[0]}
    ((publication_id,),) = published.execute("SELECT publication_id FROM metadata.publication").fetchall()
    assert about["publication"] == publication_id
    texts = {row[:2]: row[7] for row in book["columns"].iter_rows(min_row=2, values_only=True)}
    for table in tables(published):
        names, rows = rows_of(published, table)
        cells = list(book[table].iter_rows())
        assert all(cell.data_type != "f" for row in cells for cell in row)
        values = [tuple(cell.value for cell in row) + (None,) * (len(names) - len(row)) for row in cells]
        assert values[0] == tuple(names)
        assert values[1:] == [tuple(map(as_excel, row)) for row in rows], table
        for column, name in enumerate(names):
            long = [row for row in rows if isinstance(row[column], Decimal) and isinstance(as_excel(row[column]), str)]
            assert int(texts[table, name] or 0) == len(long)
    assert any(texts.values())


# SDMX


@pytest.fixture(scope="module")
def structure(exported: Path) -> sdmx.message.StructureMessage:
    """The structure message, read by the library that did not write it."""
    return sdmx.read_sdmx(exported / "sdmx" / "structure.xml")


def mart_codes(structure: sdmx.message.StructureMessage) -> Mapping[str, Mapping[str, str]]:
    """Of each code list, each code as the marts have it: that is in an annotation."""

    def mart_code(code: object) -> str:
        notes = {note.id: note.title for note in code.annotations}  # type: ignore[attr-defined]
        return notes.get("MART_CODE", "")

    return {
        name.removeprefix("CL_"): {code.id: mart_code(code) for code in codes}
        for name, codes in structure.codelist.items()
    }


#: What each transformation is in the marts: table, unit, value, bounds, stated, recomputed bounds.
TRANSFORMATIONS = {
    "N": ("fct_levels", None, "value", "low", "high", None, None, None),
    "G": (
        "mart_growth",
        "percent",
        "growth_pct",
        "growth_low_pct",
        "growth_high_pct",
        "stated_growth_pct",
        "recomputed_growth_low_pct",
        "recomputed_growth_high_pct",
    ),
    "C": ("mart_growth", "pp", "contribution_pp", "contribution_low_pp", "contribution_high_pp", None, None, None),
    "SH": (
        "mart_share",
        "percent",
        "share_pct",
        "share_low_pct",
        "share_high_pct",
        "stated_share_pct",
        "recomputed_share_low_pct",
        "recomputed_share_high_pct",
    ),
    "DSH": (
        "mart_share",
        "pp",
        "share_change_pp",
        None,
        None,
        "stated_share_change_pp",
        "recomputed_share_change_low_pp",
        "recomputed_share_change_high_pp",
    ),
}
SERIES = {
    "REF_AREA": "region_id",
    "TRADE_FLOW": "flow",
    "COMMODITY": "commodity_id",
    "COUNTERPART_AREA": "partner_id",
    "OWNERSHIP": "ownership_id",
    "TRADE_MODE": "trade_mode_id",
    "INDICATOR": "measure",
    "SERIES_UNIT": "unit",
}
NUMBERS = (
    "OBS_VALUE",
    "LOWER_BOUND",
    "UPPER_BOUND",
    "STATED_VALUE",
    "RECOMPUTED_LOWER_BOUND",
    "RECOMPUTED_UPPER_BOUND",
)


def expected_observations(published: duckdb.DuckDBPyConnection) -> dict[Row, Row]:
    """Of each row of the marts and transformation: its key in the terms of the marts, and its numbers."""
    found: dict[Row, Row] = {}
    for transformation, (table, unit, *columns) in TRANSFORMATIONS.items():
        names, rows = rows_of(published, table)
        for values in rows:
            row = dict(zip(names, values, strict=True))
            numbers = tuple(row[column] if column else None for column in columns)
            if all(number is None for number in numbers):
                continue
            key = (
                transformation,
                *(row[column] for column in SERIES.values()),
                unit or row["unit"],
                row["period_start"],
                row["period_end"],
                row.get("comparison_start") if table == "mart_growth" else None,
                row.get("comparison_end") if table == "mart_growth" else None,
                row.get("reference", ""),
            )
            assert key not in found
            found[key] = (*numbers, row["origin"], row["source_id"])
    return found


def span(period: str) -> tuple[datetime.date, datetime.date] | tuple[None, None]:
    """First and last day of a period or time range of SDMX."""
    if period == "_Z":
        return None, None
    if "/" in period:
        start_text, duration = period.split("/")
        start = datetime.date.fromisoformat(start_text)
        if duration.endswith("D"):
            return start, start + datetime.timedelta(days=int(duration[1:-1]) - 1)
        months = int(duration[1:-1])
    else:
        year, _, part = period.partition("-")
        length = {"": 12, "Q": 3, "S": 6}.get(part[:1], 1)
        number = int(part.lstrip("QS") or 1)
        start, months = datetime.date(int(year), (number - 1) * length + 1, 1), length
    ends = start.year * 12 + start.month - 1 + months
    return start, datetime.date(ends // 12, ends % 12 + 1, 1) - datetime.timedelta(days=1)


def observations(records: list[dict[str, str]], codes: Mapping[str, Mapping[str, str]]) -> dict[Row, Row]:
    """Observations as they were read, in the terms of the marts."""
    found: dict[Row, Row] = {}
    for one in records:
        period = span(one["TIME_PERIOD"])
        assert (one["PERIOD_START"], one["PERIOD_END"]) == tuple(map(str, period))
        key = (
            one["TRANSFORMATION"],
            *(codes[dimension][one[dimension]] for dimension in SERIES),
            codes["UNIT_MEASURE"][one["UNIT_MEASURE"]],
            *period,
            *span(one["BASE_PERIOD"]),
            codes["REFERENCE"][one["REFERENCE"]],
        )
        assert key not in found
        numbers = tuple(Decimal(one[name]) if one.get(name) else None for name in NUMBERS)
        status = "O" if numbers[0] is None else "A" if one["ORIGIN"] == "stated" else "E"
        assert one["OBS_STATUS"] == status
        found[key] = (*numbers, one["ORIGIN"], codes["SOURCE"][one["SOURCE"]])
    return found


def as_records(message: sdmx.message.DataMessage) -> list[dict[str, str]]:
    """The observations of a message as the reading library has them, one dictionary each."""
    return [
        {
            **{name: str(value.value) for name, value in one.dimension.values.items()},
            **{name: str(value.value) for name, value in one.attached_attribute.items()},
            **({"OBS_VALUE": str(one.value)} if one.value not in (None, "") else {}),
        }
        for data in message.data
        for one in data.obs
    ]


@pytest.mark.parametrize("name", ["observations-1.xml", "observations.csv"])
def test_every_observation_is_the_marts(
    exported: Path, published: duckdb.DuckDBPyConnection, structure: sdmx.message.StructureMessage, name: str
) -> None:
    message = sdmx.read_sdmx(exported / "sdmx" / name, structure=structure.structure["DSD_TRADE"])
    found = observations(as_records(message), mart_codes(structure))
    expected = expected_observations(published)
    assert len(expected) > 500
    assert found == expected


def test_every_code_of_an_observation_is_in_its_code_list(
    exported: Path, structure: sdmx.message.StructureMessage
) -> None:
    codes = mart_codes(structure)
    definition = structure.structure["DSD_TRADE"]
    coded = {
        component.id
        for component in (*definition.dimensions, *definition.attributes)
        if component.local_representation and component.local_representation.enumerated is not None
    }
    assert coded == set(codes)
    for record in pandas.read_csv(exported / "sdmx" / "observations.csv", dtype=str, keep_default_na=False).to_dict(
        "records"
    ):
        assert not [name for name in coded if record[name] and record[name] not in codes[name]]


def test_sdmx_ml_keeps_to_the_official_schemas(exported: Path, published: duckdb.DuckDBPyConnection) -> None:
    ((publication_id,),) = published.execute("SELECT publication_id FROM metadata.publication").fetchall()
    for name in ("structure.xml", "observations-1.xml"):
        message = read_sdmx(str(exported / "sdmx" / name), validate=True)
        assert message.header is not None
        assert message.header.id == publication_id
    spoilt = (exported / "sdmx" / "structure.xml").read_text(encoding="utf-8").replace("<str:Codelists>", "<str:Lists>")
    with pytest.raises(Exception, match="Lists"):
        read_sdmx(spoilt.replace("</str:Codelists>", "</str:Lists>"), validate=True)


# Hostile texts, large tables, and folders


@pytest.fixture
def doctored(warehouse: Warehouse, tmp_path: Path) -> Path:
    """A folder with a copy of the published file that may be written to."""
    folder = tmp_path / "doctored"
    folder.mkdir()
    shutil.copy(warehouse.published, folder)
    (folder / "customhouse.duckdb").chmod(0o644)
    return folder


def change(warehouse: Path, *statements: str, parameters: list[object] | None = None) -> None:
    with duckdb.connect(str(warehouse / "customhouse.duckdb")) as connection:
        for statement in statements:
            connection.execute(statement, parameters or [])


def test_no_text_calculates_in_a_spreadsheet_and_none_is_lost(doctored: Path, tmp_path: Path) -> None:
    values = ", ".join("('list', ?, 'id', 'name')".replace("?", f"${number}") for number in range(1, len(HOSTILE) + 1))
    change(
        doctored,
        f"INSERT INTO marts.dim_customs_code (list, code, id, name) VALUES {values}",
        parameters=list(HOSTILE),
    )
    change(doctored, "UPDATE marts.dim_source SET title = '=1+1 '' \" <&>', source_id = '-1+\"1''' WHERE source_id = "
           "(SELECT min(source_id) FROM marts.dim_source)")  # fmt: skip
    folder = tmp_path / "hostile"
    done = run(doctored, "export", "-f", "all", "-o", str(folder), "-t", "dim_customs_code", "-t", "fct_levels")
    assert done.returncode == 0, done.stderr
    expected = sorted(HOSTILE)
    csv = pandas.read_csv(folder / "csv" / "dim_customs_code.csv", dtype=str, keep_default_na=False)["code"]
    assert not [cell for cell in csv if cell[0] in "=+-@\t\r\n＝＋－＠"]
    assert sorted(cell.removeprefix("'") for cell in csv) == expected
    assert sorted(polars.read_parquet(folder / "parquet" / "dim_customs_code.parquet")["code"]) == expected
    sheet = openpyxl.load_workbook(folder / "customhouse.xlsx")["dim_customs_code"]
    cells = [row[1] for row in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert sorted(unescape(str(cell.value)) for cell in cells) == expected
    sources = sdmx.read_sdmx(folder / "sdmx" / "structure.xml").codelist["CL_SOURCE"]
    assert str(sources["-1$2B$221$27"].name) == "=1+1 ' \" <&>"
    assert frictionless.validate(str(folder / "datapackage.json")).valid


def test_a_table_longer_than_a_sheet_is_refused_by_name_and_written_as_parquet(doctored: Path, tmp_path: Path) -> None:
    rows = 2_000_000
    change(
        doctored,
        "DROP VIEW marts.fct_trade_monthly",
        "CREATE VIEW marts.fct_trade_monthly AS "
        f"SELECT 'CN-XJ' AS region_id, CAST(range AS DECIMAL(18, 4)) AS value_cny FROM range({rows})",
        f"UPDATE metadata.tables SET row_count = {rows} WHERE table_name = 'fct_trade_monthly'",
        "DELETE FROM metadata.columns WHERE table_name = 'fct_trade_monthly' "
        "AND column_name NOT IN ('region_id', 'value_cny')",
    )
    folder = tmp_path / "large"
    arguments = ("--table", "fct_trade_monthly", "--output", str(folder))
    refused = run(doctored, "export", "--format", "xlsx", *arguments)
    assert refused.returncode == 1
    assert "fct_trade_monthly has 2,000,000 rows" in refused.stderr
    assert not folder.exists()
    done = run(doctored, "export", *arguments)
    assert done.returncode == 0, done.stderr
    assert (
        polars.scan_parquet(folder / "parquet" / "fct_trade_monthly.parquet").select(polars.len()).collect().item()
        == rows
    )


def test_an_export_replaces_an_export_and_nothing_else(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert (
        run(warehouse.published.parent, "export", "-f", "all", "-o", str(folder), "-t", "mart_growth").returncode == 0
    )
    assert run(warehouse.published.parent, "export", "-f", "csv", "-o", str(folder), "-t", "mart_share").returncode == 0
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert files == ["catalogue.jsonld", "csv/mart_share.csv", "datapackage.json"]
    (folder / "notes.txt").write_text("mine")
    refused = run(warehouse.published.parent, "export", "-f", "csv", "-o", str(folder))
    assert refused.returncode == 1
    assert "notes.txt" in refused.stderr
    assert (folder / "notes.txt").read_text() == "mine"
    assert (folder / "csv" / "mart_share.csv").exists()
    unknown = run(warehouse.published.parent, "export", "-t", "mart_shares", "-o", str(tmp_path / "other"))
    assert unknown.returncode == 1
    assert "mart_shares" in unknown.stderr
    assert not (tmp_path / "other").exists()
