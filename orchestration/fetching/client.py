"""Asking politely: pauses between requests to a host, redirects that keep to the rules, retries for what may pass."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from orchestration.fetching.addresses import Address, Allowed, UnusableAddress
from orchestration.fetching.transport import Answer, Failed, Limits, MayPass, request
from orchestration.settings import Settings

_REDIRECTS = (301, 302, 303, 307, 308)
#: What may be another answer a little later; all others are told at once.
_MAY_PASS = (408, 425, 429, 500, 502, 503, 504)
_HAS_RETRY_AFTER = (429, 503)


class Postponed(Exception):
    """A document is left for a later run; the message says why."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer 200 or 304, and the address that gave it after all redirects."""

    answer: Answer
    address: Address


@dataclass(slots=True)
class Client:
    """Makes the requests of one run."""

    settings: Settings
    tell: Callable[[str], None]
    requests: int = 0
    _asked_at: dict[str, float] = field(default_factory=dict)

    def get(
        self,
        address: Address,
        allowed: Allowed,
        body: Path,
        *,
        headers: Mapping[str, str],
        secret_headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The document at `address`, its content in the file `body`; or the word that it is what it was.

        `secret_headers` go to the host of `address` alone, wherever it redirects. Raises Failed, after as many attempts
        as there may be where the reason may pass, and Postponed.
        """
        attempts = self.settings.fetch_attempts
        for attempt in range(1, attempts + 1):
            try:
                return self._follow(address, allowed, body, headers, secret_headers or {})
            except MayPass as problem:
                if attempt == attempts:
                    raise Failed(f"{problem} ({attempt} attempts)" if attempt > 1 else str(problem)) from problem
                seconds = self._wait_before_retry(attempt, problem)
                self.tell(f"{address.url}: {problem}; asked again in {seconds:.0f} s")
                time.sleep(seconds)
        raise AssertionError("the last attempt returns or raises")

    def _wait_before_retry(self, attempt: int, problem: MayPass) -> float:
        """Seconds: what the server asks for, else doubled each time, and not the same for all who were turned away."""
        longest = self.settings.fetch_retry_after_seconds
        backoff = self.settings.fetch_backoff_seconds * 2.0 ** (attempt - 1)
        spread = random.uniform(0.5, 1.5)  # noqa: S311  # of requests, and protects nothing
        wait = min(backoff * spread, longest)
        if problem.retry_after is None:
            return wait
        try:
            asked = Retry(retry_after_max=10**9).parse_retry_after(problem.retry_after)
        except (InvalidHeader, ValueError, OverflowError):
            return wait
        if asked > longest:
            raise Failed(f"{problem}, and asks to wait {asked:.0f} seconds; the limit is {longest:g}") from problem
        return max(asked, wait)

    def _follow(
        self,
        address: Address,
        allowed: Allowed,
        body: Path,
        headers: Mapping[str, str],
        secret_headers: Mapping[str, str],
    ) -> Response:
        settings = self.settings
        limits = Limits(
            settings.fetch_connect_seconds,
            settings.fetch_read_seconds,
            settings.fetch_seconds,
            int(settings.fetch_megabytes * (1 << 20)),
        )
        first = address
        seen = {address}
        while True:
            self._pause(address)
            is_first_host = (address.scheme, address.authority) == (first.scheme, first.authority)
            sent = {"User-Agent": settings.fetch_user_agent, **headers, **(secret_headers if is_first_host else {})}
            answer = request(address, _machines(address, allowed), sent, body, limits)
            if answer.status not in _REDIRECTS:
                return Response(_accepted(answer), address)
            address = _redirected(address, allowed, answer)
            if address in seen:
                raise Failed(f"redirects in a circle, over {address.url}")
            seen.add(address)
            if len(seen) > settings.fetch_redirects + 1:
                raise Failed(f"redirects more than {settings.fetch_redirects} times")

    def _pause(self, address: Address) -> None:
        """Wait until the host was left alone for long enough, and count the request."""
        if self.requests >= self.settings.fetch_requests:
            raise Postponed(f"{self.requests} requests were made, as many as a run may")
        self.requests += 1
        due = self._asked_at.get(address.host, float("-inf")) + self.settings.fetch_delay_seconds
        time.sleep(max(0.0, due - time.monotonic()))
        self._asked_at[address.host] = time.monotonic()


def _machines(address: Address, allowed: Allowed) -> list[str]:
    try:
        return allowed.machines(address)
    except UnusableAddress as problem:
        raise Failed(str(problem)) from problem
    except (OSError, UnicodeError) as problem:
        raise MayPass(f"the name {address.host} is not known at the moment") from problem


def _redirected(address: Address, allowed: Allowed, answer: Answer) -> Address:
    location = answer.headers.get("location", "")
    if not location:
        raise Failed(f"answered {answer.status}, and does not say where it leads")
    try:
        target = address.joined(location)
        if address.scheme == "https" and target.scheme == "http":
            raise Failed(f"redirects from https to {target.url}")
        allowed.check(target)
    except UnusableAddress as problem:
        raise Failed(f"redirects: {problem}") from problem
    return target


def _accepted(answer: Answer) -> Answer:
    if answer.status in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
        return answer
    known = {one.value: one.phrase for one in HTTPStatus}
    told = f"answered {answer.status} {known.get(answer.status, '')}".strip()
    if answer.status in _MAY_PASS:
        raise MayPass(told, answer.headers.get("retry-after") if answer.status in _HAS_RETRY_AFTER else None)
    raise Failed(told)
