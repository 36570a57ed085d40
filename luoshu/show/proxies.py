"""Who really asks, where a proxy (nginx, Caddy, a load balancer) stands before the server and speaks https for it.

What such a proxy says of a request is believed of those proxies only that were named: anybody can write the same words.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from luoshu.words.message import say

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

FOR, PROTO, HOST = b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host"
MOST_HOPS = 20
"""Addresses that are read, from the right: whoever asks may have written as many as fit to the left of them."""
HOST_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-_:[]")
MOST_HOST = 260


@dataclass(frozen=True)
class Proxies:
    """The addresses of the proxies whose word is believed; none at first."""

    networks: tuple[Network, ...] = ()

    @classmethod
    def read(cls, text: str) -> Proxies:
        """Addresses and networks by comma; ValueError with a sentence for anything else.

        >>> Proxies.read("127.0.0.1, 10.8.0.0/16").trusts("10.8.3.4")
        True
        """
        found = []
        for part in text.replace("，", ",").split(","):
            try:
                found += [ipaddress.ip_network(part.strip(), strict=False)] if part.strip() else []
            except ValueError:
                says = say("{name} is not the address of a proxy; write it as in 127.0.0.1 or 10.8.0.0/16",
                           name=part.strip())  # fmt: skip
                raise ValueError(says) from None
        return cls(tuple(found))

    def trusts(self, address: str) -> bool:
        """Whether this is the address of one of the proxies."""
        found = address_of(address)
        return found is not None and any(found.version == each.version and found in each for each in self.networks)


def address_of(text: str) -> Address | None:
    """An address without the port that some proxies write behind it; None for anything else.

    >>> address_of("[2001:db8::1]:443"), address_of("::ffff:10.0.0.1"), address_of("10.0.0.1:80"), address_of("me")
    (IPv6Address('2001:db8::1'), IPv4Address('10.0.0.1'), IPv4Address('10.0.0.1'), None)
    """
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


class Forwarded:
    """Middleware, the first of all: a request that one of `proxies` hands on is the request of whom it names.

    The client is the last address in X-Forwarded-For that is no proxy's own, the scheme that of X-Forwarded-Proto, the
    name of the server that of X-Forwarded-Host, or of Host. A proxy that does not say for whom it asks stands for
    nobody on this machine: nothing is settled through it, and `tell` hears of it once.
    """

    def __init__(self, app: App, proxies: Proxies, tell: Callable[[str], None] = lambda address: None) -> None:
        self.app, self.proxies, self.tell = app, proxies, tell
        self.silent = False

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        peer = (scope.get("client") or ("", 0))[0]
        if scope["type"] == "http" and self.proxies.trusts(peer):
            scope = self.named(scope, peer)
        await self.app(scope, receive, send)

    def named(self, scope: Scope, peer: str) -> Scope:
        """The request as it came to the first of the proxies."""
        headers = list(scope["headers"])
        client = self.client(_last_of(headers, FOR), peer)
        if client is None:
            if not self.silent:
                self.silent = True
                self.tell(peer)
            return {**scope, "headers": [*headers, (b"via", b"proxy")]}
        scheme = (_last_of(headers, PROTO)[-1:] or [""])[0].lower()
        host = (_last_of(headers, HOST)[-1:] or [""])[0].lower()
        told: dict[str, Any] = {"client": (client, 0)}
        if scheme in ("http", "https"):
            told["scheme"] = scheme
        if host and len(host) <= MOST_HOST and set(host) <= HOST_SIGNS:
            told["headers"] = [*((name, value) for name, value in headers if name != b"host"),
                               (b"host", host.encode())]  # fmt: skip
        return {**scope, **told}

    def client(self, hops: list[str], peer: str) -> str | None:
        """Who asked: the last address that is no proxy's own; None where the proxy does not say."""
        found = None
        for hop in reversed(hops[-MOST_HOPS:]):
            address = address_of(hop)
            if address is None:
                return found or peer  # what stands left of it was written by nobody who is known
            found = str(address)
            if not self.proxies.trusts(found):
                return found
        return found


def _last_of(headers: list[tuple[bytes, bytes]], name: bytes) -> list[str]:
    """The values of a header that may be written several times, and with several values each."""
    lines = [value.decode("latin-1") for each, value in headers if each.lower() == name]
    return [part.strip() for line in lines for part in line.split(",") if part.strip()]
