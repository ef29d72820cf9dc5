"""Customs tables: exports of declarations in raw/customs, read by DuckDB into a lake of monthly Parquet files."""

from orchestration.customs.files import KIND
from orchestration.customs.lake import (
    LINE_TYPES,
    CodeName,
    FileMonth,
    Lake,
    Resources,
    StoredMonth,
    lines_of,
    unused_files,
    update_lake,
)
from orchestration.customs.loading import TotalsDiffer

__all__ = [
    "KIND",
    "LINE_TYPES",
    "CodeName",
    "FileMonth",
    "Lake",
    "Resources",
    "StoredMonth",
    "TotalsDiffer",
    "lines_of",
    "unused_files",
    "update_lake",
]
