"""Answers that a receiver can give, and where each of them leads a delivery."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from monitor.domain.channel_state import ChannelState, state_after
from monitor.domain.delivery import AttemptResult, update_after
from tests.alerting import EPOCH
from tests.receiving import Answer, hang, status

NOW = EPOCH + timedelta(hours=2)
SECRET = "sEcReT"
GOOD = '{"ok": true, "channel": "C1", "ts": "1.2", "result": {}}'


def good(code: int) -> Answer:
    """A success, with the body that those who look into it want to see."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=code, text="" if code == 204 else GOOD)

    return answer


async def reset(request: web.Request) -> web.StreamResponse:
    """The connection is torn down in the middle."""
    assert request.transport is not None
    sock = request.transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    request.transport.abort()
    return web.Response()


async def drip(request: web.Request) -> web.StreamResponse:
    """200, and then a body that never ends, a byte at a time."""
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(GOOD.encode())
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.02)


async def flood(request: web.Request) -> web.StreamResponse:
    """200 with 10 MB behind it."""
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(GOOD.encode())
    for _ in range(160):
        await response.write(b" " * 65_536)
    return response


@dataclass(frozen=True)
class Case:
    """An answer; the state it leads to and the wait in seconds, for the first attempt; whether it pauses the channel."""

    answer: Answer
    state: str
    wait_s: float | None = None
    pauses: bool = False


DATE = "Thu, 21 Mar 2024 10:01:30 GMT"
CASES: dict[str, Case] = {
    "200": Case(good(200), "delivered"),
    "201": Case(good(201), "delivered"),
    "204": Case(good(204), "delivered"),
    "301": Case(status(301, Location="/elsewhere"), "pending", 0),
    "302": Case(status(302, Location="/elsewhere"), "pending", 0),
    "307": Case(status(307, Location="/elsewhere"), "pending", 0),
    "400": Case(status(400), "dead"),
    "401": Case(status(401), "pending", 0),
    "404": Case(status(404), "pending", 0),
    "408": Case(status(408), "pending", 0),
    "410": Case(status(410), "pending", 0, pauses=True),
    "413": Case(status(413), "dead"),
    "422": Case(status(422), "dead"),
    "425": Case(status(425), "pending", 0),
    "429": Case(status(429), "pending", 0),
    "429 in seconds": Case(status(429, **{"Retry-After": "45"}), "pending", 45),
    "429 as a date": Case(status(429, **{"Retry-After": DATE}), "pending", 90),
    "500": Case(status(500), "pending", 0),
    "502": Case(status(502), "pending", 0),
    "503 in seconds": Case(status(503, **{"Retry-After": "7"}), "pending", 7),
    "599": Case(status(599), "pending", 0),
    "reset": Case(reset, "pending", 0),
    "timeout": Case(hang, "pending", 0),
    "slow drip": Case(drip, "delivered"),
    "10 MB": Case(flood, "delivered"),
}


def check(result: AttemptResult, case: Case) -> None:
    """The result leads where the case says, and tells nothing of the address."""
    step = update_after(result, attempts=1, first_attempt_at=NOW, now=NOW, jitter=0.0)
    wait = None if step.next_attempt_at is None else (step.next_attempt_at - NOW).total_seconds()
    assert (step.status, wait) == (case.state, case.wait_s)
    assert state_after(ChannelState(), result, now=NOW, jitter=0.0).paused is case.pauses
    assert (step.error is None) is (case.state == "delivered")
    assert SECRET not in repr(result)
    assert len(result.answer) <= 500
