"""A subscription at a hub (WebSub): what is known of it, when it is asked for again, and when its feed may be polled less often."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

LEASE: Final = timedelta(days=10)
"""For how long we ask to be subscribed; the hub decides."""

SHORTEST_LEASE, LONGEST_LEASE = timedelta(seconds=10), timedelta(days=90)
ON_THE_WAY: Final = timedelta(minutes=2)
"""An entry that a poll finds so soon after its date may still be on its way from the hub."""

_FIRST_RETRY, _LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=12)
_SLOWER: Final = 6
_LONGEST_INTERVAL: Final = timedelta(hours=1)
_LAST_TRY: Final = 3


class HubState(StrEnum):
    """`asking`: the hub has not confirmed yet; `active`: it has; `refused`: it does not want us; `ending`: we want no more."""

    ASKING = "asking"
    ACTIVE = "active"
    REFUSED = "refused"
    ENDING = "ending"


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSubscription:
    """The subscription of one feed. `token` is the last part of the callback's address and known to the hub alone; `secret` signs what the hub sends.

    `next_request_at` is when the hub is asked next, `tries` how often in a row it was without success. `missed` counts the entries that polls have found since
    the hub last brought one.
    """

    feed_url: str
    token: str
    hub: str
    topic: str
    secret: str
    state: HubState = HubState.ASKING
    lease_s: float | None = None
    expires_at: datetime | None = None
    next_request_at: datetime | None = None
    tries: int = 0
    missed: int = 0
    heard_at: datetime | None = None
    reason: str | None = None

    def is_trusted(self, now: datetime) -> bool:
        """Return whether the hub is known to bring what the feed publishes."""
        active = self.state is HubState.ACTIVE and self.expires_at is not None and self.expires_at > now
        return active and self.missed == 0

    def remark(self, now: datetime) -> str | None:
        """Return what the health list says of it; None while all is well."""
        if self.state is HubState.ENDING:
            return None
        if self.missed:
            entries = "an entry" if self.missed == 1 else f"{self.missed} entries"
            return f"its hub {self.hub} is quiet: {entries} came by polling alone, so it is polled as without a hub"
        if self.state is HubState.ACTIVE and self.expires_at is not None and self.expires_at <= now:
            return f"its hub {self.hub} has not renewed the subscription: {self.reason or 'no answer'}"
        return None if self.reason is None else f"no subscription at its hub {self.hub}: {self.reason}"


def asked(before: HubSubscription, now: datetime, problem: str | None) -> HubSubscription:
    """Return the subscription after a request to the hub, which is repeated at growing intervals until the hub has confirmed it."""
    retry = min(_FIRST_RETRY * 2.0 ** min(before.tries, 20), _LONGEST_RETRY)
    reason = problem or (before.reason if before.state is not HubState.ACTIVE else None)
    if problem is None and before.tries:
        reason = (
            "the hub has taken the request, but has not confirmed it at our address; is `websub.public_url` reached from outside?"
        )
    return replace(before, tries=before.tries + 1, next_request_at=now + retry, reason=reason)


def confirmed(before: HubSubscription, now: datetime, lease_s: float | None) -> HubSubscription:
    """Return the subscription that a hub has confirmed for `lease_s` seconds; it is renewed when a third of them is left."""
    lease = min(max(timedelta(seconds=LEASE.total_seconds() if lease_s is None else lease_s), SHORTEST_LEASE), LONGEST_LEASE)
    return replace(
        before,
        state=HubState.ACTIVE,
        lease_s=lease.total_seconds(),
        expires_at=now + lease,
        next_request_at=now + lease * 2 / 3,
        tries=0,
        reason=None,
    )


def denied(before: HubSubscription, now: datetime, reason: str) -> HubSubscription:
    """Return the subscription that a hub has refused; it is asked again in a while."""
    return replace(
        before,
        state=HubState.REFUSED,
        expires_at=None,
        next_request_at=now + _LONGEST_RETRY,
        reason=f"the hub refuses it: {reason}" if reason else "the hub refuses it",
    )


def is_given_up(subscription: HubSubscription) -> bool:
    """Return whether a hub that does not confirm the end of a subscription is asked no more."""
    return subscription.state is HubState.ENDING and subscription.tries >= _LAST_TRY


def slower_poll(planned: datetime, now: datetime, longest: timedelta) -> datetime:
    """Return when a feed is polled whose hub brings its entries: later than `planned`, as a safety net."""
    wait = planned - now
    return max(planned, now + min(wait * _SLOWER, _LONGEST_INTERVAL, longest))
