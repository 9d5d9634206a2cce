"""E-mail in text and HTML, through an SMTP server."""

from __future__ import annotations

import html
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from monitor.domain.delivery import AttemptResult, ClaimedDelivery, Outcome
from monitor.domain.story_message import FollowUp
from monitor.domain.text import one_line
from monitor.settings.channels import ChannelBase
from monitor.settings.values import OneOrMany, Text
from workers.channels.kind import ChannelKind, Limits
from workers.rendering.card import Card
from workers.rendering.story_card import cards_of, heading_of, story_of
from workers.rendering.truncation import cut

_LONGEST_QUIT_S = 2.0
_HIGH = {"Importance": "high", "X-Priority": "1", "Priority": "urgent"}
_LOW = {"Importance": "low", "X-Priority": "5", "Priority": "non-urgent"}
_IMPORTANCE: tuple[dict[str, str], ...] = (_LOW, _LOW, {}, _HIGH, _HIGH)
"""Headers that mail programs show importance by, by the rank of a severity."""


class Encryption(StrEnum):
    """How the connection to the mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


_PORTS = {Encryption.STARTTLS: 587, Encryption.TLS: 465, Encryption.NONE: 25}


class EmailChannel(ChannelBase):
    """E-mail through an SMTP server. `port` None means the usual one of the encryption."""

    type: Literal["email"]
    host: Text
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    encryption: Encryption = Encryption.STARTTLS
    username: Text | None = None
    password: SecretStr | None = None
    sender: Text = Field(alias="from")
    to: Annotated[tuple[Text, ...], OneOrMany(), Field(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A finished e-mail (RFC 5322 bytes) and the server that takes it."""

    host: str
    port: int
    encryption: Encryption
    username: str | None = field(repr=False)
    password: str | None = field(repr=False)
    sender: str
    recipients: tuple[str, ...]
    message_id: str
    content: bytes


def render(channel: EmailChannel, deliveries: Sequence[ClaimedDelivery], _now: datetime) -> Mail:
    """Return one e-mail. The same alerts always have the same Message-ID and Date."""
    first, count = deliveries[0], len(deliveries)
    name = first.id if count == 1 else f"{first.id}.{count}"
    story = story_of(deliveries)
    message_id = f"<{name}@news-monitor>"
    return Mail(
        host=channel.host,
        port=channel.port or _PORTS[channel.encryption],
        encryption=channel.encryption,
        username=channel.username,
        password=None if channel.password is None else channel.password.get_secret_value(),
        sender=channel.sender,
        recipients=channel.to,
        message_id=message_id,
        content=content(
            cards_of(deliveries),
            sender=channel.sender,
            to=channel.to,
            message_id=name,
            at=first.alerted_at,
            answers=story.reference if story is not None else None,
            heading=heading_of(deliveries),
        ),
    )


def content(
    cards: Sequence[Card],
    *,
    sender: str,
    to: Sequence[str],
    message_id: str,
    at: datetime,
    answers: str | None = None,
    heading: str | None = None,
) -> bytes:
    """Return an e-mail of one alert or several; the same arguments always give the same bytes.

    `answers` is the Message-ID of the mail in whose thread this one belongs. A `heading` is its subject.
    """
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    subject = f"{len(cards)} alerts · {cards[0].label}" if len(cards) > 1 else cut(one_line(cards[0].headline), 200)
    subject = heading or subject
    message["Subject"] = subject if answers is None else f"Re: {subject}"
    message["From"] = one_line(sender)
    message["To"] = ", ".join(map(one_line, to))
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{message_id}@news-monitor>"
    message["Auto-Submitted"] = "auto-generated"
    if answers is not None:
        message["In-Reply-To"] = message["References"] = one_line(answers)
    for header, value in _IMPORTANCE[max(card.severity.rank for card in cards)].items():
        message[header] = value
    message.set_content("\n\n".join(map(_text, cards)) + "\n")
    body = "<hr>".join(map(_html, cards))
    message.add_alternative(f"<!doctype html><html><body>{body}</body></html>", subtype="html")
    message.set_boundary(f"=={message_id}==")
    return bytes(message)


async def send(message: Mail, at: datetime, within: timedelta) -> AttemptResult:
    """Hand an e-mail to its server. Raises OSError for what may pass."""
    import aiosmtplib  # noqa: PLC0415 - few configurations send mail

    end = time.monotonic() + within.total_seconds()
    server = aiosmtplib.SMTP(
        hostname=message.host,
        port=message.port,
        username=message.username,
        password=message.password,
        use_tls=message.encryption is Encryption.TLS,
        start_tls=message.encryption is Encryption.STARTTLS,
        timeout=within.total_seconds(),
    )
    try:
        await server.connect()
        await server.sendmail(message.sender, message.recipients, message.content)
        with suppress(OSError, aiosmtplib.SMTPException):
            # The server has accepted the mail: while it is slow to answer QUIT, the deadline must not make this a failure.
            await server.quit(timeout=min(_LONGEST_QUIT_S, (end - time.monotonic()) / 2))
    except aiosmtplib.SMTPResponseException as error:
        refused = isinstance(error, aiosmtplib.SMTPDataError) and 500 <= error.code < 600
        outcome = Outcome.REFUSED if refused else Outcome.FAILED
        return AttemptResult(outcome=outcome, at=at, reason=f"SMTP {error.code}", answer=error.message)
    except aiosmtplib.SMTPException as error:
        if isinstance(error.__cause__, OSError):
            raise error.__cause__ from None  # its own message names the address
        # The messages of subclasses may name the address; those of the class itself say what the server lacks, such as STARTTLS.
        reason = str(error) if type(error) is aiosmtplib.SMTPException else type(error).__name__
        return AttemptResult(outcome=Outcome.FAILED, at=at, reason=reason)
    finally:
        server.close()
    return AttemptResult(outcome=Outcome.ACCEPTED, at=at, reference=message.message_id)


def _text(card: Card) -> str:
    snippet = "".join(text for text, _ in card.pieces)
    terms = "Terms: " + ", ".join(card.terms) if len(card.terms) > 1 else ""
    links = (f"{name}: {address}" for name, address in card.links)
    parts = (card.headline, terms, *card.news, snippet, " · ".join(card.facts), ", ".join(card.entities), card.url or "", *links)
    return "\n".join(part for part in parts if part)


def _html(card: Card) -> str:
    title = html.escape(card.title)
    linked = f'<a href="{html.escape(card.url)}">{title}</a>' if card.url else title
    snippet = "".join(f"<b>{html.escape(text)}</b>" if match else html.escape(text) for text, match in card.pieces)
    parts = [
        f"<p><b>{card.label} · {html.escape(', '.join(card.terms or (card.term,)))}</b><br>{linked}</p>",
        f"<p>{'<br>'.join(map(html.escape, card.news))}</p>" if card.news else "",
        f"<p>{snippet}</p>" if snippet else "",
    ]
    parts.append(f"<p><small>{html.escape(' · '.join((*card.facts, *card.entities)))}</small></p>")
    parts += [f'<p><a href="{html.escape(address)}">{name}</a></p>' for name, address in card.links]
    return "".join(parts)


KIND = ChannelKind(
    name="email",
    settings=EmailChannel,
    limits=Limits(alerts_per_message=100),
    render=render,
    send=send,
    leads_to=("host", "sender", "to"),
    follow_up=lambda _channel: FollowUp.REPLY,
    examples=({"host": "receiver.example", "from": "news@example.org", "to": ["desk@example.org"]},),
)
