"""Golden pairs: a feed as it may be found, and the entries it must give, field by field.

To see what changed after an intended change of the parser: `python -m tests.golden.test_golden` prints every pair's present result.
"""

from __future__ import annotations

import json
import sys
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.domain.article import Entry
from monitor.parse.feed import parse_feed
from monitor.parse.result import ParsedFeed

FEEDS = Path(__file__).parent / "feeds"
NOW = datetime(2024, 3, 22, tzinfo=UTC)
NAMES = sorted(path.name for path in FEEDS.iterdir() if not path.name.endswith(".expected.json"))


@pytest.mark.parametrize("name", NAMES)
def test_a_feed_gives_the_entries_beside_it(name: str) -> None:
    """Title, text, links, people, dates and identity come out as they were checked by eye."""
    expected = json.loads((FEEDS / f"{name}.expected.json").read_text(encoding="utf-8"))
    assert _result(name) == expected


def _result(name: str) -> dict[str, Any]:
    feed = parse_feed((FEEDS / name).read_bytes(), url=f"https://served.example/feeds/{name}", headers={}, now=NOW)
    assert isinstance(feed, ParsedFeed)
    shown = {"format": feed.format, "title": feed.title, "link": feed.link, "language": feed.language, "hubs": list(feed.hubs)}
    return shown | {
        "self_url": feed.self_url,
        "min_interval_s": feed.hints.min_interval_s,
        "entries": [_shown(entry) for entry in feed.entries],
    }


def _shown(entry: Entry) -> dict[str, Any]:
    """The fields that are not empty, as JSON has them."""
    values = ((field.name, getattr(entry, field.name)) for field in fields(entry))
    return {name: _json(value) for name, value in values if value not in {None, "", (), False}}


def _json(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return list(value) if isinstance(value, tuple) else value


if __name__ == "__main__":
    for each in NAMES:
        sys.stdout.write(f"{each}\n{json.dumps(_result(each), ensure_ascii=False, indent=1)}\n")
