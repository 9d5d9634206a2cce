"""What a poll means for a feed: pure, from the last state and what came, to the next state."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from monitor.domain import cadence
from monitor.domain.article import Entry
from monitor.domain.cadence import Limits, Wishes
from monitor.domain.feed import DocumentMemory, FeedForPoll, FeedState, FeedStatus, FeedUpdate, HostUpdate, Validators
from monitor.parse.result import ParsedFeed, ParseFailure
from monitor.polling.failures import http_date
from monitor.polling.outcome import Fetched, FetchFailure, NotModified, Outcome, Problem, moved_for_good

CONFIRMATIONS = 3
"""Polls in a row that must name the same new address before it is used."""

FULL_FETCH_EVERY = timedelta(hours=12)
SUSPICIOUS_ENTRIES = 4
"""So many entries were to be expected since the last body, and still "not changed": ask without validators."""

MAX_KEYS = 400
GAP_SHOWN_FOR = timedelta(days=1)
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=6)
_WEIGHTS = {
    **dict.fromkeys((Problem.TOO_FAST, Problem.NOT_FOUND, Problem.SERVER_ERROR, Problem.TIMEOUT), 0.5),
    Problem.DNS_TEMPORARY: 0.25,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What bounds the decision: the limits of the interval, a random number in [0, 1), and whether the feed's host is inside our own network."""

    limits: Limits
    spread: float
    inside: bool = False


def address(feed: FeedForPoll) -> str:
    """Where to ask: the configured URL, or the one it has been seen to move to often enough."""
    state = feed.state
    return state.moved_to if state.moved_to is not None and state.moves_seen >= CONFIRMATIONS else feed.url


def conditions(state: FeedState, now: datetime) -> Validators:
    """What to make the request conditional with; nothing when it is time to see for ourselves."""
    seen = state.last_full_fetch_at
    if state.document.unreliable or state.body_hash is None or seen is None or now - seen >= FULL_FETCH_EVERY:
        return Validators()
    expected = cadence.rate(state.rhythm, now) * (now - seen).total_seconds() / 3600
    return Validators() if expected >= SUSPICIOUS_ENTRIES and now - seen >= timedelta(hours=1) else state.validators


def unchanged(state: FeedState, body: bytes) -> bool:
    """Whether `body` is the one that was read last."""
    return state.body_hash is not None and state.body_hash == digest(body)


def digest(body: bytes) -> bytes:
    """SHA-256 of a body."""
    return hashlib.sha256(body).digest()


def decide(feed: FeedForPoll, outcome: Outcome, parsed: ParsedFeed | ParseFailure | None, now: datetime, plan: Plan) -> FeedUpdate:
    """The feed's next state. `parsed` is None where there was no body, or the one that is already known."""
    if isinstance(outcome, FetchFailure):
        return _failed(feed, outcome, now, plan)
    if isinstance(parsed, ParseFailure):
        failure = FetchFailure(problem=Problem.NO_FEED, reason=_no_feed(parsed), url=outcome.url, redirects=outcome.redirects)
        return _failed(feed, failure, now, plan)
    before = feed.state
    state = _moved(feed, before, outcome)
    if isinstance(outcome, Fetched):
        state = replace(state, validators=outcome.validators, body_hash=digest(outcome.body))
        if outcome.status != 226:
            state = replace(state, last_full_fetch_at=now)
    if parsed is None or not isinstance(outcome, Fetched):
        state = replace(state, rhythm=cadence.observe(before.rhythm, (), 0, now))
    else:
        state = _read(before, state, outcome, parsed, now)
    return FeedUpdate(id=feed.id, state=_succeeded(state, outcome.headers, now, plan), host=_host_recovered(feed))


def _no_feed(parsed: ParseFailure) -> str:
    if not parsed.feeds:
        return parsed.reason
    return f"this is a web page, not a feed; use {' or '.join(parsed.feeds[:3])} instead"


def _read(before: FeedState, state: FeedState, outcome: Fetched, parsed: ParsedFeed, now: datetime) -> FeedState:
    """A new document: what is new in it, whether something was missed, and how it changes the rhythm."""
    known = before.document.keys
    keys = {_short(entry): entry for entry in parsed.entries}
    first = before.last_success_at is None or not known
    if first:
        rhythm = cadence.first_seen([entry.published_at for entry in parsed.entries], now)
        fresh: Sequence[Entry] = ()
    else:
        fresh = _fresh(keys, known)
        size = 0 if outcome.status == 226 else len(parsed.entries)
        rhythm = cadence.observe(before.rhythm, [entry.published_at for entry in fresh], size, now)
    newest = max(
        (entry.published_at for entry in parsed.entries if entry.published_at is not None and entry.published_at <= now),
        default=None,
    )
    missed = not first and outcome.status != 226 and _missed(before, keys, newest)
    hints = parsed.hints
    stored = [_mark(entry) for entry in parsed.entries]
    delta = outcome.status == 226
    document = DocumentMemory(
        keys=_sketch([*keys, *known] if delta else keys),
        stored=_sketch([*stored, *before.document.stored] if delta else stored),
        newest=max((date for date in (newest, before.document.newest) if date is not None), default=None),
        wishes=Wishes(wait_s=hints.min_interval_s or 0.0, skip_hours=hints.skip_hours, skip_days=hints.skip_days),
        unreliable=before.document.unreliable or _lied(before, outcome, fresh, now),
    )
    return replace(
        state,
        title=parsed.title or before.title,
        format=parsed.format,
        rhythm=rhythm,
        document=document if keys else replace(document, keys=known, stored=before.document.stored),
        gap_at=now if missed else before.gap_at,
    )


def _short(entry: Entry) -> str:
    return hashlib.sha256(entry.key.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _mark(entry: Entry) -> str:
    return _mark_of(entry.key, entry.title, entry.text)


@lru_cache(maxsize=1024)
def _mark_of(key: str, title: str, text: str) -> str:
    """Asked for twice in a poll: what of the document is not stored yet, and what will be."""
    return hashlib.sha256(f"{key}\x00{title}\x00{text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def unstored(entries: Sequence[Entry], state: FeedState) -> tuple[Entry, ...]:
    """The entries that were not, letter for letter, in the last document that was stored: only these are looked up in the database."""
    return tuple(entry for entry in entries if _mark(entry) not in state.document.stored)


def _sketch(keys: Sequence[str] | Mapping[str, Entry]) -> frozenset[str]:
    """All keys of a usual document; the smallest of a long one, which are a fair sample and the same sample each time."""
    return frozenset(sorted(keys)[:MAX_KEYS])


def _fresh(keys: Mapping[str, Entry], known: frozenset[str]) -> list[Entry]:
    """Entries that the last document did not have; of a long one, only those that its sample would have held."""
    beyond = max(known) if len(known) >= MAX_KEYS else "g"
    return [entry for key, entry in keys.items() if key not in known and key <= beyond]


def _missed(before: FeedState, keys: Mapping[str, Entry], newest: datetime | None) -> bool:
    """No entry in common with the last document although this one is full: more may have come than it holds.

    A document whose dates are no newer than the last one's has only given its entries other ids.
    """
    if len(keys) < 2 or len(keys) < 0.8 * before.rhythm.size or before.document.keys & keys.keys():
        return False
    oldest = min((entry.published_at for entry in keys.values() if entry.published_at is not None), default=None)
    last = before.document.newest
    return oldest is None or last is None or newest is None or oldest > last


def _lied(before: FeedState, outcome: Fetched, fresh: Sequence[Entry], now: datetime) -> bool:
    """Whether an unconditional request has shown that a conditional one would have hidden, or has hidden, new entries."""
    if not fresh or conditions(before, now) or not before.validators:
        return False
    if outcome.validators == before.validators:
        return True
    asked, seen = before.last_polled_at, before.last_full_fetch_at
    if asked is None or seen is None or asked <= seen:
        return False
    hidden = [
        entry for entry in fresh if entry.published_at is not None and seen < entry.published_at < asked - timedelta(minutes=10)
    ]
    return len(hidden) >= SUSPICIOUS_ENTRIES - 1


def _moved(feed: FeedForPoll, before: FeedState, outcome: Fetched | NotModified) -> FeedState:
    named = moved_for_good(outcome.redirects)
    if address(feed) != feed.url and named is None:
        return before
    if named is None or named == feed.url:
        return replace(before, moved_to=None, moves_seen=0)
    return replace(before, moved_to=named, moves_seen=before.moves_seen + 1 if named == before.moved_to else 1)


def _succeeded(state: FeedState, headers: Mapping[str, str], now: datetime, plan: Plan) -> FeedState:
    interval_s = cadence.interval(state.rhythm, now, plan.limits)
    wishes = replace(state.document.wishes, wait_s=max(state.document.wishes.wait_s, fresh_for(headers, now)))
    return replace(
        state,
        status=FeedStatus.OK,
        reason=_remark(state, now),
        last_polled_at=now,
        last_success_at=now,
        next_poll_at=cadence.next_poll(interval_s, wishes, now, plan.limits, spread=plan.spread),
        interval_s=interval_s,
        failures=0.0,
    )


def _remark(state: FeedState, now: datetime) -> str | None:
    """What the operator should know of a feed that works."""
    remarks = []
    if state.gap_at is not None and now - state.gap_at < GAP_SHOWN_FOR:
        remarks.append(
            f"entries may have been missed before {state.gap_at:%Y-%m-%d %H:%M} UTC: none of the previous ones was left; polling faster"
        )
    if state.moved_to is not None and state.moves_seen >= CONFIRMATIONS:
        remarks.append(f"moved for good to {state.moved_to}, polled there")
    if state.document.unreliable:
        remarks.append('the server says "not changed" of documents that have changed, so they are always fetched whole')
    return "; ".join(remarks) or None


def fresh_for(headers: Mapping[str, str], now: datetime) -> float:
    """Seconds for which the answer declares itself fresh: `max-age` less `Age`, else `Expires` (RFC 9111 §4.2)."""
    control = headers.get("cache-control", "").lower()
    if re.search(r"no-(?:cache|store)", control):
        return 0.0
    found = re.search(r"(?<![\w-])max-age\s*=\s*\"?(\d{1,9})", control)
    if found:
        age = re.fullmatch(r"\s*(\d{1,9})\s*", headers.get("age", ""))
        return max(0.0, float(found[1]) - (float(age[1]) if age else 0.0))
    expires = http_date(headers.get("expires", ""))
    if expires is None:
        return 0.0
    sent = http_date(headers.get("date", "")) or now
    return max(0.0, (expires - sent).total_seconds())


def _failed(feed: FeedForPoll, failure: FetchFailure, now: datetime, plan: Plan) -> FeedUpdate:
    before = feed.state
    elsewhere = address(feed) != feed.url
    state = replace(before, status=FeedStatus.FAILING, reason=failure.reason, last_polled_at=now)
    if elsewhere:
        state = replace(state, moved_to=None, moves_seen=0)
    if failure.problem is Problem.GONE and not elsewhere:
        return FeedUpdate(id=feed.id, state=replace(state, status=FeedStatus.GONE, next_poll_at=None), host=_host_recovered(feed))
    failures = before.failures + _WEIGHTS.get(failure.problem, 1.0)
    wait = timedelta(seconds=cadence.after_failure(before.interval_s, failures, plan.limits))
    state = replace(state, failures=failures)
    if failure.problem is not Problem.TOO_FAST and failure.retry_at is None:
        return FeedUpdate(id=feed.id, state=replace(state, next_poll_at=now + wait * (1 + 0.1 * plan.spread)))
    until = failure.retry_at if failure.retry_at is not None else now + _pause(feed)
    host = None if plan.inside else HostUpdate(host=feed.host, refusals=feed.refusals + 1, paused_until=until)
    return FeedUpdate(id=feed.id, state=replace(state, next_poll_at=max(until, now + wait)), host=host)


def _pause(feed: FeedForPoll) -> timedelta:
    """How long a host that says "too fast" without saying how long is left alone."""
    return min(timedelta(seconds=FIRST_PAUSE.total_seconds() * 2.0 ** min(feed.refusals, 20)), LONGEST_PAUSE)


def _host_recovered(feed: FeedForPoll) -> HostUpdate | None:
    return HostUpdate(host=feed.host, refusals=0, paused_until=None) if feed.refusals else None
