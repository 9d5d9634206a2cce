"""What goes between a process and its parsers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.daemon.json_codec import MalformedMessage, codec_of, dump_json, load_json
from monitor.daemon.parser_protocol import (
    ENTRIES,
    HEAD,
    OverLimit,
    ParsedDocuments,
    ParserCrash,
    Result,
    decode_answer,
    decode_entries,
    encode_answer,
    join_entries,
)
from monitor.domain.article import Entry
from monitor.domain.aside import Aside, AsideReason
from monitor.domain.fingerprint import Fingerprint
from monitor.parse.feed_delta import delta_of
from monitor.parse.result import ExtractedArticle, NoArticle, ParsedFeed, ParseFailure, PollHints

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ENTRY = Entry(
    key="1",
    title="Zwölf Boote \u4e2d",
    text="a\n\nb",
    url="https://a.example/",
    published_at=NOW,
    tags=("x", "y"),
    dated_ahead=True,
    asides=(Aside(0, 1, AsideReason.SHARE),),
)


def carried(result: Result) -> Result:
    """The result as it arrives."""
    first, *further = (message[HEAD:] for message in encode_answer(result, spent=False))
    answer = decode_answer(first)
    assert answer.further == len(further)
    return join_entries(answer.result, [decode_entries(message) for message in further])


@pytest.mark.parametrize("count", [0, 1, ENTRIES, ENTRIES + 1, 3 * ENTRIES])
def test_a_long_document_is_carried_in_parts(count: int) -> None:
    """However many entries there are, all arrive in their order, and no message holds more than a few hundred."""
    entries = tuple(replace(ENTRY, key=str(number)) for number in range(count))
    feed = ParsedFeed(
        format="rss20",
        entries=entries,
        recognized=(Fingerprint(b"\x00" * 8, b"\xff" * 8),),
        hints=PollHints(min_interval_s=60.0, skip_hours=frozenset({1, 2})),
    )
    read = delta_of(feed, (), NOW)
    assert repr(carried(read)) == repr(read)  # NaN is unlike itself
    messages = list(encode_answer(ParsedDocuments(entries=entries, counts=(count,), failures=(None,)), spent=False))
    assert len(messages) == max(1, -(-count // ENTRIES))
    assert carried(ParsedDocuments(entries=entries, counts=(count,), failures=(None,))) == ParsedDocuments(
        entries=entries, counts=(count,), failures=(None,)
    )


@pytest.mark.parametrize(
    "result",
    [
        ParseFailure(reason="not a feed", feeds=("https://a.example/rss",)),
        ParserCrash(error="KeyError()"),
        OverLimit(reason="too much", slow=True),
        ExtractedArticle(text="x", asides=(Aside(0, 1, AsideReason.BOX),)),
        NoArticle(reason="a wall"),
    ],
)
def test_what_holds_no_entries_is_one_message(result: Result) -> None:
    """Nothing follows where nothing was read."""
    assert carried(result) == result


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{}",
        b"[]",
        b"nonsense",
        b'{"kind": "ParseFailure", "value": ["x"], "further": 0}',
        b'{"kind": "ParseFailure", "value": ["x", [1]], "further": 0}',
        b'{"kind": "ParseFailure", "value": [{"a": 1}, []], "further": 0}',
        b'{"kind": "ParseFailure", "value": ["x", []], "further": "1"}',
        b'{"kind": "ParseRequest", "value": [], "further": 0}',
        b'{"kind": ["x"], "value": [], "further": 0}',
    ],
)
def test_an_answer_that_a_captured_parser_makes_up_is_refused(answer: bytes) -> None:
    """Only values of the declared types come out, whatever is sent."""
    with pytest.raises(MalformedMessage):
        decode_answer(answer)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (datetime, "2026-03-01"),
        (datetime, 5),
        (bytes, "*"),
        (bytes, None),
        (int, True),
        (float, "1"),
        (AsideReason, "x"),
        (tuple[str, ...], {}),
    ],
)
def test_values_of_another_type_are_refused(kind: Any, value: object) -> None:
    """Not even a time without its zone passes."""
    with pytest.raises(MalformedMessage):
        codec_of(kind).decode(value)


def test_half_a_character_is_carried_as_a_question_mark() -> None:
    """What no encoding can say does not end the parser."""
    assert load_json(dump_json(["a\ud800b"])) == ["a?b"]
