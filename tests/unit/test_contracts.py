"""What is said in two places is the same: the record in Python, the table it is loaded into, dbt's yml, the CSVs."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.codes import CodeLists
from orchestration.customs import LINE_TYPES, Lake
from orchestration.defs.customs import TABLES as CUSTOMS_TABLES
from orchestration.defs.customs import load_lake
from orchestration.figures import FIGURE_TYPES
from orchestration.releases.folder import NUMBER_TYPES
from orchestration.settings import PROJECT_DIR, Settings
from orchestration.sources import SOURCE_TYPES
from orchestration.warehouse.deductions import TABLES, Deductions, load_deductions
from orchestration.warehouse.working import open_working, replacing_source_kind

DBT = PROJECT_DIR / "dbt_project"
MARTS = sorted((DBT / "models" / "marts").glob("*.sql"))
#: Tables of every source's staging yml, and the record that each holds.
RECORDS = {"figures": FIGURE_TYPES, "sources": SOURCE_TYPES, "numbers": NUMBER_TYPES}
#: What every mart row is found by.
KEY = (
    *("region_id", "partner_id", "commodity_id", "flow", "ownership_id", "trade_mode_id"),
    *("measure", "unit", "period_start", "period_end"),
)


@cache
def loaded(path: Path) -> dict[str, Any]:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def same_type(name: str) -> str:
    return name.lower().replace(" ", "")


def source_tables() -> list[tuple[str, dict[str, Any]]]:
    """Source name and table of every staging yml."""
    return [
        (source["name"], table)
        for path in sorted((DBT / "models" / "staging").rglob("*.yml"))
        for source in loaded(path).get("sources", [])
        for table in source["tables"]
    ]


def test_every_source_has_its_figures_and_its_documents() -> None:
    assert {(name, table["name"]) for name, table in source_tables()} == {
        *((source, table) for source in ("sheets", "releases") for table in ("figures", "sources")),
        ("releases", "numbers"),
        *(("customs", table) for table in ("lines", "sources", *CUSTOMS_TABLES)),
        *(("deduction", table) for table in TABLES),
    }


@pytest.mark.parametrize(
    ("source", "table"), [pytest.param(name, table, id=f"{name}.{table['name']}") for name, table in source_tables()]
)
def test_record_loaded_table_and_dbt_source_have_the_same_columns_and_types(
    source: str, table: dict[str, Any], settings: Settings
) -> None:
    records = {"deduction": TABLES, "customs": {**CUSTOMS_TABLES, "lines": LINE_TYPES, "sources": SOURCE_TYPES}}
    record = records.get(source, RECORDS)[table["name"]]
    declared = {column["name"]: same_type(column["data_type"]) for column in table["columns"]}
    with open_working(settings) as connection:
        if source == "deduction":
            load_deductions(connection, Deductions([], [], [], [], []))
        elif source == "customs":
            load_lake(connection, Lake())
        else:
            with replacing_source_kind(connection, source, RECORDS):
                pass
        described = connection.execute(f"DESCRIBE raw.{table['identifier']}").fetchall()
    real = {name: same_type(kind) for name, kind, *_ in described}
    assert list(record) == list(declared) == list(real)
    assert {name: same_type(kind) for name, kind in record.items()} == declared == real


def test_every_mart_has_one_yml_and_every_yml_its_mart() -> None:
    ymls = sorted((DBT / "models" / "marts").glob("*.yml"))
    assert [path.stem for path in ymls] == [path.stem for path in MARTS]
    for path in ymls:
        assert [model["name"] for model in loaded(path)["models"]] == [path.stem]


@pytest.mark.parametrize("mart", [path.stem for path in MARTS])
def test_every_table_and_column_of_the_marts_is_described_and_typed(mart: str) -> None:
    (model,) = loaded(DBT / "models" / "marts" / f"{mart}.yml")["models"]
    assert model["description"].strip()
    names = [column["name"] for column in model["columns"]]
    assert len(names) == len(set(names)) > 0
    assert [column["name"] for column in model["columns"] if not column.get("description", "").strip()] == []
    assert [column["name"] for column in model["columns"] if not column.get("data_type", "").strip()] == []


@pytest.mark.parametrize(
    "mart",
    [
        "fct_levels",
        *sorted(
            path.stem for path in MARTS if path.stem in {"mart_growth", "mart_share", "mart_ranking", "mart_balance"}
        ),
    ],
)
def test_every_derived_mart_carries_the_key(mart: str) -> None:
    (model,) = loaded(DBT / "models" / "marts" / f"{mart}.yml")["models"]
    assert set(KEY) <= {column["name"] for column in model["columns"]}


@pytest.mark.parametrize("mart", [path.stem for path in MARTS])
def test_the_same_column_has_the_same_type_in_every_mart(mart: str) -> None:
    everywhere: dict[str, set[str]] = {}
    for path in MARTS:
        for column in loaded(path.with_suffix(".yml"))["models"][0]["columns"]:
            everywhere.setdefault(column["name"], set()).add(same_type(column["data_type"]))
    own = [column["name"] for column in loaded(DBT / "models" / "marts" / f"{mart}.yml")["models"][0]["columns"]]
    assert {name: everywhere[name] for name in own if len(everywhere[name]) > 1} == {}


def test_the_seeds_yml_lists_every_code_list_with_the_columns_of_its_file() -> None:
    declared = {seed["name"]: seed for seed in loaded(DBT / "seeds" / "seeds.yml")["seeds"]}
    assert sorted(declared) == sorted(path.stem for path in (DBT / "seeds").glob("*.csv"))
    for name, seed in declared.items():
        with (DBT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        assert list(seed["config"]["column_types"]) == header, name
        assert seed["description"].strip(), name


def test_every_finding_of_the_vocabulary_has_its_model_and_its_unit_test() -> None:
    with (DBT / "seeds" / "findings.csv").open(encoding="utf-8", newline="") as file:
        vocabulary = [row["finding"] for row in csv.DictReader(file)]
    models = DBT / "models" / "intermediate" / "unprinted"
    made = {path.stem.removeprefix("unprinted_") for path in (models / "findings").glob("*.sql")}
    united = re.findall(r"^    '(\w+)',$", (DBT / "models" / "marts" / "mart_unprinted.sql").read_text("utf-8"), re.M)
    tested = {test["model"].removeprefix("unprinted_") for test in loaded(models / "_unprinted.yml")["unit_tests"]}
    assert made == set(vocabulary)
    assert united == vocabulary
    assert made <= tested


def test_units_say_whether_a_printed_count_is_exact(codes: CodeLists) -> None:
    assert {row["is_exact_when_printed"] for row in codes.units.values()} == {"true", "false"}
    assert {"percent", "pp", "rank", "CNY", "USD", "tonne"} <= set(codes.units)
    assert "value" in codes.measures
