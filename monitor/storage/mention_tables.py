"""The table of the names in articles."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table

from monitor.storage.metadata import ID, metadata
from monitor.storage.types import Json, SafeText, UtcDateTime

mentions = Table(
    "mentions",
    metadata,
    Column("article_id", ID, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("name", SafeText, primary_key=True),
    Column("type", String(16), nullable=False),
    Column("count", Integer, nullable=False),
    Column("watched", Boolean, nullable=False),
    Column("spellings", Json),
    Column("seen_at", UtcDateTime, nullable=False),
    Index(None, "name", "seen_at"),
    sqlite_with_rowid=False,
)
