"""Encode the messages between a process and its parser processes: JSON, each after its length in 8 bytes; what is read is sent as it is.

A request is a message, the bytes to read and the packed fingerprints of known entries. An answer is one message, except that further entries
of a long document follow in messages of their own: reading a long message would block the event loop.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any, Final, TypeAlias, cast

from monitor.daemon.json_codec import Codec, MalformedMessage, codec_of, dump_json, load_json
from monitor.domain.article import Entry
from monitor.parse.feed_delta import FeedDelta
from monitor.parse.result import ExtractedArticle, NoArticle, ParseFailure

HEAD: Final = 8
"""Bytes that hold the length of a message."""
READY: Final = b"!"
"""What a process sends when it can be asked."""
ENTRIES: Final = 250
"""The most entries in one message."""
MAX_ANSWER: Final = 100_000_000
"""Bytes of an answer; what a document of 10 MB holds takes less."""


class Task(StrEnum):
    """What a parser process reads. Each kind has processes of its own, as each needs other libraries."""

    FEED = "feed"
    DOCUMENT = "document"
    PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseRequest:
    """Read `body` within `cpu_s` seconds of CPU time. `options` are the further arguments of the task; `known` as in `Parse`."""

    body: bytes
    options: Mapping[str, Any]
    known: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawDocument:
    """The content of a file, and the further arguments of `parse_document`."""

    data: bytes
    path: str
    mtime: datetime
    now: datetime
    max_bytes: int

    @property
    def options(self) -> dict[str, Any]:
        """What a request says of it, beside its content."""
        times = {"mtime": self.mtime.isoformat(), "now": self.now.isoformat()}
        return {"path": self.path, "max_bytes": self.max_bytes, "size": len(self.data), **times}


@dataclass(frozen=True, kw_only=True)
class ParsedDocuments:
    """The entries of several documents: `counts` says how many each has, `failures` why it has none."""

    entries: tuple[Entry, ...]
    counts: tuple[int, ...]
    failures: tuple[str | None, ...]

    def each(self) -> list[tuple[Entry, ...] | ParseFailure]:
        """Return the result of each document. Raises MalformedMessage if the numbers do not agree."""
        if sum(self.counts) != len(self.entries) or len(self.counts) != len(self.failures):
            raise MalformedMessage("other entries than were said")
        left = iter(self.entries)
        return [
            tuple(islice(left, count)) if failure is None else ParseFailure(reason=failure)
            for count, failure in zip(self.counts, self.failures, strict=True)
        ]


@dataclass(frozen=True, kw_only=True)
class ParserCrash:
    """The parser raised `error`, which is a bug."""

    error: str


@dataclass(frozen=True, kw_only=True)
class OverLimit:
    """Reading takes more than a parser process may have; `reason` is plain text for the operator. `slow`: time is what is lacking."""

    reason: str
    slow: bool = False


Result: TypeAlias = FeedDelta | ParsedDocuments | ParseFailure | ExtractedArticle | NoArticle | ParserCrash | OverLimit
_RESULTS: Final[tuple[type[Any], ...]] = (
    FeedDelta,
    ParsedDocuments,
    ParseFailure,
    ExtractedArticle,
    NoArticle,
    ParserCrash,
    OverLimit,
)
_CODECS: Final[dict[str, Codec]] = {kind.__name__: codec_of(cast("Hashable", kind)) for kind in _RESULTS}
_ENTRIES: Final = codec_of(tuple[Entry, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The first message of an answer. `further` messages with more entries follow; `spent`: the process should not be used again."""

    result: Result
    further: int = 0
    spent: bool = False


def encode_request(request: ParseRequest, cpu_s: float) -> tuple[bytes, ...]:
    """Return the pieces of a request, in the order in which they are sent."""
    sizes = {"body": len(request.body), "known": len(request.known)}
    return _framed(dump_json({"options": request.options, "cpu_s": cpu_s, **sizes})), request.body, request.known


def encode_answer(result: Result, *, spent: bool) -> Iterator[bytes]:
    """Yield the messages of an answer in the order in which they are sent."""
    entries = _entries_of(result)
    later = [entries[start : start + ENTRIES] for start in range(ENTRIES, len(entries), ENTRIES)]
    codec = _CODECS[type(result).__name__]
    assert codec.encode is not None
    assert _ENTRIES.encode is not None
    first = codec.encode(_with_entries(result, entries[:ENTRIES]))
    yield _framed(dump_json({"kind": type(result).__name__, "value": first, "further": len(later), "spent": spent}))
    for part in later:
        yield _framed(dump_json(_ENTRIES.encode(part)))


def decode_answer(message: bytes | bytearray) -> Answer:
    """Return the answer that begins with `message`. Raises MalformedMessage."""
    found = load_json(message)
    codec = _CODECS.get(str(found.get("kind"))) if isinstance(found, dict) else None
    if codec is None or type(found.get("further")) is not int:
        raise MalformedMessage("not an answer")
    return Answer(result=codec.decode(found.get("value")), further=found["further"], spent=bool(found.get("spent")))


def decode_entries(message: bytes | bytearray) -> tuple[Entry, ...]:
    """Return the entries of a further message. Raises MalformedMessage."""
    found: tuple[Entry, ...] = _ENTRIES.decode(load_json(message))
    return found


def join_entries(result: Result, further: Sequence[tuple[Entry, ...]]) -> Result:
    """Return the result that was sent with these further entries."""
    if not further:
        return result
    return _with_entries(result, tuple(entry for part in (_entries_of(result), *further) for entry in part))


def _framed(message: bytes) -> bytes:
    return len(message).to_bytes(HEAD) + message


def _entries_of(result: Result) -> tuple[Entry, ...]:
    if isinstance(result, FeedDelta):
        return result.feed.entries
    return result.entries if isinstance(result, ParsedDocuments) else ()


def _with_entries(result: Result, entries: tuple[Entry, ...]) -> Result:
    if isinstance(result, FeedDelta):
        return replace(result, feed=replace(result.feed, entries=entries))
    return replace(result, entries=entries) if isinstance(result, ParsedDocuments) else result
