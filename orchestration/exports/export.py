"""One export from beginning to end: open the published file, write what was asked for, describe it, put it in place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.exports import tables as flat
from orchestration.exports.catalogue import catalogue
from orchestration.exports.data_package import data_package
from orchestration.exports.description import Description, ExportRefused, Publication, read_description
from orchestration.exports.files import (
    CATALOGUE,
    DATA_PACKAGE,
    STRUCTURE_MEDIA_TYPE,
    ExportedFile,
    Format,
    exported_file,
    refuse_what_is_not_ours,
    replacing_folder,
)
from orchestration.exports.workbook import refuse_what_does_not_fit, write_workbook
from orchestration.progress import Progress
from orchestration.settings import Settings
from orchestration.sql import literal
from orchestration.warehouse.published import open_published

_SDMX = (Format.sdmx_csv, Format.sdmx_ml)


@dataclass(frozen=True, slots=True)
class Export:
    """What was written where."""

    folder: Path
    publication: Publication
    files: tuple[ExportedFile, ...]


def export(
    settings: Settings, formats: Sequence[Format], output: Path, progress: Progress, *, wanted: Sequence[str] = ()
) -> Export:
    """Write the tables `wanted` (all where none is named) of the published file into the folder `output`.

    The folder takes the place of an earlier export as a whole, and only once all is written. Raises ExportRefused,
    NothingPublished, duckdb.Error, OSError; then nothing has changed.
    """
    refuse_what_is_not_ours(output.absolute())
    with open_published(settings.published_database) as connection:
        description = read_description(connection, wanted)
        if Format.xlsx in formats:
            refuse_what_does_not_fit(description.tables)
        if set(formats) <= set(_SDMX) and not _observed(description):
            raise ExportRefused(f"SDMX carries {', '.join(_sdmx_tables())}: name one of them with --table, or none")
        with replacing_folder(output) as draft:
            connection.execute(f"SET memory_limit = {literal(settings.memory_limit)}")
            connection.execute(f"SET threads = {settings.threads}")
            connection.execute(f"SET temp_directory = {literal(str(draft / '.temporary'))}")
            files: list[ExportedFile] = []
            for format in Format:
                if format in formats:
                    with progress.step(f"write {format}"):
                        files += _written(connection, format, description, draft, progress)
            _write_json(draft / CATALOGUE, catalogue(description, files))
            _write_json(draft / DATA_PACKAGE, data_package(description, files))
            connection.close()  # before its temporary folder goes to another place
    return Export(output, description.publication, tuple(files))


def _written(
    connection: duckdb.DuckDBPyConnection,
    format: Format,
    description: Description,
    draft: Path,
    progress: Progress,
) -> list[ExportedFile]:
    if format in _SDMX:
        return _written_sdmx(connection, format, description, draft, progress)
    if format is Format.xlsx:
        path = "customhouse.xlsx"
        write_workbook(connection, description, draft / path, progress.advance)
        return [exported_file(draft, path, "All tables, a sheet each", format)]
    (draft / format.value).mkdir()
    files = []
    for number, table in enumerate(description.tables, 1):
        path = f"{format.value}/{table.name}.{format.value}"
        if format is Format.parquet:
            flat.write_parquet(connection, table, draft / path, description.publication)
        else:
            flat.write_csv(connection, table, draft / path)
        files.append(exported_file(draft, path, f"{table.name} as {_TITLES[format]}", format, table=table.name))
        progress.advance(number, len(description.tables), table.name)
    return files


_TITLES = {Format.parquet: "Parquet", Format.csv: "CSV"}


def _written_sdmx(
    connection: duckdb.DuckDBPyConnection,
    format: Format,
    description: Description,
    draft: Path,
    progress: Progress,
) -> list[ExportedFile]:
    """SDMX data in this format; the structure with the first of both."""
    from orchestration.exports import sdmx_data

    observed = _observed(description)
    if not observed:
        progress.message(f"{format}: left out, since it carries {', '.join(sdmx_data.TABLES)} only")
        return []
    folder = draft / "sdmx"
    files = []
    publication = description.publication
    if not folder.exists():
        folder.mkdir()
        sdmx_data.write_structure(connection, folder / "structure.xml", publication)
        title = "SDMX: data structure and code lists"
        files.append(exported_file(draft, "sdmx/structure.xml", title, Format.sdmx_ml, media_type=STRUCTURE_MEDIA_TYPE))
    total = sdmx_data.observation_count(connection, observed)

    def advance(done: int) -> None:
        progress.advance(done, total, "observations")

    if format is Format.sdmx_csv:
        sdmx_data.write_csv(connection, observed, folder / "observations.csv", publication, advance)
        files.append(exported_file(draft, "sdmx/observations.csv", "SDMX-CSV: levels, growth and shares", format))
        return files
    count = sdmx_data.write_ml(
        connection, observed, lambda number: folder / f"observations-{number}.xml", publication, advance
    )
    for number in range(1, count + 1):
        title = f"SDMX-ML: levels, growth and shares, file {number} of {count}"
        files.append(exported_file(draft, f"sdmx/observations-{number}.xml", title, format))
    return files


def _observed(description: Description) -> list[str]:
    """The exported tables that SDMX carries."""
    return [table.name for table in description.tables if table.name in _sdmx_tables()]


def _sdmx_tables() -> tuple[str, ...]:
    from orchestration.exports.sdmx_data import TABLES

    return TABLES


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
