"""Channels made for tests, of any registered kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from monitor.domain.delivery import AttemptResult, ClaimedDelivery
from monitor.settings.channels import ChannelBase
from workers.channels.kind import ChannelKind
from workers.channels.registry import CHANNELS, kind_of
from workers.delivery.sender import Sender


@dataclass(frozen=True, kw_only=True)
class Example:
    """One of the examples that a kind of channel gives; the receiver in it is `receiver.example`."""

    kind: ChannelKind[Any, Any]
    number: int

    def __str__(self) -> str:
        return f"{self.kind.name}-{self.number}"

    def settings(self, base: str) -> dict[str, Any]:
        """Return the example's settings with the server at `base` (an http:// address, with a path or without one) as the receiver."""
        host = urlsplit(base).netloc
        written = dict(self.kind.examples[self.number])
        for name, value in written.items():
            if isinstance(value, str):
                written[name] = value.replace("https://receiver.example", base).replace("receiver.example", host)
        return {"type": self.kind.name, **written}

    def channel(self, base: str = "http://receiver.example") -> ChannelBase:
        """Return the channel of these settings."""
        return channel(self.settings(base))


def examples() -> list[Example]:
    """Return every example of every registered kind."""
    return [Example(kind=kind, number=number) for kind in CHANNELS.all().values() for number in range(len(kind.examples))]


def channel(settings: Mapping[str, Any]) -> ChannelBase:
    """Return a channel as the configuration would hold it; `settings` are its keys, `type` among them."""
    model: type[ChannelBase] = CHANNELS.load(settings["type"]).settings
    return model.model_validate(settings)


async def send(
    sender: Sender, channel: ChannelBase, deliveries: Sequence[ClaimedDelivery], *, now: datetime, within_s: float = 10
) -> AttemptResult:
    """Send deliveries as one message of this channel."""
    kind = kind_of(channel)
    return await sender.send(kind, kind.render(channel, deliveries, now), within=timedelta(seconds=within_s))
