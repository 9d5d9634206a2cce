"""From claimed deliveries to a finished message, one shape per type of channel."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from pydantic import SecretStr

from monitor.domain.delivery import Parcel
from monitor.settings.channels import Channel, FileChannel, LogChannel, SlackChannel, WebhookChannel
from workers.render import slack, webhook
from workers.render.card import Card, card
from workers.render.outgoing import Append, LogLines, Outgoing, Post, Tls

_JSON = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """How a type of channel is fed: how many alerts fit one message, how many messages one turn, how many messages a second (None: any).

    `digests` tells whether a backlog may become one message; a machine wants each alert by itself.
    """

    per_message: int = 1
    per_turn: int = 1
    rate: float | None = 1.0
    digests: bool = True


_CAPACITY: Mapping[str, Capacity] = {
    "webhook": Capacity(per_turn=32, rate=None, digests=False),
    "file": Capacity(per_message=100, rate=None, digests=False),
    "log": Capacity(per_message=100, rate=None, digests=False),
    "slack": Capacity(per_message=slack.MOST_ALERTS),
}


def capacity(channel: Channel) -> Capacity:
    """What the channel can bear; its own `rate` wins over its type's."""
    usual = _CAPACITY[channel.type]
    if channel.rate is None:
        return usual
    return Capacity(per_message=usual.per_message, rate=channel.rate, digests=usual.digests)


def compose(channel: Channel, parcels: Sequence[Parcel], *, now: datetime, kind: str = webhook.CREATED) -> Outgoing:
    """One message that carries every one of `parcels`. `kind` is the webhook's type: a test alert says that it is one.

    Raises ValueError for settings that cannot be used, such as a signing secret that is no key.
    """
    test = kind == webhook.TEST
    match channel:
        case WebhookChannel():
            return _webhook(channel, parcels[0], now=now, kind=kind)
        case FileChannel():
            return Append(path=channel.path, lines=b"".join(webhook.body(one, kind=kind) + b"\n" for one in parcels))
        case LogChannel():
            return LogLines(lines=tuple(_line(one) for one in parcels))
        case SlackChannel():
            return _slack(channel, tuple(map(card, parcels)), test=test)
        case _:
            raise ValueError(f"channels of type {channel.type} cannot be sent to yet")


def target(channel: Channel) -> bytes:
    """A fingerprint of where the channel leads, by which a change of address is noticed without keeping the address."""
    parts = (
        channel.type,
        *(_plain(getattr(channel, name, None)) for name in ("url", "token", "channel", "chat_id", "path", "host", "to")),
    )
    return hashlib.sha256("\0".join(parts).encode()).digest()


def _plain(value: Any) -> str:
    return str(value.get_secret_value() if isinstance(value, SecretStr) else value)


def _webhook(channel: WebhookChannel, parcel: Parcel, *, now: datetime, kind: str) -> Post:
    body = webhook.body(parcel, kind=kind)
    extra = {name: value.get_secret_value() for name, value in channel.headers.items()}
    headers = webhook.headers(parcel.id, body, secrets=channel.secrets, now=now, extra=extra, content_type=channel.content_type)
    tls = Tls(certificate=channel.client_cert, key=channel.client_key, authorities=channel.ca_file)
    return Post(url=channel.url.get_secret_value(), headers=headers, body=body, proxy=_secret(channel.proxy), tls=tls)


def _slack(channel: SlackChannel, cards: Sequence[Card], *, test: bool) -> Post:
    content = slack.message(cards[0], test=test) if len(cards) == 1 else slack.digest(cards)
    assert channel.url is not None
    return _post(channel.url.get_secret_value(), content, proxy=_secret(channel.proxy))


def _post(url: str, content: Any, *, proxy: str | None, headers: Mapping[str, str] = {}, replies: str | None = None) -> Post:
    return Post(url=url, headers={**_JSON, **headers}, body=orjson.dumps(content), proxy=proxy, replies=replies)


def _secret(value: Any) -> str | None:
    return None if value is None else str(value.get_secret_value())


def _line(parcel: Parcel) -> dict[str, str]:
    shown = card(parcel)
    return {"alert": parcel.alert_id, "severity": parcel.severity, "term": shown.term, "title": shown.title}
