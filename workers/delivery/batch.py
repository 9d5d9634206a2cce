"""Decide which due deliveries a channel sends next, and which of them share a message. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from monitor.domain.delivery import AttemptResult, ClaimedDelivery, Outcome
from monitor.domain.ids import DeliveryId, StoryId
from monitor.domain.lease import Lease
from monitor.domain.story_message import FollowUp
from monitor.settings.channels import ChannelBase
from monitor.storage.story_deliveries import WaitingDelivery
from workers.channels.kind import ChannelKind, Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class LeasedChannel:
    """A channel of which this process has the lease, at `now`."""

    name: str
    settings: ChannelBase
    kind: ChannelKind[Any, Any]
    lease: Lease
    now: datetime

    @property
    def limits(self) -> Limits:
        """The limits of this channel."""
        return self.kind.limits_for(self.settings)

    @property
    def editable(self) -> bool:
        """Whether messages of this channel can be changed or answered."""
        return self.kind.follow_up(self.settings) is not FollowUp.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """Nothing can be sent now. `until` is when that may change, None if only a new alert or another process changes it."""

    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendBatch:
    """Messages to be sent one after the other, each with the deliveries that it carries, while the lease lasts."""

    channel: LeasedChannel
    messages: tuple[tuple[ClaimedDelivery, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage:
    """The deliveries that one message carried, and its result."""

    deliveries: tuple[ClaimedDelivery, ...]
    result: AttemptResult

    @property
    def plainly_accepted(self) -> bool:
        """Whether it was accepted, and nothing more than that is to be stored of it."""
        plain = self.result.reference is None and all(one.story is None for one in self.deliveries)
        return plain and self.result.outcome is Outcome.ACCEPTED

    @property
    def stories(self) -> dict[StoryId, tuple[ClaimedDelivery, ...]]:
        """The deliveries by the story that the message shows; those without one are left out."""
        found: dict[StoryId, tuple[ClaimedDelivery, ...]] = {}
        for one in self.deliveries:
            if one.story is not None:
                found[one.story.id] = (*found.get(one.story.id, ()), one)
        return found

    @property
    def divisible(self) -> bool:
        """Whether it carried what could also go out in several messages."""
        return len(self.deliveries) > 1 and (len(self.stories) != 1 or any(one.story is None for one in self.deliveries))


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPlan:
    """The deliveries to send next, in one message (`together`) or in one each."""

    ids: tuple[DeliveryId, ...]
    together: bool


@dataclass(slots=True)
class BatchMemory:
    """What one process remembers from batch to batch: deliveries that were refused in a digest, and channels in the middle of one.

    It is not stored: after a restart there may be a digest more, or a few single messages more.
    """

    refused_together: set[DeliveryId] = field(default_factory=set)
    in_digest: set[str] = field(default_factory=set)


def by_story(due: Sequence[WaitingDelivery]) -> tuple[tuple[WaitingDelivery, ...], ...]:
    """Return what is due in groups that share a message: one for each story, in the order of their first; without a story each is alone."""
    groups: dict[str, tuple[WaitingDelivery, ...]] = {}
    for one in due:
        key = one.story_id or one.id
        groups[key] = (*groups.get(key, ()), one)
    return tuple(groups.values())


def report_apart(due: Sequence[DeliveryId], reports: Collection[DeliveryId]) -> tuple[DeliveryId, ...]:
    """Return what of `due` may share a message: a report of what was held back fills one of its own, and lets the others go first if they come first."""
    if due and due[0] in reports:
        return (due[0],)
    return tuple(one for one in due if one not in reports)


def plan_batch(
    due: Sequence[DeliveryId], limits: Limits, *, most_singles: int, probing: bool, refused_together: Collection[DeliveryId]
) -> BatchPlan:
    """Return which of the due deliveries to send next. More than `most_singles` of them become a digest, if the kind of channel has digests.

    Where deliveries of a story share a message, the first of them stands for all.

    A delivery that was refused in a digest goes alone, so that it takes no others with it; while `probing`, only one is sent.
    """
    if not limits.digests:
        count = 1 if probing else max(limits.alerts_per_message, limits.messages_per_claim)
        return BatchPlan(ids=tuple(due[:count]), together=limits.alerts_per_message > 1)
    if probing or len(due) <= most_singles:
        return BatchPlan(ids=tuple(due[:1]), together=False)
    candidates = due[: limits.alerts_per_message]
    refused_at = next((index for index, one in enumerate(candidates) if one in refused_together), len(candidates))
    return BatchPlan(ids=tuple(candidates[: max(refused_at, 1)]), together=True)
