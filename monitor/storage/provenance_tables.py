"""The tables that say where reports come from, and which matches wait for a second origin."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, LargeBinary, Table

from monitor.storage.metadata import ID, metadata
from monitor.storage.types import Json, SafeText, UtcDateTime

provenances = Table(
    "provenances",
    metadata,
    Column("article_id", ID, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("owner", SafeText, nullable=False),
    Column("agencies", Json, nullable=False),
    Column("wording", LargeBinary, nullable=False),
    Column("same_words_as", ID),
)

unconfirmed_matches = Table(
    "unconfirmed_matches",
    metadata,
    Column("article_id", ID, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("term", SafeText, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
