"""A hostile reader of SQL: what is refused, what a statement still cannot reach, what it may use up."""

from __future__ import annotations

import asyncio
import datetime
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from http.client import HTTPConnection
from pathlib import Path

import duckdb
import pytest

from orchestration.answers import write_answer
from orchestration.codes import CodeLists
from orchestration.questions import NotUnderstood, answer, understood
from orchestration.serving import front, worker
from orchestration.serving.messages import Kind, read_message
from orchestration.serving.statements import LONGEST_STATEMENT, refusal
from orchestration.settings import Settings
from orchestration.sql import literal, quoted
from orchestration.warehouse.published import open_published
from tests.unit.hand_made import publish_rows

SECRET = "a key that nobody may read"
TABLE_FUNCTIONS = [
    "read_text", "read_blob", "read_csv", "read_csv_auto", "read_json", "read_json_auto", "read_json_objects",
    "read_ndjson", "read_parquet", "parquet_scan", "parquet_metadata", "parquet_file_metadata", "parquet_schema",
    "parquet_kv_metadata", "parquet_bloom_probe", "sniff_csv", "glob", "read_duckdb", "query", "query_table",
    "duckdb_secrets", "which_secret", "duckdb_settings", "duckdb_variables", "duckdb_extensions", "duckdb_logs",
    "duckdb_log_contexts", "duckdb_temporary_files", "duckdb_external_file_cache", "duckdb_memory",
    "duckdb_prepared_statements", "pragma_database_list", "pragma_user_agent", "pragma_storage_info", "repeat_row",
    "json_execute_serialized_sql", "sql_auto_complete", "checkpoint", "force_checkpoint", "storage_info", "seq_scan",
    "python_map_function", "pandas_scan", "arrow_scan", "from_substrait", "iceberg_scan", "delta_scan", "st_read",
    "sqlite_scan", "postgres_scan", "postgres_query", "mysql_query", "http_get", "read_xlsx", "shellfs", "quack_serve",
    "quack_stop", "quack_query", "quack_query_by_name", "quack_server_list", "quack_active_connections",
    "quack_clear_cache", "quack_identify", "enable_logging", "truncate_duckdb_logs", "no_such_function",
]  # fmt: skip
STATEMENTS = [
    "COPY (SELECT 1) TO '/tmp/x'",
    "COPY t TO 's3://bucket/x'",
    "COPY t FROM '/etc/passwd'",
    "COPY FROM DATABASE published TO memory",
    "EXPORT DATABASE '/tmp/x'",
    "IMPORT DATABASE '/tmp/x'",
    "INSTALL httpfs",
    "FORCE INSTALL httpfs FROM 'http://127.0.0.1:9'",
    "LOAD httpfs",
    "LOAD '/tmp/x.duckdb_extension'",
    "UPDATE EXTENSIONS",
    "ATTACH ':memory:' AS x",
    "ATTACH IF NOT EXISTS '/tmp/x.duckdb'",
    "ATTACH 'http://127.0.0.1:9/x.duckdb'",
    "DETACH published",
    "USE memory",
    "SET memory_limit = '1TB'",
    "SET VARIABLE x = 1",
    "RESET VARIABLE x",
    "RESET ALL",
    "PRAGMA database_list",
    "PRAGMA enable_profiling",
    "PRAGMA import_database('/tmp')",
    "CALL pragma_version()",
    "CALL enable_logging()",
    "CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')",
    "CREATE PERSISTENT SECRET s (TYPE quack, TOKEN 'abcdef')",
    "DROP SECRET s",
    "CREATE MACRO f(a) AS a",
    "CREATE TEMP MACRO f() AS TABLE FROM read_text('/etc/passwd')",
    "CREATE FUNCTION f(a) AS a",
    "CREATE TYPE x AS INTEGER",
    "CREATE SEQUENCE x",
    "CREATE TEMP TABLE x (i INTEGER)",
    "CREATE OR REPLACE VIEW t AS SELECT 1",
    "PREPARE a AS SELECT 1",
    "EXECUTE a",
    "DEALLOCATE a",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "CHECKPOINT",
    "FORCE CHECKPOINT",
    "VACUUM",
    "ANALYZE",
    "COMMENT ON TABLE t IS 'x'",
    "ALTER TABLE t RENAME TO x",
    "TRUNCATE t",
    "MERGE INTO t USING s ON t.i = s.i WHEN MATCHED THEN DELETE",
    "EXPLAIN ANALYZE SELECT 1",
    "SELECT 1; SELECT 2; COPY t TO '/tmp/x'",
    "SELECT 1;;;DROP TABLE t",
    "/* SELECT */ DROP /**/ TABLE t",
    "-- SELECT 1\nDROP TABLE t",
    "\ufeffDROP TABLE t",
    "\u00a0DROP\u3000TABLE t",
    "WITH x AS (DELETE FROM t RETURNING *) FROM x",
]
PLACES = [
    "FROM {}('x')",
    "SELECT * FROM main.{}('x') AS f(a)",
    "SELECT (FROM {}('x') LIMIT 1)",
    "VALUES ((SELECT count(*) FROM {}('x')))",
    "WITH RECURSIVE a AS (SELECT 1 UNION ALL FROM {}('x')) FROM a",
    "FROM t SEMI JOIN {}('x') USING (i)",
    "FROM t ORDER BY (SELECT 1 FROM {}('x'))",
    "FROM (PIVOT (FROM {}('x')) ON a IN (1) USING count(*))",
    "DESCRIBE FROM {}('x')",
    "SUMMARIZE FROM {}('x')",
    "SELECT [x FOR x IN (SELECT list(a) FROM {}('x') f(a))]",
    "FROM/**/\"{}\"/**/('x')",
    "SELECT 1 LIMIT (SELECT count(*) FROM {}('x'))",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_statement_that_does_more_than_read_is_refused(statement: str) -> None:
    assert refusal(statement) is not None


@pytest.mark.parametrize("function", TABLE_FUNCTIONS)
def test_a_function_that_reaches_out_is_refused_in_every_place(function: str) -> None:
    for place in PLACES:
        told = refusal(place.format(function))
        assert told is not None, place


@pytest.mark.parametrize("homoglyph", ["ｒead_text", "rеad_text", "READ_TEXT", "Read_Blob"])
def test_no_spelling_of_a_function_gets_through(homoglyph: str) -> None:
    assert refusal(f"FROM {homoglyph}('/etc/passwd')") is not None
    assert refusal(f"FROM \"{homoglyph}\"('/etc/passwd')") is not None


def test_what_is_answered_is_a_list_and_not_the_rest() -> None:
    """Whatever DuckDB and its extensions have beside, and may have tomorrow, is refused."""
    with duckdb.connect() as connection:
        found = connection.execute(
            "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type = 'table'"
        ).fetchall()
    answered = {name for (name,) in found if refusal(f"FROM {quoted(name)}()") is None}
    assert len(found) > 60
    assert answered == {
        "range", "generate_series", "unnest", "json_each", "json_tree", "duckdb_columns", "duckdb_constraints",
        "duckdb_databases", "duckdb_functions", "duckdb_schemas", "duckdb_tables", "duckdb_types", "duckdb_views",
    } & {name for (name,) in found}  # fmt: skip


DEEP = {
    "functions": "SELECT " + "abs(" * 900 + "1" + ")" * 900,
    "cases": "SELECT " + "CASE WHEN true THEN " * 500 + "1" + " END" * 500,
    "subqueries": "SELECT * FROM " + "(FROM " * 2500 + "t" + ")" * 2500,
    "lists": "SELECT " + "[" * 20_000 + "]" * 20_000,
    "long": "SELECT " + "1," * LONGEST_STATEMENT + "1",
}


@pytest.mark.parametrize("deep", DEEP)
def test_a_statement_that_is_too_deep_or_too_long_is_refused_and_ends_nothing(deep: str) -> None:
    assert refusal(DEEP[deep]) is not None
    assert refusal("SELECT 1") is None


def test_a_long_refused_statement_is_not_looked_through_in_the_process_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(front, "refusal", lambda sql, _: asked.append(sql))
    front._reason("DROP TABLE t", ())
    assert asked == ["DROP TABLE t"]
    assert "longer than" in front._reason("SELECT " + "1," * 5_000 + "1", ())
    assert asked == ["DROP TABLE t"]


# A real process that answers


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("served")
    settings = Settings(warehouse_dir=folder / "warehouse")
    publish_rows(settings)
    (folder / "secret.csv").write_text("a,b\n1,2\n")
    return settings


TOKEN = "t" * 32


def start_worker(served: Settings) -> subprocess.Popen[str]:
    """A worker with a limit of 64 MiB, which begins to serve."""
    order = worker.Order(
        database=str(served.published_database),
        lines_dir=str(served.lake_dir / "lines"),
        memory_limit="64MiB",
        threads=1,
        token=TOKEN,
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestration.serving.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(asdict(order)) + "\n")
    process.stdin.flush()
    return process


def ready_port(process: subprocess.Popen[str]) -> int:
    """Where the worker listens, once it says that it is ready."""
    assert process.stdout is not None
    ready = worker.Ready(**json.loads(process.stdout.readline()))
    assert ready.problem == ""
    return ready.port


@pytest.fixture
def answering(served: Settings) -> Iterator[tuple[subprocess.Popen[str], duckdb.DuckDBPyConnection]]:
    """A worker, and a client of it."""
    process = start_worker(served)
    try:
        port = ready_port(process)
        with duckdb.connect() as client:
            for name in worker.EXTENSIONS:
                client.execute(f"LOAD {literal(str(worker.extension_file(name)))}")
            client.execute(f"CREATE SECRET (TYPE quack, TOKEN {literal(TOKEN)})")
            client.execute(f"ATTACH 'quack:localhost:{port}' AS r")
            yield process, client
    finally:
        process.kill()
        process.communicate()


def ask(client: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[object, ...]]:
    return client.execute(f"FROM r.query({literal(sql)})").fetchall()


UNCOUNTED = [
    "SELECT length(repeat('x', 2000000000))",
    "SELECT len(range(200000000))",
    "SELECT length(printf('%2000000000d', 1))",
]


@pytest.mark.long
@pytest.mark.parametrize("sql", UNCOUNTED)
def test_memory_that_duckdb_does_not_count_is_refused_by_the_system(
    answering: tuple[subprocess.Popen[str], duckdb.DuckDBPyConnection], sql: str
) -> None:
    """Each of them took 1.5 to 9 GB under a limit of 64 MiB."""
    process, client = answering
    with pytest.raises(duckdb.Error):
        ask(client, sql)
    assert process.poll() is None
    status = Path(f"/proc/{process.pid}/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    assert peak < 700_000  # kB: 180,000 to start with
    assert ask(client, "SELECT count(*) FROM fct_figures") == [(3,)]


@pytest.mark.long
def test_a_process_that_answers_refuses_all_of_them(
    answering: tuple[subprocess.Popen[str], duckdb.DuckDBPyConnection], served: Settings
) -> None:
    process, client = answering
    secret = served.warehouse_dir.parent / "secret.csv"
    reaching = [f"FROM {function}({literal(str(secret))})" for function in TABLE_FUNCTIONS]
    scans = [f"FROM '{secret}'", "FROM '/etc/passwd'", "FROM 'http://127.0.0.1:9/x.parquet'", "FROM 's3://b/x.csv'"]
    scalars = [
        "SELECT getenv('HOME')",
        "SELECT read_text('/etc/passwd')",
        "SELECT current_setting('s3_secret_access_key')",
    ]
    for sql in [*STATEMENTS, *reaching, *scans, *scalars]:
        with pytest.raises(duckdb.Error):
            ask(client, sql)
    assert process.poll() is None
    assert ask(client, "SELECT count(*) FROM fct_figures") == [(3,)]
    assert sorted(path.name for path in secret.parent.iterdir()) == ["secret.csv", "warehouse"]


@pytest.mark.long
def test_every_process_that_says_that_it_is_ready_answers(served: Settings) -> None:
    """Started at once, so that threads of one begin while another has the processor: one in ten was deaf."""
    workers = [start_worker(served) for _ in range(12)]
    try:
        for process in workers:
            client = HTTPConnection("127.0.0.1", ready_port(process), timeout=60)
            client.request("GET", "/")
            assert client.getresponse().status == 200
            client.close()
    finally:
        for process in workers:
            process.kill()
            process.communicate()


@pytest.mark.long
def test_a_process_that_answers_knows_no_secret_of_the_environment(served: Settings) -> None:
    """httpfs makes settings of the keys of a cloud, and a statement can read settings."""
    os.environ["AWS_SECRET_ACCESS_KEY"] = SECRET
    os.environ["CUSTOMHOUSE_SERVE_TOKEN"] = SECRET
    limits = front.Limits(seconds=60, answer_bytes=1, memory_limit="64MiB", threads=1, processes=1, idle_seconds=60)
    server = front.Front(
        database=served.published_database, lines_dir=served.lake_dir, token=SECRET, limits=limits, tell=print
    )

    async def started() -> bytes:
        one = await server._start_worker()
        try:
            return Path(f"/proc/{one.process.pid}/environ").read_bytes()
        finally:
            one.end()
            await one.process.wait()

    known = asyncio.run(started())
    assert b"PATH=" in known
    assert SECRET.encode() not in known


# The token


def test_tokens_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    compared: list[tuple[bytes, bytes]] = []
    real = front.hmac.compare_digest

    def recorded(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return real(one, other)

    monkeypatch.setattr(front.hmac, "compare_digest", recorded)
    told: list[dict[str, object]] = []
    limits = front.Limits(seconds=1, answer_bytes=1, memory_limit="1MiB", threads=1, processes=1, idle_seconds=1)
    server = front.Front(
        database=tmp_path / "none",
        lines_dir=tmp_path,
        token="the token of the server",
        limits=limits,
        tell=print,
        log=told.append,
    )
    connect = (
        b"\x01\x00\x01\x03\x00\x06\xff\xff"
        b"\x01\x00\x09secret123\x02\x00\x06v1.5.5\x03\x00\x0blinux_amd64\x04\x00\x01\x05\x00\x01\xff\xff"
    )
    for text in ("", "the token of the serve", "x" * 300, "Ünïcode"):
        answered = read_message(asyncio.run(server.answer(read_message(connect).with_text(text))))
        assert answered.kind == Kind.error
        assert "the token of the serve" not in answered.text
        assert text == "" or text not in answered.text
    assert [one for one, _ in compared] == [b"", b"the token of the serve", b"x" * 300, "Ünïcode".encode()]
    assert {str(one.get("event")) for one in told} == {"refused"}
    assert "the token" not in str([{**one, "reason": ""} for one in told])


# The operator's own questions


HOSTILE = "'); DROP TABLE marts.fct_figures; --\"{{ x }}%s"


def test_a_question_of_the_command_changes_nothing_published(served: Settings, tmp_path: Path) -> None:
    """It has the operator's rights to read files, and none to write to what is published."""
    before = served.published_database.read_bytes()
    for sql in (
        "DROP TABLE marts.fct_figures",
        "INSERT INTO marts.fct_figures SELECT * FROM marts.fct_figures",
        "CREATE TABLE marts.x (i INTEGER)",
        "UPDATE marts.fct_figures SET level = 1",
        "SELECT 1; DROP TABLE marts.fct_figures",
    ):
        with open_published(served.published_database) as connection, pytest.raises(duckdb.Error):
            write_answer(connection, sql, "csv", tmp_path / "answer")
    assert served.published_database.read_bytes() == before


def test_words_of_explain_are_no_sql(served: Settings, codes: CodeLists) -> None:
    asked = 0
    for words in (HOSTILE, f"Xinjiang exports {HOSTILE}", "Xinjiang' OR '1'='1", "新疆' --出口 2023-Q1", "\0 \x1b[2J"):
        with open_published(served.published_database) as connection:
            try:
                answer(connection, understood(words, codes, datetime.date(2024, 1, 1)))
            except NotUnderstood:
                asked += 1
            except duckdb.CatalogException as problem:  # these marts have no deductions to look in
                assert "fct_deductions" in str(problem)
                asked += 1
            assert connection.execute("SELECT count(*) FROM fct_figures").fetchone() == (3,)
    assert asked == 5


@pytest.mark.parametrize("text", [HOSTILE, "''", "'", '"', '""', "\\'", "a\0b", "", "\u02bc", "＇", "$$x$$"])
def test_names_and_texts_go_into_sql_quoted(text: str) -> None:
    with duckdb.connect() as connection:
        if "\0" not in text:
            assert connection.execute(f"SELECT {literal(text)}").fetchone() == (text,)
        if text and "\0" not in text:
            connection.execute(f"CREATE TABLE {quoted(text)} AS SELECT 1 AS {quoted(text)}")
            described = connection.execute(f"DESCRIBE {quoted(text)}").fetchall()
            assert [column for column, *_ in described] == [text]
