"""Decide whether an entry that has the identifier of a stored article is that article, or another under a used identifier."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.article import Entry
from monitor.domain.urls import canonical_url, parse_url

_COUNTED = re.compile(r"[\W\d_]+")
_SAME_MOMENT = timedelta(minutes=1)
_COMMON_WORDS, _LONG_WORD = 2, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFacts:
    """What is stored of an article beside its identifier."""

    title: str
    url: str | None
    published_at: datetime | None
    text: str = ""


def is_another(entry: Entry, stored: StoredFacts) -> bool:
    """Return whether address, headline and date all differ from those of the article that has the entry's identifier.

    Some feeds give all their news one identifier. An address counts only if it names a page; without one headline and date decide. Some give
    all one address, too: then it is another if it is of a later date and has no words in common with the article.
    """
    if _same_title(entry, stored) or _same_date(entry, stored):
        return False
    return not is_same_page(entry, stored) or (_is_later(entry, stored) and not _is_edit(entry, stored))


def is_same_place(entry: Entry, stored: StoredFacts) -> bool:
    """Return whether an entry that shares its identifier with others in its document has the address or the headline of the article."""
    return is_same_page(entry, stored) or _same_title(entry, stored)


def is_same_page(entry: Entry, stored: StoredFacts) -> bool:
    """Return whether both have the same address, and it names a page."""
    one, other = entry.url or "", stored.url or ""
    return bool(one and other) and canonical_url(one) == canonical_url(other) and parse_url(one).path not in {"", "/"}


def _is_later(entry: Entry, stored: StoredFacts) -> bool:
    return entry.published_at is not None and stored.published_at is not None and entry.published_at > stored.published_at


def _is_edit(entry: Entry, stored: StoredFacts) -> bool:
    """Return whether some words of headline and text are the same: even a rewritten report has its names in common with the first."""
    one, other = (_long_words(f"{said.title} {said.text}") for said in (entry, stored))
    return len(one & other) >= _COMMON_WORDS


def _long_words(text: str) -> set[str]:
    return {word for word in _COUNTED.sub(" ", text).casefold().split() if len(word) >= _LONG_WORD}


def _same_title(entry: Entry, stored: StoredFacts) -> bool:
    """Return whether the headlines are alike but for numbers and marks: some count comments or victims."""
    one, other = (_COUNTED.sub(" ", title).casefold().strip() for title in (entry.title, stored.title))
    return one == other


def _same_date(entry: Entry, stored: StoredFacts) -> bool:
    if entry.published_at is None or stored.published_at is None:
        return True
    return abs(entry.published_at - stored.published_at) < _SAME_MOMENT
