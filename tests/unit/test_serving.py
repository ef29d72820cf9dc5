"""Serving: which statements are answered, what of the protocol is read, the token's file, what a worker can reach."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.serving import messages, worker
from orchestration.serving.front import Front, Limits, Session, Worker
from orchestration.serving.messages import Kind, NotAMessage, read_message
from orchestration.serving.server import how_to_connect, is_loopback
from orchestration.serving.statements import refusal
from orchestration.serving.token import TokenUnusable, token_for
from orchestration.settings import Settings
from orchestration.warehouse.publication import publish
from orchestration.warehouse.working import open_working
from tests.unit.hand_made import build_marts, inputs_of

#: As a client of DuckDB 1.5.5 sends them, and a server answers.
CONNECT = (
    b"\x01\x00\x01\x03\x00\x06\xff\xff"
    b"\x01\x00\x09secret123\x02\x00\x06v1.5.5\x03\x00\x0blinux_amd64\x04\x00\x01\x05\x00\x01\xff\xff"
)
PREPARE = b"\x01\x00\x03\x02\x00\x2053C2331FC030F1EF29EBE945F89DD2BA\x03\x00\x07\xff\xff\x01\x00\x08select 1\xff\xff"
ERROR = b"\x01\x00d\x03\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\xff\xff\x01\x00\x01x\xff\xff"
SUCCESS = b"\x01\x00\x0a\x03\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\xff\xff\xff\xff"


# Statements


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "FROM mart_growth",
        "WITH a AS (SELECT 1) FROM a",
        "VALUES (1)",
        "DESCRIBE mart_growth",
        "SHOW TABLES",
        "SUMMARIZE mart_growth",
        "SELECT 1; SELECT 2;",
        "SELECT * FROM range(3), unnest([1])",
        "FROM fct_levels_as_of(DATE '2023-12-31')",
        "SELECT 'DROP TABLE x' -- COPY x TO 'y'",
        "SELECT #1, #2 FROM t",
    ],
)
def test_what_only_reads_is_answered(sql: str) -> None:
    assert refusal(sql, ["fct_levels_as_of"]) is None


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1) TO '/tmp/x'",
        "COPY t FROM '/etc/passwd'",
        "EXPORT DATABASE 'x'",
        "INSTALL json",
        "LOAD json",
        "ATTACH 'x.duckdb'",
        "DETACH published",
        "USE published",
        "CREATE TABLE x (i INTEGER)",
        "CREATE SECRET (TYPE quack, TOKEN 'abcd')",
        "DROP VIEW tables",
        "INSERT INTO t VALUES (1)",
        "WITH x AS (SELECT 1) INSERT INTO t FROM x",
        "UPDATE t SET i = 1",
        "DELETE FROM t",
        "SET threads = 4",
        "RESET lock_configuration",
        "PRAGMA database_list",
        "CALL range(3)",
        "PREPARE a AS SELECT 1",
        "BEGIN TRANSACTION",
        "CHECKPOINT",
        "VACUUM",
        "SELECT 1; DROP TABLE t",
    ],
)
def test_what_does_more_is_refused_with_what_is_answered(sql: str) -> None:
    told = refusal(sql)
    assert told is not None
    assert "only statements that read are answered" in told


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM {}('x')",
        "WITH a AS (FROM {}('x')) FROM a",
        "SELECT (SELECT count(*) FROM {}('x'))",
        "FROM range(3), LATERAL (FROM {}('x'))",
        "SELECT 1 WHERE EXISTS (FROM {}('x'))",
        "SELECT 1; FROM {}('x')",
        "FROM \"{}\"('x')",
    ],
)
@pytest.mark.parametrize("function", ["read_csv", "read_text", "glob", "quack_stop", "quack_query", "query", "GLOB"])
def test_functions_that_reach_out_are_refused_wherever_they_stand(sql: str, function: str) -> None:
    told = refusal(sql.format(function), ["fct_levels_as_of"])
    assert told is not None
    assert told.startswith(f"{function.lower()}(…) is not answered here")


def test_what_is_no_sql_is_refused_with_the_place() -> None:
    assert refusal("SELEC 1") == 'this cannot be read as SQL: syntax error at or near "SELEC"'


# Messages


def test_messages_are_read_as_clients_send_them() -> None:
    assert (read_message(CONNECT).kind, read_message(CONNECT).text) == (Kind.connect, "secret123")
    asked = read_message(PREPARE)
    assert (asked.kind, asked.session, asked.text) == (Kind.prepare, "53C2331FC030F1EF29EBE945F89DD2BA", "select 1")
    assert (read_message(ERROR).kind, read_message(ERROR).text) == (Kind.error, "x")


def test_messages_are_written_as_servers_write_them() -> None:
    assert messages.error("x") == ERROR
    assert messages.success() == SUCCESS
    assert read_message(messages.error("单位" * 200)).text == "单位" * 200


def test_session_and_text_can_be_replaced_and_nothing_else_changes() -> None:
    other = "A" * 32
    replaced = read_message(PREPARE).in_session(other)
    assert read_message(replaced).session == other
    assert read_message(replaced).in_session("53C2331FC030F1EF29EBE945F89DD2BA") == PREPARE
    longer = read_message(CONNECT).with_text("t" * 300)
    assert read_message(longer).text == "t" * 300
    assert read_message(longer).with_text("secret123") == CONNECT


@pytest.mark.parametrize("length", range(PREPARE.index(b"\x01\x00\x08")))
def test_a_message_that_ends_too_early_is_none(length: int) -> None:
    with pytest.raises(NotAMessage):
        read_message(PREPARE[:length])


# The token


def test_a_token_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    file = tmp_path / "serve.token"
    umask = os.umask(0o000)
    try:
        made = token_for("", file)
    finally:
        os.umask(umask)
    assert len(made) >= 40
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert token_for("", file) == made
    assert token_for("", tmp_path / "another.token") != made
    assert sorted(path.name for path in tmp_path.iterdir()) == ["another.token", "serve.token"]


def test_a_given_token_comes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "serve.token"
    assert token_for("a token of twenty characters", file) == "a token of twenty characters"
    assert not file.exists()


def test_a_token_that_protects_nothing_is_refused_and_not_told(tmp_path: Path) -> None:
    with pytest.raises(TokenUnusable) as told:
        token_for("short-one", tmp_path / "serve.token")
    assert "short-one" not in str(told.value)
    file = tmp_path / "serve.token"
    token_for("", file)
    file.chmod(0o640)
    with pytest.raises(TokenUnusable, match="others can read it"):
        token_for("", file)


# What a worker can reach


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[duckdb.DuckDBPyConnection, Settings]]:
    """A worker's database over a publication whose declarations lie in a Parquet file; a file beside it is not its."""
    folder = tmp_path_factory.mktemp("served")
    settings = Settings(warehouse_dir=folder / "warehouse")
    lines = settings.lake_dir / "lines" / "one.parquet"
    lines.parent.mkdir(parents=True)
    duckdb.execute(f"COPY (SELECT 7 AS value_cny) TO '{lines}'")
    duckdb.execute(f"COPY (SELECT 7 AS value_cny) TO '{folder / 'other.parquet'}'")
    build_marts(settings)
    with open_working(settings) as connection:
        connection.execute(f"CREATE VIEW raw.customs_lines AS SELECT value_cny FROM read_parquet(['{lines}'])")
        connection.execute(f"CREATE TABLE raw.customs_months AS SELECT 1 AS rows, 'k' AS lines_key, '{lines}' AS path")
    publish(settings, inputs_of("first"), run_id="a run")
    order = worker.Order(
        database=str(settings.published_database),
        lines_dir=str(settings.lake_dir / "lines"),
        memory_limit="256MiB",
        threads=1,
        token="t" * 32,
    )
    connection = worker.open_locked(order)
    yield connection, settings
    connection.close()


def test_a_worker_shows_every_table_with_and_without_its_schema(
    opened: tuple[duckdb.DuckDBPyConnection, Settings],
) -> None:
    connection, _ = opened
    for name in ("fct_figures", "marts.fct_figures"):
        assert connection.execute(f"SELECT count(*) FROM {name}").fetchall() == [(3,)]
    assert connection.execute("SELECT value_cny FROM fct_trade_monthly").fetchall() == [(7,)]
    described = connection.execute("SELECT description FROM columns WHERE column_name = 'level'").fetchall()
    assert described == [("What's stated; 单位：元",)]


@pytest.mark.parametrize(
    "sql",
    [
        "FROM read_parquet('{folder}/other.parquet')",
        "FROM read_csv('/etc/passwd')",
        "FROM read_text('{folder}/warehouse/working.duckdb')",
        "COPY (SELECT 1) TO '{folder}/written.csv'",
        "ATTACH '{folder}/new.duckdb'",
        "ATTACH '{folder}/warehouse/working.duckdb' AS working",
        "INSTALL spatial",
        "LOAD '{folder}/x.duckdb_extension'",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "DELETE FROM published.marts.fct_figures",
        "CREATE TABLE published.marts.x (i INTEGER)",
    ],
)
def test_a_worker_reaches_no_other_file_even_where_a_statement_gets_through(
    opened: tuple[duckdb.DuckDBPyConnection, Settings], sql: str
) -> None:
    connection, settings = opened
    folder = settings.warehouse_dir.parent
    before = sorted(folder.rglob("*"))
    with pytest.raises(duckdb.Error):
        connection.execute(sql.format(folder=folder)).fetchall()
    assert sorted(folder.rglob("*")) == before


# Who may ask


def test_a_wrong_token_and_an_unknown_session_are_refused(tmp_path: Path) -> None:
    front = Front(
        database=tmp_path / "none",
        lines_dir=tmp_path,
        token="another token",
        limits=Limits(seconds=1, answer_bytes=1, memory_limit="1MiB", threads=1, processes=1, idle_seconds=1),
        tell=print,
    )
    refused = read_message(asyncio.run(front.answer(CONNECT)))
    assert (refused.kind, refused.text) == (Kind.error, "Authentication failed: the token is not the server's")
    assert "this session is not known" in read_message(asyncio.run(front.answer(PREPARE))).text
    assert "not a message" in read_message(asyncio.run(front.answer(b"GET /"))).text


def test_what_is_printed_to_connect_names_the_file_and_not_the_token(settings: Settings) -> None:
    settings.warehouse_dir.mkdir()
    token = token_for("", settings.serve_token_file)
    told = how_to_connect(settings, "127.0.0.1", 9494)
    assert str(settings.serve_token_file) in told
    assert "ATTACH 'quack:localhost:9494' AS customhouse;" in told
    assert token not in told
    os.environ["CUSTOMHOUSE_SERVE_TOKEN"] = "a token from the environment"
    given = Settings()
    assert "a token from" not in how_to_connect(given, "10.0.0.1", 9494) + repr(given) + str(given)


def test_which_addresses_only_this_machine_can_reach() -> None:
    assert [is_loopback(host) for host in ("127.0.0.1", "127.1.2.3", "::1", "localhost")] == [True] * 4
    assert [is_loopback(host) for host in ("0.0.0.0", "::", "10.0.0.1", "example.org")] == [False] * 4


def test_a_reader_is_not_led_back_by_a_worker_that_was_ready_before_the_file_changed(tmp_path: Path) -> None:
    published = tmp_path / "customhouse.duckdb"
    published.write_bytes(b"first")
    front = Front(
        database=published,
        lines_dir=tmp_path,
        token="another token",
        limits=Limits(seconds=1, answer_bytes=1, memory_limit="1MiB", threads=1, processes=1, idle_seconds=1),
        tell=print,
    )
    started: list[Worker] = []

    async def start() -> Worker:
        file = front._found()
        assert file is not None
        started.append(StandIn(process=NotOver(), ready=worker.Ready(), token="t" * 32, file=file))
        return started[-1]

    async def connects() -> tuple[Worker | None, list[Worker]]:
        await front._open_newest()
        published.unlink()
        published.write_bytes(b"the second")  # and nobody has looked at it since
        session = Session(number=1, name="A" * 32, greeting=read_message(CONNECT), used=0)
        await front._take_worker(session)
        return session.worker, list(started)

    front._start_worker = start  # type: ignore[method-assign]
    given, made = asyncio.run(connects())
    assert given is made[1]
    assert given.file[2] == len(b"the second")
    assert given.file == front._file  # and the next statement needs no other


class StandIn(Worker):
    """A worker that greets, and is no process."""

    async def ask(self, message: bytes) -> bytes:
        return b"\x01\x00\x02\x02\x00\x20" + b"B" * 32 + b"\xff\xff"

    def end(self) -> None:
        """There is none to end."""


class NotOver:
    returncode = None
