"""One process that reads the published file without pause, as a client of one kind does.

`reader.py KIND PUBLISHED STOP`: reads until the file STOP exists and once more then, and prints what it saw as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import adbc_driver_duckdb
import duckdb
import sqlalchemy as sa
from adbc_driver_manager import dbapi

#: Two statements of one connection: what they answer belongs to one publication, or the read is torn.
FIRST = "SELECT min(code_source) AS a, max(code_source) AS b FROM marts.dim_partner"
SECOND = """SELECT (SELECT min(code_source) FROM marts.dim_commodity) AS c,
    (SELECT max(code_source) FROM marts.dim_commodity) AS d,
    (SELECT CAST(max(sha256) AS BIGINT) FROM metadata.inputs) AS e,
    (SELECT count(*) FROM marts.dim_unit WHERE starts_with(unit, 'turn ')) AS f,
    (SELECT row_count FROM metadata.tables WHERE table_name = 'dim_unit')
        - (SELECT count(*) FROM marts.dim_unit WHERE NOT starts_with(unit, 'turn ')) AS g"""

Answers = list[list[object]]


def by_python(published: str) -> Callable[[], Answers]:
    def read() -> Answers:
        with duckdb.connect(published, read_only=True) as connection:
            return [list(connection.execute(sql).fetchall()[0]) for sql in (FIRST, SECOND)]

    return read


def by_sqlalchemy(published: str) -> Callable[[], Answers]:
    engine = sa.create_engine(f"duckdb:///{published}", connect_args={"read_only": True}, poolclass=sa.pool.NullPool)

    def read() -> Answers:
        with engine.connect() as connection:
            return [list(connection.execute(sa.text(sql)).one()) for sql in (FIRST, SECOND)]

    return read


def by_adbc(published: str) -> Callable[[], Answers]:
    def read() -> Answers:
        with (
            dbapi.connect(
                driver=adbc_driver_duckdb.driver_path(),
                entrypoint="duckdb_adbc_init",
                db_kwargs={"path": published, "access_mode": "READ_ONLY"},
            ) as connection,
            connection.cursor() as cursor,
        ):
            answers = []
            for sql in (FIRST, SECOND):
                cursor.execute(sql)
                answers.append(list(cursor.fetchall()[0]))
            return answers

    return read


def by_command_line(published: str) -> Callable[[], Answers]:
    command = [str(Path(sys.executable).with_name("duckdb")), "-readonly", "-csv", "-noheader", published]

    def read() -> Answers:
        ended = subprocess.run([*command, f"{FIRST}; {SECOND};"], capture_output=True, text=True, check=False)
        if ended.returncode or ended.stderr:
            raise RuntimeError(ended.stderr)
        return [list(line.split(",")) for line in ended.stdout.splitlines()]

    return read


KINDS = {"python": by_python, "sqlalchemy": by_sqlalchemy, "adbc": by_adbc, "command line": by_command_line}


def main(kind: str, published: str, stop: Path) -> None:
    read = KINDS[kind](published)
    failed: list[str] = []
    torn: list[Answers] = []
    seen: list[int] = []
    count = 0
    is_last = False
    while not is_last:
        is_last = stop.exists()
        count += 1
        try:
            answers = read()
        except Exception as problem:  # whatever a client reports is what the test is about
            failed.append(repr(problem))
            continue
        turns = {int(str(one)) for line in answers for one in line}
        if len(answers) != 2 or len(turns) != 1:
            torn.append(answers)
            continue
        [turn] = turns
        if seen[-1:] != [turn]:
            seen.append(turn)
        if count == 1:
            print("reads", flush=True)
    print(json.dumps({"kind": kind, "count": count, "failed": failed, "torn": torn, "seen": seen}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
