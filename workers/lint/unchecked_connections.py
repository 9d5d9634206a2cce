"""Find connections that somebody between us and a server could read or change."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.settings.config_positions import Place
from monitor.settings.mailboxes import MailTls
from workers.lint.finding import Doubt, LintSubject

_TRUSTS_ANY = "with `verify: false` any certificate is trusted, so that others may read and change what comes; name its certificate as `ca_file` instead"
_LOOPBACK = ("localhost", "127.", "::1")


def unchecked_connections(subject: LintSubject) -> Iterator[Doubt]:
    """Yield feeds and mailboxes whose server's certificate is not checked, and mailboxes whose password is sent unencrypted."""
    for number, feed in enumerate(subject.settings.listed_feeds):
        if feed.imap is None:
            if not feed.verify:
                yield Place(key=("feeds", number, "verify")), f"{feed.url}: {_TRUSTS_ANY}"
            continue
        if not feed.imap.verify:
            yield Place(key=("feeds", number, "imap", "verify")), f"{feed.imap.host}: {_TRUSTS_ANY}"
        if feed.imap.tls is MailTls.FALSE and not feed.imap.host.startswith(_LOOPBACK):
            message = "with `tls: false` the password crosses the network unencrypted; use `tls: true` or `tls: starttls`"
            yield Place(key=("feeds", number, "imap", "tls")), f"{feed.imap.host}: {message}"
