"""A process that opens one publication, read-only and locked, and answers one reader at a time through quack.

Whoever starts it writes one line of JSON to its standard input (see `Order`), reads one line of JSON (`Ready`), and
keeps the input open: when that closes, for whatever reason, the process ends. It listens on this machine only.
"""

from __future__ import annotations

import json
import os
import re
import resource
import socket
import sys
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

import duckdb

from orchestration.serving.statements import refusal
from orchestration.sql import literal, quoted
from orchestration.warehouse.published import NothingPublished, publication_row

#: quack draws the names of sessions from httpfs' cryptography; without it no client can connect.
EXTENSIONS = ("httpfs", "quack")
#: A refresh beside many readers keeps most of the processor (0 is everybody's, 19 the last).
NICENESS = 15
SCHEMAS = ("marts", "metadata")
#: For threads, parsing and answers on their way, beyond twice the limit that DuckDB keeps to by itself.
MEMORY_BESIDE_BYTES = 256 << 20
#: Within them a server that has just been started answers, however busy the machine is.
_STARTING_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a worker is told: which file, which folder the lines of declarations lie in, its limits, its own token."""

    database: str
    lines_dir: str
    memory_limit: str
    threads: int
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What a worker answers: where it listens, what it opened; or what went wrong."""

    port: int = 0
    publication_id: str = ""
    functions: tuple[str, ...] = ()
    problem: str = ""


def main() -> None:
    """Serve until the standard input closes."""
    order = Order(**json.loads(sys.stdin.readline()))
    try:
        connection = open_locked(order)
        ready = serve(connection, order)
        _step_back()
        _bound_memory(connection)
    except (duckdb.Error, OSError, ModuleNotFoundError, NothingPublished) as problem:
        ready = Ready(problem=str(problem).replace(order.token, "…"))
    print(json.dumps(asdict(ready)), flush=True)
    if not ready.problem:
        sys.stdin.read()
    os._exit(1 if ready.problem else 0)  # at once, whatever runs: threads of the server would be waited for


def open_locked(order: Order) -> duckdb.DuckDBPyConnection:
    """A database in memory whose views show the publication; no file but the lines of declarations can be reached.

    Raises duckdb.Error where the file cannot be opened, PublishedByOther where a later version published it,
    ModuleNotFoundError where an extension is not installed.
    """
    publication_row(Path(order.database))
    connection = duckdb.connect(
        config={
            "allow_community_extensions": "false",
            "allow_persistent_secrets": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": order.memory_limit,
            "python_enable_replacements": "false",
            "temp_directory": "",  # what does not fit into memory fails, rather than fills the disk
            "threads": str(order.threads),
        }
    )
    for name in EXTENSIONS:
        connection.execute(f"LOAD {literal(str(extension_file(name)))}")
    connection.execute(f"ATTACH {literal(order.database)} AS published (READ_ONLY)")
    _make_views(connection)
    connection.execute(f"SET allowed_directories = [{literal(order.lines_dir)}]")
    connection.execute("SET enable_external_access = false")
    return connection


def serve(connection: duckdb.DuckDBPyConnection, order: Order) -> Ready:
    """Begin to answer on a free port of this machine, and lock the configuration."""
    functions = published_functions(connection)

    def only_reads(_session: str, sql: str) -> bool:
        return refusal(sql, functions) is None

    connection.create_function("only_reads", only_reads, ["VARCHAR", "VARCHAR"], "BOOLEAN")
    connection.execute("SET GLOBAL quack_authorization_function = 'only_reads'")
    only_reads("", "SELECT 1")  # the first reader need not wait for the parser
    port = _free_port()
    connection.execute(f"CALL quack_serve('quack:localhost:{port}', token = {literal(order.token)})")
    _wait_until_it_answers(port)
    connection.execute("SET lock_configuration = true")
    row = connection.execute("SELECT publication_id FROM published.metadata.publication").fetchone()
    return Ready(port=port, publication_id=str(row[0]) if row else "", functions=functions)


def _wait_until_it_answers(port: int) -> None:
    """Let the server make all of its threads, more than a hundred: one that has no memory for them is deaf for ever.

    It makes them before it answers, in a thread of its own, while `quack_serve` has returned. Raises OSError.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=_STARTING_SECONDS) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        if not client.recv(1):
            raise ConnectionError("the server that was just started closed a connection without an answer")


def extension_file(name: str) -> Path:
    """The file of an extension that a package brought. Raises ModuleNotFoundError."""
    spec = find_spec(f"duckdb_extension_{name}")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"the package duckdb-extension-{name} is not installed: run `make setup`")
    return Path(spec.origin).parent / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"


def published_functions(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """The table functions of the publication."""
    return tuple(
        name
        for (name,) in connection.execute(
            "SELECT function_name FROM duckdb_functions() WHERE database_name = 'published' AND schema_name = 'marts' "
            "AND function_type = 'table_macro' ORDER BY ALL"
        ).fetchall()
    )


def _make_views(connection: duckdb.DuckDBPyConnection) -> None:
    """A view for each table, with and without its schema: clients list views, and find what stands in `main`."""
    tables = connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'published' UNION ALL "
        "SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = 'published' AND NOT internal"
    ).fetchall()
    functions = connection.execute(
        "SELECT function_name, parameters FROM duckdb_functions() WHERE database_name = 'published' "
        "AND schema_name = 'marts' AND function_type = 'table_macro'"
    ).fetchall()
    statements = [f"CREATE SCHEMA {schema}" for schema in SCHEMAS]
    for schema, table in tables:
        if schema in SCHEMAS:
            name = f"{quoted(schema)}.{quoted(table)}"
            statements.append(f"CREATE VIEW {name} AS FROM published.{name}")
            statements.append(f"CREATE VIEW main.{quoted(table)} AS FROM published.{name}")
    for function, parameters in functions:
        listed = ", ".join(map(quoted, parameters))
        for schema in ("main", "marts"):
            statements.append(
                f"CREATE MACRO {schema}.{quoted(function)}({listed}) AS TABLE "
                f"FROM published.marts.{quoted(function)}({listed})"
            )
    connection.execute("; ".join(statements))


def _step_back() -> None:
    """Let others go first; not while it starts, since a reader may wait. Each thread has a niceness of its own."""
    for thread in Path("/proc/self/task").iterdir():
        os.setpriority(os.PRIO_PROCESS, int(thread.name), NICENESS)


def _bound_memory(connection: duckdb.DuckDBPyConnection) -> None:
    """Let the system refuse what DuckDB does not count: one long text or list can take gigabytes past its own limit."""
    row = connection.execute("SELECT parse_formatted_bytes(current_setting('memory_limit'))").fetchone()
    found = re.search(r"^VmData:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    if row is None or found is None:
        raise OSError("this system does not say how much memory a process has")
    most = (int(found[1]) << 10) + 2 * int(row[0]) + MEMORY_BESIDE_BYTES
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # what it holds is nobody's to find on the disk


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
