"""Find out who publishes an article: the owner of its outlet, or the agency whose own it is."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from monitor.domain.urls import parse_url
from workers.provenance.agencies import agency_domains

PUBLISHERS: Final = Path(__file__).with_name("publishers.txt")
_SECOND_LEVEL: Final = frozenset(
    "co com net org gov ac edu or ne go gob gouv gen ltd plc sch nhs web info press media nom asso in firm ind".split()
)
_SHARED_HOSTS: Final = frozenset(
    "blogspot.com wordpress.com substack.com ghost.io github.io tumblr.com typepad.com livejournal.com beehiiv.com wixsite.com medium.com".split()
)
_OTHERS_NEWS: Final = frozenset(
    "google.com feedburner.com feedblitz.com rsshub.app t.me telegram.me youtube.com youtu.be twitter.com x.com facebook.com reddit.com "
    "flipboard.com msn.com yahoo.com bing.com bsky.app linkedin.com instagram.com archive.org".split()
)
"""Domains that show what others publish: whose it is says only the name of the source."""


def owner_of(*, source: str, url: str | None, feed_url: str | None, family: str | None = None) -> str:
    """Return the name of an article's publisher: its family as configured, an agency, a known owner, its registrable domain, or its source."""
    if family is not None:
        return family
    for address in (url, feed_url):
        host = parse_url(address).host if address else ""
        domain = registrable_domain(host)
        if not domain or domain in _OTHERS_NEWS:
            continue
        known = _known_owner(host)
        return known or domain
    return source


def registrable_domain(host: str) -> str:
    """Return the part of a host that somebody has registered; on a host that many share, the name before it as well; empty for an address."""
    labels = host.split(".")
    if len(labels) < 2 or ":" in host or labels[-1].isdecimal():
        return ""
    size = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL else 2
    domain = ".".join(labels[-size:])
    return ".".join(labels[-size - 1 :]) if domain in _SHARED_HOSTS else domain


def _known_owner(host: str) -> str | None:
    """Return the owner of a host or of the longest domain around it that is known."""
    owners, labels = _owners(), host.split(".")
    domains = (".".join(labels[start:]) for start in range(len(labels) - 1))
    return next((owners[domain] for domain in domains if domain in owners), None)


@cache
def _owners() -> dict[str, str]:
    owners: dict[str, str] = {}
    for line in PUBLISHERS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, domains = line.partition(" | ")
            owners |= dict.fromkeys(domains.split("; "), name)
    return owners | agency_domains()
