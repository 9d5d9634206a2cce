"""Which addresses a stranger's URL may lead to."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from monitor.domain.urls import host_of
from monitor.fetching.address_guard import is_internal, is_public, literal_address

PRIVATE = [
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *(
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
    ),
    *(
        "fd00:ec2::254",
        "fec0::1",
        "ff02::1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:1",
    ),
    *("2001:0:7f00:1::", "2001:db8::1"),
]
PUBLIC = ["93.184.216.34", "1.1.1.1", "172.32.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "2002:101:101::1", "64:ff9b::101:101"]


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_ours_is_refused(address: str) -> None:
    """Loopback, private, link-local, metadata, carrier-grade NAT, and IPv6 that wraps any of them."""
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_is_open(address: str) -> None:
    """Public addresses, also when wrapped."""
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1/", "127.0.0.1"),
        ("http://2130706433/", "127.0.0.1"),
        ("http://0177.0.0.1/", "127.0.0.1"),
        ("http://0x7f.1/", "127.0.0.1"),
        ("http://0x7f000001/", "127.0.0.1"),
        ("http://127.1/", "127.0.0.1"),
        ("http://017700000001/", "127.0.0.1"),
        ("http://[::1]:80/", "::1"),
        ("http://[::ffff:127.0.0.1]/", "::ffff:127.0.0.1"),
        ("http://127.0.0.1./", "127.0.0.1"),
        ("http://127%2e0.0.1/", "127.0.0.1"),
        ("http://①②⑦.0.0.1/", "127.0.0.1"),
    ],
)
def test_every_spelling_of_an_address_is_known(url: str, expected: str) -> None:
    """Decimal, octal, hexadecimal, short and dressed-up forms are read as the system's resolver reads them."""
    assert literal_address(host_of(url)) == ip_address(expected)


@pytest.mark.parametrize(
    "url", ["http://example.org/", "http://1.example.org/", "http://feeds/", "http://9gag.com/", "http:///", "x"]
)
def test_names_are_no_addresses(url: str) -> None:
    """A name that begins with a digit is still a name."""
    assert literal_address(host_of(url)) is None


@pytest.mark.parametrize(
    ("url", "inside"),
    [
        ("http://localhost:1200/feed", True),
        ("http://rsshub/feed", True),
        ("http://nas.local/feed", True),
        ("http://192.168.1.5/feed", True),
        ("http://[fd00::5]/feed", True),
        ("https://example.org/feed", False),
        ("https://1.1.1.1/feed", False),
    ],
)
def test_machines_of_our_own_are_told_from_public_ones(url: str, inside: bool) -> None:  # noqa: FBT001 - a table of cases
    """A host in our own network often stands for many sites, so its refusals count per feed."""
    assert is_internal(host_of(url)) == inside
