"""Letters that are written one for another, so that terms and articles agree however each writes them.

`han_variants.txt` has the traditional characters of Chinese in its first line and the simplified ones in its second; it is built by
build_han_variants.py from the character table of OpenCC (Apache-2.0, see NOTICE).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("han_variants.txt")

_ARABIC: Final = {"ة": "ه", "ۃ": "ه", "ہ": "ه", "ە": "ه", "ى": "ي"}
_DEVANAGARI: Final = {"ँ": "ं"}
_HALF_SPACE: Final = re.compile("(?<=[\u0600-\u06ff])\u200c(?=[\u0600-\u06ff])")
_NASAL: Final = re.compile("[ङञणनम]्(?=[क-ह])")


def _han() -> dict[str, str]:
    traditional, simplified = FILE.read_text(encoding="utf-8").split()
    return dict(zip(traditional, simplified, strict=True))


LETTER_VARIANTS: Final = _han() | _ARABIC | _DEVANAGARI
"""What a letter is compared as, where that is another letter."""


def with_spaces(text: str) -> str:
    """Return a text of the same length in which the half-spaces of Persian and Urdu are spaces."""
    return _HALF_SPACE.sub(" ", text) if "\u200c" in text else text


def one_nasal(normalized: str) -> str:
    """Return normalized text in which a nasal before a consonant is always the sign, never the half letter."""
    return _NASAL.sub("ं", normalized) if "्" in normalized else normalized
