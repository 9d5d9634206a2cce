"""Take a name of the watch list apart: first and middle names, surname, particles, the legal form of a company."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from monitor.domain.watch import EntityType
from workers.matching import normalize
from workers.matching.english_spelling import other_spelling
from workers.matching.name_words import (
    AL,
    FAMILY_FIRST,
    FIRST_NAME_FOLLOWS,
    JOINING,
    LEGAL_FORMS,
    LEGAL_PHRASES,
    NUMBERS,
    SMALL,
    TITLES,
)

MIN_KEY: Final = 2
"""Letters that the word must have by which a name is looked for."""
_MAX_WORDS: Final = 12
_TWO: Final = 2
"""Words of a double surname."""
_MAX_INITIALS: Final = 3
_VOWEL: Final = re.compile("[aeiouy]")


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedName:
    """A name of a person or an organisation.

    words    all words, particles as they are compared
    core     the words that carry the name: no particles, initials, titles, legal form
    full     the core with its initials
    letters  the initials of all words before the last
    surname  the word of the core that is the family name
    legal    the legal forms it has
    abbreviated  whether it begins with initials (JD Vance)
    turned   whether the list writes the surname first, before a comma
    second_surname  whether two words stand before that comma (Maduro Moros), of which newspapers leave the second out
    """

    kind: EntityType
    words: tuple[str, ...]
    core: tuple[str, ...]
    full: tuple[str, ...]
    letters: str = ""
    abbreviated: bool = False
    surname: str = ""
    legal: frozenset[str] = frozenset()
    turned: bool = False
    second_surname: bool = False

    @property
    def person(self) -> bool:
        """Whether it is a person's name."""
        return self.kind is EntityType.PERSON

    @property
    def may_vary(self) -> bool:
        """Whether an organisation's or a place's name has a part that newspapers write in several ways."""
        respelt = any(other_spelling(word) or word.isdigit() for word in self.core)
        return bool(self.legal) or (
            len(self.core) > 1 and (respelt or "and" in self.core or AL in self.core or self.words[0] == "the")
        )

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the words of which one occurs wherever a variant of the name does."""
        if self.person:
            found = (
                tuple(
                    key for key in (self.core[-1], self.surname, self.core[-2] if self.second_surname else "") if key not in TITLES
                )
                if len(self.core) > 1
                else ()
            )
        else:
            telling = [word for word in self.core if word not in JOINING and other_spelling(word) is None and not word.isdigit()]
            found = (max(telling, key=len, default=""),) if self.may_vary else ()
        return tuple(dict.fromkeys(key for key in found if len(key) >= MIN_KEY))


def press_order(name: str) -> str:
    """Return a person's name in the order of newspapers: `LAST, First` turned, capitals made small."""
    last, comma, first = name.partition(",")
    if not comma or not first.strip() or _is_suffix(first):
        return name
    return " ".join(_capitalized(part) for part in (first.strip(), last.strip()))


@lru_cache(maxsize=20_000)
def watched_name(text: str, kind: EntityType) -> WatchedName:
    """Return the parts of a name of the watch list."""
    pressed = press_order(text) if kind is EntityType.PERSON else text
    if kind is not EntityType.PERSON:
        return _organisation(pressed, kind)
    written = [pressed[start:end] for start, end in normalize.word_spans(pressed)][:_MAX_WORDS]
    words = [word.decode() for word in normalize.words(pressed)][:_MAX_WORDS]
    while len(words) > 2 and words[0] in TITLES - FIRST_NAME_FOLLOWS:
        del words[0], written[0]
    names = [(word, form) for word, form in zip(words, written, strict=True) if word not in SMALL]
    if len(names) > 2:
        names = [pair for pair in names if pair[0] not in TITLES] or names
    full = tuple(word for word, _ in names)
    shouting = pressed.isupper()
    initials = [is_initials(word, form, shouting=shouting) for word, form in names]
    long = tuple(word for (word, _), short in zip(names, initials, strict=True) if not short)
    core = long if len(long) > 1 else full or tuple(words)
    turned = pressed != text
    first_is_family = len(core) > 1 and core[0] in FAMILY_FIRST and core[-1] not in FAMILY_FIRST and not turned
    surname = core[0] if first_is_family else core[-1] if core else ""
    compared = tuple(SMALL.get(word) or word for word in words)
    letters = "".join(word if short else word[0] for (word, _), short in zip(names[:-1], initials, strict=False))
    return WatchedName(
        kind=kind,
        words=compared,
        core=core,
        full=full,
        letters=letters,
        abbreviated=bool(names) and initials[0],
        surname=surname,
        turned=turned,
        second_surname=turned and len(core) > 2 and len(normalize.words(text.partition(",")[0])) == _TWO,
    )


def is_initials(word: str, written: str, *, shouting: bool = False) -> bool:
    """Whether a word of a name is one initial, or up to three joined (HW); in a name all in `shouting` capitals only without a vowel."""
    if len(word) == 1:
        return True
    joined = len(word) <= _MAX_INITIALS and written.isascii() and written.isupper() and written.isalpha()
    return joined and not (shouting and _VOWEL.search(word))


def _organisation(text: str, kind: EntityType) -> WatchedName:
    words = comparable(text)
    core, legal = without_legal_form(words)
    if core[0] == "the" and len(core) > (1 if legal else 2):
        core = core[1:]
    return WatchedName(kind=kind, words=words, core=core, full=core, legal=legal)


def comparable(text: str) -> tuple[str, ...]:
    """Return the words of a name as they are compared: and for &, American for British spelling, 1 for one."""
    spans = normalize.word_spans(text)
    words = [word.decode() for word in normalize.words(text)]
    separators = [text[left[1] : right[0]] for left, right in pairwise(spans)] + [""]
    found: list[str] = []
    for word, separator in zip(words, separators, strict=True):
        found.append(compared_word(word))
        if "&" in separator:
            found.append("and")
    return tuple(found)


@lru_cache(maxsize=50_000)
def compared_word(word: str) -> str:
    """Return the one spelling by which all spellings of a word of an organisation's name are compared."""
    return NUMBERS.get(word) or SMALL.get(word) or min(word, other_spelling(word) or word)


def without_legal_form(words: tuple[str, ...]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return a name's words without its legal form, and the form as all that mean the same are called."""
    rest, found = list(_without_dots(words)), set()
    for phrase, form in LEGAL_PHRASES.items():
        size = len(phrase)
        for ends in (slice(0, size), slice(len(rest) - size, None)):
            if len(rest) > size and tuple(rest[ends]) == phrase:
                found.add(form)
                del rest[ends]
    for end in (-1, 0):
        while len(rest) > 1 and rest[end] in LEGAL_FORMS:
            found.add(LEGAL_FORMS[rest.pop(end)])
    while len(rest) > 1 and rest[-1] == "and":
        rest.pop()
    return tuple(rest), frozenset(found)


def _without_dots(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return words with single letters at the end joined, as in `a.s.` and `G.m.b.H.`."""
    end = len(words)
    while end > 1 and len(words[end - 1]) == 1:
        end -= 1
    joined = "".join(words[end:])
    return (*words[:end], joined) if joined in LEGAL_FORMS else words


def _capitalized(part: str) -> str:
    """Return a part of a name with only the first letters of its words in capitals, if it is long enough to be no initials."""
    return " ".join(word.title() if word.isupper() and len(word) > _MAX_INITIALS else word for word in part.split())


def _is_suffix(part: str) -> bool:
    return part.strip().rstrip(".").lower() in {"jr", "sr", "ii", "iii", "iv"}
