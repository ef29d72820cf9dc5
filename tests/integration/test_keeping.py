"""Whole refreshes over what other versions left; what is kept; back-ups; a simulated year in small."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import PROJECT_DIR
from tests.faults.small_project import shrink
from tests.integration.conftest import add_sheet
from tests.integration.installation import Content, Installation
from tests.integration.test_customs import put
from tests.unit.customs.conftest import FRUIT, WHEAT, changed


@pytest.mark.parametrize("change", ["DROP TABLE raw.version", "UPDATE raw.version SET version = version + 1"])
@pytest.mark.long
def test_a_working_warehouse_of_another_version_is_rebuilt(
    refreshed: Installation, second_content: Content, change: str
) -> None:
    with duckdb.connect(str(refreshed.working)) as connection:
        connection.execute(change)
        # What would be misread: rows of another meaning in tables of the same form, and a mart that is no more.
        connection.execute("UPDATE raw.releases_figures SET value = -1")
        connection.execute("CREATE TABLE marts.mart_former AS SELECT 1 AS one")
    add_sheet(refreshed)
    ended = refreshed.refresh()
    assert ended.code == 0, ended.output
    assert "another version has left the working warehouse" in ended.stderr
    assert refreshed.content() == second_content


@pytest.mark.exhaustive
def test_a_table_that_no_model_makes_any_more_is_published_no_longer(
    refreshed: Installation, first_content: Content
) -> None:
    with duckdb.connect(str(refreshed.working)) as connection:
        connection.execute("CREATE TABLE marts.mart_former AS SELECT 1 AS one")
    model = refreshed.project / "models" / "marts" / "dim_flow.sql"
    model.write_text(f"-- changed\n{model.read_text()}")
    refreshed.refreshed()
    assert refreshed.content() == first_content


@pytest.mark.exhaustive
def test_what_a_later_version_published_is_not_replaced_though_it_is_forced(refreshed: Installation) -> None:
    refreshed.published.chmod(0o644)
    with duckdb.connect(str(refreshed.published)) as connection:
        connection.execute("UPDATE metadata.publication SET schema_version = 99, customhouse_version = '9.1.0'")
    before = refreshed.footprint()
    add_sheet(refreshed)
    ended = refreshed.refresh("--force")
    assert ended.code == 1
    assert "neither read nor replaced" in " ".join(ended.output.split())
    assert "Traceback" not in ended.output
    assert refreshed.footprint() == before


@pytest.mark.exhaustive
def test_what_was_backed_up_is_restored_elsewhere_and_refreshed_to_the_same_content(
    refreshed: Installation, tmp_path: Path
) -> None:
    for month in (1, 2, 3):
        put(refreshed, f"2023-{month:02}", [changed(WHEAT, value=str(month)), FRUIT])
    refreshed.refreshed()
    folder = tmp_path / "backup"
    made = refreshed.run("backup", str(folder))
    assert made.code == 0, made.output
    assert refreshed.run("backup", "--verify", str(folder)).code == 0
    content = refreshed.content()

    elsewhere = Installation(tmp_path / "elsewhere")
    shutil.copytree(refreshed.project, elsewhere.project)
    restored = elsewhere.run("restore", str(folder))
    assert restored.code == 0, restored.output
    shutil.move(refreshed.warehouse, tmp_path / "away")  # whatever still reads there fails
    assert elsewhere.content() == content
    assert "Nothing changed since" in elsewhere.refresh().stdout
    before = elsewhere.footprint()
    elsewhere.refreshed("--force")  # from an empty working warehouse
    assert elsewhere.content() == content
    assert elsewhere.footprint() == before
    lines = elsewhere.ask("SELECT count(*), sum(value_cny) FROM fct_trade_monthly")
    assert lines == [(6, 306)]
    shutil.move(tmp_path / "away", refreshed.warehouse)


@pytest.mark.long
def test_a_simulated_year_runs_in_its_small_form(tmp_path: Path) -> None:
    """Three months, a release each, with a correction, a revision, a missing document and one that broke off.

    The models are fewer here: what is looked at is what refreshes leave behind, not what they compute.
    """
    measures, project = tmp_path / "measures.json", tmp_path / "dbt_project"
    shutil.copytree(PROJECT_DIR / "dbt_project", project, ignore=shutil.ignore_patterns("target", "logs"))
    shrink(project)
    command = [sys.executable, "-m", "bench.soak", "--months", "3", "--releases", "1", "--lines", "200"]
    ended = subprocess.run(
        [*command, "--project", project, "--kept-publications", "2", "--kept-runs", "2", "--json", str(measures)],
        cwd=PROJECT_DIR,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    months = json.loads(measures.read_text())
    assert [len(month["seconds"]) for month in months] == [1, 2, 2]
    counts = [month["counts"] for month in months]
    # Two files of declarations a month, and in the third two more of the second.
    assert [one["documents"] for one in counts] == [3, 6, 11]
    assert [one["figures"] for one in counts] == [6, 11, 17]  # six a release; one was ruled out
    assert all(one["publications"] <= 2 for one in counts)
    # Those that are kept, those of the kept publications, and the one under way.
    assert all(one["runs"] <= 2 + 2 + 1 for one in counts)
    # Two flows a month; of the month that was revised, both states while the one before is kept.
    assert [one["lake files"] for one in counts] == [2, 4, 6]
    assert "peak memory, MB" in ended.stdout
