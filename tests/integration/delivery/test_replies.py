"""What the answers of some services mean beyond their status, and what is kept of an answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from aiohttp import web

from monitor.domain.delivery import Outcome
from monitor.settings.channels import ChannelBase
from tests import channels
from tests.alerting import claimed_delivery
from tests.answers import CASES, NOW, Case, check, drip
from tests.receiving import Receiver
from workers.delivery.sender import Sender


def channel(kind: str, base: str) -> ChannelBase:
    """A channel of this kind that leads to the server at `base`."""
    url = base + "/services/T0/B0/sEcReT"
    settings: dict[str, dict[str, Any]] = {
        "webhook": {"type": "webhook", "url": url},
        "slack hook": {"type": "slack", "url": url},
        "slack bot": {"type": "slack", "token": "xoxb-sEcReT", "channel": "C1", "api": base + "/api"},
        "telegram": {"type": "telegram", "token": "1:sEcReT", "chat_id": "5", "api": base},
        "apprise": {"type": "apprise", "url": base.replace("http", "json", 1) + "/sEcReT?retry=3&wait=0"},
    }
    return channels.channel(settings[kind])


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
        ("", Outcome.FAILED),
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
