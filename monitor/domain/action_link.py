"""Links by which whoever has a message may acknowledge or silence, without a login: signed, for one action on one alert, until a time."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from monitor.domain.ids import AlertId

LASTS: Final = timedelta(days=7)
PATH: Final = "/act/"
_SIGNATURE_BYTES: Final = 16


class LinkAction(StrEnum):
    """What a link does, once somebody has confirmed it."""

    ACKNOWLEDGE = "acknowledge"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionLink:
    """What a link may do, and until when. `digest` names the link among those that have been used."""

    action: LinkAction
    alert_id: AlertId
    expires_at: datetime
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSigner:
    """Makes and reads links with a key. The link of an alert follows from the alert: it is the same in every message."""

    key: bytes = field(repr=False)

    def path(self, action: LinkAction, alert_id: AlertId, raised_at: datetime) -> str:
        """Return the path of a link that counts for LASTS."""
        expires = int((raised_at + LASTS).timestamp())
        return f"{PATH}{action}/{alert_id}/{expires}/{self._signature(action, alert_id, expires)}"

    def read(self, action: str, alert_id: str, expires: str, signature: str) -> ActionLink | None:
        """Return what the parts of a path allow; None where they were not made by `path`."""
        if action not in tuple(LinkAction) or not (expires.isascii() and expires.isdecimal() and len(expires) <= 11):
            return None
        right = self._signature(action, alert_id, int(expires))
        if not hmac.compare_digest(right.encode(), signature.encode("utf-8", "replace")) or str(int(expires)) != expires:
            return None
        return ActionLink(
            action=LinkAction(action),
            alert_id=AlertId(alert_id),
            expires_at=datetime.fromtimestamp(int(expires), UTC),
            digest=sha256(f"{action} {alert_id} {expires}".encode("utf-8", "replace")).digest(),
        )

    def _signature(self, action: str, alert_id: str, expires: int) -> str:
        told = f"{action}\x00{alert_id}\x00{expires}".encode("utf-8", "replace")
        return urlsafe_b64encode(hmac.digest(self.key, told, "sha256")[:_SIGNATURE_BYTES]).rstrip(b"=").decode()
