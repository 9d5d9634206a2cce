"""Standard Webhooks signatures: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


SYMMETRIC = "whsec_"
ASYMMETRIC = "whsk_"


def sign(secrets: Sequence[str], *, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the `webhook-signature` header: one signature per secret, separated by spaces, over `id.timestamp.body`.

    `whsec_` is an HMAC key in base64, `whsk_` an Ed25519 private key (32 or 64 bytes in base64), any other text an HMAC key as it
    stands. The reference libraries read a bare secret as base64, people who write their own receivers take it literally: a bare
    secret that is base64 signs both ways. Raises ValueError for a key that cannot be one.
    """
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return " ".join(signature for secret in secrets for signature in _signatures(secret.strip(), signed))


def _signatures(secret: str, signed: bytes) -> tuple[str, ...]:
    if secret.startswith(ASYMMETRIC):
        return ("v1a," + _text(_private_key(secret).sign(signed)),)
    return tuple("v1," + _text(hmac.new(key, signed, hashlib.sha256).digest()) for key in _hmac_keys(secret))


def _hmac_keys(secret: str) -> tuple[bytes, ...]:
    if secret.startswith(SYMMETRIC):
        return (_decoded(secret.removeprefix(SYMMETRIC)),)
    try:
        return (base64.b64decode(secret, validate=True), secret.encode())
    except ValueError:
        return (secret.encode(),)


def public_key(secret: str) -> str:
    """Return the `whpk_` key with which a receiver verifies what the `whsk_` key `secret` signs."""
    return "whpk_" + _text(_private_key(secret).public_key().public_bytes_raw())


def _private_key(secret: str) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - heavy, and most keys are HMAC

    raw = _decoded(secret.removeprefix(ASYMMETRIC))
    if len(raw) not in {32, 64}:
        raise ValueError("a whsk_ secret holds 32 or 64 bytes")
    return Ed25519PrivateKey.from_private_bytes(raw[:32])


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("the secret is not base64") from error


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
