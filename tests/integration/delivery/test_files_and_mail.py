"""Channels that speak no HTTP: files and mail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Self

import pytest

from monitor.domain.delivery import AttemptResult, update_after
from monitor.settings.channels import ChannelBase
from tests.alerting import EPOCH, claimed_delivery
from tests.channels import channel, send
from workers.delivery.sender import Sender

NOW = EPOCH + timedelta(hours=2)


@pytest.fixture
async def sender() -> AsyncIterator[Sender]:
    """A sender whose clock stands still."""
    sender = Sender(now=lambda: NOW)
    yield sender
    await sender.close()


def check(result: AttemptResult, state: str, wait_s: float | None) -> None:
    """Where the first attempt's result leads."""
    step = update_after(result, attempts=1, first_attempt_at=NOW, now=NOW, jitter=0.0)
    wait = None if step.next_attempt_at is None else (step.next_attempt_at - NOW).total_seconds()
    assert (step.status, wait) == (state, wait_s)


async def test_a_file_that_cannot_be_written_is_tried_again(sender: Sender, tmp_path: Path) -> None:
    """A path that is a directory or on a full disk fails with the system's reason."""
    target = channel({"type": "file", "path": tmp_path})
    result = await send(sender, target, [claimed_delivery()], now=NOW)
    check(result, "pending", 0)
    assert result.reason == "Is a directory"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
async def test_a_full_disk_is_told_as_what_it_is(sender: Sender) -> None:
    """The reason names the cause."""
    full = channel({"type": "file", "path": "/dev/full"})
    result = await send(sender, full, [claimed_delivery()], now=NOW)
    check(result, "pending", 0)
    assert result.reason == "No space left on device"


class MailServer:
    """An SMTP server that answers DATA as told, and QUIT only if it is `polite`."""

    def __init__(self, verdict: bytes, *, polite: bool = True) -> None:
        self.verdict = verdict
        self.polite = polite
        self.messages: list[bytes] = []
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_exception: object) -> None:
        self._server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            if line.upper().startswith(b"DATA"):
                writer.write(b"354 go on\r\n")
                self.messages.append(await reader.readuntil(b"\r\n.\r\n"))
                writer.write(self.verdict + b"\r\n")
            elif line.upper().startswith(b"QUIT"):
                await reader.read(0 if self.polite else 1)
                break
            else:
                writer.write(b"250 fine\r\n")
        writer.close()


def mailbox(port: int) -> ChannelBase:
    """An e-mail channel that leads to a server on this machine."""
    server = {"type": "email", "host": "127.0.0.1", "port": port, "encryption": "none"}
    return channel({**server, "from": "news@example.org", "to": ["desk@example.org"]})


@pytest.mark.parametrize(
    ("verdict", "state", "wait_s"), [(b"250 ok", "delivered", None), (b"451 later", "pending", 0), (b"554 no thanks", "dead", None)]
)
async def test_mail(verdict: bytes, state: str, wait_s: float | None, sender: Sender) -> None:
    """A mail server's word: taken, later, or never."""
    async with MailServer(verdict) as server:
        result = await send(sender, mailbox(server.port), [claimed_delivery()], now=NOW)
    check(result, state, wait_s)
    assert b"Subject: HIGH" in server.messages[0] or b"Subject: =?utf-8?" in server.messages[0]


async def test_a_mail_that_was_accepted_is_not_sent_again_if_quit_stays_unanswered(sender: Sender) -> None:
    """The server's 250 counts, whatever becomes of the connection after it."""
    async with MailServer(b"250 ok", polite=False) as server:
        result = await send(sender, mailbox(server.port), [claimed_delivery()], now=NOW, within_s=1)
    check(result, "delivered", None)


async def test_a_mail_server_that_is_too_slow_gets_no_mail_after_the_deadline(sender: Sender) -> None:
    """An attempt that counts as failed has ended: its connection is closed, and nothing more is said on it."""
    ended = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.read() == b""
        writer.close()
        ended.set()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        result = await send(sender, mailbox(port), [claimed_delivery()], now=NOW, within_s=0.1)
        check(result, "pending", 0)
        assert result.reason == "no answer within 0.1 s"
        await asyncio.wait_for(ended.wait(), 10)


async def test_nobody_at_the_mail_servers_port(sender: Sender) -> None:
    """The reason says what failed and names no address."""
    result = await send(sender, mailbox(1), [claimed_delivery()], now=NOW)
    check(result, "pending", 0)
    assert result.reason == "Connection refused"
