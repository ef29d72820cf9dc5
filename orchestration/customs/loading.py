"""One file of declarations into a relation of typed lines: DuckDB reads it once, and every line is accounted for.

Text of GB18030 files is read as Latin-1 (encoding.py says how): codes and numbers are plain ASCII, and names are
decoded afterwards, each distinct one once. DuckDB's own extension for encodings damages characters that stand across
the end of its buffer.
"""

from __future__ import annotations

import csv
import datetime
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np

from orchestration.customs.encoding import latin_of_text, text_of_latin
from orchestration.customs.files import KIND, DeclarationFile, as_named
from orchestration.customs.formats import CODED, MEANINGS, NUMBER_TYPE, NUMBERS
from orchestration.sources import Rejection
from orchestration.sql import literal

UNITS = ("quantity_unit", "second_quantity_unit")
#: Of the rejected lines of a file, so many are listed; the rest is counted in one more row.
LISTED_REJECTIONS = 1_000
#: What is counted at once: so little that it stays in the processor's cache.
_BLOCK = 256 << 10
_LINE_END = ord("\n")


class TotalsDiffer(Exception):
    """Rows or sums before and after a step are not the same: nothing of the step is kept."""


@dataclass(frozen=True, slots=True)
class MonthTotals:
    """What a file says of one month of one flow of one reporter."""

    reporter_id: str
    flow: str
    month: datetime.date
    rows: int
    value_cny: Decimal | None
    value_usd: Decimal | None

    @property
    def cell(self) -> tuple[str, str, datetime.date]:
        """What a newer file replaces whole."""
        return self.reporter_id, self.flow, self.month


@dataclass(slots=True)
class LoadedFile:
    """A file that was read: its totals by month, its codes with their names, and what of it was not loaded."""

    file_key: str
    rows: int
    passed_over: int  # sums over other lines
    months: list[MonthTotals]
    #: For each list, and for `unit`: code as it was read, code, name.
    codes: dict[str, list[tuple[str, str, str]]]
    rejected: list[Rejection] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Content:
    """What is read of a file: a file that DuckDB reads, its encoding, and the region of each code of a reporter."""

    path: Path
    encoding: str
    reporters: Sequence[tuple[str, str]] = ()


def load_file(
    connection: duckdb.DuckDBPyConnection, file: DeclarationFile, content: Content, staged: Path, table: str
) -> LoadedFile:
    """Read the content of `file` into the Parquet file `staged`, make `table` of it, and account for every line.

    `table` has the columns MEANINGS, but `reporter_id` for `reporter`: codes and units without blanks around them,
    months as their first day. It is a temporary view over the cells as they were read, without the lines that cannot be
    used and the sums over others: what is made of a cell is made once for each that is different, since that is how
    Parquet stores them. Raises duckdb.Error where DuckDB cannot read the file at all, and TotalsDiffer when lines were
    lost on the way.
    """
    reader = _Reader(file, content)
    connection.execute("CREATE OR REPLACE TEMP TABLE customs_reporters (code VARCHAR, region_id VARCHAR)")
    if content.reporters:
        connection.executemany("INSERT INTO customs_reporters VALUES (?, ?)", list(content.reporters))
    with ThreadPoolExecutor(1) as beside:
        counted = beside.submit(reader.lines)  # Python counts while DuckDB reads
        # To Parquet and not to a table: DuckDB writes that in half the time, and reads it as fast.
        connection.execute(
            f"""COPY (SELECT {reader.cells} FROM {reader.relation(rejects=True)}) TO {literal(str(staged))}
            (FORMAT parquet, COMPRESSION snappy)"""
        )
        expected = counted.result()
    lines = f"SELECT {reader.selected} FROM read_parquet({literal(str(staged))})"
    sums = " OR ".join(
        f"{column} IN ({', '.join(map(literal, values))})" for column, values in (file.layout.sums or {}).items()
    )
    kind = f"CASE WHEN {_FAULT} IS NOT NULL THEN 'invalid' WHEN {sums or 'false'} THEN 'sum' ELSE 'line' END"
    totals = connection.execute(
        f"""SELECT {kind} AS kind, reporter_id, flow, month, count(*), sum(value_cny), sum(value_usd) FROM ({lines})
        GROUP BY ALL ORDER BY ALL"""
    ).fetchall()
    rows = {of: sum(row[4] for row in totals if row[0] == of) for of in ("invalid", "sum", "line")}
    structural = reader.structural_rejections(connection)
    rejected = [rejection for _, rejection in structural]
    if rows["invalid"]:
        rejected += reader.invalid_lines(connection, [line for line, _ in structural])
    lines_rejected = len({line for line, _ in structural})
    staged_rows = sum(rows.values())
    if expected is not None and expected != staged_rows + lines_rejected:
        exact = reader.lines_exactly()
        if exact != staged_rows + lines_rejected:
            raise TotalsDiffer(
                f"{file.file}: {exact:,} lines stand in the file, {staged_rows:,} were read and "
                f"{lines_rejected:,} rejected"
            )
    where = f" WHERE {kind} = 'line'" if rows["invalid"] or rows["sum"] else ""
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {table} AS SELECT * FROM ({lines}){where}")
    return LoadedFile(
        file.key, rows["line"], rows["sum"], [MonthTotals(*row[1:]) for row in totals if row[0] == "line"],
        reader.names(connection, table), _listed(rejected, file.file, len(structural) + rows["invalid"]),
    )  # fmt: skip


#: Why a line that could be read cannot be used; null where it can.
_FAULT = """CASE
    WHEN month IS NULL THEN 'month: is no month'
    WHEN flow IS NULL THEN 'flow: is none of the known flows'
    WHEN reporter_id IS NULL THEN 'reporter: no code list knows it'
    WHEN commodity_code IS NULL OR NOT regexp_full_match(commodity_code, '[0-9]{2,12}|TOTAL')
        THEN 'commodity_code: is no code of two to twelve digits'
    WHEN value_cny IS NULL AND value_usd IS NULL THEN 'value: there is none'
    WHEN value_cny < 0 OR value_usd < 0 THEN 'value: is negative'
END"""


class _Reader:
    """SQL that reads one file: the same relation for the load and for finding the lines of what was wrong."""

    def __init__(self, file: DeclarationFile, content: Content) -> None:
        self._file = file
        self._plain = content.path
        self._is_csv = file.container == "csv"
        self._is_latin = content.encoding == "latin-1"
        self.cells = ", ".join(f"c{index}" for index, meaning in enumerate(file.meanings) if meaning)
        self.selected = ", ".join(f"{expression} AS {name}" for name, expression in self._expressions().items())

    def relation(self, *, rejects: bool) -> str:
        """A table function over the file whose columns are c0, c1 …"""
        path = literal(as_named(self._plain))
        if self._file.container == "parquet":
            return f"""(SELECT {self._texts("COLUMNS(*)")} FROM read_parquet({path}, hive_partitioning = false))
                AS file({self._names()})"""
        if self._file.container == "json":
            size = max(self._plain.stat().st_size + 1, 1 << 24)
            return f"""(SELECT {", ".join(f"record->>{literal(name)}" for name in self._header())} FROM (
                SELECT unnest(CASE json_type(json) WHEN 'ARRAY' THEN json->'$[*]' ELSE json->'$.data[*]' END) AS record
                FROM read_json_objects({path}, maximum_object_size = {size}, format = 'unstructured',
                    hive_partitioning = false)))
                AS file({self._names()})"""
        types = ", ".join(
            f"'c{index}': '{NUMBER_TYPE if meaning in NUMBERS else 'VARCHAR'}'"
            for index, meaning in enumerate(self._file.meanings)
        )
        nils = [*self._file.layout.nil, ""]
        nils = [nil + blank for nil in nils for blank in ("", "\t", " ")]
        encoding = "latin-1" if self._is_latin else "utf-8"
        return f"""read_csv({path}, columns = {{{types}}}, auto_detect = false, header = true, delim = ',', quote = '"',
            escape = '"', thousands = ',', nullstr = [{", ".join(map(literal, nils))}], encoding = '{encoding}',
            hive_partitioning = false,
            {"store_rejects = true" if rejects else "ignore_errors = true, parallel = false"})"""

    def structural_rejections(self, connection: duckdb.DuckDBPyConnection) -> list[tuple[int, Rejection]]:
        """What DuckDB could not read, with its line; DuckDB then forgets it, so that the next file has its own."""
        if not self._is_csv:
            return []
        errors = connection.execute(
            "SELECT line, column_idx, error_type, csv_line, error_message FROM reject_errors ORDER BY line, column_idx"
        ).fetchall()
        connection.execute("DELETE FROM reject_errors")
        connection.execute("DELETE FROM reject_scans")
        header = self._header()
        seen: set[tuple[int, str]] = set()
        found = []
        for line, column, kind, text, message in errors:
            name = header[column - 1] if column and kind == "CAST" and column <= len(header) else ""
            reason = {
                "CAST": f"is no number that can be stored: {_unreadable(str(message))}",
                "MISSING COLUMNS": f"has fewer cells than the {len(header)} of the header",
                "TOO MANY COLUMNS": f"has more cells than the {len(header)} of the header",
                "UNQUOTED VALUE": "has a quotation mark that does not close",
                "INVALID ENCODING": "holds bytes that are not UTF-8",
            }.get(str(kind), str(message).splitlines()[0])
            if kind == "CAST" or (int(line), reason) not in seen:  # a cell too few is told for each that is missing
                found.append((int(line), self._rejection(int(line), name, reason, str(text or ""))))
            seen.add((int(line), reason))
        return found

    def invalid_lines(self, connection: duckdb.DuckDBPyConnection, before: Sequence[int]) -> list[Rejection]:
        """The lines that could be read and cannot be used, found by reading the file once more in its order.

        `before` are the lines that DuckDB left out: they are counted in.
        """
        columns = ", ".join(f"c{index}" for index in range(len(self._file.meanings)))
        rows = connection.execute(
            f"""SELECT number, {_FAULT} AS fault, raw_text FROM (
                SELECT {self.selected}, number, concat_ws(',', {columns}) AS raw_text
                FROM (SELECT row_number() OVER () AS number, * FROM {self.relation(rejects=False)}))
            WHERE fault IS NOT NULL ORDER BY number LIMIT {LISTED_REJECTIONS + 1}"""
        ).fetchall()
        found = []
        left_out = sorted(set(before))
        for number, fault, text in rows:
            line = number + 1 if self._is_csv else number
            for one in left_out:
                line += one <= line
            column, _, reason = str(fault).partition(": ")
            place = self._file.meanings.index(column) if column in self._file.meanings else None
            name = self._header()[place] if place is not None else column
            found.append(self._rejection(line, name, reason, str(text)))
        return found

    def lines(self) -> int | None:
        """Lines below the header that are not blank, by counting ends of lines; None where the file has none."""
        if not self._is_csv:
            return None
        ends = 0
        last = b"\n"
        for block in self._blocks():
            text = last + (block.replace(b"\r", b"") if b"\r" in block else block)
            is_end = np.frombuffer(text, np.uint8) == _LINE_END
            ends += int(np.count_nonzero(is_end[1:] & ~is_end[:-1]))
            last = text[-1:]
        return ends - 1 + (last != b"\n")

    def lines_exactly(self) -> int:
        """The same by a reader that knows of line ends within quotation marks: slow, asked where counting differs."""
        with self._plain.open(encoding="latin-1", newline="") as text:
            return sum(1 for cells in csv.reader(text) if any(cells)) - 1

    def names(self, connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, list[tuple[str, str, str]]]:
        """Every code with its name, decoded; `unit` has the units as they were read with their names."""
        found: dict[str, list[tuple[str, str, str]]] = {}
        for name in CODED:
            rows = connection.execute(
                f"""SELECT {name}_code, min({name}_name) FROM {table} WHERE {name}_code IS NOT NULL
                GROUP BY ALL ORDER BY ALL"""
            ).fetchall()
            found[name] = [(code, self._decoded(code), self._decoded(text or "")) for code, text in rows]
        rows = connection.execute(
            " UNION ".join(f"SELECT {unit} FROM {table} WHERE {unit} IS NOT NULL" for unit in UNITS) + " ORDER BY ALL"
        ).fetchall()
        found["unit"] = [(unit, self._decoded(unit), "") for (unit,) in rows]
        return found

    def _expressions(self) -> dict[str, str]:
        """The SQL of each column of the relation, by its name."""
        said = self._file.sidecar
        place = {meaning: f"c{index}" for index, meaning in enumerate(self._file.meanings) if meaning}
        expressions: dict[str, str] = {}
        for meaning in MEANINGS:
            column = place.get(meaning)
            name = "reporter_id" if meaning == "reporter" else meaning
            if meaning in NUMBERS:
                expressions[name] = self._number(column)
            elif column is None:
                expressions[name] = "CAST(NULL AS VARCHAR)"
            else:
                expressions[name] = self._stripped(column)
        for coded in CODED:  # a name without a code stands for itself
            if f"{coded}_code" not in place and f"{coded}_name" in place:
                expressions[f"{coded}_code"] = expressions[f"{coded}_name"]
        expressions["month"] = (
            f"CAST({literal(f'{said.month}-01')} AS DATE)" if said.month else self._month(expressions["month"])
        )
        expressions["flow"] = literal(said.flow) if said.flow else self._flow(expressions["flow"])
        expressions["reporter_id"] = (
            f"(SELECT any_value(region_id) FROM customs_reporters WHERE code = {expressions['reporter_id']})"
            if "reporter" in place
            else literal(self._file.source.region_id)
        )
        return expressions

    def _stripped(self, column: str) -> str:
        """Text without blanks around it."""
        return f"trim({column}, ' ' || chr(9))"

    def _number(self, column: str | None) -> str:
        if column is None:
            return f"CAST(NULL AS {NUMBER_TYPE})"
        if self._is_csv:
            return column
        return f"TRY_CAST(replace(trim({column}, ' ' || chr(9)), ',', '') AS {NUMBER_TYPE})"

    def _month(self, text: str) -> str:
        forms = ["%Y%m", "%Y-%m", "%Y/%m", "%Y.%m", f"%Y{self._as_read('年')}%m{self._as_read('月')}", "%Y-%m-%d"]
        return f"CAST(date_trunc('month', try_strptime({text}, [{', '.join(map(literal, forms))}])) AS DATE)"

    def _flow(self, text: str) -> str:
        flows = " ".join(
            f"WHEN {literal(self._as_read(code))} THEN {literal(flow)}"
            for code, flow in (self._file.layout.flows or {}).items()
        )
        return f"CASE {text} {flows} END"

    def _as_read(self, text: str) -> str:
        return latin_of_text(text) if self._is_latin else text

    def _decoded(self, text: str) -> str:
        return text_of_latin(text) if self._is_latin else text

    def _header(self) -> list[str]:
        return list(self._file.header)

    def _names(self) -> str:
        return ", ".join(f"c{index}" for index in range(len(self._file.meanings)))

    def _texts(self, columns: str) -> str:
        return f"CAST({columns} AS VARCHAR)"

    def _blocks(self) -> Iterator[bytes]:
        with self._plain.open("rb") as content:
            while block := content.read(_BLOCK):
                yield block

    def _rejection(self, line: int, column: str, reason: str, text: str) -> Rejection:
        return Rejection(
            source_kind=KIND,
            file=self._file.file,
            row_number=line,
            column_name=column.strip(),
            reason=reason,
            raw_text=self._decoded(text)[:2000],
        )


def _unreadable(message: str) -> str:
    """The text that DuckDB could not make a number of."""
    found = re.search(r'convert string "(.*?)" to', message)
    return found[1] if found else message.splitlines()[0]


def _listed(rejected: list[Rejection], file: str, count: int) -> list[Rejection]:
    """The first rejections in the order of the file, and one that counts the others of `count`."""
    rejected = sorted(rejected, key=lambda one: (one.row_number or 0, one.column_name))
    rest = count - LISTED_REJECTIONS
    if rest <= 0:
        return rejected
    more = f"{rest:,} more lines of this file were rejected and are not listed"
    return [
        *rejected[:LISTED_REJECTIONS],
        Rejection(source_kind=KIND, file=file, row_number=None, column_name="", reason=more),
    ]
