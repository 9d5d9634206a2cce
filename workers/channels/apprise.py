"""Any of Apprise's services, such as ntfy: https://github.com/caronc/apprise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from monitor.domain.delivery import AttemptResult, ClaimedDelivery, Outcome
from monitor.domain.text import one_line
from monitor.settings.channels import ChannelBase, Library
from monitor.settings.values import SecretAddress
from workers.channels.kind import ChannelKind, Limits
from workers.rendering.card import Card, cards_of, heading_of
from workers.rendering.truncation import cut

_ACTIVE = re.compile(r"([@<])(?=[\w@#!&:])")
_MARKUP = str.maketrans({"*": "∗", "`": "ˋ", "[": "［", "]": "］"})


class AppriseChannel(ChannelBase):
    """Any of Apprise's services, named by its address."""

    type: Literal["apprise"]
    url: SecretAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class AppriseMessage:
    """A title and a plain text for one of Apprise's services."""

    url: str = field(repr=False)
    title: str
    text: str


def render(channel: AppriseChannel, deliveries: Sequence[ClaimedDelivery], _now: datetime) -> AppriseMessage:
    """Return one message in plain text."""
    title, text = title_and_text(cards_of(deliveries), heading_of(deliveries))
    return AppriseMessage(url=channel.url.get_secret_value(), title=title, text=text)


def send(message: AppriseMessage, at: datetime, within: timedelta) -> AttemptResult:
    """Hand a message to Apprise, once: the retries are ours. Apprise only says whether it succeeded.

    Raises ValueError for an address that Apprise does not know.
    """
    from apprise import Apprise, AppriseAsset, NotifyFormat, PersistentStoreMode  # noqa: PLC0415 - an optional extra, and heavy

    seconds = within.total_seconds()
    asset = AppriseAsset(
        app_id="news-monitor", storage_mode=PersistentStoreMode.MEMORY, http_redirects=False, service_timeout=seconds
    )
    service = Apprise.instantiate(message.url, asset=asset, suppress_exceptions=True)
    if service is None:
        raise ValueError("Apprise does not know this kind of address")
    service.retry = 0
    service.socket_connect_timeout = service.socket_read_timeout = seconds
    if service.notify(body=message.text, title=message.title, body_format=NotifyFormat.TEXT):
        return AttemptResult(outcome=Outcome.ACCEPTED, at=at)
    return AttemptResult(outcome=Outcome.FAILED, at=at, reason="Apprise could not deliver it")


def escape(text: str) -> str:
    """Return `text` without what any of the chats behind Apprise could take for a mention, a link or formatting."""
    return _ACTIVE.sub("\\1\u2060", one_line(text)).translate(_MARKUP)


def title_and_text(cards: Sequence[Card], heading: str | None = None) -> tuple[str, str]:
    """Return the title and the text of one alert, or of a digest of several; with a `heading` it is always a digest, with links."""
    if heading is not None:
        return heading, "\n".join(_with_link(card) for card in cards)
    if len(cards) > 1:
        return f"{len(cards)} alerts", "\n".join(escape(cut(card.headline, 150)) for card in cards)
    (card,) = cards
    snippet = "".join(text for text, _ in card.pieces)
    parts = [snippet, " · ".join(card.facts), "With " + ", ".join(card.entities) if card.entities else ""]
    lines = [escape(part) for part in parts if part] + ([card.url] if card.url else [])
    return escape(cut(card.headline, 200)), "\n".join(lines) or escape(card.title)


def _with_link(card: Card) -> str:
    return escape(cut(card.headline, 150)) + (f"\n{card.url}" if card.url else "")


KIND = ChannelKind(
    name="apprise",
    settings=AppriseChannel,
    limits=Limits(alerts_per_message=20),
    render=render,
    send=send,
    leads_to=("url",),
    examples=({"url": "json://receiver.example/x"},),
    library=Library(module="apprise", requirement="news-monitor[apprise]"),
)
