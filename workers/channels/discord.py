"""Discord webhooks: https://discord.com/developers/docs/resources/message#embed-object, limits as of 2026."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote, urlsplit, urlunsplit

from monitor.domain.delivery import AttemptResult, ClaimedDelivery, Outcome
from monitor.domain.story_message import FollowUp
from monitor.domain.text import one_line
from monitor.settings.channels import HttpChannel
from workers.channels.kind import ChannelKind, Limits
from workers.channels.post import Post, json_post, tls_of
from workers.rendering.card import Card
from workers.rendering.story_card import cards_of, heading_of, message_card, story_of
from workers.rendering.truncation import cut, fit

_MAX_TITLE, _MAX_DESCRIPTION, _MAX_SNIPPET, _MAX_DIGEST = 256, 4096, 1100, 5500
_UNKNOWN_MESSAGE = 10008
_MARKUP = re.compile(r"([\\*_~`|<>\[\]()#@:-])")
_COLOURS = {"info": 0x95A5A6, "low": 0x3498DB, "medium": 0xF1C40F, "high": 0xE67E22, "critical": 0xE74C3C}


class DiscordChannel(HttpChannel):
    """Discord by a channel webhook."""

    type: Literal["discord"]


def render(channel: DiscordChannel, deliveries: Sequence[ClaimedDelivery], _now: datetime) -> Post:
    """Return the POST of one message, or the change of a story's message; what people are to hear of is a message of its own, and changes the first."""
    body, story = content(cards_of(deliveries), heading_of(deliveries)), story_of(deliveries)
    post = replace(_request(channel, body, query="wait=true"), read_reply=read_reply)
    if story is None or story.reference is None:
        return post
    edited = _request(channel, content([message_card(story)]), path=f"/messages/{quote(story.reference, safe='')}")
    edit = replace(edited, method="PATCH", read_reply=read_reply)
    return replace(post, then=edit) if story.notifies else edit


def read_reply(result: AttemptResult, reply: Mapping[str, Any]) -> AttemptResult:
    """Return `result` with the id of the message, or with the news that there is no such message any more."""
    if result.outcome is Outcome.ACCEPTED:
        message_id = reply.get("id")
        return replace(result, reference=message_id if isinstance(message_id, str) else None)
    if reply.get("code") == _UNKNOWN_MESSAGE:
        return replace(result, outcome=Outcome.REFUSED, message_gone=True)
    return result


def _request(channel: DiscordChannel, body: Any, *, path: str = "", query: str = "") -> Post:
    """Return a POST to a place below the webhook's address, whose own query (such as a thread) stays."""
    parts = urlsplit(channel.url.get_secret_value())
    asked = "&".join(part for part in (parts.query, query) if part)
    url = urlunsplit(parts._replace(path=parts.path.rstrip("/") + path, query=asked))
    return json_post(url, body, proxy=channel.proxy, tls=tls_of(channel))


def escape(text: str) -> str:
    """Return `text` so that Discord shows it as it is: no mention, masked link, heading, emoji or formatting of its making."""
    return _MARKUP.sub(r"\\\1", one_line(text)).replace("@", "@\u200b")


def content(cards: Sequence[Card], heading: str | None = None) -> dict[str, Any]:
    """Return the JSON of one alert as an embed, or of several as a digest that names each of them; with a `heading` it is always a digest."""
    alone = heading is None and len(cards) == 1
    embeds = [_embed(cards[0])] if alone else _digest(cards, heading or f"{len(cards)} alerts · worst: {cards[0].label}")
    return {"embeds": embeds, "allowed_mentions": {"parse": []}}


def _embed(card: Card) -> dict[str, Any]:
    snippet = "".join(f"**{escape(text)}**" if match else _escape_keeping_edges(text) for text, match in card.pieces)
    embed: dict[str, Any] = {
        "author": {"name": cut(one_line(f"{card.label} · {', '.join(card.terms or (card.term,))}"), 256)},
        "title": _limited(escape(cut(card.title, 110)), _MAX_TITLE),
        "description": _limited(snippet, _MAX_SNIPPET),
        "color": _COLOURS[card.severity],
    }
    if card.url:
        embed["url"] = card.url
    if card.facts:
        embed["footer"] = {"text": " · ".join(card.facts)}
    fields = [
        {"name": "Terms", "value": ", ".join(fit(card.terms, 1024, escape))} if len(card.terms) > 1 else None,
        {"name": "New", "value": "\n".join(fit(card.news, 1024, escape))} if card.news else None,
        {"name": "With", "value": _limited(escape(", ".join(card.entities)), 800)} if card.entities else None,
        {"name": "Here", "value": _own_pages(card)} if card.links else None,
    ]
    if any(fields):
        embed["fields"] = [field for field in fields if field]
    return embed


def _own_pages(card: Card) -> str:
    return " · ".join(f"[{name}](<{address}>)" for name, address in card.links if len(address) <= 300)[:1024] or "–"


def _digest(cards: Sequence[Card], heading: str) -> list[dict[str, Any]]:
    lines = _lines(cards)
    texts: list[str] = [""]
    for line in lines:
        if len(texts[-1]) + len(line) + 1 > _MAX_DESCRIPTION:
            texts.append("")
        texts[-1] += line + "\n"
    embeds: list[dict[str, Any]] = [{"description": text} for text in texts]
    embeds[0]["title"] = heading
    embeds[0]["color"] = _COLOURS[cards[0].severity]
    return embeds


def _lines(cards: Sequence[Card]) -> list[str]:
    """Return one line for each alert, within a message: every title is shortened first, then each line to an equal share, if need be without its link."""
    for title, acts in ((150, True), (150, False), (90, False)):
        lines = [_line(card, title, linked=True, acts=acts) for card in cards]
        if sum(map(len, lines)) + len(lines) <= _MAX_DIGEST:
            return lines
    return [_line_within(card, _MAX_DIGEST // len(cards) - 1) for card in cards]


def _line_within(card: Card, limit: int) -> str:
    for title, linked in ((150, True), (90, True), (90, False), (45, False), (20, False)):
        line = _line(card, title, linked=linked)
        if len(line) <= limit:
            break
    return line


def _line(card: Card, title: int, *, linked: bool, acts: bool = False) -> str:
    words = escape(cut(card.title, title))
    shown = f"[{words}](<{card.url}>)" if linked and card.url and ")" not in card.url else words
    own = "".join(f" · [{name}](<{address}>)" for name, address in card.act_links if ")" not in address) if acts else ""
    return f"**{card.severity.upper()} {escape(cut(card.term, 25))}** {shown}{own}"


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
    follow_up=lambda _channel: FollowUp.EDIT,
    examples=({"url": "https://receiver.example/api/webhooks/1/x"},),
)
