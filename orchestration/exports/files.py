"""The files of an export: their formats, what is known of each, and putting a whole folder in place at once."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from filelock import FileLock

from orchestration.exports.description import ExportRefused

DATA_PACKAGE = "datapackage.json"
CATALOGUE = "catalogue.jsonld"
#: The property of the data package that tells an export from a folder of somebody's own.
MARK = "customhouse"


class Format(StrEnum):
    """What can be written."""

    parquet = "parquet"
    csv = "csv"
    xlsx = "xlsx"
    sdmx_csv = "sdmx-csv"
    sdmx_ml = "sdmx-ml"


MEDIA_TYPES = {
    Format.parquet: "application/vnd.apache.parquet",
    Format.csv: "text/csv",
    Format.xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.sdmx_csv: "application/vnd.sdmx.data+csv;version=2.0.0",
    Format.sdmx_ml: "application/vnd.sdmx.structurespecificdata+xml;version=2.1",
}
STRUCTURE_MEDIA_TYPE = "application/vnd.sdmx.structure+xml;version=2.1"


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """One file: `path` inside the export; `table` where it holds one table of the marts, and nothing else."""

    path: str
    title: str
    format: Format
    media_type: str
    bytes: int
    sha256: str
    table: str | None = None


def exported_file(
    folder: Path, path: str, title: str, format: Format, *, table: str | None = None, media_type: str | None = None
) -> ExportedFile:
    """What is known of a file that was written: its size and hash, too."""
    with (folder / path).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = (folder / path).stat().st_size
    return ExportedFile(path, title, format, media_type or MEDIA_TYPES[format], size, digest, table)


@contextmanager
def replacing_folder(output: Path) -> Iterator[Path]:
    """A draft folder beside `output` that takes its place when the block ends well; else it is removed.

    Whoever opens a file of the former export keeps reading it. Two exports to one folder wait for one another.
    Raises ExportRefused where `output` holds what no export has written.
    """
    output = output.absolute()
    refuse_what_is_not_ours(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    draft = output.with_name(f".{output.name}.draft")
    former = output.with_name(f".{output.name}.former")
    with FileLock(output.with_name(f".{output.name}.lock")):
        for leftover in (draft, former):  # of an export that was killed
            if leftover.exists():
                shutil.rmtree(leftover)
        draft.mkdir()
        try:
            yield draft
            refuse_what_is_not_ours(output)
            if output.exists():
                output.rename(former)
            draft.rename(output)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        shutil.rmtree(former, ignore_errors=True)


def refuse_what_is_not_ours(output: Path) -> None:
    """Raise ExportRefused where `output` holds a file that its own data package does not list: it would be lost."""
    if not output.exists():
        return
    if not output.is_dir():
        raise ExportRefused(f"{output} is a file: an export is a folder")
    found = {path.relative_to(output).as_posix() for path in output.rglob("*") if not path.is_dir()}
    strange = sorted(found - _listed(output / DATA_PACKAGE))
    if strange:
        raise ExportRefused(
            f"{output} holds {strange[0]}, which no export has written, and an export replaces the whole folder: "
            "name another folder with --output, or move the file away"
        )


def _listed(descriptor: Path) -> set[str]:
    try:
        package = json.loads(descriptor.read_text(encoding="utf-8"))
        if MARK not in package:
            return set()
        return {DATA_PACKAGE, CATALOGUE, *(resource["path"] for resource in package["resources"])}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
