"""What servers said of their documents, kept between runs: the marks that conditional requests send back."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from orchestration.atomic import write_whole


@dataclass(frozen=True, slots=True)
class Known:
    """Of one document: the marks of its last answer, and the version that they are of."""

    url: str
    etag: str = ""
    last_modified: str = ""
    version: str = ""  # the label of that in raw/

    @property
    def conditions(self) -> dict[str, str]:
        """Headers of a request for what has changed since."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


class Memory:
    """A file of JSON that may be lost at any time: everything is asked for whole then, and nothing is fetched twice."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Known] = {}
        with suppress(OSError, ValueError, TypeError, AttributeError):
            for name, one in json.loads(path.read_text(encoding="utf-8")).items():
                self._known[name] = Known(**one)

    def of(self, name: str, url: str) -> Known:
        """What is known of a document as long as it has this address."""
        known = self._known.get(name)
        return known if known and known.url == url else Known(url)

    def keep(self, name: str, known: Known) -> None:
        """Remember it, on the disk as well: a run that is killed forgets nothing that it has finished."""
        if self._known.get(name) != known:
            self._known[name] = known
            write_whole(self._path, json.dumps({one: asdict(value) for one, value in self._known.items()}, indent=1))
