"""Polls and what they found, for tests of what is decided from them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.domain.article import Entry
from monitor.domain.cadence import IntervalLimits
from monitor.domain.feed import FeedForPoll, FeedState, FeedUpdate
from monitor.domain.fingerprint import unpack_fingerprints
from monitor.domain.ids import FeedId
from monitor.fetching.outcome import Fetched, FetchFailure, Outcome, Problem, Redirect
from monitor.parse.feed_delta import FeedDelta, delta_of
from monitor.parse.result import ParsedFeed, ParseFailure, PollHints
from monitor.polling.decide import decide
from monitor.polling.failed_poll import Plan

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://a.example/feed"
PLAN = Plan(limits=IntervalLimits(), jitter=0.5)


def feed(state: FeedState | None = None, *, refusals: int = 0) -> FeedForPoll:
    """A claimed feed."""
    return FeedForPoll(id=FeedId("f"), url=URL, name="A", host="a.example", epoch=1, state=state or FeedState(), refusals=refusals)


def fetched(body: str = "body", *, status: int = 200, redirects: tuple[Redirect, ...] = (), **headers: str) -> Fetched:
    """A body that came; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fetched(url=URL, status=status, headers=named, body=body.encode(), wire_bytes=len(body), redirects=redirects)


def failure(problem: Problem, *, retry: datetime | None = None, status: int | None = None) -> FetchFailure:
    """Nothing came."""
    return FetchFailure(problem=problem, reason=problem.value, url=URL, status=status, retry_at=retry)


def parsed(*keys: str, published: datetime | None = None, hints: PollHints | None = None) -> ParsedFeed:
    """A document with one entry per key."""
    entries = tuple(Entry(key=key, title=key, text="", published_at=published) for key in keys)
    return ParsedFeed(format="rss20", title="A", entries=entries, hints=hints or PollHints())


def compared(state: FeedState, document: ParsedFeed | ParseFailure | None, now: datetime = NOW) -> FeedDelta | ParseFailure | None:
    """What the parser tells the poller of a document."""
    if not isinstance(document, ParsedFeed):
        return document
    return delta_of(document, unpack_fingerprints(state.document.fingerprints), now)


def after(
    *polls: tuple[Outcome, ParsedFeed | ParseFailure | None], every: timedelta = timedelta(minutes=10), plan: Plan = PLAN
) -> FeedUpdate:
    """The result of several polls, `every` apart, the last one at NOW."""
    state, refusals, update = FeedState(), 0, None
    for back, (outcome, document) in zip(range(len(polls) - 1, -1, -1), polls, strict=True):
        now = NOW - back * every
        update = decide(feed(state, refusals=refusals), outcome, compared(state, document, now), now, plan)
        state = update.state
        refusals = update.host.refusals if update.host is not None else refusals
    assert update is not None
    return update


GOOD: tuple[Outcome, ParsedFeed | ParseFailure | None] = (fetched("1", etag='"1"', last_modified="x"), parsed("a", "b", "c"))


def wait(update: FeedUpdate) -> float:
    """Seconds until the next poll."""
    assert update.state.next_poll_at is not None
    return (update.state.next_poll_at - NOW).total_seconds()
