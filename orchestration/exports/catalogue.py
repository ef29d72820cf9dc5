"""The catalogue of an export: its tables as datasets in DCAT, in the way of DCAT-AP, made from descriptions alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from orchestration.exports.description import Description
from orchestration.exports.files import ExportedFile

_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_LANGUAGES = "http://publications.europa.eu/resource/authority/language/"
_THEME = "http://publications.europa.eu/resource/authority/data-theme/ECON"
_IANA = "https://www.iana.org/assignments/media-types/"
_SHA256 = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"


def catalogue(description: Description, files: Sequence[ExportedFile]) -> dict[str, Any]:
    """The catalogue as JSON-LD. Addresses of files are relative to it; what is in no table has a dataset by title."""
    publication = description.publication
    groups: dict[str, list[ExportedFile]] = {}
    for file in files:
        groups.setdefault(file.table or "", []).append(file)
    datasets = [
        _dataset(description, table.name, table.name, table.description, groups[table.name])
        for table in description.tables
        if table.name in groups
    ]
    if "" in groups:
        datasets.append(
            _dataset(
                description,
                "customhouse",
                "All tables together",
                "Files that hold several tables: the workbook, and levels, growth and shares as SDMX.",
                groups[""],
            )
        )
    return {
        "@context": _CONTEXT,
        "@id": "#catalogue",
        "@type": "dcat:Catalog",
        "dct:title": _text("Customhouse: figures of foreign trade"),
        "dct:description": _text("The marts of one publication, in several formats."),
        "dct:identifier": publication.publication_id,
        "dct:publisher": _publisher(),
        "dct:issued": _time(description),
        "dcat:dataset": datasets,
    }


def _dataset(
    description: Description, name: str, title: str, text: str, files: Sequence[ExportedFile]
) -> dict[str, Any]:
    dataset: dict[str, Any] = {
        "@id": f"#{name}",
        "@type": "dcat:Dataset",
        "dct:title": _text(title),
        "dct:description": _text(text),
        "dct:identifier": f"{description.publication.publication_id}/{name}",
        "dct:publisher": _publisher(),
        "dct:issued": _time(description),
        "dct:language": [{"@id": f"{_LANGUAGES}ENG"}, {"@id": f"{_LANGUAGES}ZHO"}],
        "dcat:theme": {"@id": _THEME},
        "dcat:keyword": [_text("foreign trade"), _text("exports"), _text("imports")],
        "dcat:version": description.publication.customhouse_version,
        "dct:source": [{"@id": url} for url in sorted({one.url for one in description.documents if one.url})],
        "dcat:distribution": [_distribution(file) for file in files],
    }
    if description.first_day and description.last_day:
        dataset["dct:temporal"] = {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": {"@value": description.first_day.isoformat(), "@type": "xsd:date"},
            "dcat:endDate": {"@value": description.last_day.isoformat(), "@type": "xsd:date"},
        }
    if description.licences:
        dataset["dct:rights"] = [
            {"@type": "dct:RightsStatement", "dct:description": _text(licence)} for licence in description.licences
        ]
    return dataset


def _distribution(file: ExportedFile) -> dict[str, Any]:
    return {
        "@id": f"#{file.path}",
        "@type": "dcat:Distribution",
        "dct:title": _text(file.title),
        "dcat:accessURL": {"@id": file.path},
        "dcat:downloadURL": {"@id": file.path},
        "dcat:mediaType": {"@id": _IANA + file.media_type.partition(";")[0]},
        "dcat:byteSize": {"@value": str(file.bytes), "@type": "xsd:nonNegativeInteger"},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": _SHA256},
            "spdx:checksumValue": {"@value": file.sha256, "@type": "xsd:hexBinary"},
        },
    }


def _publisher() -> dict[str, Any]:
    return {"@id": "#customhouse-warehouse", "@type": "foaf:Agent", "foaf:name": "Customhouse"}


def _text(text: str) -> dict[str, str]:
    return {"@value": text, "@language": "en"}


def _time(description: Description) -> dict[str, str]:
    return {"@value": description.publication.published_at.isoformat(), "@type": "xsd:dateTime"}
