"""How one feed is asked: the operator's headers, credentials, certificate and proxy, kept from every other server."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from monitor.settings.feeds import FeedSettings, HttpSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What the operator set up for one feed. `headers` go to the feed's own origin only; nothing here is ever shown."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    proxy: str | None = field(default=None, repr=False)
    client_cert: Path | None = None
    client_key: Path | None = None


def access_for(feed: FeedSettings, http: HttpSettings) -> Access:
    """The access that the configuration gives to `feed`; the feed's own proxy comes before the common one."""
    headers = {name: value.get_secret_value() for name, value in feed.headers.items()}
    if feed.cookies:
        headers["Cookie"] = "; ".join(f"{name}={value.get_secret_value()}" for name, value in feed.cookies.items())
    if feed.auth is not None:
        if feed.auth.bearer is not None:
            headers["Authorization"] = f"Bearer {feed.auth.bearer.get_secret_value()}"
        else:
            password = feed.auth.password.get_secret_value() if feed.auth.password is not None else ""
            pair = base64.b64encode(f"{feed.auth.username}:{password}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
    proxy = feed.proxy or http.proxy
    return Access(
        headers=headers,
        proxy=None if proxy is None else proxy.get_secret_value(),
        client_cert=feed.client_cert,
        client_key=feed.client_key,
    )


def user_agent(http: HttpSettings) -> str:
    """The honest User-Agent: the configured one, else this program's name with the operator's contact."""
    if http.user_agent is not None:
        return http.user_agent if http.contact is None else f"{http.user_agent} (+{http.contact})"
    return (
        f"news-monitor/{version('news-monitor')} (+{http.contact})"
        if http.contact
        else f"news-monitor/{version('news-monitor')} (feed reader)"
    )


@lru_cache(maxsize=8192)
def same_site(url: str, other: str) -> bool:
    """Whether both URLs lead to the same host and port, or to the two default ports of one host."""
    first, second = urlsplit(url), urlsplit(other)
    if (first.hostname or "").lower() != (second.hostname or "").lower():
        return False
    ports = {first.port or _default(first.scheme), second.port or _default(second.scheme)}
    return len(ports) == 1 or ports == {80, 443}


def may_carry_secrets(url: str, origin: str) -> bool:
    """Whether headers meant for `origin` may go to `url`: the same site, and never from https down to http."""
    return same_site(url, origin) and not (urlsplit(origin).scheme == "https" and urlsplit(url).scheme != "https")


def _default(scheme: str) -> int:
    return 443 if scheme == "https" else 80


@lru_cache(maxsize=64)
def client_context(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """A TLS context that shows `certificate`; OSError or ssl.SSLError if it cannot be read."""
    context = ssl.create_default_context()
    context.load_cert_chain(certificate, key)
    return context
