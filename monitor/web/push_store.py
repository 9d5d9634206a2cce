"""Store what is pushed, in one transaction, and have it scanned at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from monitor.domain.article import Entry, Origin
from monitor.domain.ids import ArticleId
from monitor.relay import Relay, hand_over
from monitor.storage import articles
from monitor.storage.engine import Connection, Database
from monitor.storage.ingest import IngestRequest

Status: TypeAlias = Literal["new", "revised", "known"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArticle:
    """The article that an entry has become, and whether it is new."""

    id: ArticleId
    status: Status


def store_pushed(database: Database, relay: Relay, pushed: Sequence[tuple[Origin, Entry]], now: datetime) -> list[StoredArticle]:
    """Store entries, each with its source, and return what has become of each. A pushed article always counts as new."""
    if not pushed:
        return []
    origins = dict.fromkeys(origin for origin, _ in pushed)
    requests = [
        IngestRequest(origin=origin, entries=[entry for at, entry in pushed if at == origin], alertable=_always)
        for origin in origins
    ]
    with database.write(durable=True) as connection:
        results = articles.ingest_all(connection, requests, now=now)
        ids = [_id(connection, origin, entry) for origin, entry in pushed]
    hand_over(database, relay, [scan for result in results for scan in result.scans], now)
    new = {article_id for result in results for article_id in result.new}
    revised = {article_id for result in results for article_id in result.revised}
    return [StoredArticle(id=one, status="new" if one in new else "revised" if one in revised else "known") for one in ids]


def _always(_entry: Entry) -> bool:
    return True


def _id(connection: Connection, origin: Origin, entry: Entry) -> ArticleId:
    found = articles.find_by_entry(connection, origin, entry)
    assert found is not None, "an ingested entry has an appearance"
    return found
