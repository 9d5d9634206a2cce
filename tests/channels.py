"""Channels made for tests, of any registered kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from monitor.domain.delivery import AttemptResult, ClaimedDelivery
from monitor.settings.channels import ChannelBase
from workers.channels.registry import CHANNELS, kind_of
from workers.delivery.sender import Sender


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
