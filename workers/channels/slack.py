"""Slack Block Kit: https://docs.slack.dev/reference/block-kit/blocks, limits as of 2026.

Slack refuses a message whose blocks hold more than about 13 000 characters in all, far less than its documented limits allow.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from monitor.domain.text import one_line
from workers.channels.card import Card
from workers.channels.truncation import cut

MOST_CHARACTERS = 10_500
MOST_ALERTS = 100
_SECTION = 2_900
_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "*": "∗", "~": "∼", "`": "ˋ"})
_EDGE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_EMOJI = re.compile(r":(?=[\w+'-]{1,100}:)")
_BADGES = {"info": "⚪", "low": "🔵", "medium": "🟡", "high": "🟠", "critical": "🔴"}


def escape(text: str) -> str:
    """`text` so that Slack shows it as it stands: no mention, link, emoji or formatting of its own making.

    Slack has no escape for its formatting characters, so look-alikes stand in for them.
    """
    plain = _EMOJI.sub(":\u2060", _EDGE_UNDERSCORE.sub("ˍ", one_line(text)))
    return ("›" + plain[1:] if plain.startswith(">") else plain).translate(_MARKUP)


def message(card: Card, *, test: bool = False) -> dict[str, Any]:
    """One alert as a Slack message."""
    mark = "TEST · " if test else ""
    badge = f"{_BADGES[card.severity]} *{mark}{card.severity.upper()}* · *{escape(card.term)}*"
    blocks = [_section(f"{badge}\n{_title(card)}")]
    if card.pieces:
        blocks.append(_section(_snippet(card)))
    if card.facts:
        blocks.append(_context(" · ".join(map(escape, card.facts))))
    if card.entities:
        blocks.append(_context("With " + ", ".join(map(escape, card.entities))))
    return _envelope(mark + card.headline, blocks)


def digest(cards: Sequence[Card]) -> dict[str, Any]:
    """Up to MOST_ALERTS alerts as one message that names each of them, its title shortened as far as room demands."""
    heading = f"*{len(cards)} alerts*"
    lines = _lines(cards, MOST_CHARACTERS - len(heading))
    sections: list[str] = [heading]
    for line in lines:
        if len(sections) == 1 or len(sections[-1]) + 1 + len(line) > _SECTION:
            sections.append(line)
        else:
            sections[-1] += "\n" + line
    return _envelope(
        f"{len(cards)} alerts: " + ", ".join(dict.fromkeys(card.term for card in cards)), list(map(_section, sections))
    )


def _lines(cards: Sequence[Card], room: int) -> list[str]:
    """One line per alert within `room` characters: titles shrink first, then links go."""
    for title, linked in ((200, True), (120, True), (80, True), (80, False), (50, False), (25, False), (8, False)):
        lines = [_line(card, title, linked=linked) for card in cards]
        if sum(map(len, lines)) + len(lines) <= room:
            break
    return lines


def _line(card: Card, title: int, *, linked: bool) -> str:
    words = escape(cut(card.title, title))
    shown = f"<{_address(card.url)}|{words}>" if linked and card.url else words
    source = f" · {escape(cut(card.source, 40))}" if card.source and title > 50 else ""
    return f"{_BADGES[card.severity]} *{escape(cut(card.term, max(title // 2, 12)))}* {shown}{source}"


def _title(card: Card) -> str:
    words = escape(card.title)
    return f"*<{_address(card.url)}|{words}>*" if card.url else f"*{words}*"


def _address(url: str) -> str:
    return url.replace("&", "&amp;").replace("*", "%2A")


def _snippet(card: Card) -> str:
    """The pieces with the hits in bold. Slack sees bold only at a word's edge; where a hit has letters next to it, a zero-width space makes one."""
    shown = ""
    for text, hit in card.pieces:
        words = f"*{escape(text)}*" if hit else _spaced(text)
        shown += ("\u200b" if shown and _glued(shown[-1], words[0], hit=hit) else "") + words
    return shown


def _glued(before: str, after: str, *, hit: bool) -> bool:
    return before.isalnum() if hit else after.isalnum()


def _spaced(text: str) -> str:
    """Escaped, with the white space at both ends kept: a bold word needs it."""
    return (" " if text[:1].isspace() else "") + escape(text) + (" " if text[-1:].isspace() and text.strip() else "")


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _context(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}


def _envelope(fallback: str, blocks: list[dict[str, Any]]) -> dict[str, Any]:
    return {"text": escape(cut(fallback, 500)), "blocks": blocks, "unfurl_links": False, "unfurl_media": False}
