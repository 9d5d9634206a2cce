"""Choose the keys under which the index finds a statement: its rarest words and its title."""

from __future__ import annotations

import hashlib
from typing import Final

from workers.stories.plain_words import words_of
from workers.stories.statement import Statement

RARE_WORDS: Final = 12
_TITLE_MIN_WORDS: Final = 4
_TITLE_WEIGHT: Final = 0.1
"""The weight of a common title; that of a word is its share in the statement's vector, squared."""


def index_keys(statement: Statement) -> dict[int, float]:
    """Return the keys of a statement, each with its weight."""
    vector = statement.weights.vector
    rarest = sorted(zip(vector.values(), vector, strict=True), reverse=True)[:RARE_WORDS]
    keys = {_key(b"word", word.encode("utf-8", "surrogatepass")): weight**2 for weight, word in rarest}
    title = words_of(statement.title)
    if len(title) >= _TITLE_MIN_WORDS:
        keys[_key(b"title", " ".join(title).encode("utf-8", "surrogatepass"))] = _TITLE_WEIGHT
    return keys


def _key(space: bytes, value: bytes) -> int:
    """Return a 63-bit key for the index, the same in every process and on every host. `space` separates kinds of values."""
    return int.from_bytes(hashlib.blake2b(value, digest_size=8, person=space).digest(), "big") >> 1
