"""How common words are in news, before anything has been read: expected document frequencies for seventeen languages.

Built by workers/stories/build_frequencies.py from the word lists of wordfreq (Robyn Speer, CC BY-SA 4.0; see NOTICE).
"""

from __future__ import annotations

import sys
import zlib
from array import array
from bisect import bisect_left
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("word_frequencies.bin")
STEPS_PER_OCTAVE: Final = 12
LANGUAGES: Final = ("en", "ar", "de", "es", "fa", "fr", "he", "id", "it", "nl", "pl", "pt", "ro", "ru", "sv", "tr", "uk")
_BY_SCRIPT: Final = {
    "latin": ("en", "de", "es", "fr", "id", "it", "nl", "pl", "pt", "ro", "sv", "tr"),
    "cyrillic": ("ru", "uk"),
    "arabic": ("ar", "fa"),
    "hebrew": ("he",),
}
_KEY_BYTES: Final = 4
_NO_LANGUAGE: Final = zlib.crc32(b":")


def word_key(word: str, language: str = "") -> int:
    """Return a 32-bit key for a word, the same in every process and on every host; with a language, for the word in that language."""
    begun = zlib.crc32(f"{language}:".encode("utf-8", "surrogatepass")) if language else _NO_LANGUAGE
    return zlib.crc32(word.encode("utf-8", "surrogatepass"), begun)


@lru_cache(maxsize=50_000)
def expected_share(word: str, language: str) -> float:
    """Return the share of reports in `language` in which a word (in lower case) or stem is to be expected; 0 for one that is not listed."""
    keys, steps = _table()
    key = word_key(word, language)
    at = bisect_left(keys, key)
    return 2 ** (-steps[at] / STEPS_PER_OCTAVE) if at < len(keys) and keys[at] == key else 0.0


def languages_of(word: str) -> tuple[str, ...]:
    """Return the languages of the table that are written in the script of a word."""
    return _BY_SCRIPT.get(_script(word[:1]), ())


def _script(letter: str) -> str:
    if letter < "\u0370":
        return "latin"
    if "\u0400" <= letter <= "\u052f":
        return "cyrillic"
    if "\u0590" <= letter <= "\u05ff":
        return "hebrew"
    return "arabic" if "\u0600" <= letter <= "\u06ff" else ""


@cache
def _table() -> tuple[array[int], bytes]:
    data = FILE.read_bytes()
    end = _KEY_BYTES + _KEY_BYTES * int.from_bytes(data[:_KEY_BYTES], "little")
    keys = array("I")
    keys.frombytes(data[_KEY_BYTES:end])
    if sys.byteorder == "big":
        keys.byteswap()
    return keys, data[end:]
