"""What a poll keeps of a document."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.domain.article import Entry
from monitor.domain.imprint import MOST, Imprint, packed, unpacked
from monitor.parse.result import ParsedFeed
from monitor.polling.excerpt import excerpt, joined

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _feed(*entries: tuple[str, str]) -> ParsedFeed:
    return ParsedFeed(
        format="rss20", title="A", entries=tuple(Entry(key=key, title=title, text="", published_at=NOW) for key, title in entries)
    )


def test_only_what_is_not_stored_letter_for_letter_is_carried() -> None:
    """Of three known entries the one whose title was edited is new, as is one that was not there; the imprints are of all."""
    before = excerpt(_feed(("a", "A"), ("b", "B"), ("c", "C")))
    after = excerpt(_feed(("d", "D"), ("a", "A"), ("b", "Edited"), ("c", "C")), before.imprints)
    assert [entry.title for entry in before.feed.entries] == ["A", "B", "C"]
    assert [entry.title for entry in after.feed.entries] == ["D", "Edited"]
    assert [one.published for one in after.imprints] == [NOW.timestamp()] * 4


def test_imprints_come_back_from_their_bytes() -> None:
    """With a piece and without, with a date and without; a piece may end in zero bytes."""
    imprints = (Imprint(bytes(range(16)), b"1234567\0", 1.5), Imprint(bytes(range(1, 17))))
    assert unpacked(packed(imprints)) == imprints


def test_what_is_kept_of_a_long_document_is_a_sample_that_stays() -> None:
    """Of many imprints the smallest are kept, each once, so that two samples of nearly the same document are nearly the same."""
    imprints = excerpt(_feed(*((str(number), "") for number in range(3 * MOST)))).imprints
    assert unpacked(packed([*imprints, *imprints])) == tuple(sorted(imprints)[:MOST])


def test_several_documents_are_read_as_one() -> None:
    """The parts of a sitemap index come in their order, under the name of the first."""
    whole = joined(excerpt(_feed(("a", "A"))), [excerpt(_feed(("b", "B"))), excerpt(_feed(("c", "C")))])
    assert [entry.title for entry in whole.feed.entries] == ["A", "B", "C"]
    assert len(whole.imprints) == 3
