"""The ways out: an e-mail over SMTP, and a webhook over HTTPS. Each delivers one notice, or raises NotDelivered."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
import smtplib
import socket
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from http.client import HTTPException, HTTPMessage
from typing import IO

from orchestration.alerts.notices import Notice
from orchestration.settings import Settings

_KIND_IN_WORDS = {"new": "", "reminder": "still: ", "well": "well again: ", "test": ""}
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class NotDelivered(RuntimeError):
    """A receiver did not take a notice; the message says why, without secrets."""


Channel = Callable[[Settings, Notice, datetime.datetime], None]


def channels(settings: Settings) -> dict[str, Channel]:
    """Those that are set up, by name."""
    found: dict[str, Channel] = {}
    if settings.alert_mail_to:
        found["mail"] = send_mail
    if settings.alert_webhook_url.get_secret_value():
        found["webhook"] = post_webhook
    return found


def heading(notice: Notice) -> str:
    """A notice in one line."""
    return f"Customhouse: {_KIND_IN_WORDS[notice.kind]}{notice.title}"


def body(notice: Notice, now: datetime.datetime) -> str:
    """A notice in full."""
    since = "" if notice.kind == "test" else f"Since {notice.since:%Y-%m-%d %H:%M} UTC, "
    return "\n".join([*notice.lines(), "", f"{since}{socket.gethostname()}, {now:%Y-%m-%d %H:%M} UTC", ""])


def send_mail(settings: Settings, notice: Notice, now: datetime.datetime) -> None:
    """Send one e-mail. A password goes over an encrypted connection, or to this machine itself, only."""
    receivers = [one.strip() for one in settings.alert_mail_to.split(",") if one.strip()]
    sender = settings.alert_mail_from or receivers[0]
    host, security = settings.alert_smtp_host, settings.alert_smtp_security
    if settings.alert_smtp_user and security == "none" and host not in _LOOPBACK:
        raise NotDelivered("a password is not sent over a connection that is not encrypted: set starttls or tls")
    try:
        message = EmailMessage()
        message["Subject"] = heading(notice)
        message["From"] = sender
        message["To"] = ", ".join(receivers)
        message["Date"] = format_datetime(now)
        message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2] or None)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(body(notice, now))
        context = ssl.create_default_context()
        seconds, port = settings.alert_seconds, settings.alert_smtp_port
        with (
            smtplib.SMTP_SSL(host, port, timeout=seconds, context=context)
            if security == "tls"
            else smtplib.SMTP(host, port, timeout=seconds)
        ) as server:
            if security == "starttls":
                server.starttls(context=context)
            if settings.alert_smtp_user:
                server.login(settings.alert_smtp_user, settings.alert_smtp_password.get_secret_value())
            server.send_message(message, from_addr=sender, to_addrs=receivers)
    except (OSError, smtplib.SMTPException, ValueError) as problem:
        raise NotDelivered(_in_words(problem)) from None  # its chain may hold what was sent


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Whoever answers elsewhere is not the receiver that was set up."""

    def redirect_request(  # noqa: PLR0917
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


def post_webhook(settings: Settings, notice: Notice, now: datetime.datetime) -> None:
    """Post one notice as JSON, signed where there is a secret. Anything but an answer of 2xx is a failure."""
    url = settings.alert_webhook_url.get_secret_value()
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise NotDelivered("the address of the webhook must begin with https://")
    content = json.dumps(
        {
            "project": "customhouse",
            "kind": notice.kind,
            "subject": notice.subject,
            "title": heading(notice),
            "text": f"{heading(notice)}\n{body(notice, now)}",
            "items": notice.lines(),
            "since": notice.since.isoformat(timespec="seconds"),
            "sent": now.isoformat(timespec="seconds"),
            "host": socket.gethostname(),
        },
        ensure_ascii=False,
    ).encode("utf-8", "backslashreplace")
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "customhouse"}
    secret = settings.alert_webhook_secret.get_secret_value()
    if secret:
        headers |= signature(secret, content, int(now.timestamp()))
    request = urllib.request.Request(url, data=content, headers=headers, method="POST")  # noqa: S310  # seen above
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=settings.alert_seconds):
            return
    except urllib.error.HTTPError as problem:
        problem.close()
        raise NotDelivered(f"the webhook answered {problem.code}") from None
    except (OSError, HTTPException, ValueError) as problem:
        raise NotDelivered(_in_words(problem)) from None


def signature(secret: str, content: bytes, timestamp: int) -> dict[str, str]:
    """The headers that sign a message: HMAC-SHA256 over time and content, so that no old one can be replayed."""
    signed = hmac.new(secret.encode(), f"{timestamp}.".encode() + content, hashlib.sha256).hexdigest()
    return {"X-Customhouse-Timestamp": str(timestamp), "X-Customhouse-Signature": f"sha256={signed}"}


def _in_words(problem: BaseException) -> str:
    reason = getattr(problem, "reason", None)
    return f"{type(problem).__name__}: {reason or problem}"
