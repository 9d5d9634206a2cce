"""Deliveries: one alert on its way to one channel, and what follows from each answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from monitor.domain.ids import AlertId, DeliveryId, StoryId
from monitor.domain.watch import Severity

WAITS = tuple(timedelta(seconds=seconds) for seconds in (0, 5, 30, 120, 600, 1800, 3600))
PERSISTENCE = timedelta(hours=24)
JITTER = 0.2
CREATED, UPDATED, TEST = "alert.created", "alert.updated", "alert.test"
BROKEN, RECOVERED = "monitoring.broken", "monitoring.recovered"


class DeliveryStatus(StrEnum):
    """The status of a delivery."""

    PENDING = "pending"
    SENDING = "sending"
    DELIVERED = "delivered"
    HELD = "held"
    DEAD = "dead"


class Outcome(StrEnum):
    """How an attempt ended: accepted, content refused, receiver gone for good, or a failure that may pass."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    GONE = "gone"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The stored state of a delivery. `attempts` counts answers and failures so far. A notice to the operator has no alert."""

    id: DeliveryId
    alert_id: AlertId | None
    channel: str
    status: DeliveryStatus
    attempts: int
    next_attempt_at: datetime | None
    last_error: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The first message about a story and a term: its channel and timestamp in the receiver's own terms, and its alert."""

    place: str
    ts: str
    data: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedDelivery:
    """A delivery that this process may send, with all that sending takes. `data` is the alert as it was at `alerted_at`.

    `kind` is the webhook's `type`; the `data` of `monitoring.…` is an Incident's. `thread` is the first message about the same story and term, if the receiver has named it.
    """

    id: DeliveryId
    alert_id: AlertId | None
    alerted_at: datetime
    severity: Severity
    data: dict[str, Any] = field(repr=False)
    kind: str = CREATED
    term: str = ""
    story_id: StoryId | None = None
    attempts: int = 0
    first_attempt_at: datetime | None = None
    thread: Thread | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptResult:
    """The result of one attempt. `reason` says in a few words what went wrong, without the receiver's address; `answer` is the start of its reply.

    `reference` is the receiver's own name for the message, if it gives one.
    """

    outcome: Outcome
    at: datetime
    duration_s: float = 0.0
    reason: str | None = None
    http_status: int | None = None
    answer: str = ""
    retry_after: timedelta | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryUpdate:
    """The new state of a delivery after an attempt. `next_attempt_at` is None when nothing more is tried."""

    status: DeliveryStatus
    next_attempt_at: datetime | None
    error: str | None


def judge(http_status: int) -> Outcome:
    """Return what an HTTP status means: 2xx success; 400, 413 and 422 content refused; 410 gone; anything else may pass."""
    if 200 <= http_status < 300:
        return Outcome.ACCEPTED
    if http_status in {400, 413, 422}:
        return Outcome.REFUSED
    return Outcome.GONE if http_status == 410 else Outcome.FAILED


def update_after(
    receipt: AttemptResult, *, attempts: int, first_attempt_at: datetime, now: datetime, jitter: float
) -> DeliveryUpdate:
    """Return the delivery's state after `attempts` attempts including this one.

    Failures are repeated at once, then after 5 s, 30 s, 2 min, 10 min, 30 min and hourly, each up to a fifth later (`jitter` is in
    [0, 1)), never before the receiver's Retry-After, and given up 24 hours after the first attempt. A wait that would pass the end is cut to it, so that there is a last try.
    """
    if receipt.outcome is Outcome.ACCEPTED:
        return DeliveryUpdate(status=DeliveryStatus.DELIVERED, next_attempt_at=None, error=None)
    if receipt.outcome is Outcome.REFUSED:
        return DeliveryUpdate(status=DeliveryStatus.DEAD, next_attempt_at=None, error=receipt.reason)
    if receipt.outcome is Outcome.GONE:
        return DeliveryUpdate(status=DeliveryStatus.PENDING, next_attempt_at=now, error=receipt.reason)
    end = first_attempt_at + PERSISTENCE
    if now >= end:
        return DeliveryUpdate(status=DeliveryStatus.DEAD, next_attempt_at=None, error=receipt.reason)
    wait = WAITS[min(attempts, len(WAITS)) - 1] * (1 + JITTER * jitter)
    wait = max(wait, receipt.retry_after or wait)
    return DeliveryUpdate(status=DeliveryStatus.PENDING, next_attempt_at=min(now + wait, end), error=receipt.reason)
