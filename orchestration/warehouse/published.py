"""The published warehouse as readers see it: opening it read-only, and which publications are kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

SUFFIX = ".duckdb"
WITHDRAWN_SUFFIX = ".withdrawn"
#: What was found to be damaged and put aside.
DAMAGED_SUFFIX = ".damaged"
#: Digits of the inputs' fingerprint that a publication's id carries.
FINGERPRINT_DIGITS = 16
#: The form of the published file: counted up by a change that makes an earlier program misread it. Files made before it
#: was counted have none, and are of version 0.
SCHEMA_VERSION = 1
#: What DuckDB says of a file that a later version of it wrote.
_OF_LATER_DUCKDB = "newer version of DuckDB"


class NothingPublished(RuntimeError):
    """There is no published warehouse yet."""


class PublishedByOther(NothingPublished):
    """What is published is of another version than this program: it cannot be read, or lacks what is asked of it."""


@dataclass(frozen=True, slots=True, order=True)
class KeptPublication:
    """A kept publication: its id begins with the time (UTC) and ends with the fingerprint of its inputs."""

    publication_id: str
    path: Path

    @property
    def fingerprint(self) -> str:
        """The first digits of the inputs' fingerprint."""
        return self.publication_id.rpartition("-")[2]

    @property
    def is_withdrawn(self) -> bool:
        """Whether a rollback has put it aside: the same inputs are not published again."""
        return self.withdrawn_mark.exists()

    @property
    def withdrawn_mark(self) -> Path:
        """The empty file that marks a publication as withdrawn."""
        return self.path.with_suffix(WITHDRAWN_SUFFIX)


def kept_publications(publications_dir: Path) -> list[KeptPublication]:
    """Oldest first."""
    return sorted(KeptPublication(path.stem, path) for path in publications_dir.glob(f"[0-9]*{SUFFIX}"))


def check_published(path: Path) -> None:
    """Raise NothingPublished where there is no published file."""
    if not path.exists():
        raise NothingPublished(f"{path} does not exist: nothing is published yet. Run `customhouse refresh`")


@contextmanager
def open_published(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published warehouse, read-only, with `marts` and `metadata` on the search path.

    A refresh may replace the file meanwhile: an open reader keeps what it opened. Raises NothingPublished, and
    PublishedByOther for a file of a later version, or for an earlier one that lacks what it is asked.
    """
    check_published(path)
    with _connected(path) as connection:
        version = _refuse_later(connection, path)
        connection.execute("SET search_path = 'marts,metadata'")
        with _lacking_told(path, version):
            yield connection


def publication_row(path: Path) -> dict[str, object] | None:
    """The row of `metadata.publication`, or None where nothing readable is published.

    Raises PublishedByOther for a file of a later version: whoever replaces it would not know what it replaces.
    """
    if not path.exists():
        return None
    try:
        with _connected(path) as connection:
            _refuse_later(connection, path)
            return _row(connection)
    except duckdb.Error:
        return None


@contextmanager
def _connected(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.IOException as problem:
        if _OF_LATER_DUCKDB not in str(problem):
            raise
        raise PublishedByOther(_later(path, f"with a later DuckDB than {duckdb.__version__}")) from problem
    try:
        yield connection
    finally:
        connection.close()


def _row(connection: duckdb.DuckDBPyConnection) -> dict[str, object] | None:
    cursor = connection.execute("SELECT * FROM metadata.publication")
    names = [column[0] for column in cursor.description or ()]
    row = cursor.fetchone()
    return dict(zip(names, row, strict=True)) if row else None


def _refuse_later(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """The version of an open file. Raises PublishedByOther where it is a later one."""
    try:
        row = _row(connection) or {}
    except duckdb.CatalogException:  # no file of ours, or a very early one: what is asked of it will tell
        row = {}
    version = int(str(row.get("schema_version") or 0))
    if version > SCHEMA_VERSION:
        raise PublishedByOther(
            _later(
                path,
                f"by Customhouse {row.get('customhouse_version')}, in version {version} of its schema, "
                f"and this program knows version {SCHEMA_VERSION}",
            )
        )
    return version


def _later(path: Path, how: str) -> str:
    return (
        f"{path} was published {how}. It is neither read nor replaced: use the later program, or go back to an earlier "
        "publication with `customhouse rollback --to` (docs/keeping.md)"
    )


@contextmanager
def _lacking_told(path: Path, version: int) -> Iterator[None]:
    """What an earlier version lacks is told as that: the name alone would look like a defect, or a slip."""
    try:
        yield
    except (duckdb.CatalogException, duckdb.BinderException) as problem:
        if version == SCHEMA_VERSION:
            raise
        raise PublishedByOther(
            f"{str(problem).splitlines()[0].rstrip('.!')}. {path} was published by an earlier version (of its schema "
            f"{version}, and this program writes {SCHEMA_VERSION}), which may lack it: `customhouse refresh` publishes "
            "it anew"
        ) from problem
