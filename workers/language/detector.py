"""Detect the language of a text: by its script where only one language is written in it, else by its n-grams."""

from __future__ import annotations

import math
import re
import struct
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from ahocorasick_rs import BytesAhoCorasick, Implementation

MIN_LETTERS: Final = 20
"""A text with fewer letters says nothing certain about languages that share a script."""
MIN_LETTERS_OWN_SCRIPT: Final = 3
FLOOR: Final = 0.6
"""The least probability at which the likeliest language is believed."""
LONGEST_SAMPLE: Final = 800
"""Characters that are looked at: more changes nothing."""
_STEPS: Final = (100, 300, 900)
"""Bytes after which the decision is tried."""
_SURE: Final = 0.9
"""The probability at which the rest of the sample is not read."""
_DOUBT: Final = 0.95
"""How much evidence is discounted, since n-grams that overlap do not bear witness independently. Chosen so that lists of names stay undecided."""
_LOOKED_AT: Final = 150
"""Characters that are enough to tell the script."""
_FAR: Final = 20
"""Log odds beyond which a language is as good as excluded."""

MODEL_PATH: Final = Path(__file__).with_name("model.bin")
LENGTHS: Final = range(2, 6)
"""Bytes of an n-gram."""
TOP: Final = 15
"""The level of an n-gram's likeliest language: four bits hold a level."""
SCALE: Final = 2
"""Levels for each unit of log probability."""
_LEVELS: Final = {ord(f"{level:x}"): level for level in range(TOP + 1)}
_BLOCK: Final = 500
"""Rows that are read at a time."""

_SHARED_SCRIPTS: Final = {
    "latin": "AZazªªººÀɏḀỿ", "cyrillic": "Ѐԯ", "arabic": "\u0600\u06ff\u0750\u077f\ufb50\ufdff\ufe70\ufeff", "devanagari": "\u0900\u097f",
    "bengali": "\u0980\u09ff",
}  # fmt: skip
_OWN_SCRIPTS: Final = {
    "he": "\u0590\u05ff", "el": "\u0370\u03ff\u1f00\u1fff", "hy": "\u0531\u0587", "ka": "\u10d0\u10ff", "am": "\u1200\u137f",
    "th": "\u0e00\u0e7f", "lo": "\u0e80\u0eff", "my": "\u1000\u109f", "km": "\u1780\u17ff",
    "ta": "\u0b80\u0bff", "te": "\u0c00\u0c7f", "kn": "\u0c80\u0cff", "ml": "\u0d00\u0d7f", "gu": "\u0a80\u0aff",
    "pa": "\u0a00\u0a7f", "or": "\u0b00\u0b7f", "si": "\u0d80\u0dff", "ko": "\uac00\ud7af\u1100\u11ff", "ja": "\u3041\u30ff", "zh": "\u4e00\u9fff",
}  # fmt: skip
"""First and last characters of the ranges of each script."""
_WORTH: Final = {"zh": 3, "ja": 3, "ko": 2}
"""How many letters of an alphabet say as much as one character of a script of words or syllables."""
_ENOUGH_LETTERS: Final = re.compile(rf"(?:[\W\d_]*[^\W\d_]){{{MIN_LETTERS}}}")
_LATIN: Final = re.compile(r"[\x00-\u024f\u0300-\u036f\u2000-\u206f]*")
_JAPANESE_SHARE: Final = 0.05
"""Share of kana among the letters from which a text in Chinese characters is Japanese."""


@dataclass(frozen=True, slots=True)
class _Model:
    """What is known of the n-grams of a script.

    A row is one integer that holds the levels of an n-gram, 16 bits for each language, the first in the lowest bits: rows are added with one addition.
    Sums fit, since no more than 900 rows are added.
    """

    languages: tuple[str, ...]
    automaton: BytesAhoCorasick
    rows: tuple[int, ...]


def detect(text: str) -> str | None:
    """Return the language of a text (title and body) as an ISO 639-1 code; None where it is too short or too mixed to tell."""
    sample = text[:LONGEST_SAMPLE]
    script = "latin" if _LATIN.fullmatch(sample) else _main_script(sample)
    if script is None or script in _OWN_SCRIPTS:
        return script
    return _by_n_grams(sample, script) if _ENOUGH_LETTERS.match(sample) else None


@cache
def detectable() -> frozenset[str]:
    """Return the languages that can be detected, as ISO 639-1 codes."""
    head = MODEL_PATH.read_bytes().split(b"\n\n", 1)[0].decode()
    return frozenset(_OWN_SCRIPTS).union(*(line.split(" ")[2:] for line in head.split("\n")))


def load_model() -> None:
    """Read the model now, so that the first article need not wait for it and forked processes share it."""
    for script in _SHARED_SCRIPTS:
        _model(script)


def _main_script(sample: str) -> str | None:
    """Return the script of more than half of the text: its name, or its language if it has but one. Long samples are looked at here and there."""
    letters = _letters_by_script(sample[:: 1 + len(sample) // _LOOKED_AT])
    weighed = {script: count * _WORTH.get(script, 1) for script, count in letters.items()}
    script = max(weighed, key=lambda name: weighed[name], default="")
    if not script or letters[script] < MIN_LETTERS_OWN_SCRIPT or 2 * weighed[script] <= sum(weighed.values()):
        return None
    return script


def _letters_by_script(sample: str) -> Counter[str]:
    """Count letters, and vowel signs of the scripts that have them; letters of other scripts go by the empty name."""
    letters: Counter[str] = Counter()
    for character, count in Counter(sample).items():
        script = _script(character)
        if character.isalpha() or (script and unicodedata.category(character).startswith("M")):
            letters[script] += count
    if letters["ja"] > _JAPANESE_SHARE * (letters["ja"] + letters["zh"]):
        letters["ja"] += letters.pop("zh", 0)
    return letters


@lru_cache(maxsize=2048)
def _script(character: str) -> str:
    scripts = _SHARED_SCRIPTS | _OWN_SCRIPTS
    return next((name for name, ends in scripts.items() if any(first <= character <= last for first, last in _pairs(ends))), "")


def _pairs(ends: str) -> Iterator[tuple[str, str]]:
    return zip(ends[::2], ends[1::2], strict=True)


def _by_n_grams(sample: str, script: str) -> str | None:
    """Return the likeliest language by naive Bayes over the longest known n-gram that ends at each byte.

    After Lui and Baldwin, "langid.py: An Off-the-shelf Language Identification Tool" (2012).
    """
    model = _model(script)
    text = unicodedata.normalize("NFC", sample.lower() if sample.isupper() else sample).encode("utf-8", "surrogatepass")
    language, probability = "", 0.0
    for step in _STEPS:
        language, probability = _likeliest(model, text[:step])
        if step >= len(text) or probability >= _SURE:
            break
    return language if probability >= FLOOR else None


def _likeliest(model: _Model, text: bytes) -> tuple[str, float]:
    """Return the likeliest language and its probability; dividing by the root of the size keeps probabilities alike for all lengths."""
    rows, count = model.rows, len(model.languages)
    found = model.automaton.find_matches_as_indexes(text, overlapping=True)
    found.reverse()
    longest = {end: number for number, _, end in found}
    scores = struct.unpack(f"<{count}H", sum([rows[number] for number in longest.values()]).to_bytes(2 * count, "little"))
    best, unit = max(scores), SCALE * _DOUBT * math.sqrt(len(text))
    near = best - _FAR * unit
    return model.languages[scores.index(best)], 1 / sum([math.exp((score - best) / unit) for score in scores if score > near])


@cache
def _model(script: str) -> _Model:
    """Return the model of a script.

    In the file there is for each script a line with its name, the size of its part and its languages; after an empty line follow the parts.
    A part is compressed; it has the number of n-grams of each length, the n-grams, and for each n-gram a row of levels, one in four bits.
    """
    head, parts = MODEL_PATH.read_bytes().split(b"\n\n", 1)
    start = 0
    for line in head.decode().split("\n"):
        name, size, *languages = line.split(" ")
        if name == script:
            return _unpacked(tuple(languages), zlib.decompress(parts[start : start + int(size)]))
        start += int(size)
    raise LookupError(f"{MODEL_PATH} has no part for the script {script}")


def _unpacked(languages: tuple[str, ...], part: bytes) -> _Model:
    numbers = struct.Struct(f"<{len(LENGTHS)}I")
    n_grams, at = [], numbers.size
    for length, number in zip(LENGTHS, numbers.unpack_from(part), strict=True):
        end = at + length * number
        n_grams += [part[start : start + length] for start in range(at, end, length)]
        at = end
    return _Model(languages, BytesAhoCorasick(n_grams, implementation=Implementation.ContiguousNFA), _rows(part[at:], len(n_grams)))


def _rows(levels: bytes, number: int) -> tuple[int, ...]:
    """Return one integer for each n-gram, in which each level has been widened from 4 to 16 bits; a block at a time, to need little memory."""
    width = len(levels) // number
    size = width * _BLOCK
    return tuple([row for start in range(0, len(levels), size) for row in _widened(levels[start : start + size], width)])


def _widened(levels: bytes, width: int) -> list[int]:
    wide = levels.hex().translate(_LEVELS).encode("utf-16-le")
    return [int.from_bytes(wide[start : start + 4 * width], "little") for start in range(0, len(wide), 4 * width)]
