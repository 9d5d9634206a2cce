"""Decide whether an entry that has the identifier of a stored article is that article, or another under a used identifier."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.article import Entry
from monitor.domain.urls import canonical_url, parse_url

_COUNTED = re.compile(r"[\W\d_]+")
_SAME_MOMENT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFacts:
    """What is stored of an article beside its identifier."""

    title: str
    url: str | None
    published_at: datetime | None


def is_another(entry: Entry, stored: StoredFacts) -> bool:
    """Return whether address, headline and date all differ from those of the article that has the entry's identifier.

    Some feeds give all their news one identifier. An address counts only if it names a page; without one headline and date decide.
    """
    return not _same_page(entry.url, stored.url) and not _same_title(entry, stored) and not _same_date(entry, stored)


def is_same_place(entry: Entry, stored: StoredFacts) -> bool:
    """Return whether an entry that shares its identifier with others in its document has the address or the headline of the article."""
    return _same_page(entry.url, stored.url) or _same_title(entry, stored)


def _same_page(one: str | None, other: str | None) -> bool:
    return (
        bool(one and other)
        and canonical_url(one or "") == canonical_url(other or "")
        and parse_url(one or "").path not in {"", "/"}
    )


def _same_title(entry: Entry, stored: StoredFacts) -> bool:
    """Return whether the headlines are alike but for numbers and marks: some count comments or victims."""
    one, other = (_COUNTED.sub(" ", title).casefold().strip() for title in (entry.title, stored.title))
    return one == other


def _same_date(entry: Entry, stored: StoredFacts) -> bool:
    if entry.published_at is None or stored.published_at is None:
        return True
    return abs(entry.published_at - stored.published_at) < _SAME_MOMENT
