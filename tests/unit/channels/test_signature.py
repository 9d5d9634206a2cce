"""Signatures that any Standard Webhooks library accepts."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook

from monitor.domain.clock import SYSTEM_CLOCK
from tests.alerting import claimed_delivery
from workers.channels.webhook import webhook_headers
from workers.rendering.alert_json import alert_json
from workers.rendering.signature import public_key, sign

KEY = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECRET = "whsec_" + KEY
OTHER = "whsec_" + base64.b64encode(b"another secret of some length").decode()


def test_the_published_vectors(corpora: Path) -> None:
    """The signature of each vector comes out as the specification's authors computed it."""
    vectors = json.loads((corpora / "webhooks" / "standard_webhooks.json").read_text())["sign"]
    assert vectors
    for one in vectors:
        signed = sign([one["secret"]], message_id=one["id"], timestamp=one["timestamp"], body=one["body"].encode())
        assert signed == one["signature"]


@pytest.mark.parametrize("known", [SECRET, OTHER])
def test_each_of_several_secrets_verifies(known: str) -> None:
    """While keys are changed, receivers with the old one and with the new one both accept."""
    payload = alert_json(claimed_delivery())
    sent = webhook_headers(
        "d-1", payload, secrets=[SECRET, OTHER], now=SYSTEM_CLOCK.now(), extra={}, content_type="application/json"
    )
    assert len(sent["webhook-signature"].split()) == 2
    Webhook(known).verify(payload, sent)


def test_a_bare_secret_verifies_with_the_library_and_taken_literally() -> None:
    """A secret without `whsec_` works for those who read it as base64 and for those who do not."""
    payload = alert_json(claimed_delivery())
    sent = webhook_headers("d-1", payload, secrets=[KEY], now=SYSTEM_CLOCK.now(), extra={}, content_type="application/json")
    Webhook(KEY).verify(payload, sent)
    Webhook(base64.b64encode(KEY.encode()).decode()).verify(payload, sent)
    plain = sign(["correct horse battery"], message_id="a", timestamp=1, body=b"{}")
    assert plain == sign(["whsec_" + base64.b64encode(b"correct horse battery").decode()], message_id="a", timestamp=1, body=b"{}")


def test_an_asymmetric_signature_verifies_with_the_public_key() -> None:
    """With a `whsk_` key the receiver needs no secret."""
    secret = "whsk_" + base64.b64encode(bytes(range(32))).decode()
    scheme, signature = sign([secret], message_id="m", timestamp=17, body=b"{}").split(",")
    assert scheme == "v1a"
    raw = base64.b64decode(public_key(secret).removeprefix("whpk_"))
    Ed25519PublicKey.from_public_bytes(raw).verify(base64.b64decode(signature), b"m.17.{}")


@pytest.mark.parametrize("secret", ["whsec_not base64!", "whsk_AAAA", "whsk_*"])
def test_a_key_that_is_none_is_refused_without_being_shown(secret: str) -> None:
    """The error says what is wrong, not what the secret is."""
    with pytest.raises(ValueError, match="secret") as caught:
        sign([secret], message_id="m", timestamp=1, body=b"")
    assert secret not in str(caught.value)


def test_own_headers_cannot_replace_the_signature() -> None:
    """A configured header of the same name, in whatever case, gives way."""
    sent = webhook_headers(
        "d-1",
        b"{}",
        secrets=[SECRET],
        now=SYSTEM_CLOCK.now(),
        extra={"Webhook-Id": "x", "X-Key": "k"},
        content_type="application/json",
    )
    assert sent["webhook-id"] == "d-1"
    assert "Webhook-Id" not in sent
    assert sent["X-Key"] == "k"
