"""Public identifiers: text, stable for the life of the record, never a row number."""

from __future__ import annotations

from typing import NewType

FeedId = NewType("FeedId", str)
ArticleId = NewType("ArticleId", str)
StoryId = NewType("StoryId", str)
AlertId = NewType("AlertId", str)
DeliveryId = NewType("DeliveryId", str)
ScanId = NewType("ScanId", str)
