"""What the engines say differently (macros/engines.sql): every macro gives the same on both."""

from __future__ import annotations

import datetime
import math
import random
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.cli.main import dbtRunner
from pyspark.sql import SparkSession

from orchestration.settings import PROJECT_DIR, Settings
from orchestration.spark.session import spark_session


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    folder = tmp_path_factory.mktemp("engines")
    settings = Settings(warehouse_dir=folder / "warehouse", dbt_target_dir=folder / "target")
    settings.export_environment()
    with spark_session(settings) as spark:
        yield Engines(settings, spark)


class Engines:
    """Both engines; each is asked the same query, as dbt compiles it for it."""

    def __init__(self, settings: Settings, spark: SparkSession) -> None:
        self.settings = settings
        self.spark = spark
        spark.sql(self.compiled("spark", "{{ make_functions() }}"))

    def compiled(self, engine: str, sql: str) -> str:
        folder = str(PROJECT_DIR / "dbt_project")
        target = str(self.settings.dbt_target_dir / engine)
        places = ["--project-dir", folder, "--profiles-dir", folder, "--target-path", target]
        ended = dbtRunner().invoke(["--log-level", "none", "compile", "--inline", sql, "--target", engine, *places])
        assert ended.success, ended.exception
        return str(ended.result.results[0].node.compiled_code)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows that both engines answer with."""
        by_duckdb = duckdb.connect().execute(self.compiled("duckdb", sql)).fetchall()
        by_spark = [tuple(row) for row in self.spark.sql(self.compiled("spark", sql)).collect()]
        assert by_duckdb == by_spark
        return by_duckdb


def test_is_match(engines: Engines) -> None:
    sql = "select {{ is_match('word', '^[A-Z][a-z]') }} from (values ('Iron'), ('LNG'), ('a Word'), (null)) as t (word)"
    assert engines.ask(sql) == [(True,), (False,), (False,), (None,)]


def test_part_of(engines: Engines) -> None:
    sql = "select {{ part_of('members', '+') }} as member from (values ('A+B'), ('C')) as t (members)"
    assert engines.ask(f"select member from ({sql}) as parts order by member") == [("A",), ("B",), ("C",)]


def test_listagg_keeps_the_order(engines: Engines) -> None:
    values = "(values (3, 'c'), (1, 'b'), (2, 'a')) as t (place, name)"
    sql = f"""select {{{{ listagg('name', "' and '", 'order by place') }}}} from {values}"""
    assert engines.ask(sql) == [("b and a and c",)]


def test_days(engines: Engines) -> None:
    days = {
        "{{ dateadd('year', -1, 'day') }}": datetime.date(2023, 2, 28),
        "{{ dateadd('month', 1, 'day') }}": datetime.date(2024, 3, 29),
        "{{ dateadd('quarter', -1, 'day') }}": datetime.date(2023, 11, 29),
        "{{ dateadd('day', 1, 'day') }}": datetime.date(2024, 3, 1),
        "{{ last_day('day', 'month') }}": datetime.date(2024, 2, 29),
        "{{ last_day('day', 'quarter') }}": datetime.date(2024, 3, 31),
        "{{ last_day('day', 'year') }}": datetime.date(2024, 12, 31),
        "{{ year_before('day') }}": datetime.date(2023, 2, 28),
        "{{ dbt.date_trunc('quarter', 'day') }}": datetime.date(2024, 1, 1),
    }
    selected = ", ".join(f"cast({expression} as date)" for expression in days)
    assert engines.ask(f"select {selected} from (select cast('2024-02-29' as date) as day) as t") == [
        tuple(days.values())
    ]


def test_lists(engines: Engines) -> None:
    texts = "(select split('first,second', ',') as texts) as t"
    sql = "select {{ element_of('texts', 1) }}, {{ element_of('texts', 2) }} from "
    assert engines.ask(sql + texts) == [("first", "second")]
    assert engines.ask("select {{ no_texts() }}") == [([],)]


@pytest.mark.parametrize("places", [1, 2, 3, 6])
def test_rounded_decimals_have_the_digits_of_the_double(engines: Engines, places: int) -> None:
    drawn = random.Random(places)
    amounts = [
        0.0,
        0.5,
        -0.5,
        2.5,
        1.005,
        207552783109.405,
        175612914712.90618,
        4.05e13 / 7,
        -1.234e15 / 7,
        5e-7,
        1.5e-6,
    ]
    amounts += [drawn.choice([-1, 1]) * math.exp(drawn.uniform(-14, 34)) for _ in range(500)]
    values = ", ".join(f"({number}, cast('{amount!r}' as double))" for number, amount in enumerate(amounts))
    sql = f"{{{{ rounded_decimal('amount', {places}) }}}}"
    rows = engines.ask(
        f"select number, cast({sql} as decimal(28, 6)) from (values {values}) as t (number, amount) order by number"
    )
    for (_, rounded), amount in zip(rows, amounts, strict=True):
        unit = Decimal(1).scaleb(-places)
        assert abs(rounded - Decimal(amount)) <= unit / 2 + abs(Decimal(amount)) * Decimal(2) ** -52


def test_row_hash_tells_rows_apart(engines: Engines) -> None:
    values = "(values ('a', 1), ('a', 1), ('b', 1), (null, 1), (null, 1), ('a', null)) as t (name, number)"
    for engine in ("duckdb", "spark"):
        sql = engines.compiled(engine, f"select {{{{ row_hash(['name', 'number']) }}}} from {values}")
        rows = duckdb.connect().execute(sql).fetchall() if engine == "duckdb" else engines.spark.sql(sql).collect()
        first, second, third, fourth, fifth, sixth = (row[0] for row in rows)
        assert first == second and fourth == fifth
        assert len({first, third, fourth, sixth}) == 4


def test_a_session_on_this_machine_listens_on_loopback_alone(engines: Engines) -> None:
    java = int(engines.spark.sparkContext._jvm.java.lang.ProcessHandle.current().pid())
    inodes = set()
    for path in Path(f"/proc/{java}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            inodes.add(str(path.readlink()))
    listening = [
        line.split()[1].partition(":")[0]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/{java}/net/{table}").read_text(encoding="utf-8").splitlines()[1:]
        if line.split()[3] == "0A" and f"socket:[{line.split()[9]}]" in inodes
    ]
    assert listening
    # 127.0.0.1 as the kernel writes it, alone or within an address of IPv6.
    assert [address for address in listening if not address.endswith("0100007F")] == []
