"""Poll one feed: fetch, parse if anything has changed, decide. Nothing is stored here."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial

from monitor.daemon.parser_client import Parse, Parsed
from monitor.domain.article import Entry, Origin
from monitor.domain.cadence import IntervalLimits
from monitor.domain.clock import Clock
from monitor.domain.feed import FeedForPoll, FeedUpdate
from monitor.domain.freshness import AgeLimits, is_news
from monitor.domain.urls import Url, parse_url
from monitor.fetching import address_guard
from monitor.fetching.access import Access, access_for
from monitor.fetching.fetcher import Fetcher
from monitor.fetching.outcome import Fetched, FetchFailure, Outcome
from monitor.parse.feed_delta import FeedDelta, merge_deltas, with_older
from monitor.parse.result import ParsedFeed, ParseFailure
from monitor.polling.decide import conditions, decide, is_unchanged
from monitor.polling.failed_poll import CONFIRMATIONS, Plan, poll_address
from monitor.polling.hub_offer import OfferedHub, offered_hub
from monitor.settings.feeds import FeedSettings, HttpSettings, PollingSettings
from monitor.storage.ingest import IngestRequest

MANY_ENTRIES = 1000
"""With more entries than this, deciding takes milliseconds and is moved off the event loop."""

MAX_CHILDREN = 3
"""So many sitemaps of an index are read: the newest ones hold the news."""


MAX_OLDER_PAGES = 5
"""So many older pages are read where entries were missed: with their deadlines, within the lease of the claim."""

_PAGE_DEADLINE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """What a poll found. `entries` are those of a changed document that the last stored document did not have.

    `document_size` counts all entries of the document, and `fingerprints` are theirs. `hub` is what a whole document says of a hub. `first`: no document
    of the feed has held an entry before.
    """

    feed: FeedForPoll
    update: FeedUpdate
    outcome: Outcome
    origin: Origin
    entries: tuple[Entry, ...] = ()
    document_size: int = 0
    fingerprints: bytes = b""
    first: bool = False
    hub: OfferedHub | None = None

    def ingest_requests(self, limits: AgeLimits, now: datetime, *, most: int) -> list[IngestRequest]:
        """Return what to store, at most `most` entries in each request; at least one request, even without entries.

        Those that are archive by `limits` are stored, too, but raise no alerts.
        """

        def alertable(entry: Entry) -> bool:
            return is_news(entry.published_at, first=self.first, now=now, limits=limits)

        parts = [self.entries[start : start + most] for start in range(0, len(self.entries), most)] or [()]
        return [
            IngestRequest(origin=self.origin, entries=part, alertable=alertable, document=self.fingerprints, first=self.first)
            for part in parts
        ]


@dataclass(frozen=True, kw_only=True)
class FeedPollSettings:
    """What the configuration says about polling one feed."""

    feed: FeedSettings
    polling: PollingSettings
    http: HttpSettings

    @cached_property
    def access(self) -> Access:
        """The credentials, certificate and proxy of its requests."""
        return access_for(self.feed, self.http)

    @cached_property
    def url(self) -> Url:
        """The configured address."""
        return parse_url(self.feed.url)

    @cached_property
    def limits(self) -> IntervalLimits:
        """The bounds of the feed's interval."""
        return IntervalLimits(
            min_s=self.polling.min.total_seconds(),
            max_s=self.polling.max.total_seconds(),
            every_s=None if self.feed.every is None else self.feed.every.total_seconds(),
        )


async def poll(
    feed: FeedForPoll, settings: FeedPollSettings, fetcher: Fetcher, parse: Parse, *, clock: Clock, jitter: float
) -> PollResult:
    """Poll `feed` once. Whatever the server does, the result is a value; `jitter` in [0, 1) jitters the next poll."""
    outcome: Outcome = await fetcher.get(
        parse_url(poll_address(feed)),
        origin=settings.url,
        access=settings.access,
        validators=conditions(feed.state, clock.now()),
        partial=True,
    )
    parsed: Parsed | None = None
    found: str | None = None
    if settings.feed.select is not None:
        parse = partial(parse, select=settings.feed.select.given())
    selected = settings.feed.select is not None  # read even if unchanged: the selectors may be new
    if isinstance(outcome, Fetched) and (selected or not is_unchanged(feed.state, outcome)):
        parsed = await parse(outcome.body, outcome.url, outcome.headers, clock.now(), feed.state.document.fingerprints)
        if settings.feed.discover and isinstance(parsed, ParseFailure) and parsed.feeds:
            found = parsed.feeds[0]
            outcome, parsed = await _with_named_feed(found, settings, fetcher, parse, clock)
        if isinstance(parsed, FeedDelta) and parsed.feed.children and isinstance(outcome, Fetched):
            outcome, parsed = await _with_children(feed, outcome, parsed, settings, fetcher, parse, clock)
        elif isinstance(parsed, FeedDelta) and _has_gap(feed, parsed):
            parsed = await _with_older_pages(feed, parsed, settings, fetcher, parse, clock)
        elif isinstance(outcome, Fetched) and outcome.broken is not None and not (isinstance(parsed, FeedDelta) and parsed.size):
            outcome, parsed = outcome.broken, None
    document = parsed if isinstance(parsed, FeedDelta) else None
    plan = Plan(limits=settings.limits, jitter=jitter, internal=address_guard.is_internal(settings.url.host))
    if document is not None and document.size > MANY_ENTRIES:
        update = await asyncio.to_thread(decide, feed, outcome, parsed, clock.now(), plan)
    else:
        update = decide(feed, outcome, parsed, clock.now(), plan)
    if found is not None and document is not None:
        update = replace(update, state=replace(update.state, moved_to=found, moves_seen=CONFIRMATIONS))
    return PollResult(
        feed=feed,
        update=update,
        outcome=outcome,
        origin=_origin(feed, settings, document),
        entries=() if document is None else with_language(document.feed, settings.feed.language),
        document_size=0 if document is None else document.size,
        fingerprints=b"" if document is None else document.fingerprints,
        first=not feed.state.has_had_entries,
        hub=offered_hub(feed.url, outcome, document) if not selected else None,
    )


async def _with_named_feed(
    url: str, settings: FeedPollSettings, fetcher: Fetcher, parse: Parse, clock: Clock
) -> tuple[Outcome, Parsed | None]:
    """Read the feed at `url`, which a page names. From then on it is polled itself, until it fails."""
    answer: Outcome = await fetcher.get(parse_url(url), origin=settings.url, access=settings.access, partial=True)
    parsed = await parse(answer.body, answer.url, answer.headers, clock.now()) if isinstance(answer, Fetched) else None
    return answer, parsed


async def _with_children(
    feed: FeedForPoll,
    index: Fetched,
    parsed: FeedDelta,
    settings: FeedPollSettings,
    fetcher: Fetcher,
    parse: Parse,
    clock: Clock,
) -> tuple[Outcome, Parsed | None]:
    """Read a sitemap index as one document: the entries of its newest sitemaps."""
    # The validators of the index say nothing about its sitemaps.
    bodies, children = [index.body], list[FeedDelta]()
    for url in parsed.feed.children[:MAX_CHILDREN]:
        answer = await fetcher.get(parse_url(url), origin=settings.url, access=settings.access)
        if isinstance(answer, FetchFailure):
            return replace(answer, reason=f"the sitemap {url} of this index: {answer.reason}"), None
        if isinstance(answer, Fetched):
            child = await parse(answer.body, answer.url, answer.headers, clock.now(), feed.state.document.fingerprints)
            bodies.append(answer.body)
            children += [child] if isinstance(child, FeedDelta) else []
    headers = {name: value for name, value in index.headers.items() if name not in {"etag", "last-modified"}}
    whole = replace(index, body=b"\x00".join(bodies), headers=headers)
    return whole, None if is_unchanged(feed.state, whole) else merge_deltas(parsed, children)


def _has_gap(feed: FeedForPoll, parsed: FeedDelta) -> bool:
    """Return whether entries may lie between the last document and this one, and this one says where they are."""
    return parsed.feed.older is not None and bool(feed.state.document.fingerprints) and not parsed.overlaps and parsed.size > 0


async def _with_older_pages(
    feed: FeedForPoll, newest: FeedDelta, settings: FeedPollSettings, fetcher: Fetcher, parse: Parse, clock: Clock
) -> FeedDelta:
    """Read older pages of a feed (RFC 5005) until one has an entry that is known. A page that cannot be read ends it."""
    pages, asked = [newest], {settings.feed.url}
    while len(pages) <= MAX_OLDER_PAGES and not pages[-1].overlaps:
        url = pages[-1].feed.older
        if url is None or url in asked:
            break
        asked.add(url)
        if gap := settings.polling.host_gap.total_seconds():
            await clock.sleep(gap)
        answer = await fetcher.get(parse_url(url), origin=settings.url, access=settings.access, deadline_s=_PAGE_DEADLINE_S)
        if not isinstance(answer, Fetched):
            break
        page = await parse(answer.body, answer.url, answer.headers, clock.now(), feed.state.document.fingerprints)
        if not isinstance(page, FeedDelta) or not page.size:
            break
        pages.append(page)
    return with_older(newest, pages[1:])


def _origin(feed: FeedForPoll, settings: FeedPollSettings, document: FeedDelta | None) -> Origin:
    configured = settings.feed
    title = document.feed.title if document is not None else ""
    return Origin(
        id=feed.id,
        name=configured.name or title or feed.name or settings.url.host,
        url=feed.url,
        language=configured.language,
        tags=configured.tags,
    )


def with_language(parsed: ParsedFeed, language: str | None) -> tuple[Entry, ...]:
    """Return the entries of a document, in the language that the operator gives its feed."""
    # Feeds often declare the language of their template; the operator's word counts.
    return parsed.entries if language is None else tuple(replace(entry, language=language) for entry in parsed.entries)
