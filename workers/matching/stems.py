"""Compare words by their stem in the language of the article (Snowball), for terms with `stem: true`."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from typing import Any, Final

from workers.matching import normalize
from workers.matching.phrase import WatchedPhrase

_ALGORITHMS: Final = {
    "ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "cs": "czech", "da": "danish", "nl": "dutch", "en": "english",
    "et": "estonian", "fi": "finnish", "fr": "french", "de": "german", "el": "greek", "hi": "hindi", "hu": "hungarian", "id": "indonesian",
    "ga": "irish", "it": "italian", "lt": "lithuanian", "ne": "nepali", "no": "norwegian", "nb": "norwegian", "fa": "persian",
    "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "es": "spanish", "sv": "swedish",
    "ta": "tamil", "tr": "turkish", "yi": "yiddish", "uk": "russian",
}  # fmt: skip
"""Ukrainian has no stemmer of its own; the Russian one finds most of its inflected forms and confuses few."""
_AS_RUSSIAN: Final = str.maketrans("іїєґ", "ииег")
_MIN_SHARED: Final = 3
"""Letters that a stem must share with its word; the result of an algorithm for another language is ignored."""
_MAX_LETTERS: Final = 60
"""Letters beyond which a word is not stemmed."""


def languages() -> tuple[str, ...]:
    """Return the languages that have a stemmer, as ISO 639-1 codes."""
    return tuple(_ALGORITHMS)


@cache
def _stemmer(algorithm: str) -> Any:
    import snowballstemmer  # noqa: PLC0415 - for terms that ask for stems

    return snowballstemmer.stemmer(algorithm)


@lru_cache(maxsize=50_000)
def stem(word: str, language: str) -> bytes:
    """Return the normalized stem of a word as written; the normalized word itself in a language without a stemmer."""
    algorithm = _ALGORITHMS.get(language)
    if algorithm is not None and len(word) <= _MAX_LETTERS:
        word = _stemmer(algorithm).stemWord(unicodedata.normalize("NFC", word).lower())
    return b"".join(normalize.words(word))


def same_stem(one: str, other: str, language: str | None) -> bool:
    """Whether two words as written have the same stem in `language`, or for None in the main language of their script."""
    known = language or _main_language(other)
    return _term_stem(one, known) == _term_stem(other, known)


@lru_cache(maxsize=20_000)
def _term_stem(word: str, language: str) -> bytes:
    """Return the stem by which words are compared: Turkish without all its endings, Ukrainian cut where a Russian word of its letters ends."""
    if language == "uk":
        length = len(_stemmer(_ALGORITHMS["ru"]).stemWord(word.lower().translate(_AS_RUSSIAN)))
        return b"".join(normalize.words(word[:length]))
    found = stem(word, language)
    while (
        language == "tr" and (shorter := stem(found.decode("utf-8", "replace"), language)) != found and len(shorter) >= _MIN_SHARED
    ):
        found = shorter
    return found


def _main_language(word: str) -> str:
    if "\u0400" <= word[0] <= "\u052f":
        return "ru"
    return "ar" if "\u0600" <= word[0] <= "\u06ff" else "en"


def common_stem(phrase: WatchedPhrase) -> bytes:
    """Return the letters with which every inflected form of a phrase's first word begins, in any language."""
    word = phrase.words[0]
    stems = {_term_stem(phrase.originals[0], language).decode() for language in _ALGORITHMS}
    shared = [s for s in stems if s[:_MIN_SHARED] == word[:_MIN_SHARED]]
    length = next((i for i, char in enumerate(word) if any(s[i : i + 1] != char for s in shared)), len(word))
    return word[:length].encode()
