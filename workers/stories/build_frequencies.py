"""Build `word_frequencies.bin` from the word lists of the package wordfreq, which the program itself does not need.

    pip install wordfreq && python -m workers.stories.build_frequencies

For each word or stem the file has the share of news leads (90 words) in which it is to be expected, if words fell independently.
"""

from __future__ import annotations

import math
import sys
from array import array
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from workers.language.word_frequencies import FILE, LANGUAGES, STEPS_PER_OCTAVE, word_key
from workers.matching.stems import stem
from workers.stories.facts import LEAD_WORDS

_WORDS: Final = dict.fromkeys(LANGUAGES, 7_000) | {"en": 30_000}
_LONGEST_STEPS: Final = 255


def build() -> None:
    """Write the file."""
    import wordfreq  # type: ignore[import-not-found]  # noqa: PLC0415 - only needed here

    rows = dict(sorted(row for language, count in _WORDS.items() for row in _rows(wordfreq, language, count)))
    keys, steps = array("I", rows), bytes(rows.values())
    if sys.byteorder == "big":
        keys.byteswap()
    FILE.write_bytes(len(keys).to_bytes(4, "little") + keys.tobytes() + steps)
    sys.stdout.write(f"{len(keys)} words, {FILE.stat().st_size} bytes\n")


def _rows(wordfreq: Any, language: str, count: int) -> Iterator[tuple[int, int]]:
    frequencies: Counter[str] = Counter()
    for word, frequency in wordfreq.get_frequency_dict(language, wordlist="best").items():
        stemmed = stem(word, language).decode("utf-8", "replace")
        for form in {word, stemmed}:
            frequencies[form] += frequency
    for word, frequency in frequencies.most_common(count):
        share = 1 - math.exp(-LEAD_WORDS * frequency)
        yield word_key(word, language), min(_LONGEST_STEPS, round(-math.log2(share) * STEPS_PER_OCTAVE))


if __name__ == "__main__":
    build()
