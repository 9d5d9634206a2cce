"""Telegram's sendMessage with HTML: https://core.telegram.org/bots/api#html-style, at most 4096 characters."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

from monitor.domain.text import one_line
from workers.channels.card import Card
from workers.channels.truncation import cut

MOST_ALERTS = 25
_ROOM = 3_900
_SPEAKING = re.compile(r"(?<!\w)([@#$/])(?=\w)")


def escape(text: str) -> str:
    """`text` as it stands: no tag, and no mention, hashtag or command that Telegram would make a link of."""
    return html.escape(_SPEAKING.sub("\\1\u2060", one_line(text)), quote=True)


def message(card: Card, *, test: bool = False) -> dict[str, Any]:
    """One alert."""
    mark = "TEST · " if test else ""
    lines = [f"<b>{mark}{card.severity.upper()} · {escape(card.term)}</b>", _title(card, 250)]
    if card.pieces:
        lines.append("".join(f"<b>{escape(text)}</b>" if hit else _spaced(text) for text, hit in card.pieces))
    if card.facts:
        lines.append("<i>" + " · ".join(map(escape, card.facts)) + "</i>")
    if card.entities:
        lines.append("With " + ", ".join(map(escape, card.entities)))
    return _envelope("\n".join(lines))


def digest(cards: Sequence[Card]) -> dict[str, Any]:
    """Up to MOST_ALERTS alerts as one message that names each of them."""
    heading = f"<b>{len(cards)} alerts</b>"
    for most, linked in ((150, True), (90, True), (90, False), (45, False), (15, False)):
        lines = [
            f"{card.severity.upper()} <b>{escape(cut(card.term, 30))}</b> {_title(card, most, linked=linked)}" for card in cards
        ]
        if sum(map(len, lines)) + len(lines) + len(heading) <= _ROOM:
            break
    return _envelope("\n".join([heading, *lines]))


def _title(card: Card, most: int, *, linked: bool = True) -> str:
    words = escape(cut(card.title, most))
    return f'<a href="{html.escape(card.url, quote=True)}">{words}</a>' if card.url and linked else words


def _spaced(text: str) -> str:
    return (" " if text[:1].isspace() else "") + escape(text) + (" " if text[-1:].isspace() and text.strip() else "")


def _envelope(text: str) -> dict[str, Any]:
    return {"text": text, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
