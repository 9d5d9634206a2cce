"""Decide to which addresses a connection may be opened for a URL that comes from a stranger.

The check is made where the socket is opened, so neither a DNS answer nor an unusual spelling of an address (decimal, octal, mapped)
gets around it.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

Address = IPv4Address | IPv6Address

_NOT_PUBLIC = (
    IPv4Network("100.64.0.0/10"),  # carrier-grade NAT, and a cloud's metadata
    IPv4Network("192.0.0.0/24"),  # protocol assignments, and a cloud's metadata
    IPv4Network(
        "168.63.129.16/32"
    ),  # Azure's platform service: learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
)
"""Addresses of private networks although they are not marked as private."""

_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = IPv6Network("::/96")


class ForbiddenAddress(OSError):
    """A stranger's URL leads to an address inside our own network."""


def is_public(address: Address) -> bool:
    """Return whether `address`, and any IPv4 address that it wraps (mapped, compatible, 6to4, NAT64), is public."""
    if isinstance(address, IPv6Address):
        if address.scope_id is not None or address.is_site_local or address.teredo is not None:
            return False
        if address in _COMPATIBLE:
            return False
        inner = _wrapped(address)
        if inner is not None:
            return is_public(inner)
    elif any(address in network for network in _NOT_PUBLIC):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if any(address in network for network in _NAT64):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


@lru_cache(maxsize=8192)
def literal_address(host: str) -> Address | None:
    """Return the address that a URL's host is, in any form that the system's resolver accepts; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host)) if host[:1].isdigit() else None
    except (OSError, UnicodeError):
        return None


def ssrf_socket_factory(permitted: Callable[[Address], bool]) -> Callable[[Any], socket.socket]:
    """Return a socket factory for aiohttp that raises ForbiddenAddress for an address that is not `permitted`."""

    def open_socket(info: Any) -> socket.socket:
        family, kind, protocol, _, target = info
        address = ip_address(target[0])
        if not permitted(address):
            raise ForbiddenAddress(f"{address} is not a public address")
        return socket.socket(family, kind, protocol)

    return open_socket


@lru_cache(maxsize=8192)
def is_internal(host: str) -> bool:
    """Return whether a URL's host plainly is in our own network, where one host often serves the feeds of many sites."""
    address = literal_address(host)
    if address is not None:
        return not is_public(address)
    return "." not in host or host.endswith((".local", ".localhost", ".internal", ".lan", ".home", ".home.arpa"))
