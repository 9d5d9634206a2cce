"""What a poll keeps of a document."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.domain.article import Entry
from monitor.parse.result import ParsedFeed
from monitor.polling.excerpt import MAX_MARKS, excerpt, joined, marks_in, sketch

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _feed(*entries: tuple[str, str]) -> ParsedFeed:
    return ParsedFeed(
        format="rss20", title="A", entries=tuple(Entry(key=key, title=title, text="", published_at=NOW) for key, title in entries)
    )


def test_only_what_is_not_stored_letter_for_letter_is_carried() -> None:
    """Of three known entries the one whose title was edited is new, as is one that was not there; the marks are of all."""
    before = excerpt(_feed(("a", "A"), ("b", "B"), ("c", "C")), b"")
    after = excerpt(_feed(("d", "D"), ("a", "A"), ("b", "Edited"), ("c", "C")), sketch(before.marks))
    assert [entry.title for entry in before.feed.entries] == ["A", "B", "C"]
    assert [entry.title for entry in after.feed.entries] == ["D", "Edited"]
    assert len(after.marks) == 4
    assert after.published == (NOW.timestamp(),) * 4


def test_the_sketch_of_a_long_document_is_a_sample_that_stays() -> None:
    """Of many marks the smallest are kept, each once, so that two sketches of nearly the same document are nearly the same."""
    marks = excerpt(_feed(*((str(number), "") for number in range(3 * MAX_MARKS))), b"").marks
    kept = marks_in(sketch([*marks, *marks]))
    assert kept == sorted(marks)[:MAX_MARKS]


def test_several_documents_are_read_as_one() -> None:
    """The parts of a sitemap index come in their order, under the name of the first."""
    whole = joined(excerpt(_feed(("a", "A")), b""), [excerpt(_feed(("b", "B")), b""), excerpt(_feed(("c", "C")), b"")])
    assert [entry.title for entry in whole.feed.entries] == ["A", "B", "C"]
    assert len(whole.marks) == len(whole.published) == 3
