"""The schema, one for SQLite and PostgreSQL. Ids are UUIDv7 in text; times are aware UTC.

`feeds`, `hosts`, `files`, `source_states` hold how far each source has been read, `hub_subscriptions` who tells of news; `articles`, `appearances`, `revisions` hold
what was read, `mentions` whom each article names; `version_keys` the identifiers of an article's versions, `tombstones` what feeds still show of what
retention has deleted; `scans` is the outbox of articles still to be scanned; `stories`, `alerts`, `deliveries`, `attempts` hold what followed from
it; `messages` says where each story is shown to people; `silences` says what is not told for a while; `holds` is the outbox of alerts that are
held back until a silence, a cooldown or the hour of a budget ends, `source_budgets` counts the alerts of each source in its hour;
`acknowledgements` says who has seen an alert, `escalations` whom it is told to next until then, `signing_keys` the key that signs links of messages, `used_links` which of them have acted;
`statements` and `statement_keys` are the index that finds a statement's story, `relations` what each was found to be, `splits` the stories
that a person has taken apart, `word_counts` and `source_passages` what is common;
`provenances` says where each report comes from, `unconfirmed_matches` which matches wait for a story's further origins;
`series_baselines` hold how often each name is usually in the news, `bursts` when it was suddenly everywhere;
`incidents`, `channels`, `heartbeats` and `probes` are the shared state of the running processes, `quarantine` what brought one down, `sessions`
that of the dashboard.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
    true,
)

from monitor.storage.acknowledgement_tables import acknowledgements, escalations, signing_keys, used_links
from monitor.storage.hold_tables import holds, source_budgets
from monitor.storage.mention_tables import mentions
from monitor.storage.metadata import ID, metadata
from monitor.storage.process_tables import heartbeats, incidents, probes, quarantine, sessions
from monitor.storage.provenance_tables import provenances, unconfirmed_matches
from monitor.storage.source_tables import feeds, files, hosts, hub_subscriptions, source_states, tombstones
from monitor.storage.statement_tables import relations, source_passages, splits, statement_keys, statements, word_counts
from monitor.storage.trend_tables import bursts, series_baselines
from monitor.storage.types import Digest, Json, SafeText, ShownText, UtcDateTime

__all__ = (
    "acknowledgements",
    "alerts",
    "appearances",
    "articles",
    "attempts",
    "bursts",
    "channels",
    "deliveries",
    "escalations",
    "feeds",
    "files",
    "heartbeats",
    "holds",
    "hosts",
    "hub_subscriptions",
    "incidents",
    "mentions",
    "messages",
    "metadata",
    "probes",
    "provenances",
    "quarantine",
    "relations",
    "revisions",
    "scans",
    "series_baselines",
    "sessions",
    "signing_keys",
    "silences",
    "source_budgets",
    "source_passages",
    "source_states",
    "splits",
    "statement_keys",
    "statements",
    "stories",
    "tombstones",
    "unconfirmed_matches",
    "used_links",
    "version_keys",
    "word_counts",
)

stories = Table(
    "stories",
    metadata,
    Column("id", ID, primary_key=True),
    Column("title", SafeText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_article_at", UtcDateTime, nullable=False, index=True),
    Column("articles", Integer, nullable=False, server_default="0"),
    Column("merged_into", ID),
    Column("profile", LargeBinary),
    Index(None, "merged_into", sqlite_where=text("merged_into IS NOT NULL"), postgresql_where=text("merged_into IS NOT NULL")),
)

articles = Table(
    "articles",
    metadata,
    Column("id", ID, primary_key=True),
    Column("title", SafeText, nullable=False),
    Column("url", SafeText),
    Column("guid", SafeText),
    Column("source", SafeText, nullable=False),
    Column("feed_url", SafeText),
    Column("author", SafeText),
    Column("language", String(35)),
    Column("published_at", UtcDateTime),
    Column("updated_at", UtcDateTime),
    Column("fetched_at", UtcDateTime, nullable=False, index=True),
    Column("summary", SafeText, nullable=False),
    Column("text", SafeText, nullable=False),
    Column("asides", Json),
    Column("image", SafeText),
    Column("tags", Json, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("content_hash", Digest, nullable=False),
    Column("alertable", Boolean, nullable=False),
    Column("scanned_at", UtcDateTime),
    Column("story_id", ID, ForeignKey("stories.id"), index=True),
    Column("page", String(16), nullable=False, server_default="unread"),
    Column("page_tries", Integer, nullable=False, server_default="0"),
    Column("page_due_at", UtcDateTime, index=True),
)

appearances = Table(
    "appearances",
    metadata,
    Column("origin_id", SafeText, primary_key=True),
    Column("entry_key", Digest, primary_key=True),
    Column("article_id", ID, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("content_hash", Digest, nullable=False),
    Column("source", SafeText, nullable=False),
    Column("url", SafeText),
    Column("published_at", UtcDateTime),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("own", Boolean, nullable=False, server_default=true()),
    Column("page_mark", BigInteger, index=True),
    Column("title_mark", BigInteger, index=True),
)

version_keys = Table(
    "version_keys",
    metadata,
    Column("entry_key", Digest, primary_key=True),
    Column("origin_id", SafeText, primary_key=True),
    Column("article_id", ID, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, index=True),
)

revisions = Table(
    "revisions",
    metadata,
    Column("article_id", ID, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("title", SafeText, nullable=False),
    Column("summary", SafeText, nullable=False),
    Column("text", SafeText, nullable=False),
    Column("asides", Json),
    Column("fetched_at", UtcDateTime, nullable=False),
)

scans = Table(
    "scans",
    metadata,
    Column("id", ID, primary_key=True),
    Column("article_id", ID, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("enqueued_at", UtcDateTime),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("error", ShownText),
    Column("begun_by", String(36)),
    Column("begun_at", UtcDateTime),
    Column("strikes", Integer, nullable=False, server_default="0"),
    UniqueConstraint("article_id", "revision"),
    Index(None, "enqueued_at", "id"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", ID, primary_key=True),
    Column("dedup_key", Digest, nullable=False, unique=True),
    Column("term", SafeText, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("tags", Json, nullable=False),
    Column("reason", String(16), nullable=False),
    Column("article_id", ID, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("story_id", ID, ForeignKey("stories.id"), index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("suppressed", String(32)),
    Column("lapsed_at", UtcDateTime),
    Column("data", Json, nullable=False),
    Column("why", Json),
    Index(None, "term", "created_at"),
    Index(None, "created_at", "term"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", ID, primary_key=True),
    Column("alert_id", ID, ForeignKey("alerts.id", ondelete="CASCADE")),
    Column("notice", Json),
    Column("channel", SafeText, nullable=False),
    Column("status", String(16), nullable=False, server_default="pending"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("first_attempt_at", UtcDateTime),
    Column("next_attempt_at", UtcDateTime),
    Column("last_error", ShownText),
    Column("lease_token", String(36)),
    Column("lease_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
    Column("reference", SafeText),
    Column("story_id", ID),
    Column("rank", Integer),
    Column("change", String(16)),
    Column("quiet", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("alert_id", "channel"),
    Index(None, "status", "channel", "next_attempt_at"),
    Index(None, "channel", "status", "created_at", "id"),
    Index(None, "channel", "status", "rank", "created_at"),
    Index(None, "story_id", "channel", "status"),
    Index(None, "settled_at"),
)

messages = Table(
    "messages",
    metadata,
    Column("channel", SafeText, primary_key=True),
    Column("story_id", ID, ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True),
    Column("reference", SafeText),
    Column("posted_at", UtcDateTime, nullable=False),
    Column("notified_at", UtcDateTime, nullable=False),
    Column("edited_at", UtcDateTime),
    Column("developed_at", UtcDateTime),
    Column("shows", Json, nullable=False),
    Index(None, "story_id"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", ID, primary_key=True),
    Column("delivery_id", ID, ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("outcome", String(32), nullable=False),
    Column("http_status", Integer),
    Column("duration_s", Float, nullable=False),
    Column("answer", ShownText),
)

channels = Table(
    "channels",
    metadata,
    Column("name", SafeText, primary_key=True),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failing_since", UtcDateTime),
    Column("open_until", UtcDateTime),
    Column("paused", Boolean, nullable=False, server_default=false()),
    Column("target", Digest),
    Column("reason", ShownText),
    Column("next_send_at", UtcDateTime),
    Column("lease_token", String(36)),
    Column("lease_until", UtcDateTime),
)

silences = Table(
    "silences",
    metadata,
    Column("id", ID, primary_key=True),
    Column("term", SafeText),
    Column("tag", SafeText),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, index=True),
    Column("reason", SafeText),
    Column("story_id", ID),
)
