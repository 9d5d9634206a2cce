"""What is stored of asides, and what they do not change. On both databases."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.domain.article import Entry, Origin
from monitor.domain.aside import Aside, AsideReason
from monitor.storage import articles
from monitor.storage.articles import IngestResult
from monitor.storage.engine import Database

NOW = datetime(2024, 3, 21, 8, tzinfo=UTC)
WORDS = "The crossing was opened in the morning and the first lorries went through before noon."


def _take(database: Database, text: str, *asides: Aside) -> IngestResult:
    entry = Entry(key="1", title="Crossing opened", text=text, asides=asides)
    with database.write() as connection:
        return articles.ingest(connection, Origin(id="a", name="a"), [entry], now=NOW, alertable=lambda _: True)


def _beside(text: str) -> Aside:
    return Aside(len(WORDS) + 2, len(text), AsideReason.RELATED)


def test_an_aside_that_turns_is_no_news(database: Database) -> None:
    """Only a change of the article's own text makes a revision; asides are kept with each text."""
    text = f"{WORDS}\n\nRoses"
    first = _take(database, text, _beside(text))
    turned = _take(database, f"{WORDS}\n\nLawns", _beside(text))
    assert (turned.new, turned.revised, turned.known) == ((), (), 1)
    gone = _take(database, WORDS)
    assert (gone.new, gone.revised) == ((), ())
    changed = _take(database, f"{WORDS} Then it was closed.")
    assert changed.revised == first.new
    with database.read() as connection:
        (article,) = articles.load(connection, changed.revised)
        assert articles.earlier(connection, article) == ("Crossing opened", text, (_beside(text),))
    assert (article.text, article.asides) == (f"{WORDS} Then it was closed.", ())


def test_a_text_stored_before_asides_were_known_is_not_revised_when_they_are(database: Database) -> None:
    """The hash of such a text differs, but what it says does not."""
    text = f"{WORDS}\n\nRoses"
    _take(database, text)
    again = _take(database, text, _beside(text))
    assert (again.new, again.revised) == ((), ())
    turned = _take(database, f"{WORDS}\n\nLawns", _beside(text))
    assert (turned.new, turned.revised) == ((), ())
