"""One connection to a mail server. Everything here blocks; call it in a thread, one call at a time, except `abort`.

The folder is opened for reading alone and messages are peeked at, so nothing is marked as read.
"""

from __future__ import annotations

import contextlib
import imaplib
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError

from monitor.domain.errors import MailboxUnreadable
from monitor.domain.text import one_line
from monitor.settings.mailboxes import ImapSettings, MailTls

CONNECT_S: Final = 10.0
READ_S: Final = 30.0
"""A server that says nothing for so long while it is expected to hangs."""

_WAIT_STEP_S: Final = 1.0
_RELEASE_S: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPosition:
    """How far a folder has been read: up to the message `uid`. A number counts only under the same `validity` (UIDVALIDITY).

    Messages up to `initial` were there when the folder was first read.
    """

    validity: int
    uid: int
    initial: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MailMessage:
    """A message of the folder: its bytes (None: more than may be read), and when the server received it."""

    uid: int
    data: bytes | None
    size: int
    received_at: datetime | None


class MailSession:
    """An open folder. Every method raises MailboxUnreadable, with a sentence for the operator."""

    def __init__(self, client: IMAPClient, validity: int) -> None:
        self._client = client
        self._aborted = threading.Event()
        self._busy = threading.Lock()
        self.validity = validity

    @classmethod
    def open(cls, imap: ImapSettings) -> Self:
        """Connect, log in and open the folder."""
        with _explained(imap):
            client = IMAPClient(
                imap.host,
                imap.effective_port,
                ssl=imap.tls is MailTls.TRUE,
                ssl_context=_context(imap),
                timeout=SocketTimeout(CONNECT_S, READ_S),
            )
            client.normalise_times = False
            try:
                if imap.tls is MailTls.STARTTLS:
                    client.starttls(_context(imap))
                _log_in(client, imap)
                validity = _open_folder(client, imap)
            except BaseException:
                with contextlib.suppress(OSError):
                    client.shutdown()
                raise
        return cls(client, validity)

    def messages_after(self, position: MailPosition | None, *, newest: int) -> list[int]:
        """Return the numbers of the messages after `position`, ascending; without one, or if it counts no more, the `newest`."""
        with self._busy, _explained():
            known = position is not None and position.validity == self.validity
            if position is None or not known:
                return sorted(self._client.search("ALL"))[-newest:]
            found = self._client.search(["UID", f"{position.uid + 1}:*"])
            return sorted(uid for uid in found if uid > position.uid)  # the newest message is always in such a range

    def fetch(self, uids: Sequence[int], *, max_bytes: int) -> Iterator[MailMessage]:
        """Yield these messages in order, without those that are gone."""
        with self._busy, _explained():
            about = self._client.fetch(list(uids), ["RFC822.SIZE", "INTERNALDATE"])
            for uid in uids:
                size = int(about.get(uid, {}).get(b"RFC822.SIZE", 0))
                data = self._body(uid) if size <= max_bytes else None
                if size > max_bytes or data is not None:
                    yield MailMessage(uid=uid, data=data, size=size, received_at=_aware(about.get(uid, {}).get(b"INTERNALDATE")))

    def wait(self, seconds: float, *, poll_s: float) -> None:
        """Return when something has changed in the folder, after `seconds`, or when aborted; a server without IDLE is asked every `poll_s`."""
        with self._busy, _explained():
            if not self._client.has_capability("IDLE"):
                self._aborted.wait(min(poll_s, seconds))
                self._client.noop()
                return
            self._client.idle()
            waited = 0.0
            while waited < seconds and not self._aborted.is_set():
                if any(_is_news(one) for one in self._client.idle_check(_WAIT_STEP_S)):
                    break
                waited += _WAIT_STEP_S
            self._client.idle_done()

    def abort(self) -> None:
        """End the connection at once, from any thread: a call under way fails soon."""
        self._aborted.set()
        with contextlib.suppress(OSError, AttributeError):
            self._client.socket().shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Log out and end the connection."""
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            self._client.logout()
        self.discard()

    def discard(self) -> None:
        """End a connection that has failed, or was aborted while a call was under way."""
        self.abort()
        free = self._busy.acquire(timeout=_RELEASE_S)
        with contextlib.suppress(OSError, AttributeError):
            self._client.shutdown()
        if free:
            self._busy.release()

    def _body(self, uid: int) -> bytes | None:
        found = self._client.fetch([uid], ["BODY.PEEK[]"]).get(uid, {}).get(b"BODY[]")
        return found if isinstance(found, bytes) else None


def _is_news(response: Any) -> bool:
    return isinstance(response, tuple) and len(response) > 1 and response[1] in {b"EXISTS", b"RECENT", b"BYE"}


def _aware(moment: Any) -> datetime | None:
    if not isinstance(moment, datetime):
        return None
    return moment.astimezone(UTC)


def _context(imap: ImapSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=None if imap.ca_file is None else str(imap.ca_file))
    if not imap.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _log_in(client: IMAPClient, imap: ImapSettings) -> None:
    try:
        client.login(imap.user, imap.password.get_secret_value())
    except LoginError as error:
        raise MailboxUnreadable(f"the server does not accept user and password: {_words(error)}") from error


def _open_folder(client: IMAPClient, imap: ImapSettings) -> int:
    try:
        selected = client.select_folder(imap.folder, readonly=True)
    except IMAPClient.Error as error:
        if isinstance(error, IMAPClient.AbortError):
            raise
        raise MailboxUnreadable(f"there is no folder `{imap.folder}`, or it cannot be opened: {_words(error)}") from error
    return int(selected.get(b"UIDVALIDITY", 0))


@contextlib.contextmanager
def _explained(imap: ImapSettings | None = None) -> Iterator[None]:
    """Turn every way in which a server fails into MailboxUnreadable."""
    try:
        yield
    except MailboxUnreadable:
        raise
    except TimeoutError as error:
        raise MailboxUnreadable("the mail server did not answer in time") from error
    except ssl.SSLCertVerificationError as error:
        raise MailboxUnreadable(
            f"the mail server's certificate cannot be trusted: {one_line(error.verify_message)[:200]}"
        ) from error
    except ssl.SSLError as error:
        raise MailboxUnreadable(f"no secure connection to the mail server: {_words(error)}; does `tls` fit its port?") from error
    except socket.gaierror as error:
        raise MailboxUnreadable("there is no mail server of this name") from error
    except ConnectionRefusedError as error:
        port = f" on port {imap.effective_port}" if imap is not None else ""
        raise MailboxUnreadable(f"the mail server takes no connections{port}") from error
    except FileNotFoundError as error:
        raise MailboxUnreadable("`ca_file` cannot be read: no such file") from error
    except (OSError, imaplib.IMAP4.error, ValueError, KeyError, AssertionError) as error:
        raise MailboxUnreadable(f"the connection to the mail server broke: {_words(error)}") from error


def _words(error: BaseException) -> str:
    return one_line(str(error))[:200] or type(error).__name__
