"""What goes between the poller and its parser: pickles, each after its length in 8 bytes.

A request is one message. An answer is one, too, but for the entries of a long document, which follow in messages of their own: whoever
unpacks a message does nothing else meanwhile.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from monitor.domain.article import Entry
from monitor.parse.feed_delta import FeedDelta
from monitor.parse.result import ParseFailure

HEAD = 8
"""Bytes of a message's length."""
ENTRIES = 500
"""Of one message at most."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The beginning of an answer, and how many messages of further entries follow."""

    result: FeedDelta | ParseFailure
    further: int = 0


@dataclass(frozen=True, kw_only=True)
class ParserCrash:
    """The parser has raised, which it never should: `error` says what."""

    error: str


def framed(message: object) -> bytes:
    """A message as it goes over the socket."""
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return len(body).to_bytes(HEAD) + body


def messages_of(result: FeedDelta | ParseFailure | ParserCrash) -> Iterator[Answer | ParserCrash | tuple[Entry, ...]]:
    """An answer in the order in which it is sent."""
    if isinstance(result, ParserCrash):
        yield result
    elif isinstance(result, ParseFailure):
        yield Answer(result=result)
    else:
        entries = result.feed.entries
        later = [entries[start : start + ENTRIES] for start in range(ENTRIES, len(entries), ENTRIES)]
        yield Answer(result=_with(result, entries[:ENTRIES]), further=len(later))
        yield from later


def put_together(answer: Answer, further: Sequence[tuple[Entry, ...]]) -> FeedDelta | ParseFailure:
    """The inverse of `messages_of`, where there was no fault."""
    if isinstance(answer.result, ParseFailure) or not further:
        return answer.result
    return _with(answer.result, tuple(entry for part in (answer.result.feed.entries, *further) for entry in part))


def _with(result: FeedDelta, entries: tuple[Entry, ...]) -> FeedDelta:
    return replace(result, feed=replace(result.feed, entries=entries))
