"""What the tests of customs tables share: writing files as customs publish them, and loading them into a lake."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import duckdb
import pytest
import yaml

from orchestration.codes import CodeLists
from orchestration.customs import LINE_TYPES, Lake, Resources, lines_of, unused_files, update_lake
from orchestration.hashing import FileHashes

HEADER = (
    "商品编码", "商品名称", "贸易伙伴编码", "贸易伙伴名称", "贸易方式编码", "贸易方式名称", "注册地编码", "注册地名称",
    "第一数量", "第一计量单位", "第二数量", "第二计量单位", "人民币",
)  # fmt: skip
#: Wheat to Kazakhstan, by a trader of Xinjiang.
WHEAT = (
    "10019900",
    "小麦",
    "145",
    "哈萨克斯坦",
    "10",
    "一般贸易",
    "65",
    "新疆维吾尔自治区",
    "1200",
    "千克",
    "-",
    "-",
    "3600",
)
FRUIT = (
    "08109090",
    "其他鲜果",
    "137",
    "吉尔吉斯斯坦",
    "19",
    "边境小额贸易",
    "65",
    "新疆维吾尔自治区",
    "5",
    "千克",
    "-",
    "-",
    "100",
)
SIDECAR = {
    "title": "Invented lines of a test",
    "publisher": "Nobody",
    "published_date": "2023-02-20",
    "flow": "export",
    "month": "2023-01",
}

Lines = Sequence[Sequence[str]]


class CustomsFolder:
    """raw/customs of a test, and the lake beside it."""

    def __init__(self, folder: Path, codes: CodeLists) -> None:
        self.raw = folder / "raw" / "customs"
        self.lake_dir = folder / "warehouse" / "customs"
        self.raw.mkdir(parents=True)
        self._codes = codes
        self._hashes = folder / "hashes.json"
        self.told: list[str] = []

    def write(self, name: str, content: str | bytes, encoding: str = "utf-8", **sidecar: object) -> Path:
        """Write a file and its sidecar: SIDECAR with what is given; None takes a field out."""
        path = self.raw / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        stem = name
        for ending in (".csv.gz", ".csv", ".zip", ".parquet", ".json"):
            stem = stem.removesuffix(ending)
        fields = {key: value for key, value in {**SIDECAR, **sidecar}.items() if value is not None}
        (self.raw / f"{stem}.yml").write_text(yaml.safe_dump(fields, allow_unicode=True))
        return path

    def load(self, tell: Callable[[str], None] | None = None) -> Lake:
        """Bring the lake up to date."""
        return update_lake(
            self.raw,
            self.lake_dir,
            self._codes,
            FileHashes(self._hashes),
            Resources("1GiB", 2, tell or self.told.append),
        )

    def unused(self) -> list[str]:
        """Names of what the lake remembers for nothing."""
        return [path.name for path in unused_files(self.raw, self.lake_dir, self._codes, FileHashes(self._hashes))]

    def lines(self, lake: Lake) -> list[dict[str, object]]:
        """The lines of the lake, as dictionaries."""
        with duckdb.connect() as connection:
            rows = connection.execute(
                f"{lines_of(lake.months)} ORDER BY period_start, commodity_id, partner_id, value_cny"
            ).fetchall()
        return [dict(zip(LINE_TYPES, row, strict=True)) for row in rows]


@pytest.fixture
def customs(tmp_path: Path, codes: CodeLists) -> CustomsFolder:
    return CustomsFolder(tmp_path, codes)


def text_of(lines: Lines, header: Sequence[str] = HEADER, *, end: str = "\n", last: str = ",") -> str:
    """A file as customs' query writes it: a comma behind the last column, quotation marks where a cell has a comma."""
    rows = [header, *lines]
    return "".join(",".join(f'"{cell}"' if "," in cell else cell for cell in row) + last + end for row in rows)


def changed(line: Sequence[str], **cells: str) -> list[str]:
    """A line with other cells: `changed(WHEAT, value="5")`."""
    places: Mapping[str, int] = {
        "commodity": 0, "commodity_name": 1, "partner": 2, "partner_name": 3, "mode": 4, "mode_name": 5, "region": 6,
        "region_name": 7, "quantity": 8, "unit": 9, "value": 12,
    }  # fmt: skip
    line = list(line)
    for name, cell in cells.items():
        line[places[name]] = cell
    return line


def zipped(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content)
