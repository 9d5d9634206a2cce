"""Public identifiers: text, stable for the life of the record, never a row number.

Those of what is told follow from what is told, so that a replay after a loss, or from a restored backup, has them again.
"""

from __future__ import annotations

from typing import NewType
from uuid import UUID

from monitor.domain.hashing import hash_parts

FeedId = NewType("FeedId", str)
ArticleId = NewType("ArticleId", str)
StoryId = NewType("StoryId", str)
AlertId = NewType("AlertId", str)
DeliveryId = NewType("DeliveryId", str)
ScanId = NewType("ScanId", str)


def derived_id(*parts: str) -> str:
    """Return the id that follows from these parts, a UUID of 36 characters."""
    return digest_id(hash_parts(*parts))


def digest_id(digest: bytes) -> str:
    """Return the id that follows from a hash of 16 bytes or more."""
    return str(UUID(bytes=digest[:16], version=5))
