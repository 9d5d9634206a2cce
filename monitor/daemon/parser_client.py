"""Read what strangers have written in parser processes, which are shut in, have limits of CPU, memory and time, and can be killed.

Most of it is read in milliseconds by one of a few processes. What takes longer than QUICK_S is given up there and read again by one process
of its own, beside the others, so that it delays nobody.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from monitor.daemon.json_codec import MalformedMessage
from monitor.daemon.parser_child import ParserChild
from monitor.daemon.parser_protocol import Answer, OverLimit, ParsedDocuments, ParserCrash, ParseRequest, RawDocument, Result, Task
from monitor.daemon.sandbox import OVER_CPU_LIMIT
from monitor.domain.article import Entry
from monitor.domain.errors import ParserUnavailable
from monitor.logs import get_logger
from monitor.parse.feed_delta import FeedDelta
from monitor.parse.result import ExtractedArticle, NoArticle, ParseFailure

Parsed = FeedDelta | ParseFailure

QUICK_S: Final = 1.0
TIMEOUT_S: Final = 20.0
_WALL_FACTOR: Final = 3
_START_S: Final = 30.0
"""By the clock a process may take so many times longer, and so much for its start: what takes even longer hangs."""
_MOST_WAITING: Final = 8
_IDLE_S: Final = 60.0
_NICENESS: Final = 10


class Parse(Protocol):
    """Returns what a poll needs of a document, or why it cannot be parsed.

    `url` is the address of the document, `headers` have lower-case names, `known` are the packed fingerprints of stored entries
    (`DocumentMemory.fingerprints`). `select` are the selectors of a page that is no feed.
    """

    async def __call__(
        self,
        body: bytes,
        url: str,
        headers: Mapping[str, str],
        now: datetime,
        known: bytes = b"",
        *,
        select: Mapping[str, str] | None = None,
    ) -> Parsed:
        """Parse one body."""


class _Lane:
    """A number of processes that take requests, in turn; started when needed, all but one ended when idle."""

    def __init__(self, task: Task, size: int, *, niceness: int) -> None:
        self._task = task
        self._size = size
        self._niceness = niceness
        self._idle: list[ParserChild] = []
        self._children: dict[int, ParserChild] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._free = asyncio.Semaphore(size)

    async def ask(self, request: ParseRequest, cpu_s: float) -> Result:
        """Return the result, or an OverLimit if `cpu_s` seconds of CPU time are not enough."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:  # a worker may use a loop for each job
            self._loop, self._free = loop, asyncio.Semaphore(self._size)
        async with self._free:
            for tries_left in (1, 0):  # a process may have been killed or have ended earlier, which is not this document's fault
                try:
                    return await self._ask(request, cpu_s)
                except ParserUnavailable:
                    if not tries_left:
                        raise
                except (EOFError, OSError):
                    continue
        return OverLimit(reason="reading it crashes the parser")

    async def _ask(self, request: ParseRequest, cpu_s: float) -> Result:
        child = self._take()
        answer: Answer | None = None
        try:
            async with asyncio.timeout(cpu_s * _WALL_FACTOR + _START_S):
                answer = await child.ask(request, cpu_s)
        except TimeoutError:
            return OverLimit(reason="the parser hangs on it", slow=True)
        except MalformedMessage as error:
            return ParserCrash(error=str(error))
        except (EOFError, OSError):
            if self._end(child) == OVER_CPU_LIMIT:
                return OverLimit(reason=f"reading it takes more than {cpu_s:g} s of CPU time", slow=True)
            raise
        finally:
            if answer is None or answer.spent:
                self._end(child)
            else:
                self._put_back(child)
        return answer.result

    def processes(self) -> list[int]:
        """Return the numbers of the processes there are."""
        return list(self._children)

    def warm_up(self) -> None:
        """Start a process, unless there is one."""
        if not self._children:
            self._idle.append(self._start())

    def _take(self) -> ParserChild:
        return self._idle.pop() if self._idle else self._start()

    def _start(self) -> ParserChild:
        child = ParserChild.start(self._task, niceness=self._niceness)
        self._children[child.process.pid] = child
        return child

    def _put_back(self, child: ParserChild) -> None:
        self._idle.append(child)
        asyncio.get_running_loop().call_later(_IDLE_S, self._end_if_idle, child, child.requests)

    def _end_if_idle(self, child: ParserChild, requests: int) -> None:
        if child.requests == requests and child in self._idle[1:]:
            self._idle.remove(child)
            self._end(child)

    def _end(self, child: ParserChild) -> int | None:
        known = self._children.pop(child.process.pid, None)
        return child.process.returncode if known is None else known.end()

    def shrink(self) -> None:
        """End all idle processes but one."""
        kept, others = self._idle[:1], self._idle[1:]
        self._idle = kept
        for child in others:
            self._end(child)

    def close(self) -> None:
        """End all processes, whatever they are doing."""
        self._idle.clear()
        for child in list(self._children.values()):
            self._end(child)


class ParserPool:
    """Reads documents of one kind in parser processes. What ends its process, or takes too long, is a failure of its own.

    `quick_s` and `timeout_s` are the seconds of CPU time that a document may take among the others, and by itself.
    """

    def __init__(
        self, task: Task = Task.FEED, *, quick_s: float = QUICK_S, timeout_s: float = TIMEOUT_S, processes: int | None = None
    ) -> None:
        self._quick_s = quick_s
        self._timeout_s = timeout_s
        self._quick = _Lane(task, processes or max(2, min(4, os.cpu_count() or 1)), niceness=0)
        self._slow = _Lane(task, 1, niceness=_NICENESS)
        self._waiting = 0

    async def __call__(
        self,
        body: bytes,
        url: str,
        headers: Mapping[str, str],
        now: datetime,
        known: bytes = b"",
        *,
        select: Mapping[str, str] | None = None,
    ) -> Parsed:
        """Parse the body of a feed, as `Parse` says; slowly if need be."""
        options = {"url": url, "headers": dict(headers), "now": now.isoformat(), "select": select}
        request = ParseRequest(body=body, options=options, known=known)
        try:
            result = await self._read(request, url)
            if isinstance(result, OverLimit) and result.slow:
                result = await self._read_slowly(request)
        except ParserUnavailable as error:
            return ParseFailure(reason=str(error))
        return result if isinstance(result, FeedDelta) else _failure(result)

    async def documents(
        self, documents: Sequence[RawDocument], *, slow: bool = False
    ) -> list[tuple[Entry, ...] | ParseFailure | OverLimit]:
        """Return what `parse_document` does for each. Many small ones are read faster together.

        An OverLimit that is `slow` says to try again with `slow`, which takes its time beside others.
        """
        options = {"documents": [document.options for document in documents]}
        request = ParseRequest(body=b"".join(document.data for document in documents), options=options)
        result = await (self._slow.ask(request, self._timeout_s) if slow else self._read(request, documents[0].path))
        if isinstance(result, ParsedDocuments):
            return list(result.each())
        if len(documents) > 1:  # one of them is at fault
            return [found for document in documents for found in await self.documents([document], slow=slow)]
        return [result if isinstance(result, OverLimit) else _failure(result)]

    async def page(
        self, body: bytes, url: str, *, title: str = "", first: str | None = None, number: int = 1
    ) -> ExtractedArticle | NoArticle | OverLimit:
        """Do what `extract_article` does; an OverLimit says that it takes too much."""
        options = {"url": url, "title": title, "first": first, "number": number}
        result = await self._read(ParseRequest(body=body, options=options), url)
        if isinstance(result, (ExtractedArticle, NoArticle, OverLimit)):
            return result
        return NoArticle(reason="the page cannot be parsed")

    def processes(self) -> list[int]:
        """Return the numbers of the processes there are."""
        return [*self._quick.processes(), *self._slow.processes()]

    def warm_up(self) -> None:
        """Start a process, so that the first document need not wait for it."""
        self._quick.warm_up()

    def shrink(self) -> None:
        """End idle processes, but keep one."""
        self._quick.shrink()

    def close(self) -> None:
        """End all processes, whatever they are doing."""
        self._quick.close()
        self._slow.close()

    async def _read(self, request: ParseRequest, name: str) -> Result:
        result = await self._quick.ask(request, self._quick_s)
        if isinstance(result, ParserCrash):
            get_logger().error("tick.failed", step="parse", feed=name, error=result.error)
        return result

    async def _read_slowly(self, request: ParseRequest) -> Result:
        if self._waiting >= _MOST_WAITING:
            return OverLimit(
                reason=f"reading it takes more than {self._quick_s:g} s of CPU time, and others wait that take longer, too"
            )
        self._waiting += 1
        try:
            return await self._slow.ask(request, self._timeout_s)
        finally:
            self._waiting -= 1


def _failure(result: Result) -> ParseFailure:
    if isinstance(result, ParseFailure):
        return result
    if isinstance(result, ParserCrash):
        return ParseFailure(reason=f"the parser failed on this document ({result.error.partition('(')[0]})")
    reason = result.reason if isinstance(result, OverLimit) else "it is something else"
    return ParseFailure(reason=f"{reason}, so it was given up")
