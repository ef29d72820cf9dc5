"""A client of `customhouse serve` in a process of its own: asks until it sees the publication named last."""

from __future__ import annotations

import json
import os
import select
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import duckdb

ROWS = 100_000
#: How long to go on asking for the last publication. One that a reader is left without is never seen, however long.
LONGEST_SECONDS = 60
#: One statement over two tables and the metadata: what it answers belongs to one publication, or is torn.
QUESTION = (
    "SELECT (SELECT number FROM dim_counter), (SELECT min(number) FROM fct_counter), "
    "(SELECT max(number) FROM fct_counter), (SELECT publication_id FROM publication)"
)


def connect(port: int, token: str) -> duckdb.DuckDBPyConnection:
    """A client without network access of its own: the extensions come from packages."""
    connection = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": "1"}
    )
    for name in ("httpfs", "quack"):
        spec = find_spec(f"duckdb_extension_{name}")
        assert spec is not None
        assert spec.origin is not None
        file = Path(spec.origin).parent / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
        connection.execute(f"LOAD '{file}'")
    connection.execute("SET VARIABLE token = $token", {"token": token})
    connection.execute("CREATE SECRET (TYPE quack, TOKEN getvariable('token'))")
    connection.execute(f"ATTACH 'quack:localhost:{port}' AS r")
    return connection


def ask(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[object, ...]]:
    """The answer of the server to a whole statement."""
    return connection.execute("FROM r.query('" + sql.replace("'", "''") + "')").fetchall()


def main() -> None:
    """Ask and ask; print as JSON what was seen: numbers with their publication, torn answers, how many questions.

    The id of the last publication comes as a line of input once there will be no other. Asking ends when it is seen.
    """
    os.nice(19)  # on one machine with the publisher: it is the server that is tested, not the clients' load
    connection = connect(int(sys.argv[1]), Path(sys.argv[2]).read_text().strip())
    seen: list[tuple[object, object]] = []
    torn: list[object] = []
    asked = 0
    last: str | None = None
    deadline = float("inf")
    print("connected", flush=True)
    while (last is None or not seen or seen[-1][1] != last) and time.monotonic() < deadline:
        if last is None and select.select([sys.stdin], [], [], 0.05)[0]:
            last, deadline = sys.stdin.readline().strip(), time.monotonic() + LONGEST_SECONDS
        ((number, lowest, highest, publication_id),) = ask(connection, QUESTION)
        if not number == lowest == highest:
            torn.append([number, lowest, highest])
        if asked % 10 == 0:  # an answer in several parts, which a switch may come between
            parts = connection.execute(
                "SELECT min(number), max(number), count(*) FROM r.query('SELECT number FROM fct_counter')"
            ).fetchall()
            if parts[0][0] != parts[0][1] or parts[0][2] != ROWS:
                torn.append(list(parts[0]))
        if not seen or seen[-1] != (number, publication_id):
            seen.append((number, publication_id))
        asked += 1
    print(json.dumps({"seen": seen, "torn": torn, "asked": asked}))


if __name__ == "__main__":
    main()
