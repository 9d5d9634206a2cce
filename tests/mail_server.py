"""An IMAP server on loopback with one folder, that can be told to fail."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from threading import Thread
from types import TracebackType
from typing import Any, Self

from monitor.domain.clock import SYSTEM_CLOCK

PASSWORD = 'a long pass "word"'


def mail(subject: str, text: str, *, sender: str = "Desk <desk@press.example>", number: str = "1") -> bytes:
    """A message as it is stored."""
    message = EmailMessage()
    message["Subject"], message["From"], message["Message-ID"] = subject, sender, f"<{number}.{abs(hash(subject))}@press.example>"
    message["Date"] = format_datetime(SYSTEM_CLOCK.now())
    message.set_content(text)
    return bytes(message)


class MailServer:
    """Runs in a thread of its own. `messages` are by their numbers; `hangs`: nothing is answered any more, nor connections closed."""

    def __init__(self, *, idle: bool = True) -> None:
        self.messages: dict[int, tuple[bytes, datetime]] = {}
        self.validity = 1
        self.hangs = False
        self.refuses = False
        self.logins = 0
        self._idle = idle
        self._next = 1
        self._loop = asyncio.new_event_loop()
        self._ready: Future[int] = Future()
        self._stop = asyncio.Event()
        self._changed = asyncio.Condition()
        self._writers: set[asyncio.StreamWriter] = set()
        self._thread = Thread(target=self._run, daemon=True)

    @property
    def settings(self) -> dict[str, Any]:
        """What the configuration says about it."""
        port = self._ready.result(10)
        return {"host": "127.0.0.1", "port": port, "user": "desk", "password": PASSWORD, "folder": "Letters & more", "tls": "false"}

    def add(self, data: bytes, *, age: timedelta = timedelta()) -> None:
        """Receive a message."""

        async def change() -> None:
            self.messages[self._next] = (data.replace(b"\n", b"\r\n"), SYSTEM_CLOCK.now() - age)
            self._next += 1
            async with self._changed:
                self._changed.notify_all()

        asyncio.run_coroutine_threadsafe(change(), self._loop).result(10)

    def renumber(self) -> None:
        """Give every message another number, as a server does that is set up anew."""
        stored = list(self.messages.values())
        self.validity, self._next = self.validity + 1, len(stored) + 1
        self.messages = dict(enumerate(stored, start=1))

    def drop_connections(self) -> None:
        """End every connection."""
        for writer in tuple(self._writers):
            self._loop.call_soon_threadsafe(writer.transport.abort)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.result(10)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._converse, "127.0.0.1", 0)
        self._ready.set_result(server.sockets[0].getsockname()[1])
        await self._stop.wait()
        server.close()
        for writer in self._writers:
            writer.transport.abort()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError, ValueError):
            writer.write(b"* OK ready\r\n")
            while line := (await reader.readline()).decode().strip():
                while self.hangs:  # noqa: ASYNC110 - a test ends it from another thread
                    await asyncio.sleep(0.05)
                tag, command, rest = (*line.split(" ", 2), "")[:3]
                if not await self._answer(tag, command.upper(), rest, reader, writer):
                    break
        writer.transport.abort()
        self._writers.discard(writer)

    async def _answer(self, tag: str, command: str, rest: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        lines, result = list[bytes](), "OK done"
        if command == "CAPABILITY":
            lines = [b"* CAPABILITY IMAP4rev1" + (b" IDLE" if self._idle else b"")]
        elif command == "LOGIN":
            self.logins += 1
            good = not self.refuses and rest.endswith('"a long pass \\"word\\""')
            result = "OK done" if good else "NO [AUTHENTICATIONFAILED] wrong"
        elif command == "EXAMINE":
            good = rest == '"Letters &- more"'
            lines = [b"* %d EXISTS" % len(self.messages), b"* OK [UIDVALIDITY %d] as it is" % self.validity] if good else []
            result = "OK [READ-ONLY] done" if good else "NO no such folder"
        elif command == "UID":
            lines = self._search(rest) if rest.startswith("SEARCH") else list(self._fetch(rest))
        elif command == "IDLE":
            await self._wait(reader, writer)
        writer.write(b"".join(line + b"\r\n" for line in lines) + f"{tag} {result}\r\n".encode())
        return command != "LOGOUT"

    async def _wait(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"+ idling\r\n")
        done = asyncio.create_task(reader.readline())
        while not done.done():
            changed = asyncio.create_task(self._one_change())
            await asyncio.wait({done, changed}, return_when=asyncio.FIRST_COMPLETED)
            if changed.done():
                writer.write(b"* %d EXISTS\r\n" % len(self.messages))
            changed.cancel()

    async def _one_change(self) -> None:
        async with self._changed:
            await self._changed.wait()

    def _search(self, rest: str) -> list[bytes]:
        found = re.search(r"UID (\d+):\*", rest)
        first = min(int(found[1]), max(self.messages, default=0)) if found else 0
        return [b"* SEARCH " + b" ".join(b"%d" % uid for uid in self.messages if uid >= first)]

    def _fetch(self, rest: str) -> list[bytes]:
        _, numbers, what = rest.split(" ", 2)
        answer = []
        for at, (uid, (data, received)) in enumerate(self.messages.items(), start=1):
            if uid not in {one for part in numbers.split(",") for one in _range(part)}:
                continue
            if "BODY" in what:
                answer.append(b"* %d FETCH (UID %d BODY[] {%d}\r\n%s)" % (at, uid, len(data), data))
            else:
                date = received.strftime("%d-%b-%Y %H:%M:%S +0000").encode()
                answer.append(b'* %d FETCH (UID %d RFC822.SIZE %d INTERNALDATE "%s")' % (at, uid, len(data), date))
        return answer


def _range(part: str) -> range:
    first, _, last = part.partition(":")
    return range(int(first), int(last or first) + 1)
