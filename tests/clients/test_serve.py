"""`customhouse serve` as clients meet it: many at once while others publish, what is refused, limits, stops, kills."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from conftest import Warehouse
from serve_reader import ask, connect

HERE = Path(__file__).parent
PROJECT = HERE.parent.parent
PYTHON = PROJECT / ".venv" / "bin" / "python"
CUSTOMHOUSE = PROJECT / ".venv" / "bin" / "customhouse"
READERS = 8
PUBLICATIONS = 10


@dataclass
class Server:
    process: subprocess.Popen[str]
    port: int
    place: Path
    log: Path
    output: Path

    @property
    def told(self) -> str:
        """What it has printed."""
        return self.output.read_text()

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.wait(timeout=30)

    @property
    def token(self) -> str:
        return (self.place / "serve.token").read_text().strip()

    def client(self) -> duckdb.DuckDBPyConnection:
        return connect(self.port, self.token)

    def workers(self) -> list[int]:
        return children(self.process.pid)


def children(pid: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def environment(place: Path, **settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CUSTOMHOUSE_")}
    return {**kept, "CUSTOMHOUSE_WAREHOUSE_DIR": str(place), **settings}


@contextmanager
def serving(place: Path, *arguments: str, **settings: str) -> Iterator[Server]:
    log, output = (place.parent / f"{place.name}.serve.{name}" for name in ("log", "output"))
    with log.open("w") as errors, output.open("w") as told:
        process = subprocess.Popen(
            [CUSTOMHOUSE, "serve", "--port", "0", "--log", *arguments],
            stdout=told,
            stderr=errors,
            text=True,
            env=environment(place, **settings),
        )
    try:
        wait_until("it listens", lambda: "Stop with" in output.read_text() or process.poll() is not None)
        found = re.search(r"read-only, on [\w.]+:(\d+)$", output.read_text(), re.MULTILINE)
        assert found, output.read_text() + log.read_text()
        yield Server(process, int(found.group(1)), place, log, output)
    finally:
        process.kill()
        process.wait()


@contextmanager
def publisher(place: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [PYTHON, HERE / "serve_publisher.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
        env=environment(place, CUSTOMHOUSE_KEPT_PUBLICATIONS="3", PYTHONPATH=str(PROJECT)),
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def publish(process: subprocess.Popen[str]) -> tuple[int, str]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    number, publication_id = process.stdout.readline().split()
    return int(number), publication_id


@pytest.fixture(scope="module")
def published(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a working warehouse and a publication of it, whose counter stands at 1: to copy from."""
    folder = tmp_path_factory.mktemp("published") / "warehouse"
    folder.mkdir()
    shutil.copy(warehouse.published.with_name("working.duckdb"), folder)
    with publisher(folder) as process:
        assert publish(process)[0] == 1
    return folder


@pytest.fixture
def place(published: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(published, tmp_path / "warehouse", ignore=shutil.ignore_patterns("serve.token")))


@pytest.fixture(scope="module")
def server(published: Path) -> Iterator[Server]:
    with serving(published) as one:
        yield one


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[duckdb.DuckDBPyConnection]:
    with server.client() as connection:
        yield connection


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def wait_until(what: str, is_so: object, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


# Many readers, many publications


def test_readers_see_each_publication_whole_while_others_take_its_place(place: Path) -> None:
    with serving(place) as server, publisher(place) as publishing:
        readers = [
            subprocess.Popen(
                [sys.executable, HERE / "serve_reader.py", str(server.port), place / "serve.token"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(READERS)
        ]
        try:
            for reader in readers:
                assert reader.stdout is not None
                assert reader.stdout.readline() == "connected\n"
            published = dict(publish(publishing) for _ in range(PUBLICATIONS))
            last = (PUBLICATIONS, published[PUBLICATIONS])
            for reader in readers:
                assert reader.stdin is not None
                reader.stdin.write(f"{last[1]}\n")
                reader.stdin.flush()
            told = [reader.communicate(timeout=120) for reader in readers]
        finally:
            for reader in readers:
                reader.kill()
                reader.wait()
        for output, errors in told:
            assert errors == ""
            saw = json.loads(output)
            assert saw["torn"] == []
            assert saw["asked"] > PUBLICATIONS
            numbers = [number for number, _ in saw["seen"]]
            assert numbers == sorted(set(numbers)), "a reader went back"
            assert len(numbers) > 1
            assert tuple(saw["seen"][-1]) == last, "a reader was left on an old publication"
            assert all(published[number] == one for number, one in saw["seen"] if number in published and number > 1)
        outcomes = {
            entry["outcome"] for entry in map(json.loads, server.log.read_text().splitlines()) if "outcome" in entry
        }
        assert outcomes == {"answered"}


def test_a_statement_under_way_ends_on_the_publication_that_it_began_on(place: Path) -> None:
    with serving(place) as server, publisher(place) as publishing, server.client() as client:
        rows = client.execute("FROM r.query('SELECT number FROM fct_counter, range(10)')")
        first = rows.fetchmany(1000)
        _, publication_id = publish(publishing)
        with server.client() as another:
            wait_until(
                "the new publication is served",
                lambda: ask(another, "SELECT publication_id FROM publication") == [(publication_id,)],
            )
        rest = rows.fetchall()
        assert len(first) + len(rest) == 1_000_000
        assert {number for (number,) in first + rest} == {1}
        assert ask(client, "SELECT publication_id FROM publication") == [(publication_id,)]


# Who may ask, and what


@pytest.mark.parametrize("token", ["wrong", "", "x" * 43])
def test_a_wrong_token_is_refused(server: Server, token: str) -> None:
    with pytest.raises(duckdb.Error, match=r"Authentication failed|token"):
        connect(server.port, token)
    with server.client() as client:
        assert ask(client, "SELECT 1") == [(1,)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "FROM read_text('{place}/serve.token')",
        "FROM read_blob('{place}/working.duckdb')",
        "FROM '{place}/x.parquet'",
        "FROM '/etc/passwd'",
        "FROM glob('/*')",
        "COPY (SELECT 1) TO '{place}/x.csv'",
        "COPY dim_flow TO '{place}/customs/lines/x.parquet'",
        "EXPORT DATABASE '{place}/x'",
        "INSTALL spatial",
        "LOAD httpfs",
        "ATTACH '{place}/working.duckdb' AS working",
        "ATTACH '{place}/new.duckdb'",
        "DETACH published",
        "USE published.marts",
        "CREATE SECRET (TYPE quack, TOKEN 'abcdef')",
        "FROM duckdb_secrets()",
        "PRAGMA database_list",
        "PRAGMA enable_profiling",
        "CREATE TABLE x (i INTEGER)",
        "CREATE OR REPLACE VIEW dim_flow AS SELECT 1",
        "CREATE MACRO only_reads(a, b) AS true",
        "DROP VIEW dim_flow",
        "DROP TABLE published.marts.dim_flow",
        "ALTER TABLE published.marts.dim_flow ADD COLUMN x INTEGER",
        "INSERT INTO published.marts.dim_flow SELECT * FROM dim_flow",
        "UPDATE published.marts.dim_flow SET flow = 'x'",
        "DELETE FROM published.marts.dim_flow",
        "TRUNCATE published.marts.dim_flow",
        "SET threads = 8",
        "SET GLOBAL quack_authorization_function = 'quack_nop_authorization'",
        "RESET lock_configuration",
        "CHECKPOINT published",
        "BEGIN TRANSACTION",
        "SELECT 1; DROP VIEW dim_flow",
        "CALL quack_serve('quack:localhost:9999', token = 'abcdef')",
        "FROM quack_stop('quack:localhost')",
        "FROM quack_query('quack:localhost:1', 'SELECT 1', token := 'abcdef')",
        "FROM query('SELECT 1')",
        "SELECT getenv('HOME')",
    ],
)
def test_a_statement_that_does_more_than_read_is_refused(
    server: Server, client: duckdb.DuckDBPyConnection, sql: str
) -> None:
    before = sha256(server.place / "customhouse.duckdb"), sorted(server.place.rglob("*"))
    with pytest.raises(duckdb.Error) as refused:
        ask(client, sql.format(place=server.place))
    assert re.search("answered|disabled by configuration|does not exist", str(refused.value)), refused.value
    assert ask(client, "SELECT count(*) FROM dim_flow") == [(5,)]
    assert (sha256(server.place / "customhouse.duckdb"), sorted(server.place.rglob("*"))) == before


@pytest.mark.parametrize(
    "sql",
    ["CREATE TABLE r.x AS SELECT 1 AS i", "CREATE SCHEMA r.x", "DROP VIEW r.main.dim_flow", "DROP SCHEMA r.marts"],
)
def test_a_client_cannot_write_through_what_it_attached(client: duckdb.DuckDBPyConnection, sql: str) -> None:
    with pytest.raises(duckdb.Error):
        client.execute(sql)
    assert ask(client, "SELECT count(*) FROM dim_flow") == [(5,)]


def test_tables_and_columns_can_be_browsed_with_their_descriptions(client: duckdb.DuckDBPyConnection) -> None:
    tables = dict(client.execute("SELECT table_name, description FROM r.tables").fetchall())
    assert {"mart_growth", "mart_share", "fct_levels", "dim_region"} <= set(tables)
    assert tables["dim_region"]
    columns = client.execute(
        "SELECT column_name, data_type, description FROM r.columns WHERE table_name = 'mart_growth'"
    ).fetchall()
    described = [row[:2] for row in client.execute("DESCRIBE r.mart_growth").fetchall()]
    assert [row[:2] for row in columns] == described
    assert all(description for *_, description in columns)
    assert (
        ask(client, "SELECT count(*) FROM mart_growth")
        == client.execute("SELECT count(*) FROM r.marts.mart_growth").fetchall()
    )


# Limits


def test_a_statement_that_takes_too_long_is_ended_and_the_client_goes_on(place: Path) -> None:
    with serving(place, CUSTOMHOUSE_SERVE_SECONDS="1") as server, server.client() as client:
        before = ask(client, "SELECT number FROM dim_counter")
        begun = time.monotonic()
        with pytest.raises(duckdb.Error, match="took longer than 1 s"):
            ask(client, "SELECT count(*) FROM range(1000000000000)")
        assert time.monotonic() - begun < 15  # it would take hours
        assert ask(client, "SELECT number FROM dim_counter") == before
        wait_until("the processor is free again", lambda: not any(busy(worker) for worker in server.workers()))


def busy(pid: int) -> int:
    """Ticks of the processor that a process uses in half a second, beyond a few."""

    def ticks() -> int:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    try:
        before = ticks()
        time.sleep(0.5)
        return max(0, ticks() - before - 10)
    except OSError:  # it ended
        return 0


def test_an_answer_that_is_too_large_is_refused_and_the_client_goes_on(place: Path) -> None:
    with serving(place, CUSTOMHOUSE_SERVE_ANSWER_MEGABYTES="1") as server, server.client() as client:
        with pytest.raises(duckdb.Error, match="larger than 1 MiB"):
            client.execute("SELECT count(*) FROM r.query('SELECT * FROM range(10000000)')").fetchall()
        assert ask(client, "SELECT number FROM dim_counter") == [(1,)]


def test_a_statement_that_needs_too_much_memory_fails_and_the_client_goes_on(place: Path) -> None:
    with serving(place, CUSTOMHOUSE_SERVE_MEMORY_LIMIT="64MiB") as server, server.client() as client:
        with pytest.raises(duckdb.Error, match=r"Out of Memory|failed to allocate"):
            ask(client, "SELECT count(DISTINCT hash(range)) FROM range(30000000)")
        assert ask(client, "SELECT number FROM dim_counter") == [(1,)]


def test_more_readers_than_processes_take_turns(place: Path) -> None:
    with serving(place, CUSTOMHOUSE_SERVE_PROCESSES="2") as server:
        clients = [server.client() for _ in range(2)]
        begun = time.monotonic()
        clients.append(server.client())  # waits until one of the others has asked nothing for five seconds
        assert 2 < time.monotonic() - begun < 20
        assert len(server.workers()) <= 3  # two, and one that is ready for the next
        assert [ask(client, "SELECT number FROM dim_counter") for client in clients[1:]] == [[(1,)]] * 2


def test_a_client_that_goes_away_leaves_nothing_running(place: Path) -> None:
    with serving(place) as server:
        code = (
            "import sys; from serve_reader import ask, connect; "
            "c = connect(int(sys.argv[1]), open(sys.argv[2]).read().strip()); print('on', flush=True); "
            "ask(c, 'SELECT count(*) FROM range(1000000000000)')"
        )
        reader = subprocess.Popen(
            [sys.executable, "-c", code, str(server.port), place / "serve.token"],
            stdout=subprocess.PIPE,
            text=True,
            cwd=HERE,
        )
        assert reader.stdout is not None
        assert reader.stdout.readline() == "on\n"
        wait_until("the statement runs", lambda: any(busy(worker) for worker in server.workers()))
        reader.kill()
        reader.communicate()
        wait_until("it is ended", lambda: not any(busy(worker) for worker in server.workers()))


# The token


def test_the_token_stands_in_no_output_and_in_no_list_of_processes(place: Path) -> None:
    with serving(place) as server, server.client() as client:
        token = server.token
        ask(client, "SELECT 1")
        with pytest.raises(duckdb.Error):
            ask(client, f"CREATE SECRET (TYPE quack, TOKEN '{token}')")
        lines = b"".join(path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists())
        assert b"customhouse" in lines
        assert token.encode() not in lines
        for worker in server.workers():
            assert token.encode() not in Path(f"/proc/{worker}/environ").read_bytes()
        server.end()
        assert token not in server.told + server.log.read_text()
        assert str(place / "serve.token") in server.told
    assert (place / "serve.token").stat().st_mode & 0o777 == 0o600


def test_a_token_of_the_environment_is_used_and_handed_on_to_nobody(place: Path) -> None:
    token = "a token of the environment"
    with serving(place, CUSTOMHOUSE_SERVE_TOKEN=token) as server, connect(server.port, token) as client:
        assert ask(client, "SELECT number FROM dim_counter") == [(1,)]
        assert not (place / "serve.token").exists()
        for worker in server.workers():
            assert token.encode() not in Path(f"/proc/{worker}/environ").read_bytes()


# Starting and stopping


def test_where_nothing_is_published_it_says_what_to_do(tmp_path: Path) -> None:
    told = subprocess.run(
        [CUSTOMHOUSE, "serve", "--port", "0"], capture_output=True, text=True, env=environment(tmp_path), check=False
    )
    assert told.returncode == 1
    assert "nothing is published yet. Run `customhouse refresh`" in told.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken_is_told(server: Server, place: Path) -> None:
    told = subprocess.run(
        [CUSTOMHOUSE, "serve", "--port", str(server.port)],
        capture_output=True,
        text=True,
        env=environment(place),
        check=False,
    )
    assert told.returncode == 1
    assert "cannot be listened on" in told.stderr
    assert "Traceback" not in told.stderr


def test_other_addresses_are_used_only_when_asked_and_with_a_warning(place: Path) -> None:
    with serving(place) as server:
        assert listening_on(server.port) == {"0100007F"}
        server.end()
        assert "WARNING" not in server.told
    with serving(place, "--host", "0.0.0.0") as server:
        assert listening_on(server.port) == {"00000000"}
        server.end()
        assert "WARNING: 0.0.0.0 can be reached from other machines" in server.told


def listening_on(port: int) -> set[str]:
    """The addresses of this machine that a port is listened on, as the kernel writes them."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {row[1].partition(":")[0] for row in rows if row[3] == "0A" and int(row[1].partition(":")[2], 16) == port}


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told_and_leaves_no_process(place: Path, how: signal.Signals) -> None:
    with serving(place) as server, server.client() as client:
        ask(client, "SELECT 1")
        workers = server.workers()
        assert workers
        server.end(how)
        assert server.process.returncode == 0
        assert server.told.endswith("Stopping.\n")
        assert "Traceback" not in server.log.read_text()
        wait_until("its processes end", lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))


def test_a_kill_leaves_the_warehouse_as_it_was_and_it_starts_again(place: Path) -> None:
    before = sha256(place / "customhouse.duckdb")
    with serving(place) as server, server.client() as client:
        rows = client.execute("FROM r.query('SELECT number FROM fct_counter, range(100)')")
        rows.fetchmany(10)
        workers = server.workers()
        assert workers
        server.process.kill()
        server.process.wait()
        wait_until("its processes end", lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    assert sha256(place / "customhouse.duckdb") == before
    assert not list(place.glob("*.wal"))
    with publisher(place) as publishing, serving(place) as server, server.client() as client:
        assert ask(client, "SELECT number FROM dim_counter") == [(1,)]
        number, publication_id = publish(publishing)
        wait_until(
            "the next publication is served",
            lambda: ask(client, "SELECT publication_id FROM publication") == [(publication_id,)],
        )
        assert number == 1
