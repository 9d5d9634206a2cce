"""The program's own log: one line for each alert."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from monitor.domain.delivery import AttemptResult, ClaimedDelivery, Outcome
from monitor.logs import get_logger
from monitor.settings.channels import ChannelBase
from workers.channels.kind import ChannelKind, Limits
from workers.rendering.card import Card
from workers.rendering.story_card import cards_of


class LogChannel(ChannelBase):
    """The program's own log."""

    type: Literal["log"]


LogLines = tuple[Mapping[str, str], ...]


def render(_channel: LogChannel, deliveries: Sequence[ClaimedDelivery], _now: datetime) -> LogLines:
    """Return the id, severity, term and title of each alert, and of each line of a report."""
    return tuple(_line(delivery, card) for delivery in deliveries for card in cards_of([delivery]))


def send(message: LogLines, at: datetime, _within: timedelta) -> AttemptResult:
    """Write the lines to the log."""
    for line in message:
        get_logger().info("alert.shown", **line)
    return AttemptResult(outcome=Outcome.ACCEPTED, at=at)


def _line(delivery: ClaimedDelivery, card: Card) -> Mapping[str, str]:
    return {"alert": delivery.alert_id or delivery.id, "severity": card.severity, "term": card.term, "title": card.title}


KIND = ChannelKind(
    name="log",
    settings=LogChannel,
    limits=Limits(alerts_per_message=100, rate=None, digests=False),
    render=render,
    send=send,
    leads_to=(),
    examples=({},),
)
