"""Levels, growth and shares as SDMX observations: read from the marts in batches, written as SDMX-CSV and SDMX-ML."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.exports import sdmx_structure
from orchestration.exports.description import Publication

if TYPE_CHECKING:
    import pandas

#: The tables whose rows become observations.
TABLES = ("fct_levels", "mart_growth", "mart_share")
#: Observations of one SDMX-ML file, which readers take into memory whole.
FILE_OBSERVATIONS = 100_000

_SERIES = """region_id AS REF_AREA, flow AS TRADE_FLOW, commodity_id AS COMMODITY, partner_id AS COUNTERPART_AREA,
    ownership_id AS OWNERSHIP, trade_mode_id AS TRADE_MODE, measure AS INDICATOR, unit AS SERIES_UNIT,
    period_start, period_end, source_id AS SOURCE, origin AS ORIGIN"""
#: What each transformation is made of: its table, and what stands for the columns that differ.
_OBSERVATIONS = {
    "N": (
        "fct_levels",
        """'' AS REFERENCE, NULL AS base_start, NULL AS base_end, unit AS UNIT_MEASURE, value AS OBS_VALUE,
        low AS LOWER_BOUND, high AS UPPER_BOUND, NULL AS STATED_VALUE, NULL AS RECOMPUTED_LOWER_BOUND,
        NULL AS RECOMPUTED_UPPER_BOUND, rule AS RULE, as_of_date AS AS_OF_DATE""",
    ),
    "G": (
        "mart_growth",
        """'' AS REFERENCE, comparison_start AS base_start, comparison_end AS base_end, 'percent' AS UNIT_MEASURE,
        growth_pct AS OBS_VALUE, growth_low_pct AS LOWER_BOUND, growth_high_pct AS UPPER_BOUND,
        stated_growth_pct AS STATED_VALUE, recomputed_growth_low_pct AS RECOMPUTED_LOWER_BOUND,
        recomputed_growth_high_pct AS RECOMPUTED_UPPER_BOUND, NULL AS RULE, NULL AS AS_OF_DATE""",
    ),
    "C": (
        "mart_growth",
        """'' AS REFERENCE, comparison_start AS base_start, comparison_end AS base_end, 'pp' AS UNIT_MEASURE,
        contribution_pp AS OBS_VALUE, contribution_low_pp AS LOWER_BOUND, contribution_high_pp AS UPPER_BOUND,
        NULL AS STATED_VALUE, NULL AS RECOMPUTED_LOWER_BOUND, NULL AS RECOMPUTED_UPPER_BOUND, NULL AS RULE,
        NULL AS AS_OF_DATE""",
    ),
    "SH": (
        "mart_share",
        """reference AS REFERENCE, NULL AS base_start, NULL AS base_end, 'percent' AS UNIT_MEASURE,
        share_pct AS OBS_VALUE, share_low_pct AS LOWER_BOUND, share_high_pct AS UPPER_BOUND,
        stated_share_pct AS STATED_VALUE, recomputed_share_low_pct AS RECOMPUTED_LOWER_BOUND,
        recomputed_share_high_pct AS RECOMPUTED_UPPER_BOUND, NULL AS RULE, NULL AS AS_OF_DATE""",
    ),
    "DSH": (
        "mart_share",
        """reference AS REFERENCE, NULL AS base_start, NULL AS base_end, 'pp' AS UNIT_MEASURE,
        share_change_pp AS OBS_VALUE, NULL AS LOWER_BOUND, NULL AS UPPER_BOUND,
        stated_share_change_pp AS STATED_VALUE, recomputed_share_change_low_pp AS RECOMPUTED_LOWER_BOUND,
        recomputed_share_change_high_pp AS RECOMPUTED_UPPER_BOUND, NULL AS RULE, NULL AS AS_OF_DATE""",
    ),
}
_NUMBERS = [part.id for part in sdmx_structure.COMPONENTS if part.type == "Decimal"]
_CODED = [part for part in sdmx_structure.COMPONENTS if part.rows]
_DAYS = ("AS_OF_DATE", "PERIOD_START", "PERIOD_END")
_COLUMNS = [
    part.id
    for part in (*sdmx_structure.DIMENSIONS, sdmx_structure.TIME, sdmx_structure.MEASURE, *sdmx_structure.ATTRIBUTES)
]


def observation_count(connection: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> int:
    """How many observations the tables have."""
    ((count,),) = connection.execute(f"SELECT count(*) FROM ({_query(tables)})").fetchall()
    return int(count)


def write_csv(
    connection: duckdb.DuckDBPyConnection,
    tables: Sequence[str],
    path: Path,
    publication: Publication,
    advance: Callable[[int], None],
) -> None:
    """Write SDMX-CSV 2.0, batch by batch; `advance` is told the observations done.

    Numbers, codes, days and periods are all that the cells hold: none begins with a sign that makes a formula, but for
    the minus of a number.
    """
    from pysdmx.io import write_sdmx
    from pysdmx.io.format import Format

    done = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for batch in _batches(connection, tables):
            text = write_sdmx(_data_set(batch, publication), Format.DATA_SDMX_CSV_2_0_0) or ""
            file.write(text if done == 0 else text.partition("\n")[2])
            done += len(batch)
            advance(done)


def write_ml(
    connection: duckdb.DuckDBPyConnection,
    tables: Sequence[str],
    path_of: Callable[[int], Path],
    publication: Publication,
    advance: Callable[[int], None],
) -> int:
    """Write SDMX-ML 2.1, structure-specific, a file a batch: `path_of` names the first, second … Returns how many."""
    from pysdmx.io import write_sdmx
    from pysdmx.io.format import Format

    done = number = 0
    for number, batch in enumerate(_batches(connection, tables), 1):
        write_sdmx(
            _data_set(batch, publication),
            Format.DATA_SDMX_ML_2_1_STR,
            output_path=str(path_of(number)),
            header=sdmx_structure.header(publication),
        )
        done += len(batch)
        advance(done)
    return number


def write_structure(connection: duckdb.DuckDBPyConnection, path: Path, publication: Publication) -> None:
    """Write the structure message that both need: code lists, concepts, data structure, dataflow, as SDMX-ML 2.1."""
    from pysdmx.io import write_sdmx
    from pysdmx.io.format import Format

    write_sdmx(
        sdmx_structure.structures(connection),
        Format.STRUCTURE_SDMX_ML_2_1,
        output_path=str(path),
        header=sdmx_structure.header(publication),
    )


def _query(tables: Sequence[str]) -> str:
    """Every observation of the tables: numbers as text that has all their digits, and no row without any."""
    parts = []
    for transformation, (table, columns) in _OBSERVATIONS.items():
        if table in tables:
            parts.append(f"SELECT '{transformation}' AS TRANSFORMATION, {_SERIES}, {columns} FROM marts.{table}")
    numbers = ", ".join(f"CAST({name} AS VARCHAR) AS {name}" for name in _NUMBERS)
    says_something = " OR ".join(f"{name} IS NOT NULL" for name in _NUMBERS)
    return f"SELECT * REPLACE ({numbers}) FROM ({' UNION ALL '.join(parts)}) WHERE {says_something}"


def _batches(connection: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> Iterator[pandas.DataFrame]:
    """Frames of the components' columns, each of at most FILE_OBSERVATIONS rows; all cells are text or None."""
    import pandas

    cursor = connection.execute(_query(tables))
    names = [column[0] for column in cursor.description or ()]
    while rows := cursor.fetchmany(FILE_OBSERVATIONS):
        yield _encoded(pandas.DataFrame(rows, columns=names, dtype=object))


def _encoded(frame: pandas.DataFrame) -> pandas.DataFrame:
    period = cache(sdmx_structure.time_period)
    spans = [period(*span) for span in zip(frame["period_start"], frame["period_end"], strict=True)]
    frame["FREQ"] = [frequency for frequency, _ in spans]
    frame["TIME_PERIOD"] = [text for _, text in spans]
    frame["BASE_PERIOD"] = [
        period(start, end)[1] if start is not None else sdmx_structure.NOT_APPLICABLE
        for start, end in zip(frame["base_start"], frame["base_end"], strict=True)
    ]
    frame["PERIOD_START"] = frame["period_start"]
    frame["PERIOD_END"] = frame["period_end"]
    for name in _DAYS:
        frame[name] = [None if day is None else day.isoformat() for day in frame[name]]
    frame["OBS_STATUS"] = [
        "O" if value is None else "A" if origin == "stated" else "E"
        for value, origin in zip(frame["OBS_VALUE"], frame["ORIGIN"], strict=True)
    ]
    for part in _CODED:
        code = cache(part.code)
        frame[part.id] = [None if value is None else code(value) for value in frame[part.id]]
    return frame[_COLUMNS]


def _data_set(frame: pandas.DataFrame, publication: Publication) -> Any:
    from pysdmx.io.pd import PandasDataset
    from pysdmx.model.dataflow import Schema

    schema = Schema(
        "datastructure",
        sdmx_structure.AGENCY,
        sdmx_structure.STRUCTURE_ID,
        sdmx_structure.components(with_text_numbers=True),
        sdmx_structure.VERSION,
    )
    return PandasDataset(
        structure=schema, data=frame, attributes={"UNIT_MULT": "0", "PUBLICATION": publication.publication_id}
    )
