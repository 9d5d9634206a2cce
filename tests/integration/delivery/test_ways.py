"""The way to a receiver: through a proxy, with a client certificate, to an authority of one's own."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.delivery import AttemptResult, Outcome
from tests.alerting import EPOCH, claimed_delivery
from tests.channels import channel, send
from tests.receiving import Receiver
from workers.delivery.sender import Sender


class Authority:
    """A certificate authority for one test, with its files in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test Authority")])
        self.certificate = folder / "ca.pem"
        self.certificate.write_bytes(self._signed(self._name, self._key.public_key(), authority=True))

    def issue(self, name: str) -> tuple[Path, Path]:
        """A certificate and its key for `name` and the loopback address."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate, secret = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate.write_bytes(self._signed(subject, key.public_key(), authority=False))
        form = serialization.PrivateFormat.PKCS8
        secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
        return certificate, secret

    def _signed(self, subject: x509.Name, key: ec.EllipticCurvePublicKey, *, authority: bool) -> bytes:
        now = SYSTEM_CLOCK.now()
        own = x509.SubjectKeyIdentifier.from_public_key(key)
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
            .add_extension(own, critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        return made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


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
