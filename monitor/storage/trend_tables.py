"""The tables of bursts: what is usual, and what was more."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, String, Table

from monitor.storage.metadata import ID, metadata
from monitor.storage.types import Json, SafeText, UtcDateTime

series_baselines = Table(
    "series_baselines",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("name", SafeText, primary_key=True),
    Column("data", Json, nullable=False),
)

bursts = Table(
    "bursts",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("name", SafeText, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("hours", Integer, nullable=False),
    Column("stories", Integer, nullable=False),
    Column("usual", Float, nullable=False),
    Column("score", Float, nullable=False),
    Column("peak", Integer, nullable=False),
    Column("peak_at", UtcDateTime, nullable=False),
    Column("shown", Integer, nullable=False),
    Column("shown_at", UtcDateTime, nullable=False),
    Index(None, "started_at"),
)
