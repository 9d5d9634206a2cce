"""What hubs (WebSub) say at our address: questions whether we meant it, and what feeds have published."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from monitor.daemon.parser_client import Parse
from monitor.domain.article import Entry, Origin
from monitor.domain.freshness import AgeLimits, is_news
from monitor.domain.hub_subscription import HubState, HubSubscription, confirmed, denied
from monitor.domain.ids import ScanId
from monitor.domain.text import one_line
from monitor.domain.urls import parse_url
from monitor.logs import get_logger
from monitor.parse.feed_delta import FeedDelta
from monitor.polling.poll import with_language
from monitor.settings.feeds import FeedSettings
from monitor.storage import due_feeds, hub_subscriptions
from monitor.storage.articles import ingest_all
from monitor.storage.engine import Database
from monitor.storage.hub_subscriptions import SubscribedFeed
from monitor.storage.ingest import IngestRequest

_METHODS: Final = frozenset({"sha1", "sha256", "sha384", "sha512"})


@dataclass(frozen=True, slots=True, kw_only=True)
class HubPush:
    """A document that a hub has sent, with its headers in lower case."""

    body: bytes
    headers: Mapping[str, str]


def find_subscription(database: Database, token: str) -> SubscribedFeed | None:
    """Return the subscription at whose address something has come; None for an address that nobody waits at."""
    with database.read() as connection:
        return hub_subscriptions.by_token(connection, token)


def answer_question(database: Database, one: HubSubscription, asked: Mapping[str, str], now: datetime) -> str | None:
    """Return the word with which a hub's question is answered; None if we did not mean it (a refusal for the hub)."""
    mode, topic = asked.get("hub.mode", ""), asked.get("hub.topic", "")
    if mode == "denied":
        after = denied(one, now, one_line(asked.get("hub.reason", ""))[:200])
        changed = {"state": after.state, "expires_at": None, "next_request_at": after.next_request_at, "reason": after.reason}
        with database.write() as connection:
            hub_subscriptions.change(connection, one, **changed)
        get_logger().info("hub.failed", feed=one.feed_url, hub=one.hub, reason=after.reason)
        return ""
    challenge = asked.get("hub.challenge")
    wanted = "unsubscribe" if one.state is HubState.ENDING else "subscribe"
    if mode != wanted or topic != one.topic or challenge is None:
        return None
    with database.write() as connection:
        if one.state is HubState.ENDING:
            hub_subscriptions.remove(connection, one)
        else:
            after = confirmed(one, now, _seconds(asked.get("hub.lease_seconds", "")))
            names = ("state", "lease_s", "expires_at", "next_request_at", "tries", "reason")
            hub_subscriptions.change(connection, one, **{name: getattr(after, name) for name in names})
    get_logger().info("hub.confirmed", feed=one.feed_url, hub=one.hub, mode=mode)
    return challenge


def is_signed(one: HubSubscription, push: HubPush) -> bool:
    """Return whether the hub has signed the body with our secret."""
    method, _, given = push.headers.get("x-hub-signature", "").strip().partition("=")
    if method.lower() not in _METHODS:
        return False
    expected = hmac.new(one.secret.encode(), push.body, getattr(hashlib, method.lower())).hexdigest()
    return hmac.compare_digest(expected.encode(), given.strip().lower().encode("utf-8", "replace"))


async def read_push(
    feed: SubscribedFeed, push: HubPush, settings: FeedSettings, parse: Parse, now: datetime
) -> tuple[Origin, tuple[Entry, ...]] | None:
    """Return what a push brings, read as a poll would read it; None for one without entries, which asks for a poll."""
    parsed = await parse(push.body, feed.subscription.topic, push.headers, now, feed.fingerprints)
    if not isinstance(parsed, FeedDelta) or not parsed.size:
        return None
    origin = Origin(
        id=feed.id,
        name=settings.name or feed.name or parsed.feed.title or parse_url(settings.url).host,
        url=settings.url,
        language=settings.language,
        tags=settings.tags,
    )
    return origin, with_language(parsed.feed, settings.language)


def store_push(
    database: Database, feed: SubscribedFeed, read: tuple[Origin, tuple[Entry, ...]] | None, limits: AgeLimits, now: datetime
) -> list[ScanId]:
    """Store what a push has brought, and that its hub works; have the feed polled if it brought nothing. Return the scans to relay."""
    with database.write(durable=True) as connection:
        if read is None:
            due_feeds.make_these_due(connection, [feed.subscription.feed_url], now)
            return []
        origin, entries = read
        request = IngestRequest(
            origin=origin, entries=entries, alertable=lambda entry: is_news(entry.published_at, first=False, now=now, limits=limits)
        )
        (stored,) = ingest_all(connection, [request], now=now)
        hub_subscriptions.change(connection, feed.subscription, heard_at=now, **({"missed": 0} if stored.new else {}))
        return list(stored.scans)


def _seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 12 else None
