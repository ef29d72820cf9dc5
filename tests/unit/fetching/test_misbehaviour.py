"""What servers do wrong: each is told with its reason, and raw/ holds what it should. docs/fetching.md counts them."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import zlib
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from socket import socket

import pytest

from orchestration.fetching.addresses import Address, Allowed
from orchestration.fetching.client import Client
from orchestration.fetching.fetch import Outcome
from orchestration.fetching.transport import Failed
from tests.unit.fetching.conftest import (
    CSV,
    PAGE,
    Answer,
    Fetching,
    Server,
    answer,
    document,
    flood,
    redirect,
    release,
    reset,
    trickle,
)

OK = b"HTTP/1.1 200 OK\r\n"


def zipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


#: What is wrong with an answer, what is told, and how often it is asked for: once where it will not pass.
REFUSED: dict[str, tuple[Answer, str, int]] = {
    "empty body": (answer(), "is empty", 1),
    "blank body": (answer(" \r\n \n"), "is empty", 1),
    "page in the place of data": (answer(PAGE), "is an HTML page, titled 'Foreign trade of", 1),
    "error page with status 200": (
        answer("<html><title>404 Not Found</title><body>nginx</body></html>"), "titled '404 Not Found', where .csv", 1,
    ),
    "PDF in the place of data": (answer(b"%PDF-1.7\n%%EOF"), "is by its content a PDF, where .csv", 1),
    "archive in the place of data": (answer(b"PK\x03\x04" + bytes(50)), "is by its content a zip archive", 1),
    "JSON in the place of data": (answer('{"error": "quota, exceeded"}'), "is by its content JSON", 1),
    "no table": (answer("try again later\n"), "has no comma in its first line", 1),
    "NUL bytes": (answer(b"a,b\n\0\0,1\n"), "holds NUL bytes", 1),
    "404": (answer("a,b\n", "404 Not Found"), "answered 404 Not Found", 1),
    "401": (answer("a,b\n", "401 Unauthorized"), "answered 401 Unauthorized", 1),
    "403": (answer("a,b\n", "403 Forbidden"), "answered 403 Forbidden", 1),
    "410": (answer("a,b\n", "410 Gone"), "answered 410 Gone", 1),
    "204": (answer(status="204 No Content"), "answered 204 No Content", 1),
    "206 that nobody asked for": (answer("a,b\n", "206 Partial Content"), "answered 206 Partial Content", 1),
    "304 that nobody asked for": (answer(status="304 Not Modified"), "304 Not Modified to a request without", 1),
    "a status that is none": (answer("a,b\n", "799 Whatever"), "answered 799", 1),
    "500 for ever": (answer("a,b\n", "500 Internal Server Error"), "500 Internal Server Error (2 attempts)", 2),
    "502 for ever": (answer(status="502 Bad Gateway"), "answered 502 Bad Gateway (2 attempts)", 2),
    "429 that asks for too long": (
        answer(status="429 Too Many", Retry_After="3600"), "Too Many Requests, and asks to wait 3600 s", 1,
    ),
    "503 until a day too far": (
        answer(status="503 Busy", Retry_After="Fri, 01 Jan 2100 00:00:00 GMT"), "Unavailable, and asks to wait", 1,
    ),
    "429 with a word as Retry-After": (answer(status="429 Too Many", Retry_After="soon"), "Requests (2 attempts)", 2),
    "truncated": (answer(CSV, length=5000), "was cut off: less came than was announced (2 attempts)", 2),
    "connection reset in mid-body": (reset, "the connection was reset (2 attempts)", 2),
    "announced too large": (answer(CSV, length=10**12), "1,000,000,000,000 bytes are announced", 1),
    "endless body": (flood(OK + b"\r\na,b\n"), "is too large: more than 104,857 bytes came", 1),
    "endless body in chunks": (
        trickle(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"ffff\r\n" + b"a" * 0xFFFF + b"\r\n"), "is too large", 1,
    ),
    "chunk whose length has no end": (
        flood(OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"0" * 70_000), "the connection failed", 2,
    ),
    "gzip bomb": (answer(zipped(bytes(50_000_000)), Content_Encoding="gzip"), "more than 104,857 bytes came", 1),
    "deflate bomb": (answer(zlib.compress(bytes(50_000_000)), Content_Encoding="deflate"), "is too large", 1),
    "damaged gzip": (answer(b"\x1f\x8b nothing of it", Content_Encoding="gzip"), "cannot be unpacked (2 attempts)", 2),
    "encoding that nobody asked for": (answer(b"\x0b\x02\x80", Content_Encoding="br"), "is encoded as 'br'", 1),
    "a thousand headers": (
        answer(CSV, **{f"X_{number}": "1" for number in range(1000)}), "the connection failed: ", 2,
    ),
    "header without end": (flood(OK + b"X: " + b"a" * 70_000), "the connection failed: ", 2),
    "no HTTP": (lambda connection, request: connection.sendall(b"220 ftp ready\r\n"), "the connection failed: ", 2),
    "hung up": (lambda connection, request: None, "the connection was reset (2 attempts)", 2),
    "redirect to nowhere": (answer(status="302 Found"), "answered 302, and does not say where it leads", 1),
    "redirect to another host": (redirect("https://elsewhere.example/a.csv"), "another host, elsewhere.example", 1),
    "redirect to another port": (redirect("http://127.0.0.1:1/a.csv"), "leads to another host, 127.0.0.1:1", 1),
    "redirect to a file": (redirect("file:///etc/passwd"), "only https and http are fetched, not file", 1),
    "redirect with a password": (redirect("http://a:b@127.0.0.1/"), "has a user or password in it", 1),
    "redirect to no URL": (redirect("http://[1/"), "redirects: ", 1),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_is_refused_with_its_reason(case: str, server: Server, fetching: Fetching) -> None:
    wrong, reason, attempts = REFUSED[case]
    done = fetching.one(server.set("/a.csv", wrong))
    assert done.outcome is Outcome.refused
    assert reason in done.reason, done.reason
    assert len(server.asked("/a.csv")) == attempts
    assert fetching.raw == {}
    told = json.loads((fetching.settings.fetch_dir / "refused" / "one.reason.json").read_text())
    assert told["reason"] == done.reason
    assert not (fetching.settings.fetch_dir / "incoming").exists()


#: What takes too long, with the limit that ends it.
SLOW: dict[str, tuple[Answer | None, str, str]] = {
    "silence before the answer": (None, "read_seconds", "is silent"),
    "drip-fed headers": (trickle(OK, b"X: 1\r\n"), "seconds", "took longer than 0.3 seconds"),
    "drip-fed body": (trickle(OK + b"Content-Length: 99999\r\n\r\n", b"a"), "seconds", "took longer than 0.3 seconds"),
    "drip-fed body without a length": (trickle(OK + b"\r\n", b"a,"), "seconds", "took longer than 0.3 seconds"),
    "drip-fed chunks": (
        trickle(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"), "seconds", "took longer than 0.3 seconds",
    ),
    "informational answers for ever": (
        trickle(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "seconds", "took longer than 0.3 seconds",
    ),
    "archive that grows by nothing": (
        trickle(OK + b"Content-Encoding: gzip\r\n\r\n", zipped(b"")), "seconds", "took longer than 0.3 seconds",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SLOW)
def test_what_takes_too_long_is_ended(case: str, server: Server, fetching: Fetching) -> None:
    slow, limit, reason = SLOW[case]
    fetching.limit(**{limit: 0.3, "attempts": 1})
    done = fetching.one(server.set("/a.csv", slow or server.say_nothing))
    assert done.outcome is Outcome.refused
    assert reason in done.reason, done.reason
    assert fetching.raw == {}


@pytest.mark.parametrize(
    ("certificate", "host", "reason"),
    [
        ("expired", "localhost", "the certificate is not right: certificate has expired"),
        ("elsewhere", "localhost", "the certificate is not right: Hostname mismatch"),
        ("unknown", "localhost", "the certificate is not right: self-signed certificate"),
        ("right", "127.0.0.1", "the certificate is not right: IP address mismatch"),
    ],
)
def test_wrong_certificate_is_told_once_and_nothing_is_asked(
    certificate: str, host: str, reason: str, serve: Callable[..., Server], certificates: Path, fetching: Fetching
) -> None:
    os.environ["SSL_CERT_FILE"] = str(certificates / "ca.pem")
    server = serve(certificates / f"{certificate}.pem")
    server.set("/a.csv", answer(CSV))
    done = fetching.one(server.url("/a.csv", host))
    assert reason.lower().replace("-", " ") in done.reason.lower().replace("-", " "), done.reason
    assert server.requests == []
    assert fetching.told == []  # it was not tried again
    assert fetching.raw == {}


def test_right_certificate_is_accepted_and_a_downgrade_is_not(
    serve: Callable[..., Server], certificates: Path, fetching: Fetching
) -> None:
    os.environ["SSL_CERT_FILE"] = str(certificates / "ca.pem")
    server = serve(certificates / "right.pem")
    plain = serve()
    plain.set("/a.csv", answer(CSV))
    server.set("/a.csv", answer(CSV))
    server.set("/down.csv", redirect(plain.url("/a.csv", "localhost")))
    fetching.declare(
        document(server.url("/a.csv", "localhost")),
        document(server.url("/down.csv", "localhost"), name="down", hosts=[f"localhost:{plain.port}"], allow_http=True),
    )
    accepted, refused = fetching.run()
    assert accepted.outcome is Outcome.fetched
    assert refused.reason.startswith("redirects from https to http://localhost")
    assert plain.requests == []


def test_https_that_is_spoken_by_no_tls_server_is_refused(server: Server, fetching: Fetching) -> None:
    fetching.limit(connect_seconds=0.3, attempts=1)
    done = fetching.one(server.url("/a.csv").replace("http:", "https:"))
    assert done.outcome is Outcome.refused
    assert fetching.raw == {}


def test_disk_that_is_full_is_not_a_fault_of_the_server(server: Server, fetching: Fetching) -> None:
    address = Address.parse(server.set("/a.csv", answer(CSV)))
    with pytest.raises(Failed, match="cannot be written: No space left on device"):
        Client(fetching.settings, fetching.told.append).get(address, Allowed(address), Path("/dev/full"), headers={})
    assert fetching.told == []


def test_nobody_listens(fetching: Fetching) -> None:
    with closing(socket()) as taken:  # by nobody who listens
        taken.bind(("127.0.0.1", 0))
        done = fetching.one(f"http://127.0.0.1:{taken.getsockname()[1]}/a.csv")
    assert done.reason == "the connection was refused (2 attempts)"


@pytest.mark.parametrize(
    "once",
    [answer(status="500 Internal Server Error"), answer(status="503 Busy"), answer(CSV, length=999), reset],
    ids=["500", "503", "truncated", "reset"],
)
def test_what_passes_is_asked_for_again(once: Answer, server: Server, fetching: Fetching) -> None:
    done = fetching.one(server.set("/a.csv", once, answer(CSV)))
    assert done.outcome is Outcome.fetched
    assert len(server.asked("/a.csv")) == 2
    assert len(fetching.told) == 1
    assert CSV.encode() in fetching.raw.values()


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured(form: str, server: Server, fetching: Fetching) -> None:
    due = datetime.now(UTC) + timedelta(seconds=2)
    asked_for = "1" if form == "seconds" else format_datetime(due, usegmt=True)
    done = fetching.one(server.set("/a.csv", answer(status="429 Too Many", Retry_After=asked_for), answer(CSV)))
    assert done.outcome is Outcome.fetched
    first, second = server.asked("/a.csv")
    if form == "seconds":
        assert second.at - first.at >= 1
    else:
        assert datetime.now(UTC) >= due.replace(microsecond=0)


def test_redirect_on_the_host_is_followed_and_a_circle_is_not(server: Server, fetching: Fetching) -> None:
    server.set("/moved.csv", redirect("/a.csv", 301))
    server.set("/a.csv", answer(CSV))
    server.set("/left.csv", redirect("/right.csv"))
    server.set("/right.csv", redirect("left.csv", 307))
    for number in range(9):
        server.set(f"/{number}.csv", redirect(f"{number + 1}.csv", 308))
    fetching.declare(
        document(server.url("/moved.csv"), name="moved"),
        document(server.url("/left.csv"), name="circle"),
        document(server.url("/0.csv"), name="chain"),
    )
    moved, circle, chain = fetching.run()
    assert moved.outcome is Outcome.fetched
    assert circle.reason.startswith("redirects in a circle")
    assert chain.reason == "redirects more than 3 times"
    assert server.asked("/4.csv") == []


def test_redirect_to_a_host_that_the_entry_allows(serve: Callable[..., Server], fetching: Fetching) -> None:
    one, other = serve(), serve()
    other.set("/b.csv", answer(CSV))
    one.set("/a.csv", redirect(other.url("/b.csv")))
    done = fetching.one(one.url("/a.csv"), hosts=[f"127.0.0.1:{other.port}"])
    assert done.outcome is Outcome.fetched


def test_page_that_turns_into_an_error_page_leaves_the_last_version(server: Server, fetching: Fetching) -> None:
    error = "<html><title>系统维护</title><body><h1>系统维护</h1></body></html>"
    url = server.set("/a.html", answer(PAGE), answer(error), answer("<html><body><p>Busy.</p></body></html>"))
    fetching.declare(release(url))
    fetching.run()
    before = fetching.raw
    [titled] = fetching.run()
    assert titled.reason == "is an error page: it is titled '系统维护'"
    [small] = fetching.run()
    assert "more than 10 times off" in small.reason
    assert fetching.raw == before
    assert fetching.refused == {"one.html.refused", "one.reason.json"}


@pytest.mark.parametrize("factor", [0.05, 20])
def test_size_that_moved_too_far_is_refused_unless_the_entry_says_so(
    factor: float, server: Server, fetching: Fetching
) -> None:
    header, line = CSV.splitlines(keepends=True)
    url = server.set("/a.csv", answer(header + line * 40), answer(header + line * int(40 * factor)))
    fetching.declare(document(url))
    fetching.run()
    [done] = fetching.run()
    assert done.outcome is Outcome.refused
    assert "more than 10 times off" in done.reason
    assert len(fetching.raw) == 2
    fetching.declare(document(url, size_factor=50))
    [done] = fetching.run()
    assert done.outcome is Outcome.changed
    assert fetching.refused == set()


@pytest.mark.parametrize(
    ("format", "content", "reason"),
    [
        ("html", b"%PDF-1.7", "is by its content a PDF"),
        ("html", b"just words", "has no markup of HTML"),
        ("html", b"<html><title>Access Denied</title></html>", "is titled 'Access Denied'"),
        ("html", b"<html><title>a</title><body><script>1</script></body></html>", "as a release, "),
        ("pdf", PAGE.encode(), "is an HTML page"),
        ("pdf", b"%PDF-1.7\nhalf of it", "is a PDF without its end"),
        ("docx", b"PK\x03\x04half of it", "is no zip archive, or one without its end"),
        ("txt", PAGE.encode(), "is an HTML page"),
        ("txt", b"\x89PNG....", "is by its content a picture"),
        ("txt", b"Trade grew by 5%.", "does not say when it was published"),
        ("md", b"---\npublished_date: 2999-01-01\n---\nTrade grew by 5%.", "lies in the future"),
    ],
)
def test_releases_are_what_they_should_be(
    format: str, content: bytes, reason: str, server: Server, fetching: Fetching
) -> None:
    done = fetching.one(server.set("/a", answer(content)), into="releases", format=format)
    assert done.outcome is Outcome.refused
    assert reason in done.reason, done.reason
    assert fetching.raw == {}


@pytest.mark.parametrize(
    ("format", "content", "reason"),
    [
        ("csv.gz", CSV.encode(), "is no gzip archive"),
        ("csv.gz", zipped(CSV.encode())[:-10], "is no gzip archive, or one without its end"),
        ("csv.gz", zipped(b""), "is an archive of nothing"),
        ("csv.gz", zipped(PAGE.encode()), "is an HTML page"),
        ("zip", b"PK\x03\x04" + bytes(99), "is no zip archive, or one without its end"),
        ("parquet", b"PAR1 and no end", "is no Parquet file, or one without its end"),
        ("json", b'{"data": [', "is no JSON"),
        ("json", b"[" * 100_000, "is no JSON"),
        ("json", b'{"message": "quota"}', "holds no list of records"),
    ],
)
def test_declarations_are_what_they_should_be(
    format: str, content: bytes, reason: str, server: Server, fetching: Fetching
) -> None:
    done = fetching.one(server.set("/a", answer(content)), format=format)
    assert done.outcome is Outcome.refused
    assert reason in done.reason, done.reason
    assert fetching.raw == {}


def test_pauses_between_requests_to_a_host_and_no_more_than_a_run_may_make(server: Server, fetching: Fetching) -> None:
    fetching.limit(delay_seconds=0.1, requests=3)
    fetching.declare(*(document(server.set(f"/{n}.csv", answer(CSV)), name=f"n{n}") for n in range(5)))
    done = fetching.run()
    assert [one.outcome for one in done] == [Outcome.fetched] * 3 + [Outcome.postponed] * 2
    times = [one.at for one in server.requests]
    assert all(later - earlier >= 0.09 for earlier, later in itertools.pairwise(times))
    # What is new comes first the next time.
    assert [one.name for one in fetching.run()][:3] == ["n3", "n4", "n0"]


def test_one_that_fails_keeps_no_other_from_being_fetched(server: Server, fetching: Fetching) -> None:
    fetching.declare(
        document(server.set("/a.csv", reset), name="a"), document(server.set("/b.csv", answer(CSV)), name="b")
    )
    assert [one.outcome for one in fetching.run()] == [Outcome.refused, Outcome.fetched]
