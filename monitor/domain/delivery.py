"""A delivery: one alert on its way to one channel, and what follows from the receiver's answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from monitor.domain.hashing import hash_parts
from monitor.domain.ids import AlertId, DeliveryId, StoryId
from monitor.domain.story_message import StoryState
from monitor.domain.watch import Severity

RETRY_WAITS = tuple(timedelta(seconds=seconds) for seconds in (0, 5, 30, 120, 600, 1800, 3600))
GIVE_UP_AFTER = timedelta(hours=24)
JITTER = 0.2
CREATED, UPDATED, TEST = "alert.created", "alert.updated", "alert.test"
HELD_REPORT = "held.report"
PROBLEM, RESOLVED = "system.problem", "system.resolved"
BURST_STARTED, BURST_UPDATED, BURST_ENDED = "burst.started", "burst.updated", "burst.ended"
BURSTS = frozenset({BURST_STARTED, BURST_UPDATED, BURST_ENDED})
STORY_UPDATED, WITHDRAWN, ACKNOWLEDGED = "story.updated", "alert.withdrawn", "alert.acknowledged"


class DeliveryStatus(StrEnum):
    """The state of a delivery."""

    PENDING = "pending"
    SENDING = "sending"
    DELIVERED = "delivered"
    HELD = "held"
    DEAD = "dead"


class Outcome(StrEnum):
    """The result of an attempt: accepted, this content refused, the receiver gone for good, or any failure that may pass."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    GONE = "gone"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The stored state of a delivery. `attempts` counts answers and failures so far.

    What is no alert, such as a notice to the operator, has the type of its message in `notice`.
    """

    id: DeliveryId
    alert_id: AlertId | None
    channel: str
    status: DeliveryStatus
    attempts: int
    next_attempt_at: datetime | None
    last_error: str | None
    created_at: datetime
    notice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedDelivery:
    """A delivery that this process may send, with all that sending takes. `data` is the alert as it was at `alerted_at`.

    `kind` is the type that the webhook states; the `data` of `system.…` is an incident's, that of `story.updated` and `alert.withdrawn` an
    event's, that of `held.report` tells what was held back. `quiet`: quiet hours of its channel have held it. `story` is what the story's message
    is to show, on channels for people; deliveries of one story go out as one message.
    """

    id: DeliveryId
    alert_id: AlertId | None
    alerted_at: datetime
    severity: Severity
    data: dict[str, Any] = field(repr=False)
    kind: str = CREATED
    quiet: bool = False
    term: str = ""
    story_id: StoryId | None = None
    attempts: int = 0
    first_attempt_at: datetime | None = None
    story: StoryState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptResult:
    """The result of one attempt. `reason` says in a few words what went wrong, without the receiver's address; `answer` is the start of its reply.

    `reference` is the receiver's own name for the message, if it gives one. `message_gone`: the message that was to be edited or answered is no
    longer there. `then_failed`: this message was accepted, but what was to follow it was not. `unanswered`: it was sent and no answer came, so it may
    have arrived all the same.
    """

    outcome: Outcome
    at: datetime
    duration_s: float = 0.0
    reason: str | None = None
    http_status: int | None = None
    answer: str = ""
    retry_after: timedelta | None = None
    reference: str | None = None
    message_gone: bool = False
    then_failed: bool = False
    unanswered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryUpdate:
    """The state of a delivery after an attempt. `next_attempt_at` is None once nothing more is tried."""

    status: DeliveryStatus
    next_attempt_at: datetime | None
    error: str | None


def notice_id(kind: str, subject: str, since: datetime, channel: str) -> DeliveryId:
    """Return the id under which a notice to the operator goes to a channel, whoever sends it and however often."""
    return DeliveryId(str(UUID(bytes=hash_parts("notice", kind, subject, since.isoformat(), channel)[:16])))


def outcome_of_status(http_status: int) -> Outcome:
    """Return what an HTTP status means: any 2xx accepts; 400, 413 and 422 refuse the content; 410 is gone; any other failure may pass."""
    if 200 <= http_status < 300:
        return Outcome.ACCEPTED
    if http_status in {400, 413, 422}:
        return Outcome.REFUSED
    return Outcome.GONE if http_status == 410 else Outcome.FAILED


def update_after(
    result: AttemptResult, *, attempts: int, first_attempt_at: datetime, now: datetime, jitter: float
) -> DeliveryUpdate:
    """Return the delivery's next state and time, after `attempts` attempts including this one.

    A failure is tried again at once, then after 5 s, 30 s, 2 min, 10 min, 30 min and hourly, each up to a fifth later (`jitter` is in
    [0, 1)), never before the receiver's Retry-After, and given up 24 hours after the first attempt. A wait that would pass the end is cut to
    it, so that there is a last attempt.
    """
    if result.outcome is Outcome.ACCEPTED:
        return DeliveryUpdate(status=DeliveryStatus.DELIVERED, next_attempt_at=None, error=None)
    if result.outcome is Outcome.REFUSED:
        return DeliveryUpdate(status=DeliveryStatus.DEAD, next_attempt_at=None, error=result.reason)
    if result.outcome is Outcome.GONE:
        return DeliveryUpdate(status=DeliveryStatus.PENDING, next_attempt_at=now, error=result.reason)
    end = first_attempt_at + GIVE_UP_AFTER
    if now >= end:
        return DeliveryUpdate(status=DeliveryStatus.DEAD, next_attempt_at=None, error=result.reason)
    wait = RETRY_WAITS[min(attempts, len(RETRY_WAITS)) - 1] * (1 + JITTER * jitter)
    wait = max(wait, result.retry_after or wait)
    return DeliveryUpdate(status=DeliveryStatus.PENDING, next_attempt_at=min(now + wait, end), error=result.reason)
