"""The tables by which a statement is related to stories: the index, the relations, and what is common in language and sources."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Integer, LargeBinary, String, Table

from monitor.storage.metadata import ID, metadata
from monitor.storage.types import Json, UtcDateTime

statements = Table(
    "statements",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("article_id", ID, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("dated", UtcDateTime, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("index_keys", LargeBinary, nullable=False),
)

statement_keys = Table(
    "statement_keys",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("statement_id", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

relations = Table(
    "relations",
    metadata,
    Column("article_id", ID, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("story_id", ID, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("nearest", ID),
    Column("changes", Json, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("probability", Float),
    Column("maybe", ID),
    Column("at", UtcDateTime, nullable=False),
)

splits = Table(
    "splits",
    metadata,
    Column("story_id", ID, ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True),
    Column("from_story_id", ID, ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("at", UtcDateTime, nullable=False),
)

word_counts = Table(
    "word_counts",
    metadata,
    Column("word", BigInteger, primary_key=True, autoincrement=False),
    Column("articles", Integer, nullable=False),
    Column("capitals", Integer, nullable=False),
    sqlite_with_rowid=False,
)

source_passages = Table(
    "source_passages",
    metadata,
    Column("source", BigInteger, primary_key=True, autoincrement=False),
    Column("passage", BigInteger, primary_key=True, autoincrement=False),
    Column("articles", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    sqlite_with_rowid=False,
)
