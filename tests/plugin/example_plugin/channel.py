"""A channel of type `blackboard`: it posts the lines that somebody should write on a blackboard."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from monitor.domain.delivery import ClaimedDelivery
from monitor.settings.channels import HttpChannel
from workers.channels.kind import ChannelKind, Limits
from workers.channels.post import Post, json_post, tls_of
from workers.rendering.card import Card
from workers.rendering.story_card import cards_of, heading_of
from workers.rendering.truncation import fit

_MOST_WITH_ACTS = 3
"""Stories in one message that still have links which act."""


class BlackboardChannel(HttpChannel):
    """A blackboard and the colour of its chalk."""

    type: Literal["blackboard"]
    chalk: Literal["white", "yellow"] = "white"


def render(channel: BlackboardChannel, deliveries: Sequence[ClaimedDelivery], _now: datetime) -> Post:
    """Return the POST of a story in several lines, or of several stories in one line each; of what was held back, with its heading and every link."""
    cards, heading = cards_of(deliveries), heading_of(deliveries)
    if heading is not None:
        lines = [heading, *(f"{card.headline[:200]} {card.url or ''}" for card in cards)]
    elif len(cards) == 1:
        lines = _story(cards[0])
    else:
        lines = [
            f"{len(cards)} alerts · {cards[0].label}",
            *(_line(card, with_acts=len(cards) <= _MOST_WITH_ACTS) for card in cards),
        ]
    body = {"chalk": channel.chalk, "lines": lines}
    return json_post(channel.url.get_secret_value(), body, proxy=channel.proxy, tls=tls_of(channel))


def _story(card: Card) -> list[str]:
    terms = ", ".join(fit(card.terms, 1_000, str))
    return [card.headline, terms, *fit(card.news, 900, str), " · ".join(card.facts), *(address for _, address in card.links)]


def _line(card: Card, *, with_acts: bool) -> str:
    line = f"{card.headline} {card.url}" if card.url and len(card.url) <= 100 else card.headline
    return " ".join([line, *(address for _, address in card.act_links if with_acts)])


KIND = ChannelKind(
    name="blackboard",
    settings=BlackboardChannel,
    limits=Limits(alerts_per_message=10, characters=4_000),
    render=render,
    leads_to=("url",),
    examples=({"url": "https://receiver.example/room/1"},),
)
