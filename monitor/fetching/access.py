"""The headers, credentials, certificate and proxy that the operator set for a feed, and which servers may be sent them."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from monitor.domain.urls import Url
from monitor.settings.feeds import FeedSettings, HttpSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What the operator set for one feed. `headers` are sent to the feed's own site only; nothing here is ever shown.

    `private`: the feed's host may have an address inside our network.
    """

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    proxy: str | None = field(default=None, repr=False)
    client_cert: Path | None = None
    client_key: Path | None = None
    private: bool = False


def access_for(feed: FeedSettings, http: HttpSettings) -> Access:
    """Return what the configuration sets for `feed`; its own proxy wins over the common one."""
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
        private=feed.private,
    )


def user_agent(http: HttpSettings) -> str:
    """Return the configured User-Agent, else this program's name, with the operator's contact."""
    if http.user_agent is not None:
        return http.user_agent if http.contact is None else f"{http.user_agent} (+{http.contact})"
    return (
        f"news-monitor/{version('news-monitor')} (+{http.contact})"
        if http.contact
        else f"news-monitor/{version('news-monitor')} (feed reader)"
    )


def may_carry_secrets(url: Url, origin: Url) -> bool:
    """Return whether headers meant for `origin` may be sent to `url`: the same site, and never from https down to http."""
    return url.is_same_site(origin) and not (origin.scheme == "https" and url.scheme != "https")


@lru_cache(maxsize=64)
def client_context(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """Return a TLS context that presents `certificate`. Raises OSError or ssl.SSLError if it cannot be read."""
    context = ssl.create_default_context()
    context.load_cert_chain(certificate, key)
    return context
