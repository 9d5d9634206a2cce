"""Discord webhooks: https://discord.com/developers/docs/resources/message#embed-object, limits as of 2026."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from monitor.domain.delivery import ClaimedDelivery
from monitor.domain.text import one_line
from monitor.settings.channels import HttpChannel
from workers.channels.kind import ChannelKind, Limits
from workers.channels.post import Post, json_post, tls_of
from workers.rendering.card import Card, cards_of, heading_of
from workers.rendering.truncation import cut

_MAX_TITLE, _MAX_DESCRIPTION, _MAX_DIGEST = 256, 4096, 5500
_MARKUP = re.compile(r"([\\*_~`|<>\[\]()#@:-])")
_COLOURS = {"info": 0x95A5A6, "low": 0x3498DB, "medium": 0xF1C40F, "high": 0xE67E22, "critical": 0xE74C3C}


class DiscordChannel(HttpChannel):
    """Discord by a channel webhook."""

    type: Literal["discord"]


def render(channel: DiscordChannel, deliveries: Sequence[ClaimedDelivery], _now: datetime) -> Post:
    """Return the POST of one message."""
    body = content(cards_of(deliveries), heading_of(deliveries))
    return json_post(channel.url.get_secret_value(), body, proxy=channel.proxy, tls=tls_of(channel))


def escape(text: str) -> str:
    """Return `text` so that Discord shows it as it is: no mention, masked link, heading, emoji or formatting of its making."""
    return _MARKUP.sub(r"\\\1", one_line(text)).replace("@", "@\u200b")


def content(cards: Sequence[Card], heading: str | None = None) -> dict[str, Any]:
    """Return the JSON of one alert as an embed, or of several as a digest that names each of them; with a `heading` it is always a digest."""
    embeds = [_embed(cards[0])] if heading is None and len(cards) == 1 else _digest(cards, heading or f"{len(cards)} alerts")
    return {"embeds": embeds, "allowed_mentions": {"parse": []}}


def _embed(card: Card) -> dict[str, Any]:
    snippet = "".join(f"**{escape(text)}**" if match else _escape_keeping_edges(text) for text, match in card.pieces)
    embed: dict[str, Any] = {
        "author": {"name": one_line(f"{card.label} · {card.term}")},
        "title": _limited(escape(cut(card.title, 110)), _MAX_TITLE),
        "description": _limited(snippet, _MAX_DESCRIPTION),
        "color": _COLOURS[card.severity],
    }
    if card.url:
        embed["url"] = card.url
    if card.facts:
        embed["footer"] = {"text": " · ".join(card.facts)}
    if card.entities:
        embed["fields"] = [{"name": "With", "value": _limited(escape(", ".join(card.entities)), 1024)}]
    return embed


def _digest(cards: Sequence[Card], heading: str) -> list[dict[str, Any]]:
    lines = _lines(cards)
    texts: list[str] = [""]
    for line in lines:
        if len(texts[-1]) + len(line) + 1 > _MAX_DESCRIPTION:
            texts.append("")
        texts[-1] += line + "\n"
    embeds: list[dict[str, Any]] = [{"description": text} for text in texts]
    embeds[0]["title"] = heading
    return embeds


def _lines(cards: Sequence[Card]) -> list[str]:
    """Return one line for each alert, within a message: titles are shortened first, then links left out."""
    for title, linked in ((150, True), (90, True), (90, False), (45, False), (20, False)):
        lines = [_line(card, title, linked=linked) for card in cards]
        if sum(map(len, lines)) + len(lines) <= _MAX_DIGEST:
            break
    return lines


def _line(card: Card, title: int, *, linked: bool) -> str:
    words = escape(cut(card.title, title))
    shown = f"[{words}](<{card.url}>)" if linked and card.url and ")" not in card.url else words
    return f"**{card.severity.upper()} {escape(cut(card.term, 25))}** {shown}"


def _escape_keeping_edges(text: str) -> str:
    """Return the escaped text with the white space at both ends: a bold word needs it."""
    return (" " if text[:1].isspace() else "") + escape(text) + (" " if text[-1:].isspace() and text.strip() else "")


def _limited(text: str, limit: int) -> str:
    """Return `text` within `limit`, without half an escape at its end."""
    return text if len(text) <= limit else cut(text, limit - 1).removesuffix("…").rstrip("\\*") + "…"


KIND = ChannelKind(
    name="discord",
    settings=DiscordChannel,
    limits=Limits(alerts_per_message=40, rate=2.0, characters=6_000),
    render=render,
    leads_to=("url",),
    examples=({"url": "https://receiver.example/api/webhooks/1/x"},),
)
