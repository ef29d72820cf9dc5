"""Alerts: what is told when; real mail servers and webhooks that take it, refuse it, are slow or answer nonsense."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import http.server
import json
import os
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from orchestration.alerts import Condition, Item, is_somebody_told, send_test, tell
from orchestration.settings import Settings

NOON = datetime.datetime(2026, 5, 20, 12, tzinfo=datetime.UTC)
PASSWORD = "correct horse battery"
SECRET = "what signs the messages"


def wrong(*things: str, subject: str = "coverage") -> list[Condition]:
    """One subject, wrong in these things; well where there is none."""
    items = tuple(Item(one, f"{one} is late") for one in things)
    return [Condition(subject, "coverage is behind", "coverage has caught up", items)]


def days(count: float) -> datetime.datetime:
    return NOON + datetime.timedelta(days=count)


class Hook:
    """A webhook on loopback that keeps what it was sent, and answers as it is told to."""

    def __init__(self, answer: Callable[[http.server.BaseHTTPRequestHandler], None]) -> None:
        self.received: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.answer = answer
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.bodies.append(body)
                hook.received.append(json.loads(body))
                hook.headers.append(dict(self.headers))
                hook.answer(self)

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hooks/a-secret-path"


def answering(code: int, **headers: str) -> Callable[[http.server.BaseHTTPRequestHandler], None]:
    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()

    return answer


TAKEN = answering(204)


@contextmanager
def listening(answer: Callable[[http.server.BaseHTTPRequestHandler], None] = TAKEN) -> Iterator[Hook]:
    hook = Hook(answer)
    thread = threading.Thread(target=hook.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        hook.server.shutdown()
        hook.server.server_close()
        thread.join()


@pytest.fixture
def hook() -> Iterator[Hook]:
    with listening() as hook:
        yield hook


def to_hook(settings: Settings, hook: Hook, **changed: object) -> Settings:
    fields = {**settings.model_dump(), "alert_webhook_url": hook.url, "alert_seconds": 5, **changed}
    return Settings.model_validate(fields)


class Mailbox:
    """What the mail server took; the senders it has seen log in."""

    def __init__(self) -> None:
        self.mails: list[str] = []
        self.receivers: list[str] = []
        self.logins: list[tuple[str, str]] = []

    async def handle_DATA(self, server: object, session: object, envelope: Envelope) -> str:  # noqa: N802
        self.receivers += envelope.rcpt_tos
        self.mails.append((envelope.content or b"").decode() if isinstance(envelope.content, bytes) else "")
        return "250 taken"

    def login(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        self.logins.append((data.login.decode(), data.password.decode()))
        is_right = data.password == PASSWORD.encode()
        return AuthResult(success=is_right, handled=is_right)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subject = "/CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    made = f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj {subject}"
    subprocess.run([*made.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key


@contextmanager
def mail_server(mailbox: Mailbox, certificate: tuple[Path, Path] | None) -> Iterator[int]:
    """A mail server on loopback; with a certificate it wants STARTTLS and a login."""
    options: dict[str, Any] = {}
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        options = {"tls_context": context, "require_starttls": True, "auth_required": True}
        options["authenticator"] = mailbox.login
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def by_mail(settings: Settings, port: int, **changed: object) -> Settings:
    fields = {
        "alert_mail_to": "one@example.org, other@example.org",
        "alert_mail_from": "customhouse@example.org",
        "alert_smtp_host": "127.0.0.1",
        "alert_smtp_port": port,
        "alert_smtp_user": "customhouse",
        "alert_smtp_password": PASSWORD,
        "alert_seconds": 5,
    }
    return Settings.model_validate({**settings.model_dump(), **fields, **changed})


# What is told when


def test_one_state_is_told_once_then_after_days_and_then_that_it_is_well(settings: Settings, hook: Hook) -> None:
    settings = to_hook(settings, hook, alert_reminder_days=7)
    for now in (0, 0.1, 6.9):
        tell(settings, wrong("april"), days(now))
    assert [one["kind"] for one in hook.received] == ["new"]
    tell(settings, wrong("april"), days(7))
    tell(settings, wrong("april"), days(13.9))
    assert [one["kind"] for one in hook.received] == ["new", "reminder"]
    tell(settings, wrong(), days(14))
    tell(settings, wrong(), days(15))
    assert [(one["kind"], one["since"]) for one in hook.received[2:]] == [("well", NOON.isoformat())]
    tell(settings, wrong("april"), days(16))
    assert hook.received[-1]["kind"] == "new"
    assert hook.received[-1]["since"] == days(16).isoformat()


def test_what_is_new_is_told_at_once_and_marked_and_what_went_away_is_not(settings: Settings, hook: Hook) -> None:
    settings = to_hook(settings, hook)
    tell(settings, wrong("april"), days(0))
    tell(settings, wrong("april", "may"), days(1))
    assert hook.received[-1]["items"] == ["new: may is late", "april is late"]
    tell(settings, wrong("may"), days(2))
    assert len(hook.received) == 2
    tell(settings, wrong("april", "may"), days(3))
    assert hook.received[-1]["items"] == ["new: april is late", "may is late"]
    assert {one["since"] for one in hook.received} == {NOON.isoformat()}


def test_a_clock_that_was_ahead_does_not_silence_reminders(settings: Settings, hook: Hook) -> None:
    settings = to_hook(settings, hook, alert_reminder_days=7)
    tell(settings, wrong("april"), days(4000))
    tell(settings, wrong("april"), days(0))
    tell(settings, wrong("april"), days(1))
    assert [one["kind"] for one in hook.received] == ["new", "reminder"]


def test_many_things_are_counted(settings: Settings, hook: Hook) -> None:
    tell(to_hook(settings, hook), wrong(*(f"row {number:03}" for number in range(150))), NOON)
    assert len(hook.received[0]["items"]) == 21
    assert hook.received[0]["items"][-1] == "… and 130 more"


def test_a_damaged_ledger_tells_anew_and_is_replaced(settings: Settings, hook: Hook) -> None:
    settings = to_hook(settings, hook)
    tell(settings, wrong("april"), days(0))
    settings.alerts_ledger.write_text('{"told": {"webhook": ')
    tell(settings, wrong("april"), days(1))
    tell(settings, wrong("april"), days(2))
    assert [one["kind"] for one in hook.received] == ["new", "new"]


def test_many_processes_that_tell_of_one_state_tell_it_once(settings: Settings, hook: Hook) -> None:
    settings = to_hook(settings, hook)
    threads = [threading.Thread(target=tell, args=(settings, wrong("april"), NOON)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(hook.received) == 1


def test_nobody_is_told_where_nobody_is_set_up(settings: Settings) -> None:
    assert not is_somebody_told(settings)
    assert tell(settings, wrong("april"), NOON) == []
    assert not settings.alerts_ledger.exists()


# Webhooks


def test_a_webhook_is_signed_so_that_its_receiver_can_tell(settings: Settings, hook: Hook) -> None:
    tell(to_hook(settings, hook, alert_webhook_secret=SECRET), wrong("april 四月"), NOON)
    headers = hook.headers[0]
    signed = headers["X-Customhouse-Timestamp"].encode() + b"." + hook.bodies[0]
    expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-Customhouse-Signature"] == f"sha256={expected}"
    assert headers["X-Customhouse-Timestamp"] == str(int(NOON.timestamp()))
    assert "april 四月 is late" in hook.received[0]["text"]


def test_without_a_secret_nothing_is_signed(settings: Settings, hook: Hook) -> None:
    tell(to_hook(settings, hook), wrong("april"), NOON)
    assert not [name for name in hook.headers[0] if name.startswith("X-Customhouse")]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (answering(500), "answered 500"),
        (answering(404), "answered 404"),
        (answering(302, Location="http://127.0.0.1:1/elsewhere"), "answered 302"),
        (lambda handler: handler.wfile.write(b"nonsense\r\n\r\n"), "BadStatusLine"),
        (lambda handler: handler.connection.close(), ""),
    ],
    ids=["broken", "missing", "elsewhere", "nonsense", "hangs up"],
)
def test_what_a_webhook_did_not_take_is_told_again_the_next_time(
    settings: Settings, answer: Callable[[http.server.BaseHTTPRequestHandler], None], told: str
) -> None:
    with listening(answer) as hook:
        settings = to_hook(settings, hook)
        (attempt,) = tell(settings, wrong("april"), days(0))
        assert attempt.delivered == []
        assert told in attempt.problem
        assert attempt.problem
        hook.answer = answering(200)
        tell(settings, wrong("april"), days(0.1))
        tell(settings, wrong("april"), days(0.2))
        assert [one["kind"] for one in hook.received] == ["new", "new"]  # the one refused, and the one taken


def test_that_all_is_well_is_told_until_it_is_taken(settings: Settings, hook: Hook) -> None:
    settings = to_hook(settings, hook)
    tell(settings, wrong("april"), days(0))
    hook.answer = answering(500)
    tell(settings, wrong(), days(1))
    hook.answer = answering(200)
    tell(settings, wrong(), days(2))
    tell(settings, wrong(), days(3))
    assert [one["kind"] for one in hook.received] == ["new", "well", "well"]


def test_a_webhook_that_drips_for_ever_is_given_up(settings: Settings) -> None:
    ended = threading.Event()

    def drip(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not ended.wait(0.1):  # each byte comes in time, the answer never
            try:
                handler.wfile.write(b"X")
                handler.wfile.flush()
            except OSError:
                return

    with listening(drip) as hook:
        (attempt,) = tell(to_hook(settings, hook, alert_seconds=0.5), wrong("april"), NOON)
        ended.set()
    assert attempt.problem == "no answer within 0.5 s"
    assert attempt.delivered == []


def test_a_webhook_that_nobody_listens_on_is_said(settings: Settings, hook: Hook) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{free.getsockname()[1]}/"
        (attempt,) = tell(to_hook(settings, hook, alert_webhook_url=closed), wrong("april"), NOON)
    assert "refused" in attempt.problem


def test_nothing_is_posted_over_the_network_without_encryption(settings: Settings, hook: Hook) -> None:
    (attempt,) = tell(to_hook(settings, hook, alert_webhook_url="http://hooks.example.org/x"), wrong("april"), NOON)
    assert attempt.problem == "the address of the webhook must begin with https://"


# E-mail


def test_a_mail_goes_over_starttls_with_a_login(settings: Settings, certificate: tuple[Path, Path]) -> None:
    os.environ["SSL_CERT_FILE"] = str(certificate[0])
    mailbox = Mailbox()
    with mail_server(mailbox, certificate) as port:
        (attempt,) = tell(by_mail(settings, port), wrong("april"), NOON)
    assert attempt.problem == ""
    assert mailbox.logins == [("customhouse", PASSWORD)]
    assert mailbox.receivers == ["one@example.org", "other@example.org"]
    (mail,) = mailbox.mails
    assert "Subject: Customhouse: coverage is behind" in mail
    assert "From: customhouse@example.org" in mail
    assert "Auto-Submitted: auto-generated" in mail
    assert "april is late" in mail


def test_a_server_whose_certificate_nobody_vouches_for_gets_no_password(
    settings: Settings, certificate: tuple[Path, Path]
) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox, certificate) as port:
        (attempt,) = tell(by_mail(settings, port), wrong("april"), NOON)
    assert "CERTIFICATE_VERIFY_FAILED" in attempt.problem
    assert mailbox.logins == []


def test_a_server_that_does_not_encrypt_gets_neither_password_nor_mail(settings: Settings) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox, None) as port:
        (attempt,) = tell(by_mail(settings, port), wrong("april"), NOON)
    assert "STARTTLS" in attempt.problem
    assert (mailbox.logins, mailbox.mails) == ([], [])
    elsewhere = by_mail(settings, 25, alert_smtp_host="mail.example.org", alert_smtp_security="none")
    (attempt,) = tell(elsewhere, wrong("april"), NOON)
    assert "a password is not sent" in attempt.problem


def test_a_wrong_password_is_said_and_not_shown(settings: Settings, certificate: tuple[Path, Path]) -> None:
    os.environ["SSL_CERT_FILE"] = str(certificate[0])
    with mail_server(Mailbox(), certificate) as port:
        (attempt,) = tell(by_mail(settings, port, alert_smtp_password="not this one"), wrong("april"), NOON)
    assert "SMTPAuthenticationError" in attempt.problem
    assert "not this one" not in attempt.problem


def test_a_mail_server_on_this_machine_needs_no_encryption(settings: Settings) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox, None) as port:
        settings = by_mail(settings, port, alert_smtp_security="none", alert_smtp_user="", alert_mail_from="")
        (attempt,) = tell(settings, wrong("april"), NOON)
    assert attempt.problem == ""
    assert "From: one@example.org" in mailbox.mails[0]


def test_a_mail_server_that_never_answers_is_given_up_and_the_webhook_told(settings: Settings, hook: Hook) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = by_mail(settings, silent.getsockname()[1], alert_seconds=0.5, alert_webhook_url=hook.url)
        attempts = {one.channel: one for one in tell(settings, wrong("april"), days(0))}
    assert attempts["mail"].delivered == []
    assert attempts["mail"].problem
    assert attempts["webhook"].problem == ""
    mailbox = Mailbox()
    with mail_server(mailbox, None) as port:  # the one that was not told is told later, and the other is not told twice
        tell(by_mail(settings, port, alert_smtp_security="none", alert_smtp_user=""), wrong("april"), days(1))
    assert (len(mailbox.mails), len(hook.received)) == (1, 1)


# Secrets and tests


def test_no_secret_is_kept_or_shown(
    settings: Settings, certificate: tuple[Path, Path], caplog: pytest.LogCaptureFixture
) -> None:
    secrets = (PASSWORD, SECRET, "a-secret-path")

    def parrot(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.wfile.write(f"{handler.path} {SECRET}\r\n\r\n".encode())  # its words come into what is told of it

    with caplog.at_level("INFO", "customhouse"), listening(parrot) as hook, mail_server(Mailbox(), certificate) as port:
        settings = by_mail(settings, port, alert_webhook_url=hook.url, alert_webhook_secret=SECRET)
        attempts = tell(settings, wrong("april"), NOON)
    shown = " ".join(
        [*(one.problem for one in attempts), caplog.text, settings.alerts_ledger.read_text(), repr(settings)]
    )
    assert "BadStatusLine" in shown
    for secret in secrets:
        assert secret not in shown
        assert all(secret.encode() not in body for body in hook.bodies)


def test_a_test_message_is_sent_and_not_remembered(settings: Settings, hook: Hook) -> None:
    settings = to_hook(settings, hook)
    (attempt,) = send_test(settings, NOON)
    assert attempt.problem == ""
    assert [one["kind"] for one in hook.received] == ["test"]
    assert not settings.alerts_ledger.exists()
