"""A server on loopback that misbehaves as it is told to, and fetching with limits that are met at once."""

from __future__ import annotations

import socketserver
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET, socket
from typing import Any

import pytest
import yaml

from orchestration.fetching.declaration import read_declaration
from orchestration.fetching.fetch import Fetched, fetch
from orchestration.progress import Progress
from orchestration.settings import Settings

#: Longer than any limit of these tests.
NEVER = 60

PAGE = """<!doctype html><html><head><title>Foreign trade of Xinjiang in the first quarter of 2023</title>
<meta name="PubDate" content="2023-04-19"></head><body><h1>Foreign trade of Xinjiang in the first quarter of 2023</h1>
<p>In the first quarter of 2023, Xinjiang's foreign trade reached 68.07 billion yuan, an increase of 80.3%.</p>
<p>Exports were 55.01 billion yuan, up by 90.1%, and imports were 13.06 billion yuan, up by 48.5%.</p>
<p>Trade with the five Central Asian countries had a share of 78.1% of it, 1.8 percentage points more.</p></body></html>
"""
CSV = "period,reporterCode,flowCode,partnerCode,cmdCode,primaryValue\n202301,398,M,156,100199,530.25\n"


@dataclass
class Request:
    """One request as it came, and when."""

    path: str
    headers: dict[str, str]
    at: float


Answer = Callable[[socket, Request], None]


def answer(content: bytes | str = b"", status: str = "200 OK", *, length: int | None = None, **headers: str) -> Answer:
    """A whole answer; `length` is what Content-Length says instead of the truth."""
    body = content.encode() if isinstance(content, str) else content
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def send(connection: socket, request: Request) -> None:
        said = {"Content-Length": str(len(body) if length is None else length), **named}
        head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
        connection.sendall(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)

    return send


def redirect(location: str, status: int = 302) -> Answer:
    return answer(status=f"{status} Found", Location=location)


def reset(connection: socket, request: Request) -> None:
    """Part of a body, and then no proper end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\npart of it")
    connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))


def trickle(start: bytes, drip: bytes) -> Answer:
    """A beginning at once, and then a little for ever: no pause is long, and there is no end."""

    def send(connection: socket, request: Request) -> None:
        connection.sendall(start)
        until = time.monotonic() + NEVER
        while time.monotonic() < until:
            connection.sendall(drip)
            time.sleep(0.02)

    return send


def flood(start: bytes) -> Answer:
    """A beginning, and then as much as is taken."""

    def send(connection: socket, request: Request) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(bytes(1 << 16))

    return send


@dataclass
class Server:
    """What it answers to each path: the first time the first answer, at the end the last one again and again."""

    port: int
    scheme: str
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    silent: threading.Event = field(default_factory=threading.Event)

    def set(self, path: str, *answers: Answer) -> str:
        """Returns the URL."""
        self.answers[path] = list(answers)
        return self.url(path)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    def asked(self, path: str) -> list[Request]:
        return [one for one in self.requests if one.path == path]

    def say_nothing(self, connection: socket, request: Request) -> None:
        self.silent.wait(NEVER)

    def _answer(self, connection: socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            block = connection.recv(65536)
            if not block:
                return
            head += block
        first, *lines = head.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        request = Request(first.split(" ")[1], headers, time.monotonic())
        self.requests.append(request)
        waiting = self.answers.get(request.path) or [answer("nothing here", "404 Not Found")]
        (waiting.pop(0) if len(waiting) > 1 else waiting[0])(connection, request)


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts servers, with a certificate where one is given."""
    running: list[tuple[socketserver.BaseServer, Server]] = []

    def start(certificate: Path | None = None) -> Server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if certificate else None
        if context and certificate:
            context.load_cert_chain(certificate, certificate.with_suffix(".key"))

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):  # whoever asked may hang up, as is right with most of these answers
                    connection = context.wrap_socket(self.request, server_side=True) if context else self.request
                    server._answer(connection)
                    connection.close()

        class Threads(socketserver.ThreadingMixIn, socketserver.TCPServer):
            daemon_threads = True
            block_on_close = False
            allow_reuse_address = True

        tcp = Threads(("127.0.0.1", 0), Handler)
        server = Server(tcp.server_address[1], "https" if context else "http")
        threading.Thread(target=tcp.serve_forever, args=(0.01,), daemon=True).start()
        running.append((tcp, server))
        return server

    yield start
    for tcp, server in running:
        server.silent.set()
        tcp.shutdown()
        tcp.server_close()


@pytest.fixture
def server(serve: Callable[..., Server]) -> Server:
    return serve()


@dataclass
class Fetching:
    """A raw/ of its own with nothing in it, a declaration, and runs over it."""

    settings: Settings
    told: list[str] = field(default_factory=list)

    def declare(self, *entries: Mapping[str, Any]) -> None:
        self.settings.fetch_file.write_text(yaml.safe_dump([dict(one) for one in entries]), encoding="utf-8")

    def limit(self, **limits: object) -> None:
        self.settings = self.settings.model_copy(update={f"fetch_{name}": value for name, value in limits.items()})

    def run(self, **options: bool) -> list[Fetched]:
        progress = Progress()
        progress.message = self.told.append  # type: ignore[method-assign]
        return fetch(self.settings, read_declaration(self.settings.fetch_file), progress, **options)

    def one(self, url: str, **fields: object) -> Fetched:
        """Declare one document and fetch it."""
        self.declare(document(url, **fields))
        [done] = self.run()
        return done

    @property
    def raw(self) -> dict[str, bytes]:
        """Every file in raw/, hidden ones too."""
        folder = self.settings.raw_dir
        found = {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}
        return dict(sorted(found.items()))

    @property
    def refused(self) -> set[str]:
        folder = self.settings.fetch_dir / "refused"
        return {one.name for one in folder.iterdir()} if folder.exists() else set()


def document(url: str, **fields: object) -> dict[str, object]:
    """An entry for a file of declarations, with what is given instead."""
    entry = {"name": "one", "kind": "file", "url": url, "into": "customs", "format": "csv", "publisher": "A test"}
    return {name: value for name, value in {**entry, **fields}.items() if value is not None}


def release(url: str, **fields: object) -> dict[str, object]:
    """An entry for a release."""
    return document(url, **{"into": "releases", "format": "html", "region": "CN-XJ", **fields})


@pytest.fixture
def fetching(tmp_path: Path) -> Fetching:
    (tmp_path / "raw").mkdir()
    return Fetching(
        Settings(
            raw_dir=tmp_path / "raw",
            warehouse_dir=tmp_path / "warehouse",
            fetch_file=tmp_path / "fetch.yml",
            fetch_delay_seconds=0,
            fetch_attempts=2,
            fetch_backoff_seconds=0.01,
            fetch_retry_after_seconds=5,
            fetch_megabytes=0.1,
            fetch_connect_seconds=5,
            fetch_read_seconds=5,
            fetch_seconds=20,
            fetch_redirects=3,
        )
    )


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority and what it signed: `right`, `expired`, for `elsewhere`; and `unknown`, which nobody signed."""
    folder = tmp_path_factory.mktemp("certificates")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *new_key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=A test")
    for name, host, days in (
        ("right", "localhost", "2"),
        ("expired", "localhost", "-1"),
        ("elsewhere", "other.test", "2"),
    ):
        (folder / "names").write_text(f"subjectAltName=DNS:{host}\n")
        openssl("req", "-new", *new_key, "-keyout", f"{name}.key", "-out", "request", "-subj", f"/CN={host}")
        signed_by = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names", "-days", days)
        openssl("x509", "-req", "-in", "request", *signed_by, "-out", f"{name}.pem")
    unknown = ("-keyout", "unknown.key", "-out", "unknown.pem", "-days", "2", "-subj", "/CN=localhost")
    openssl("req", "-x509", *new_key, *unknown, "-addext", "subjectAltName=DNS:localhost")
    return folder
