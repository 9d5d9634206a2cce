"""Microsoft Teams: an Adaptive Card for a workflow webhook, at most 28 KB.

Feed text stands only in TextRuns, which know no mark-up: https://adaptivecards.io/explorer/TextRun.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from monitor.domain.delivery import ClaimedDelivery
from monitor.settings.channels import HttpChannel
from workers.channels.kind import ChannelKind, Limits
from workers.channels.post import Post, json_post, tls_of
from workers.rendering.card import Card
from workers.rendering.story_card import cards_of, heading_of
from workers.rendering.truncation import cut, fit

_MOST_WITH_ACTS = 15
"""Alerts in a digest that still have links which act: with those of more, it would be too large."""
_COLOURS = {"info": "default", "low": "accent", "medium": "warning", "high": "attention", "critical": "attention"}


class TeamsChannel(HttpChannel):
    """Microsoft Teams by a workflow webhook that takes Adaptive Cards."""

    type: Literal["teams"]


def render(channel: TeamsChannel, deliveries: Sequence[ClaimedDelivery], _now: datetime) -> Post:
    """Return the POST of one message."""
    body = content(cards_of(deliveries), heading_of(deliveries))
    return json_post(channel.url.get_secret_value(), body, proxy=channel.proxy, tls=tls_of(channel))


def content(cards: Sequence[Card], heading: str | None = None) -> dict[str, Any]:
    """Return the JSON of one alert as an Adaptive Card, or of several as a digest that names each of them; with a `heading` it is always a digest."""
    alone = heading is None and len(cards) == 1
    adaptive_card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": _alert(cards[0]) if alone else _digest(cards, heading or f"{len(cards)} alerts · worst: {cards[0].label}"),
        "msteams": {"width": "Full"},
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": adaptive_card}
    return {"type": "message", "attachments": [attachment]}


def _alert(card: Card) -> list[dict[str, Any]]:
    terms = ", ".join(fit(card.terms or (card.term,), 1_500, str))
    heading = {**_run(f"{card.label} · {terms}", bold=True), "color": _COLOURS[card.severity]}
    body = [_block([heading]), _block([_title(card, 250)])]
    body += [_block([_run(line)]) for line in fit(card.news, 1_200, str)]
    if card.pieces:
        body.append(_block([_run(text, bold=match) for text, match in card.pieces]))
    if card.facts:
        body.append(_block([_run(" · ".join(card.facts), subtle=True)]))
    if card.entities:
        body.append(_block([_run("With " + ", ".join(card.entities), subtle=True)]))
    if card.links:
        body.append(_block([_linked(_run(f"{name} "), address) for name, address in card.links]))
    return body


def _digest(cards: Sequence[Card], heading: str) -> list[dict[str, Any]]:
    body = [_block([_run(heading, bold=True)])]
    body += [
        _block(
            [
                _run(f"{card.severity.upper()} {cut(card.term, 40)} ", bold=True),
                _title(card, 100, longest_url=250),
                *(_linked(_run(f" {name}"), address) for name, address in card.act_links if len(cards) <= _MOST_WITH_ACTS),
            ]
        )
        for card in cards
    ]
    return body


def _title(card: Card, limit: int, *, longest_url: int = 1500) -> dict[str, Any]:
    run = _run(cut(card.title, limit), bold=True)
    return _linked(run, card.url) if card.url and len(card.url) <= longest_url else run


def _linked(run: dict[str, Any], address: str) -> dict[str, Any]:
    return {**run, "selectAction": {"type": "Action.OpenUrl", "url": address}}


def _run(text: str, *, bold: bool = False, subtle: bool = False) -> dict[str, Any]:
    run: dict[str, Any] = {"type": "TextRun", "text": text}
    if bold:
        run["weight"] = "bolder"
    if subtle:
        run["isSubtle"] = True
    return run


def _block(runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": runs}


KIND = ChannelKind(
    name="teams",
    settings=TeamsChannel,
    limits=Limits(alerts_per_message=40, characters=28_000),
    render=render,
    leads_to=("url",),
    examples=({"url": "https://receiver.example/workflows/x"},),
)
