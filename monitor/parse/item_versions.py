"""Keep of several versions of an item the newest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from monitor.domain.version_chain import first_key, replaced_keys
from monitor.parse.dates import parse_date
from monitor.parse.items import Item

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def newest_versions(items: Iterable[Item]) -> tuple[Item, ...]:
    """Return the items in order, of those that are `identified` by one guid or one chain of versions only the newest, where the first of them stood."""
    given = tuple(items)
    replaced = replaced_keys((item.guid, item.versions) for item in given if item.identified and item.guid)
    kept: dict[object, Item] = {}
    for number, one in enumerate(given):
        item = replace(one, guid=first_key(one.guid, replaced)) if replaced and one.identified and one.guid else one
        key: object = item.guid if item.identified else number
        if key not in kept or _version(item) >= _version(kept[key]):
            kept[key] = item
    return tuple(kept.values())


def _version(item: Item) -> datetime:
    return parse_date(item.updated or item.published) or _LONG_AGO
