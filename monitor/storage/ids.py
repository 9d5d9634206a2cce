"""New public ids: UUID version 7, so that they sort by time of making."""

from __future__ import annotations

import uuid_utils


def new_id() -> str:
    """A fresh id, 36 characters."""
    return str(uuid_utils.uuid7())
