"""Compare what a query asks of an article's address and author."""

from __future__ import annotations

from urllib.parse import urlsplit

from workers.matching import normalize


def is_on_site(url: str | None, site: str) -> bool:
    """Whether an address is on the host `site` (in small letters) or on one below it; `www.` makes no difference."""
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:
        return False
    wanted = site.removeprefix("www.").rstrip("./")
    return host == wanted or host.endswith(f".{wanted}")


def has_words(text: str, wanted: str) -> bool:
    """Whether a text has the words of another, side by side, in any case and with any diacritics."""
    inside, words = normalize.words(text), normalize.words(wanted)
    return bool(words) and any(inside[at : at + len(words)] == words for at in range(len(inside) - len(words) + 1))
