"""What a kind of channel is: its settings, its limits, how it renders alerts, and how they go out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from pydantic import SecretStr

from monitor.domain.delivery import AttemptResult, ClaimedDelivery
from monitor.domain.hashing import hash_parts
from monitor.domain.story_message import FollowUp
from monitor.settings.channels import ChannelBase, ChannelType

S = TypeVar("S", bound=ChannelBase)
M = TypeVar("M")


def no_follow_up(_channel: object) -> FollowUp:
    """Return what holds for a service that neither changes messages nor shows answers under them."""
    return FollowUp.NONE


def no_doubts(_channel: object) -> Iterator[tuple[str, str]]:
    """Yield nothing, for a kind of channel whose settings cannot be doubted without trying them."""
    return iter(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a kind of channel can bear. `rate` is messages a second, None for as many as the receiver takes.

    `digests` tells whether a backlog may become one message; programs want each alert by itself. `characters` is the most text that the service
    takes in one message, without HTML tags; None where it does not matter.
    """

    alerts_per_message: int = 1
    messages_per_claim: int = 1
    rate: float | None = 1.0
    digests: bool = True
    characters: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelKind(ChannelType, Generic[S, M]):
    """One kind of channel, registered under its name as an entry point of the group `news_monitor.channels`.

    `render` makes one message of claimed deliveries (of one, or of up to `limits.alerts_per_message`) at the time of the attempt. It raises
    ValueError for settings that cannot be used, such as a signing secret that is no key.

    `send` hands a message over. Without it the message is a `Post`, which the program sends itself. It is called with the message, the time of the
    attempt and the longest it may take, and returns what the receiver said. A coroutine function is cancelled when that time is over; any other function
    may block, since it runs in a thread. An exception counts as a failure that may pass: the message is sent again later.

    On a channel for people (`limits.digests`), deliveries of one story come together, each with the `story` that its message is to show.
    `follow_up` says for a channel what becomes of a message whose story grows: with EDIT or REPLY, `send` or `read_reply` returns a `reference`,
    and a story that has been posted comes with it. What can no longer be changed is answered with `message_gone`: it is posted anew.

    `doubts` yields what `check` is to warn of in the settings of a channel, such as an address that the service cannot have: the key, and a sentence
    without anything secret.

    `leads_to` names the settings that say where the channel leads, every required one among them: when one changes, a paused channel starts afresh.
    """

    settings: type[S]
    limits: Limits
    render: Callable[[S, Sequence[ClaimedDelivery], datetime], M]
    send: Callable[[M, datetime, timedelta], AttemptResult | Awaitable[AttemptResult]] | None = None
    leads_to: tuple[str, ...]
    follow_up: Callable[[S], FollowUp] = no_follow_up
    doubts: Callable[[S], Iterator[tuple[str, str]]] = no_doubts

    def limits_for(self, channel: S) -> Limits:
        """Return the limits of one channel: its own `rate` wins over its kind's."""
        return self.limits if channel.rate is None else replace(self.limits, rate=channel.rate, messages_per_claim=1)

    def target(self, channel: S) -> bytes:
        """Return a fingerprint of where the channel leads, by which a change of address is noticed without keeping the address."""
        return hash_parts(self.name, *(str(_revealed(getattr(channel, name))) for name in self.leads_to))


def _revealed(value: Any) -> Any:
    return value.get_secret_value() if isinstance(value, SecretStr) else value
