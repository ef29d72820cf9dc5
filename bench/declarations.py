"""Synthetic declarations in the layout of China's customs, for benchmarks and nothing else: every line says so itself.

`python -m bench.declarations FOLDER --rows 1000000` writes one file a month, flow and currency with its sidecar. Trade
is sparse and skewed as real trade is: few goods, partners and provinces have most of the lines, and what is traded once
is traded again in most months. The same arguments write the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import datetime
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.settings import PROJECT_DIR

SEEDS = PROJECT_DIR / "dbt_project" / "seeds"
LABEL = "合成数据"  # synthetic data
COMMODITIES = 2_000
PARTNERS = 200
#: The share of all series that trade in a month.
PRESENT = 0.6
CURRENCIES = {"cny": ("人民币", 1.0), "usd": ("美元", 0.1449)}
HEADER = (
    "商品编码,商品名称,贸易伙伴编码,贸易伙伴名称,贸易方式编码,贸易方式名称,注册地编码,注册地名称,"
    "第一数量,第一计量单位,第二数量,第二计量单位"
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write: so many lines over all files of a currency, spread over months and both flows."""

    rows: int
    months: int = 36
    first_month: datetime.date = datetime.date(2021, 1, 1)
    currencies: tuple[str, ...] = ("cny",)
    encoding: str = "utf-8"
    flows: tuple[str, ...] = ("export", "import")
    is_shuffled: bool = False  # lines come in the order of their codes otherwise

    def month(self, number: int) -> datetime.date:
        """The first day of a month, counted from 0."""
        months = self.first_month.year * 12 + self.first_month.month - 1 + number
        return datetime.date(months // 12, months % 12 + 1, 1)


def main() -> None:
    """Write what was asked for."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("folder", type=Path)
    ask.add_argument("--rows", type=int, default=1_000_000, help="lines of one currency (default 1,000,000)")
    ask.add_argument("--months", type=int, default=36)
    ask.add_argument("--encoding", choices=["utf-8", "gb18030"], default="utf-8")
    ask.add_argument("--currencies", default="cny", help="cny, usd or cny,usd")
    said = ask.parse_args()
    plan = Plan(said.rows, said.months, currencies=tuple(said.currencies.split(",")), encoding=said.encoding)
    for path in write_declarations(said.folder, plan):
        print(path)


def write_declarations(folder: Path, plan: Plan, *, months: range | None = None) -> list[Path]:
    """Write the files of a plan, or of some of its months, with their sidecars; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with duckdb.connect() as connection:
        _write_lists(connection)
        for flow in plan.flows:
            _draw_series(connection, plan.rows // plan.months // len(plan.flows), flow)
            for number in months or range(plan.months):
                _draw_lines(connection, number)
                for currency in plan.currencies:
                    path = folder / f"synthetic-{plan.month(number):%Y-%m}-{flow}-{currency}.csv"
                    _write_file(connection, path, plan, currency)
                    _write_sidecar(path, plan.month(number), flow)
                    written.append(path)
    return written


def _write_lists(connection: duckdb.DuckDBPyConnection) -> None:
    """The codes that lines are drawn from."""
    headings = [row["commodity_id"] for row in _rows("commodities.csv") if row["level"] == "heading"]
    connection.execute("CREATE TABLE goods (number INTEGER, code VARCHAR, unit VARCHAR)")
    connection.executemany(
        "INSERT INTO goods VALUES (?, ?, ?)",
        [
            (number, f"{headings[number * 7 % len(headings)]}{number // len(headings)}{number % 9}00", unit)
            for number in range(COMMODITIES)
            for unit in (("千克", "台", "件", "双")[number % 4],)
        ],
    )
    for table, names in (
        ("partners", [(row["numeric_code"], row["name_zh"]) for row in _rows("countries.csv")][:PARTNERS]),
        ("modes", [(row["customs_code"], row["name_zh"]) for row in _rows("trade_modes.csv") if row["customs_code"]]),
        (
            "provinces",
            [(f"{11 + i}", row["name_zh"]) for i, row in enumerate(_rows("china_divisions.csv")) if _is_province(row)][
                :31
            ],
        ),
    ):
        connection.execute(f"CREATE TABLE {table} (number INTEGER, code VARCHAR, name VARCHAR)")
        connection.executemany(
            f"INSERT INTO {table} VALUES (?, ?, ?)", [(i, code, name) for i, (code, name) in enumerate(names)]
        )


def _is_province(row: dict[str, str]) -> bool:
    return row["kind"] in ("province", "municipality", "autonomous region") or row["region_id"].startswith("CN-")


def _draw_series(connection: duckdb.DuckDBPyConnection, lines: int, flow: str) -> None:
    """What is traded at all in a flow: more series than one month has lines, and how large and how frequent each is."""

    def drawn(salt: int, size: str, power: float) -> str:
        return f"CAST(floor(({size}) * power((hash(i, '{flow}', {salt}) % 1000003) / 1000003.0, {power})) AS INTEGER)"

    connection.execute(
        f"""CREATE OR REPLACE TABLE series AS SELECT commodity, partner, mode, province, min(i) AS number,
            power(10, 2 + (hash(min(i), '{flow}', 5) % 6000) / 1000.0) AS size
        FROM (SELECT i, {drawn(1, str(COMMODITIES), 2.2)} AS commodity,
            {drawn(2, "SELECT count(*) FROM partners", 2.0)} AS partner,
            {drawn(3, "SELECT count(*) FROM modes", 3.0)} AS mode,
            {drawn(4, "SELECT count(*) FROM provinces", 1.7)} AS province
            FROM range({int(lines / PRESENT * 1.2)}) AS numbers(i))
        GROUP BY ALL ORDER BY number LIMIT {int(lines / PRESENT)}"""
    )


def _draw_lines(connection: duckdb.DuckDBPyConnection, month: int) -> None:
    """The lines of one month: the series that trade in it, each about as large as it always is."""

    def drawn(salt: int) -> str:
        return f"(hash(number, {month}, {salt}) % 1000003) / 1000003.0"

    connection.execute(
        f"""CREATE OR REPLACE TABLE drawn AS SELECT commodity, partner, mode, province,
            CAST(floor(size * (0.5 + {drawn(5)}) / 30) AS BIGINT) AS quantity,
            CAST(ceil(size * (0.5 + {drawn(7)})) AS BIGINT) AS value
        FROM series WHERE {drawn(3)} < {PRESENT}"""
    )


def _write_file(connection: duckdb.DuckDBPyConnection, path: Path, plan: Plan, currency: str) -> None:
    """Write the lines that were drawn, in one currency."""
    column, rate = CURRENCIES[currency]
    body = path.with_name(f".{path.name}")
    connection.execute(
        f"""COPY (
            SELECT goods.code || chr(9), '{LABEL}商品' || goods.number, partners.code || chr(9), partners.name,
                modes.code || chr(9), modes.name, provinces.code || chr(9), provinces.name,
                CASE WHEN quantity = 0 THEN '-' ELSE format('{{:,}}', quantity) END, goods.unit || chr(9), '-', '-',
                format('{{:,}}', CAST(round(value * {rate}) AS BIGINT)), ''
            FROM drawn JOIN goods ON commodity = goods.number JOIN partners ON partner = partners.number
            JOIN modes ON mode = modes.number JOIN provinces ON province = provinces.number
            ORDER BY {"hash(drawn)" if plan.is_shuffled else "goods.code, partners.code, modes.code, provinces.code"}
        ) TO '{body}' (FORMAT csv, HEADER false, DELIMITER ',', QUOTE '"')"""
    )
    with path.open("wb") as file, body.open("rb") as lines:
        file.write(f"{HEADER},{column},\n".encode(plan.encoding))
        while block := lines.read(1 << 24):
            block += lines.readline()
            file.write(block if plan.encoding == "utf-8" else block.decode("utf-8").encode(plan.encoding))
    body.unlink()


def _write_sidecar(path: Path, month: datetime.date, flow: str) -> None:
    published = month + datetime.timedelta(days=50)
    path.with_suffix(".yml").write_text(
        f"title: {LABEL} (synthetic declarations of a benchmark)\npublisher: nobody\npublished_date: {published}\n"
        f"flow: {flow}\nmonth: {month:%Y-%m}\nnote: invented, for benchmarks only\n",
        encoding="utf-8",
    )


def _rows(name: str) -> list[dict[str, str]]:
    with (SEEDS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main()
