"""Whose an outlet is."""

from __future__ import annotations

import pytest

from workers.provenance.owner import owner_of, registrable_domain


@pytest.mark.parametrize(
    ("url", "feed_url", "family", "owner"),
    [
        ("https://www.mirror.co.uk/news/1", None, None, "Reach"),
        ("https://www.express.co.uk/news/1", None, None, "Reach"),
        ("https://apnews.com/article/1", None, None, "AP"),
        ("https://a.b.example.co.uk/1", None, None, "example.co.uk"),
        ("https://sport.example.com/1", "https://feeds.example.org/x", None, "example.com"),
        ("https://news.google.com/articles/1", "https://www.example.org/feed", None, "example.org"),
        ("https://news.google.com/articles/1", "https://feeds.feedburner.com/x", None, "The Daily"),
        ("https://one.blogspot.com/1", None, None, "one.blogspot.com"),
        ("https://example.com/1", None, "Example Media", "Example Media"),
        (None, None, None, "The Daily"),
        ("http://192.0.2.7/x", None, None, "The Daily"),
        ("no address", None, None, "The Daily"),
    ],
)
def test_the_owner_is_found(url: str | None, feed_url: str | None, family: str | None, owner: str) -> None:
    """As configured, as known, by the registrable name, or by the source's own name."""
    assert owner_of(source="The Daily", url=url, feed_url=feed_url, family=family) == owner


def test_who_shares_a_host_is_told_apart() -> None:
    """A blog is its author's, not its host's."""
    assert registrable_domain("one.substack.com") != registrable_domain("two.substack.com")
