"""What a poll keeps of a document."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.domain.article import Entry
from monitor.domain.fingerprint import MOST, Fingerprint, pack_fingerprints, unpack_fingerprints
from monitor.parse.feed_delta import delta_of, merge_deltas
from monitor.parse.result import ParsedFeed

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _feed(*entries: tuple[str, str]) -> ParsedFeed:
    return ParsedFeed(
        format="rss20", title="A", entries=tuple(Entry(key=key, title=title, text="", published_at=NOW) for key, title in entries)
    )


def test_only_what_is_not_stored_letter_for_letter_is_carried() -> None:
    """Of three known entries the one whose title was edited is carried, and not fresh; one that was not there is both."""
    before = delta_of(_feed(("a", "A"), ("b", "B"), ("c", "C")), (), NOW)
    after = delta_of(_feed(("d", "D"), ("a", "A"), ("b", "Edited"), ("c", "C")), unpack_fingerprints(before.fingerprints), NOW)
    assert [entry.title for entry in before.feed.entries] == ["A", "B", "C"]
    assert (before.size, len(before.fresh), before.overlaps) == (3, 3, False)
    assert [entry.title for entry in after.feed.entries] == ["D", "Edited"]
    assert (after.size, after.fresh, after.overlaps) == (4, (NOW.timestamp(),), True)
    assert {one.published for one in unpack_fingerprints(after.fingerprints)} == {NOW.timestamp()}


def test_a_date_ahead_of_time_is_not_the_newest() -> None:
    """What is dated tomorrow says nothing of how far the document reaches."""
    ahead = delta_of(_feed(("a", "A"), ("b", "B")), (), NOW - timedelta(hours=1))
    assert (ahead.oldest, ahead.newest) == (None, None)
    read = delta_of(_feed(("a", "A"), ("b", "B")), (), NOW)
    assert (read.oldest, read.newest) == (NOW.timestamp(), NOW.timestamp())


def test_fingerprints_come_back_from_their_bytes() -> None:
    """With a source hash and without, with a date and without; a source hash may end in zero bytes."""
    fingerprints = (Fingerprint(b"identity", b"wording0", b"1234567\0", 1.5), Fingerprint(b"identitz", b"wording1", published=2.5))
    assert unpack_fingerprints(pack_fingerprints(fingerprints)) == fingerprints


def test_of_a_long_document_a_sample_is_kept_that_stays() -> None:
    """The smallest fingerprints, each once. An entry is fresh only if the sample of the last document would have shown it."""
    entries = [(str(number), "") for number in range(3 * MOST)]
    before = delta_of(_feed(*entries, *entries), (), NOW)
    sample = unpack_fingerprints(before.fingerprints)
    assert len(sample) == MOST
    assert list(sample) == sorted(sample)
    after = delta_of(_feed(*(("new", "") if number == MOST else entry for number, entry in enumerate(entries))), sample, NOW)
    assert len(after.fresh) <= 1
    assert len(set(unpack_fingerprints(after.fingerprints)) - set(sample)) <= 1


def test_several_documents_are_read_as_one() -> None:
    """The parts of a sitemap index come in their order, under the name of the first."""
    first, *others = (delta_of(_feed((key, key)), (), NOW) for key in "abc")
    whole = merge_deltas(first, others)
    assert [entry.title for entry in whole.feed.entries] == ["a", "b", "c"]
    assert (whole.size, len(whole.fresh), len(unpack_fingerprints(whole.fingerprints))) == (3, 3, 3)


def test_entries_under_other_identifiers_are_not_fresh() -> None:
    """They say what those said that are gone; the document goes on where the last one ended."""
    before = delta_of(_feed(("a", "A"), ("b", "B")), (), NOW)
    after = delta_of(_feed(("x", "A"), ("y", "B"), ("z", "Z")), unpack_fingerprints(before.fingerprints), NOW)
    assert (len(after.feed.entries), len(after.fresh), after.overlaps) == (3, 1, True)
    beside = delta_of(_feed(("a", "A"), ("b", "B"), ("x", "A")), unpack_fingerprints(before.fingerprints), NOW)
    assert len(beside.fresh) == 1
