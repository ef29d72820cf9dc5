"""The public schema beside its committed snapshot: nothing of it changes without the changelog saying so."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from docs.dictionary import read_functions, read_tables
from orchestration.customs import LINE_TYPES, Lake
from orchestration.customs.lake import VERSION
from orchestration.defs.customs import load_lake
from orchestration.settings import PROJECT_DIR, Settings
from orchestration.warehouse.publication import publish
from orchestration.warehouse.published import SCHEMA_VERSION, open_published
from orchestration.warehouse.working import open_working
from tests.unit.hand_made import build_marts, inputs_of

SNAPSHOT = Path(__file__).with_name("public_schema.json")
#: Set to 1, it takes into the snapshot what the changelog names. Read here because no test sees such variables.
RENEW = os.environ.get("CUSTOMHOUSE_RENEW_SNAPSHOTS") == "1"

#: Table to column to what is promised of it, in words; a function has its parameters as columns.
Schema = dict[str, dict[str, str]]


def marts() -> Schema:
    """The tables and functions of the schema marts, as their contracts say."""
    tables = {
        table.name: {
            column.name: column.data_type
            + ("" if column.is_nullable else ", never null")
            + (f", key {table.key.index(column.name) + 1}" if column.name in table.key else "")
            for column in table.columns
        }
        for table in read_tables()
    }
    functions = {
        name: dict.fromkeys(re.findall(r"\w+", call.partition("(")[2]), "parameter")
        for name, (call, _) in read_functions().items()
    }
    return {**tables, **functions}


def metadata(settings: Settings) -> Schema:
    """The tables of the schema metadata, as a publication has them."""
    build_marts(settings)
    with open_working(settings) as connection:
        load_lake(connection, Lake())
    publish(settings, inputs_of("any"), run_id="a run")
    with open_published(settings.published_database) as connection:
        rows = connection.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = 'metadata' ORDER BY "
            "table_name, column_index"
        ).fetchall()
    found: Schema = {}
    for table, column, data_type in rows:
        found.setdefault(f"metadata.{table}", {})[column] = data_type
    return found


def changes(before: Schema, now: Schema) -> list[tuple[str, str, str]]:
    """Kind (Added, Changed, Removed), table and column of each difference; no column where the whole table is meant."""
    found = []
    for table in sorted({*before, *now}):
        if table not in now or table not in before:
            found.append(("Removed" if table in before else "Added", table, ""))
            continue
        for column in sorted({*before[table], *now[table]}):
            old, new = before[table].get(column), now[table].get(column)
            if old != new:
                found.append(("Added" if old is None else "Removed" if new is None else "Changed", table, column))
    return found


def unreleased(changelog: str) -> dict[str, list[str]]:
    """The entries below [Unreleased], by the heading that they stand under."""
    section = re.split(r"^## ", changelog, flags=re.MULTILINE)[1]
    headings = re.split(r"^### (\w+)$", section, flags=re.MULTILINE)[1:]
    return {
        heading: re.split(r"^- ", text, flags=re.MULTILINE)[1:]
        for heading, text in zip(headings[::2], headings[1::2], strict=True)
    }


def unnamed(found: list[tuple[str, str, str]], entries: Mapping[str, list[str]]) -> list[str]:
    """The changes that no entry below the heading of their kind names by table and column, in backticks."""
    return [
        f"{kind}: {table}{'.' if column else ''}{column}"
        for kind, table, column in found
        if not any(f"`{table}`" in entry and (not column or f"`{column}`" in entry) for entry in entries.get(kind, []))
    ]


def test_the_public_schema_changes_only_as_the_changelog_says(settings: Settings) -> None:
    now = {**marts(), **metadata(settings)}
    before: Schema = json.loads(SNAPSHOT.read_text(encoding="utf-8"))["tables"]
    found = changes(before, now)
    missing = unnamed(found, unreleased((PROJECT_DIR / "CHANGELOG.md").read_text(encoding="utf-8")))
    assert not missing, (
        "The public schema changed, and [Unreleased] of CHANGELOG.md does not say so. Name table and column, each in "
        "backticks, in one entry below the heading of the change (docs/keeping.md says what may change):\n  "
        + "\n  ".join(missing)
    )
    if RENEW:
        versions = {"schema_version": SCHEMA_VERSION, "lake_version": VERSION, "lake": LINE_TYPES}
        SNAPSHOT.write_text(json.dumps({**versions, "tables": now}, indent=1) + "\n", encoding="utf-8")
    assert not found or RENEW, (
        "The changelog names these changes of the public schema: "
        + ", ".join(f"{table}.{column}".rstrip(".") for _, table, column in found)
        + ". Renew the snapshot and commit it:\n"
        "  CUSTOMHOUSE_RENEW_SNAPSHOTS=1 .venv/bin/pytest -n 0 tests/unit/test_public_schema.py"
    )


def test_the_lake_has_a_new_version_where_its_columns_are_others() -> None:
    kept = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    assert kept["lake"] == LINE_TYPES or kept["lake_version"] != VERSION, "count VERSION of the lake up"
    assert kept["lake_version"] <= VERSION
    assert kept["schema_version"] <= SCHEMA_VERSION


def test_a_deprecated_column_says_since_when_and_what_comes_instead() -> None:
    deprecated = {
        f"{table.name}.{column.name}": column.description
        for table in read_tables()
        for column in table.columns
        if "deprecated" in column.description.lower()
    }
    form = re.compile(r"^Deprecated since \d+\.\d+\.\d+: use `\w+`")
    assert [name for name, description in deprecated.items() if not form.match(description)] == []


# That the rule itself can fail

TABLES: Schema = {"mart_growth": {"level": "INTEGER", "base": "INTEGER"}, "fct_old": {"one": "DATE"}}


@pytest.mark.parametrize(
    ("now", "entries", "expected"),
    [
        (TABLES, "", []),
        ({**TABLES, "mart_new": {"one": "DATE"}}, "### Added\n\n- `mart_new`.\n", []),
        ({**TABLES, "mart_new": {"one": "DATE"}}, "### Added\n\n- `mart_newer`.\n", ["Added: mart_new"]),
        ({"mart_growth": TABLES["mart_growth"]}, "### Removed\n\n- `fct_old`.\n", []),
        ({"mart_growth": TABLES["mart_growth"]}, "### Added\n\n- `fct_old`.\n", ["Removed: fct_old"]),
        (
            {**TABLES, "mart_growth": {"level": "BIGINT"}},
            "### Changed\n\n- `level` in\n  `mart_growth` is larger.\n- Nothing.\n",
            ["Removed: mart_growth.base"],
        ),
        (
            {**TABLES, "mart_growth": {"level": "BIGINT", "base": "INTEGER"}},
            "### Changed\n\n- `level` of something.\n- `mart_growth` in general.\n",
            ["Changed: mart_growth.level"],
        ),
    ],
    ids=["nothing", "a table", "another table", "a removal", "the wrong heading", "a column", "two entries"],
)
def test_what_the_changelog_does_not_name_is_found(now: Schema, entries: str, expected: list[str]) -> None:
    changelog = (
        f"# Changelog\n\n## [Unreleased]\n\n{entries}\n## [0.1.0]\n\n### Removed\n\n- `fct_old` `mart_growth` `base`\n"
    )
    assert unnamed(changes(TABLES, now), unreleased(changelog)) == expected
