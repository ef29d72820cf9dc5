"""GB18030 for a reader that knows Latin-1: bytes as characters, and back to the text that they stand for.

DuckDB reads Latin-1 as fast as UTF-8, one character a byte, and takes no byte of a Chinese character for a comma, a
quotation mark or the end of a line: GB18030 has none of those within a character. But it refuses the bytes 80 to 9F,
which Latin-1 leaves to control characters and GB18030 uses. Those are written as control characters that no text has.
Transcoding to UTF-8 would take two to three times as long as all the reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

#: Bytes that DuckDB's Latin-1 refuses.
_REFUSED = bytes(range(0x80, 0xA0))
#: Bytes that GB18030 never uses and no text has: what stands for most of the refused ones, and a mark before the rest.
_MARK = b"\x1f"
_FREE = bytes([*range(0x01, 0x09), 0x0B, 0x0C, *range(0x0E, 0x1F), 0x7F, 0xFF])
_PLAIN, _MARKED = _REFUSED[: len(_FREE)], _REFUSED[len(_FREE) :]
_TO = bytes.maketrans(_PLAIN, _FREE)
_BACK = bytes.maketrans(_FREE, _PLAIN)
#: What is written at once: so little that it stays in the processor's cache.
_BLOCK = 256 << 10


def is_readable_as_latin(path: Path) -> bool:
    """Whether DuckDB reads the file as it is."""
    return all(len(block.translate(None, _REFUSED)) == len(block) for block in _blocks(path))


def write_as_latin(path: Path, copy: IO[bytes]) -> bool:
    """Write a file as DuckDB reads it; False, and nothing of use is written, where it has bytes that no text has."""
    used = _FREE + _MARK
    for block in _blocks(path):
        if len(block.translate(None, used)) != len(block):
            return False
        written = block.translate(_TO)
        for number, byte in enumerate(_MARKED, 0x40):
            written = written.replace(bytes([byte]), _MARK + bytes([number]))
        copy.write(written)
    return True


def text_of_latin(text: str) -> str:
    """The text that characters read as Latin-1 stand for; what is no GB18030 becomes a replacement character."""
    read = text.encode("latin-1", "replace")
    for number, byte in enumerate(_MARKED, 0x40):
        read = read.replace(_MARK + bytes([number]), bytes([byte]))
    return read.translate(_BACK).decode("gb18030", "replace")


def latin_of_text(text: str) -> str:
    """What a text looks like once it is read as Latin-1."""
    written = text.encode("gb18030").translate(_TO)
    for number, byte in enumerate(_MARKED, 0x40):
        written = written.replace(bytes([byte]), _MARK + bytes([number]))
    return written.decode("latin-1")


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as content:
        while block := content.read(_BLOCK):
            yield block
