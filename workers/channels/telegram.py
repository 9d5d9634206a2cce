"""Telegram's sendMessage with HTML: https://core.telegram.org/bots/api#html-style, at most 4096 characters."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

from monitor.domain.delivery import AttemptResult, ClaimedDelivery, Outcome
from monitor.domain.retry import LONGEST_RETRY_AFTER
from monitor.domain.story_message import FollowUp
from monitor.domain.text import one_line
from monitor.settings.channels import ChannelBase
from monitor.settings.values import HttpUrl, Secret, SecretAddress, Text
from workers.channels.kind import ChannelKind, Limits
from workers.channels.post import Post, json_post
from workers.rendering.card import Card
from workers.rendering.story_card import cards_of, heading_of, message_card, story_of
from workers.rendering.truncation import cut, fit

_MAX_DIGEST = 3_900
_MAX_TERMS, _MAX_NEWS = 1_200, 700
_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid", "message identifier is not specified")
_ACTIVE = re.compile(r"(?<!\w)([@#$/])(?=\w)")


class TelegramChannel(ChannelBase):
    """A Telegram bot and the chat it writes to."""

    type: Literal["telegram"]
    token: Secret
    chat_id: Text
    api: HttpUrl = "https://api.telegram.org"
    proxy: SecretAddress | None = None


def render(channel: TelegramChannel, deliveries: Sequence[ClaimedDelivery], _now: datetime) -> Post:
    """Return the call of one message, or of the change of a story's message; what people are to hear of answers that message, and changes it."""
    body, story = content(cards_of(deliveries), heading_of(deliveries)), story_of(deliveries)
    if story is None or story.reference is None or not story.reference.isdecimal():
        return _call(channel, "sendMessage", body)
    number = int(story.reference)
    edit = _call(channel, "editMessageText", content([message_card(story)]) | {"message_id": number})
    if not story.notifies:
        return edit
    answer = {"reply_parameters": {"message_id": number, "allow_sending_without_reply": True}}
    return replace(_call(channel, "sendMessage", body | answer), then=edit)


def read_reply(result: AttemptResult, reply: Mapping[str, Any]) -> AttemptResult:
    """Return `result` with the message's id, or with what Telegram says in the body of its answer: how long to wait, or that nothing is to be changed."""
    if result.outcome is Outcome.ACCEPTED:
        message = reply.get("result")
        number = message.get("message_id") if isinstance(message, dict) else None
        return replace(result, reference=str(number) if isinstance(number, int) else None)
    said = str(reply.get("description") or "").lower()
    if "message is not modified" in said:
        return replace(result, outcome=Outcome.ACCEPTED, reason=None)
    if any(words in said for words in _GONE):
        return replace(result, outcome=Outcome.REFUSED, message_gone=True)
    parameters = reply.get("parameters")
    wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if not isinstance(wait, int | float):
        return result
    return replace(result, retry_after=timedelta(seconds=min(math.ceil(max(wait, 0)), LONGEST_RETRY_AFTER.total_seconds())))


def _call(channel: TelegramChannel, method: str, body: Mapping[str, Any]) -> Post:
    url = f"{channel.api.rstrip('/')}/bot{channel.token.get_secret_value()}/{method}"
    return json_post(url, {**body, "chat_id": channel.chat_id}, proxy=channel.proxy, read_reply=read_reply)


def escape(text: str) -> str:
    """Return `text` so that it is shown as it is: no tag, and no mention, hashtag or command that Telegram would make a link of."""
    return html.escape(_ACTIVE.sub("\\1\u2060", one_line(text)), quote=True)


def content(cards: Sequence[Card], heading: str | None = None) -> dict[str, Any]:
    """Return the JSON of one alert, or of several as a digest that names each of them; with a `heading` it is always a digest."""
    alone = heading is None and len(cards) == 1
    text = _alert(cards[0]) if alone else _digest(cards, heading or f"{len(cards)} alerts · worst: {cards[0].label}")
    return {"text": text, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}


def _alert(card: Card) -> str:
    terms = ", ".join(fit(card.terms or (card.term,), _MAX_TERMS, escape))
    lines = [f"<b>{card.label} · {terms}</b>", _title(card, 250), *(f"• {escape(line)}" for line in _within(card.news))]
    if card.pieces:
        lines.append("".join(f"<b>{escape(text)}</b>" if match else _escape_keeping_edges(text) for text, match in card.pieces))
    if card.facts:
        lines.append("<i>" + " · ".join(map(escape, card.facts)) + "</i>")
    if card.entities:
        lines.append("With " + ", ".join(map(escape, card.entities)))
    if card.links:
        lines.append(_anchors(card.links))
    return "\n".join(lines)


def _anchors(links: Sequence[tuple[str, str]]) -> str:
    return " · ".join(f'<a href="{html.escape(address, quote=True)}">{name}</a>' for name, address in links)


def _within(news: Sequence[str]) -> tuple[str, ...]:
    return fit(news, _MAX_NEWS, str)


def _digest(cards: Sequence[Card], title: str) -> str:
    heading = f"<b>{title}</b>"
    for limit, linked, acts in (
        (150, True, True),
        (150, True, False),
        (90, True, False),
        (90, False, False),
        (45, False, False),
        (15, False, False),
    ):
        lines = [
            f"{card.severity.upper()} <b>{escape(cut(card.term, 30))}</b> {_title(card, limit, linked=linked)}"
            + (f" · {_anchors(card.act_links)}" if acts and card.act_links else "")
            for card in cards
        ]
        if sum(map(len, lines)) + len(lines) + len(heading) <= _MAX_DIGEST:
            break
    return "\n".join([heading, *lines])


def _title(card: Card, limit: int, *, linked: bool = True) -> str:
    words = escape(cut(card.title, limit))
    return f'<a href="{html.escape(card.url, quote=True)}">{words}</a>' if card.url and linked else words


def _escape_keeping_edges(text: str) -> str:
    """Return the escaped text with the white space at both ends: a bold word needs it."""
    return (" " if text[:1].isspace() else "") + escape(text) + (" " if text[-1:].isspace() and text.strip() else "")


KIND = ChannelKind(
    name="telegram",
    settings=TelegramChannel,
    limits=Limits(alerts_per_message=25, characters=4_096),
    render=render,
    leads_to=("token", "chat_id", "api"),
    follow_up=lambda _channel: FollowUp.EDIT,
    examples=({"token": "1:x", "chat_id": "5", "api": "https://receiver.example"},),
)
