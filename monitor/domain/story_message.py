"""The one message of a story on a channel for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from monitor.domain.acknowledgement import Acknowledgement
from monitor.domain.ids import StoryId
from monitor.domain.story_origins import StoryOrigin
from monitor.domain.watch import Severity


class FollowUp(StrEnum):
    """How people learn that a story is in more places: by a change of its message, by an answer now and then, or not at all."""

    EDIT = "edit"
    REPLY = "reply"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldTerm:
    """A term that fired on a story. `withdrawn`: no article that raised its alerts matches any more."""

    name: str
    severity: Severity
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryState:
    """A story as its message on one channel is to show it.

    `terms` are worst first. `data` is the alert with the strongest match. `facts` are what developments have brought so far, oldest first.
    `posted`: the channel has been told of the story before; `reference` is then the receiver's own name for that message, if it gave one.
    `origins` are the independent ones of its outlets; `unconfirmed`: there has been only one for two hours.
    `notifies`: there is something new of which people are to hear; otherwise the message is only kept up to date.
    """

    id: StoryId
    terms: tuple[ToldTerm, ...]
    data: Mapping[str, Any] = field(repr=False)
    outlets: int = 1
    origins: tuple[StoryOrigin, ...] = ()
    unconfirmed: bool = False
    first_source: str = ""
    first_at: datetime | None = None
    last_at: datetime | None = None
    facts: tuple[str, ...] = ()
    posted: bool = False
    reference: str | None = None
    notifies: bool = True
    acknowledged: Acknowledgement | None = None

    @property
    def severity(self) -> Severity:
        """The worst severity among the terms that still match, or else among all."""
        standing = [term.severity for term in self.terms if not term.withdrawn] or [term.severity for term in self.terms]
        return max(standing, key=lambda severity: severity.rank, default=Severity.HIGH)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedMessage:
    """The stored message of a story. `reference` is None where the receiver gave no name, as for a line in a digest."""

    story_id: StoryId
    reference: str | None
    posted_at: datetime
    notified_at: datetime
    edited_at: datetime | None
    developed_at: datetime | None
    facts: tuple[str, ...]
