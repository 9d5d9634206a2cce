"""Parse documents in another process: a parser in this one would block the event loop for as long as it works."""

from __future__ import annotations

import asyncio
import pickle
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from monitor.daemon.parser_protocol import HEAD, Answer, ParserCrash, encode_message, join_messages
from monitor.domain.article import Entry
from monitor.logs import get_logger
from monitor.parse.feed_delta import FeedDelta
from monitor.parse.result import ParseFailure

Parsed = FeedDelta | ParseFailure
_Answered = tuple[Answer | ParserCrash, list[tuple[Entry, ...]]]

TIMEOUT_S = 20.0
_READ_BYTES = 256 * 1024


class Parse(Protocol):
    """Returns what a poll needs of a document, or why it cannot be parsed.

    `url` is the address of the document, `headers` have lower-case names, `known` are the packed fingerprints of stored entries
    (`DocumentMemory.fingerprints`).
    """

    async def __call__(self, body: bytes, url: str, headers: Mapping[str, str], now: datetime, known: bytes = b"") -> Parsed:
        """Parse one body."""


@dataclass(frozen=True, slots=True)
class _Child:
    process: subprocess.Popen[bytes]
    connection: socket.socket


class ParserProcess:
    """Parses bodies in one child process.

    A body that crashes it or takes longer than `timeout_s` is a ParseFailure; the next body gets a new process.
    """

    def __init__(self, *, timeout_s: float = TIMEOUT_S) -> None:
        self.timeout_s = timeout_s
        self._child: _Child | None = None
        self._lock = asyncio.Lock()

    async def __call__(self, body: bytes, url: str, headers: Mapping[str, str], now: datetime, known: bytes = b"") -> Parsed:
        """Parse one body. Only one is parsed at a time, so that a body that hangs is known."""
        async with self._lock:
            try:
                answer, further = await self._ask_again(encode_message((body, url, dict(headers), now, known)))
            except TimeoutError:
                return ParseFailure(reason=f"parsing took more than {self.timeout_s:.0f} s and was given up")
            except (EOFError, OSError):
                return ParseFailure(reason="the parser crashed on this document")
        if isinstance(answer, ParserCrash):
            get_logger().error("tick.failed", step="parse", feed=url, error=answer.error)
            return ParseFailure(reason=f"the parser failed on this document ({answer.error.partition('(')[0]})")
        return join_messages(answer, further)

    async def _ask_again(self, request: bytes) -> _Answered:
        """Ask, and ask once more if the process has ended: it may have been killed or ended earlier, which is not this document's fault."""
        try:
            return await self._ask(request)
        except TimeoutError:
            raise
        except (EOFError, OSError):
            return await self._ask(request)

    async def _ask(self, request: bytes) -> _Answered:
        """Ask the process, or a new one if there is none. Ends the process if it does not answer."""
        child = self._child = self._child or _start()
        answered = False
        try:
            async with asyncio.timeout(self.timeout_s):
                answer = await _exchange(child.connection, request)
            answered = True
        finally:
            if not answered:
                self.close()
        return answer

    def close(self) -> None:
        """End the process, whatever it is doing."""
        child, self._child = self._child, None
        if child is not None:
            child.process.kill()
            child.process.wait()
            child.connection.close()


def _start() -> _Child:
    """Start the process in a session of its own, so that Ctrl-C reaches only this one. It ends when its connection closes."""
    ours, theirs = socket.socketpair()
    with theirs:
        ours.setblocking(False)  # noqa: FBT003 - the standard library's signature
        process = subprocess.Popen(  # noqa: S603 - a list of arguments, no shell
            [sys.executable, "-m", "monitor.daemon.parser_process", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
            start_new_session=True,
        )
    return _Child(process, ours)


async def _exchange(connection: socket.socket, message: bytes) -> _Answered:
    """Send a message and return the answer and the messages that follow it."""
    await asyncio.get_running_loop().sock_sendall(connection, message)
    received = bytearray()
    answer: Answer | ParserCrash = await _message(connection, received)
    further = answer.further if isinstance(answer, Answer) else 0
    return answer, [await _message(connection, received) for _ in range(further)]


async def _message(connection: socket.socket, received: bytearray) -> Any:
    """Return the next message and remove it from `received`."""
    loop = asyncio.get_running_loop()
    while len(received) < HEAD or len(received) < HEAD + int.from_bytes(received[:HEAD]):
        piece = await loop.sock_recv(connection, _READ_BYTES)
        if not piece:
            raise EOFError
        received += piece
    end = HEAD + int.from_bytes(received[:HEAD])
    message = pickle.loads(received[HEAD:end])  # noqa: S301 - from our own child
    del received[:end]
    return message
