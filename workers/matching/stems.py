"""Stemming in the article's language (Snowball), for terms that ask for it."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from typing import Any, Final

from workers.matching import normalize
from workers.matching.phrase import Phrase

_ALGORITHMS: Final = {
    "ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "cs": "czech", "da": "danish", "nl": "dutch", "en": "english",
    "et": "estonian", "fi": "finnish", "fr": "french", "de": "german", "el": "greek", "hi": "hindi", "hu": "hungarian", "id": "indonesian",
    "ga": "irish", "it": "italian", "lt": "lithuanian", "ne": "nepali", "no": "norwegian", "nb": "norwegian", "fa": "persian",
    "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "es": "spanish", "sv": "swedish",
    "ta": "tamil", "tr": "turkish", "yi": "yiddish", "uk": "russian",
}  # fmt: skip
"""Ukrainian has no stemmer of its own; the Russian one finds most of its inflected forms and confuses few."""
_LEAST: Final = 3
"""Letters that a stem must share with its word: what an algorithm made for another grammar makes of it does not count."""
_LONGEST: Final = 60
"""Letters past which a word is no word, and not stemmed."""


def languages() -> tuple[str, ...]:
    """The languages that can be stemmed, as ISO 639-1 codes."""
    return tuple(_ALGORITHMS)


@cache
def _stemmer(algorithm: str) -> Any:
    import snowballstemmer  # noqa: PLC0415 - for terms that ask for stems

    return snowballstemmer.stemmer(algorithm)


@lru_cache(maxsize=50_000)
def stem(word: str, language: str) -> bytes:
    """The folded stem of a word as written; the folded word itself in a language without a stemmer."""
    algorithm = _ALGORITHMS.get(language)
    if algorithm is not None and len(word) <= _LONGEST:
        word = _stemmer(algorithm).stemWord(unicodedata.normalize("NFC", word).lower())
    return b"".join(normalize.words(word))


def same_stem(one: str, other: str, language: str | None) -> bool:
    """Whether two words as written have one stem in this language; where it is not known, in the chief language of their script."""
    spoken = language or _chief_language(other)
    return stem(one, spoken) == stem(other, spoken)


def _chief_language(word: str) -> str:
    if "\u0400" <= word[0] <= "\u052f":
        return "ru"
    return "ar" if "\u0600" <= word[0] <= "\u06ff" else "en"


def root(phrase: Phrase) -> bytes:
    """Letters with which every inflected form of a phrase's first word begins, whatever the language: at least one, if there is one."""
    word = phrase.words[0]
    stems = {stem(phrase.written[0], language).decode() for language in _ALGORITHMS}
    shared = [s for s in stems if s[:_LEAST] == word[:_LEAST]]
    length = next((i for i, char in enumerate(word) if any(s[i : i + 1] != char for s in shared)), len(word))
    return word[:length].encode()
