"""The way to a receiver: through a proxy, with a client certificate, to an authority of one's own."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.domain.delivery import AttemptResult, Outcome
from tests.alerting import EPOCH, claimed_delivery
from tests.authority import Authority
from tests.channels import channel, send
from tests.receiving import Receiver
from workers.delivery.sender import Sender


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """A fresh authority."""
    return Authority(tmp_path)


@pytest.fixture
def strict(authority: Authority) -> Iterator[Receiver]:
    """A receiver that speaks to holders of a certificate of the authority only."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(authority.certificate))
    context.load_cert_chain(*authority.issue("server"))
    context.verify_mode = ssl.CERT_REQUIRED
    with Receiver(tls=context) as receiver:
        yield receiver


async def _send(**settings: object) -> AttemptResult:
    sender = Sender(now=lambda: EPOCH)
    try:
        return await send(sender, channel({"type": "webhook", **settings}), [claimed_delivery()], now=EPOCH)
    finally:
        await sender.close()


async def test_a_client_certificate_opens_the_door(authority: Authority, strict: Receiver) -> None:
    """With our certificate and the receiver's authority the alert arrives."""
    certificate, key = authority.issue("client")
    result = await _send(url=strict.url(), ca_file=authority.certificate, client_cert=certificate, client_key=key)
    assert result.outcome is Outcome.ACCEPTED, result
    assert len(strict.requests) == 1


async def test_without_a_certificate_or_trust_nothing_is_sent(authority: Authority, strict: Receiver) -> None:
    """A receiver that we cannot trust, or that does not trust us, is a failure that is tried again."""
    for settings in ({}, {"ca_file": authority.certificate}):
        result = await _send(url=strict.url(), **settings)
        assert result.outcome is Outcome.FAILED
        assert "127.0.0.1" not in (result.reason or "")
    assert strict.requests == []


async def test_a_missing_certificate_file_is_said(strict: Receiver, tmp_path: Path) -> None:
    """A wrong path is a failure with its cause, not a crash."""
    result = await _send(url=strict.url(), client_cert=tmp_path / "none.pem")
    assert (result.outcome, result.reason) == (Outcome.FAILED, "No such file or directory")


async def test_a_proxy_carries_the_alert() -> None:
    """The request goes to the proxy, which learns where it is meant to go."""
    with Receiver() as proxy:
        result = await _send(url="http://receiver.example/hook", proxy=proxy.url(""))
        assert result.outcome is Outcome.ACCEPTED
        (request,) = proxy.requests
    assert (request.headers["host"], request.path) == ("receiver.example", "/hook")


async def test_a_proxy_that_is_away_is_said() -> None:
    """It is the proxy, not the receiver, that fails."""
    result = await _send(url="http://receiver.example/hook", proxy="http://127.0.0.1:1")
    assert (result.outcome, result.reason) == (Outcome.FAILED, "the proxy cannot be used")
