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
from typing import Protocol

from monitor.logs import get_logger
from monitor.parse.result import ParseFailure
from monitor.polling.excerpt import Excerpt
from monitor.polling.messages import HEAD, Fault, framed

Parsed = Excerpt | ParseFailure

PATIENCE_S = 20.0
_AT_ONCE = 256 * 1024
"""Bytes: longer answers are unpacked off the event loop."""


class Parse(Protocol):
    """From a body to what is needed of the document, or to the reason why there is none.

    `url` is where it was found, `headers` have lower-case names, `known` are the imprints of entries that are stored (`DocumentMemory.imprints`).
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
            child = self._child = self._child or _start()
            answered = False
            try:
                async with asyncio.timeout(self.patience_s):
                    received = await _exchange(child.connection, framed((body, url, dict(headers), now, known)))
                answered = True
            except TimeoutError:
                return ParseFailure(reason=f"parsing took more than {self.patience_s:.0f} s and was given up")
            except (EOFError, OSError):
                return ParseFailure(reason="the parser crashed on this document")
            finally:
                if not answered:
                    self.close()
        answer = _unpacked(received) if len(received) < _AT_ONCE else await asyncio.to_thread(_unpacked, received)
        if isinstance(answer, Fault):
            get_logger().error("tick.failed", step="parse", feed=url, error=answer.error)
            return ParseFailure(reason=f"the parser failed on this document ({answer.error.partition('(')[0]})")
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
            [sys.executable, "-m", "monitor.polling.parser", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
            start_new_session=True,
        )
    return _Child(process, ours)


async def _exchange(connection: socket.socket, message: bytes) -> bytes:
    """Send a message; the answer without its length."""
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(connection, message)
    received = bytearray()
    while len(received) < HEAD or len(received) < HEAD + int.from_bytes(received[:HEAD]):
        piece = await loop.sock_recv(connection, _AT_ONCE)
        if not piece:
            raise EOFError
        received += piece
    return bytes(received[HEAD:])


def _unpacked(received: bytes) -> Parsed | Fault:
    answer: Parsed | Fault = pickle.loads(received)  # noqa: S301 - from our own child
    return answer
