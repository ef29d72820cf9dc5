"""The data package of an export: `datapackage.json` as Frictionless defines it, made from descriptions alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from orchestration.exports.description import Column, Description, Document, Table
from orchestration.exports.files import CATALOGUE, MARK, ExportedFile, Format
from orchestration.exports.tables import FORMULA_START, GUARD

_TYPES = {"VARCHAR": "string", "DATE": "date", "BOOLEAN": "boolean", "INTEGER": "integer", "BIGINT": "integer"}
_LICENCE_NAME = re.compile(r"[-a-zA-Z0-9._]+")


def data_package(description: Description, files: Sequence[ExportedFile]) -> dict[str, Any]:
    """The descriptor: a resource a file, with schema where the file is a table, and with size and hash."""
    publication = description.publication
    tables = {table.name: table for table in description.tables}
    package: dict[str, Any] = {
        "name": "customhouse",
        "id": publication.publication_id,
        "title": "Customhouse: figures of foreign trade",
        "description": "The marts of one publication of Customhouse. Every figure is an interval, what its printed "
        "digits allow, and leads to the documents that state it.",
        "version": publication.customhouse_version,
        "created": publication.published_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "profile": "data-package",
        MARK: {
            "publication_id": publication.publication_id,
            "published_at": publication.published_at.isoformat(),
            "catalogue": CATALOGUE,
        },
        "sources": [_source(document) for document in description.documents],
        "resources": [_resource(file, tables.get(file.table or "")) for file in files],
    }
    if description.licences:
        package["licenses"] = [
            {"name": licence if _LICENCE_NAME.fullmatch(licence) else "other", "title": licence}
            for licence in description.licences
        ]
    return package


def schema(table: Table) -> dict[str, Any]:
    """The table schema: fields in the order of the columns, and the primary key where none of its columns is null."""
    found: dict[str, Any] = {"fields": [_field(column) for column in table.columns]}
    is_nullable = {column.name: column.is_nullable for column in table.columns}
    if table.key and not any(is_nullable[name] for name in table.key):
        found["primaryKey"] = list(table.key)
    elif table.key:
        found["uniqueKeys"] = [list(table.key)]
    return found


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": _type(column.data_type), "description": column.description}
    if column.unit:
        field["unit"] = column.unit
    if not column.is_nullable:
        field["constraints"] = {"required": True}
        field["missingValues"] = []  # an empty cell is an empty text
    return field


def _type(data_type: str) -> str:
    if data_type.startswith("DECIMAL"):
        return "number"
    if data_type.endswith("[]"):
        return "array"
    return _TYPES.get(data_type, "any")


def _resource(file: ExportedFile, table: Table | None) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "name": file.path.replace("/", "."),
        "title": file.title,
        "path": file.path,
        "format": file.path.rpartition(".")[2],
        "mediatype": file.media_type,
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
    }
    if table:
        resource |= {"description": table.description, "schema": schema(table)}
    if table and file.format is Format.csv:
        resource |= {
            "type": "table",
            "profile": "tabular-data-resource",
            "encoding": "utf-8",
            "rows": table.row_count,
            MARK: {"guard": GUARD, "guarded": FORMULA_START},
        }
    else:
        resource["type"] = "file"  # what Frictionless does not read itself, it checks by size and hash
    return resource


def _source(document: Document) -> dict[str, Any]:
    source: dict[str, Any] = {
        "title": f"{document.publisher}: {document.title} ({document.published_date})",
        "source_id": document.source_id,
    }
    if document.url:
        source["path"] = document.url
    if document.licence:
        source["licence"] = document.licence
    return source
