"""From claimed deliveries to a finished message, one shape per type of channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from pydantic import SecretStr

from monitor.domain.delivery import TEST, ClaimedDelivery
from monitor.domain.hashing import hash_parts
from monitor.settings.channels import (
    AppriseChannel,
    Channel,
    DiscordChannel,
    EmailChannel,
    Encryption,
    FileChannel,
    LogChannel,
    SlackChannel,
    TeamsChannel,
    TelegramChannel,
    WebhookChannel,
)
from workers.channels import discord, plain, slack, teams, telegram, webhook
from workers.channels.card import Card, card
from workers.channels.messages import AppriseMessage, FileLines, LogLines, Mail, Message, Post, Tls
from workers.channels.template import fill

_PORTS = {Encryption.STARTTLS: 587, Encryption.TLS: 465, Encryption.NONE: 25}


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """How a type of channel is fed: how many alerts fit one message, how many messages one turn, how many messages a second (None: any).

    `digests` tells whether a backlog may become one message; a machine wants each alert by itself.
    """

    per_message: int = 1
    per_turn: int = 1
    rate: float | None = 1.0
    digests: bool = True


_MACHINE = Capacity(rate=None, digests=False)
_CAPACITY: Mapping[str, Capacity] = {
    "webhook": replace(_MACHINE, per_turn=32),
    "file": replace(_MACHINE, per_message=100),
    "log": replace(_MACHINE, per_message=100),
    "slack": Capacity(per_message=slack.MOST_ALERTS),
    "discord": Capacity(per_message=discord.MOST_ALERTS, rate=2.0),
    "teams": Capacity(per_message=teams.MOST_ALERTS),
    "telegram": Capacity(per_message=telegram.MOST_ALERTS),
    "apprise": Capacity(per_message=plain.MOST_ALERTS_NOTE),
    "email": Capacity(per_message=plain.MOST_ALERTS_MAIL),
}


def capacity(channel: Channel) -> Capacity:
    """What the channel can bear; its own `rate` wins over its type's."""
    usual = _CAPACITY[channel.type]
    return usual if channel.rate is None else replace(usual, rate=channel.rate, per_turn=1)


def compose(channel: Channel, parcels: Sequence[ClaimedDelivery], *, now: datetime) -> Message:
    """One message that carries every one of `parcels`.

    Raises ValueError for settings that cannot be used, such as a signing secret that is no key.
    """
    if isinstance(channel, WebhookChannel):
        return _webhook(channel, parcels[0], now=now)
    if isinstance(channel, FileChannel):
        return FileLines(path=channel.path, lines=b"".join(webhook.body(one) + b"\n" for one in parcels))
    if isinstance(channel, LogChannel):
        return LogLines(lines=tuple(_line(one) for one in parcels))
    if isinstance(channel, SlackChannel):
        return _slack(channel, parcels, test=parcels[0].kind == TEST)
    return _chat(channel, parcels, test=parcels[0].kind == TEST)


def target(channel: Channel) -> bytes:
    """A fingerprint of where the channel leads, by which a change of address is noticed without keeping the address."""
    names = ("url", "token", "channel", "chat_id", "path", "host", "to", "api")
    parts = (channel.type, *(str(_plain(getattr(channel, name, None))) for name in names))
    return hash_parts(*parts)


def _webhook(channel: WebhookChannel, parcel: ClaimedDelivery, *, now: datetime) -> Post:
    body = webhook.body(parcel)
    if channel.template is not None:
        body = fill(channel.template, orjson.loads(body))
    extra = {name: value.get_secret_value() for name, value in channel.headers.items()}
    headers = webhook.headers(parcel.id, body, secrets=channel.secrets, now=now, extra=extra, content_type=channel.content_type)
    tls = Tls(certificate=channel.client_cert, key=channel.client_key, authorities=channel.ca_file)
    return Post(url=channel.url.get_secret_value(), headers=headers, body=body, proxy=_plain(channel.proxy), tls=tls)


def _slack(channel: SlackChannel, parcels: Sequence[ClaimedDelivery], *, test: bool) -> Post:
    cards = tuple(map(card, parcels))
    content = _content(slack.message, slack.digest, cards, test=test)
    if channel.token is None:
        return _post(str(_plain(channel.url)), content, proxy=_plain(channel.proxy))
    thread = parcels[0].thread if len(parcels) == 1 else None
    then = _slack_update(channel, parcels[0]) if thread else None
    content |= {"channel": channel.channel} | ({"thread_ts": thread.ts} if thread else {})
    return replace(_slack_call(channel, "chat.postMessage", content), then=then)


def _slack_update(channel: SlackChannel, parcel: ClaimedDelivery) -> Post | None:
    """The first message of the thread again, with the story's present size."""
    assert parcel.thread is not None
    first, last = card(replace(parcel, data=parcel.thread.data)), card(parcel)
    grown = replace(first, articles=max(first.articles, last.articles))
    content = slack.message(grown) | {"channel": parcel.thread.place, "ts": parcel.thread.ts}
    return _slack_call(channel, "chat.update", content)


def _slack_call(channel: SlackChannel, method: str, content: dict[str, Any]) -> Post:
    headers = {"authorization": f"Bearer {_plain(channel.token)}"}
    return _post(f"{channel.api.rstrip('/')}/{method}", content, headers=headers, proxy=_plain(channel.proxy), replies="slack")


def _chat(
    channel: DiscordChannel | TeamsChannel | TelegramChannel | AppriseChannel | EmailChannel,
    parcels: Sequence[ClaimedDelivery],
    *,
    test: bool,
) -> Message:
    cards = tuple(map(card, parcels))
    match channel:
        case DiscordChannel() | TeamsChannel():
            shape = discord if isinstance(channel, DiscordChannel) else teams
            tls = Tls(certificate=channel.client_cert, key=channel.client_key, authorities=channel.ca_file)
            content = _content(shape.message, shape.digest, cards, test=test)
            return replace(_post(channel.url.get_secret_value(), content, proxy=_plain(channel.proxy)), tls=tls)
        case TelegramChannel():
            content = _content(telegram.message, telegram.digest, cards, test=test) | {"chat_id": channel.chat_id}
            url = f"{channel.api.rstrip('/')}/bot{channel.token.get_secret_value()}/sendMessage"
            return _post(url, content, proxy=_plain(channel.proxy), replies="telegram")
        case AppriseChannel():
            title, text = plain.note(cards, test=test)
            return AppriseMessage(url=channel.url.get_secret_value(), title=title, text=text)
        case EmailChannel():
            return _mail(channel, cards, parcels[0], test=test)


def _mail(channel: EmailChannel, cards: Sequence[Card], first: ClaimedDelivery, *, test: bool) -> Mail:
    name = first.id if len(cards) == 1 else f"{first.id}.{len(cards)}"
    return Mail(
        host=channel.host,
        port=channel.port or _PORTS[channel.encryption],
        encryption=channel.encryption,
        username=channel.username,
        password=_plain(channel.password),
        sender=channel.sender,
        recipients=channel.to,
        message=plain.mail(cards, sender=channel.sender, to=channel.to, message_id=name, at=first.alerted_at, test=test),
    )


def _content(
    message: Callable[..., dict[str, Any]], digest: Callable[[Sequence[Card]], dict[str, Any]], cards: Sequence[Card], *, test: bool
) -> dict[str, Any]:
    return message(cards[0], test=test) if len(cards) == 1 else digest(cards)


def _post(
    url: str, content: Any, *, proxy: str | None, headers: Mapping[str, str] | None = None, replies: str | None = None
) -> Post:
    own = {"content-type": "application/json; charset=utf-8", **(headers or {})}
    return Post(url=url, headers=own, body=orjson.dumps(content), proxy=proxy, replies=replies)


def _plain(value: Any) -> Any:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _line(parcel: ClaimedDelivery) -> dict[str, str]:
    shown = card(parcel)
    return {"alert": parcel.alert_id or parcel.id, "severity": parcel.severity, "term": shown.term, "title": shown.title}
