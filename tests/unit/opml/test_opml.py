"""Subscription lists are read in whatever state they are, and written so that every reader takes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from monitor.parse.opml import Opml, OpmlFeed, read_opml
from monitor.parse.opml_writer import to_opml
from monitor.parse.subscriptions import to_subscriptions

WELL_FORMED = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE opml [<!ENTITY bomb "boom">]>
<opml version="2.0">
  <head><title>Mine &amp; yours</title></head>
  <body>
    <!-- <outline text="not this" xmlUrl="https://example.org/comment.xml"/> -->
    <outline text="World">
      <outline text="Asia">
        <outline type="rss" text="One &quot;1&quot; &#x2013; a" xmlUrl="https://example.org/1.xml?a=1&amp;b=2"/>
      </outline>
      <outline title="Two" xmlurl='https://example.org/2.xml'></outline>
    </outline>
    <outline text="Three" xmlUrl="https://example.org/3.xml"/>
  </body>
</opml>
"""


def urls(opml: Opml) -> list[str]:
    """The addresses in a list."""
    return [feed.url for feed in opml.feeds]


def test_folders_titles_and_addresses() -> None:
    """Outlines without an address are the folders of those inside them; comments hold nothing."""
    opml = read_opml(WELL_FORMED.encode())
    assert opml.feeds == (
        OpmlFeed(url="https://example.org/1.xml?a=1&b=2", title='One "1" – a', folders=("World", "Asia"), line=9),
        OpmlFeed(url="https://example.org/2.xml", title="Two", folders=("World",), line=11),
        OpmlFeed(url="https://example.org/3.xml", title="Three", line=13),
    )
    assert (opml.outlines, opml.folders, opml.depth, opml.repairs) == (5, 2, 3, ())


def body(inside: str) -> bytes:
    """A list with `inside` on line 2."""
    return f"<opml><body>\n{inside}\n</body></opml>".encode()


@pytest.mark.parametrize(
    ("inside", "feed", "title", "repairs"),
    [
        (
            '<outline text="Q & A" xmlUrl="http://e/?a=1&b=2"/>',
            "http://e/?a=1&b=2",
            "Q & A",
            ["a raw & in an attribute was taken as it stands"] * 2,
        ),
        (
            '<outline text="a" xmlUrl="http://e/?a&copy=1"/>',
            "http://e/?a&copy=1",
            "a",
            ["a raw & in an attribute was taken as it stands"],
        ),
        (
            '<outline text="a &bomb; b" xmlUrl="http://e/"/>',
            "http://e/",
            "a &bomb; b",
            ["a raw &bomb; in an attribute was taken as it stands"],
        ),
        (
            '<outline text="a < b" xmlUrl="http://e/"/>',
            "http://e/",
            "a < b",
            ["a raw < in an attribute was taken for the character"],
        ),
        (
            '<outline text="The "Post" of X" xmlUrl="http://e/"/>',
            "http://e/",
            'The "Post" of X',
            ['a raw " in an attribute was taken for the character'],
        ),
        (
            '<outline text="a" description="at <a href="http://x/">X</a>." xmlUrl="http://e/"/>',
            "http://e/",
            "a",
            ['a raw " in an attribute was taken for the character', "a raw < in an attribute was taken for the character"],
        ),
        (
            "<outline text=a xmlUrl=http://e/x />",
            "http://e/x",
            "a",
            ["an attribute without quotation marks was read up to the next space"] * 2,
        ),
        (
            '<outline text="a" xmlUrl="http://e/"',
            "http://e/",
            "a",
            ["a tag that was never closed ends where the next begins", "1 outlines were never closed"],
        ),
        (
            '</outline><outline text="a" xmlUrl="http://e/"/>',
            "http://e/",
            "a",
            ["an </outline> that closes nothing was passed over"],
        ),
        (
            '<outline text="a>\n<outline text="b" xmlUrl="http://e/"/></outline>',
            "http://e/",
            "b",
            ["a quotation mark is never closed"],
        ),
        ('<outline text="a" xmlUrl="http://e/"/><outline text="b', "http://e/", "a", ["a quotation mark is never closed"]),
        ('<outline text="&eacute;&#8211;&#0;" xmlUrl="http://e/"/>', "http://e/", "é–\ufffd", []),
    ],
)
def test_what_is_not_well_formed_is_repaired(inside: str, feed: str, title: str, repairs: list[str]) -> None:
    """The feed is found, and each repair is told."""
    opml = read_opml(body(inside))
    assert (urls(opml), opml.feeds[0].title) == ([feed], title)
    assert [repair.message for repair in opml.repairs][: len(repairs)] == repairs
    assert all(repair.line >= 2 for repair in opml.repairs)


def test_repairs_name_their_line() -> None:
    """An operator finds the place in the file."""
    opml = read_opml(
        b'<opml><body>\n\n<outline text="ok" xmlUrl="http://e/1"/>\n<outline text="R & D" xmlUrl="http://e/2"/></body></opml>'
    )
    assert [str(repair) for repair in opml.repairs] == ["line 4: a raw & in an attribute was taken as it stands"]


@pytest.mark.parametrize(
    ("data", "title"),
    [
        (
            '<?xml version="1.0" encoding="iso-8859-1"?><opml><body><outline text="café" xmlUrl="http://e/"/></body></opml>'.encode(
                "latin-1"
            ),
            "café",
        ),
        ('\ufeff<opml><body><outline text="日本" xmlUrl="http://e/"/></body></opml>'.encode("utf-16-le"), "日本"),
        ('<opml><body><outline text="caf\u2019" xmlUrl="http://e/"/></body></opml>'.encode("cp1252"), "caf’"),
        (
            '<?xml version="1.0" encoding="x-nothing"?><opml><body><outline text="café" xmlUrl="http://e/"/></body></opml>'.encode(),
            "café",
        ),
        ('<opml><body><outline text="日本" xmlUrl="http://e/"/></body></opml>'.encode("utf-16-be"), "日本"),
        (
            '<?xml version="1.0" encoding="iso-8859-1"?><opml><body><outline text="café" xmlUrl="http://e/"/></body></opml>'.encode(),
            "café",
        ),
    ],
    ids=["declared", "utf-16", "wrong", "unknown", "unmarked utf-16", "declared wrongly"],
)
def test_encodings(data: bytes, title: str) -> None:
    """Declared, marked, wrong and unknown encodings give readable titles."""
    assert [feed.title for feed in read_opml(data).feeds] == [title]


@pytest.mark.parametrize("data", [b"", b"hello", b"<html><body>no</body></html>", b"\x89PNG\r\n\x1a\n", b"<"])
def test_what_is_no_opml_says_so(data: bytes) -> None:
    """No feeds, and the reason."""
    opml = read_opml(data)
    assert opml.feeds == ()
    assert "there is no <opml>" in [repair.message for repair in opml.repairs]


@pytest.mark.parametrize("end", ['<outline text="Two" xmlU', "<!-- and so on", ""])
def test_a_list_that_breaks_off_says_so(end: str) -> None:
    """What was sent in part is not taken for all there is."""
    opml = read_opml(f'<opml><body><outline text="One" xmlUrl="http://e.example/1"/>{end}'.encode())
    assert urls(opml) == ["http://e.example/1"]
    assert "the list breaks off: there is no </opml>" in [repair.message for repair in opml.repairs]


NAMES = st.text(st.characters(codec="utf-8"), max_size=15).map(lambda text: " ".join(text.split())).filter(bool)


@given(feeds=st.lists(st.tuples(NAMES, st.lists(NAMES, max_size=3)), max_size=8))
@settings(max_examples=100, deadline=None)
def test_what_is_exported_reads_back_the_same(feeds: list[tuple[str, list[str]]]) -> None:
    """Any titles and folders, in any letters, survive a round trip through strict XML."""
    written = [
        OpmlFeed(url=f"https://e/{n}?a=1&b=<>\"'", title=title, folders=tuple(folders)) for n, (title, folders) in enumerate(feeds)
    ]
    text = to_opml(written, title="Mine & <yours>")
    etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False))
    again = to_opml(read_opml(text.encode()).feeds, title="Mine & <yours>")
    assert again == text
    assert sorted(urls(read_opml(text.encode()))) == sorted(feed.url for feed in written)
    assert read_opml(text.encode()).repairs == ()


@given(
    data=st.one_of(
        st.binary(max_size=300),
        st.lists(st.sampled_from([*"<>/\"'=& ", "outline", "xmlUrl", "<!--", "<![CDATA[", "<?", "&amp;", "]]>"])).map(
            lambda parts: "".join(parts).encode()
        ),
    )
)
@settings(max_examples=200, deadline=None)
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    """Whatever the file holds, there is an answer."""
    assert isinstance(read_opml(data), Opml)


MANY = 20_000


@pytest.mark.timeout(30)
@pytest.mark.parametrize("piece", ['<outline text="', "<", '<outline a="b" ', '"', 'a="b" ', '<outline x="y', "<outline>", "<!["])
def test_hostile_lists_take_linear_time(piece: str) -> None:
    """No pattern of open marks makes the reader slow."""
    opml = read_opml(("<opml><outline " + piece * MANY).encode())
    assert opml.feeds == ()


def material(corpora: Path) -> list[dict[str, Any]]:
    """The manifest's lines about subscription lists."""
    lines = (json.loads(line) for line in (corpora / "MANIFEST.jsonl").read_text().splitlines())
    return [line for line in lines if line["file"].startswith("opml/") and "oracle" in line]


def test_real_lists_give_the_counts_they_should(corpora: Path) -> None:
    """Real lists, most of them malformed: feeds, folders and levels as counted by strict or tolerant reference parsers.

    Two policies differ: `xmlurl` in small letters counts as an address (four of the validator's cases), and an outline outside the body
    counts as a level (one).
    """
    differing = []
    for line in material(corpora):
        oracle, opml = line["oracle"], read_opml((corpora / line["file"]).read_bytes())
        found = {
            "outlines": opml.outlines,
            "feeds": len(opml.feeds),
            "unique_feeds": len({feed.url for feed in opml.feeds}),
            "folders": opml.folders,
            "max_depth": opml.depth,
            "feeds_tolerant": len(opml.feeds),
        }
        if any(found[key] != oracle[key] for key in found.keys() & oracle.keys()):
            differing.append(Path(line["file"]).name)
        assert oracle["well_formed"] or opml.repairs, f"{line['file']}: malformed, and no repair was told"
    expected = [f"feedvalidator__subscriptionListErrors{n}.opml" for n in range(1, 5)]
    assert sorted(differing) == ["feedvalidator__closedbody.opml", *expected]


def test_real_lists_survive_export_and_import(corpora: Path) -> None:
    """What was imported from any real list is exported and imported again without loss."""
    for line in material(corpora):
        feeds = to_subscriptions(read_opml((corpora / line["file"]).read_bytes())).feeds
        again = to_subscriptions(read_opml(to_opml(feeds, title="All").encode())).feeds
        assert sorted((feed.url, feed.title or feed.url, feed.folders) for feed in feeds) == sorted(
            (feed.url, feed.title or "", feed.folders) for feed in again
        )
