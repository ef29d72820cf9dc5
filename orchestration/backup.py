"""Back-ups of what cannot be made again, raw files and publications with their lake; and restoring them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from orchestration.atomic import sync
from orchestration.bag import Bag, BagDamaged, copied, read_bag, sha256_of, write_bag
from orchestration.hashing import SEAL_SUFFIX
from orchestration.settings import Settings
from orchestration.warehouse.lock import warehouse_lock
from orchestration.warehouse.publication import put_in_place
from orchestration.warehouse.published import NothingPublished, kept_publications, publication_row
from orchestration.warehouse.relocation import relocate
from orchestration.warehouse.retention import named_lines

#: What a bag says of itself beside what every bag does.
_VERSION, _CURRENT = "Customhouse-Version", "Customhouse-Publication"
#: Stands in a warehouse while it is restored: one that was cut off is begun anew.
_MARK = "restore.unfinished"
#: What a warehouse may hold and still be empty: who writes it.
_OF_THE_LOCK = {"writer.lock", "writer.json"}

Tell = Callable[[str], None]


class NotRestored(RuntimeError):
    """A back-up cannot be restored here; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: how many files, which publication stands, and which code lists are others than here."""

    files: int
    publication_id: str
    other_code_lists: tuple[str, ...]


def back_up(settings: Settings, folder: Path, *, tell: Tell) -> Bag:
    """Write a new bag of raw/, code lists, publications and lake.

    The warehouse is held only for as long as it takes to link its files, so a refresh waits for a moment, and what it
    removes afterwards is in the back-up all the same. Raises NotBagged, WarehouseHeld, OSError.
    """
    folder = folder.absolute()
    with _only_one(settings, tell), _linked(settings, tell) as (warehouse, current):
        payload = {
            **_below(settings.raw_dir, "raw"),
            **_below(settings.seeds_dir, "code_lists"),
            **_below(warehouse, "warehouse"),
        }
        return write_bag(folder, payload, {_VERSION: version("customhouse"), _CURRENT: current})


def restore(settings: Settings, folder: Path, *, tell: Tell) -> Restored:
    """Put what a bag holds where nothing is yet; what is published comes last, in one step.

    One that was cut off is begun anew by the next. Raises BagDamaged, NotRestored, WarehouseHeld, OSError.
    """
    bag = read_bag(folder)
    with warehouse_lock(
        settings.warehouse_dir, purpose="restore", timeout_seconds=settings.lock_timeout_seconds, on_wait=tell
    ):
        _refuse_what_is_there(settings)
        mark = settings.warehouse_dir / _MARK
        mark.touch()
        for path in settings.warehouse_dir.iterdir():
            if path.name not in {*_OF_THE_LOCK, _MARK}:  # of one that was cut off
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        _restore_raw(bag, settings.raw_dir)
        _copy_below(bag, "warehouse", settings.warehouse_dir)
        current = _restore_publications(bag, settings)
        mark.unlink()
    here = _below(settings.seeds_dir, "code_lists")
    return Restored(len(bag.files), current, tuple(_others(bag, "code_lists", here)))


@contextmanager
def _only_one(settings: Settings, tell: Tell) -> Iterator[None]:
    """Two back-ups at once would link into one folder."""
    settings.warehouse_dir.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.warehouse_dir / "backup.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        tell("waiting for another back-up")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _linked(settings: Settings, tell: Tell) -> Iterator[tuple[Path, str]]:
    """A folder of links to what is to be kept of the warehouse, and the id of the current publication."""
    links = settings.warehouse_dir / ".backup"
    shutil.rmtree(links, ignore_errors=True)  # of one that was cut off
    try:
        with warehouse_lock(
            settings.warehouse_dir, purpose="backup", timeout_seconds=settings.lock_timeout_seconds, on_wait=tell
        ):
            current = _current_id(settings)
            for path in _kept_files(settings):
                target = links / path.relative_to(settings.warehouse_dir)
                target.parent.mkdir(parents=True, exist_ok=True)
                try:
                    os.link(path, target)
                except OSError:  # a file system without hard links
                    shutil.copy2(path, target)
        yield links, current
    finally:
        shutil.rmtree(links, ignore_errors=True)


def _current_id(settings: Settings) -> str:
    for one in kept_publications(settings.publications_dir):
        if settings.published_database.exists() and one.path.samefile(settings.published_database):
            return one.publication_id
    try:
        return str((publication_row(settings.published_database) or {}).get("publication_id", ""))
    except NothingPublished:  # of a later version
        return ""


def _kept_files(settings: Settings) -> Iterator[Path]:
    """Publications with their marks, what the lake knows of raw files, and the lines that publications name, sealed."""
    kept = kept_publications(settings.publications_dir)
    for one in kept:
        yield one.path
        if one.is_withdrawn:
            yield one.withdrawn_mark
    try:
        named: set[str] | None = set().union(*(named_lines(one.path) for one in kept))
    except (duckdb.Error, NothingPublished):  # nobody knows what that one is made of
        named = None
    for path in sorted((settings.lake_dir / "lines").glob("[!.]*")):
        if named is None or path.name.removesuffix(SEAL_SUFFIX) in named:
            yield path
    yield from sorted((settings.lake_dir / "files").glob("[!.]*"))


def _below(folder: Path, label: str) -> dict[str, Path]:
    """Every file below a folder: its name in the bag, and where it lies."""
    return {
        f"{label}/{path.relative_to(folder).as_posix()}": path for path in sorted(folder.rglob("*")) if path.is_file()
    }


def _refuse_what_is_there(settings: Settings) -> None:
    there = {path.name for path in settings.warehouse_dir.iterdir()} - _OF_THE_LOCK
    if there and _MARK not in there:
        raise NotRestored(
            f"{settings.warehouse_dir} is not empty ({', '.join(sorted(there)[:3])}): a back-up is restored to an "
            "empty place only. Move it away, or set CUSTOMHOUSE_WAREHOUSE_DIR to another folder"
        )


def _restore_raw(bag: Bag, raw: Path) -> None:
    """Put the raw files in place in one step; the very same ones may be there already."""
    here = _below(raw, "raw")
    if here:
        others = [*_others(bag, "raw", here), *(name for name in here if name not in bag.files)]
        if others:
            raise NotRestored(
                f"{raw} is not empty, and {len(others)} of its files are not those of the back-up ({others[0]} …): "
                "move it away, or set CUSTOMHOUSE_RAW_DIR to another folder"
            )
        return
    draft = raw.with_name(f".{raw.name}.restored")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    _copy_below(bag, "raw", draft)
    shutil.rmtree(raw, ignore_errors=True)  # empty folders
    draft.rename(raw)
    sync(raw.parent)


def _copy_below(bag: Bag, label: str, folder: Path) -> None:
    for name, digest in bag.files.items():
        top, _, inner = name.partition("/")
        if top == label:
            target = folder / inner
            target.parent.mkdir(parents=True, exist_ok=True)
            if copied(bag.path(name), target) != digest:
                raise BagDamaged(f"{bag.path(name)} was read otherwise the second time: look at the disk")


def _restore_publications(bag: Bag, settings: Settings) -> str:
    """Let every publication find its lines, and publish the one that was."""
    current = bag.info.get(_CURRENT, "")
    for one in kept_publications(settings.publications_dir):
        relocate(one.path, settings.lake_dir / "lines")
        one.path.chmod(0o444)
    for one in kept_publications(settings.publications_dir):
        if one.publication_id == current:
            put_in_place(one.path, settings.published_database)
            return current
    return ""


def _others(bag: Bag, label: str, here: Mapping[str, Path]) -> list[str]:
    """Files of a folder of the bag that are not here, or have another content here."""
    wanted = {name: digest for name, digest in bag.files.items() if name.partition("/")[0] == label}
    return [name for name, digest in wanted.items() if name not in here or sha256_of(here[name]) != digest]
