"""Find what must not be shown of a configuration: what is masked wherever the program shows a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import BaseModel, SecretStr

from monitor.masking import MASK, SHORTEST
from monitor.settings.feeds import FeedSettings
from monitor.settings.interpolate import variables_in
from monitor.settings.model import Settings

_TELLING: Final = re.compile(r"key|token|secret|sig|auth|pass|pwd|code|session|sid|hash", re.IGNORECASE)
_RANDOM: Final = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w.~+=-]{16,}", re.ASCII)
_WORDS: Final = re.compile(r"(?:[a-z]+|\d{1,8}|[a-z\d]{1,5})(?:[-_.~](?:[a-z]+|\d{1,8}|[a-z\d]{1,5}))*")
"""What an editor calls a page: `all-news-100~rss2.xml` is long and has digits, but nobody drew it."""


def secrets_of(settings: Settings, texts: Iterable[str], env: Mapping[str, str], from_files: Iterable[str]) -> frozenset[str]:
    """Return the secrets of a configuration whose files have these `texts` and take secrets from files.

    They are the values of variables and of files, what is declared as a secret, and what looks like one in an address. What the configuration
    also says openly, such as the name of a host or of a channel, is none.
    """
    hidden, shown = _walk(settings)
    written = {env.get(name, "") for text in texts for name in variables_in(text)}
    addresses = {text for text in (*hidden, *(feed.url for feed in settings.feeds)) if "://" in text}
    found = {*written, *from_files, *hidden, *(part for address in addresses for part in _secret_parts(address))}
    openly = "\n".join(shown)
    return frozenset(one for secret in found if len(one := secret.strip()) >= SHORTEST and one not in openly)


def hidden_queries(settings: Settings) -> dict[str, str]:
    """Return the addresses of feeds that have a query, as they occur in texts, and how each is shown."""
    parts = (urlsplit(feed.url) for feed in settings.feeds)
    return {
        f"{start}?{part.query}": f"{start}?{MASK}"
        for part in parts
        if part.query and len(part.path) > 1
        for start in (f"{part.netloc}{part.path}", part.path)
    }


def _walk(value: Any) -> tuple[set[str], set[str]]:
    """Return the texts in a model that are secret, and those that are not. The addresses of feeds are neither."""
    hidden: set[str] = set()
    shown: set[str] = set()
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, SecretStr):
            hidden.add(one.get_secret_value())
        elif isinstance(one, FeedSettings):
            waiting += [getattr(one, name) for name in type(one).model_fields if name != "url"]
        elif isinstance(one, BaseModel):
            waiting += [getattr(one, name) for name in type(one).model_fields if name != "terms"]
        elif isinstance(one, Mapping):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, (tuple, list, frozenset, set)):
            waiting += one
        elif one is not None and not isinstance(one, (bool, int, float)):
            shown.add(str(one))
    return hidden, shown


def _secret_parts(address: str) -> Iterator[str]:
    """Yield the parts of an address that look like secrets: a password, what a query calls a key, a long random name in the path."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return
    if parts.password:
        yield parts.password
        yield unquote(parts.password)
    for name, value in parse_qsl(parts.query):
        if _TELLING.search(name) or _RANDOM.fullmatch(value):
            yield value
    yield from (one for one in parts.path.split("/") if _RANDOM.fullmatch(one) and not _WORDS.fullmatch(one))
