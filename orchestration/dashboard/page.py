"""The page as one HTML file: data, style and program in it, nothing fetched from anywhere, replaced in one step."""

from __future__ import annotations

import base64
import datetime
import hashlib
import html
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from orchestration.dashboard.data import (
    EVIDENCE,
    MAXIMUM_ROWS,
    Table,
    check_counts,
    inside,
    names,
    prepare,
    sources,
    tables,
)
from orchestration.dashboard.evidence import Evidence, evidence_of
from orchestration.dashboard.queries import records, scalar
from orchestration.hashing import remove

PAGE = "index.html"
_DAMAGED_SUFFIX = ".damaged"
#: The whole page is smaller, whatever the warehouse holds.
MAXIMUM_BYTES = 3_000_000
#: Rows below which a table is not cut: a page that is too large even so would be one of very long texts.
_FEWEST_ROWS = 20
_HERE = Path(__file__).parent
#: In the order in which they need one another.
_LIBRARIES = ("d3.min.js", "plot.umd.min.js")
#: The one style that the chart library puts into each chart, as it is in its version 0.6.17; the policy names it.
_CHART_STYLE = """:where(.chart) {
  --plot-background: white;
  display: block;
  height: auto;
  height: intrinsic;
  max-width: 100%;
}
:where(.chart text),
:where(.chart tspan) {
  white-space: pre;
}"""
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
#: What would end a script element or begin a comment in it, and what old programs take for the end of a line.
_UNSAFE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})
_LISTS = ("region", "partner", "commodity", "flow", "ownership", "trade_mode", "measure", "unit", "finding")


class PageTooLarge(RuntimeError):
    """The page would be larger than it may be, however few rows its tables have."""


@dataclass(frozen=True, slots=True)
class Written:
    """The page as written: where, which publication it shows, how large it is, rows shown and rows there are."""

    path: Path
    publication_id: str
    bytes: int
    rows: int
    total: int


def write_dashboard(connection: duckdb.DuckDBPyConnection, folder: Path) -> Written:
    """Write the page of the published file that `connection` has open to `index.html` in `folder`, whole or not at all.

    The folder is made where there is none, and a folder in the place of the page becomes `index.damaged`. A page that
    somebody has open holds all that it needs, so it goes on working when it is replaced. Raises OSError where it cannot
    be written, PageTooLarge, and duckdb.Error for a file that lacks a mart.
    """
    data, text = _fitting(connection)
    content = text.encode("utf-8", "backslashreplace")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PAGE
    beside = folder / f".{PAGE}.{os.getpid()}"
    beside.unlink(missing_ok=True)  # of a process that was killed, or put there: it is never followed
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.is_dir():  # no file can replace it
            damaged = path.with_suffix(_DAMAGED_SUFFIX)
            remove(damaged)
            path.replace(damaged)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    shown = data["tables"].values()
    return Written(
        path=path,
        publication_id=data["publication"]["publication_id"],
        bytes=len(content),
        rows=sum(len(one["rows"]) for one in shown),
        total=sum(one["total"] for one in shown),
    )


def _fitting(connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, Any], str]:
    """The most rows with which the page is not too large."""
    prepare(connection)
    limit = MAXIMUM_ROWS
    while True:
        data = page_data(connection, limit)
        text = page(data)
        size = len(text.encode("utf-8", "backslashreplace"))
        if size < MAXIMUM_BYTES:
            return data, text
        if limit <= _FEWEST_ROWS:
            raise PageTooLarge(f"the page has {size:,} bytes with {limit} rows a table; it may have {MAXIMUM_BYTES:,}")
        limit = max(limit // 2, _FEWEST_ROWS)


def page_data(connection: duckdb.DuckDBPyConnection, limit: int) -> dict[str, Any]:
    """All that the page shows, with at most `limit` rows a table; needs `prepare`."""
    found = tables(connection, limit)
    evidence = evidence_of(
        connection,
        {
            one
            for table in found.values()
            for place, name in enumerate(table.columns)
            if name.endswith(EVIDENCE)
            for row in table.rows
            for one in row[place] or ()
        },
    )
    used_sources = {
        code for table in found.values() for code in table.values("source_id", "first_source_id", "latest_source_id")
    } | evidence.values("source_id")
    return {
        "publication": records(
            connection, "SELECT publication_id, published_at_utc, customhouse_version FROM metadata.publication"
        )[0],
        "counts": {
            "sources": scalar(connection, "SELECT count(*) FROM dim_source"),
            "figures": scalar(connection, "SELECT coalesce(sum(figure_count), 0) FROM dim_source"),
            "first_day": scalar(connection, "SELECT min(first_period_start) FROM dim_source"),
            "last_day": scalar(connection, "SELECT max(last_period_end) FROM dim_source"),
            "checks": check_counts(connection),
            "numbers": records(
                connection,
                """SELECT coalesce(sum(number_count), 0) AS numbers, coalesce(sum(read_count), 0) AS read,
                    coalesce(sum(uncertain_count), 0) AS uncertain, coalesce(sum(unread_count), 0) AS unread,
                    coalesce(sum(not_a_figure_count), 0) AS not_a_figure FROM mart_reading_coverage""",
            )[0],
        },
        "tables": {
            name: {"mart": one.mart, "columns": one.columns, "rows": one.rows, "total": one.total}
            for name, one in found.items()
        },
        "names": names(connection, _used(found, evidence)),
        "inside": inside(connection, {name: _codes(found.values(), name) for name in ("partner", "commodity")}),
        "sources": sources(connection, used_sources, limit),
        "evidence": {
            "steps": _columnar(evidence.steps),
            "figures": _columnar(evidence.figures),
            "passages": evidence.passages,
        },
    }


def page(data: Mapping[str, Any]) -> str:
    """The page of this data. Whatever stands in the data goes in as data, and is shown as text."""
    style = _beside("page.css")
    scripts = [_beside(f"vendor/{name}") for name in _LIBRARIES] + [_beside("page.js")]
    policy = (
        f"default-src 'none'; style-src {_hash(style)} {_hash(_CHART_STYLE)}; "
        f"script-src {' '.join(map(_hash, scripts))}; base-uri 'none'; form-action 'none'"
    )
    published = data["publication"]["published_at_utc"]
    counts = data["counts"]
    filled = {
        "policy": html.escape(policy),
        "style": style,
        "publication_id": html.escape(data["publication"]["publication_id"]),
        "published_en": f"{published.day} {published:%B %Y, %H:%M} UTC",
        "published_zh": f"{published.year}年{published.month}月{published.day}日 {published:%H:%M}（UTC）",
        "published": f"{published:%Y-%m-%dT%H:%M:%SZ}",
        "version": html.escape(data["publication"]["customhouse_version"]),
        "figures": f"{counts['figures']:,}",
        "documents": f"{counts['sources']:,}",
        "data": json.dumps(data, default=_plain, ensure_ascii=False, separators=(",", ":")).translate(_UNSAFE),
        "libraries": "".join(f"<script>{one}</script>\n" for one in scripts[:-1]),
        "script": scripts[-1],
        "licences": html.escape(_beside("vendor/d3.LICENSE") + "\n" + _beside("vendor/plot.LICENSE")),
    }
    # One pass: what is filled in is not looked through again.
    return _PLACEHOLDER.sub(lambda match: filled[match[1]], _beside("page.html"))


def _used(found: Mapping[str, Table], evidence: Evidence) -> dict[str, set[str]]:
    """Every code of the tables and the evidence, by the list that names it."""
    used = {name: _codes(found.values(), name) for name in _LISTS}
    for name in _LISTS:
        code = name if name in ("flow", "measure", "unit", "finding") else f"{name}_id"
        used[name] |= evidence.values(code)
    used["unit"] |= evidence.values("series_unit") | _codes(found.values(), "unit", "currency", "quantity_unit")
    wholes = {
        pair.partition("=")[::2]
        for reference in evidence.values("reference") | _codes(found.values(), "", "reference")
        for pair in reference.split(";")
    }
    for name, code in wholes:
        if name in used:
            used[name].add(code)
    # Peers are of a kind in a region: "prefecture in CN-XJ".
    used["region"] |= {peers.rpartition(" in ")[2] for peers in found["ranking"].values("peers")}
    used["period"] = {
        f"{row[first]}/{row[last]}"
        for table in found.values()
        for start, end in (("period_start", "period_end"), ("comparison_start", "comparison_end"))
        if start in table.columns
        for first, last in [(table.columns.index(start), table.columns.index(end))]
        for row in table.rows
        if row[first] is not None
    } | {
        f"{one['period_start']}/{one['period_end']}"
        for part in (evidence.figures, evidence.steps)
        for one in part.values()
    }
    return used


def _codes(found: Any, name: str, *columns: str) -> set[str]:
    code = name if name in ("flow", "measure", "unit", "finding") else f"{name}_id"
    return {one for table in found for one in table.values(*(columns or (code,)))}


def _columnar(found: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The names of the columns once, and the rows by id: a third of what mappings take."""
    columns = sorted({name for one in found.values() for name in one})
    return {"columns": columns, "rows": {key: [one.get(name) for name in columns] for key, one in found.items()}}


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is nothing that a page can show")


def _beside(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _hash(source: str) -> str:
    """How a content security policy names the one style or script that it allows."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"
