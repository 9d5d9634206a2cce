"""Poll one feed with the daemon's own code, store nothing, and explain every step: `curl -v` for feeds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.daemon.parser_client import Parse
from monitor.domain.article import Entry
from monitor.domain.clock import Clock
from monitor.domain.feed import FeedForPoll, FeedState, rate_limit_key
from monitor.domain.ids import FeedId
from monitor.domain.source import UNREADABLE, SourceStatus
from monitor.domain.text import one_line
from monitor.domain.times import age, rfc3339
from monitor.fetching.fetcher import Fetcher
from monitor.fetching.outcome import Fetched, FetchFailure
from monitor.polling.poll import FeedPollSettings, PollResult, poll

_SHOWN_HEADERS = ("content-type", "content-encoding", "etag", "last-modified", "cache-control", "expires", "retry-after", "server")
_SHOWN_ENTRIES = 10
_SHOWN_CHARS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One poll of `url` and its result. `record` is its JSON form, `lines` the form for a person; both are safe for a terminal."""

    url: str
    result: PollResult
    at: datetime
    took_s: float

    @property
    def failed(self) -> bool:
        """Whether the daemon would report this feed as failing or gone."""
        return self.result.update.state.status in {*UNREADABLE, SourceStatus.GONE}

    def record(self) -> dict[str, Any]:
        """Return `url status reason redirects format entries next_poll_at`, with times in RFC 3339."""
        state = self.result.update.state
        return {
            "url": self.url,
            "status": state.status.value,
            "reason": state.reason,
            "redirects": [{"status": step.status, "url": step.url} for step in self.result.outcome.redirects],
            "format": state.format,
            "entries": [_entry(entry) for entry in self.result.entries],
            "next_poll_at": rfc3339(state.next_poll_at),
        }

    def lines(self) -> Iterator[str]:
        """Yield what was asked (>), what was answered (<), and what it means (*)."""
        yield from (one_line(line) for line in self._lines())

    def _lines(self) -> Iterator[str]:
        outcome, state = self.result.outcome, self.result.update.state
        yield f"> GET {self.url}"
        for step in outcome.redirects:
            yield f"< {step.status} to {step.url[:_SHOWN_CHARS]}"
        if isinstance(outcome, FetchFailure):
            yield f"< {outcome.status or 'no answer'} after {self.took_s:.2f} s"
            yield f"* {outcome.problem.value}: {outcome.reason}"
        else:
            yield from self._answer()
        if isinstance(outcome, Fetched) and state.reason is not None:
            yield f"* {state.reason}"
        for entry in self.result.entries[:_SHOWN_ENTRIES]:
            date = f"{entry.published_at:%Y-%m-%d %H:%M}" if entry.published_at is not None else "no date         "
            yield f"* {date}  {entry.title or entry.summary[:80] or entry.key}"
        if len(self.result.entries) > _SHOWN_ENTRIES:
            yield f"* and {len(self.result.entries) - _SHOWN_ENTRIES} more entries"
        yield self._plan()

    def _answer(self) -> Iterator[str]:
        outcome, state = self.result.outcome, self.result.update.state
        assert not isinstance(outcome, FetchFailure)
        if isinstance(outcome, Fetched):
            yield f"< {outcome.status} after {self.took_s:.2f} s, {len(outcome.body):,} bytes ({outcome.wire_bytes:,} sent)"
        for name in _SHOWN_HEADERS:
            if name in outcome.headers:
                yield f"< {name}: {outcome.headers[name][:200]}"
        if self.result.entries or state.reason is None:
            yield f"* {state.format}: {state.title or 'no title'}, {self.result.document_size} entries{self._newest()}"
        publisher_hints = state.document.publisher_hints
        if publisher_hints.wait_s:
            yield f"* asks to be polled no more often than every {publisher_hints.wait_s / 60:.0f} min, which counts until its rhythm is known"
        if publisher_hints.skip_hours or publisher_hints.skip_days:
            yield f"* asks for no polls at hours {sorted(publisher_hints.skip_hours)} UTC and weekdays {sorted(publisher_hints.skip_days)} (0 is Monday)"

    def _newest(self) -> str:
        newest = self.result.update.state.document.newest
        return "" if newest is None else f", the newest {age(newest, self.at)} old"

    def _plan(self) -> str:
        state = self.result.update.state
        if state.next_poll_at is None:
            return "* it would not be polled again"
        return f"* the next poll would be at {rfc3339(state.next_poll_at.replace(microsecond=0))}"


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "title": entry.title,
        "url": entry.url,
        "guid": entry.guid,
        "author": entry.author,
        "published_at": rfc3339(entry.published_at),
        "updated_at": rfc3339(entry.updated_at),
        "summary": entry.summary,
        "text": entry.text,
        "language": entry.language,
    }


async def explain_poll(settings: FeedPollSettings, fetcher: Fetcher, parse: Parse, *, clock: Clock) -> Diagnosis:
    """Poll `settings.feed` as if it had just been configured."""
    url = settings.feed.url
    feed = FeedForPoll(id=FeedId(""), url=url, name="", host=rate_limit_key(settings.url), epoch=0, state=FeedState())
    started = clock.now()
    result = await poll(feed, settings, fetcher, parse, clock=clock, jitter=0.5)
    return Diagnosis(url=url, result=result, at=clock.now(), took_s=(clock.now() - started).total_seconds())
