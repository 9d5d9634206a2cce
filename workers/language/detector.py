"""Detect the language of a text: by its script where only one language is written in it, else by its n-grams."""

from __future__ import annotations

import math
import re
import unicodedata
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from ahocorasick_rs import BytesAhoCorasick, Implementation

MIN_LETTERS: Final = 20
"""A text with fewer letters of a shared script says nothing certain."""
MIN_LETTERS_OWN_SCRIPT: Final = 3
FLOOR: Final = 0.6
"""The least probability at which the likeliest language is believed."""
LONGEST_SAMPLE: Final = 800
"""Characters that are looked at: more changes nothing."""
_STEPS: Final = (160, 400, 4 * LONGEST_SAMPLE)
"""Bytes after which the decision is tried; the last covers any sample."""
_SURE: Final = 0.9
"""The probability at which the rest of the sample is not read."""

_FAR: Final = 20
"""Log odds beyond which a language is as good as excluded."""

MODEL_PATH: Final = Path(__file__).with_name("model.bin")
LONGEST: Final = 5
"""Bytes of the longest n-gram."""
SCALE: Final = 4
CLIP: Final = 10
"""A row holds for each language (log probability - that of the likeliest language + CLIP) * SCALE, at least 0."""

_OWN_SCRIPT: Final = {
    "he": "[\u05d0-\u05ea]", "el": "[\u0370-\u03ff\u1f00-\u1fff]", "hy": "[\u0531-\u0587]", "ka": "[\u10d0-\u10ff]", "am": "[\u1200-\u137f]",
    "th": "[\u0e01-\u0e4e]", "lo": "[\u0e81-\u0edf]", "my": "[\u1000-\u109f]", "km": "[\u1780-\u17ff]",
    "ta": "[\u0b80-\u0bff]", "te": "[\u0c00-\u0c7f]", "kn": "[\u0c80-\u0cff]", "ml": "[\u0d00-\u0d7f]", "gu": "[\u0a80-\u0aff]",
    "pa": "[\u0a00-\u0a7f]", "ko": "[\uac00-\ud7af\u1100-\u11ff]", "ja": "[\u3041-\u30ff]", "zh": "[\u4e00-\u9fff]",
}  # fmt: skip
SCRIPT_LANGUAGES: Final = frozenset(_OWN_SCRIPT)
_SCRIPTS: Final = {language: re.compile(letters) for language, letters in _OWN_SCRIPT.items()}
_LETTER: Final = re.compile(r"[^\W\d_]")
_LATIN: Final = re.compile(r"[\x00-\u036f\u2000-\u206f]*")
_JAPANESE_SHARE: Final = 0.05
"""Share of kana among the letters from which a text in Chinese characters is Japanese."""


@dataclass(frozen=True, slots=True)
class _Model:
    """What is known of n-grams of bytes.

    A row is one integer that holds a number of 16 bits for each language, the first in the lowest bits, so that rows are added with one addition.
    `rows[n]` is what the n-th n-gram adds to the longest known n-gram at its end: the sum over all n-grams that end at a byte is the row of the longest.
    No sum reaches 16 bits in samples of LONGEST_SAMPLE characters.
    """

    languages: tuple[str, ...]
    priors: int
    automaton: BytesAhoCorasick
    rows: tuple[int, ...]


def detect(text: str) -> str | None:
    """Return the language of a text (title and body) as an ISO 639-1 code; None where it is too short or too mixed to tell."""
    sample = text[:LONGEST_SAMPLE]
    if not _LATIN.fullmatch(sample) and (language := _by_script(sample)):
        return language
    return _by_n_grams(sample) if _has_letters(sample) else None


def load_model() -> None:
    """Read the model now, so that the first article need not wait for it and forked processes share it."""
    _model()


def _has_letters(sample: str) -> bool:
    return any(len(_LETTER.findall(part)) >= MIN_LETTERS for part in (sample[: 4 * MIN_LETTERS], sample))


def _by_script(sample: str) -> str | None:
    characters = "".join(set(sample))
    counts = {name: len(letter.findall(sample)) for name, letter in _SCRIPTS.items() if letter.search(characters)}
    kana = counts.get("ja", 0)
    if kana > _JAPANESE_SHARE * (kana + counts.get("zh", 0)):
        counts["ja"] = kana + counts.pop("zh", 0)
    language = max(counts, key=lambda name: counts[name], default=None)
    if language is None or counts[language] < MIN_LETTERS_OWN_SCRIPT or 2 * counts[language] <= len(_LETTER.findall(sample)):
        return None
    return language


def _by_n_grams(sample: str) -> str | None:
    """Return the likeliest language by naive Bayes over the longest known n-gram that ends at each byte.

    After Lui and Baldwin, "langid.py: An Off-the-shelf Language Identification Tool" (2012).
    """
    model = _model()
    text = unicodedata.normalize("NFC", sample.lower() if sample.isupper() else sample).encode("utf-8", "surrogatepass")
    language, probability = "", 0.0
    for step in _STEPS:
        read = text[:step]
        language, probability = _likeliest(model, read)
        if len(read) == len(text) or probability >= _SURE:
            break
    return language if probability >= FLOOR else None


def _likeliest(model: _Model, text: bytes) -> tuple[str, float]:
    """Return the likeliest language and its probability; dividing by the root of the size keeps probabilities alike for all lengths."""
    rows, count = model.rows, len(model.languages)
    total = model.priors + sum([rows[number] for number, _, _ in model.automaton.find_matches_as_indexes(text, overlapping=True)])
    scores = memoryview((total % (1 << 16 * count)).to_bytes(2 * count, "little")).cast("H").tolist()
    best, unit = max(scores), SCALE * math.sqrt(len(text))
    near = best - _FAR * unit
    return model.languages[scores.index(best)], 1 / sum(math.exp((score - best) / unit) for score in scores if score > near)


@cache
def _model() -> _Model:
    languages, tables = zlib.decompress(MODEL_PATH.read_bytes()).split(b"\n", 1)
    names = tuple(languages.decode().split())
    width = 2 * len(names)
    n_grams, rows, at = [], [], width
    for length in range(2, LONGEST + 1):
        count = int.from_bytes(tables[at : at + 4], "little")
        middle = at + 4 + count * length
        n_grams += [tables[start : start + length] for start in range(at + 4, middle, length)]
        at = middle + count * width
        rows += [int.from_bytes(tables[start : start + width], "little") for start in range(middle, at, width)]
    automaton = BytesAhoCorasick(n_grams, implementation=Implementation.ContiguousNFA)
    return _Model(names, int.from_bytes(tables[:width], "little"), automaton, tuple(rows))
