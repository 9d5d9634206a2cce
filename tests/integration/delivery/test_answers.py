"""Every kind of channel against every kind of answer: the delivery's next state and time, from real connections."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from monitor.domain.channel_state import ChannelState, state_after
from monitor.domain.delivery import AttemptResult, Outcome, update_after
from monitor.settings.channels import ChannelBase
from tests import channels
from tests.alerting import EPOCH, claimed_delivery
from tests.receiving import Answer, Receiver, hang, status
from workers.delivery.sender import Sender

NOW = EPOCH + timedelta(hours=2)
SECRET_PATH = "/services/T0/B0/sEcReT"
GOOD = '{"ok": true, "channel": "C1", "ts": "1.2", "result": {}}'


def channel(kind: str, base: str) -> ChannelBase:
    """A channel of this kind that leads to the server at `base`."""
    url = base + SECRET_PATH
    settings: dict[str, dict[str, Any]] = {
        "webhook": {"type": "webhook", "url": url, "secret": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]},
        "slack hook": {"type": "slack", "url": url},
        "slack bot": {"type": "slack", "token": "xoxb-sEcReT", "channel": "C1", "api": base + "/api"},
        "discord": {"type": "discord", "url": url},
        "teams": {"type": "teams", "url": url},
        "telegram": {"type": "telegram", "token": "1:sEcReT", "chat_id": "5", "api": base},
        "apprise": {"type": "apprise", "url": base.replace("http", "json", 1) + SECRET_PATH + "?retry=3&wait=0"},
    }
    return channels.channel(settings[kind])


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
NOT_SLACK = Case(good(204), "pending", 0)
HTTP_KINDS = ("webhook", "slack hook", "slack bot", "discord", "teams", "telegram")


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    """One server for all cases."""
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
async def sender() -> AsyncIterator[Sender]:
    """A sender whose clock stands still, and that has no patience with the bodies of answers."""
    sender = Sender(now=lambda: NOW, answer_s=0.5)
    yield sender
    await sender.close()


def check(result: AttemptResult, case: Case) -> None:
    """The result leads where the case says, and tells nothing of the address."""
    step = update_after(result, attempts=1, first_attempt_at=NOW, now=NOW, jitter=0.0)
    wait = None if step.next_attempt_at is None else (step.next_attempt_at - NOW).total_seconds()
    assert (step.status, wait) == (case.state, case.wait_s)
    assert state_after(ChannelState(), result, now=NOW, jitter=0.0).paused is case.pauses
    assert (step.error is None) is (case.state == "delivered")
    assert "sEcReT" not in repr(result)
    assert len(result.answer) <= 500


@pytest.mark.parametrize("kind", HTTP_KINDS)
@pytest.mark.parametrize("name", CASES)
async def test_every_answer_on_every_channel(kind: str, name: str, receiver: Receiver, sender: Sender) -> None:
    """What each answer means does not depend on the kind of channel it came from."""
    case = NOT_SLACK if (kind, name) == ("slack bot", "204") else CASES[name]
    receiver.answer = case.answer
    before = len(receiver.requests)
    target = channel(kind, receiver.url(""))
    within_s = 0.2 if name == "timeout" else 10
    check(await channels.send(sender, target, [claimed_delivery()], now=NOW, within_s=within_s), case)
    assert len(receiver.requests) == before + 1


@pytest.mark.parametrize("kind", HTTP_KINDS)
async def test_nobody_there(kind: str, receiver: Receiver, sender: Sender) -> None:
    """No such name, no listener, no TLS: tried again, with a reason that names no address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        unused = f"http://127.0.0.1:{free.getsockname()[1]}"
    bases = {"name": "http://nobody.invalid", "listener": unused, "tls": receiver.url("").replace("http:", "https:")}
    reasons = {}
    for what, base in bases.items():
        result = await channels.send(sender, channel(kind, base), [claimed_delivery()], now=NOW)
        check(result, Case(hang, "pending", 0))
        reasons[what] = result.reason or ""
    assert "resolved" in reasons["name"]
    assert "refused" in reasons["listener"]
    assert "TLS" in reasons["tls"]
    assert not any("127.0.0.1" in reason or "nobody" in reason for reason in reasons.values())


async def test_an_answer_is_kept_in_its_first_500_characters_without_addresses(receiver: Receiver, sender: Sender) -> None:
    """Receipts help to find out what is wrong, and cannot leak what a receiver echoes."""

    async def echo(request: web.Request) -> web.StreamResponse:
        return web.Response(status=404, text=f"no_service at {request.url} \x1b[31m" + "x" * 10_000)

    receiver.answer = echo
    result = await channels.send(sender, channel("slack hook", receiver.url("")), [claimed_delivery()], now=NOW)
    assert result.answer.startswith("no_service at (address) [31mxxx")
    assert len(result.answer) == 500


async def test_a_status_that_came_in_time_counts_however_slow_its_body(receiver: Receiver, sender: Sender) -> None:
    """An alert that was taken just before the deadline is not sent again."""
    receiver.answer = drip
    target = channel("webhook", receiver.url(""))
    result = await channels.send(sender, target, [claimed_delivery()], now=NOW, within_s=0.25)
    assert result.outcome is Outcome.ACCEPTED
    assert result.duration_s > 0.25


async def test_a_long_or_compressed_reply_is_still_understood(receiver: Receiver, sender: Sender) -> None:
    """Slack repeats the whole message in its answer; a bot must not take that for a failure and post it twice."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.json_response({"ok": True, "channel": "C1", "ts": "5.6", "message": "x" * 50_000})
        response.enable_compression()
        return response

    receiver.answer = answer
    result = await channels.send(sender, channel("slack bot", receiver.url("")), [claimed_delivery()], now=NOW)
    assert result.outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ('{"ok": true, "channel": "C1", "ts": "5.6"}', Outcome.ACCEPTED),
        ('{"ok": false, "error": "invalid_blocks"}', Outcome.REFUSED),
        ('{"ok": false, "error": "channel_not_found"}', Outcome.FAILED),
        ("<html>a proxy's page</html>", Outcome.FAILED),
    ],
)
async def test_slack_says_no_with_200(body: str, outcome: Outcome, receiver: Receiver, sender: Sender) -> None:
    """A bot's message counts as delivered only if Slack says so in its answer."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(text=body)

    receiver.answer = answer
    result = await channels.send(sender, channel("slack bot", receiver.url("")), [claimed_delivery()], now=NOW)
    assert result.outcome is outcome
    assert result.reference == ("C1:5.6" if outcome is Outcome.ACCEPTED else None)


async def test_telegram_says_in_its_answer_how_long_to_wait(receiver: Receiver, sender: Sender) -> None:
    """Its 429 carries the wait in the body."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.json_response({"ok": False, "parameters": {"retry_after": 33}}, status=429)

    receiver.answer = answer
    result = await channels.send(sender, channel("telegram", receiver.url("")), [claimed_delivery()], now=NOW)
    check(result, Case(answer, "pending", 33))


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
@pytest.mark.parametrize("name", ["204", "302", "404", "500", "timeout"])
async def test_apprise_is_tried_once(name: str, receiver: Receiver, sender: Sender) -> None:
    """Apprise's own retries, even those asked for in its address, are off; redirects are not followed."""
    case = CASES[name]
    receiver.answer = case.answer
    before = len(receiver.requests)
    target = channel("apprise", receiver.url(""))
    result = await channels.send(sender, target, [claimed_delivery()], now=NOW, within_s=0.5 if name == "timeout" else 10)
    check(result, Case(case.answer, case.state, case.wait_s))
    assert len(receiver.requests) == before + 1


def test_the_clock_of_the_table_is_the_date_it_asks_for() -> None:
    """The date form of Retry-After in the table lies 90 seconds ahead."""
    assert datetime(2024, 3, 21, 10, 1, 30, tzinfo=UTC) - NOW == timedelta(seconds=90)
