"""Choose the address of an item's page among what a feed gives: scripts, tags, pictures and editing addresses are none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from monitor.domain.urls import absolute_url, parse_url

_FOLLOWED = frozenset({"http", "https", "ftp", "gemini", "gopher", "magnet"})
_NO_PAGE = re.compile(r"(?:service\.)?(?:edit|post|feed)|edit-media|replies|hub|license|image|icon|search|service|self")
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|bmp|svg|ico)\Z", re.IGNORECASE)


class ItemLink(NamedTuple):
    """A link of an item: its relation and media type in lower case, and its target as written."""

    relation: str
    kind: str
    href: str


def article_link(stated: str | None, links: Sequence[ItemLink], base: str) -> str | None:
    """Return the absolute address of the page: the `stated` one if it can be one, else an alternate, else any other; None without one.

    A picture is taken only where the feed states it and nothing else.
    """
    addresses = [address for href in _candidates(stated, links) if (address := _followed(href, base)) is not None]
    pages = (address for address in addresses if not _PICTURE.search(parse_url(address).path))
    return next(pages, addresses[0] if stated and addresses else None)


def _candidates(stated: str | None, links: Sequence[ItemLink]) -> Iterator[str]:
    alternates = [link.href for link in links if link.relation == "alternate" and not link.kind.startswith("image/")]
    beside = {link.href for link in links if _is_beside(link)}.difference(alternates)
    if stated and stated not in beside:
        yield stated
    yield from alternates
    yield from (link.href for link in links if link.relation != "alternate" and link.href not in beside)


def _is_beside(link: ItemLink) -> bool:
    """Return whether a link leads to something beside the page, such as a picture or the way to edit it."""
    return link.kind.startswith("image/") or _NO_PAGE.fullmatch(link.relation) is not None


def _followed(href: str, base: str) -> str | None:
    if not href.strip():
        return None
    address = absolute_url(base, href)
    scheme = parse_url(address).scheme
    return None if scheme and scheme not in _FOLLOWED else address
