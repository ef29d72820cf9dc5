"""Ways to damage a file."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

Damage = Callable[[Path, random.Random], None]


def writable(path: Path) -> Path:
    """The same path; a published file is read-only, which a failing disk does not ask about."""
    path.chmod(0o644)
    return path


def _write_at(path: Path, offset: int, content: bytes) -> None:
    with writable(path).open("r+b") as file:
        file.seek(max(0, offset))
        file.write(content)


def flip_bytes(path: Path, noise: random.Random) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(max(1, len(content) // 2000)):
        content[noise.randrange(len(content))] ^= noise.randrange(1, 256)
    _write_at(path, 0, bytes(content))


def flip_one_bit(path: Path, noise: random.Random) -> None:
    offset = noise.randrange(path.stat().st_size)
    _write_at(path, offset, bytes([path.read_bytes()[offset] ^ (1 << noise.randrange(8))]))


def change_a_digit(path: Path, noise: random.Random) -> None:
    content = path.read_bytes()
    digits = [index for index, byte in enumerate(content) if chr(byte) in "123456789"]
    offset = noise.choice(digits)
    _write_at(path, offset, b"1" if content[offset : offset + 1] != b"1" else b"2")


def spoil_the_beginning(path: Path, noise: random.Random) -> None:
    _write_at(path, 0, noise.randbytes(min(64, path.stat().st_size)))


def zero_the_middle(path: Path, noise: random.Random) -> None:
    size = path.stat().st_size
    _write_at(path, size // 3, bytes(size // 3))


def cut_in_half(path: Path, noise: random.Random) -> None:
    os.truncate(writable(path), path.stat().st_size // 2)


def empty(path: Path, noise: random.Random) -> None:
    os.truncate(writable(path), 0)


def delete(path: Path, noise: random.Random) -> None:
    path.unlink()


def replace_with_text(path: Path, noise: random.Random) -> None:
    path.unlink()
    path.write_text("This is no such file.\n")


def replace_with_a_folder(path: Path, noise: random.Random) -> None:
    path.unlink()
    path.mkdir()


def replace_with_a_pipe(path: Path, noise: random.Random) -> None:
    path.unlink()
    os.mkfifo(path)


def replace_with_a_dangling_link(path: Path, noise: random.Random) -> None:
    path.unlink()
    path.symlink_to(path.with_name("nowhere"))


def on_a_copy(damage: Damage) -> Damage:
    """The same to a copy in the file's place: its other names (hard links) keep the whole one."""

    def damaged(path: Path, noise: random.Random) -> None:
        copy = path.with_name(f".{path.name}.copy")
        shutil.copy2(path, copy)
        copy.replace(path)
        damage(path, noise)

    damaged.__name__ = f"{damage.__name__} of a copy"
    return damaged


CONTENT: tuple[Damage, ...] = (
    flip_bytes,
    flip_one_bit,
    spoil_the_beginning,
    zero_the_middle,
    cut_in_half,
    empty,
    replace_with_text,
)
PLACE: tuple[Damage, ...] = (delete, replace_with_a_folder)
NO_FILE: tuple[Damage, ...] = (delete, replace_with_a_folder, replace_with_a_pipe, replace_with_a_dangling_link)


def name_of(damage: Damage) -> str:
    """In words."""
    return damage.__name__.replace("_", " ")
