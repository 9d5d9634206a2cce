"""Marks of an entry beside its identifier, and the decision whether an entry under a new identifier is one that is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.article import Entry
from monitor.domain.fingerprint import SIZE
from monitor.domain.hashing import number_of
from monitor.domain.urls import canonical_url

_APART = timedelta(minutes=30)
"""The same words this long after each other are another edition."""

_AT_ONCE = timedelta(minutes=2)
_SHIFT = timedelta(hours=14)
"""By so much a date moves when a new publishing system reads it in another time zone."""

_SAME_SECOND = timedelta(seconds=1)
_LONG_TEXT = 100
_FEW_WORDS, _LONG_TITLE = 3, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryMarks:
    """Whole numbers that stand for the address and the headline of an entry within its origin; there is no `page` where it links to none."""

    page: int | None
    title: int | None


NO_MARKS = EntryMarks(page=None, title=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """What is kept of a stored entry. `words` is the beginning of its content hash; `url` is not kept of what retention has deleted."""

    words: bytes
    marks: EntryMarks
    url: str | None
    published_at: datetime | None
    seen_at: datetime


def marks_of(origin_id: str, entry: Entry) -> EntryMarks:
    """Return the marks of an entry of this origin. The address of a whole site, without path and query, is no page."""
    page = canonical_url(entry.url) if entry.url else ""
    inside = page.partition("://")[2].partition("/")[2]
    fragment = (entry.url or "").partition("#")[2]
    return EntryMarks(
        page=number_of("page", origin_id, page, fragment) if inside else None,
        title=number_of("title", origin_id, " ".join(entry.title.casefold().split())),
    )


def is_rekeyed(entry: Entry, marks: EntryMarks, stored: StoredEntry, now: datetime, *, alone: bool) -> bool:
    """Return whether `entry` is the stored one under a new identifier: two agree of address, headline with date, and words.

    `alone`: no other entry has its address. The caller leaves out what the document still holds under its old identifier.
    """
    page = marks.page is not None and marks.page == stored.marks.page
    words = entry.content_hash[:SIZE] == stored.words
    date, other = entry.published_at, stored.published_at
    apart = None if date is None or other is None else abs(date - other)
    dated = apart is not None and apart < _SAME_SECOND
    if marks.title != stored.marks.title:
        return page and dated and alone
    if page and (apart is None or dated):
        return True
    if dated:
        return words or not _is_midnight(date)
    if not words:
        return False
    if apart is None:
        return date is other and _says_something(entry)
    generated = now - _AT_ONCE < (date or now) and stored.seen_at - _AT_ONCE < (other or now)
    return apart < _APART or (page and len(entry.text) >= _LONG_TEXT) or (generated and (page or _same_path(entry.url, stored.url)))


def has_moved(entry: Entry, marks: EntryMarks, stored: StoredEntry) -> bool:
    """Return whether `entry` is the stored one where most of the document has got new identifiers, so that the headline alone may show it.

    Short headlines come again in every issue of some feeds.
    """
    if marks.title != stored.marks.title:
        return False
    if len(entry.title.split()) >= _LONG_TITLE or entry.content_hash[:SIZE] == stored.words:
        return True
    date, other = entry.published_at, stored.published_at
    return date is not None and other is not None and abs(date - other) <= _SHIFT


def _is_midnight(date: datetime | None) -> bool:
    return date is not None and (date.hour, date.minute, date.second) == (0, 0, 0)


def _says_something(entry: Entry) -> bool:
    return len(entry.title.split()) >= _FEW_WORDS or len(entry.text) >= _LONG_TEXT


def _same_path(one: str | None, other: str | None) -> bool:
    return bool(one and other) and (one or "").partition("?")[0] == (other or "").partition("?")[0]
