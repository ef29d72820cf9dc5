"""The published warehouse as readers see it: opening it read-only, and which publications are kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

SUFFIX = ".duckdb"
WITHDRAWN_SUFFIX = ".withdrawn"
#: Digits of the inputs' fingerprint that a publication's id carries.
FINGERPRINT_DIGITS = 16


class NothingPublished(RuntimeError):
    """There is no published warehouse yet."""


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

    A refresh may replace the file meanwhile: an open reader keeps what it opened. Raises NothingPublished.
    """
    check_published(path)
    connection = duckdb.connect(str(path), read_only=True)
    try:
        connection.execute("SET search_path = 'marts,metadata'")
        yield connection
    finally:
        connection.close()


def publication_row(path: Path) -> dict[str, object] | None:
    """The row of `metadata.publication`, or None where nothing readable is published."""
    try:
        with open_published(path) as connection:
            cursor = connection.execute("SELECT * FROM metadata.publication")
            names = [column[0] for column in cursor.description or ()]
            row = cursor.fetchone()
            return dict(zip(names, row, strict=True)) if row else None
    except (NothingPublished, duckdb.Error):
        return None
