"""Turn the name of a source on a platform, such as `telegram:channel`, into the address that can be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote, urlencode

_NAME: Final = r"@?([A-Za-z0-9_.-]{1,100})"
_TELEGRAM_PAGE: Final = {
    "item": ".tgme_widget_message[data-post]",
    "title": ".js-message_text",
    "link": "a.tgme_widget_message_date",
    "date": "a.tgme_widget_message_date time",
    "text": ".js-message_text",
}
_Found = Mapping[str, object] | None


def platform_source(name: str) -> Mapping[str, object] | None:
    """Return the keys of a `feeds:` item for a name such as `reddit:r/x`; None for an address, or a scheme that is no platform.

    Raises ValueError for a name that its platform cannot have.
    """
    platform, colon, rest = name.strip().partition(":")
    known = _PLATFORMS.get(platform.lower())
    if not colon or known is None or rest.startswith("//"):
        return None
    read, example = known
    found = read(rest.strip())
    if found is None:
        raise ValueError(f"`{rest.strip()[:100]}` is no name there; expected one such as `{example}`")
    return found


def platforms() -> tuple[str, ...]:
    """Return the names of the platforms."""
    return tuple(_PLATFORMS)


def _telegram(rest: str) -> _Found:
    found = re.fullmatch(r"@?(?:s/)?([A-Za-z][A-Za-z0-9_]{2,63})", rest)
    return found and {"url": f"https://t.me/s/{found[1]}", "select": _TELEGRAM_PAGE}


def _youtube(rest: str) -> _Found:
    if re.fullmatch(r"UC[A-Za-z0-9_-]{22}", rest):
        return {"url": f"https://www.youtube.com/feeds/videos.xml?channel_id={rest}"}
    found = re.fullmatch(_NAME, rest)
    return found and {"url": f"https://www.youtube.com/@{found[1]}", "discover": True}


def _mastodon(rest: str) -> _Found:
    found = re.fullmatch(r"@?([A-Za-z0-9_.-]{1,100})@([A-Za-z0-9.-]{1,200}(?::\d{1,5})?)", rest)
    return found and {"url": f"https://{found[2].lower()}/@{found[1]}.rss"}


def _bluesky(rest: str) -> _Found:
    found = re.fullmatch(r"@?((?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}|did:[a-z]+:[A-Za-z0-9._-]{1,100})", rest)
    return found and {"url": f"https://bsky.app/profile/{found[1]}/rss"}


def _reddit(rest: str) -> _Found:
    found = re.fullmatch(r"/?(?:(r|u|user)/)?([A-Za-z0-9_+-]{2,200})/?", rest)
    if found is None:
        return None
    place = f"r/{found[2]}/new" if found[1] in {None, "r"} else f"user/{found[2]}"
    return {"url": f"https://www.reddit.com/{place}/.rss"}


def _github(rest: str) -> _Found:
    found = re.fullmatch(r"([A-Za-z0-9-]{1,100})/([A-Za-z0-9._-]{1,100})", rest)
    return found and {"url": f"https://github.com/{found[1]}/{found[2]}/releases.atom"}


def _googlenews(rest: str) -> _Found:
    if not rest:
        return None
    values = {"q": " ".join(rest.split()), "hl": "en-US", "gl": "US", "ceid": "US:en"}
    return {"url": f"https://news.google.com/rss/search?{urlencode(values, quote_via=quote)}"}


_PLATFORMS: Final[Mapping[str, tuple[Callable[[str], _Found], str]]] = {
    "telegram": (_telegram, "telegram:channel"),
    "youtube": (_youtube, "youtube:@name"),
    "mastodon": (_mastodon, "mastodon:@user@host"),
    "bluesky": (_bluesky, "bluesky:handle.example"),
    "reddit": (_reddit, "reddit:r/name"),
    "github": (_github, "github:owner/repository"),
    "googlenews": (_googlenews, "googlenews:words to find"),
}
