"""Subscription lists become feeds that can be subscribed to."""

from __future__ import annotations

import pytest

from monitor.parse.opml import Opml, OpmlFeed, read_opml
from monitor.parse.subscriptions import to_subscriptions


def test_subscriptions_are_unique_and_fit_to_be_fetched() -> None:
    """An address counts once with all its folders; `feed:` means http; what is no web address is left out with its line."""
    opml = Opml(
        feeds=(
            OpmlFeed(url="http://e/1", title=None, folders=("A",), line=1),
            OpmlFeed(url="feed://e/2", title="Two", line=2),
            OpmlFeed(url="feed:https://e/3", title="Three", line=3),
            OpmlFeed(url="javascript:alert(1)", title="Bad", line=4),
            OpmlFeed(url="http://e/1", title="One", folders=("B", "A"), line=5),
        ),
        repairs=(),
        outlines=5,
        folders=0,
        depth=1,
    )
    found = to_subscriptions(opml)
    assert [(feed.url, feed.title, feed.folders) for feed in found.feeds] == [
        ("http://e/1", "One", ("A", "B")),
        ("http://e/2", "Two", ()),
        ("https://e/3", "Three", ()),
    ]
    assert [str(problem) for problem in found.problems] == [
        "line 4: left out: expected an address that starts with http:// or https://"
    ]


@pytest.mark.parametrize(
    ("attributes", "address", "remark"),
    [
        ('type="rss" url="http://e.example/1"', "http://e.example/1", "no xmlUrl: the attribute url was taken for it"),
        ('type="RSS" feedUrl="http://e.example/1"', "http://e.example/1", "no xmlUrl: the attribute feedurl was taken for it"),
        ('type="rss" htmlUrl="http://e.example/"', None, "left out: an outline of a feed that has no xmlUrl"),
        ('type="link" url="http://e.example/page"', None, None),
        ('xmlUrl="feeds://e.example/1"', "https://e.example/1", None),
        ('xmlUrl="feed:e.example/1"', "http://e.example/1", None),
        ('xmlUrl="e.example/1"', "http://e.example/1", "an address without http:// was taken for one with it"),
        ('xmlUrl="//e.example/1"', "http://e.example/1", "an address without http:// was taken for one with it"),
        ('xmlUrl="http://e.example/a b"', "http://e.example/a%20b", None),
        ('xmlUrl=" http://e.example/a/\n   b "', "http://e.example/a/b", None),
        ('xmlUrl="file:///etc/passwd"', None, "left out: expected an address that starts with http:// or https://"),
    ],
)
def test_addresses_as_other_programs_write_them(attributes: str, address: str | None, remark: str | None) -> None:
    """Whatever program has written the list, its feeds are subscribed to, or it is said why not."""
    opml = read_opml(f'<opml version="2.0"><body><outline text="One" {attributes}/></body></opml>'.encode())
    found = to_subscriptions(opml)
    assert [feed.url for feed in found.feeds] == ([] if address is None else [address])
    assert [one.message for one in (*opml.repairs, *found.problems)] == ([] if remark is None else [remark])
