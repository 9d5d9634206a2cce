"""Discord webhooks: https://discord.com/developers/docs/resources/message#embed-object, limits as of 2026."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from monitor.domain.text import one_line
from workers.channels.card import Card
from workers.channels.truncation import cut

MOST_ALERTS = 40
_TITLE, _DESCRIPTION, _ALL = 256, 4096, 5500
_MARKUP = re.compile(r"([\\*_~`|<>\[\]()#@:-])")
_COLOURS = {"info": 0x95A5A6, "low": 0x3498DB, "medium": 0xF1C40F, "high": 0xE67E22, "critical": 0xE74C3C}


def escape(text: str) -> str:
    """`text` so that Discord shows it as it stands: no mention, masked link, heading, emoji or formatting of its making."""
    return _MARKUP.sub(r"\\\1", one_line(text)).replace("@", "@\u200b")


def message(card: Card, *, test: bool = False) -> dict[str, Any]:
    """One alert as an embed."""
    mark = "TEST · " if test else ""
    snippet = "".join(f"**{escape(text)}**" if hit else _spaced(text) for text, hit in card.pieces)
    embed: dict[str, Any] = {
        "author": {"name": one_line(f"{mark}{card.severity.upper()} · {card.term}")},
        "title": _whole(escape(cut(card.title, 110)), _TITLE),
        "description": _whole(snippet, _DESCRIPTION),
        "color": _COLOURS[card.severity],
    }
    if card.url:
        embed["url"] = card.url
    if card.facts:
        embed["footer"] = {"text": " · ".join(card.facts)}
    if card.entities:
        embed["fields"] = [{"name": "With", "value": _whole(escape(", ".join(card.entities)), 1024)}]
    return _envelope([embed])


def digest(cards: Sequence[Card]) -> dict[str, Any]:
    """Up to MOST_ALERTS alerts as one message that names each of them."""
    room = _ALL // len(cards) - 1
    lines = [_line(card, room) for card in cards]
    texts: list[str] = [""]
    for line in lines:
        if len(texts[-1]) + len(line) + 1 > _DESCRIPTION:
            texts.append("")
        texts[-1] += line + "\n"
    embeds: list[dict[str, Any]] = [{"description": text} for text in texts]
    embeds[0]["title"] = f"{len(cards)} alerts"
    return _envelope(embeds)


def _line(card: Card, room: int) -> str:
    for title, linked in ((150, True), (90, True), (90, False), (45, False), (20, False)):
        words = escape(cut(card.title, title))
        shown = f"[{words}](<{card.url}>)" if linked and card.url and ")" not in card.url else words
        line = f"**{card.severity.upper()} {escape(cut(card.term, 25))}** {shown}"
        if len(line) <= room:
            break
    return line


def _spaced(text: str) -> str:
    return (" " if text[:1].isspace() else "") + escape(text) + (" " if text[-1:].isspace() and text.strip() else "")


def _whole(text: str, limit: int) -> str:
    """`text` within `limit`, without half an escape at its end."""
    return text if len(text) <= limit else cut(text, limit - 1).removesuffix("…").rstrip("\\*") + "…"


def _envelope(embeds: list[dict[str, Any]]) -> dict[str, Any]:
    return {"embeds": embeds, "allowed_mentions": {"parse": []}}
