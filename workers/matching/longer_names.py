"""Tell whether a name of one or a few words is a part of a longer one that is not on the list: Sudan in South Sudan, Wang in Wang Wenbin.

`longer_places.txt` and `first_names.txt` are built by build_name_lists.py (GeoNames, CC BY 4.0; US Census; see NOTICE).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from monitor.domain.watch import EntityType
from workers.matching.ambiguous_names import COMMON_WORDS
from workers.matching.capitalization import GENERIC
from workers.matching.name_words import NAME_SUFFIXES, NO_NAME, TITLES
from workers.matching.tokenized_document import TokenizedDocument
from workers.matching.word_breaks import FUNCTION_WORDS

PLACES: Final = Path(__file__).with_name("longer_places.txt")
FIRST_NAMES: Final = Path(__file__).with_name("first_names.txt")

_MAX_CURRENCY: Final = 3
"""Letters before the sign of a currency (US$, HK$)."""
_CURRENCY: Final = "$€£¥"
_REACH: Final = ((1, 0), (0, 1), (2, 0), (0, 2), (1, 1))
"""Words before and after a name that may belong to a longer place name."""
_AFTER_PLACE: Final = GENERIC | frozenset(
    "police university college post times herald tribune football club united fc cup open marathon museum opera agreement accord accords "
    "conference summit government parliament senate house mayor governor president minister health ministry stock exchange high supreme "
    "film festival fashion week day olympics olympic games airlines airways central school schools dome film street wall general national "
    "public international declaration protocol treaty convention pact peace process academy institute gazette journal daily news sun star "
    "republican republicans democrat democrats democratic aquarium aviation bourse derby keys delegation tech state southern bulldogs marlins "
    "hilton sheraton marriott city metro transit authority fire department jets giants bears bulls lakers heat".split()
)
"""What follows the name of a place that it belongs to, as in Sydney Opera House."""


def inside_longer_name(document: TokenizedDocument, first: int, last: int, kind: EntityType | None) -> bool:
    """Whether the words from `first` to `last`, a name of an entity of this type, belong to a longer name in the article."""
    if len(document.words[last]) <= _MAX_CURRENCY and _before_currency(document, last):
        return True
    if kind in {EntityType.PLACE, EntityType.OTHER} and _in_longer_place(document, first, last):
        return True
    if first != last or not document.original(first)[0].isupper():
        return False
    if kind is EntityType.PERSON:
        return _name_follows(document, last) or _first_name_precedes(document, first)
    return kind is EntityType.PLACE and (_is_first_name_of(document, first) or _first_name_precedes(document, first))


def _before_currency(document: TokenizedDocument, last: int) -> bool:
    """Whether the name is the beginning of an amount, as US in US$5."""
    end = document.span(last)[1]
    following = document.text(document.field(last))[end : end + 2]
    return following[:1] in _CURRENCY and following[1:].isdigit()


def _in_longer_place(document: TokenizedDocument, first: int, last: int) -> bool:
    if document.words[first] not in _words_of_places():
        return False
    for before, after in _REACH:
        start, end = first - before, last + after
        if not document.in_one_field(start, end):
            continue
        words = b" ".join(document.words[start : end + 1]).decode()
        if words in _places() and all(_joins_names(document, left) for left in range(start, end)):
            return all(document.original(word)[0].isupper() or document.words[word] in FUNCTION_WORDS for word in range(start, end))
    return False


def _joins_names(document: TokenizedDocument, left: int) -> bool:
    return document.separator_after(left) in {" ", "-", "\u00a0", "\n", "\u2011"}


def _name_follows(document: TokenizedDocument, last: int) -> bool:
    """Whether another word of a person's name follows."""
    after = last + 1
    if not document.in_one_field(last, after) or document.separator_after(last) not in {" ", "\u00a0"}:
        return False
    written, word = document.original(after), document.words[after].decode()
    return written.istitle() and len(written) > 1 and word not in NO_NAME | NAME_SUFFIXES | TITLES


def _first_name_precedes(document: TokenizedDocument, first: int) -> bool:
    before = first - 1
    if before < 0 or document.words[before] not in _sure_first_names() or not document.in_one_field(before, first):
        return False
    return document.separator_after(before) in {" ", "\u00a0"} and document.original(before).istitle()


def _is_first_name_of(document: TokenizedDocument, word: int) -> bool:
    """Whether the name of a place is a first name here: Jordan Peterson, but not Jordan Valley."""
    if document.words[word] not in _first_names() or not _name_follows(document, word):
        return False
    surname = document.words[word + 1]
    return surname.decode() not in _AFTER_PLACE and surname not in COMMON_WORDS


def is_name_of_others(word: str) -> bool:
    """Whether a normalized word is a first name, or a part of the name of a place."""
    return word.encode() in _first_names() or word.encode() in _words_of_places()


@cache
def _places() -> frozenset[str]:
    return frozenset(PLACES.read_text(encoding="utf-8").splitlines())


@cache
def _words_of_places() -> frozenset[bytes]:
    return frozenset(word.encode() for place in _places() for word in place.split())


@cache
def _first_names() -> frozenset[bytes]:
    return frozenset(line.partition(" ")[0].encode() for line in FIRST_NAMES.read_text(encoding="utf-8").splitlines())


@cache
def _sure_first_names() -> frozenset[bytes]:
    """Return the first names that are neither a well-known place nor a frequent word."""
    lines = FIRST_NAMES.read_text(encoding="utf-8").splitlines()
    return frozenset(line.encode() for line in lines if " " not in line) - COMMON_WORDS
