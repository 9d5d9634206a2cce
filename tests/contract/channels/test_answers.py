"""Every kind of channel that posts, against every kind of answer: the delivery's next state and time, from real connections."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.domain.delivery import Outcome
from tests.alerting import claimed_delivery
from tests.answers import CASES, NOW, SECRET, Case, check
from tests.channels import Example, examples, send
from tests.receiving import Receiver, hang
from workers.channels.post import Post
from workers.delivery.sender import Sender

POSTING = [one for one in examples() if one.kind.send is None]


def _reads_replies(example: Example) -> bool:
    message = example.kind.render(example.channel(), [claimed_delivery()], NOW)
    assert isinstance(message, Post), "a kind without `send` renders a Post"
    return message.read_reply is not None


def _cases() -> Iterator[tuple[Example, str]]:
    """Every example with every answer, but for an answer without a body to a kind that looks for one."""
    for example in POSTING:
        yield from ((example, name) for name in CASES if name != "204" or not _reads_replies(example))


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


@pytest.mark.parametrize(("example", "name"), list(_cases()), ids=str)
async def test_every_answer_on_every_channel(example: Example, name: str, receiver: Receiver, sender: Sender) -> None:
    """What each answer means does not depend on the kind of channel it came from."""
    receiver.answer = CASES[name].answer
    before = len(receiver.requests)
    channel = example.channel(receiver.url("/" + SECRET))
    within_s = 0.2 if name == "timeout" else 10
    check(await send(sender, channel, [claimed_delivery()], now=NOW, within_s=within_s), CASES[name])
    assert len(receiver.requests) == before + 1


@pytest.mark.parametrize("example", POSTING, ids=str)
async def test_nobody_there(example: Example, receiver: Receiver, sender: Sender) -> None:
    """No such name, no listener, no TLS: tried again, with a reason that names no address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        unused = f"http://127.0.0.1:{free.getsockname()[1]}"
    bases = {"name": "http://nobody.invalid", "listener": unused, "tls": receiver.url("").replace("http:", "https:")}
    reasons = {}
    for what, base in bases.items():
        result = await send(sender, example.channel(f"{base}/{SECRET}"), [claimed_delivery()], now=NOW)
        check(result, Case(hang, "pending", 0))
        reasons[what] = result.reason or ""
    assert "resolved" in reasons["name"]
    assert "refused" in reasons["listener"]
    assert "TLS" in reasons["tls"]
    assert not any("127.0.0.1" in reason or "nobody" in reason for reason in reasons.values())


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
@pytest.mark.parametrize("example", [one for one in examples() if one not in POSTING], ids=str)
async def test_a_way_of_its_own_gives_a_result(
    example: Example, sender: Sender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kind that sends by itself returns a result, also when nobody is there, and gives no secret away."""
    monkeypatch.chdir(tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{free.getsockname()[1]}/{SECRET}"
    result = await send(sender, example.channel(base), [claimed_delivery()], now=NOW, within_s=5)
    assert result.outcome in {Outcome.ACCEPTED, Outcome.FAILED}
    assert (result.reason is None) is (result.outcome is Outcome.ACCEPTED)
    assert result.at == NOW
    assert SECRET not in repr(result)


def test_the_clock_of_the_table_is_the_date_it_asks_for() -> None:
    """The date form of Retry-After in the table lies 90 seconds ahead."""
    assert datetime(2024, 3, 21, 10, 1, 30, tzinfo=UTC) - NOW == timedelta(seconds=90)
