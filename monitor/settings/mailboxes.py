"""The settings of mailboxes that are read over IMAP: the key `imap` of an item of `feeds:`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import quote

from pydantic import BeforeValidator, Field, model_validator

from monitor.settings.values import Secret, Section, Text


class MailTls(StrEnum):
    """How the connection is encrypted: from its beginning, from the command STARTTLS on, or not at all."""

    TRUE = "true"
    STARTTLS = "starttls"
    FALSE = "false"


_PORTS = {MailTls.TRUE: 993, MailTls.STARTTLS: 143, MailTls.FALSE: 143}


def _read_tls(value: Any) -> MailTls:
    found = str(value.value if isinstance(value, MailTls) else value).strip().lower()
    if found not in set(MailTls):
        raise ValueError("expected true, false or starttls")
    return MailTls(found)


def _host_alone(value: str) -> str:
    if any(sign in value for sign in "/@") or value != value.strip() or " " in value:
        raise ValueError("expected the name or address of a host alone, such as mail.example.org")
    return value


class ImapSettings(Section):
    """A folder of a mailbox, and the server that has it. `port` None: 993 with TLS from the beginning, else 143. `ca_file` holds the certificates to trust instead of the system's."""

    host: Annotated[Text, BeforeValidator(_host_alone)]
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    user: Text
    password: Secret
    folder: Text = "INBOX"
    tls: Annotated[MailTls, BeforeValidator(_read_tls)] = MailTls.TRUE
    ca_file: Path | None = None
    verify: bool = True

    @model_validator(mode="after")
    def _no_line_breaks(self) -> Self:
        for name in ("user", "folder"):
            if any(ord(sign) < 32 for sign in getattr(self, name)):
                raise ValueError(f"`{name}` cannot hold line breaks or control characters")
        return self

    @property
    def effective_port(self) -> int:
        """The port, or the usual one for the kind of encryption."""
        return self.port or _PORTS[self.tls]

    @property
    def address(self) -> str:
        """The address of the folder (RFC 5092), without the password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port else ""
        return f"imap://{quote(self.user, safe='@')}@{host}{port}/{quote(self.folder, safe='/')}"
