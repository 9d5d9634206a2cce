"""One poll: ask, parse if anything changed, decide. Nothing is stored here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.domain.article import Entry, Origin, OriginKind
from monitor.domain.cadence import Limits
from monitor.domain.feed import FeedForPoll, FeedUpdate
from monitor.domain.urls import host_of
from monitor.parse.result import ParsedFeed, ParseFailure
from monitor.polling import guard
from monitor.polling.decide import Plan, address, conditions, decide, unchanged, unstored
from monitor.polling.fetch import Fetcher
from monitor.polling.outcome import Fetched, FetchFailure, Outcome
from monitor.polling.parsing import Parse
from monitor.polling.request import Access, access_for
from monitor.settings.feeds import FeedSettings, HttpSettings, PollingSettings

MANY_ENTRIES = 500
"""Above this, deciding takes milliseconds and is moved off the event loop."""

MAX_CHILDREN = 3
"""Sitemaps of an index that are read: the newest ones hold the news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """What a poll found. `entries` are those of a changed document, `unstored` those of them that the last stored document did not have.

    `first` says that it is the feed's first success.
    """

    feed: FeedForPoll
    update: FeedUpdate
    outcome: Outcome
    origin: Origin
    entries: tuple[Entry, ...] = ()
    unstored: tuple[Entry, ...] = ()
    first: bool = False

    def alertable(self, backfill: timedelta, now: datetime) -> Callable[[Entry], bool]:
        """Which entries may raise alerts: after the first fetch all; at the first those published within `backfill`."""
        if not self.first:
            return lambda _: True
        return lambda entry: entry.published_at is not None and entry.published_at >= now - backfill


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the configuration says about polling one feed."""

    feed: FeedSettings
    polling: PollingSettings
    http: HttpSettings

    def limits(self) -> Limits:
        """The bounds of the feed's interval."""
        return Limits(
            min_s=self.polling.min.total_seconds(),
            max_s=self.polling.max.total_seconds(),
            every_s=None if self.feed.every is None else self.feed.every.total_seconds(),
        )


async def poll(
    feed: FeedForPoll, setting: Setting, fetcher: Fetcher, parse: Parse, *, clock: Callable[[], datetime], spread: float
) -> PollResult:
    """Ask `feed` once. Whatever the server does, the result is a value; `spread` in [0, 1) jitters the next poll."""
    access = access_for(setting.feed, setting.http)
    outcome: Outcome = await fetcher.get(address(feed), origin=feed.url, access=access, validators=conditions(feed.state, clock()))
    parsed: ParsedFeed | ParseFailure | None = None
    if isinstance(outcome, Fetched) and not unchanged(feed.state, outcome.body):
        parsed = await parse(outcome.body, outcome.url, outcome.headers, clock())
        if isinstance(parsed, ParsedFeed) and parsed.children:
            outcome, parsed = await _with_children(feed, outcome, parsed, access, fetcher, parse, clock)
    now = clock()
    plan = Plan(limits=setting.limits(), spread=spread, inside=guard.is_inside(feed.url))
    found = parsed if isinstance(parsed, ParsedFeed) else None
    entries = () if found is None else _entries(found, setting.feed.language)
    if len(entries) > MANY_ENTRIES:
        update = await asyncio.to_thread(decide, feed, outcome, parsed, now, plan)
        fresh = await asyncio.to_thread(unstored, entries, feed.state)
    else:
        update = decide(feed, outcome, parsed, now, plan)
        fresh = unstored(entries, feed.state)
    return PollResult(
        feed=feed,
        update=update,
        outcome=outcome,
        origin=_origin(feed, setting.feed, found),
        entries=entries,
        unstored=fresh,
        first=feed.state.last_success_at is None,
    )


async def _with_children(
    feed: FeedForPoll,
    index: Fetched,
    parsed: ParsedFeed,
    access: Access,
    fetcher: Fetcher,
    parse: Parse,
    clock: Callable[[], datetime],
) -> tuple[Outcome, ParsedFeed | ParseFailure | None]:
    """A sitemap index read as one document: its newest sitemaps' entries. Its own validators say nothing about theirs."""
    bodies, entries = [index.body], list(parsed.entries)
    for url in parsed.children[:MAX_CHILDREN]:
        answer = await fetcher.get(url, origin=feed.url, access=access)
        if isinstance(answer, FetchFailure):
            return replace(answer, reason=f"the sitemap {url} of this index: {answer.reason}"), None
        if isinstance(answer, Fetched):
            child = await parse(answer.body, answer.url, answer.headers, clock())
            bodies.append(answer.body)
            entries.extend(child.entries if isinstance(child, ParsedFeed) else ())
    headers = {name: value for name, value in index.headers.items() if name not in {"etag", "last-modified"}}
    whole = replace(index, body=b"\x00".join(bodies), headers=headers)
    return whole, None if unchanged(feed.state, whole.body) else replace(parsed, entries=tuple(entries))


def _origin(feed: FeedForPoll, configured: FeedSettings, parsed: ParsedFeed | None) -> Origin:
    title = parsed.title if parsed is not None else ""
    return Origin(
        kind=OriginKind.FEED,
        id=feed.id,
        name=configured.name or title or feed.name or host_of(feed.url),
        url=feed.url,
        language=configured.language,
        tags=configured.tags,
    )


def _entries(parsed: ParsedFeed, language: str | None) -> tuple[Entry, ...]:
    """The entries, in the language that the operator has set, if any: feeds often declare their template's."""
    return parsed.entries if language is None else tuple(replace(entry, language=language) for entry in parsed.entries)
