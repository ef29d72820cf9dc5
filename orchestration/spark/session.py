"""The session of Spark that models are built in: where it runs, and where its tables lie."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from orchestration.hashing import remove
from orchestration.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_LOOPBACK = "127.0.0.1"


class SparkUnavailable(RuntimeError):
    """Spark is asked for, and is not installed or does not start."""


@contextmanager
def spark_session(settings: Settings) -> Iterator[SparkSession]:
    """A session, which dbt finds by itself as the one of this process; stopped at the end.

    Options of `CUSTOMHOUSE_SPARK_OPTIONS` go before those given here. Raises SparkUnavailable.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as problem:
        raise SparkUnavailable(
            "CUSTOMHOUSE_ENGINE is spark, and Spark is not installed in this environment: docs/scale.md says how"
        ) from problem

    builder = SparkSession.builder.appName("customhouse").master(settings.spark_master_or_local)
    for name, value in (_options(settings) | settings.spark_options_by_name).items():
        builder = builder.config(name, value)
    remove(settings.spark_dir)  # each build is a whole one: nothing of a former one, or of one that was cut off, counts
    settings.spark_dir.mkdir(parents=True)
    if settings.is_spark_local:
        os.environ.setdefault("SPARK_LOCAL_IP", _LOOPBACK)
    try:
        session = builder.getOrCreate()
    except PySparkException as problem:
        raise SparkUnavailable(f"Spark did not start; it needs Java 17 or 21: {problem}") from problem
    try:
        yield session
    finally:
        session.stop()


def _options(settings: Settings) -> dict[str, str]:
    """What the models need, and what keeps a session on this machine to this machine."""
    options = {
        "spark.driver.memory": settings.spark_memory,
        "spark.sql.session.timeZone": "UTC",  # days are days: no zone of a machine may move them
        "spark.sql.warehouse.dir": str(settings.spark_dir / "tables"),
        "spark.sql.catalogImplementation": "in-memory",  # of tables that last for one build
        "spark.sql.parquet.compression.codec": "zstd",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.ui.enabled": "false",  # a page for everybody on the network otherwise
    }
    if settings.is_spark_local:
        options |= {
            "spark.driver.host": _LOOPBACK,
            "spark.driver.bindAddress": _LOOPBACK,
            "spark.sql.shuffle.partitions": str(settings.threads),
        }
    return options
