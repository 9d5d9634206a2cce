"""Store under which identifiers the versions of an article came, or were named by later ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, select

from monitor.domain.article import Entry
from monitor.domain.ids import ArticleId
from monitor.storage.chunks import parts
from monitor.storage.dialect import insert
from monitor.storage.tables import appearances, version_keys


def find(connection: Connection, entries: Sequence[tuple[str, Entry]]) -> dict[tuple[str, bytes], ArticleId]:
    """Return by origin and identity the articles of which these entries are versions, as far as any is stored."""
    wanted = {(origin, key) for origin, entry in entries for key in entry.version_identities}
    keys = sorted({key for _, key in wanted})
    stored = {
        (row.origin_id, bytes(row.entry_key)): ArticleId(row.article_id)
        for query in (_NAMED, _KEYED)
        for some in parts(keys)
        for row in connection.execute(query, {"keys": some, "origins": sorted({origin for origin, _ in wanted})})
    }
    found = {
        (origin, entry.identity): next((stored[origin, key] for key in entry.version_identities if (origin, key) in stored), None)
        for origin, entry in entries
    }
    return {place: article for place, article in found.items() if article is not None}


def add(connection: Connection, versions: Mapping[ArticleId, tuple[str, Entry]]) -> None:
    """Store the identifiers of an entry's versions with the article that it has become; what is stored stays."""
    rows = [
        {"origin_id": origin, "entry_key": key, "article_id": article}
        for article, (origin, entry) in sorted(versions.items())
        for key in sorted(entry.version_identities)
    ]
    if rows:
        connection.execute(insert(connection, version_keys).on_conflict_do_nothing(), rows)


_NAMED, _KEYED = (
    select(table.c.origin_id, table.c.entry_key, table.c.article_id).where(
        table.c.origin_id.in_(bindparam("origins", expanding=True)), table.c.entry_key.in_(bindparam("keys", expanding=True))
    )
    for table in (version_keys, appearances)
)
