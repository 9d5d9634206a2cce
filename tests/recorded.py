"""Recorded feeds of the test material."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from monitor.parse.body import decompress

URL = "https://example.org/news/feed.xml"


def recorded_feeds(corpora: Path) -> Iterator[tuple[bytes, str, dict[str, str]]]:
    """Body, address and headers of every one."""
    with (corpora / "feeds" / "oracle.jsonl").open(encoding="utf-8") as lines:
        cases = {case["file"]: case for case in map(json.loads, lines)}
    for path in sorted((corpora / "feeds").glob("*/*")):
        case = cases.get(str(path.relative_to(corpora)), {})
        headers = {name.lower(): value for name, value in (case.get("http_headers") or {}).items()}
        yield decompress(path.read_bytes()) or b"", case.get("base_url") or URL, headers
