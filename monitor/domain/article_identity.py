"""Tell whether entries of different origins are the same article."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from monitor.domain.article import Entry
from monitor.domain.hashing import hash_parts
from monitor.domain.urls import canonical_url

MIN_WORDS = 12
"""Fewer words in title and text together say too little: "Live updates" is not one article."""

_WORD = re.compile(r"[^\W_]+")
_ASCII_WORDS = "".join(chr(code).lower() if chr(code).isalnum() else " " for code in range(128))
"""Finds the same words in plain ASCII, ten times as fast."""


def url_key(entry: Entry) -> bytes | None:
    """Return the identity of an entry across origins by its canonical URL, 32 bytes; None without a URL."""
    return _url_digest(entry.url) if entry.url else None


@lru_cache(maxsize=4096)
def _url_digest(url: str) -> bytes:
    return hash_parts("url", canonical_url(url))


def text_key(entry: Entry) -> bytes | None:
    """Return the identity of an entry by its title and text without asides, ignoring case, marks and spacing, 32 bytes; None for a short text.

    The title is part of it because paywalls give many articles one text.
    """
    said = f"{entry.title}\n{entry.own_text}"
    words = (
        said.translate(_ASCII_WORDS).split() if said.isascii() else _WORD.findall(unicodedata.normalize("NFKD", said).casefold())
    )
    return hash_parts("text", " ".join(words)) if len(words) >= MIN_WORDS else None
