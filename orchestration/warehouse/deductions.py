"""Deductions in the working warehouse: the figures that they rest on, and the tables that hold what they find."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.deduction import Check, Conflict, DeducedFigure, Derivation, Revision
from orchestration.deduction.series import SERIES_COLUMNS
from orchestration.figures import DECIMAL_TYPE, FIGURE_COLUMNS, Figure
from orchestration.sources import SOURCE_TYPES, Source
from orchestration.warehouse.working import SourceTables, replacing_tables

KIND = "deduction"

_BOUND_TYPE = DECIMAL_TYPE

_IDS_TYPE = "VARCHAR[]"
_SERIES_TYPES = dict.fromkeys(SERIES_COLUMNS, "VARCHAR") | {"period_start": "DATE", "period_end": "DATE"}

#: The tables `raw.deduction_<name>` with their columns and types.
TABLES: SourceTables = {
    "figures": {
        "deduced_id": "VARCHAR",
        "document_id": "VARCHAR",
        "as_of_date": "DATE",
        "statistic": "VARCHAR",
        **_SERIES_TYPES,
        "comparison_start": "DATE",
        "comparison_end": "DATE",
        "reference": "VARCHAR",
        "low": _BOUND_TYPE,
        "high": _BOUND_TYPE,
        "origin": "VARCHAR",
        "is_across_vintages": "BOOLEAN",
    },
    "derivations": {
        "step_id": "VARCHAR",
        "deduced_id": "VARCHAR",
        "rule": "VARCHAR",
        "inputs": _IDS_TYPE,
        "before_low": _BOUND_TYPE,
        "before_high": _BOUND_TYPE,
        "after_low": _BOUND_TYPE,
        "after_high": _BOUND_TYPE,
    },
    "checks": {
        "figure_id": "VARCHAR",
        "source_id": "VARCHAR",
        "rule": "VARCHAR",
        "verdict": "VARCHAR",
        "stated_low": _BOUND_TYPE,
        "stated_high": _BOUND_TYPE,
        "implied_low": _BOUND_TYPE,
        "implied_high": _BOUND_TYPE,
        "distance_in_last_digits": _BOUND_TYPE,
        "is_culprit": "BOOLEAN",
        "fitting_wholes": _IDS_TYPE,
    },
    "conflicts": {
        "document_id": "VARCHAR",
        "conflict_number": "INTEGER",
        "set_number": "INTEGER",
        "figure_ids": _IDS_TYPE,
        "culprits": _IDS_TYPE,
    },
    "revisions": {
        **_SERIES_TYPES,
        "first_id": "VARCHAR",
        "first_document_id": "VARCHAR",
        "first_low": _BOUND_TYPE,
        "first_high": _BOUND_TYPE,
        "latest_id": "VARCHAR",
        "latest_document_id": "VARCHAR",
        "latest_low": _BOUND_TYPE,
        "latest_high": _BOUND_TYPE,
        "change_low_pct": _BOUND_TYPE,
        "change_high_pct": _BOUND_TYPE,
        "is_explained_by_rounding": "BOOLEAN",
    },
}


@dataclass(slots=True)
class Deductions:
    """All that the deduction found, in the order in which it was found."""

    figures: list[DeducedFigure]
    derivations: list[Derivation]
    checks: list[Check]
    conflicts: list[Conflict]
    revisions: list[Revision]


def stated_figures(connection: duckdb.DuckDBPyConnection, kinds: Iterable[str]) -> tuple[list[Figure], list[Source]]:
    """The figures that raw folders have for certain, and their sources, in the order of their ids."""
    figures: list[Figure] = []
    sources: list[Source] = []
    for kind in kinds:
        rows = connection.execute(
            f"SELECT {', '.join(FIGURE_COLUMNS)} FROM raw.{kind}_figures WHERE status = 'read' ORDER BY figure_id"
        ).fetchall()
        figures += [Figure(**dict(zip(FIGURE_COLUMNS, row, strict=True))) for row in rows]
        rows = connection.execute(
            f"SELECT {', '.join(SOURCE_TYPES)} FROM raw.{kind}_sources ORDER BY source_id"
        ).fetchall()
        sources += [Source(**dict(zip(SOURCE_TYPES, row, strict=True))) for row in rows]
    return figures, sources


def load_deductions(connection: duckdb.DuckDBPyConnection, found: Deductions) -> None:
    """Replace `raw.deduction_*` by what was found, in one transaction."""
    with replacing_tables(connection, KIND, TABLES) as load:
        load.add("figures", [_figure_row(one) for one in found.figures])
        load.add("derivations", [_Row(_columns(one) | {"inputs": _ids(one.inputs)}) for one in found.derivations])
        load.add("checks", [_Row(_columns(one) | {"fitting_wholes": _ids(one.fitting_wholes)}) for one in found.checks])
        load.add(
            "conflicts", [row for number, one in enumerate(found.conflicts, 1) for row in _conflict_rows(number, one)]
        )
        load.add("revisions", [_Row(_columns(one) | _series(one.series, one.period)) for one in found.revisions])


class _Row:
    """One row: its columns as attributes, as the loader takes them."""

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self.__dict__.update(columns)


def _columns(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}


def _series(series: Any, period: tuple[datetime.date, datetime.date]) -> dict[str, Any]:
    return dict(zip(SERIES_COLUMNS, series, strict=True)) | {"period_start": period[0], "period_end": period[1]}


def _figure_row(figure: DeducedFigure) -> _Row:
    compared = figure.comparison or (None, None)
    spans = {"comparison_start": compared[0], "comparison_end": compared[1]}
    return _Row(_columns(figure) | _series(figure.series, figure.period) | spans)


def _conflict_rows(number: int, conflict: Conflict) -> list[_Row]:
    return [
        _Row({
            "document_id": conflict.document_id,
            "conflict_number": number,
            "set_number": position,
            "figure_ids": _ids(one for statement in members for one in statement.split()),
            "culprits": _ids(one for statement in conflict.culprits for one in statement.split()),
        })
        for position, members in enumerate(conflict.minimal_sets, 1)
    ]  # fmt: skip


def _ids(ids: Iterable[str]) -> str:
    """Ids as text that DuckDB casts to a list; none of them holds a comma or a bracket."""
    return f"[{', '.join(ids)}]"
