"""Which story an article belongs to: what is kept of it for comparing, and the decision over candidates."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.article import Article
from monitor.domain.ids import StoryId
from workers.stories.boilerplate import headline, without_boilerplate
from workers.stories.sketch import Sketch, hashed, key, overlap, shingles_of, sketch, words_of

BODY_KEYS = 10
LEAD_KEYS = 4
LEAD_WORDS = 40
TITLE_MIN_WORDS = 4
SHORT = 40
"""Shingles of a text too short to be known by its wording alone: a headline and a sentence."""
SHORT_WITHIN = timedelta(hours=12)

RESEMBLANCE = 0.2
CONTAINMENT = 0.37
SHORT_RESEMBLANCE = 0.5
SHORT_CONTAINMENT = 0.8
SAME_HEADLINE_EASES = 0.6
"""Under one headline this share of what is asked otherwise is enough."""
MIN_SHARED = 4
MAX_TITLE_WORDS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSignature:
    """What is kept of an article for comparing: `title` is a hash, 0 when the title says too little, `headline` hashes of its words."""

    sketch: Sketch
    title: int
    headline: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFeatures:
    """An article's print, and the keys under which the index finds it."""

    print: TextSignature
    keys: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An earlier article that shares keys with this one, its print still packed. `dated` is when it was published, else fetched."""

    story_id: StoryId
    dated: datetime
    packed: bytes


def features_of(article: Article) -> ArticleFeatures:
    """What is kept of `article` for comparing; pure, and well under a millisecond."""
    title = words_of(headline(article.title))
    words = words_of(without_boilerplate(article.text or article.summary))
    shingles = shingles_of(words)
    body = hashed(shingles or shingles_of(title))
    lead = hashed(shingles_of(words[:LEAD_WORDS]))
    whole = sketch(body)
    title_key = key(b"title", " ".join(title).encode("utf-8", "surrogatepass")) if len(title) >= TITLE_MIN_WORDS else 0
    keys = {
        *(key(b"shingle", body[value]) for value in whole.hashes[:BODY_KEYS]),
        *(key(b"shingle", lead[value]) for value in sorted(lead)[:LEAD_KEYS]),
        *((title_key,) if title_key else ()),
    }
    return ArticleFeatures(print=TextSignature(sketch=whole, title=title_key, headline=_hashes(title)), keys=tuple(sorted(keys)))


def dated(article: Article) -> datetime:
    """When the article was published, or fetched where that is not known or lies ahead."""
    return min(article.published_at or article.fetched_at, article.fetched_at)


def same_story(features: ArticleFeatures, at: datetime, candidates: Sequence[Candidate], *, window: timedelta) -> StoryId | None:
    """The story of the candidate that is most nearly the same text, or None: this article begins a story."""
    best: tuple[float, StoryId] | None = None
    mine = frozenset(features.print.sketch.hashes)
    for candidate in candidates:
        gap = abs(at - candidate.dated)
        if gap > window or not _may_be_alike(mine, features.print.title, candidate.packed):
            continue
        score = likeness(features.print, unpack(candidate.packed), gap=gap)
        if score > 0 and (best is None or score > best[0]):
            best = (score, candidate.story_id)
    return None if best is None else best[1]


def likeness(first: TextSignature, second: TextSignature, *, gap: timedelta) -> float:
    """How nearly two texts are the same, in (0, 1], or 0 when they are not copies of one another.

    A copy with a new lead, a cut tail or an added paragraph has at least 0.2 of the shingles in common, or 0.37 of the shorter text;
    articles that are not copies have under 0.1 and 0.2. A headline with a sentence must agree in more, or have the same title, and two of
    them must be no more than 12 hours apart.
    """
    short = min(first.sketch.size, second.sketch.size) < SHORT
    if gap > SHORT_WITHIN and max(first.sketch.size, second.sketch.size) < SHORT:
        return 0.0
    if short and first.title and first.title == second.title and gap <= SHORT_WITHIN:
        return 1.0
    common = overlap(first.sketch, second.sketch)
    if common.shared < MIN_SHARED:
        return 0.0
    ease = SAME_HEADLINE_EASES if not short and _same_headline(first.headline, second.headline) else 1.0
    resemblance, containment = (SHORT_RESEMBLANCE, SHORT_CONTAINMENT) if short else (RESEMBLANCE * ease, CONTAINMENT * ease)
    return max(common.resemblance, 0.01) if common.resemblance >= resemblance or common.containment >= containment else 0.0


def _same_headline(first: frozenset[int], second: frozenset[int]) -> bool:
    """Whether most words of the shorter headline are in the other, three at least."""
    shared = len(first & second)
    return shared >= 3 and 3 * shared >= 2 * min(len(first), len(second))


def _hashes(words: Sequence[str]) -> frozenset[int]:
    return frozenset(zlib.crc32(word.encode("utf-8", "surrogatepass")) for word in words[:MAX_TITLE_WORDS])


def pack(value: TextSignature) -> bytes:
    """A print as bytes, the same on every machine: title, shingles, and the hashes of the sketch and of the headline."""
    hashes, words = value.sketch.hashes, sorted(value.headline)
    return struct.pack(
        f"<QIBB{len(hashes) + len(words)}I", value.title, value.sketch.size, len(hashes), len(words), *hashes, *words
    )


def unpack(data: bytes) -> TextSignature:
    """The reverse of `pack`."""
    title, size, count, words = _HEAD.unpack_from(data)
    values = struct.unpack_from(f"<{count + words}I", data, _HEAD.size)
    return TextSignature(sketch=Sketch(size=size, hashes=values[:count]), title=title, headline=frozenset(values[count:]))


def _may_be_alike(mine: frozenset[int], title: int, packed: bytes) -> bool:
    """A quick look that spares most candidates' comparing: some hashes or the title in common."""
    theirs, _, count, _ = _HEAD.unpack_from(packed)
    return (title != 0 and title == theirs) or len(
        mine.intersection(struct.unpack_from(f"<{count}I", packed, _HEAD.size))
    ) >= MIN_SHARED


_HEAD = struct.Struct("<QIBB")
