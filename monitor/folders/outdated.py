"""Leave out versions of a story that are older than the one that is stored: files are not read in the order of their writing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from monitor.domain.article import Entry, Origin
from monitor.folders.file_reader import FileRead
from monitor.storage import articles
from monitor.storage.engine import Connection

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def current_entries(connection: Connection, origin: Origin, read: Iterable[FileRead]) -> list[Entry]:
    """Return the entries of files in order; of those whose identity is not that of their file only the newest versions."""
    kept: list[Entry] = []
    newest: dict[str, Entry] = {}
    for one in read:
        for entry in one.entries:
            if entry.key.startswith(one.file.name):
                kept.append(entry)
            elif entry.key not in newest or _version(entry.updated_at) >= _version(newest[entry.key].updated_at):
                newest[entry.key] = entry
    return [*kept, *(entry for entry in newest.values() if not _is_outdated(connection, origin, entry))]


def _is_outdated(connection: Connection, origin: Origin, entry: Entry) -> bool:
    stored = articles.find_by_entry(connection, origin, entry)
    return stored is not None and any(
        _version(article.updated_at) > _version(entry.updated_at) for article in articles.load(connection, [stored])
    )


def _version(updated_at: datetime | None) -> datetime:
    return updated_at or _LONG_AGO
