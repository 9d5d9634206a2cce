"""Microsoft Teams: an Adaptive Card for a workflow webhook, at most 28 KB.

Feed text stands only in TextRuns, which know no mark-up: https://adaptivecards.io/explorer/TextRun.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workers.channels.card import Card
from workers.channels.truncation import cut

MOST_ALERTS = 40
_COLOURS = {"info": "default", "low": "accent", "medium": "warning", "high": "attention", "critical": "attention"}


def message(card: Card, *, test: bool = False) -> dict[str, Any]:
    """One alert as a card."""
    mark = "TEST · " if test else ""
    heading = {**_run(f"{mark}{card.severity.upper()} · {card.term}", bold=True), "color": _COLOURS[card.severity]}
    body = [_block([heading]), _block([_title(card, 250)])]
    if card.pieces:
        body.append(_block([_run(text, bold=hit) for text, hit in card.pieces]))
    if card.facts:
        body.append(_block([_run(" · ".join(card.facts), subtle=True)]))
    if card.entities:
        body.append(_block([_run("With " + ", ".join(card.entities), subtle=True)]))
    return _envelope(body)


def digest(cards: Sequence[Card]) -> dict[str, Any]:
    """Up to MOST_ALERTS alerts as one card that names each of them."""
    body = [_block([_run(f"{len(cards)} alerts", bold=True)])]
    body += [
        _block([_run(f"{card.severity.upper()} {cut(card.term, 40)} ", bold=True), _title(card, 100, longest=250)])
        for card in cards
    ]
    return _envelope(body)


def _title(card: Card, most: int, *, longest: int = 1500) -> dict[str, Any]:
    run = _run(cut(card.title, most), bold=True)
    if card.url and len(card.url) <= longest:
        run["selectAction"] = {"type": "Action.OpenUrl", "url": card.url}
    return run


def _run(text: str, *, bold: bool = False, subtle: bool = False) -> dict[str, Any]:
    run: dict[str, Any] = {"type": "TextRun", "text": text}
    if bold:
        run["weight"] = "bolder"
    if subtle:
        run["isSubtle"] = True
    return run


def _block(runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": runs}


def _envelope(body: list[dict[str, Any]]) -> dict[str, Any]:
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "msteams": {"width": "Full"},
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}
