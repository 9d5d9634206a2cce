"""Start a parser process and talk to it."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from typing import Final

from monitor.daemon.json_codec import MalformedMessage
from monitor.daemon.parser_protocol import (
    HEAD,
    MAX_ANSWER,
    READY,
    Answer,
    ParseRequest,
    Task,
    decode_answer,
    decode_entries,
    encode_request,
    join_entries,
)
from monitor.domain.errors import ParserUnavailable

_READ_BYTES: Final = 256 * 1024
_KEPT: Final = (
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LD_LIBRARY_PATH",
    "PATH",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONHOME",
    "PYTHONPATH",
    "TZ",
)
"""What a parser process knows of the environment, where secrets may be."""


@dataclass(slots=True)
class ParserChild:
    """A parser process and the connection to it."""

    process: subprocess.Popen[bytes]
    connection: socket.socket
    requests: int = 0
    ready: bool = False

    @classmethod
    def start(cls, task: Task, *, niceness: int) -> ParserChild:
        """Start a process, in a session of its own, so that Ctrl-C reaches only this one. It ends when its connection closes."""
        ours, theirs = socket.socketpair()
        with theirs:
            ours.setblocking(False)  # noqa: FBT003 - the standard library's signature
            process = subprocess.Popen(  # noqa: S603 - a list of arguments, no shell
                [sys.executable, "-m", "monitor.daemon.parser_process", task, str(theirs.fileno()), str(niceness)],
                env={name: os.environ[name] for name in _KEPT if name in os.environ},
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        return cls(process, ours)

    async def ask(self, request: ParseRequest, cpu_s: float) -> Answer:
        """Return the answer.

        Raises ParserUnavailable if the process cannot be started, EOFError or OSError if it ends before it answers, and MalformedMessage if
        it does not keep to the protocol.
        """
        loop = asyncio.get_running_loop()
        if not self.ready:
            self.ready = await loop.sock_recv(self.connection, len(READY)) == READY
        if not self.ready:
            raise ParserUnavailable("a parser process cannot be started; the log shows its last words")
        self.requests += 1
        for piece in encode_request(request, cpu_s):
            if piece:
                await loop.sock_sendall(self.connection, piece)
        return await self._answer()

    async def _answer(self) -> Answer:
        received, left = bytearray(), MAX_ANSWER
        message = await self._message(received, left)
        answer = decode_answer(message)
        left -= len(message)
        further = []
        for _ in range(answer.further):
            message = await self._message(received, left)
            left -= len(message)
            further.append(decode_entries(message))
            await asyncio.sleep(0)  # a long answer is there as a whole, and others want their turn between its parts
        return Answer(result=join_entries(answer.result, further), spent=answer.spent)

    async def _message(self, received: bytearray, most: int) -> bytes:
        """Return the next message and remove it from `received`."""
        loop, end = asyncio.get_running_loop(), HEAD
        while len(received) < end or len(received) < (end := self._end(received, most)):
            piece = await loop.sock_recv(self.connection, _READ_BYTES)
            if not piece:
                raise EOFError
            received += piece
        message = bytes(memoryview(received)[HEAD:end])
        del received[:end]
        return message

    @staticmethod
    def _end(received: bytearray, most: int) -> int:
        size = int.from_bytes(received[:HEAD])
        if size > most:
            raise MalformedMessage(f"an answer of more than {MAX_ANSWER // 10**6} MB")
        return HEAD + size

    def end(self) -> int:
        """End the process, whatever it is doing; return its exit status, negative for a signal."""
        self.process.kill()
        status = self.process.wait()
        self.connection.close()
        return status
