"""Mail over TLS, with a login."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Self

import pytest

from monitor.domain.delivery import AttemptResult, Outcome
from tests.alerting import EPOCH, claimed_delivery
from tests.authority import Authority
from tests.channels import channel, send
from workers.delivery.sender import Sender

USER, PASSWORD = "desk", "a secret phrase"
STARTTLS, TLS = "starttls", "tls"


class TlsMailServer:
    """An SMTP server that takes mail only over TLS and from USER. `spoken` are the commands it was given, and whether over TLS."""

    def __init__(self, context: ssl.SSLContext, encryption: str, *, offers_starttls: bool = True) -> None:
        self._context = context
        self._encryption = encryption
        self._offers_starttls = offers_starttls
        self.port = 0
        self.spoken: list[tuple[str, bool]] = []
        self.messages: list[bytes] = []

    async def __aenter__(self) -> Self:
        implicit = self._context if self._encryption == TLS else None
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=implicit)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_exception: object) -> None:
        self._server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        secure, known = self._encryption == TLS, False
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            command = line.decode().strip()
            self.spoken.append((command, secure))
            match command.split()[0].upper():
                case "EHLO":
                    writer.write(self._greeting(secure=secure))
                case "STARTTLS":
                    writer.write(b"220 go ahead\r\n")
                    await writer.start_tls(self._context)
                    secure = True
                case "AUTH":
                    known = secure and _credentials(command) == (USER, PASSWORD)
                    writer.write(b"235 welcome\r\n" if known else b"535 who are you?\r\n")
                case "DATA" if known:
                    writer.write(b"354 go on\r\n")
                    self.messages.append(await reader.readuntil(b"\r\n.\r\n"))
                    writer.write(b"250 taken\r\n")
                case "QUIT":
                    writer.write(b"221 bye\r\n")
                    break
                case _:
                    writer.write(b"250 fine\r\n" if known else b"530 log in first\r\n")
        writer.close()

    def _greeting(self, *, secure: bool) -> bytes:
        if secure:
            return b"250-here\r\n250 AUTH PLAIN\r\n"
        return b"250-here\r\n250 STARTTLS\r\n" if self._offers_starttls else b"250-here\r\n250 AUTH PLAIN\r\n"


def _credentials(command: str) -> tuple[str, ...]:
    """Return the user and the password of an AUTH PLAIN command."""
    return tuple(base64.b64decode(command.split()[2]).decode().split("\0")[1:])


@pytest.fixture
async def sender() -> AsyncIterator[Sender]:
    """A sender whose clock stands still."""
    sender = Sender(now=lambda: EPOCH)
    yield sender
    await sender.close()


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The context of a server with a certificate of an authority that SSL_CERT_FILE names."""
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*authority.issue("server"))
    return context


async def _send(sender: Sender, server: TlsMailServer, encryption: str, password: str = PASSWORD) -> AttemptResult:
    settings: Mapping[str, Any] = {
        "type": "email",
        "host": "127.0.0.1",
        "port": server.port,
        "encryption": encryption,
        "username": USER,
        "password": password,
        "from": "news@example.org",
        "to": ["desk@example.org"],
    }
    return await send(sender, channel(settings), [claimed_delivery()], now=EPOCH)


@pytest.mark.parametrize("encryption", [STARTTLS, TLS])
async def test_mail_goes_over_tls_after_a_login(encryption: str, sender: Sender, context: ssl.SSLContext) -> None:
    """With STARTTLS nothing but the wish for it is said in the clear; with TLS nothing at all."""
    async with TlsMailServer(context, encryption) as server:
        result = await _send(sender, server, encryption)
    assert result.outcome is Outcome.ACCEPTED, result
    assert len(server.messages) == 1
    clear = [command.split()[0].upper() for command, secure in server.spoken if not secure]
    assert clear == (["EHLO", "STARTTLS"] if encryption == STARTTLS else [])


@pytest.mark.parametrize("encryption", [STARTTLS, TLS])
async def test_a_wrong_password_is_told_and_tried_again(encryption: str, sender: Sender, context: ssl.SSLContext) -> None:
    """The server's answer is kept, the password is not."""
    async with TlsMailServer(context, encryption) as server:
        result = await _send(sender, server, encryption, password="a wrong phrase")
    assert (result.outcome, result.reason, result.answer) == (Outcome.FAILED, "SMTP 535", "who are you?")
    assert "a wrong phrase" not in repr(result)
    assert server.messages == []


@pytest.mark.parametrize("encryption", [STARTTLS, TLS])
async def test_a_server_that_nobody_vouches_for_learns_nothing(
    encryption: str, sender: Sender, context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its certificate is refused before the login, and the mail is tried again."""
    monkeypatch.delenv("SSL_CERT_FILE")
    async with TlsMailServer(context, encryption) as server:
        result = await _send(sender, server, encryption)
    assert result.outcome is Outcome.FAILED
    assert "127.0.0.1" not in (result.reason or "")
    assert [command for command, secure in server.spoken if secure] == []
    assert server.messages == []


async def test_a_server_without_starttls_gets_neither_password_nor_mail(sender: Sender, context: ssl.SSLContext) -> None:
    """Who stands between and removes STARTTLS from the greeting does not make us send in the clear."""
    async with TlsMailServer(context, STARTTLS, offers_starttls=False) as server:
        result = await _send(sender, server, STARTTLS)
    assert result.outcome is Outcome.FAILED
    assert "STARTTLS" in (result.reason or "")
    assert {command.split()[0].upper() for command, _ in server.spoken} <= {"EHLO", "STARTTLS", "QUIT"}
    assert server.messages == []
