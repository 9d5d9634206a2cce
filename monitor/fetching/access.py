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
    ca_file: Path | None = None
    verify: bool = True
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
        ca_file=feed.ca_file,
        verify=feed.verify,
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


class CertificateUnusable(ValueError):
    """A file with a certificate that the operator named cannot be used; the message names the file."""


def tls_of(access: Access) -> ssl.SSLContext | bool:
    """Return what aiohttp takes as `ssl` for requests with this access. Raises CertificateUnusable."""
    if access.client_cert is None and access.ca_file is None and access.verify:
        return True
    return _context(access.client_cert, access.client_key, access.ca_file, access.verify)


@lru_cache(maxsize=64)
def _context(certificate: Path | None, key: Path | None, ca_file: Path | None, verify: bool) -> ssl.SSLContext:  # noqa: FBT001 - cached by position
    try:
        context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    except (OSError, ssl.SSLError) as error:
        raise CertificateUnusable(f"the `ca_file` {ca_file and ca_file.name} cannot be used: {error.strerror or error}") from error
    if not verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if certificate is not None:
        try:
            context.load_cert_chain(certificate, key)
        except (OSError, ssl.SSLError) as error:
            reason = f"the client certificate {certificate.name} cannot be used: {error.strerror or error}"
            raise CertificateUnusable(reason) from error
    return context
