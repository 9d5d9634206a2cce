"""Check that words found by their letters also have the capitals, diacritics and signs that their phrase requires."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from workers.matching import normalize
from workers.matching.ambiguous_names import COMMON_WORDS
from workers.matching.phrase import Option, WatchedPhrase
from workers.matching.tokenized_document import TokenizedDocument

_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_UMLAUT: Final = re.compile("[äöüÄÖÜ]")
_KATAKANA: Final = re.compile("[\u30a1-\u30fa\u30fc-\u30ff\uff66-\uff9d][\u3099\u309a\uff9e\uff9f]?")
_ACRONYM_AS_WORD: Final = 4
"""Letters from which a name in capitals is also written as a word."""
PARTICLES: Final = frozenset(
    "al el as ash at ad ar an az bin ibn abu ben bat da das de del della der den des di do dos du e et la las le les los of on the and in "
    "to upon ter ten van von und y zu zum".split()
)
"""Words of a name that running text may write in small letters."""

GENERIC: Final = frozenset(
    "airport army avenue bank base bay border bridge camp canal church city coast corridor council county court creek crossing dam "
    "desert district forest gate governorate harbour harbor heights hill hills hospital island islands junction lake mosque mount "
    "mountain mountains neighborhood neighbourhood ocean park party peninsula plain plant port prison province refugee region river road "
    "sea square state station strait straits street strip temple terminal territory tower town university valley village".split()
)
"""Last words of a name that say what it is and may be in small letters: `Rafah crossing` is the Rafah Crossing."""


def written_as_required(phrase: WatchedPhrase, document: TokenizedDocument, first: int, last: int) -> bool:
    """Whether the words from `first` to `last`, whose letters are those of the phrase, are written as its options and signs require."""
    if phrase.signs and not phrase.signs.stand(
        document.text(document.field(last)), document.span(first)[0], document.span(last)[1]
    ):
        return False
    if phrase.wildcard is not None:
        word = _visible(document.original(first)) if phrase.options & Option.CASE else document.words[first].decode()
        return phrase.wildcard.fullmatch(word) is not None
    if phrase.katakana and _cuts_katakana(phrase, document, first, last):
        return False
    if phrase.options & Option.ENTITY:
        return _is_acronym(document, first, last) if phrase.acronym else _is_capitalized(phrase, document, first, last)
    if phrase.options & Option.CASE:
        return _equals_as_written(phrase, document, first, last)
    return not phrase.options & Option.EXACT or _has_same_letters(phrase, document, first, last)


def has_umlaut(document: TokenizedDocument, first: int, last: int) -> bool:
    """Whether one of the words is written with ä, ö or ü."""
    return any(_UMLAUT.search(unicodedata.normalize("NFC", document.original(word))) for word in range(first, last + 1))


def _has_same_letters(phrase: WatchedPhrase, document: TokenizedDocument, first: int, last: int) -> bool:
    """Whether the words have the letters of the phrase without counting variants as one (ة and ه, simplified and traditional)."""
    if all(map(str.isascii, phrase.originals)):
        return True
    found = "".join(document.original(word) for word in range(first, last + 1))
    wanted = "".join(phrase.originals)
    same = _plain(found) == _plain(wanted)
    return same or (not phrase.closed and _plain(found).startswith(_plain(wanted)))


def _plain(text: str) -> str:
    return "".join(map(normalize.plain_letters, text))


def _visible(text: str) -> str:
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))


def _equals_as_written(phrase: WatchedPhrase, document: TokenizedDocument, first: int, last: int) -> bool:
    """Whether the words equal the phrase letter for letter, except for a plural ending; spaces do not matter."""
    found = _visible("".join(document.original(word) for word in range(first, last + 1)))
    wanted = _visible("".join(phrase.originals))
    if not phrase.closed or phrase.prefixes or phrase.particles:
        return wanted in found
    return found == wanted or (
        found.lower() != wanted.lower() and found.startswith(wanted[:-1]) and (found.startswith(wanted) or wanted.endswith("y"))
    )


def _is_acronym(document: TokenizedDocument, first: int, last: int) -> bool:
    """Whether the words are in capitals, and not on a line that is all in capitals, where these prove nothing.

    Four letters or more may also be written as a word: Nato.
    """
    if first == last and _is_acronym_as_word(document, first):
        return True
    if not all(document.original(word).isupper() for word in range(first, last + 1)):
        return False
    line = document.line(first)
    if not line.isupper():
        return True
    start, end = document.span(first)[0], document.span(last)[1]
    acronym = document.text(document.field(first))[start:end]
    return not any(map(str.isalpha, line.replace(acronym, "")))


def _is_acronym_as_word(document: TokenizedDocument, word: int) -> bool:
    written = document.original(word)
    return (
        len(written) >= _ACRONYM_AS_WORD
        and written.istitle()
        and not (document.words[word] in COMMON_WORDS and document.begins_sentence(word))
    )


def _is_capitalized(phrase: WatchedPhrase, document: TokenizedDocument, first: int, last: int) -> bool:
    """Whether each word but the particles has a capital, or is written exactly as on the list."""
    found = [document.original(word) for word in range(first, last + 1)]
    if len(found) == len(phrase.originals) and any(map(_has_capital, phrase.originals)):
        return all(
            _begins_with_capital(text)
            or text == name
            or (len(found) > 1 and (name.lower() in PARTICLES or (i > 0 and name.lower() in GENERIC)))
            for i, (text, name) in enumerate(zip(found, phrase.originals, strict=True))
        ) and (any(map(_has_capital, found)) or found == list(phrase.originals))
    words = [text for text in found if text.lower() not in PARTICLES] or found
    return all(map(_begins_with_capital, words))


def _cuts_katakana(phrase: WatchedPhrase, document: TokenizedDocument, first: int, last: int) -> bool:
    """Whether the words are a part of a longer katakana word, as イラン in タイランド."""
    return any(
        document.in_one_field(left, left + 1)
        and not document.separator_after(left)
        and _KATAKANA.fullmatch(document.original(left))
        and _KATAKANA.fullmatch(document.original(left + 1))
        for left in ((first - 1, last) if phrase.closed else (first - 1,))
        if _KATAKANA.fullmatch(document.original(max(left, first)))
    )


def _has_capital(word: str) -> bool:
    return any(map(str.isupper, word))


def _begins_with_capital(word: str) -> bool:
    """Whether a word begins with a capital, or cannot (a number, a script without capitals)."""
    first = next((char for char in word if char.isalpha()), "")
    return not first.islower()
