"""Find out whether a feed names a hub (WebSub) that tells of its entries: pure functions of the document and the headers of its answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from monitor.domain.urls import absolute_url, parse_url
from monitor.fetching.outcome import DELTA, Fetched, Outcome
from monitor.parse.feed_delta import FeedDelta
from monitor.parse.result import ParsedFeed

MAX_ADDRESS: Final = 2000
_LINK: Final = re.compile(r"<([^<>]{1,2000})>((?:\s*;\s*[\w*-]+\s*=\s*(?:\"[^\"]{0,500}\"|[^\",;\s]{1,500}))*)")
_RELATION: Final = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]{0,500})\"|([^\",;\s]{1,500}))", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class HubOffer:
    """Where to subscribe (`hub`), and the address of the feed as the hub knows it."""

    hub: str
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedHub:
    """What a whole document of a feed offers; None: no hub."""

    feed_url: str
    offer: HubOffer | None


def offered_hub(feed_url: str, outcome: Outcome, document: FeedDelta | None) -> OfferedHub | None:
    """Return what a poll says of the feed's hub; None if it brought no whole document."""
    if document is None or not isinstance(outcome, Fetched) or outcome.status == DELTA or outcome.broken is not None:
        return None
    return OfferedHub(feed_url=feed_url, offer=hub_offer(document.feed, outcome.headers, outcome.url))


def hub_offer(document: ParsedFeed, headers: Mapping[str, str], url: str) -> HubOffer | None:
    """Return what a feed that was read at `url` offers; None if it names no hub. The headers of the answer go before the document."""
    linked = _links(headers.get("link", ""), url)
    hubs, topics = linked.get("hub") or document.hubs, linked.get("self") or ((document.self_url,) if document.self_url else ())
    hub = next((one for one in hubs if _usable(one)), None)
    if hub is None:
        return None
    return HubOffer(hub=hub, topic=next((one for one in topics if _usable(one)), url))


def _links(header: str, url: str) -> dict[str, tuple[str, ...]]:
    """Return the addresses of a `Link` header (RFC 8288) by their relations."""
    found: dict[str, tuple[str, ...]] = {}
    for target, parameters in _LINK.findall(header[:20_000]):
        relation = _RELATION.search(parameters)
        for name in (relation[1] or relation[2] or "").lower().split() if relation else ():
            found[name] = (*found.get(name, ()), absolute_url(url, target))
    return found


def _usable(address: str) -> bool:
    return len(address) <= MAX_ADDRESS and parse_url(address).is_http
