"""One identifier, several articles: address, headline and date decide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.article import Entry
from monitor.domain.same_article import StoredFacts, is_another

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
STORED = StoredFacts(title="Port closed", url="https://a.example/1", published_at=AT)
LATER = AT + timedelta(hours=1)


@pytest.mark.parametrize(
    ("title", "url", "published_at", "another"),
    [
        ("Strike spreads", "https://a.example/2", LATER, True),
        ("Strike spreads", None, LATER, True),
        ("Strike spreads", "https://a.example/", LATER, True),
        ("Strike spreads", "http://a.example/1?utm_source=x", LATER, True),
        ("Strike spreads", "http://a.example/1?utm_source=x", AT - timedelta(hours=1), False),
        ("Harbour closed after strike in the port", "http://a.example/1?utm_source=x", LATER, False),
        ("Port closed", "https://a.example/2", LATER, False),
        ("PORT CLOSED (7)", "https://a.example/2", LATER, False),
        ("Strike spreads", "https://a.example/2", AT, False),
        ("Strike spreads", "https://a.example/2", None, False),
    ],
)
def test_all_three_must_differ(*, title: str, url: str | None, published_at: datetime | None, another: bool) -> None:
    """An edit of one or two of them is an edit."""
    entry = Entry(key="g", guid="g", title=title, text="", url=url, published_at=published_at)
    assert is_another(entry, STORED) is another
