"""Which addresses may be asked: how a URL is read, which hosts an entry allows, which machines a host may stand for."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urljoin

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

_PORTS = {"http": 80, "https": 443}
_LONGEST_URL = 2000
_CONTROLS_AND_BLANKS = re.compile(r"[\x00-\x20\x7f\\]")


class UnusableAddress(Exception):
    """The URL cannot be asked, or must not be; the message says why."""


@dataclass(frozen=True, slots=True)
class Address:
    """A URL of http or https, in parts; `path` has the query, too."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, text: str) -> Address:
        """The address that a URL names. Raises UnusableAddress."""
        if len(text) > _LONGEST_URL:
            raise UnusableAddress(f"the URL is longer than {_LONGEST_URL:,} characters")
        if _CONTROLS_AND_BLANKS.search(text):
            raise UnusableAddress(f"{text!r} has blanks, backslashes or control characters in it")
        try:
            parts = parse_url(text)
        except LocationParseError:
            raise UnusableAddress(f"{text!r} is no URL") from None
        if parts.scheme not in _PORTS:
            raise UnusableAddress(f"{text!r}: only https and http are fetched, not {parts.scheme or 'a name alone'}")
        if parts.auth is not None:
            raise UnusableAddress("the URL has a user or password in it, and addresses are kept in sidecars")
        if not parts.host:
            raise UnusableAddress(f"{text!r} names no host")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query is not None else "")
        return cls(parts.scheme, parts.host.strip("[]"), parts.port or _PORTS[parts.scheme], path)

    def joined(self, location: str) -> Address:
        """The address that a link or a redirect on this page leads to. Raises UnusableAddress."""
        try:
            return Address.parse(urljoin(self.url, location.strip()))
        except ValueError:
            raise UnusableAddress(f"{location[:200]!r} is no URL") from None

    @property
    def authority(self) -> str:
        """Host and port, the port only where it is not the usual one: what the header Host says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole address."""
        return f"{self.scheme}://{self.authority}{self.path}"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What an entry allows its requests, redirects and links to reach."""

    origin: Address
    hosts: Collection[str] = ()
    http: bool = False
    private_addresses: bool = False

    def check(self, address: Address) -> None:
        """Raises UnusableAddress for another host than the entry's, and for http where only https is allowed."""
        if address.authority != self.origin.authority and address.authority not in self.hosts:
            raise UnusableAddress(f"leads to another host, {address.authority}, which the entry does not allow")
        if address.scheme == "http" and not self.http and not is_loopback(address.host):
            raise UnusableAddress(f"{address.url} is http, which the entry does not allow")

    def machines(self, address: Address) -> list[str]:
        """The IP addresses that the host stands for at this moment.

        Raises UnusableAddress where one of them is of this machine or a private network, unless the entry says so: a
        name can be made to stand for anything. Raises OSError where the name is not known.
        """
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        machines = list(dict.fromkeys(str(one[4][0]) for one in found))
        if not self.private_addresses and not (is_loopback(self.origin.host) and is_loopback(address.host)):
            for machine in machines:
                if not _is_public(machine):
                    raise UnusableAddress(
                        f"{address.host} stands for {machine}, an address of this or a private network"
                    )
        return machines


def is_loopback(host: str) -> bool:
    """Whether a host names this machine by itself, without asking anybody."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_public(machine: str) -> bool:
    address = ipaddress.ip_address(machine.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address.sixtofour or address
    return address.is_global and not address.is_multicast
