"""The token that readers show: from the environment, or from a file that only its owner can read."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

#: What can be guessed is no token.
SHORTEST = 16


class TokenUnusable(RuntimeError):
    """There is a token, and it protects nothing."""


def token_for(given: str, path: Path) -> str:
    """The token `given`, or, where that is empty, the one in the file, which is made where there is none.

    Raises TokenUnusable for one that is too short, and for a file that others can read. Messages never hold a token.
    """
    if given:
        return _checked(given, "CUSTOMHOUSE_SERVE_TOKEN")
    if not path.exists():
        _write(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise TokenUnusable(f"{path}: others can read it. Make a new token: remove the file and start again")
    return _checked(path.read_text(encoding="utf-8").strip(), str(path))


def _write(path: Path) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
    draft.replace(path)


def _checked(token: str, where: str) -> str:
    if len(token) < SHORTEST or not token.isprintable():
        raise TokenUnusable(f"{where}: a token has at least {SHORTEST} characters, all of them printable")
    return token
