"""The webhook: its body, which never changes between attempts, and its headers, which do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from monitor.domain.delivery import ClaimedDelivery
from workers.channels.signature import sign
from workers.channels.truncation import cut

MOST_BYTES = 20_000
_LISTS = (("matches",), ("entities",), ("story", "also_in"), ("story", "sources"), ("alert", "tags"))
_TEXTS = (("snippet",), ("article", "title"), ("article", "author"), ("article", "source"), ("article", "url"), ("alert", "term"))
_SHORT = (50, 10, 3, 1)
_TERSE = (2_000, 300, 100)


def body(parcel: ClaimedDelivery) -> bytes:
    """The JSON of an alert: the same bytes on every attempt, at most 20 KB.

    Lists that are too long are cut and `data.cut` tells how long each was; then texts are cut.
    """
    whole = _dump(parcel.kind, parcel.alerted_at, parcel.data)
    return whole if len(whole) <= MOST_BYTES else _fitted(parcel.kind, parcel.alerted_at, parcel.data)


def headers(
    delivery_id: str, payload: bytes, *, secrets: Sequence[str], now: datetime, extra: Mapping[str, str], content_type: str
) -> dict[str, str]:
    """The headers of one attempt: `extra` first, then those of Standard Webhooks, which win."""
    stamp = int(now.timestamp())
    own = {"content-type": content_type, "webhook-id": delivery_id, "webhook-timestamp": str(stamp)}
    if secrets:
        own["webhook-signature"] = sign(secrets, message_id=delivery_id, timestamp=stamp, body=payload)
    return {name: value for name, value in extra.items() if name.lower() not in own} | own


def _dump(kind: str, at: datetime, data: Mapping[str, Any]) -> bytes:
    return orjson.dumps({"type": kind, "timestamp": at, "data": data}, option=orjson.OPT_UTC_Z)


def _fitted(kind: str, at: datetime, data: Mapping[str, Any]) -> bytes:
    small: dict[str, Any] = orjson.loads(orjson.dumps(data))
    lengths: dict[str, int] = {}
    for most in _SHORT:
        for path in _LISTS:
            _shorten(small, path, most, lengths)
            result = _dump(kind, at, small)
            if len(result) <= MOST_BYTES:
                return result
    for most in _TERSE:
        for path in _TEXTS:
            _abridge(small, path, most)
            result = _dump(kind, at, small)
            if len(result) <= MOST_BYTES:
                return result
    for path in _LISTS:
        _shorten(small, path, 0, lengths)
    return _dump(kind, at, small)


def _shorten(data: dict[str, Any], path: tuple[str, ...], most: int, lengths: dict[str, int]) -> None:
    parent, key = _at(data, path)
    found = parent.get(key)
    if isinstance(found, list) and len(found) > most:
        lengths.setdefault(".".join(path), len(found))
        parent[key] = found[:most]
        data["cut"] = dict(sorted(lengths.items()))


def _abridge(data: dict[str, Any], path: tuple[str, ...], most: int) -> None:
    parent, key = _at(data, path)
    found = parent.get(key)
    if isinstance(found, str) and len(found) > most:
        parent[key] = None if key == "url" else cut(found, most)


def _at(data: dict[str, Any], path: tuple[str, ...]) -> tuple[dict[str, Any], str]:
    for key in path[:-1]:
        data = data.get(key) or {}
    return data, path[-1]
