"""Find the story of which an article is a copy, by signatures of texts."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.article import Article
from monitor.domain.ids import StoryId
from workers.stories.boilerplate import without_boilerplate, without_outlet_name
from workers.stories.sketch import Sketch, estimate_overlap, hash_shingles, index_key, shingles_of, sketch_of, words_of

BODY_KEYS = 10
LEAD_KEYS = 4
LEAD_WORDS = 40
TITLE_MIN_WORDS = 4
SHORT_SHINGLES = 40
"""Shingles below which a text (a headline and a sentence) is too short to be recognized by its wording alone."""
SHORT_MAX_GAP = timedelta(hours=12)

MIN_RESEMBLANCE = 0.2
MIN_CONTAINMENT = 0.37
SHORT_MIN_RESEMBLANCE = 0.5
SHORT_MIN_CONTAINMENT = 0.8
SAME_HEADLINE_FACTOR = 0.6
"""Factor for the thresholds of two texts with the same headline."""
MIN_SHARED_HASHES = 4
MAX_TITLE_WORDS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSignature:
    """The data of an article that is stored for comparison: `title` is a hash of the title, 0 if it is too short, `headline` hashes of its words."""

    sketch: Sketch
    title: int
    headline: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFeatures:
    """The signature of an article, and the keys under which the index finds it."""

    signature: TextSignature
    keys: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An earlier article that shares keys with this one. `packed` is its signature, `dated_at` when it was published or else fetched."""

    story_id: StoryId
    dated_at: datetime
    packed: bytes


def features_of(article: Article) -> ArticleFeatures:
    """Return the signature and the index keys of an article, in well under a millisecond."""
    title = words_of(without_outlet_name(article.title))
    words = words_of(without_boilerplate(article.own_text or article.summary))
    shingles = shingles_of(words)
    body = hash_shingles(shingles or shingles_of(title))
    lead = hash_shingles(shingles_of(words[:LEAD_WORDS]))
    whole = sketch_of(body)
    title_key = index_key(b"title", " ".join(title).encode("utf-8", "surrogatepass")) if len(title) >= TITLE_MIN_WORDS else 0
    keys = {
        *(index_key(b"shingle", body[value]) for value in whole.hashes[:BODY_KEYS]),
        *(index_key(b"shingle", lead[value]) for value in sorted(lead)[:LEAD_KEYS]),
        *((title_key,) if title_key else ()),
    }
    return ArticleFeatures(
        signature=TextSignature(sketch=whole, title=title_key, headline=_hashes(title)), keys=tuple(sorted(keys))
    )


def published_or_fetched_at(article: Article) -> datetime:
    """Return when an article was published, or when it was fetched if that is unknown or in the future."""
    return min(article.published_at or article.fetched_at, article.fetched_at)


def find_copied_story(
    features: ArticleFeatures, at: datetime, candidates: Sequence[Candidate], *, window: timedelta
) -> StoryId | None:
    """Return the story of the candidate with the highest copy score, or None if there is no copy.

    `at` is the date of the article; candidates dated more than `window` apart are ignored.
    """
    best: tuple[float, StoryId] | None = None
    mine = frozenset(features.signature.sketch.hashes)
    for candidate in candidates:
        gap = abs(at - candidate.dated_at)
        if gap > window or not _may_be_copy(mine, features.signature.title, candidate.packed):
            continue
        score = copy_score(features.signature, unpack_signature(candidate.packed), gap=gap)
        if score > 0 and (best is None or score > best[0]):
            best = (score, candidate.story_id)
    return None if best is None else best[1]


def copy_score(first: TextSignature, second: TextSignature, *, gap: timedelta) -> float:
    """Return how much of two texts is the same, in (0, 1], or 0 if they are no copies.

    A copy with a new lead, a cut end or an added paragraph has at least 0.2 of the shingles in common, or 0.37 of the shorter text's;
    articles that are no copies have under 0.1 and 0.2. A headline with a sentence must share more, or have the same title; two of these
    must be at most 12 hours apart.
    """
    short = min(first.sketch.size, second.sketch.size) < SHORT_SHINGLES
    if gap > SHORT_MAX_GAP and max(first.sketch.size, second.sketch.size) < SHORT_SHINGLES:
        return 0.0
    if short and first.title and first.title == second.title and gap <= SHORT_MAX_GAP:
        return 1.0
    common = estimate_overlap(first.sketch, second.sketch)
    if common.shared < MIN_SHARED_HASHES:
        return 0.0
    ease = SAME_HEADLINE_FACTOR if not short and _same_headline(first.headline, second.headline) else 1.0
    resemblance, containment = (
        (SHORT_MIN_RESEMBLANCE, SHORT_MIN_CONTAINMENT) if short else (MIN_RESEMBLANCE * ease, MIN_CONTAINMENT * ease)
    )
    return max(common.resemblance, 0.01) if common.resemblance >= resemblance or common.containment >= containment else 0.0


def _same_headline(first: frozenset[int], second: frozenset[int]) -> bool:
    """Whether two thirds of the words of the shorter headline, and at least three, are in the other."""
    shared = len(first & second)
    return shared >= 3 and 3 * shared >= 2 * min(len(first), len(second))


def _hashes(words: Sequence[str]) -> frozenset[int]:
    return frozenset(zlib.crc32(word.encode("utf-8", "surrogatepass")) for word in words[:MAX_TITLE_WORDS])


def pack_signature(value: TextSignature) -> bytes:
    """Return a signature as bytes, the same on every machine."""
    hashes, words = value.sketch.hashes, sorted(value.headline)
    return struct.pack(
        f"<QIBB{len(hashes) + len(words)}I", value.title, value.sketch.size, len(hashes), len(words), *hashes, *words
    )


def unpack_signature(data: bytes) -> TextSignature:
    """Return the signature that `pack_signature` packed."""
    title, size, count, words = _HEADER.unpack_from(data)
    values = struct.unpack_from(f"<{count + words}I", data, _HEADER.size)
    return TextSignature(sketch=Sketch(size=size, hashes=values[:count]), title=title, headline=frozenset(values[count:]))


def _may_be_copy(mine: frozenset[int], title: int, packed: bytes) -> bool:
    """Whether two signatures share the title or some hashes: a quick test that excludes most candidates."""
    theirs, _, count, _ = _HEADER.unpack_from(packed)
    return (title != 0 and title == theirs) or len(
        mine.intersection(struct.unpack_from(f"<{count}I", packed, _HEADER.size))
    ) >= MIN_SHARED_HASHES


_HEADER = struct.Struct("<QIBB")
