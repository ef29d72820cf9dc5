"""What is to be told: the state of things compared with what was told of it before."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

#: Of what is wrong, so much is told; the rest is counted.
_TOLD = 20


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is wrong. Two of one identity are the same thing, whatever their words."""

    identity: str
    text: str

    @property
    def key(self) -> str:
        """The identity as it is remembered."""
        return hashlib.sha256(self.identity.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is looked at each time: wrong in each of `items`, or well where there is none."""

    subject: str
    #: What it is called when it is wrong, and when it is well again.
    title: str
    title_when_well: str
    items: tuple[Item, ...]


class Told(BaseModel):
    """What a receiver was told of one subject that is wrong."""

    model_config = ConfigDict(frozen=True)

    since: datetime.datetime
    sent: datetime.datetime
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one receiver."""

    kind: Literal["new", "reminder", "well", "test"]
    subject: str
    title: str
    items: tuple[Item, ...]
    new_keys: frozenset[str]
    since: datetime.datetime

    def lines(self) -> list[str]:
        """What is wrong, a line each: what is new first, and no more than a person reads."""
        ordered = sorted(self.items, key=lambda item: item.key not in self.new_keys)
        is_partly_new = self.new_keys and len(self.new_keys) < len(self.items)
        lines = [f"{'new: ' if is_partly_new and item.key in self.new_keys else ''}{item.text}" for item in ordered]
        return [*lines[:_TOLD], *([f"… and {len(lines) - _TOLD} more"] if len(lines) > _TOLD else [])]


def due(
    conditions: Sequence[Condition], told: Mapping[str, Told], now: datetime.datetime, reminder_days: int
) -> list[Notice]:
    """What a receiver is to be told now, who was told what `told` says."""
    notices = []
    for condition in conditions:
        before = told.get(condition.subject)
        keys = frozenset(item.key for item in condition.items)
        new = keys - frozenset(before.known if before else ())
        since = before.since if before else now
        if not keys and before:
            notices.append(Notice("well", condition.subject, condition.title_when_well, (), frozenset(), since))
        elif new:
            notices.append(Notice("new", condition.subject, condition.title, condition.items, new, since))
        # A clock that was wrong when it was told does not put the reminder off for ever.
        elif keys and before and abs(now - before.sent) >= datetime.timedelta(days=reminder_days):
            notices.append(Notice("reminder", condition.subject, condition.title, condition.items, frozenset(), since))
    return notices


def told_after(
    conditions: Sequence[Condition], told: Mapping[str, Told], delivered: Sequence[Notice], now: datetime.datetime
) -> dict[str, Told]:
    """What a receiver has been told after these notices: of what is not wrong any more, nothing is remembered."""
    after = dict(told)
    for notice in delivered:
        if notice.kind == "well":
            after.pop(notice.subject, None)
        else:
            known = tuple(sorted({item.key for item in notice.items}))
            after[notice.subject] = Told(since=notice.since, sent=now, known=known)
    for condition in conditions:
        one = after.get(condition.subject)
        keys = {item.key for item in condition.items}
        if one and keys:  # what went away and comes back is new
            still = tuple(key for key in one.known if key in keys)
            after[condition.subject] = one.model_copy(update={"known": still})
    return after
