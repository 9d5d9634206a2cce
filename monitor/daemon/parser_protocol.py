"""Encode the messages between the poller and the parser process: pickles, each after its length in 8 bytes.

A request is one message, and so is an answer, except that further entries of a long document follow in messages of their own: unpickling
a long message would block the event loop.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from monitor.domain.article import Entry
from monitor.parse.feed_delta import FeedDelta
from monitor.parse.result import ParseFailure

HEAD = 8
"""Bytes that hold the length of a message."""
ENTRIES = 500
"""The most entries in one message."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The first message of an answer. `further` is the number of messages with more entries that follow."""

    result: FeedDelta | ParseFailure
    further: int = 0


@dataclass(frozen=True, kw_only=True)
class ParserCrash:
    """The parser raised `error`, which is a bug."""

    error: str


def encode_message(message: object) -> bytes:
    """Return the bytes of a message: its length and its pickle."""
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return len(body).to_bytes(HEAD) + body


def split_messages(result: FeedDelta | ParseFailure | ParserCrash) -> Iterator[Answer | ParserCrash | tuple[Entry, ...]]:
    """Yield the messages of an answer in the order in which they are sent."""
    if isinstance(result, ParserCrash):
        yield result
    elif isinstance(result, ParseFailure):
        yield Answer(result=result)
    else:
        entries = result.feed.entries
        later = [entries[start : start + ENTRIES] for start in range(ENTRIES, len(entries), ENTRIES)]
        yield Answer(result=_with(result, entries[:ENTRIES]), further=len(later))
        yield from later


def join_messages(answer: Answer, further: Sequence[tuple[Entry, ...]]) -> FeedDelta | ParseFailure:
    """Return the result that was sent as these messages; the inverse of `split_messages`, except for a ParserCrash."""
    if isinstance(answer.result, ParseFailure) or not further:
        return answer.result
    return _with(answer.result, tuple(entry for part in (answer.result.feed.entries, *further) for entry in part))


def _with(result: FeedDelta, entries: tuple[Entry, ...]) -> FeedDelta:
    return replace(result, feed=replace(result.feed, entries=entries))
