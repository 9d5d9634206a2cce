"""A receiver of webhooks on loopback that answers as it is told and remembers everything."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from threading import Condition, Thread
from types import TracebackType
from typing import Any, Self

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Request:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


async def ok(_request: web.Request) -> web.StreamResponse:
    """204, nothing to say."""
    return web.Response(status=204)


async def hang(_request: web.Request) -> web.StreamResponse:
    """No answer, ever."""
    await asyncio.Event().wait()
    raise AssertionError


def status(code: int, **headers: str) -> Answer:
    """An answer with this status."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=code, headers=headers, text="so be it")

    return answer


def one_by_one(*answers: Answer) -> Answer:
    """The first answer to the first request, and so on; the last one from then on."""
    left = list(answers)

    async def answer(request: web.Request) -> web.StreamResponse:
        return await (left.pop(0) if len(left) > 1 else left[0])(request)

    return answer


class Receiver:
    """An HTTP server in a thread of its own. `answer` may be changed at any time; `requests` holds what was accepted for answering."""

    def __init__(self, answer: Answer = ok, *, tls: ssl.SSLContext | None = None) -> None:
        self.answer = answer
        self._tls = tls
        self.requests: list[Request] = []
        self._changed = Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._run, daemon=True)
        self._ready: Future[int] = Future()
        self._stop = asyncio.Event()

    def url(self, path: str = "/hook") -> str:
        """Its address."""
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self._ready.result(10)}{path}"

    def wait_for(self, count: int, within_s: float = 20.0) -> list[Request]:
        """The requests so far, once there are `count`."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.requests) >= count, within_s), f"{len(self.requests)} of {count} came"
            return list(self.requests)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.result(10)
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        app = web.Application(client_max_size=50_000_000)
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05, handler_cancellation=True)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self._tls)
        await site.start()
        self._ready.set_result(runner.addresses[0][1])
        await self._stop.wait()
        await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        seen = Request(request.path, {k.lower(): v for k, v in request.headers.items()}, body)
        with self._changed:
            self.requests.append(seen)
            self._changed.notify_all()
        with suppress(ConnectionResetError):
            return await self.answer(request)
        return web.Response(status=500)
