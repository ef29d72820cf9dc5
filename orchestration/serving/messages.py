"""The few fields of the protocol's messages that the front has to know: kind, session, token, statement, error.

Version 1 of quack, which DuckDB 1.5.5 speaks: a message is a header (1: kind, 2: session, 3: number of the client's
query) and a body, each a sequence of fields that ends with FF FF. A field is its number in two bytes, low one first,
and its value; whole numbers are LEB128, texts are their length and their bytes in UTF-8. Empty fields are left out. All
other fields go through as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

_END = b"\xff\xff"
_NO_NUMBER = b"\xff" * 9 + b"\x01"


class Kind(IntEnum):
    """The kinds of message that the front tells apart."""

    connect = 1
    connected = 2
    prepare = 3
    fetch = 7
    append = 9
    success = 10
    disconnect = 11
    error = 100


class NotAMessage(ValueError):
    """The bytes are not a message of this protocol."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message: what the front reads of it, and all its bytes."""

    kind: int
    session: str
    text: str
    content: bytes
    session_span: tuple[int, int]
    text_span: tuple[int, int]

    def in_session(self, session: str) -> bytes:
        """The same message in another session, whose name is as long."""
        start, end = self.session_span
        return self.content[:start] + session.encode("ascii") + self.content[end:]

    def with_text(self, text: str) -> bytes:
        """The same message with another token or statement."""
        start, end = self.text_span
        encoded = text.encode()
        return self.content[:start] + _number(len(encoded)) + encoded + self.content[end:]


#: Kinds whose body begins with a text: the token, the statement, what went wrong.
_WITH_TEXT = (Kind.connect, Kind.prepare, Kind.error)


def read_message(content: bytes) -> Message:
    """Read the header, and of the body the text that it begins with. Raises NotAMessage."""
    reader = _Reader(content)
    reader.expect(b"\x01\x00")
    kind = reader.number()
    session, session_span = "", (0, 0)
    if reader.take(b"\x02\x00"):
        session, start = reader.text()
        session_span = (start, reader.position)
    if reader.take(b"\x03\x00"):
        reader.number()
    reader.expect(_END)
    text, text_span = "", (0, 0)
    if kind in _WITH_TEXT and reader.take(b"\x01\x00"):
        before = reader.position
        text, _ = reader.text()
        text_span = (before, reader.position)
    return Message(kind, session, text, content, session_span, text_span)


def error(message: str) -> bytes:
    """The answer that shows a client what went wrong."""
    encoded = message.encode()
    return _header(Kind.error) + b"\x01\x00" + _number(len(encoded)) + encoded + _END


def success() -> bytes:
    """The answer that nothing is wrong."""
    return _header(Kind.success) + _END


def _header(kind: Kind) -> bytes:
    return b"\x01\x00" + _number(kind) + b"\x03\x00" + _NO_NUMBER + _END


def _number(value: int) -> bytes:
    written = bytearray()
    while True:
        low, value = value & 0x7F, value >> 7
        written.append(low | (0x80 if value else 0))
        if not value:
            return bytes(written)


class _Reader:
    """Takes fields off the front of a message."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.position = 0

    def take(self, expected: bytes) -> bool:
        """Whether these bytes come next; if so, they are passed."""
        found = self._content.startswith(expected, self.position)
        if found:
            self.position += len(expected)
        return found

    def expect(self, expected: bytes) -> None:
        if not self.take(expected):
            raise NotAMessage(f"byte {self.position}: {expected.hex(' ')} is expected")

    def number(self) -> int:
        value = 0
        for shift in range(0, 70, 7):
            if self.position >= len(self._content):
                break
            byte = self._content[self.position]
            self.position += 1
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return value
        raise NotAMessage(f"byte {self.position}: a number does not end")

    def text(self) -> tuple[str, int]:
        """The text, and where its first character stands."""
        length = self.number()
        start, self.position = self.position, self.position + length
        if self.position > len(self._content):
            raise NotAMessage(f"byte {start}: a text of {length} bytes does not end")
        try:
            return self._content[start : self.position].decode(), start
        except UnicodeDecodeError as problem:
            raise NotAMessage(f"byte {start}: a text is not UTF-8") from problem
