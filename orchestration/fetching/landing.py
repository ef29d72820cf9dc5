"""Where fetched files stand in raw/: their versions, how one gets there in a single step, and where refused ones go."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from orchestration.atomic import sync
from orchestration.fetching.declaration import FORMATS

_ENDINGS = sorted((one for formats in FORMATS.values() for one in formats), key=len, reverse=True)
_FETCHED = "fetched"
_LABEL = "%Y%m%d-%H%M%S"


class _WithoutReferences(yaml.SafeDumper):
    """Writes a value wherever it stands: references are not read in sidecars."""

    def ignore_aliases(self, data: Any) -> bool:
        """Whether to write a value out though it stands elsewhere, too."""
        return True


class NameTaken(Exception):
    """A file that was not fetched has the name already; the message says which."""


@dataclass(frozen=True, slots=True)
class Version:
    """One fetched version of a document in raw/."""

    path: Path

    @property
    def label(self) -> str:
        """The folder that it stands in: when it was fetched, and which version the state speaks of."""
        return self.path.parent.name


def source_id_of(path: Path) -> str:
    """The name of a file in raw/ without its ending: the id of its source."""
    ending = next((f".{one}" for one in _ENDINGS if path.name.lower().endswith(f".{one}")), path.suffix)
    return path.name[: len(path.name) - len(ending)]


class Landing:
    """The folders in raw/ that fetched documents get into: raw/releases/fetched/<name>/<when>/, and so for customs."""

    def __init__(self, raw_dir: Path) -> None:
        self._raw_dir = raw_dir

    def remove_unfinished(self) -> None:
        """Take away what a run that was cut off has left: hidden folders, which nobody reads."""
        for into in FORMATS:
            for left in (self._raw_dir / into / _FETCHED).glob("*/.*"):
                shutil.rmtree(left)

    def versions(self, into: str, name: str) -> list[Version]:
        """All versions of a document, the earliest first."""
        folder = self._raw_dir / into / _FETCHED / name
        return [
            Version(path)
            for path in sorted(folder.glob("[0-9]*-[0-9]*/*"))
            if path.suffix != ".yml" and not path.name.startswith(".")
        ]

    def check_name(self, into: str, name: str) -> None:
        """Raises NameTaken where a file that is no version of the document has its name, in any folder of raw/."""
        own = self._raw_dir / into / _FETCHED / name
        for folder, _, files in os.walk(self._raw_dir):
            for file in files:
                path = Path(folder) / file
                is_own = own in path.parents
                if not is_own and path.suffix != ".yml" and source_id_of(path).lower() == name:
                    raise NameTaken(
                        f"{path.relative_to(self._raw_dir).as_posix()} has this name and was not fetched: the name is "
                        "the source's id. Give the entry another name, or take the file out"
                    )

    def accept(
        self, content: Path, into: str, name: str, *, format: str, sidecar: Mapping[str, Any], now: datetime.datetime
    ) -> Version:
        """Put a file with its sidecar into raw/ as the next version of a document.

        Both are written and synced in a hidden folder, which no reader looks into, and appear at once when that gets
        its name. What is there already is never touched.
        """
        folder = self._raw_dir / into / _FETCHED / name
        folder.mkdir(parents=True, exist_ok=True)
        versions = self.versions(into, name)
        label = _label(now, versions[-1].label if versions else "")
        source_id = f"{name}-{label}" if versions else name
        draft = folder / f".{label}-{uuid.uuid4().hex[:8]}"
        draft.mkdir()
        shutil.copyfile(content, draft / f"{source_id}.{format}")
        fields = {**sidecar, "sha256": hashlib.sha256(content.read_bytes()).hexdigest()}
        (draft / f"{source_id}.yml").write_text(sidecar_text(fields), encoding="utf-8")
        for one in (*draft.iterdir(), draft):
            sync(one)
        final = folder / label
        draft.rename(final)
        for one in (folder, folder.parent, folder.parent.parent):
            sync(one)
        return Version(final / f"{source_id}.{format}")


def _label(now: datetime.datetime, last: str) -> str:
    """The second of a version, later than that of the last one even where the clock was put back."""
    moment = now.astimezone(datetime.UTC)
    if last:
        moment = max(
            moment, datetime.datetime.strptime(f"{last} +0000", f"{_LABEL} %z") + datetime.timedelta(seconds=1)
        )
    return moment.strftime(_LABEL)


class Quarantine:
    """What was refused, outside raw/: of each document the last content, with the reason beside it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, content: Path | None, name: str, format: str, reason: Mapping[str, Any]) -> None:
        """Keep the content, where there is one, and why it was refused."""
        self.forget(name)
        self._folder.mkdir(parents=True, exist_ok=True)
        if content is not None and content.exists():
            shutil.move(content, self._folder / f"{name}.{format}.refused")
        (self._folder / f"{name}.reason.json").write_text(
            json.dumps(reason, ensure_ascii=False, indent=1), encoding="utf-8"
        )

    def forget(self, name: str) -> None:
        """A document was accepted, or asked for again: what was refused before is of no interest any more."""
        for ending in (*(f".{format}.refused" for format in _ENDINGS), ".reason.json"):
            (self._folder / f"{name}{ending}").unlink(missing_ok=True)


def sidecar_text(fields: Mapping[str, Any]) -> str:
    """Fields of a sidecar as it is written."""
    return yaml.dump(dict(fields), Dumper=_WithoutReferences, allow_unicode=True, sort_keys=False)
