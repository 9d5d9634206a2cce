"""Parse a word or phrase of the watch list into normalized words."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypeAlias

from workers.matching import affixes, normalize

MAX_ACRONYM = 5
"""Letters up to which a name in capitals (`US`, `IDF`) is found only in capitals."""


class Option:
    """The flags that say how a phrase is found; plain integers, since enum flags are slow."""

    NONE: Final = 0
    EXACT: Final = 1
    CASE: Final = 2
    STEM: Final = 4
    ENTITY: Final = 8
    PREFIX: Final = 16
    """An asterisk after a word means any ending."""


Options: TypeAlias = int
_SIGNS: Final = re.compile("[+#]+")
_NO_AFFIXES: Final[frozenset[bytes]] = frozenset()


class WatchedPhrase:
    """A word or phrase of the watch list.

    words       the normalized words
    originals   the words as the watch list writes them
    separators  the characters between the words there
    open        which words end in an asterisk
    forms       the words, and the words with a regular English plural or an Arabic contraction of the article, as UTF-8
    prefixes    what may be written before the first word, without a space
    particles   what may be written after the last word, without a space
    signs       the signs that follow the last word and belong to it (C++, C#)
    """

    __slots__ = ("forms", "open", "options", "originals", "particles", "prefixes", "separators", "signs", "words")

    def __init__(
        self,
        options: Options,
        words: tuple[str, ...],
        originals: tuple[str, ...],
        separators: tuple[str, ...],
        stars: frozenset[int],
        signs: str = "",
    ) -> None:
        self.options = options
        self.words = words
        self.originals = originals
        self.separators = separators
        self.open = stars
        self.signs = signs
        self.prefixes = self.particles = _NO_AFFIXES
        if words and not options & Option.EXACT and not (words[0].isascii() and words[-1].isascii()):
            self.prefixes = affixes.prefixes_for(words[0])
            self.particles = affixes.particles_for(words[-1])
        self.forms = self._forms()

    def _forms(self) -> tuple[tuple[bytes, ...], ...]:
        first = tuple([word.encode() for word in self.words])
        forms = [first]
        if self.options & Option.EXACT or not first:
            return (first,)
        if not self.options & Option.ENTITY and self.closed:
            forms += [(*first[:-1], plural.encode()) for plural in affixes.plurals(self.words[-1])]
        if self.prefixes and (contracted := affixes.with_contracted_article(self.words[0])):
            forms.append((contracted.encode(), *first[1:]))
        return tuple(forms)

    @property
    def closed(self) -> bool:
        """Whether the last word has no asterisk."""
        return len(self.words) - 1 not in self.open

    @property
    def initials(self) -> bool:
        """Whether this is one word of at most five capitals, which may be found with dots."""
        return len(self.originals) == 1 and len(self.originals[0]) <= MAX_ACRONYM and self.originals[0].isupper()

    @property
    def acronym(self) -> bool:
        """Whether this is a name of at most five capitals, with dots or without, which must be found in capitals."""
        letters = "".join(self.originals)
        dotted = all(len(word) == 1 for word in self.originals) and all(separator.startswith(".") for separator in self.separators)
        return len(letters) <= MAX_ACRONYM and letters.isupper() and (self.initials or dotted)


def parse_phrase(text: str, options: Options) -> WatchedPhrase:
    """Return the phrase of a text of the watch list; it has no words if there is nothing to search for."""
    if text.isascii() and text.isalnum():
        return WatchedPhrase(options, (text.lower(),), (text,), (), frozenset())
    words = tuple(word.decode() for word in normalize.words(text))
    spans = normalize.word_spans(text)
    separators = tuple(text[end:start] for (_, end), (start, _) in pairwise(spans))
    stars = (
        frozenset(i for i, (_, end) in enumerate(spans) if text[end : end + 1] == "*") if options & Option.PREFIX else frozenset()
    )
    signs = _SIGNS.match(text, spans[-1][1]) if spans else None
    return WatchedPhrase(
        options, words, tuple(text[start:end] for start, end in spans), separators, stars, signs[0] if signs else ""
    )


phrase_of = lru_cache(maxsize=20_000)(parse_phrase)
"""`parse_phrase` with a cache."""
