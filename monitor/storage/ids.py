"""Make public ids: UUID version 7, which sort by time."""

from __future__ import annotations

from monitor.domain import randomness


def new_id() -> str:
    """Return a new id, 36 characters."""
    return str(randomness.uuid7())
