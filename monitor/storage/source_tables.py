"""The tables that hold how far each source has been read."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, String, Table, true

from monitor.storage.metadata import ID, metadata
from monitor.storage.types import Digest, Json, SafeText, ShownText, UtcDateTime

feeds = Table(
    "feeds",
    metadata,
    Column("id", ID, primary_key=True),
    Column("url", SafeText, nullable=False, unique=True),
    Column("name", SafeText, nullable=False),
    Column("host", String(300), nullable=False, index=True),
    Column("active", Boolean, nullable=False, server_default=true()),
    Column("status", String(16), nullable=False, server_default="new"),
    Column("reason", ShownText),
    Column("title", SafeText),
    Column("format", String(32)),
    Column("etag", SafeText),
    Column("last_modified", SafeText),
    Column("body_hash", Digest),
    Column("moved_to", SafeText),
    Column("moves_seen", Integer, nullable=False, server_default="0"),
    Column("last_polled_at", UtcDateTime),
    Column("last_success_at", UtcDateTime),
    Column("last_full_fetch_at", UtcDateTime),
    Column("next_poll_at", UtcDateTime),
    Column("interval_s", Float),
    Column("failures", Float, nullable=False, server_default="0"),
    Column("history", Json),
    Column("imprints", LargeBinary),
    Column("gap_at", UtcDateTime),
    Column("overdue_after_s", Float),
    Column("overdue_at", UtcDateTime),
    Column("late_p50_s", Float),
    Column("late_p95_s", Float),
    Column("late_usual_s", Float),
    Column("rekeyed_at", UtcDateTime),
    Column("lease_until", UtcDateTime),
    Column("epoch", BigInteger, nullable=False, server_default="0"),
    Index(None, "active", "next_poll_at"),
)

hosts = Table(
    "hosts",
    metadata,
    Column("host", String(300), primary_key=True),
    Column("next_request_at", UtcDateTime),
    Column("paused_until", UtcDateTime),
    Column("refusals", Integer, nullable=False, server_default="0"),
    Column("reason", ShownText),
)

files = Table(
    "files",
    metadata,
    Column("path", SafeText, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("digest", Digest),
    Column("error", ShownText),
    Column("seen_at", UtcDateTime, nullable=False),
)

source_states = Table(
    "source_states",
    metadata,
    Column("kind", String(64), primary_key=True),
    Column("address", SafeText, primary_key=True),
    Column("status", String(16), nullable=False),
    Column("reason", ShownText),
    Column("last_read_at", UtcDateTime, nullable=False),
    Column("last_success_at", UtcDateTime),
    Column("position", Json),
)

hub_subscriptions = Table(
    "hub_subscriptions",
    metadata,
    Column("feed_url", SafeText, primary_key=True),
    Column("token", String(64), nullable=False, unique=True),
    Column("hub", SafeText, nullable=False),
    Column("topic", SafeText, nullable=False),
    Column("secret", String(200), nullable=False),
    Column("state", String(16), nullable=False),
    Column("lease_s", Float),
    Column("expires_at", UtcDateTime),
    Column("next_request_at", UtcDateTime),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("missed", Integer, nullable=False, server_default="0"),
    Column("heard_at", UtcDateTime),
    Column("reason", ShownText),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("entry_key", Digest, primary_key=True),
    Column("origin_id", ID, primary_key=True),
    Column("words", Digest, nullable=False),
    Column("page_mark", BigInteger, index=True),
    Column("title_mark", BigInteger, index=True),
    Column("published_at", UtcDateTime),
    Column("seen_at", UtcDateTime, nullable=False),
    Index(None, "origin_id", "seen_at"),
)
