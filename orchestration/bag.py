"""Folders of files with their hashes, in the form of BagIt (RFC 8493): writing one, and seeing that it is whole.

Other tools know the form: libraries' own validators, and `sha256sum --check manifest-sha256.txt` in the folder.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from orchestration.atomic import sync

MANIFEST = "manifest-sha256.txt"
_TAG_MANIFEST = "tagmanifest-sha256.txt"
_INFO = "bag-info.txt"
_DECLARATION = "bagit.txt"
_DECLARED = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_BLOCK = 1 << 20
#: How often a file that changes while it is copied is begun anew.
_ATTEMPTS = 5
#: What would break a line of a manifest, and the sign that stands for it.
_ESCAPED = {"%": "%25", "\r": "%0D", "\n": "%0A"}


class BagDamaged(RuntimeError):
    """A folder is no bag, or not as its manifests say; the message names the first files."""


class NotBagged(RuntimeError):
    """A bag cannot be written; the message says why."""


@dataclass(frozen=True, slots=True)
class Bag:
    """A bag that is whole: `files` below data/ with their sha256, and what its bag-info says."""

    folder: Path
    files: Mapping[str, str]
    info: Mapping[str, str]

    def path(self, name: str) -> Path:
        """Where a file of it lies."""
        return self.folder / "data" / name


def write_bag(folder: Path, payload: Mapping[str, Path], info: Mapping[str, str]) -> Bag:
    """Copy `payload`, names below data/ to files, into a new bag that is there whole or not at all.

    Raises NotBagged where the folder is there already or a file does not stay as it is for long enough to be copied,
    and OSError.
    """
    if folder.exists():
        raise NotBagged(f"{folder} exists already: a back-up is written to a new folder")
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)  # of one that was cut off
    draft.mkdir(parents=True)
    try:
        hashes, size = {}, 0
        for name, source in sorted(payload.items()):
            target = draft / "data" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            hashes[name] = copied(source, target)
            size += target.stat().st_size
        said = {
            "Bagging-Date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "Payload-Oxum": f"{size}.{len(hashes)}",
            **info,
        }
        tags = {
            _DECLARATION: _DECLARED,
            _INFO: "".join(f"{name}: {value}\n" for name, value in said.items()),
            MANIFEST: _lines({f"data/{name}": digest for name, digest in hashes.items()}),
        }
        for name, text in tags.items():
            _write(draft / name, text)
        _write(
            draft / _TAG_MANIFEST,
            _lines({name: hashlib.sha256(text.encode()).hexdigest() for name, text in tags.items()}),
        )
        for path in (*(one for one in draft.rglob("*") if one.is_dir()), draft):
            sync(path)
        draft.rename(folder)
        sync(folder.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return Bag(folder, hashes, said)


def read_bag(folder: Path) -> Bag:
    """The bag in a folder, after every file of it was hashed. Raises BagDamaged."""
    try:
        if (folder / _DECLARATION).read_text(encoding="utf-8").splitlines() != _DECLARED.splitlines():
            raise BagDamaged(f"{folder}: {_DECLARATION} is not that of a bag of version 1.0")
        tags = _manifest(folder / _TAG_MANIFEST)
        files = _manifest(folder / MANIFEST)
        info = dict(
            line.split(": ", 1) for line in (folder / _INFO).read_text(encoding="utf-8").splitlines() if ": " in line
        )
    except (OSError, UnicodeDecodeError) as problem:
        raise BagDamaged(f"{folder} is not a back-up, or has lost a part of itself: {problem}") from problem
    problems = [*_differences(folder, tags), *_differences(folder, files)]
    found = {
        path.relative_to(folder).as_posix()
        for path in (folder / "data").rglob("*")
        if path.is_symlink() or not path.is_dir()
    }
    problems += [f"{name} is in no manifest" for name in sorted(found - set(files))]
    problems += [f"{name} is not in {_TAG_MANIFEST}" for name in (_DECLARATION, _INFO, MANIFEST) if name not in tags]
    if problems:
        more = f", and {len(problems) - 5} more" if len(problems) > 5 else ""
        raise BagDamaged(f"{folder} is damaged: {'; '.join(problems[:5])}{more}")
    return Bag(folder, {name.removeprefix("data/"): digest for name, digest in files.items()}, info)


def copied(source: Path, target: Path) -> str:
    """Copy a file, synced to disk; the sha256 of what was copied. One that changes meanwhile is begun anew."""
    for _ in range(_ATTEMPTS):
        before = source.stat()
        digest = hashlib.sha256()
        with source.open("rb") as reading, target.open("wb") as writing:
            while block := reading.read(_BLOCK):
                digest.update(block)
                writing.write(block)
            writing.flush()
            os.fsync(writing.fileno())
        after = source.stat()
        if (before.st_size, before.st_mtime_ns, before.st_ino) == (after.st_size, after.st_mtime_ns, after.st_ino):
            return digest.hexdigest()
    raise NotBagged(f"{source} was changed again and again while it was copied: try again when nobody writes it")


def sha256_of(path: Path) -> str:
    """The sha256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _lines(hashes: Mapping[str, str]) -> str:
    return "".join(f"{digest}  {_escaped(name)}\n" for name, digest in hashes.items())


def _escaped(name: str) -> str:
    return "".join(_ESCAPED.get(sign, sign) for sign in name)


def _manifest(path: Path) -> dict[str, str]:
    """Name to hash. Raises BagDamaged for a line that is none, or that leads out of the folder."""
    found: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").split("\n"):
        if not line:
            continue
        digest, _, escaped = line.partition("  ")
        name = escaped
        for sign, escape in reversed(_ESCAPED.items()):
            name = name.replace(escape, sign)
        parts = PurePosixPath(name).parts
        if len(digest) != 64 or not parts or ".." in parts or parts[0] == "/":
            raise BagDamaged(f"{path}: {line[:100]!r} is no line of a manifest")
        found[name] = digest
    return found


def _differences(folder: Path, manifest: Mapping[str, str]) -> Iterator[str]:
    for name, digest in manifest.items():
        path = folder / name
        if path.is_symlink() or not path.is_file():
            yield f"{name} is missing"
            continue
        if sha256_of(path) != digest:
            yield f"{name} has another content"
