"""The JSON of an alert, as webhooks and files get it: docs/alert.schema.json."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from monitor.domain.delivery import ClaimedDelivery
from workers.rendering.truncation import cut

MAX_BYTES = 20_000
_LISTS = (("matches",), ("entities",), ("story", "also_in"), ("story", "sources"), ("alert", "tags"))
_TEXTS = (("snippet",), ("article", "title"), ("article", "author"), ("article", "source"), ("article", "url"), ("alert", "term"))
_LIST_LENGTHS = (50, 10, 3, 1)
_TEXT_LENGTHS = (2_000, 300, 100)


def alert_json(delivery: ClaimedDelivery) -> bytes:
    """Return the JSON of an alert: the same bytes on every attempt, at most 20 KB.

    Lists that are too long are cut and `data.cut` tells how long each was; then texts are cut.
    """
    whole = _dump(delivery.kind, delivery.alerted_at, delivery.data)
    return whole if len(whole) <= MAX_BYTES else _shortened(delivery.kind, delivery.alerted_at, delivery.data)


def _dump(kind: str, at: datetime, data: Mapping[str, Any]) -> bytes:
    return orjson.dumps({"type": kind, "timestamp": at, "data": data}, option=orjson.OPT_UTC_Z)


def _shortened(kind: str, at: datetime, data: Mapping[str, Any]) -> bytes:
    small: dict[str, Any] = orjson.loads(orjson.dumps(data))
    lengths: dict[str, int] = {}
    for length in _LIST_LENGTHS:
        for path in _LISTS:
            _cut_list(small, path, length, lengths)
            result = _dump(kind, at, small)
            if len(result) <= MAX_BYTES:
                return result
    for length in _TEXT_LENGTHS:
        for path in _TEXTS:
            _cut_text(small, path, length)
            result = _dump(kind, at, small)
            if len(result) <= MAX_BYTES:
                return result
    for path in _LISTS:
        _cut_list(small, path, 0, lengths)
    return _dump(kind, at, small)


def _cut_list(data: dict[str, Any], path: tuple[str, ...], length: int, lengths: dict[str, int]) -> None:
    parent, key = _parent(data, path)
    items = parent.get(key)
    if isinstance(items, list) and len(items) > length:
        lengths.setdefault(".".join(path), len(items))
        parent[key] = items[:length]
        data["cut"] = dict(sorted(lengths.items()))


def _cut_text(data: dict[str, Any], path: tuple[str, ...], length: int) -> None:
    parent, key = _parent(data, path)
    text = parent.get(key)
    if isinstance(text, str) and len(text) > length:
        parent[key] = None if key == "url" else cut(text, length)  # part of an address leads nowhere


def _parent(data: dict[str, Any], path: tuple[str, ...]) -> tuple[dict[str, Any], str]:
    for key in path[:-1]:
        data = data.get(key) or {}
    return data, path[-1]
