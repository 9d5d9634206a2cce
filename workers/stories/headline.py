"""Tell whether a headline has turned: says something else than it did before, beyond a correction of its spelling or style. Pure."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Final

from workers.stories.boilerplate import without_outlet_name
from workers.stories.sketch import words_of
from workers.stories.stop_words import STOP_WORDS

MIN_NEW_WORDS: Final = 2
MIN_NEW_SHARE: Final = 0.4
"""Share of a headline's telling words that must be new."""
_SAME_SPELLING: Final = 0.75
"""Likeness from which two words are spellings of one."""


def headline_turned(before: str, after: str) -> bool:
    """Return whether at least two, and two fifths, of the telling words of the headline `after` are not in `before` in any spelling."""
    old = set(words_of(without_outlet_name(before)))
    telling = [word for word in words_of(without_outlet_name(after)) if word not in STOP_WORDS]
    new = [word for word in telling if word not in old and not any(_is_spelling(word, other) for other in old)]
    return len(new) >= MIN_NEW_WORDS and len(new) >= MIN_NEW_SHARE * len(telling)


def _is_spelling(word: str, other: str) -> bool:
    return SequenceMatcher(None, word, other, autojunk=False).ratio() >= _SAME_SPELLING
