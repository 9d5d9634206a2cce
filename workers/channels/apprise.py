"""Any of Apprise's services, such as ntfy: https://github.com/caronc/apprise."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import parse_qsl, urlencode

from monitor.domain.delivery import AttemptResult, ClaimedDelivery, Outcome
from monitor.domain.text import one_line
from monitor.domain.watch import Severity
from monitor.settings.channels import ChannelBase, Library
from monitor.settings.suggestion import did_you_mean
from monitor.settings.values import SecretAddress
from workers.channels.kind import ChannelKind, Limits
from workers.rendering.card import Card
from workers.rendering.story_card import cards_of, heading_of
from workers.rendering.truncation import cut, fit

_ACTIVE = re.compile(r"([@<])(?=[\w@#!&:])")
_MOST_WITH_ACTS = 5
"""Alerts in a digest that still have links which act: services behind Apprise take short texts."""
_MAX_TERMS, _LONGEST_LINK = 1_000, 300
_NOTIFY_TYPES = ("info", "info", "info", "warning", "failure")
"""Apprise's types of a message, by the rank of a severity."""
_TAGS = ("white_circle", "large_blue_circle", "yellow_circle", "orange_circle", "rotating_light")
_PRIORITIES = {
    **dict.fromkeys(("ntfy", "ntfys"), ("priority", ("min", "low", "default", "high", "max"))),
    "pover": ("priority", ("low", "moderate", "normal", "high", "high")),
    **dict.fromkeys(("gotify", "gotifys"), ("priority", ("low", "moderate", "normal", "high", "emergency"))),
    "prowl": ("priority", ("low", "moderate", "normal", "high", "emergency")),
    "pagerduty": ("severity", ("info", "info", "warning", "error", "critical")),
}
"""The services that know priorities: how the parameter is called, and its value by the rank of a severity."""
_MARKUP = str.maketrans({"*": "∗", "`": "ˋ", "[": "［", "]": "］"})


class AppriseChannel(ChannelBase):
    """Any of Apprise's services, named by its address."""

    type: Literal["apprise"]
    url: SecretAddress


def doubts(channel: AppriseChannel) -> Iterator[tuple[str, str]]:
    """Yield that Apprise knows no service of this scheme, or cannot make one of this address."""
    url = channel.url.get_secret_value()
    scheme = url.partition("://")[0].lower()
    known, usable = _judgement(url)
    if scheme not in known:
        yield "url", f"Apprise knows no service `{one_line(scheme)[:40]}://`{did_you_mean(scheme, known)}"
    elif not usable:
        yield (
            "url",
            f"Apprise cannot read this address of a service `{scheme}://`; https://github.com/caronc/apprise/wiki says what it is made of",
        )


def _judgement(url: str) -> tuple[frozenset[str], bool]:
    """Return the schemes that Apprise knows, and whether it can make a service of `url`."""
    logger = logging.getLogger("apprise")
    before, logger.disabled = logger.disabled, True  # it logs whole addresses, with what is secret in them
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # it imports modules that Python 3.13 no longer has
            from apprise import Apprise  # noqa: PLC0415 - an optional extra, and heavy

            services = Apprise().details()["schemas"]
            usable = Apprise.instantiate(url, suppress_exceptions=True) is not None
    finally:
        logger.disabled = before
    return frozenset(name for one in services for key in ("protocols", "secure_protocols") for name in one[key] or ()), usable


@dataclass(frozen=True, slots=True, kw_only=True)
class AppriseMessage:
    """A title and a plain text for one of Apprise's services."""

    url: str = field(repr=False)
    title: str
    text: str
    severity: Severity = Severity.MEDIUM


def render(channel: AppriseChannel, deliveries: Sequence[ClaimedDelivery], _now: datetime) -> AppriseMessage:
    """Return one message in plain text."""
    cards = cards_of(deliveries)
    title, text = title_and_text(cards, heading_of(deliveries))
    severity = cards[0].severity
    url = with_priority(channel.url.get_secret_value(), severity)
    return AppriseMessage(url=url, title=title, text=text, severity=severity)


def with_priority(url: str, severity: Severity) -> str:
    """Return the address of a service that knows priorities with the one that fits `severity`, unless the address names one itself."""
    scheme, _, rest = url.partition("://")
    asked = _PRIORITIES.get(scheme.lower())
    if asked is None:
        return url
    key, values = asked
    wanted = {key: values[severity.rank]} | ({"tags": _TAGS[severity.rank]} if scheme.lower() in {"ntfy", "ntfys"} else {})
    _, mark, query = rest.partition("?")
    given = {name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)}
    added = urlencode({name: value for name, value in wanted.items() if name not in given})
    return f"{url}{'&' if mark and query else '' if mark else '?'}{added}" if added else url


def send(message: AppriseMessage, at: datetime, within: timedelta) -> AttemptResult:
    """Hand a message to Apprise, once: the retries are ours. Apprise only says whether it succeeded.

    Raises ValueError for an address that Apprise does not know.
    """
    from apprise import Apprise, AppriseAsset, NotifyFormat, PersistentStoreMode  # noqa: PLC0415 - an optional extra, and heavy

    seconds = within.total_seconds()
    asset = AppriseAsset(
        app_id="news-monitor", storage_mode=PersistentStoreMode.MEMORY, http_redirects=False, service_timeout=seconds
    )
    service = Apprise.instantiate(message.url, asset=asset, suppress_exceptions=True)
    if service is None:
        raise ValueError("Apprise does not know this kind of address")
    service.retry = 0
    service.socket_connect_timeout = service.socket_read_timeout = seconds
    kind = _NOTIFY_TYPES[message.severity.rank]
    if service.notify(body=message.text, title=message.title, body_format=NotifyFormat.TEXT, notify_type=kind):
        return AttemptResult(outcome=Outcome.ACCEPTED, at=at)
    return AttemptResult(outcome=Outcome.FAILED, at=at, reason="Apprise could not deliver it")


def escape(text: str) -> str:
    """Return `text` without what any of the chats behind Apprise could take for a mention, a link or formatting."""
    return _ACTIVE.sub("\\1\u2060", one_line(text)).translate(_MARKUP)


def title_and_text(cards: Sequence[Card], heading: str | None = None) -> tuple[str, str]:
    """Return the title and the text of one alert, or of a digest of several; with a `heading` it is always a digest, with every link."""
    acts = len(cards) <= _MOST_WITH_ACTS
    if heading is not None:
        return heading, "\n".join(_digest_line(card, None, acts=acts) for card in cards)
    if len(cards) > 1:
        return f"{len(cards)} alerts · {cards[0].label}", "\n".join(_digest_line(card, _LONGEST_LINK, acts=acts) for card in cards)
    (card,) = cards
    parts = [
        "Terms: " + ", ".join(fit(card.terms, _MAX_TERMS, str)) if len(card.terms) > 1 else "",
        *fit(card.news, _MAX_TERMS, str),
        "".join(text for text, _ in card.pieces),
        " · ".join(card.facts),
        "With " + ", ".join(card.entities) if card.entities else "",
    ]
    links = [address for address in (card.url, *(f"{name}: {address}" for name, address in card.links)) if address]
    lines = [escape(part) for part in parts if part] + links
    return escape(cut(card.headline, 200)), "\n".join(lines) or escape(card.title)


def _digest_line(card: Card, longest_link: int | None, *, acts: bool) -> str:
    linked = card.url and (longest_link is None or len(card.url) <= longest_link)
    own = "".join(f"\n{name}: {address}" for name, address in card.act_links) if acts else ""
    return escape(cut(card.headline, 150)) + (f"\n{card.url}" if linked else "") + own


KIND = ChannelKind(
    name="apprise",
    settings=AppriseChannel,
    limits=Limits(alerts_per_message=20),
    render=render,
    send=send,
    leads_to=("url",),
    doubts=doubts,
    examples=({"url": "json://receiver.example/x"},),
    library=Library(module="apprise", requirement="news-monitor[apprise]"),
)
