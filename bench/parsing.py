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

from monitor.parse import fast, reference
from monitor.parse.body import unpacked
from monitor.parse.entries import language_tag, to_entries
from monitor.parse.html import html_to_text
from monitor.parse.items import FeedDocument
from monitor.parse.known import Memory

ENTRIES = 50
ROUNDS = 5
NOW = datetime(2026, 11, 21, tzinfo=UTC)
URL = "https://example.org/feed.xml"

Read = Callable[[bytes], FeedDocument | None]


def main(paths: list[str]) -> None:
    """Print milliseconds a feed for both readers, and what share of the feeds the fast path takes."""
    bodies = [unpacked(Path(path).read_bytes()) or b"" for path in paths] if paths else [_made_up()]
    taken = [body for body in bodies if _fast(body) is not None]
    print(f"{len(bodies)} feeds, {sum(map(len, bodies)) / 1000:.0f} KB; the fast path takes {len(taken)}")
    if taken:
        quick, full = _best(_fast, taken), _best(_full, taken)
        entries = sum(len(document.items) for body in taken if (document := _fast(body)) is not None)
        print(f"{'':24}{'CPU ms a feed':>14}{'µs an entry':>14}")
        print(f"{'feedparser':24}{full / len(taken) * 1e3:14.2f}{full / entries * 1e6:14.1f}")
        print(f"{'fast path':24}{quick / len(taken) * 1e3:14.2f}{quick / entries * 1e6:14.1f}")
        memory = Memory()
        again = _best(lambda body: fast.read(body, url=URL, headers={}, memory=memory), taken)
        print(f"{'fast path, items known':24}{again / len(taken) * 1e3:14.2f}{again / entries * 1e6:14.1f}")
        print(f"the fast path is {full / quick:.1f} times as fast, {full / again:.1f} times with all but the last item known")
    markup = "<p>Words of a paragraph with <b>some</b> mark-up &amp; more.</p>" * 16
    print(f"HTML to text: {_time(lambda: html_to_text(markup), 200) * 1e6:.1f} µs a KB")


def _fast(body: bytes) -> FeedDocument | None:
    return fast.read(body, url=URL, headers={}, memory=Memory())


def _full(body: bytes) -> FeedDocument | None:
    return reference.read(body, url=URL, headers={})


def _best(read: Read, bodies: list[bytes]) -> float:
    """Seconds for all bodies, from bytes to entries: the best round."""

    def once() -> None:
        for body in bodies:
            document = read(body)
            if document is not None:
                to_entries(document.items, language=language_tag(document.language), now=NOW)

    return min(_time(once, 1) for _ in range(ROUNDS))


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
