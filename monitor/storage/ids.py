"""Make public ids: UUID version 7, which sort by time."""

from __future__ import annotations

import uuid_utils


def new_id() -> str:
    """Return a new id, 36 characters."""
    return str(uuid_utils.uuid7())
