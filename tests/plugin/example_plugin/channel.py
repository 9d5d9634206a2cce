"""A channel of type `blackboard`: it posts the lines that somebody should write on a blackboard."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from monitor.domain.delivery import ClaimedDelivery
from monitor.settings.channels import HttpChannel
from workers.channels.kind import ChannelKind, Limits
from workers.channels.post import Post, json_post, tls_of
from workers.rendering.card import card_of, cards_of, heading_of


class BlackboardChannel(HttpChannel):
    """A blackboard and the colour of its chalk."""

    type: Literal["blackboard"]
    chalk: Literal["white", "yellow"] = "white"


def render(channel: BlackboardChannel, deliveries: Sequence[ClaimedDelivery], _now: datetime) -> Post:
    """Return the POST of one line for each alert; of what was held back, with its heading and links."""
    heading = heading_of(deliveries)
    if heading is None:
        lines = [card_of(delivery).headline for delivery in deliveries]
    else:
        lines = [heading, *(f"{card.headline[:200]} {card.url or ''}" for card in cards_of(deliveries))]
    body = {"chalk": channel.chalk, "lines": lines}
    return json_post(channel.url.get_secret_value(), body, proxy=channel.proxy, tls=tls_of(channel))


KIND = ChannelKind(
    name="blackboard",
    settings=BlackboardChannel,
    limits=Limits(alerts_per_message=10, characters=4_000),
    render=render,
    leads_to=("url",),
    examples=({"url": "https://receiver.example/room/1"},),
)
