"""The lake of declarations: one Parquet file a month of a flow, never changed once written, and what is known of files.

`files/<key>.json` says what a raw file held, `lines/<cell>-<key>.parquet` holds the lines of one month. Both are named
by what they were made from, sealed with their hash, written beside and renamed: what is there as sealed is whole, what
is missing or damaged is made from raw/, and a load that was cut off goes on where it was.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import shutil
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from orchestration.codes import CodeLists
from orchestration.customs.files import DeclarationFile, UnusableFile, find_files, readable, unusable
from orchestration.customs.formats import CODED, VALUES
from orchestration.customs.loading import UNITS, Content, LoadedFile, MonthTotals, TotalsDiffer, load_file
from orchestration.figures import UNMAPPED, WHOLE
from orchestration.hashing import SEAL_SUFFIX, FileHashes, is_as_sealed, remove, seal
from orchestration.sources import Rejection
from orchestration.sql import literal

#: Part of every key: what is written anew when the columns of the lake or the reading of files change.
VERSION = 2

#: The columns of the lake, and of `fct_trade_monthly`.
LINE_TYPES = {
    "region_id": "VARCHAR",
    "partner_id": "VARCHAR",
    "commodity_id": "VARCHAR",
    "flow": "VARCHAR",
    "trade_mode_id": "VARCHAR",
    "period_start": "DATE",
    "period_end": "DATE",
    "quantity": "DECIMAL(18,4)",
    "quantity_unit": "VARCHAR",
    "second_quantity": "DECIMAL(18,4)",
    "second_quantity_unit": "VARCHAR",
    "value_cny": "DECIMAL(18,4)",
    "value_usd": "DECIMAL(18,4)",
    "reporter_id": "VARCHAR",
    "partner_code": "VARCHAR",
    "trade_mode_code": "VARCHAR",
    "region_code": "VARCHAR",
    "value_cny_source_id": "VARCHAR",
    "value_usd_source_id": "VARCHAR",
}

_SCRATCH = ".scratch"
#: The level of zstd that costs least: the file is 5 % larger than at the usual one, and written a fifth faster.
_COMPRESSION_LEVEL = 1
#: A column of more values than these is written as text: each row group of a file holds all values of an ENUM.
_MOST_VALUES_OF_AN_ENUM = 16_384
#: How many row groups of a file may hold a value, on average, for its lines to count as lying together.
_MOST_GROUPS_OF_A_VALUE = 4

Cell = tuple[str, str, datetime.date]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMonth:
    """One file of the lake: the lines of a month of one flow, made from one file or from one for each currency."""

    reporter_id: str
    flow: str
    month: datetime.date
    path: str
    lines_key: str
    rows: int
    value_cny: Decimal | None
    value_usd: Decimal | None
    value_cny_source_id: str | None
    value_usd_source_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMonth:
    """What one file says of one month: the vintage that counts (`is_current`), or one that was replaced."""

    source_id: str
    reporter_id: str
    flow: str
    month: datetime.date
    rows: int
    value_cny: Decimal | None
    value_usd: Decimal | None
    published_date: datetime.date
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeName:
    """A code that declarations use, by which name they call it, and the id that the code lists have for it."""

    list: str
    code: str
    name: str
    id: str


@dataclass(slots=True)
class Lake:
    """All that the files of raw/customs say, as it stands in the lake."""

    files: list[DeclarationFile] = field(default_factory=list)
    months: list[StoredMonth] = field(default_factory=list)
    vintages: list[FileMonth] = field(default_factory=list)
    codes: list[CodeName] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    read_files: int = 0
    #: The months that this update wrote.
    written: list[StoredMonth] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Resources:
    """What DuckDB may use while it loads, and who is told how far it is."""

    memory_limit: str
    threads: int
    tell: Callable[[str], None]


def update_lake(raw: Path, folder: Path, codes: CodeLists, hashes: FileHashes, resources: Resources) -> Lake:
    """Bring the lake in `folder` up to what raw/customs holds: what is there already is neither read nor written.

    Raises TotalsDiffer, after which the lake holds what it held before, and possibly some whole months more.
    """
    files, rejected = find_files(raw, codes, hashes)
    if not files:
        return Lake(rejected=rejected)
    with _scratch(folder, resources) as connection:
        update = _Update(folder, codes, resources, files, connection, hashes=hashes)
        update.load_new()
        update.load_missing()
        lake = update.described()
    lake.rejected += rejected
    return lake


def unused_files(raw: Path, folder: Path, codes: CodeLists, hashes: FileHashes) -> list[Path]:
    """What the lake remembers of files that raw/customs holds no longer, or in a form that is no longer read.

    Nothing while a file there cannot be used: what is remembered may be of that one, as it is again when it is mended.
    """
    remembered = sorted((folder / "files").glob("*")) if (folder / "files").is_dir() else []
    if not remembered:
        return []
    files, rejected = find_files(raw, codes, hashes)
    if rejected:
        return []
    used = {_manifest(folder, file.key) for file in files}
    return [path for path in remembered if path.with_name(path.name.removesuffix(SEAL_SUFFIX)) not in used]


def lines_of(months: Sequence[StoredMonth]) -> str:
    """SQL that selects the lines of these months."""
    if not months:
        columns = ", ".join(f"CAST(NULL AS {sql_type}) AS {name}" for name, sql_type in LINE_TYPES.items())
        return f"SELECT {columns} WHERE false"
    paths = ", ".join(literal(month.path) for month in months)
    return f"SELECT {', '.join(LINE_TYPES)} FROM read_parquet([{paths}])"


class _Update:
    """One update of a lake: the files that there are, what is known of them, and what is still to be read."""

    def __init__(
        self,
        folder: Path,
        codes: CodeLists,
        resources: Resources,
        files: Sequence[DeclarationFile],
        connection: duckdb.DuckDBPyConnection,
        *,
        hashes: FileHashes,
    ) -> None:
        self._folder = folder
        self._codes = codes
        self._resources = resources
        self._files = files  # the first published first
        self._file_hashes = hashes
        self._connection = connection
        self._known = {file.key: loaded for file in files if (loaded := _remembered(folder, file)) is not None}
        self._code_hashes: dict[str, str] = {}
        self._read_files = 0
        self._written: set[Path] = set()

    def load_new(self) -> None:
        """Read every file that is not known, with those that may share its months by what is said of them.

        Files of a month in two currencies are read together. Several months are read at once, a thread each: DuckDB
        reads files of less than its buffer on one core.
        """
        batches: dict[tuple[str, str, str], dict[str, DeclarationFile]] = {}
        seen = set(self._known)
        for file in self._files:
            if file.key not in seen:
                said = file.sidecar
                month = said.month or file.source.source_id.replace(_currency(file), "")
                batches.setdefault((file.source.region_id, said.flow or "", month), {})[file.key] = file
                seen.add(file.key)
        with ThreadPoolExecutor(self._resources.threads) as threads:
            loads = [threads.submit(self._load, list(batch.values())) for batch in batches.values()]
            try:
                for load in as_completed(loads):
                    load.result()
            except BaseException:
                threads.shutdown(cancel_futures=True)
                raise

    def load_missing(self) -> None:
        """Read files again whose months are not all there: which months a file has is known once it was read."""
        while True:
            missing = {cell: wanted for cell, wanted in self._wanted().items() if not self._is_there(cell, wanted)}
            if not missing:
                return
            first = min(missing, key=lambda cell: (cell[2], cell))
            self._load(list({file.key: file for file in missing[first].values()}.values()))

    def _load(self, batch: Sequence[DeclarationFile]) -> None:
        """Read the files of a batch and write the months that they make."""
        with self._connection.cursor() as connection:
            tables = {}
            for file in batch:
                table = f"staged_{file.key}"
                try:
                    loaded = self._stage(connection, file, self._staged(file), table)
                    tables[file.key] = table
                except UnusableFile as problem:
                    loaded = LoadedFile(file.key, 0, 0, [], {}, [unusable(file.file, problem)])
                self._known[file.key] = loaded
                self._read_files += 1
            for cell, wanted in self._wanted().items():
                if all(file.key in tables for file in wanted.values()) and not self._is_there(cell, wanted):
                    self._write(connection, cell, wanted, tables)
        # Last: whoever is cut off before this reads the file again. What could not be read is tried again, too.
        for file in batch:
            if file.key in tables:
                _remember(self._folder, self._known[file.key])
            self._staged(file).unlink(missing_ok=True)

    def _staged(self, file: DeclarationFile) -> Path:
        """Where the cells of a file stand between it and the lake."""
        return self._folder / _SCRATCH / f"{file.key}.parquet"

    def described(self) -> Lake:
        """What the lake holds now, for the tables of the working warehouse."""
        lake = Lake(list(self._files), read_files=self._read_files)
        wanted = self._wanted()
        current = {(cell, file.key) for cell, files in wanted.items() for file in files.values()}
        names: dict[tuple[str, str], CodeName] = {}
        for file in self._files:
            loaded = self._known[file.key]
            lake.rejected += loaded.rejected
            names |= {(one.list, one.code): one for _, one in self._mapped(file)}
            lake.vintages += [
                FileMonth(
                    source_id=file.source.source_id,
                    reporter_id=totals.reporter_id,
                    flow=totals.flow,
                    month=totals.month,
                    rows=totals.rows,
                    value_cny=totals.value_cny,
                    value_usd=totals.value_usd,
                    published_date=file.source.published_date,
                    is_current=(totals.cell, file.key) in current,
                )
                for totals in loaded.months
            ]
        lake.codes = [names[one] for one in sorted(names)]
        lake.months = [self._stored(cell, files) for cell, files in sorted(wanted.items())]
        lake.written = [month for month in lake.months if Path(month.path) in self._written]
        return lake

    def _wanted(self) -> dict[Cell, dict[str, DeclarationFile]]:
        """For each month of a flow, the file that each currency is taken from: the last one published."""
        wanted: dict[Cell, dict[str, DeclarationFile]] = {}
        for file in self._files:
            loaded = self._known.get(file.key)
            for totals in loaded.months if loaded else ():
                for value in VALUES:
                    if value in file.meanings:
                        wanted.setdefault(totals.cell, {})[value] = file
        return wanted

    def _key(self, wanted: Mapping[str, DeclarationFile]) -> str:
        """Names the content of a month: the files that it is made from, and what the code lists make of their codes."""
        digest = hashlib.sha256(f"{VERSION}".encode())
        for value, file in sorted(wanted.items()):
            digest.update(f"\n{value} {file.key} {file.source.source_id} {self._code_ids(file)}".encode())
        return digest.hexdigest()[:24]

    def _path(self, cell: Cell, wanted: Mapping[str, DeclarationFile]) -> Path:
        reporter, flow, month = cell
        return self._folder / "lines" / f"{reporter}-{flow}-{month:%Y-%m}-{self._key(wanted)}.parquet"

    def _is_there(self, cell: Cell, wanted: Mapping[str, DeclarationFile]) -> bool:
        """Whether the file of a month is there and holds what was written."""
        path = self._path(cell, wanted)
        return path in self._written or is_as_sealed(path)

    def _totals(self, file: DeclarationFile, cell: Cell) -> MonthTotals:
        return next(one for one in self._known[file.key].months if one.cell == cell)

    def _stage(
        self, connection: duckdb.DuckDBPyConnection, file: DeclarationFile, staged: Path, table: str
    ) -> LoadedFile:
        began = time.monotonic()
        reporters = [*self._codes.numeric_countries.items(), *((one, one) for one in self._codes.countries)]
        with readable(file, self._folder / _SCRATCH) as (plain, encoding):
            content = Content(plain, encoding, reporters if "reporter" in file.meanings else [])
            try:
                loaded = load_file(connection, file, content, staged, table)
            except duckdb.OutOfMemoryException:  # says nothing of the file, as a full disk does not
                raise
            except duckdb.Error as problem:
                if "no space left" in str(problem).lower():
                    raise
                raise UnusableFile(f"cannot be read: {str(problem).splitlines()[0]}") from problem
            except TotalsDiffer:
                self._check_that_it_is_as_hashed(file)
                raise
            self._check_that_it_is_as_hashed(file)
        rate = loaded.rows / (time.monotonic() - began)
        self._resources.tell(
            f"{file.file}: {loaded.rows:,} lines, {len(loaded.rejected):,} rejected, {rate:,.0f} lines a second"
        )
        return loaded

    def _check_that_it_is_as_hashed(self, file: DeclarationFile) -> None:
        """Else the lake would keep lines under the hash of another content: of a file that is being copied, say."""
        if not self._file_hashes.holds_still(file.path, file.source.sha256):
            raise UnusableFile("cannot be read: it changed meanwhile. The next refresh reads it again")

    def _write(
        self,
        connection: duckdb.DuckDBPyConnection,
        cell: Cell,
        wanted: Mapping[str, DeclarationFile],
        tables: Mapping[str, str],
    ) -> None:
        """Write a month of the lake from the staged files, and see that it adds up to what they said."""
        path = self._path(cell, wanted)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}")
        used = {file.key: file for file in wanted.values()}.values()
        self._map_codes(connection, cell, used)
        # To sort takes as long as to read and check. Two files are joined by hash: of their order nothing is left.
        in_order = len(used) == 1 and all(
            values_lie_together(connection, self._staged(file), f"c{file.meanings.index('commodity_code')}")
            for file in used
        )
        lines = _lines(cell, wanted, tables, order="" if in_order else "ORDER BY commodity_id, partner_id, region_id")
        connection.execute(
            f"""COPY ({lines}) TO {literal(str(draft))}
            (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL {_COMPRESSION_LEVEL}, ROW_GROUP_SIZE 250000)"""
        )
        try:
            self._check_totals(connection, cell, wanted, draft)
        except TotalsDiffer:
            draft.unlink()
            raise
        seal(draft, path.name)
        remove(path)  # one that is damaged, or no file at all
        draft.replace(path)
        self._written.add(path)

    def _map_codes(self, connection: duckdb.DuckDBPyConnection, cell: Cell, files: Collection[DeclarationFile]) -> None:
        """Make a table for each code list: a cell as it was read, the code that it is, and the id of that.

        Of two files one may be in another encoding: its cells are others, the codes are the same.
        """
        mapped = [one for file in files for one in self._mapped(file)]
        ids = {(one.list, one.code): one.id for _, one in mapped}
        codes = {(one.list, read): one.code for read, one in mapped}
        reporter, _, _ = cell
        for name in (*CODED, "unit"):
            rows = [(read, code, ids[name, code]) for (of, read), code in codes.items() if of == name]
            whole = reporter if name == "region" else WHOLE.get(name)  # what a line without a code is about
            make_code_table(connection, name, [*rows, (None, None, whole)])

    def _check_totals(
        self, connection: duckdb.DuckDBPyConnection, cell: Cell, wanted: Mapping[str, DeclarationFile], draft: Path
    ) -> None:
        """Raise TotalsDiffer where a month as it was written does not add up to what its files say."""
        sums = ", ".join(f"sum({value})" for value in VALUES)
        ((rows, *sums_written),) = connection.execute(
            f"SELECT count(*), {sums} FROM read_parquet({literal(str(draft))})"
        ).fetchall()
        reporter, flow, month = cell
        for value, written in zip(VALUES, sums_written, strict=True):
            if value not in wanted:
                continue
            totals = self._totals(wanted[value], cell)
            if written != getattr(totals, value):
                raise TotalsDiffer(
                    f"{reporter} {flow} {month:%Y-%m}: {value} adds up to {getattr(totals, value)} in "
                    f"{wanted[value].file} and to {written} in the lake"
                )
            # Of two files the lines of one subject become one.
            if len(wanted) == 1 and rows != totals.rows:
                raise TotalsDiffer(
                    f"{reporter} {flow} {month:%Y-%m}: {totals.rows:,} lines are in {wanted[value].file} and {rows:,} "
                    "in the lake"
                )

    def _stored(self, cell: Cell, wanted: Mapping[str, DeclarationFile]) -> StoredMonth:
        path = self._path(cell, wanted)
        ((rows,),) = self._connection.execute(
            "SELECT sum(num_rows) FROM parquet_file_metadata(?)", [str(path)]
        ).fetchall()
        cny, usd = wanted.get("value_cny"), wanted.get("value_usd")
        reporter, flow, month = cell
        return StoredMonth(
            reporter_id=reporter,
            flow=flow,
            month=month,
            path=str(path),
            lines_key=self._key(wanted),
            rows=int(rows),
            value_cny=self._totals(cny, cell).value_cny if cny else None,
            value_usd=self._totals(usd, cell).value_usd if usd else None,
            value_cny_source_id=cny.source.source_id if cny else None,
            value_usd_source_id=usd.source.source_id if usd else None,
        )

    def _mapped(self, file: DeclarationFile) -> list[tuple[str, CodeName]]:
        """The codes of a file, as they were read, and what the code lists make of each."""
        return [
            (read, CodeName(list=name, code=code, name=text, id=self._id(file, name, code, text)))
            for name, entries in self._known[file.key].codes.items()
            for read, code, text in entries
        ]

    def _code_ids(self, file: DeclarationFile) -> str:
        """A hash of what the code lists make of a file's codes."""
        if file.key not in self._code_hashes:
            said = "\n".join(f"{one.list} {one.code} {one.id}" for _, one in self._mapped(file))
            self._code_hashes[file.key] = hashlib.sha256(said.encode()).hexdigest()
        return self._code_hashes[file.key]

    def _id(self, file: DeclarationFile, name: str, code: str, text: str) -> str:
        if name == "commodity":
            return code
        if name == "unit":
            return self._codes.unit_named(code) or code  # a unit that no list knows is its own name
        if name == "trade_mode":
            return self._codes.trade_mode_of(code, text)
        if not file.layout.is_known_by_name:
            return self._codes.numeric_countries.get(code.zfill(3), UNMAPPED)
        region_id = file.source.region_id if name == "region" else ""
        return self._codes.resolve(name, text or code, region_id=region_id)


def _currency(file: DeclarationFile) -> str:
    return "usd" if "value_usd" in file.meanings else "cny"


@contextmanager
def _scratch(folder: Path, resources: Resources) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection, and an empty folder for lines between file and lake that is gone afterwards."""
    scratch = folder / _SCRATCH
    remove(scratch)  # of an update that was cut off
    scratch.mkdir(parents=True)
    try:
        with duckdb.connect() as connection:
            connection.execute(f"SET memory_limit = {literal(resources.memory_limit)}")
            connection.execute(f"SET threads = {resources.threads}")
            connection.execute(f"SET temp_directory = {literal(str(scratch))}")
            connection.execute("SET preserve_insertion_order = false")
            yield connection
    finally:
        shutil.rmtree(scratch)


def make_code_table(
    connection: duckdb.DuckDBPyConnection, name: str, rows: Sequence[tuple[str | None, str | None, str | None]]
) -> None:
    """Make the table `<name>_codes` of `read`, `code` and `id`.

    Code and id are ENUMs: of those DuckDB writes the same Parquet file as of text in less than half the time, since it
    need not look up each cell among those before it. Only the bounds of a row group are wider: those of the whole file.
    """
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE mapped AS SELECT unnest(CAST($1 AS VARCHAR[])) AS read,
        unnest(CAST($2 AS VARCHAR[])) AS code, unnest(CAST($3 AS VARCHAR[])) AS id""",
        [list(column) for column in zip(*rows, strict=True)],
    )
    types = {}
    for column, values in (("code", {row[1] for row in rows}), ("id", {row[2] for row in rows})):
        types[column] = f"{name}_{column}" if len(values) <= _MOST_VALUES_OF_AN_ENUM else "VARCHAR"
        if types[column] != "VARCHAR":
            connection.execute(
                f"""CREATE OR REPLACE TEMP TYPE {types[column]} AS ENUM (
                SELECT DISTINCT {column} FROM mapped WHERE {column} IS NOT NULL ORDER BY {column})"""
            )
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE {name}_codes AS
        SELECT read, CAST(code AS {types["code"]}) AS code, CAST(id AS {types["id"]}) AS id FROM mapped"""
    )


def _lines(cell: Cell, wanted: Mapping[str, DeclarationFile], tables: Mapping[str, str], *, order: str) -> str:
    """SQL of the lines of a month in the columns of the lake."""
    reporter, flow, month = cell
    cny, usd = wanted.get("value_cny"), wanted.get("value_usd")
    read = {
        **{f"{name}_id": f"{name}_codes.id" for name in CODED},
        **{f"{name}_code": f"{name}_codes.code" for name in CODED if name != "commodity"},  # the code is the id
        **{unit: f"{unit}_codes.id" for unit in UNITS},
    }
    keys = ", ".join(f"{expression} AS {column}" for column, expression in read.items())
    joins = "\n".join(
        (
            *(f"JOIN {name}_codes ON staged.{name}_code IS NOT DISTINCT FROM {name}_codes.read" for name in CODED),
            *(
                f"JOIN unit_codes AS {unit}_codes ON staged.{unit} IS NOT DISTINCT FROM {unit}_codes.read"
                for unit in UNITS
            ),
        )
    )
    staged = [
        f"""SELECT {keys}, quantity, second_quantity, value_cny, value_usd, {str(file is cny).lower()} AS is_cny
        FROM {tables[file.key]} AS staged {joins}
        WHERE reporter_id = {literal(reporter)} AND flow = {literal(flow)} AND month = DATE '{month}'"""
        for file in {file.key: file for file in (cny, usd) if file}.values()
    ]
    lines = staged[0]
    if len(staged) > 1:
        # The same lines twice, each with one currency: quantities are taken once.
        quantities = ", ".join(
            f"coalesce(sum({name}) FILTER (is_cny), sum({name}) FILTER (NOT is_cny)) AS {name}"
            for name in ("quantity", "second_quantity")
        )
        lines = f"""SELECT {", ".join(read)}, {quantities}, sum(value_cny) FILTER (is_cny) AS value_cny,
            sum(value_usd) FILTER (NOT is_cny) AS value_usd FROM ({" UNION ALL ".join(staged)}) GROUP BY ALL"""
    columns = {
        **{name: name for name in read},
        # As text: by its bounds in each row group readers skip the others.
        "commodity_id": "CAST(commodity_id AS VARCHAR)",
        "flow": _constant(flow),
        "period_start": f"DATE '{month}'",
        "period_end": f"last_day(DATE '{month}')",
        "reporter_id": _constant(reporter),
        "value_cny_source_id": _constant(cny.source.source_id) if cny else "CAST(NULL AS VARCHAR)",
        "value_usd_source_id": _constant(usd.source.source_id) if usd else "CAST(NULL AS VARCHAR)",
    }
    selected = ", ".join(
        f"{columns.get(name, f'CAST({name} AS {sql_type})')} AS {name}" for name, sql_type in LINE_TYPES.items()
    )
    return f"SELECT {selected} FROM ({lines} {order}) AS lines"  # constants are not sorted


def _constant(text: str) -> str:
    """SQL of one text for all lines: an ENUM, as in `make_code_table`."""
    return f"CAST({literal(text)} AS ENUM ({literal(text)}))"


def values_lie_together(connection: duckdb.DuckDBPyConnection, path: Path, column: str) -> bool:
    """Whether a reader of one value of a column skips most of a Parquet file as it is, without its being sorted.

    Judged by the bounds that the file keeps of each of its row groups: in how many of them, on average, what one begins
    with may stand.
    """
    row = connection.execute(
        """WITH groups AS (
            SELECT stats_min_value AS low, stats_max_value AS high FROM parquet_metadata($1) WHERE path_in_schema = $2)
        SELECT (SELECT bool_and(low IS NOT NULL AND high IS NOT NULL) FROM groups)
            AND (SELECT count(*) FROM groups AS own JOIN groups AS other ON own.low BETWEEN other.low AND other.high)
            <= $3 * (SELECT count(*) FROM groups)""",
        [str(path), column, _MOST_GROUPS_OF_A_VALUE],
    ).fetchone()
    return bool(row and row[0])


def _manifest(folder: Path, key: str) -> Path:
    return folder / "files" / f"{key}-{VERSION}.json"


def _remember(folder: Path, loaded: LoadedFile) -> None:
    path = _manifest(folder, loaded.file_key)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}")
    draft.write_text(json.dumps(loaded, default=_plain, ensure_ascii=False), encoding="utf-8")
    seal(draft, path.name)
    remove(path)
    draft.replace(path)


def _plain(value: object) -> object:
    """A value of a manifest as JSON has it; not by `asdict`, which copies each of thousands of codes."""
    if is_dataclass(value):
        return {one.name: getattr(value, one.name) for one in fields(value)}
    return str(value)


def _remembered(folder: Path, file: DeclarationFile) -> LoadedFile | None:
    """What is known of a file that was read before; None where it is to be read."""
    path = _manifest(folder, file.key)
    try:
        if not is_as_sealed(path):
            return None
        said = json.loads(path.read_text(encoding="utf-8"))
        return LoadedFile(
            file_key=said["file_key"],
            rows=said["rows"],
            passed_over=said["passed_over"],
            months=[
                MonthTotals(
                    reporter_id=one["reporter_id"],
                    flow=one["flow"],
                    month=datetime.date.fromisoformat(one["month"]),
                    rows=one["rows"],
                    value_cny=None if one["value_cny"] is None else Decimal(one["value_cny"]),
                    value_usd=None if one["value_usd"] is None else Decimal(one["value_usd"]),
                )
                for one in said["months"]
            ],
            codes={name: [tuple(entry) for entry in entries] for name, entries in said["codes"].items()},
            rejected=[Rejection(**{**one, "file": file.file}) for one in said["rejected"]],
        )
    except (OSError, ValueError, KeyError, TypeError):  # not there, or damaged: the file is read again
        return None
