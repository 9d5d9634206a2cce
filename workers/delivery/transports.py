"""Ways out other than an HTTP POST of ours: a file, an SMTP server, Apprise. They block; the sender gives each a thread."""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from monitor.domain.delivery import AttemptResult, Outcome
from monitor.domain.text import printable
from workers.channels.messages import AppriseMessage, Mail

MOST_CHARACTERS = 500
_LONGEST_LINE = 64 * 1024
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)


def shown(answer: str) -> str:
    """What is kept of an answer: printable, without addresses, at most 500 characters."""
    return _ADDRESS.sub("(address)", printable(answer))[:MOST_CHARACTERS]


def append(path: Path, lines: bytes) -> None:
    """Put whole lines at the end of a file, on the disk before this returns; all of them or none. Raises OSError.

    An alert of which a crash left only a part at the end is taken away: it was never settled and comes again.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o640)
    try:
        size = os.fstat(handle).st_size
        separator = _mended(handle, size)
        size = os.fstat(handle).st_size
        try:
            _write(handle, separator + lines)
            os.fsync(handle)
        except OSError:
            with suppress(OSError):
                os.ftruncate(handle, size)
            raise
    finally:
        os.close(handle)


def _mended(handle: int, size: int) -> bytes:
    """Take a torn alert off the end. The line break that is needed after a torn line of somebody else's, which stays."""
    if size == 0 or os.pread(handle, 1, size - 1) == b"\n":
        return b""
    begins = max(0, size - _LONGEST_LINE)
    tail = os.pread(handle, size - begins, begins)
    line = tail.rfind(b"\n") + 1
    if not tail[line:].startswith(b'{"type":"alert.'):
        return b"\n"
    os.ftruncate(handle, begins + line)
    return b""


def _write(handle: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]


def mail(message: Mail, *, at: datetime, timeout_s: float) -> AttemptResult:
    """Hand an e-mail to its server. Raises OSError and SMTPException for what may pass."""
    context = ssl.create_default_context()
    if message.encryption == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(message.host, message.port, timeout=timeout_s, context=context)
    else:
        server = smtplib.SMTP(message.host, message.port, timeout=timeout_s)
    try:
        return _talk(server, message, context, at)
    finally:
        with suppress(OSError, smtplib.SMTPException):  # the server has had its say; its farewell changes nothing
            server.quit()
        server.close()


def _talk(server: smtplib.SMTP, message: Mail, context: ssl.SSLContext, at: datetime) -> AttemptResult:
    if message.encryption == "starttls":
        server.starttls(context=context)
    if message.username is not None:
        server.login(message.username, message.password or "")
    try:
        server.sendmail(message.sender, message.recipients, message.message)
    except smtplib.SMTPDataError as error:
        outcome = Outcome.REFUSED if 500 <= error.smtp_code < 600 else Outcome.FAILED
        return AttemptResult(outcome=outcome, at=at, reason=f"SMTP {error.smtp_code}", answer=shown(_text(error.smtp_error)))
    return AttemptResult(outcome=Outcome.ACCEPTED, at=at)


def note(message: AppriseMessage, *, at: datetime, timeout_s: float) -> AttemptResult:
    """Hand a note to one of Apprise's services, once: the retries are ours. Apprise tells no more than whether it went well.

    Raises ValueError for an address that Apprise does not know.
    """
    from apprise import Apprise, AppriseAsset, NotifyFormat, PersistentStoreMode  # noqa: PLC0415 - an optional extra

    asset = AppriseAsset(
        app_id="news-monitor", storage_mode=PersistentStoreMode.MEMORY, http_redirects=False, service_timeout=timeout_s
    )
    service = Apprise.instantiate(message.url, asset=asset, suppress_exceptions=True)
    if service is None:
        raise ValueError("Apprise does not know this kind of address")
    service.retry = 0
    service.socket_connect_timeout = service.socket_read_timeout = timeout_s
    if service.notify(body=message.text, title=message.title, body_format=NotifyFormat.TEXT):
        return AttemptResult(outcome=Outcome.ACCEPTED, at=at)
    return AttemptResult(outcome=Outcome.FAILED, at=at, reason="Apprise could not deliver it")


def _text(raw: bytes | str) -> str:
    return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
