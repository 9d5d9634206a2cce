"""Plain text, for Apprise's services, and e-mail in text and HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from monitor.domain.text import one_line
from workers.channels.card import Card
from workers.channels.truncation import cut

MOST_ALERTS_NOTE, MOST_ALERTS_MAIL = 20, 100
_SPEAKING = re.compile(r"([@<])(?=[\w@#!&:])")
_MARKUP = str.maketrans({"*": "∗", "`": "ˋ", "[": "［", "]": "］"})


def tame(text: str) -> str:
    """`text` with what any of the chats behind Apprise could take for a mention, a link or formatting made harmless."""
    return _SPEAKING.sub("\\1\u2060", one_line(text)).translate(_MARKUP)


def note(cards: Sequence[Card], *, test: bool = False) -> tuple[str, str]:
    """Title and text for one alert or for up to MOST_ALERTS_NOTE of them."""
    mark = "TEST · " if test else ""
    if len(cards) > 1:
        return f"{len(cards)} alerts", "\n".join(tame(cut(card.headline, 150)) for card in cards)
    card = cards[0]
    parts = [_snippet(card), " · ".join(card.facts), "With " + ", ".join(card.entities) if card.entities else ""]
    shown = [tame(part) for part in parts if part] + ([card.url] if card.url else [])
    return tame(cut(mark + card.headline, 200)), "\n".join(shown) or tame(card.title)


def mail(cards: Sequence[Card], *, sender: str, to: Sequence[str], message_id: str, at: datetime, test: bool = False) -> bytes:
    """An e-mail of one alert or many, in text and HTML. The same alert always has the same Message-ID and Date."""
    mark = "TEST · " if test else ""
    many = len(cards) > 1
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["Subject"] = f"{mark}{len(cards)} alerts" if many else cut(one_line(mark + cards[0].headline), 200)
    message["From"] = one_line(sender)
    message["To"] = ", ".join(map(one_line, to))
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{message_id}@news-monitor>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n\n".join(map(_text, cards)) + "\n")
    body = "<hr>".join(map(_html, cards))
    message.add_alternative(f"<!doctype html><html><body>{body}</body></html>", subtype="html")
    message.set_boundary(f"=={message_id}==")
    return bytes(message)


def _snippet(card: Card) -> str:
    return "".join(text for text, _ in card.pieces)


def _text(card: Card) -> str:
    parts = (card.headline, _snippet(card), " · ".join(card.facts), ", ".join(card.entities), card.url or "")
    return "\n".join(part for part in parts if part)


def _html(card: Card) -> str:
    title = html.escape(card.title)
    linked = f'<a href="{html.escape(card.url)}">{title}</a>' if card.url else title
    snippet = "".join(f"<b>{html.escape(text)}</b>" if hit else html.escape(text) for text, hit in card.pieces)
    parts = [
        f"<p><b>{card.severity.upper()} · {html.escape(card.term)}</b><br>{linked}</p>",
        f"<p>{snippet}</p>" if snippet else "",
    ]
    parts.append(f"<p><small>{html.escape(' · '.join((*card.facts, *card.entities)))}</small></p>")
    return "".join(parts)
