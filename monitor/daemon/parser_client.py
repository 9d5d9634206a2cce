"""Parsing beside the event loop: in a process of its own, because a parser holds the interpreter for as long as it works."""

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

from monitor.daemon.parser_protocol import HEAD, Answer, ParserCrash, framed, put_together
from monitor.domain.article import Entry
from monitor.logs import get_logger
from monitor.parse.feed_delta import FeedDelta
from monitor.parse.result import ParseFailure

Parsed = FeedDelta | ParseFailure
_Answered = tuple[Answer | ParserCrash, list[tuple[Entry, ...]]]

PATIENCE_S = 20.0
_READ_BYTES = 256 * 1024


class Parse(Protocol):
    """From a body to what is needed of the document, or to the reason why there is none.

    `url` is where it was found, `headers` have lower-case names, `known` are the fingerprints of entries that are stored (`DocumentMemory.fingerprints`).
    """

    async def __call__(self, body: bytes, url: str, headers: Mapping[str, str], now: datetime, known: bytes = b"") -> Parsed:
        """Parse one body."""


@dataclass(frozen=True, slots=True)
class _Child:
    process: subprocess.Popen[bytes]
    connection: socket.socket


class ParserProcess:
    """Parses bodies in one process of its own. A body that crashes it or keeps it busy for `patience_s` is a ParseFailure; the next gets a new one."""

    def __init__(self, *, patience_s: float = PATIENCE_S) -> None:
        self.patience_s = patience_s
        self._child: _Child | None = None
        self._turn = asyncio.Lock()

    async def __call__(self, body: bytes, url: str, headers: Mapping[str, str], now: datetime, known: bytes = b"") -> Parsed:
        """Parse one body; calls wait for each other, so that a hanging one can be told from its neighbours."""
        async with self._turn:
            try:
                answer, further = await self._ask_again(framed((body, url, dict(headers), now, known)))
            except TimeoutError:
                return ParseFailure(reason=f"parsing took more than {self.patience_s:.0f} s and was given up")
            except (EOFError, OSError):
                return ParseFailure(reason="the parser crashed on this document")
        if isinstance(answer, ParserCrash):
            get_logger().error("tick.failed", step="parse", feed=url, error=answer.error)
            return ParseFailure(reason=f"the parser failed on this document ({answer.error.partition('(')[0]})")
        return put_together(answer, further)

    async def _ask_again(self, request: bytes) -> _Answered:
        """Ask; and once more if the process has gone: it may have been killed, or have been gone before, which is not this document's fault."""
        try:
            return await self._ask(request)
        except TimeoutError:
            raise
        except (EOFError, OSError):
            return await self._ask(request)

    async def _ask(self, request: bytes) -> _Answered:
        """Ask the process, or a new one if there is none; one that does not answer is ended."""
        child = self._child = self._child or _start()
        answered = False
        try:
            async with asyncio.timeout(self.patience_s):
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
    """The process in a session of its own, so that Ctrl-C reaches only us; it ends when its connection closes, as it does with us."""
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
    """Send a message; the answer, and the messages that follow it."""
    await asyncio.get_running_loop().sock_sendall(connection, message)
    received = bytearray()
    answer: Answer | ParserCrash = await _message(connection, received)
    further = answer.further if isinstance(answer, Answer) else 0
    return answer, [await _message(connection, received) for _ in range(further)]


async def _message(connection: socket.socket, received: bytearray) -> Any:
    """The next message, taken from what was `received` and what comes."""
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
