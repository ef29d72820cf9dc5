"""Which statements readers are answered: those that only read, over tables and a short list of table functions."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Iterator

import duckdb

#: Table functions that read no file, open no connection and change no setting.
HARMLESS_FUNCTIONS = frozenset(
    {
        "range",
        "generate_series",
        "unnest",
        "json_each",
        "json_tree",
        "duckdb_columns",
        "duckdb_constraints",
        "duckdb_databases",
        "duckdb_functions",
        "duckdb_schemas",
        "duckdb_tables",
        "duckdb_types",
        "duckdb_views",
    }
)

WHAT_IS_ANSWERED = (
    "only statements that read are answered: SELECT, WITH, FROM, VALUES, DESCRIBE, SHOW, SUMMARIZE, over the tables "
    "that `FROM tables` lists and the functions that `FROM functions` lists"
)

#: What people and tools write is far shorter; the tree of a statement takes a thousand times its length.
LONGEST_STATEMENT = 50_000

_lock = threading.Lock()
_parser: list[duckdb.DuckDBPyConnection] = []


def refusal(sql: str, published_functions: Collection[str] = ()) -> str | None:
    """Why a text is not answered, or None where it only reads.

    DuckDB's own parser says what the text is. `published_functions`: table functions of the publication, which may be
    called beside the harmless ones of DuckDB. Several statements are answered where each of them only reads.
    """
    if len(sql) > LONGEST_STATEMENT:
        return f"a statement has at most {LONGEST_STATEMENT:,} characters: put what it lists into fewer words"
    try:
        tree = _tree(sql)
    except (duckdb.Error, ValueError, RecursionError):
        return f"this is too long, or nested too deep, to be looked through; {WHAT_IS_ANSWERED}"
    if tree["error"]:
        if tree["error_type"] == "parser":
            return f"this cannot be read as SQL: {tree['error_message']}"
        return WHAT_IS_ANSWERED
    allowed = HARMLESS_FUNCTIONS | {name.lower() for name in published_functions}
    for function in _table_functions(tree):
        if function.lower() not in allowed:
            return f"{function}(…) is not answered here; {WHAT_IS_ANSWERED}"
    return None


def _tree(sql: str) -> dict[str, object]:
    with _lock:
        if not _parser:
            _parser.append(duckdb.connect(config={"threads": "1", "memory_limit": "64MiB"}))
        row = _parser[0].execute("SELECT json_serialize_sql(CAST(? AS VARCHAR))", [sql]).fetchone()
    tree: dict[str, object] = json.loads(row[0]) if row else {}
    return tree


def _table_functions(node: object) -> Iterator[str]:
    """The names of all functions that stand where a table may stand."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            if here.get("type") == "TABLE_FUNCTION":
                yield str(here["function"]["function_name"])
            waiting.extend(here.values())
        elif isinstance(here, list):
            waiting.extend(here)
