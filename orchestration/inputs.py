"""What a publication is made from: every raw file, code list, model and program file, by its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from orchestration.hashing import FileHashes
from orchestration.raw_files import leads_outside
from orchestration.settings import PROJECT_DIR, Settings
from orchestration.sources import Rejection, readable_name

#: Phrases that the reader of releases knows: data, and as much a part of the program as its code.
VOCABULARY_DIR = PROJECT_DIR / "orchestration" / "releases" / "vocabulary"


@dataclass(frozen=True, slots=True)
class Input:
    """One file: `path` relative to the project, `kind` one of raw, code_list, model, program."""

    path: str
    kind: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Inputs:
    """All files that a refresh reads, as they are at one moment."""

    files: tuple[Input, ...]

    @property
    def fingerprint(self) -> str:
        """One hash over all of them: equal fingerprints give equal marts."""
        lines = "\n".join(f"{file.path} {file.sha256}" for file in self.files)
        return hashlib.sha256(lines.encode()).hexdigest()

    def of_kind(self, *kinds: str) -> Inputs:
        """Only the files of these kinds."""
        return Inputs(tuple(file for file in self.files if file.kind in kinds))

    def raw_of(self, *sources: str) -> Inputs:
        """Only the raw files in the folders of these sources."""
        return Inputs(tuple(file for file in self.of_kind("raw").files if _source_of(file) in sources))

    def raw_of_others(self, *sources: str) -> Inputs:
        """Only the raw files that stand in none of the folders of these sources."""
        return Inputs(tuple(file for file in self.of_kind("raw").files if _source_of(file) not in sources))

    def not_read(self, rejected: Iterable[Rejection]) -> Inputs:
        """The same, without the hashes of raw files that could not be read although they were hashed.

        No state of the files has that fingerprint, so the next refresh is due and tries them again.
        """
        unread = {f"raw/{one.file}" for one in rejected if one.may_pass}
        return Inputs(tuple(replace(file, sha256="") if file.path in unread else file for file in self.files))


def current_inputs(settings: Settings) -> Inputs:
    """Hash every input as it is now. A file that cannot be read counts with an empty hash: the reader tells why."""
    hashes = FileHashes(settings.file_hashes)
    found = [
        *_files(settings.raw_dir, "raw", "raw", hashes),
        *_files(settings.seeds_dir, "dbt_project/seeds", "code_list", hashes),
        *_files(PROJECT_DIR / "orchestration", "orchestration", "program", hashes, suffix=".py"),
        *_files(VOCABULARY_DIR, "orchestration/releases/vocabulary", "program", hashes, suffix=".csv"),
        *_input(PROJECT_DIR / "requirements.lock", "requirements.lock", "program", hashes),
    ]
    for name in ("models", "macros", "tests"):
        found += _files(settings.dbt_project_dir / name, f"dbt_project/{name}", "model", hashes)
    for name in ("dbt_project.yml", "profiles.yml"):
        found += _input(settings.dbt_project_dir / name, f"dbt_project/{name}", "model", hashes)
    hashes.remember()
    return Inputs(tuple(sorted(found, key=lambda file: file.path)))


def _source_of(file: Input) -> str:
    """The folder in raw/ that a raw file stands in; empty for one that stands in raw/ itself."""
    _, *folders, _ = file.path.split("/")
    return folders[0] if folders else ""


def _files(folder: Path, label: str, kind: str, hashes: FileHashes, suffix: str = "") -> Iterator[Input]:
    for path in folder.rglob(f"*{suffix}"):
        relative = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in relative.parts):
            name = readable_name(f"{label}/{relative.as_posix()}")
            if kind == "raw" and leads_outside(path, folder):
                yield Input(name, kind, "", 0)  # never opened: it may have no end
            else:
                yield from _input(path, name, kind, hashes)


def _input(path: Path, label: str, kind: str, hashes: FileHashes) -> Iterator[Input]:
    try:
        yield Input(label, kind, hashes.of(path), path.stat().st_size)
    except FileNotFoundError:  # went away while we looked, or is not part of this installation
        return
    except OSError:
        yield Input(label, kind, "", 0)
