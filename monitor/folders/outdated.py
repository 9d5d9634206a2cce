"""Leave out versions of a story that are older than the one that is stored: files are not read in the order of their writing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from monitor.domain.article import Entry, Origin
from monitor.domain.version_chain import first_key, replaced_keys
from monitor.folders.file_reader import FileRead
from monitor.storage import articles, version_keys
from monitor.storage.engine import Connection

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def current_entries(connection: Connection, origin: Origin, read: Iterable[FileRead]) -> list[Entry]:
    """Return the entries of files in order; of those whose identity is not that of their file only the newest versions."""
    files = list(read)
    replaced = replaced_keys((entry.key, entry.versions) for one in files for entry in one.entries if entry.versions)
    kept: list[Entry] = []
    newest: dict[str, Entry] = {}
    for one in files:
        for entry in one.entries:
            if entry.key.startswith(one.file.name):
                kept.append(entry)
                continue
            key = first_key(entry.key, replaced)
            if key not in newest or _version(entry.updated_at) >= _version(newest[key].updated_at):
                newest[key] = entry if key == entry.key else replace(entry, key=key)
    return [*kept, *(entry for entry in newest.values() if not _is_outdated(connection, origin, entry))]


def _is_outdated(connection: Connection, origin: Origin, entry: Entry) -> bool:
    """Return whether a newer version is stored. What an old one names counts all the same: the first may still be to come."""
    stored = articles.find_by_entry(connection, origin, entry)
    found = () if stored is None else articles.load(connection, [stored])
    outdated = [article.id for article in found if _version(article.updated_at) > _version(entry.updated_at)]
    version_keys.add(connection, dict.fromkeys(outdated, (origin.id, entry)))
    return bool(outdated)


def _version(updated_at: datetime | None) -> datetime:
    return updated_at or _LONG_AGO
