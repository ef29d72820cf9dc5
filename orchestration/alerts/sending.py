"""Telling every receiver what it has not been told, within a bound of time, and remembering it."""

from __future__ import annotations

import datetime
import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError

from orchestration.alerts.channels import Channel, NotDelivered, channels
from orchestration.alerts.notices import Condition, Item, Notice, Told, due, told_after
from orchestration.atomic import write_whole
from orchestration.redaction import without_secrets
from orchestration.settings import Settings

_LOG = logging.getLogger("customhouse")


class Ledger(BaseModel):
    """What was told, by receiver and subject."""

    told: dict[str, dict[str, Told]] = {}


@dataclass
class Attempt:
    """What became of the notices for one receiver."""

    channel: str
    notices: list[Notice]
    delivered: list[Notice] = field(default_factory=list)
    problem: str = ""


def is_somebody_told(settings: Settings) -> bool:
    """Whether any receiver is set up."""
    return bool(channels(settings))


def tell(settings: Settings, conditions: Sequence[Condition], now: datetime.datetime) -> list[Attempt]:
    """Tell each receiver what is due to it; what was not delivered is due again the next time.

    Receivers are told side by side and are given up after `alert_seconds` in all: whoever waits for this waits no
    longer. One that takes a notice later than that gets it again. Raises OSError where the ledger cannot be written.
    """
    if not is_somebody_told(settings):
        return []
    path = settings.alerts_ledger
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(path.with_suffix(".lock"), timeout=settings.alert_seconds):
            ledger = _read(path)
            attempts = []
            for name in channels(settings):
                told = ledger.told.get(name, {})
                attempts.append(Attempt(name, due(conditions, told, now, settings.alert_reminder_days)))
            _deliver(settings, attempts, now)
            after = Ledger(
                told={
                    one.channel: told_after(conditions, ledger.told.get(one.channel, {}), one.delivered, now)
                    for one in attempts
                }
            )
            if after != ledger:
                write_whole(path, after.model_dump_json(indent=1))
    except Timeout:  # another process tells of the same state
        return []
    _log(attempts)
    return attempts


def send_test(settings: Settings, now: datetime.datetime) -> list[Attempt]:
    """Send every receiver a message that says that it arrives; nothing is remembered of it."""
    text = Item("test", "Alerts arrive. Nothing is wrong: somebody asked for this message.")
    notice = Notice("test", "test", "a test of alerts", (text,), frozenset(), now)
    attempts = [Attempt(name, [notice]) for name in channels(settings)]
    _deliver(settings, attempts, now)
    _log(attempts)
    return attempts


def _deliver(settings: Settings, attempts: Sequence[Attempt], now: datetime.datetime) -> None:
    """Fill in what was delivered by the deadline. Threads that hang then die with the process."""
    ways = channels(settings)
    begun = []
    for one in attempts:
        if one.notices:
            # What its thread does after the deadline is not seen.
            apart = Attempt(one.channel, one.notices)
            thread = threading.Thread(target=_deliver_to, args=(ways[one.channel], settings, apart, now), daemon=True)
            thread.start()
            begun.append((one, apart, thread))
    deadline = time.monotonic() + settings.alert_seconds
    for one, apart, thread in begun:
        thread.join(max(0.0, deadline - time.monotonic()))
        one.delivered = list(apart.delivered)
        one.problem = f"no answer within {settings.alert_seconds:g} s" if thread.is_alive() else apart.problem


def _deliver_to(channel: Channel, settings: Settings, attempt: Attempt, now: datetime.datetime) -> None:
    try:
        for notice in attempt.notices:
            channel(settings, notice, now)
            attempt.delivered.append(notice)
    except NotDelivered as problem:
        attempt.problem = without_secrets(settings, str(problem))
    except Exception as problem:  # a receiver that answers what no one thought of must not end a refresh
        attempt.problem = without_secrets(settings, f"{type(problem).__name__}: {problem}")


def _log(attempts: Sequence[Attempt]) -> None:
    for one in attempts:
        for notice in one.delivered:
            extra = {"event": "alert sent", "channel": one.channel, "subject": notice.subject, "kind": notice.kind}
            _LOG.info("told by %s: %s", one.channel, notice.title, extra=extra)
        if one.problem:
            extra = {"event": "alert not sent", "channel": one.channel}
            _LOG.warning("not told by %s: %s", one.channel, one.problem, extra=extra)


def _read(path: Path) -> Ledger:
    """A ledger that cannot be read counts as empty: told twice is better than never."""
    try:
        return Ledger.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Ledger()
    except (OSError, ValidationError, UnicodeDecodeError):
        _LOG.warning("%s cannot be read: what is wrong is told anew", path, extra={"event": "ledger unreadable"})
        return Ledger()
