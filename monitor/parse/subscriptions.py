"""Turn an OPML list into feeds that can be subscribed to."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from monitor.parse.opml import Opml, OpmlFeed, Repair
from monitor.settings.values import http_url

_AROUND: Final = re.compile(r"\A(?:feeds?|pcasts?|itpcs?|rss):(?://)?(?=https?://)", re.IGNORECASE)
_SCHEME: Final = re.compile(r"\A(?:feed|pcast|itpc|podcast|rss)(s?):(?://)?(?=[^/])", re.IGNORECASE)
_NO_SCHEME: Final = re.compile(r"\A(?://)?(?=[\w-]+(?:\.[\w-]+)*\.[^\W\d]{2,}(?::\d+)?(?:[/?]|\Z))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriptions:
    """Feeds with valid addresses, each once, and the problems: why others were left out, or what was changed."""

    feeds: tuple[OpmlFeed, ...]
    problems: tuple[Repair, ...]


def to_subscriptions(opml: Opml) -> Subscriptions:
    """Return the feeds of a list: folders of the same address merged, schemes such as `feed:` replaced by http, other addresses left out."""
    feeds: dict[str, OpmlFeed] = {}
    problems: list[Repair] = []
    for feed in opml.feeds:
        address = _web_address(feed.url)
        try:
            url = http_url(address)
        except ValueError as error:
            problems.append(Repair(line=feed.line, message=f"left out: {error}"))
            continue
        if _NO_SCHEME.match(feed.url):
            problems.append(Repair(line=feed.line, message="an address without http:// was taken for one with it"))
        known = feeds.get(url)
        if known is None:
            feeds[url] = replace(feed, url=url)
        else:
            folders = tuple(dict.fromkeys(known.folders + feed.folders))
            feeds[url] = replace(known, title=known.title or feed.title, folders=folders)
    return Subscriptions(feeds=tuple(feeds.values()), problems=tuple(problems))


def _web_address(url: str) -> str:
    """Return `url` with the scheme that a browser would use, and with its spaces encoded."""
    url = _SCHEME.sub(lambda found: f"http{found[1].lower()}://", _AROUND.sub("", url, count=1), count=1)
    return _NO_SCHEME.sub("http://", url, count=1).replace(" ", "%20")
