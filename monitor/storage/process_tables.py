"""Tables of the running processes: their signs of life, what is wrong, what brought one down, who is logged in."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, false

from monitor.storage.metadata import ID, metadata
from monitor.storage.types import Digest, Json, SafeText, ShownText, UtcDateTime

sessions = Table(
    "sessions",
    metadata,
    Column("digest", Digest, primary_key=True),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("subject", SafeText, nullable=False, index=True),
    Column("title", SafeText, nullable=False),
    Column("source", SafeText, nullable=False),
    Column("url", SafeText),
    Column("reason", SafeText, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("dropped", Boolean, nullable=False, server_default=false()),
    Index(None, "dropped", "since"),
)

incidents = Table(
    "incidents",
    metadata,
    Column("subject", SafeText, primary_key=True),
    Column("problem", ShownText, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("id", ID, primary_key=True),
    Column("role", String(16), nullable=False),
    Column("host", SafeText, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("beat_at", UtcDateTime, nullable=False),
    Column("steps", Json, nullable=False),
    Column("redis_bypassed", Boolean, nullable=False),
)

probes = Table(
    "probes",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("data", Json, nullable=False),
)
