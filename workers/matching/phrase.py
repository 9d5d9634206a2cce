"""Parse a word or phrase of the watch list into normalized words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypeAlias

from workers.matching import affixes, normalize
from workers.matching.english_spelling import other_spelling
from workers.matching.required_signs import SignsAround, signs_around

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
    WILDCARD: Final = 32
    """The phrase is one word in which ? is a letter and * any letters."""
    NAME_KEY: Final = 64
    """The phrase is a word that occurs wherever some name does in another spelling; it is no occurrence itself."""


Options: TypeAlias = int
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_DIGRAPH: Final = re.compile("(?<![aeiouq])([aou])e(?=[a-z])")
_WILDCARDS: Final = re.compile("[?*]")
_KATAKANA: Final = re.compile("[\u30a1-\u30fa\u30fc-\u30ff]")
_MIN_COMPOUND: Final = 2
"""Syllables from which Hangul is found inside a longer word."""
_NO_AFFIXES: Final[frozenset[bytes]] = frozenset()


class WatchedPhrase:
    """A word or phrase of the watch list.

    words       the normalized words
    originals   the words as the watch list writes them
    separators  the characters between the words there
    open        which words end in an asterisk
    forms       the words, and the words in other spellings, as UTF-8: a regular English plural, British for American, ae for ä, an Arabic
                contraction of the article
    umlauted    those of the forms that count only where the article writes an umlaut (Goebbels: Göbbels)
    prefixes    what may be written before the first word, without a space
    particles   what may be written after the last word, without a space
    signs       the signs around the words that belong to them (C++, $GAP)
    compound    whether it is also found inside a longer word of Hangul
    wildcard    the form that the whole word must have, if it has ? or * inside
    katakana    whether it begins or ends in katakana, and so must not cut a longer word of it
    """

    __slots__ = (
        "compound",
        "forms",
        "katakana",
        "open",
        "options",
        "originals",
        "particles",
        "prefixes",
        "separators",
        "signs",
        "umlauted",
        "wildcard",
        "words",
    )

    def __init__(
        self,
        options: Options,
        words: tuple[str, ...],
        originals: tuple[str, ...],
        separators: tuple[str, ...],
        stars: frozenset[int],
        signs: SignsAround | None = None,
    ) -> None:
        self.options = options
        self.words = words
        self.originals = originals
        self.separators = separators
        self.open = stars
        self.signs = signs
        self.prefixes = self.particles = _NO_AFFIXES
        self.compound = self.katakana = False
        self.wildcard: re.Pattern[str] | None = None
        self.umlauted: frozenset[tuple[bytes, ...]] = frozenset()
        if words and not options & Option.EXACT and not (words[0].isascii() and words[-1].isascii()):
            self.prefixes = affixes.prefixes_for(words[0])
            self.particles = affixes.particles_for(words[-1])
            self.compound = not stars and affixes.is_hangul(words) and affixes.syllables(words) >= _MIN_COMPOUND
        if words and not words[0].isascii():
            self.katakana = any(_KATAKANA.match(words[i]) for i in (0, -1))
        self.forms = self._forms()

    def _forms(self) -> tuple[tuple[bytes, ...], ...]:
        first = _encoded(self.words)
        if self.options & Option.EXACT or not first:
            return (first,)
        name = bool(self.options & Option.ENTITY)
        bases = [self.words, *self._respelt(name=name)]
        forms = list(map(_encoded, bases))
        if not name and self.closed:
            forms += [_encoded((*base[:-1], plural)) for base in bases for plural in affixes.plurals(base[-1])]
        forms += self.umlauted
        if self.prefixes and (contracted := affixes.with_contracted_article(self.words[0])):
            forms.append((contracted.encode(), *first[1:]))
        return tuple(forms)

    def _respelt(self, *, name: bool) -> Iterator[tuple[str, ...]]:
        """Yield the words in other spellings, and set `umlauted`."""
        if not name and not self.open:
            yield from self._if_new(tuple([other_spelling(word) or word for word in self.words]))
        if not self.options & Option.CASE:
            if not all(map(str.isascii, self.originals)):
                yield from self._if_new(tuple(map(_with_umlauts_spelt_out, self.words, self.originals)))
            contracted = self._if_new(tuple([_DIGRAPH.sub(r"\1", word) if "e" in word else word for word in self.words]))
            self.umlauted = frozenset(map(_encoded, contracted))

    def _if_new(self, words: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        return (words,) if words != self.words else ()

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


def _encoded(words: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple([word.encode() for word in words])


def _with_umlauts_spelt_out(word: str, original: str) -> str:
    """Return a normalized word with ae for the ä of its original, and so on."""
    composed = unicodedata.normalize("NFC", original)
    spelt_out = composed.translate(_UMLAUTS)
    return word if spelt_out == composed else b"".join(normalize.words(spelt_out)).decode()


def parse_phrase(text: str, options: Options) -> WatchedPhrase:
    """Return the phrase of a text of the watch list; it has no words if there is nothing to search for."""
    if options & Option.WILDCARD:
        return _parse_wildcard(text, options)
    if text.isascii() and text.isalnum():
        return WatchedPhrase(options, (text.lower(),), (text,), (), frozenset())
    words = tuple(word.decode() for word in normalize.words(text))
    spans = normalize.word_spans(text)
    separators = tuple(text[end:start] for (_, end), (start, _) in pairwise(spans))
    stars = (
        frozenset(i for i, (_, end) in enumerate(spans) if text[end : end + 1] == "*") if options & Option.PREFIX else frozenset()
    )
    signs = signs_around(text, spans[0][0], spans[-1][1], name=bool(options & Option.ENTITY)) if spans else None
    return WatchedPhrase(options, words, tuple(text[start:end] for start, end in spans), separators, stars, signs)


def _parse_wildcard(text: str, options: Options) -> WatchedPhrase:
    """Return the phrase that is found by the letters before the first ? or *, as a prefix."""
    literal = _WILDCARDS.split(text, maxsplit=1)[0]
    word = b"".join(normalize.words(literal)).decode()
    phrase = WatchedPhrase(options, (word,), (literal,), (), frozenset({0}))
    case = bool(options & Option.CASE)
    parts = ["." if part == "?" else ".*" if part == "*" else re.escape(part if case else b"".join(normalize.words(part)).decode())
             for part in re.findall(r"[?*]|[^?*]+", text)]  # fmt: skip
    phrase.wildcard = re.compile("".join(parts))
    return phrase


phrase_of = lru_cache(maxsize=20_000)(parse_phrase)
"""`parse_phrase` with a cache."""
