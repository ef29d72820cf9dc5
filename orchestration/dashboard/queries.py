"""Asking the published file: one value, rows as mappings, and many ids at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import duckdb

#: SQL for the ids of a parameter that `ids` made.
IDS = "(SELECT unnest(CAST(? AS VARCHAR[])))"


def ids(found: Iterable[str]) -> list[str]:
    """Ids as one parameter, in order."""
    return sorted(found)


def scalar(connection: duckdb.DuckDBPyConnection, sql: str) -> Any:
    """The one value that a query answers with."""
    row = connection.execute(sql).fetchone()
    return None if row is None else row[0]


def records(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
    """Rows of a query as mappings."""
    cursor = connection.execute(sql, list(parameters))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
