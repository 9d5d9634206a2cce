"""Slack Block Kit: https://docs.slack.dev/reference/block-kit/blocks, limits as of 2026.

Slack refuses a message whose blocks hold more than about 13 000 characters in all, far less than its documented limits allow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import model_validator

from monitor.domain.delivery import AttemptResult, ClaimedDelivery, Outcome
from monitor.domain.story_message import FollowUp
from monitor.domain.text import one_line
from monitor.settings.channels import ChannelBase
from monitor.settings.values import HttpUrl, Secret, SecretAddress, SecretHttpUrl, Text
from workers.channels.kind import ChannelKind, Limits
from workers.channels.post import Post, json_post
from workers.rendering.card import Card
from workers.rendering.story_card import cards_of, heading_of, message_card, story_of
from workers.rendering.truncation import cut, fit

_MAX_DIGEST = 10_500
_MAX_SECTION = 2_900
_MAX_TERMS, _MAX_NEWS = 1_300, 1_300
_REFUSALS = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text", "invalid_arguments"}
)
_GONE = frozenset({"message_not_found", "thread_not_found", "cant_update_message", "edit_window_closed"})
_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "*": "∗", "~": "∼", "`": "ˋ"})
_WEBHOOK_PATH = re.compile(r"/(?:services/T\w+/B\w+/\w+|workflows/T\w+/A\w+/\d+/\w+|triggers/[TE]\w+/\d+/\w+)/?")
_PLACEHOLDER = re.compile(r"…|\.\.\.|[<>{}]|/T0+/B0+/|X{6,}|(?:/T)?/B?/?(?:YOUR|your)[-_/]", re.IGNORECASE)
_TOKEN = re.compile(r"xox[bp]-[\w-]+|xoxe\.xox[bp]-[\w-]+")
_CHANNEL_ID = re.compile(r"[CGD][A-Z0-9]{8,}")
_EDGE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_EMOJI = re.compile(r":(?=[\w+'-]{1,100}:)")
_DIGEST_LINES = (
    *((200, True, True), (120, True, True), (200, True, False), (120, True, False), (80, True, False)),
    *((80, False, False), (50, False, False), (25, False, False), (8, False, False)),
)
"""How the lines of a digest are shortened, step by step: the title's length, whether it is linked, whether links that act follow."""
_BADGES = {"info": "⚪", "low": "🔵", "medium": "🟡", "high": "🟠", "critical": "🔴"}


class SlackChannel(ChannelBase):
    """Slack, by an incoming webhook (`url`) or as a bot (`token` and `channel`), which changes its messages."""

    type: Literal["slack"]
    url: SecretHttpUrl | None = None
    token: Secret | None = None
    channel: Text | None = None
    api: HttpUrl = "https://slack.com/api"
    proxy: SecretAddress | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.url is None) == (self.token is None):
            raise ValueError("a slack channel needs either `url` (incoming webhook), or `token` and `channel` (bot)")
        if self.token is not None and self.channel is None:
            raise ValueError("a slack channel with a `token` needs a `channel`, such as C0123456789")
        return self


def doubts(channel: SlackChannel) -> Iterator[tuple[str, str]]:
    """Yield what Slack cannot accept: an address that is none of its webhooks, a token of another kind, a channel by its link."""
    if channel.url is not None and (message := _doubt_of_address(channel.url.get_secret_value())) is not None:
        yield "url", message
    if channel.token is not None and channel.api == SlackChannel.model_fields["api"].default:
        if not _TOKEN.fullmatch(channel.token.get_secret_value()):
            yield "token", "this is no bot token of Slack, which begins with xoxb-"
        if channel.channel is not None and not _CHANNEL_ID.fullmatch(channel.channel):
            yield (
                "channel",
                "Slack changes messages only in a channel named by its id, such as C0123456789; it stands at the end of the channel's details",
            )


def _doubt_of_address(url: str) -> str | None:
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    expected = "expected https://hooks.slack.com/services/T…/B…/…, as https://api.slack.com/messaging/webhooks gives it"
    if _PLACEHOLDER.search(url):
        return f"this address is still an example; {expected}"
    if host in {"hooks.slack.com", "hooks.slack-gov.com"}:
        if parts.scheme != "https":
            return f"Slack takes messages only over https; {expected}"
        return None if _WEBHOOK_PATH.fullmatch(parts.path) else f"this is no address of a webhook of Slack; {expected}"
    if host == "slack.com" or host.endswith((".slack.com", ".slack-gov.com")) or host.startswith(("hooks.slack.", "hook.slack.")):
        return f"messages are not posted to {host}; {expected}"
    return None


def render(channel: SlackChannel, deliveries: Sequence[ClaimedDelivery], _now: datetime) -> Post:
    """Return the POST of one message; a bot changes the message of a story, and answers in its thread what people are to hear of."""
    body, story = content(cards_of(deliveries), heading_of(deliveries)), story_of(deliveries)
    if channel.url is not None:
        return json_post(channel.url.get_secret_value(), body, proxy=channel.proxy)
    if story is None or story.reference is None:
        return _api_call(channel, "chat.postMessage", body | {"channel": channel.channel})
    place, _, ts = story.reference.partition(":")
    edit = _api_call(channel, "chat.update", content([message_card(story)]) | {"channel": place, "ts": ts})
    if not story.notifies:
        return edit
    return replace(_api_call(channel, "chat.postMessage", body | {"channel": place, "thread_ts": ts}), then=edit)


def read_reply(result: AttemptResult, reply: Mapping[str, Any]) -> AttemptResult:
    """Return `result` after reading the body of the Web API's answer, which says `ok: false` with status 200."""
    if result.outcome is not Outcome.ACCEPTED:
        return result
    if reply.get("ok") is True:
        place, ts = reply.get("channel"), reply.get("ts")
        return replace(result, reference=f"{place}:{ts}" if place and ts else None)
    error = str(reply.get("error") or "an answer without ok")[:80]
    gone = error in _GONE
    outcome = Outcome.REFUSED if gone or error in _REFUSALS else Outcome.FAILED
    return replace(result, outcome=outcome, reason=f"Slack: {error}", message_gone=gone)


def _api_call(channel: SlackChannel, method: str, body: dict[str, Any]) -> Post:
    token = "" if channel.token is None else channel.token.get_secret_value()
    return json_post(
        f"{channel.api.rstrip('/')}/{method}",
        body,
        proxy=channel.proxy,
        headers={"authorization": f"Bearer {token}"},
        read_reply=read_reply,
    )


def escape(text: str) -> str:
    """Return `text` so that Slack shows it as it is: no mention, link, emoji or formatting of its own making.

    Slack has no escape for its formatting characters, so look-alikes stand in for them.
    """
    plain = _EMOJI.sub(":\u2060", _EDGE_UNDERSCORE.sub("ˍ", one_line(text)))
    return ("›" + plain[1:] if plain.startswith(">") else plain).translate(_MARKUP)


def content(cards: Sequence[Card], heading: str | None = None) -> dict[str, Any]:
    """Return the JSON of one alert, or of several as a digest that names each of them; with a `heading` it is always a digest."""
    if heading is None and len(cards) == 1:
        fallback, blocks = cards[0].headline, _alert(cards[0])
    else:
        terms = ", ".join(dict.fromkeys(card.term for card in cards))
        fallback = f"{heading or f'{len(cards)} alerts · {cards[0].label}'}: {terms}"
        blocks = _digest(cards, f"*{heading}*" if heading else f"*{len(cards)} alerts* · worst: *{cards[0].label}*")
    return {"text": escape(cut(fallback, 500)), "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def _alert(card: Card) -> list[dict[str, Any]]:
    terms = ", ".join(fit(card.terms or (card.term,), _MAX_TERMS, lambda name: f"*{escape(name)}*"))
    badge = f"{_BADGES[card.severity]} *{card.label}* · {terms}"
    title = _title(card)
    room = _MAX_SECTION - len(badge)
    blocks = [_section(f"{badge}\n{title if len(title) < room else f'*{escape(cut(card.title, room // 6))}*'}")]
    if card.news:
        blocks.append(_section("\n".join(fit(card.news, _MAX_NEWS, lambda line: f"• {escape(line)}"))))
    if card.pieces:
        blocks.append(_section(_snippet(card)))
    if card.facts:
        blocks.append(_context(" · ".join(map(escape, card.facts))))
    if card.entities:
        blocks.append(_context("With " + ", ".join(map(escape, card.entities))))
    if card.links:
        blocks.append(_context(" · ".join(f"<{_address(address)}|{name}>" for name, address in card.links)))
    return blocks


def _digest(cards: Sequence[Card], heading: str) -> list[dict[str, Any]]:
    sections: list[str] = [heading]
    for line in _lines(cards, _MAX_DIGEST - len(heading)):
        if len(sections) == 1 or len(sections[-1]) + 1 + len(line) > _MAX_SECTION:
            sections.append(line)
        else:
            sections[-1] += "\n" + line
    return list(map(_section, sections))


def _lines(cards: Sequence[Card], limit: int) -> list[str]:
    """Return one line for each alert, within `limit` characters: links that act are left out first, titles shortened then, other links left out at last."""
    for title, linked, acts in _DIGEST_LINES:
        lines = [_line(card, title, linked=linked, acts=acts) for card in cards]
        if sum(map(len, lines)) + len(lines) <= limit:
            break
    return lines


def _line(card: Card, title: int, *, linked: bool, acts: bool) -> str:
    words = escape(cut(card.title, title))
    shown = f"<{_address(card.url)}|{words}>" if linked and card.url else words
    source = f" · {escape(cut(card.source, 40))}" if card.source and title > 50 else ""
    own = "".join(f" · <{_address(address)}|{name}>" for name, address in card.act_links) if acts else ""
    return f"{_BADGES[card.severity]} *{escape(cut(card.term, max(title // 2, 12)))}* {shown}{source}{own}"


def _title(card: Card) -> str:
    words = escape(card.title)
    return f"*<{_address(card.url)}|{words}>*" if card.url else f"*{words}*"


def _address(url: str) -> str:
    return url.replace("&", "&amp;").replace("*", "%2A")


def _snippet(card: Card) -> str:
    """Return the pieces with the matches in bold. Slack sees bold only at a word's edge; where letters touch a match, a zero-width space makes one."""
    shown = ""
    for text, match in card.pieces:
        words = f"*{escape(text)}*" if match else _escape_keeping_edges(text)
        shown += ("\u200b" if shown and _needs_edge(shown[-1], words[0], match=match) else "") + words
    return shown


def _needs_edge(before: str, after: str, *, match: bool) -> bool:
    return before.isalnum() if match else after.isalnum()


def _escape_keeping_edges(text: str) -> str:
    """Escaped, with the wmatche space at both ends kept: a bold word needs it."""
    return (" " if text[:1].isspace() else "") + escape(text) + (" " if text[-1:].isspace() and text.strip() else "")


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _context(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}


KIND = ChannelKind(
    name="slack",
    settings=SlackChannel,
    limits=Limits(alerts_per_message=100, characters=13_000),
    render=render,
    leads_to=("url", "token", "channel", "api"),
    doubts=doubts,
    follow_up=lambda channel: FollowUp.NONE if channel.token is None else FollowUp.EDIT,
    examples=(
        {"url": "https://receiver.example/services/T0/B0/x"},
        {"token": "xoxb-1", "channel": "C0123456789", "api": "https://receiver.example/api"},
    ),
)
