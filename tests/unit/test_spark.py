"""Where Spark is asked for and cannot build what is asked: a word that says what to do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from orchestration.settings import Settings
from orchestration.spark.session import SparkUnavailable, spark_session
from orchestration.transformation import TransformationFailed, build_models


def test_without_spark_it_is_said_where_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(SparkUnavailable, match="scale"), spark_session(Settings(warehouse_dir=tmp_path)):
        pass
    assert list(tmp_path.iterdir()) == []


def test_some_of_the_models_alone_are_refused(tmp_path: Path) -> None:
    settings = Settings(warehouse_dir=tmp_path, engine="spark")
    with pytest.raises(TransformationFailed, match="CUSTOMHOUSE_ENGINE=duckdb"):
        build_models(settings, tmp_path / "manifest.json", select=["mart_growth"])


def test_further_options_are_told_apart_by_spaces() -> None:
    settings = Settings(spark_options="spark.cores.max=4  spark.driver.extraJavaOptions=-Dname=value")
    assert settings.spark_options_by_name == {
        "spark.cores.max": "4",
        "spark.driver.extraJavaOptions": "-Dname=value",
    }
