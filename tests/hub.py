"""A hub (WebSub) that does what the standard says of hubs, and the feed whose entries it distributes, on one server."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from http.client import HTTPResponse
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode
from urllib.request import Request as Outgoing
from urllib.request import urlopen

from aiohttp import web

from monitor.domain.clock import SYSTEM_CLOCK
from tests.receiving import Receiver


@dataclass(frozen=True)
class Subscriber:
    """Whom the hub tells."""

    callback: str
    secret: str


class Hub:
    """`lease_s` is what it grants. `asked` holds the forms that it was sent, `polls` counts how often the feed was asked for."""

    def __init__(self, server: Receiver, *, lease_s: int = 3600) -> None:
        self.topic = server.url("/feed")
        self.lease_s = lease_s
        self.subscriber: Subscriber | None = None
        self.asked: list[Mapping[str, str]] = []
        self.polls = 0
        self.names_hub = True
        self._hub = server.url("/hub")
        self._entries: list[tuple[str, str]] = []
        server.answer = self._answer

    def publish(self, title: str, *, tell: bool = True) -> int | None:
        """Add an entry to the feed and, unless told otherwise, tell the subscriber; the status of its answer."""
        self._entries.insert(0, (title, format_datetime(SYSTEM_CLOCK.now())))
        return self.push(self.document(self._entries[:1])) if tell else None

    def push(self, body: str, *, method: str = "sha256", secret: str | None = None, callback: str | None = None) -> int:
        """Send a document to the subscriber; the status of its answer."""
        assert self.subscriber is not None
        key = (self.subscriber.secret if secret is None else secret).encode()
        signature = f"{method}={hmac.new(key, body.encode(), getattr(hashlib, method)).hexdigest()}"
        headers = {"X-Hub-Signature": signature, "Content-Type": "application/rss+xml"}
        return _sent(Outgoing(callback or self.subscriber.callback, body.encode(), headers, method="POST")).status

    def push_to(self, callback: str) -> int:
        """Send something unsigned to an address; the status of the answer."""
        return _sent(Outgoing(callback, b"x", method="POST")).status

    def document(self, entries: list[tuple[str, str]] | None = None) -> str:
        """The feed, with all entries or with these."""
        links = f'<atom:link rel="hub" href="{self._hub}"/><atom:link rel="self" href="{self.topic}"/>' if self.names_hub else ""
        items = "".join(
            f"<item><title>{title}</title><guid>{title}</guid><pubDate>{date}</pubDate></item>"
            for title, date in (self._entries if entries is None else entries)
        )
        return (
            "<?xml version='1.0'?><rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'>"
            f"<channel><title>Hub News</title>{links}{items}</channel></rss>"
        )

    def verify(self, form: Mapping[str, str]) -> int:
        """Ask the subscriber whether it meant a request; the status of its answer. Only then the request counts."""
        challenge = secrets.token_hex(8)
        query = {"hub.mode": form["hub.mode"], "hub.topic": form["hub.topic"], "hub.challenge": challenge}
        if form["hub.mode"] == "subscribe":
            query["hub.lease_seconds"] = str(self.lease_s)
        answer = _sent(Outgoing(f"{form['hub.callback']}?{urlencode(query)}"))
        if answer.status == 200 and answer.read().decode() == challenge:
            subscribed = form["hub.mode"] == "subscribe"
            self.subscriber = Subscriber(form["hub.callback"], form.get("hub.secret", "")) if subscribed else None
        return answer.status

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/hub":
            form = dict(parse_qsl((await request.read()).decode()))
            self.asked.append(form)
            Thread(target=self.verify, args=(form,), daemon=True).start()
            return web.Response(status=202)
        self.polls += 1
        return web.Response(text=self.document(), content_type="application/rss+xml")


class _Refused:
    def __init__(self, error: HTTPError) -> None:
        self.status = error.code

    def read(self) -> bytes:
        """Nothing."""
        return b""


def _sent(request: Outgoing) -> HTTPResponse | _Refused:
    try:
        answer: Any = urlopen(request, timeout=20)
    except HTTPError as error:
        error.close()
        return _Refused(error)
    with answer:
        body = answer.read()
        answer.read = lambda: body
        found: HTTPResponse = answer
        return found
