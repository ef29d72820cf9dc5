"""What of the warehouse is not kept any more: publications beyond those to keep, and lake files that nothing names.

Nothing here asks what time it is: a clock that is wrong removes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from orchestration.hashing import SEAL_SUFFIX, remove
from orchestration.settings import Settings
from orchestration.warehouse.published import (
    DAMAGED_SUFFIX,
    WITHDRAWN_SUFFIX,
    KeptPublication,
    NothingPublished,
    kept_publications,
    open_published,
    publication_row,
)

#: Digits of a publication's id that say in which month it was made.
_MONTH_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something that is kept no longer: what it is, its name, its bytes on disk, and how it is removed."""

    kind: str  # publication, mark, damaged, lines, manifest, draft, run
    name: str
    bytes: int
    remove: Callable[[], None]


def leftovers(settings: Settings) -> list[Leftover]:
    """What of publications and lines is to go, in the order in which it must: the caller holds the warehouse lock.

    Publications go before the lines that only they are made of, and each before its mark, so that whoever is cut off
    on the way leaves no publication without its lines, and none that has forgotten that it was withdrawn.
    """
    kept = kept_publications(settings.publications_dir)
    staying = _staying(settings, kept)
    going = [one for one in kept if one not in staying]
    names = {one.publication_id for one in staying}
    marks = sorted(settings.publications_dir.glob(f"*{WITHDRAWN_SUFFIX}"))
    damaged = sorted(settings.publications_dir.glob(f"*{DAMAGED_SUFFIX}"))
    return [
        *(of_file("publication", one.path) for one in going),
        *(of_file("mark", mark) for mark in marks if mark.stem not in names),
        *(of_file("damaged", path) for path in damaged if names and path.stem < min(names)),
        *_unused_lines(settings, staying),
    ]


def of_file(kind: str, path: Path) -> Leftover:
    """A file that is to go."""
    return Leftover(kind, path.name, path.stat().st_size, partial(remove, path))


def remove_all(found: Iterable[Leftover]) -> None:
    """Remove one after the other, in their order."""
    for one in found:
        one.remove()


def run_ids(settings: Settings) -> set[str]:
    """The runs that made the kept publications, as far as those can be read."""
    found: set[str] = set()
    for one in kept_publications(settings.publications_dir):
        try:
            row = publication_row(one.path) or {}
        except NothingPublished:  # of a later version: nothing is known of it
            continue
        found.add(str(row.get("run_id")))
    return found


def _staying(settings: Settings, kept: Sequence[KeptPublication]) -> list[KeptPublication]:
    """The last ones, the last of each of the last months in which any was made, and the current one."""
    last_of_month = {one.publication_id[:_MONTH_DIGITS]: one.publication_id for one in kept}
    months = sorted(last_of_month)[-settings.kept_months :] if settings.kept_months else []
    names = {one.publication_id for one in kept[-settings.kept_publications :]}
    names |= {last_of_month[month] for month in months}
    names.add(_current_id(settings.published_database, kept))
    return [one for one in kept if one.publication_id in names]


def _current_id(current: Path, kept: Sequence[KeptPublication]) -> str:
    """The id of the current publication, also where the file system knows no hard links; empty where there is none."""
    if not current.exists():
        return ""
    for one in reversed(kept):
        if one.path.samefile(current):
            return one.publication_id
    return str((publication_row(current) or {}).get("publication_id", ""))


def _unused_lines(settings: Settings, staying: Sequence[KeptPublication]) -> Iterator[Leftover]:
    """Files of the lake that neither a kept publication nor the working warehouse is made of.

    Where one of them cannot be read, nobody knows what it is made of, and all stay.
    """
    lines = settings.lake_dir / "lines"
    if not lines.is_dir():
        return
    used: set[str] = set()
    try:
        for one in staying:
            used |= named_lines(one.path)
        if settings.working_database.exists():
            with duckdb.connect(str(settings.working_database), read_only=True) as connection:
                used |= _named_by(connection, "raw", "customs_months")
    except (duckdb.Error, NothingPublished):
        return
    for file in sorted(lines.iterdir()):
        if file.name.removesuffix(SEAL_SUFFIX) not in used:
            yield of_file("lines", file)


def named_lines(publication: Path) -> set[str]:
    """Names of the lake files that a publication is made of. Raises duckdb.Error, PublishedByOther."""
    with open_published(publication) as connection:
        return _named_by(connection, "metadata", "lake_files")


def _named_by(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> set[str]:
    """Names of the lake files in a table's column `path`; none where there is no such table: it knows no lake."""
    is_there = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = ? AND table_name = ?",
        [schema, table],
    ).fetchone()
    if not is_there:
        return set()
    return {Path(path).name for (path,) in connection.execute(f"SELECT path FROM {schema}.{table}").fetchall()}
