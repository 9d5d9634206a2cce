"""Define entries, which sources publish, and articles, each of which is one source's statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from monitor.domain.aside import Aside, own_text
from monitor.domain.hashing import hash_parts
from monitor.domain.ids import ArticleId, StoryId

CANCELLED = "Cancel"
"""The tag of a warning that is over, as CAP writes it."""


class PageState(StrEnum):
    """Whether the page behind an article's link has been read, for feeds with `full_text`."""

    UNREAD = "unread"
    READ = "read"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One origin of entries. Entry keys are unique within `id`: a feed's id, a folder's path, the API's name, or `SourceKind.address_of`."""

    id: str
    name: str
    url: str | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One item of a feed, or one document, after parsing and before storage.

    `key` is its identity within its origin. `title` is plain text on one line. `text` is the body that is matched:
    plain text with paragraph breaks, the full content where the source gives it, otherwise the summary; `asides` are the parts of it that
    are not the article. Times are aware UTC;
    a date that is not plausible is None, and `dated_ahead` says whether that is because it lies in the future. `source` is who published it,
    where that is not the origin. `versions` are identifiers of this and of earlier versions, where its format names them.
    """

    key: str
    title: str
    text: str
    summary: str = ""
    url: str | None = None
    guid: str | None = None
    author: str | None = None
    language: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    tags: tuple[str, ...] = ()
    image: str | None = None
    dated_ahead: bool = False
    source: str | None = None
    asides: tuple[Aside, ...] = ()
    versions: tuple[str, ...] = ()

    @cached_property
    def identity(self) -> bytes:
        """Return the 32 bytes by which the entry is recognized within its origin."""
        return hash_parts("entry", self.key)

    @property
    def version_identities(self) -> tuple[bytes, ...]:
        """Return what `identity` would be under each of its versions' identifiers."""
        return tuple(hash_parts("entry", one) for one in self.versions)

    @cached_property
    def content_hash(self) -> bytes:
        """Return a hash of title and text without asides, 32 bytes; another one makes a new revision."""
        return hash_parts("content", self.title, self.own_text)

    @property
    def own_text(self) -> str:
        """Return the text without its asides."""
        return own_text(self.text, self.asides)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A stored article in its newest revision (the first is 1). `tags` are its origin's and its own.

    `alertable` is False for an article that its feed carried too long after it was published to raise an alert. `page_tries`
    counts the attempts to read the page behind its link.
    """

    id: ArticleId
    title: str
    url: str | None
    guid: str | None
    source: str
    feed_url: str | None
    author: str | None
    language: str | None
    published_at: datetime | None
    updated_at: datetime | None
    fetched_at: datetime
    summary: str
    text: str
    revision: int
    story_id: StoryId | None
    tags: tuple[str, ...] = ()
    alertable: bool = True
    scanned_at: datetime | None = None
    page: PageState = PageState.UNREAD
    page_tries: int = 0
    asides: tuple[Aside, ...] = ()

    @property
    def own_text(self) -> str:
        """Return the text without its asides."""
        return own_text(self.text, self.asides)

    @property
    def is_cancelled(self) -> bool:
        """Whether it is an official warning that its authority has called off."""
        return CANCELLED in self.tags
