"""The token that readers show: from the environment, or from a file that only its owner can read."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

#: What can be guessed is no token.
SHORTEST = 16
#: Nor is what nobody would paste.
LONGEST = 1024


class TokenUnusable(RuntimeError):
    """There is a token, and it protects nothing."""


def token_for(given: str, path: Path) -> str:
    """The token `given`, or, where that is empty, the one in the file, which is made where there is none.

    Raises TokenUnusable for one that is too short, and for a file that others can read or have put there. Messages
    never hold a token.
    """
    if given:
        return _checked(given, "CUSTOMHOUSE_SERVE_TOKEN")
    _check_folder(path.parent)
    if not os.path.lexists(path):
        _write(path)
    return _checked(_read(path).strip(), str(path))


def _check_folder(folder: Path) -> None:
    """Raise TokenUnusable where everybody may put another file in the place of the token."""
    mode = folder.stat().st_mode
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        raise TokenUnusable(f"{folder}: everybody may write to it, and exchange the token: run `chmod o-w` on it")


def _read(path: Path) -> str:
    """The token's file as it is opened: what is checked is what is read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as problem:
        raise TokenUnusable(f"{path}: cannot be opened as a file of its own: {problem.strerror}") from problem
    with os.fdopen(descriptor, encoding="utf-8") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_uid not in (os.geteuid(), 0):
            raise TokenUnusable(f"{path}: somebody else has put it there. Remove it and start again")
        if stat.S_IMODE(status.st_mode) & 0o077:
            raise TokenUnusable(f"{path}: others can read it. Make a new token: remove the file and start again")
        return file.read(LONGEST + 1)


def _write(path: Path) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
    try:
        os.link(draft, path)  # where two start at once, both read the token of the first
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _checked(token: str, where: str) -> str:
    if not SHORTEST <= len(token) <= LONGEST or not token.isprintable():
        raise TokenUnusable(f"{where}: a token has {SHORTEST} to {LONGEST:,} characters, all of them printable")
    return token
