"""The tables of what people do with alerts: who has seen one, whom else it is told to until then, and the links that let them act."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from monitor.storage.metadata import ID, metadata
from monitor.storage.types import Digest, SafeText, UtcDateTime

acknowledgements = Table(
    "acknowledgements",
    metadata,
    Column("alert_id", ID, ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True),
    Column("by", SafeText, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
)

escalations = Table(
    "escalations",
    metadata,
    Column("alert_id", ID, ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True),
    Column("told", Integer, nullable=False, server_default="0"),
    Column("due_at", UtcDateTime, nullable=False, index=True),
)

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("key", Digest, nullable=False),
)

used_links = Table(
    "used_links",
    metadata,
    Column("digest", Digest, primary_key=True),
    Column("used_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)
