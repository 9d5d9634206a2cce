"""Decide the next state of a feed from its last state and the outcome of a poll: pure functions."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.domain import cadence
from monitor.domain.cadence import PublisherHints
from monitor.domain.feed import DocumentMemory, FeedForPoll, FeedState, FeedUpdate, Validators
from monitor.domain.fingerprint import pack_fingerprints, unpack_fingerprints
from monitor.domain.freshness import FirstFetch
from monitor.domain.retry import http_date
from monitor.domain.source import SourceStatus
from monitor.domain.urls import parse_url
from monitor.fetching.outcome import DELTA, Fetched, FetchFailure, NotModified, Outcome, Problem, permanent_target
from monitor.parse.feed_delta import FeedDelta
from monitor.parse.result import ParseFailure
from monitor.polling.failed_poll import CONFIRMATIONS, Plan, failed, host_recovered, poll_address, with_told_wait
from monitor.polling.habit import EMPTY_FOR, learn_habit, silence_fields

FULL_FETCH_EVERY = timedelta(hours=12)
SUSPICIOUS_ENTRIES = 4
"""If so many entries were to be expected since the last body, and it is still "not changed", ask without validators."""

GAP_SHOWN_FOR = timedelta(days=1)
REKEYED_SHOWN_FOR = timedelta(days=7)
"""How long the health shows that most entries came under new identifiers; so long it is not reported again either."""


def conditions(state: FeedState, now: datetime) -> Validators:
    """Return the validators for the request; none when it is time to fetch the document unconditionally."""
    seen = state.last_full_fetch_at
    if state.document.unreliable or state.body_hash is None or seen is None or now - seen >= FULL_FETCH_EVERY:
        return Validators()
    expected = cadence.expected_rate(state.arrival_rate, now) * (now - seen).total_seconds() / 3600
    return Validators() if expected >= SUSPICIOUS_ENTRIES and now - seen >= timedelta(hours=1) else state.validators


def is_unchanged(state: FeedState, fetched: Fetched) -> bool:
    """Return whether the fetched document is the one that was read last."""
    return state.body_hash is not None and state.body_hash == fetched.digest


def decide(feed: FeedForPoll, outcome: Outcome, parsed: FeedDelta | ParseFailure | None, now: datetime, plan: Plan) -> FeedUpdate:
    """Return the feed's next state. `parsed` is None where there was no body, or the same as last time."""
    if isinstance(outcome, FetchFailure):
        return failed(feed, outcome, now, plan)
    if isinstance(parsed, ParseFailure):
        failure = FetchFailure(
            problem=Problem.NO_MATCH if parsed.broken else Problem.NO_FEED,
            reason=_no_feed(feed.state, outcome, parsed),
            url=outcome.url,
            redirects=outcome.redirects,
        )
        return failed(feed, failure, now, plan)
    before = feed.state
    learnt = _moved(feed, outcome)
    if isinstance(outcome, Fetched) and is_cut(outcome, parsed):
        return FeedUpdate(state=_cut_off(before, now, plan), host=host_recovered(feed))
    if isinstance(outcome, Fetched):
        learnt |= {"validators": outcome.validators, "body_hash": outcome.digest}
        if outcome.status != DELTA:
            learnt["last_full_fetch_at"] = now
    if parsed is None or not isinstance(outcome, Fetched):
        learnt["arrival_rate"] = cadence.update_rate(before.arrival_rate, (), 0, now)
    else:
        learnt |= _learn_from(before, outcome, parsed, now)
    if isinstance(outcome, Fetched):
        learnt["too_large"] = outcome.broken is not None and outcome.broken.problem is Problem.TOO_LARGE
    update = FeedUpdate(state=_succeeded(before, learnt, outcome.headers, now, plan), host=host_recovered(feed))
    return with_told_wait(feed, update, outcome.headers, now, plan)


def is_cut(outcome: Fetched, parsed: FeedDelta | ParseFailure | None) -> bool:
    """Return whether the end of the document has not arrived, and may do so next time."""
    too_large = outcome.broken is not None and outcome.broken.problem is Problem.TOO_LARGE
    return isinstance(parsed, FeedDelta) and parsed.feed.cut and not too_large


def _cut_off(before: FeedState, now: datetime, plan: Plan) -> FeedState:
    """Return the state after a document that ended early: nothing is kept of it, so that it is soon read again and as a whole."""
    failures = before.failures + 0.5
    wait_s = min(plan.limits.min_s * 2.0 ** min(failures, 30.0), before.interval_s or plan.limits.max_s, plan.limits.max_s)
    return replace(
        before,
        status=SourceStatus.OK,
        reason="the last document ended early: what it held is used, and it is asked for again",
        validators=Validators(),
        body_hash=None,
        last_polled_at=now,
        last_success_at=now,
        next_poll_at=now + timedelta(seconds=plan.limits.every_s or wait_s),
        failures=failures,
    )


def _no_feed(before: FeedState, outcome: Fetched | NotModified, parsed: ParseFailure) -> str:
    if parsed.feeds:
        return f"this is a web page, not a feed; use {' or '.join(parsed.feeds[:3])} instead"
    if before.has_had_entries and outcome.redirects:
        host = parse_url(outcome.url)
        return f"it used to be a feed and now leads to {host.host}{host.path}, which may ask for a login: {parsed.reason}"
    return parsed.reason


def _learn_from(before: FeedState, outcome: Fetched, document: FeedDelta, now: datetime) -> dict[str, Any]:
    """Return the fields of the state that a new document changes."""
    delta = outcome.status == DELTA
    first = before.last_success_at is None or not before.document.fingerprints
    fresh = [_utc(at) for at in document.fresh]
    if first:
        arrival_rate, fresh = cadence.rate_of_first_document(fresh, now), []
    else:
        arrival_rate = cadence.update_rate(before.arrival_rate, fresh, 0 if delta else document.size, now)
    missed = not first and not delta and _missed(before, document)
    newest = _utc(document.newest)
    feed, hints = document.feed, document.feed.hints
    rhythm = learn_habit(before.document.rhythm, document.fresh, first=first, now=now)
    memory, empty_since = before.document, None if delta else _empty_since(before, document, now)
    often_empty = memory.often_empty or (
        empty_since is None and memory.empty_since is not None and now - memory.empty_since >= EMPTY_FOR / 2
    )
    return {
        **silence_fields(rhythm, empty_since, often_empty=often_empty),
        "title": feed.title or before.title,
        "format": feed.format,
        "arrival_rate": arrival_rate,
        "document": DocumentMemory(
            fingerprints=_fingerprints(before, document, delta=delta),
            newest=max((date for date in (newest, before.document.newest) if date is not None), default=None),
            publisher_hints=PublisherHints(
                wait_s=hints.min_interval_s or 0.0, skip_hours=hints.skip_hours, skip_days=hints.skip_days
            ),
            unreliable=before.document.unreliable or _hides_changes(before, outcome, fresh, now),
            rhythm=rhythm,
            first_fetch=before.document.first_fetch if before.has_had_entries else _first_fetch(document, now),
            empty_since=empty_since,
            often_empty=often_empty,
        ),
        "gap_at": now if missed else before.gap_at,
    }


def _empty_since(before: FeedState, document: FeedDelta, now: datetime) -> datetime | None:
    """Return since when the documents hold no entries, though earlier ones did."""
    return (before.document.empty_since or now) if not document.size and before.has_had_entries else None


def _first_fetch(document: FeedDelta, now: datetime) -> FirstFetch | None:
    """Return what the first document with entries holds without a date; None for one without entries."""
    undated = [entry for entry in document.feed.entries if entry.published_at is None]
    ahead = sum(entry.dated_ahead for entry in undated)
    return FirstFetch(at=now, undated=len(undated) - ahead, ahead=ahead) if document.size else None


def _fingerprints(before: FeedState, document: FeedDelta, *, delta: bool) -> bytes:
    """Return the fingerprints to keep. An empty document, or one that holds only new entries, does not replace those of the last one."""
    if delta:
        last = unpack_fingerprints(before.document.fingerprints), unpack_fingerprints(document.fingerprints)
        return pack_fingerprints(one for fingerprints in last for one in fingerprints)
    return document.fingerprints or before.document.fingerprints


def _utc(at: float | None) -> datetime | None:
    return None if at is None or math.isnan(at) else datetime.fromtimestamp(at, UTC)


def _missed(before: FeedState, document: FeedDelta) -> bool:
    """Return whether entries may have been missed: the document is full and has no entry in common with the last one.

    If its dates are no newer than the last one's, its entries have only been given other ids.
    """
    if document.size < 2 or document.size < 0.8 * before.arrival_rate.size or document.overlaps:
        return False
    oldest, last = _utc(document.oldest), before.document.newest
    return oldest is None or last is None or oldest > last


def _hides_changes(before: FeedState, outcome: Fetched, fresh: Sequence[datetime | None], now: datetime) -> bool:
    """Return whether an unconditional request has shown that a conditional one hides new entries."""
    if not fresh or conditions(before, now) or not before.validators:
        return False
    if outcome.validators == before.validators:
        return True
    asked, seen = before.last_polled_at, before.last_full_fetch_at
    if asked is None or seen is None or asked <= seen:
        return False
    hidden = [at for at in fresh if at is not None and seen < at < asked - timedelta(minutes=10)]
    return len(hidden) >= SUSPICIOUS_ENTRIES - 1


def _moved(feed: FeedForPoll, outcome: Fetched | NotModified) -> dict[str, Any]:
    """Return the fields of the state that the redirects change."""
    before, target = feed.state, permanent_target(outcome.redirects)
    if target is None or target == feed.url:
        return {} if target is None and poll_address(feed) != feed.url else {"moved_to": None, "moves_seen": 0}
    return {"moved_to": target, "moves_seen": before.moves_seen + 1 if target == before.moved_to else 1}


def _succeeded(before: FeedState, learnt: Mapping[str, Any], headers: Mapping[str, str], now: datetime, plan: Plan) -> FeedState:
    """Return the state after a successful poll; `learnt` are the fields that the poll has changed, with their values."""
    learnt = dict(learnt)
    too_large = learnt.pop("too_large", False)
    arrival_rate, document = learnt["arrival_rate"], learnt.get("document", before.document)
    interval_s = cadence.plan_interval(arrival_rate, now, plan.limits)
    publisher_hints: PublisherHints = document.publisher_hints
    fresh_s = fresh_for(headers, now)
    if fresh_s > publisher_hints.wait_s:
        publisher_hints = replace(publisher_hints, wait_s=fresh_s)
    remark = _remark(
        gap_at=learnt.get("gap_at", before.gap_at),
        moved_to=learnt.get("moved_to", before.moved_to),
        moves_seen=learnt.get("moves_seen", before.moves_seen),
        document=document,
        rekeyed_at=before.rekeyed_at,
        now=now,
    )
    if too_large:
        remark = "; ".join(filter(None, (remark, "the document is larger than polling.max_body: its first part is read")))
    return replace(
        before,
        **learnt,
        status=SourceStatus.OK,
        reason=remark,
        last_polled_at=now,
        last_success_at=now,
        next_poll_at=cadence.schedule_poll(
            interval_s, cadence.applicable_hints(arrival_rate, publisher_hints), now, plan.limits, jitter=plan.jitter
        ),
        interval_s=interval_s,
        failures=0.0,
    )


def _remark(
    *,
    gap_at: datetime | None,
    moved_to: str | None,
    moves_seen: int,
    document: DocumentMemory,
    rekeyed_at: datetime | None,
    now: datetime,
) -> str | None:
    """Return what the operator should know about a feed that works; None if nothing."""
    remarks = []
    if document.first_fetch is not None and (told := document.first_fetch.remark(now)) is not None:
        remarks.append(told)
    if gap_at is not None and now - gap_at < GAP_SHOWN_FOR:
        remarks.append(
            f"entries may have been missed before {gap_at:%Y-%m-%d %H:%M} UTC: none of the previous ones was left; polling faster"
        )
    if moved_to is not None and moves_seen >= CONFIRMATIONS:
        remarks.append(f"moved for good to {moved_to}, polled there")
    if document.empty_since is not None:
        remarks.append(f"its document holds no entries since {document.empty_since:%Y-%m-%d %H:%M} UTC, though it used to")
    if rekeyed_at is not None and now - rekeyed_at < REKEYED_SHOWN_FOR:
        remarks.append(rekeyed_remark(rekeyed_at))
    if document.unreliable:
        remarks.append('the server says "not changed" of documents that have changed, so they are always fetched whole')
    return "; ".join(remarks) or None


def rekeyed_remark(at: datetime) -> str:
    """Return the sentence about a document most of whose entries came under new identifiers."""
    return f"most entries came under new ids at {at:%Y-%m-%d %H:%M} UTC: they were recognized, and none is told again"


def fresh_for(headers: Mapping[str, str], now: datetime) -> float:
    """Return for how many seconds the answer is fresh: `max-age` less `Age`, else `Expires` (RFC 9111 §4.2)."""
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
