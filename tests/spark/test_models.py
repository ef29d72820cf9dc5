"""dbt's unit tests of the models, which the suite runs on DuckDB, on Spark."""

from __future__ import annotations

from pathlib import Path

from dbt.cli.main import dbtRunner, dbtRunnerResult

from orchestration.spark.carrying import carry_over
from orchestration.spark.session import spark_session
from orchestration.warehouse.working import open_working
from tests.integration.installation import Installation

#: Fewer would mean that dbt has passed some over.
UNIT_TESTS = 100


def test_unit_tests_pass_on_spark(refreshed: Installation, tmp_path: Path) -> None:
    settings = refreshed.settings.model_copy(update={"engine": "spark"})
    settings.export_environment()

    def dbt(*arguments: str) -> dbtRunnerResult:
        project = str(settings.dbt_project_dir)
        places = ["--project-dir", project, "--profiles-dir", project, "--target-path", str(tmp_path / "target")]
        return dbtRunner().invoke(["--log-level", "none", *arguments, "--target", "spark", *places])

    with spark_session(settings) as spark:
        with open_working(settings) as connection:
            carry_over(connection, spark, settings.spark_dir)
        # Unit tests read the types of what a model reads; rows they bring along.
        assert dbt("run", "--empty").success
        ended = dbt("test", "--select", "test_type:unit")

    outcomes = {result.node.name: (str(result.status), result.message) for result in ended.result.results}
    assert {name: outcome for name, outcome in outcomes.items() if outcome[0] not in ("pass", "success")} == {}
    assert sum(status == "pass" for status, _ in outcomes.values()) >= UNIT_TESTS
