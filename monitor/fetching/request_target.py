"""Make the addresses that are put into requests."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit

from yarl import URL

from monitor.domain.urls import Url

_SURROGATE = re.compile("[\ud800-\udfff]")
_UNQUOTED = bytes(range(0x21, 0x7F))


@lru_cache(maxsize=16_384)
def request_target(url: Url) -> URL:
    """Return the address to request."""
    # With a path: some proxies and servers do not accept an absolute request target without one.
    return URL(url.text if url.path else urlsplit(url.text)._replace(path="/").geturl())


def redirect_target(url: str, location: str) -> str:
    """Return where `location` leads. Bytes of an old encoding, which aiohttp passes on as surrogates, are sent as the same bytes."""
    if _SURROGATE.search(location):
        location = quote(location.encode("utf-8", "surrogateescape"), safe=_UNQUOTED)
    target = urljoin(url, location.strip())
    return target.partition("#")[0]
