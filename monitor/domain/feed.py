"""What is known of a feed, what a poll of it needs, and what the poll returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from monitor.domain.cadence import ArrivalRate, PublisherHints
from monitor.domain.freshness import FirstFetch
from monitor.domain.ids import FeedId
from monitor.domain.rhythm import Rhythm
from monitor.domain.source import SourceStatus
from monitor.domain.urls import Url

_SHARED_LIMITS = (".tumblr.com",)
"""Platforms that count the requests to all their subdomains together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """The stored health of a feed. `reason` says in a sentence what is wrong, if anything is.

    `gap_at` is when entries were last found to be missing between two polls; `moved_to` is the address of a permanent redirect. Its host is
    not asked until `paused_until`, for the reason `paused_because`.
    """

    id: FeedId
    url: str
    name: str
    status: SourceStatus
    reason: str | None
    last_polled_at: datetime | None
    last_success_at: datetime | None
    next_poll_at: datetime | None
    interval_s: float | None
    articles: int
    gap_at: datetime | None = None
    moved_to: str | None = None
    overdue_after_s: float | None = None
    overdue_at: datetime | None = None
    late_p50_s: float | None = None
    late_p95_s: float | None = None
    late_usual_s: float | None = None
    paused_until: datetime | None = None
    paused_because: str | None = None

    def is_held(self, now: datetime) -> bool:
        """Return whether its host has a pause that lasts longer than the feed would wait by itself."""
        return (
            self.status is not SourceStatus.GONE
            and self.paused_until is not None
            and self.paused_until > max(now, self.next_poll_at or now)
        )

    @property
    def silent(self) -> bool:
        """Whether it could be read after it was overdue, and had nothing new."""
        return (
            self.status is SourceStatus.OK
            and self.overdue_at is not None
            and self.last_success_at is not None
            and self.overdue_at <= self.last_success_at
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """The values of ETag and Last-Modified, exactly as sent, with which to ask the server whether the document has changed."""

    etag: str | None = None
    last_modified: str | None = None

    def __bool__(self) -> bool:
        return self.etag is not None or self.last_modified is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentMemory:
    """What is kept of the last document that was read.

    `fingerprints` are the fingerprints of its entries as bytes (a sample of them, if there are many), written in one transaction with the
    articles. `newest` is the latest date in it. `unreliable`: the server answers "not changed" for documents that have changed. `first_fetch` is what the first document with entries held.
    `rhythm` is the feed's habit. Since `empty_since` the documents hold no entries, though earlier ones did; `often_empty`: that has passed before.
    """

    fingerprints: bytes = b""
    newest: datetime | None = None
    publisher_hints: PublisherHints = field(default_factory=PublisherHints)
    unreliable: bool = False
    first_fetch: FirstFetch | None = None
    rhythm: Rhythm = field(default_factory=Rhythm)
    empty_since: datetime | None = None
    often_empty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What is remembered between two polls of a feed; each poll replaces it.

    `failures` is a weighted count since the last success. `moves_seen` counts the polls in a row that a permanent redirect sent to
    `moved_to`. `interval_s` is the planned time between polls, without jitter. Without anything new until `overdue_at`, `overdue_after_s` after the newest
    arrival, the feed is silent. `late_usual_s` is set while entries are read clearly later than usual. At `rekeyed_at` most entries of its document
    came under new identifiers.
    """

    status: SourceStatus = SourceStatus.NEW
    reason: str | None = None
    title: str | None = None
    format: str | None = None
    validators: Validators = field(default_factory=Validators)
    body_hash: bytes | None = None
    moved_to: str | None = None
    moves_seen: int = 0
    last_polled_at: datetime | None = None
    last_success_at: datetime | None = None
    last_full_fetch_at: datetime | None = None
    next_poll_at: datetime | None = None
    interval_s: float | None = None
    failures: float = 0.0
    arrival_rate: ArrivalRate = field(default_factory=ArrivalRate)
    document: DocumentMemory = field(default_factory=DocumentMemory)
    gap_at: datetime | None = None
    overdue_after_s: float | None = None
    overdue_at: datetime | None = None
    late_p50_s: float | None = None
    late_p95_s: float | None = None
    late_usual_s: float | None = None
    rekeyed_at: datetime | None = None

    @property
    def has_had_entries(self) -> bool:
        """Whether any document of the feed has held an entry."""
        return bool(self.document.fingerprints) or self.arrival_rate.size > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedForPoll:
    """A claimed feed. `epoch` is the fencing token: a result is stored only while the feed still has it.

    `name` is empty until the configuration or the feed itself gives one. `refusals` counts how often in a row its host has answered
    that we ask too often.
    """

    id: FeedId
    url: str
    name: str
    host: str
    epoch: int
    state: FeedState
    refusals: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HostUpdate:
    """What a poll has learnt about a host: how often in a row it has refused us, and until when it is not asked again, for what `reason`."""

    host: str
    refusals: int
    paused_until: datetime | None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedUpdate:
    """What to store after a poll: the feed's next state, and its host's if that has changed."""

    state: FeedState
    host: HostUpdate | None = None


def rate_limit_key(url: Url) -> str:
    """Return the name under which requests to `url` are counted: its host and port, or the platform that counts them together."""
    for shared in _SHARED_LIMITS:
        if url.host.endswith(shared):
            return shared[1:]
    return (url.host if url.port in {None, 80, 443} else f"{url.host}:{url.port}")[:300]
