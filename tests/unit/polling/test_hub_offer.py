"""Which hub a feed names, in its document or in the headers of its answer."""

from __future__ import annotations

import pytest

from monitor.parse.result import ParsedFeed
from monitor.polling.hub_offer import HubOffer, hub_offer

URL = "https://news.example/feed"


@pytest.mark.parametrize(
    ("link", "hubs", "self_url", "expected"),
    [
        ("", (), None, None),
        ("", (), "https://news.example/rss", None),
        ("", ("https://hub.example/",), None, HubOffer(hub="https://hub.example/", topic=URL)),
        ("", ("javascript:x", "https://hub.example/"), "/not absolute", HubOffer(hub="https://hub.example/", topic=URL)),
        (
            '<https://h2.example/>; rel="hub", <https://news.example/t>; title="a, b"; rel=self',
            ("https://hub.example/",),
            "https://news.example/rss",
            HubOffer(hub="https://h2.example/", topic="https://news.example/t"),
        ),
        ("</push>; rel=hub", (), None, HubOffer(hub="https://news.example/push", topic=URL)),
        ('<https://h.example/>; rel="next Hub"', (), None, HubOffer(hub="https://h.example/", topic=URL)),
        ("<https://h.example/>; rel=hubs, <x", (), None, None),
        ("", (f"https://hub.example/{'x' * 3000}",), None, None),
    ],
)
def test_the_hub_of_a_feed(link: str, hubs: tuple[str, ...], self_url: str | None, expected: HubOffer | None) -> None:
    """The headers go before the document; what cannot be asked is no hub."""
    assert hub_offer(ParsedFeed(format="rss20", hubs=hubs, self_url=self_url), {"link": link}, URL) == expected
