"""The expectations of `feeds/oracle.jsonl`, compared as the README of the corpora says."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

FIELDS = {
    "title": ("title",),
    "link": ("url",),
    "id": ("guid",),
    "published": ("published_at",),
    "updated": ("updated_at",),
    "date": ("published_at", "updated_at"),
    "published_or_updated": ("published_at", "updated_at"),
}
"""What the oracle calls a field, and which fields of a record may satisfy it."""

_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One file of the corpora and what a reader should make of it."""

    file: str
    data: Mapping[str, Any]

    @property
    def url(self) -> str:
        """Where the file was found, over plain http."""
        return _plain(self.data.get("base_url") or "http://feeds.example/feed.xml")

    @property
    def headers(self) -> dict[str, str]:
        """The headers to serve it with."""
        return dict(self.data.get("http_headers") or {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field that came out otherwise."""

    file: str
    index: int
    field: str
    expected: Any
    got: Any


def load(corpora: Path) -> list[Expectation]:
    """Every expectation whose file exists."""
    lines = (corpora / "feeds" / "oracle.jsonl").read_text().splitlines()
    return [Expectation(file=data["file"], data=data) for data in map(json.loads, lines) if (corpora / data["file"]).is_file()]


def compare(expected: Expectation, record: Mapping[str, Any]) -> tuple[int, list[Difference]]:
    """The number of asserted fields (the count of entries is one), and those that differ."""
    got, asserted, found = record["entries"], 0, []

    def differs(index: int, field: str, want: Any, have: Any) -> None:
        found.append(Difference(file=expected.file, index=index, field=field, expected=want, got=have))

    count = expected.data.get("count", len(expected.data["entries"]) if "entries" in expected.data else None)
    if count is not None:
        asserted += 1
        if count != len(got):
            differs(-1, "count", count, len(got))
    for index, fields in _entries(expected):
        for field, want in fields.items():
            if field not in FIELDS or want is None:
                continue
            asserted += 1
            have = [got[index][name] for name in FIELDS[field]] if index < len(got) else []
            if not any(_same(field, want, value) for value in have):
                differs(index, field, want, have[0] if have else None)
    return asserted, found


def _entries(expected: Expectation) -> Iterator[tuple[int, Mapping[str, Any]]]:
    yield from enumerate(expected.data.get("entries") or [])
    for index, fields in (expected.data.get("entries_by_index") or {}).items():
        yield int(index), fields


def _same(field: str, want: str, have: str | None) -> bool:
    if field == "title":
        return _title(want) == _title(have or "")
    if field in {"link", "id"}:
        return _link(want) == _link(have or "")
    return have is not None and _time(want) == _time(have)


def _title(text: str) -> str:
    return " ".join(_TAG.sub("", html.unescape(html.unescape(text))).split())


def _link(text: str) -> str:
    plain = unquote(html.unescape(_plain(text))).strip()
    return plain.removesuffix("/")


def _plain(text: str) -> str:
    return text.replace("https://", "http://", 1) if text.startswith("https://") else text


def _time(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())
