"""The tables of what is held back: the outbox of alerts that are told later, and what each source has used of its budget."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table

from monitor.storage.metadata import ID, metadata
from monitor.storage.types import SafeText, UtcDateTime

holds = Table(
    "holds",
    metadata,
    Column("alert_id", ID, ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True),
    Column("until", UtcDateTime),
    Column("earliest", UtcDateTime),
    Column("reported_at", UtcDateTime),
    Index(None, "reported_at", "until"),
)

source_budgets = Table(
    "source_budgets",
    metadata,
    Column("source", SafeText, primary_key=True),
    Column("hour", UtcDateTime, nullable=False),
    Column("told", Integer, nullable=False),
)
