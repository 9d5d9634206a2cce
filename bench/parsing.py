"""Parsing: the fast path beside feedparser, on the same feeds in the same run.

    python bench/parsing.py [FILES…]

Without files a feed of 50 entries with everyday features is made up. Each figure is the best of several rounds; both times include everything
from bytes to entries, so the ratio is what the daemon saves.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from monitor.domain.fingerprint import unpack_fingerprints
from monitor.parse import fast_feed, feedparser_feed
from monitor.parse.body import decompress
from monitor.parse.entries import language_tag, to_entries
from monitor.parse.feed import parse_feed
from monitor.parse.feed_delta import delta_of
from monitor.parse.html import html_to_text
from monitor.parse.result import ParsedFeed

ENTRIES = 50
ROUNDS = 5
NOW = datetime(2026, 11, 21, tzinfo=UTC)
URL = "https://example.org/feed.xml"

Read = Callable[[bytes], object]


def main(paths: list[str]) -> None:
    """Print milliseconds a feed for both readers, and what share of the feeds the fast path takes."""
    bodies = [decompress(Path(path).read_bytes()) or b"" for path in paths] if paths else [_made_up()]
    taken = [body for body in bodies if fast_feed.parse_with_lxml(body, url=URL, headers={}) is not None]
    print(f"{len(bodies)} feeds, {sum(map(len, bodies)) / 1000:.0f} KB; the fast path takes {len(taken)}")
    if taken:
        known = {body: unpack_fingerprints(delta_of(_parsed(body), (), NOW).fingerprints) for body in taken}
        entries = sum(map(len, known.values()))
        full, quick = _best(_by_feedparser, taken), _best(_parsed, taken)
        again = _best(lambda body: parse_feed(body, url=URL, headers={}, now=NOW, known=known[body]), taken)
        print(f"{'':28}{'CPU ms a feed':>14}{'µs an entry':>14}")
        for name, spent in (("feedparser", full), ("fast path", quick), ("fast path, entries known", again)):
            print(f"{name:28}{spent / len(taken) * 1e3:14.2f}{spent / entries * 1e6:14.1f}")
        print(f"the fast path is {full / quick:.1f} times as fast, {full / again:.1f} times where all entries are known")
    markup = "<p>Words of a paragraph with <b>some</b> mark-up &amp; more.</p>" * 16
    print(f"HTML to text: {_time(lambda: html_to_text(markup), 200) * 1e6:.1f} µs a KB")


def _parsed(body: bytes) -> ParsedFeed:
    parsed = parse_feed(body, url=URL, headers={}, now=NOW)
    assert isinstance(parsed, ParsedFeed)
    return parsed


def _by_feedparser(body: bytes) -> None:
    document = feedparser_feed.parse_with_feedparser(body, url=URL, headers={})
    assert document is not None
    to_entries(document.items, language=language_tag(document.language), now=NOW)


def _best(read: Read, bodies: list[bytes]) -> float:
    """Seconds for all bodies, from bytes to entries: the best round."""
    return min(_time(lambda: [read(body) for body in bodies], 1) for _ in range(ROUNDS))


def _time(work: Callable[[], object], times: int) -> float:
    started = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - started) / times


def _made_up() -> bytes:
    paragraph = "<p>The council met on Tuesday and spoke about &quot;roads&quot;, schools and the budget. " * 4 + "</p>"
    items = "".join(
        f"<item><title>News number {number}</title><link>https://example.org/{number}</link><guid>https://example.org/{number}</guid>"
        f"<pubDate>Thu, 21 Mar 2024 10:{number % 60:02}:00 GMT</pubDate><dc:creator>Jo Doe</dc:creator><category>World</category>"
        f"<description>A summary of the news with number {number}.</description>"
        f"<content:encoded><![CDATA[{paragraph * 3}]]></content:encoded></item>"
        for number in range(ENTRIES)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>News</title><link>https://example.org/</link>'
        f"<language>en</language>{items}</channel></rss>"
    ).encode()


if __name__ == "__main__":
    main(sys.argv[1:])
