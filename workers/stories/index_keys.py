"""Choose the keys under which the index finds a statement: its rarest words, its title, and a few runs of its words."""

from __future__ import annotations

from heapq import nlargest, nsmallest
from typing import Final

from workers.stories.sketch import hash_shingles, index_key, shingles_of, words_of
from workers.stories.statement import Statement

RARE_WORDS: Final = 12
_SHINGLES: Final = 4
_SHINGLE_WORDS: Final = 120
_TITLE_MIN_WORDS: Final = 4
_TEXT_WEIGHT: Final = 0.1
"""The weight of a common title or run of words; that of a word is its share in the statement's vector, squared."""


def index_keys(statement: Statement) -> dict[int, float]:
    """Return the keys of a statement, each with its weight."""
    vector = statement.weights.vector
    rare = nlargest(RARE_WORDS, vector, key=lambda word: (vector[word], word))
    keys = {index_key(b"word", word.encode("utf-8", "surrogatepass")): vector[word] ** 2 for word in rare}
    title = words_of(statement.title)
    if len(title) >= _TITLE_MIN_WORDS:
        keys[index_key(b"title", " ".join(title).encode("utf-8", "surrogatepass"))] = _TEXT_WEIGHT
    shingles = hash_shingles(shingles_of([word.lower() for word in statement.tokens[:_SHINGLE_WORDS]]))
    for value in nsmallest(_SHINGLES, shingles):
        keys[index_key(b"shingle", shingles[value])] = _TEXT_WEIGHT
    return keys
