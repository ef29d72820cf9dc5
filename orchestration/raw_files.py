"""Raw files as strangers may have made them: which of them are opened, and the YAML beside them, within limits."""

from __future__ import annotations

import os
from collections.abc import Hashable
from pathlib import Path
from stat import S_ISREG
from typing import Any

import yaml

#: Metadata is a dozen lines; PyYAML takes time by the byte.
MAXIMUM_YAML_BYTES = 64_000
#: Corrections are a list of mappings of mappings.
MAXIMUM_DEPTH = 20


class NotOpened(ValueError):
    """A file that is not read; the message says what is wrong with it."""


class TooLarge(NotOpened):
    """A file that is larger than any of its kind."""


def leads_outside(path: Path, folder: Path) -> bool:
    """Whether a file of `folder` is a link to something that lies elsewhere, or reaches it over a link.

    What is read of a raw file is published. A link in raw/ would publish any file that the operator can read, and what
    it names may have no end, as files of the system do.
    """
    try:
        return not path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a ring of links
        return True


def check_inside(path: Path, folder: Path) -> None:
    """Raise NotOpened for a file of `folder` that leads out of it."""
    if leads_outside(path, folder):
        raise NotOpened("is a link that leads out of its folder: put the file itself here")


def read_bytes(path: Path, maximum: int) -> bytes:
    """The content of a regular file of at most `maximum` bytes. Raises NotOpened, and OSError.

    A pipe would be waited for, and a device has no end.
    """
    status = path.stat()
    if not S_ISREG(status.st_mode):
        raise NotOpened("is not a file")
    with open(path, "rb", opener=_without_waiting) as file:
        content = b"" if status.st_size > maximum else file.read(maximum + 1)
    size = max(status.st_size, len(content))
    if size > maximum:
        raise TooLarge(f"is larger than {maximum:,} bytes ({size:,})")
    return content


def read_yaml_text(path: Path, maximum: int = MAXIMUM_YAML_BYTES) -> str:
    """The text of a YAML file. Raises NotOpened, OSError, and UnicodeDecodeError."""
    return read_bytes(path, maximum).decode("utf-8-sig")


class _Plain:
    """YAML without references, and with each key once.

    A few hundred bytes of references unfold to billions of values, and of two values for one key the first would be
    lost without a word.
    """

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """A node, unless it stands for another one."""
        if self.check_event(yaml.AliasEvent):  # type: ignore[attr-defined]
            event = self.peek_event()  # type: ignore[attr-defined]
            raise yaml.composer.ComposerError(
                None, None, f"refers to another place (*{event.anchor}): write it out", event.start_mark
            )
        self._depth += 1
        if self._depth > MAXIMUM_DEPTH:
            mark = self.peek_event().start_mark  # type: ignore[attr-defined]
            raise yaml.composer.ComposerError(None, None, "it is nested too deep", mark)
        node: yaml.Node | None = super().compose_node(parent, index)  # type: ignore[misc]
        self._depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """A mapping whose keys all differ."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands twice", key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)  # type: ignore[misc,no-any-return]


class PlainLoader(_Plain, yaml.SafeLoader):
    """Numbers, dates, truth values and text; no object of Python, whatever a tag says."""


class TextLoader(_Plain, yaml.BaseLoader):
    """Every scalar as the text that it is."""


def load_yaml(path: Path) -> Any:
    """What a sidecar says. Raises NotOpened, OSError, UnicodeDecodeError, and whatever PyYAML does."""
    return yaml.load(read_yaml_text(path), Loader=PlainLoader)  # noqa: S506  # a SafeLoader that refuses more


def _without_waiting(name: str, flags: int) -> int:
    """Open a file; what was one a moment ago can be a pipe by now."""
    return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))
