"""The kind of source that mailboxes are: registered as `mailbox`."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from monitor.domain.source import SourceHealth
from monitor.settings.feeds import FeedSettings
from monitor.settings.model import Settings
from monitor.sources.recorded_health import recorded_health
from monitor.sources.source import HealthRequest, Source, SourceContext, SourceKind
from monitor.storage.engine import Connection

NAME: Final = "mailbox"


def mailbox_name(mailbox: FeedSettings) -> str:
    """Return what a mailbox is called as the source of its articles: its name, else that of its folder and server."""
    assert mailbox.imap is not None
    return mailbox.name or f"{mailbox.imap.folder} ({mailbox.imap.user}, {mailbox.imap.host})"


def _open(context: SourceContext) -> Source:
    # The source brings the parsers of all document formats, which `status` and the pages need not load.
    from monitor.mailboxes.mailbox_source import MailboxSource  # noqa: PLC0415

    return MailboxSource(context)


def _count(settings: Settings) -> int:
    return len(settings.mailboxes)


def _health(connection: Connection, request: HealthRequest) -> tuple[SourceHealth, ...]:
    names = {mailbox.address: mailbox_name(mailbox) for mailbox in request.settings.mailboxes}
    unchecked = {mailbox.address for mailbox in request.settings.mailboxes if mailbox.imap is not None and not mailbox.imap.verify}
    found = recorded_health(connection, NAME, names, only_failing=request.only_failing)
    return tuple(replace(one, reason=_with_warning(one.reason)) if one.url in unchecked else one for one in found)


def _with_warning(reason: str | None) -> str:
    return "; ".join(filter(None, (reason, "its certificate is not checked (`verify: false`)")))


MAILBOXES: Final = SourceKind(name=NAME, plural="mailboxes", open=_open, count=_count, health=_health)
