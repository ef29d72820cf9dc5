"""One request and its answer, within every limit: connecting, silence, the whole time, the size once unpacked."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException, IncompleteRead
from pathlib import Path

from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import DecodeError, HTTPError, NewConnectionError
from urllib3.exceptions import TimeoutError as TimeoutException

from orchestration.fetching.addresses import Address

_BLOCK = 1 << 16
#: What urllib3 unpacks without further packages; a server that sends another coding was not asked for it.
_CODINGS = ("gzip", "x-gzip", "deflate", "identity")
_CODINGS_ASKED_FOR = "gzip, deflate"


class Failed(Exception):
    """The request came to nothing, and would again; the message says why."""


class MayPass(Failed):
    """The request came to nothing, and may go well later: by itself, or after the seconds that the server asks for."""

    def __init__(self, reason: str, retry_after: str | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one request; times in seconds. `body_bytes` is the size of the body once it is unpacked."""

    connect_seconds: float
    read_seconds: float
    seconds: float  # from connecting to the end of the body
    body_bytes: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; the body, where there is one, is in the file that the request named."""

    status: int
    headers: Mapping[str, str]  # names in lower case


class Deadline:
    """The time that a request may take: at its end the connection is cut, whatever waits for it.

    A time limit of a socket is one of silence: a server that sends a byte now and then never meets it.
    """

    def __init__(self, seconds: float) -> None:
        self.has_passed = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def watch(self, connected: socket.socket) -> None:
        """Cut this connection at the end; at once, where the end has come."""
        with self._lock:
            self._socket = connected
            if self.has_passed:
                self._shut()

    def _cut(self) -> None:
        with self._lock:
            self.has_passed = True
            self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                # That of a TLS socket would take its state from under whoever reads in it.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def request(address: Address, machines: list[str], headers: Mapping[str, str], body: Path, limits: Limits) -> Answer:
    """Ask for `address`, at one of its machines, and write the body of an answer 200 into the file `body`.

    The connection goes to the IP address that was checked, not to whatever the name stands for a moment later; the
    certificate must be the name's. Raises Failed and MayPass.
    """
    with Deadline(limits.seconds) as deadline:
        try:
            with _connected(address, machines, limits, deadline) as connection:
                answer = _exchange(connection, address, headers, body, limits)
        except (HTTPException, HTTPError, OSError, ValueError) as problem:
            if not deadline.has_passed:
                raise _told(problem, limits) from problem
        if deadline.has_passed:  # whatever came of that: a body without a length ends where the connection is cut
            raise MayPass(f"took longer than {limits.seconds:g} seconds")
        return answer


def _exchange(
    connection: HTTPConnection, address: Address, headers: Mapping[str, str], body: Path, limits: Limits
) -> Answer:
    own = {"Host": address.authority, "Accept-Encoding": _CODINGS_ASKED_FOR, "Connection": "close"}
    connection.request("GET", address.path, headers={**own, **headers}, preload_content=False)
    response = connection.getresponse()
    try:
        answer = Answer(response.status, {name.lower(): value for name, value in response.headers.items()})
        if answer.status == HTTPStatus.OK:
            _write(response, answer, body, limits)
        return answer
    finally:
        response.close()


@contextmanager
def _connected(address: Address, machines: list[str], limits: Limits, deadline: Deadline) -> Iterator[HTTPConnection]:
    for number, machine in enumerate(machines, start=1):
        connection: HTTPConnection
        if address.scheme == "https":
            connection = HTTPSConnection(
                machine,
                address.port,
                timeout=limits.connect_seconds,
                ssl_context=ssl.create_default_context(),
                server_hostname=address.host,
            )
        else:
            connection = HTTPConnection(machine, address.port, timeout=limits.connect_seconds)
        try:
            connection.connect()
        except (HTTPError, OSError) as problem:
            connection.close()
            if number == len(machines) or deadline.has_passed or isinstance(problem, ssl.SSLCertVerificationError):
                raise
            continue
        break
    try:
        connected: socket.socket = connection.sock
        deadline.watch(connected)
        connection.timeout = limits.read_seconds
        yield connection
    finally:
        connection.close()


def _write(response: BaseHTTPResponse, answer: Answer, body: Path, limits: Limits) -> None:
    """The body, unpacked, until it ends or grows too large. Reads bounded blocks: a line of chunks could be endless."""
    coding = answer.headers.get("content-encoding", "identity").strip().lower()
    if coding not in _CODINGS:
        raise Failed(f"is encoded as {coding!r}, which was not asked for")
    declared = answer.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared) > limits.body_bytes:
        raise Failed(f"is too large: {int(declared):,} bytes are announced, the limit is {limits.body_bytes:,}")
    written = 0
    with _writable(body) as write:
        while block := response.read(_BLOCK, decode_content=True):
            written += len(block)
            if written > limits.body_bytes:
                raise Failed(f"is too large: more than {limits.body_bytes:,} bytes came, and no end")
            write(block)


@contextmanager
def _writable(path: Path) -> Iterator[Callable[[bytes], None]]:
    """Writes into a file; that the disk is full is not taken for a fault of the connection."""

    def write(block: bytes) -> None:
        left = memoryview(block)
        try:
            while left:
                left = left[file.write(left) :]
        except OSError as problem:
            raise Failed(f"cannot be written: {problem.strerror}") from problem

    with path.open("wb", buffering=0) as file:
        yield write


def _told(problem: Exception, limits: Limits) -> Failed:
    """What went wrong with a connection, in words, and whether it may pass."""
    chain = _chain(problem)
    for one in chain:
        if isinstance(one, ssl.SSLCertVerificationError):
            return Failed(f"the certificate is not right: {one.verify_message}")
    silent = f"is silent: connecting took {limits.connect_seconds:g} seconds, or a pause {limits.read_seconds:g}"
    for kinds, words in (
        (TimeoutError, silent),
        (DecodeError, "was cut off or damaged: it cannot be unpacked"),
        (ConnectionRefusedError, "the connection was refused"),
        (NewConnectionError, "cannot be connected to"),
        (TimeoutException, silent),
        (ConnectionResetError, "the connection was reset"),
        (BrokenPipeError, "the connection was reset"),
        (IncompleteRead, "was cut off: less came than was announced"),
        (ssl.SSLError, "the encryption failed"),
    ):
        if any(isinstance(one, kinds) for one in chain):
            return MayPass(words)
    return MayPass(f"the connection failed: {type(problem).__name__}: {problem}")


def _chain(problem: Exception) -> list[Exception]:
    """An error with those that caused it, and those that libraries wrapped."""
    found: list[Exception] = []
    waiting: list[object] = [problem]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Exception) and one not in found:
            found.append(one)
            waiting += [one.__cause__, one.__context__, *one.args]
    return found
