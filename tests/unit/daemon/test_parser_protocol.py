"""What goes between the poller and its parser."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest

from monitor.daemon.parser_protocol import ENTRIES, HEAD, Answer, ParserCrash, encode_message, join_messages, split_messages
from monitor.domain.article import Entry
from monitor.parse.feed_delta import delta_of
from monitor.parse.result import ParsedFeed, ParseFailure

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("count", [0, 1, ENTRIES, ENTRIES + 1, 3 * ENTRIES])
def test_a_long_document_is_carried_in_parts(count: int) -> None:
    """However many entries there are, all arrive in their order, and no message holds more than a few hundred."""
    entries = tuple(Entry(key=str(number), title=str(number), text="", published_at=NOW) for number in range(count))
    read = delta_of(ParsedFeed(format="rss20", entries=entries), (), NOW)
    answer, *further = (pickle.loads(encode_message(message)[HEAD:]) for message in split_messages(read))
    assert isinstance(answer, Answer)
    assert answer.further == len(further) == max(0, -(-count // ENTRIES) - 1)
    assert all(len(part) <= ENTRIES for part in further)
    assert join_messages(answer, further) == read


def test_failures_and_faults_are_one_message() -> None:
    """Nothing follows where nothing was read."""
    failure, fault = ParseFailure(reason="not a feed"), ParserCrash(error="KeyError()")
    (answer,) = split_messages(failure)
    assert isinstance(answer, Answer)
    assert join_messages(answer, ()) == failure
    assert [*split_messages(fault)] == [fault]
