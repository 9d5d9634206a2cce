"""Define a story as it is asked who had it, and when."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.domain.ids import StoryId
from monitor.domain.story import StoryMember


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedStory:
    """A story that was told, the terms that told it, and every place where it was read, in the order in which they were seen."""

    id: StoryId
    terms: frozenset[str]
    members: tuple[StoryMember, ...]
