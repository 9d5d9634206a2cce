"""Cut text into plain words, for titles and headlines."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_NO_SPACES: Final = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Burmese, Khmer
    "\u3005-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Japanese, Chinese
    "\U00020000-\U0003ffff"
)
_WORD: Final = re.compile(f"[{_NO_SPACES}]|[^\\W_{_NO_SPACES}]+")
_ASCII_WORD: Final = re.compile(r"[a-z0-9]+")


def words_of(text: str) -> list[str]:
    """Return the case-folded words of a text; in scripts without spaces each character is a word."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
