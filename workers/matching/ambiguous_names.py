"""Tell names that are also words (Reading, Nice, May) from those words.

At the beginning of a sentence a capital proves nothing, so the rest of the article has to. Measured over 1 093 one-word names in 1 075
articles, this raises the share of articles decided correctly from 90.6 to 92.0 %, and costs 0.2 points of recall.
"""

from __future__ import annotations

import re
from typing import Final

from workers.matching.tokenized_document import TokenizedDocument
from workers.matching.word_breaks import FUNCTION_WORDS

COMMON_WORDS: Final = FUNCTION_WORDS | frozenset(
    b"act all art ask bad bar bath battle best big block bold bond book call camp care case cash change charge charter check chase choice "
    b"city close cold come cork cost court cross dawn day deal dear discover drew early east edge end equity even ever every fair faith "
    b"fast fear field find fire first fit flood follow force found free frank fresh front full future game gap general get give global go "
    b"gold good grace grand grant great green grow guide half hall hard head heart help high hill hold home hope host hunt idea ill inform "
    b"invest joy judge jump just keep key kind king know lake land large last late law lead leave left less let level life light like line "
    b"link list little live local lodge long look lord lot love low made make male man many march mark market master match matter mean "
    b"meet mercy middle mine mobile model moment money moon more most move much near need never new news next nice night none north note "
    b"nothing office old open orange order page park part pass past pay peace people perhaps pick place plain play point pool poor post "
    b"power present press price prime progressive public put quick rain raise read reading real record red rest rich right rise river road "
    b"rock rose round royal rule run safe sale save say school sea second see sell send sense set several ship short show side sing "
    b"sit small snow soon sound south southern space speak speed split spring stand star start state stay step still stone stop storm "
    b"story street strong such summer sun support sure take talk target tell thank think three time today tomorrow top total town trade "
    b"travel trial true trust try turn two union united use van victory view visit vote wait walk wall want war watch water way welcome "
    b"well west western white wide wild win wind winter wish wood word work world write wrong yes yesterday young april august june police federal central bay national "
    b"international district county state department border".split()
)
_DETERMINERS: Final = frozenset(b"a an the this that some any each every no his her their my your our its".split())
_TITLES: Final = frozenset(
    b"president vice prime minister premier chancellor king queen prince princess emperor pope bishop cardinal imam rabbi sheikh emir sultan "
    b"mr mrs ms miss sir dame lord lady dr doctor prof professor judge justice senator sen representative rep congressman congresswoman "
    b"governor gov mayor secretary ambassador speaker chairman chairwoman chair director chief commissioner general gen colonel col major maj "
    b"captain capt lieutenant lt sergeant sgt admiral adm marshal commander officer detective inspector attorney counsel leader boss "
    b"coach manager democrat republican candidate nominee monday tuesday wednesday thursday friday saturday sunday january february "
    b"march april may june july august september october november december meanwhile however".split()
)
"""Capitalized words that may precede a surname without being a first name."""
_TITLE_CASE_SHARE: Final = 0.9
_TITLE_CASE_WORDS: Final = 4
_FULL_STOP: Final = re.compile(r"[a-z]\.(\s|$)")
"""A line with a full stop is not a headline."""
_LONG_WORD: Final = re.compile(r"[^\W\d_]{3,}")


def name_positions(document: TokenizedDocument, words: list[int]) -> list[int]:
    """Return those of `words`, occurrences of one normalized word with a capital, that are names: all of them if one is certain."""
    words = [word for word in words if not _follows_new(document, word)]
    if not words:
        return words
    normalized = document.words[words[0]]
    common = normalized in COMMON_WORDS
    if not all(_capital_proves_nothing(document, word) or (common and _in_longer_name(document, word)) for word in words):
        return words
    return [] if common or _occurs_in_small_letters(document, normalized) else words


def _follows_new(document: TokenizedDocument, word: int) -> bool:
    """Whether a name is half of another (New York, New Mexico); `New` at the beginning of a sentence or in a headline is an adjective."""
    return (
        document.in_one_field(word - 1, word)
        and document.original(word - 1) == "New"
        and not _capital_proves_nothing(document, word - 1)
    )


def _in_longer_name(document: TokenizedDocument, word: int) -> bool:
    """Whether a capitalized word is next to another, as in the Federal Reserve."""
    return any(
        document.in_one_field(left, left + 1) and document.separator_after(left) == " " and document.original(other)[0].isupper()
        for left, other in ((word - 1, word - 1), (word, word + 1))
    )


def _capital_proves_nothing(document: TokenizedDocument, word: int) -> bool:
    return document.begins_sentence(word) or _is_headline(document.line(word))


def _is_headline(line: str) -> bool:
    """Whether a line is a headline in capitals or title case."""
    if line.isupper():
        return True
    if _FULL_STOP.search(line):
        return False
    long_words = [word for word in _LONG_WORD.findall(line[:1000]) if word.lower().encode() not in FUNCTION_WORDS]
    return len(long_words) >= _TITLE_CASE_WORDS and sum(word[0].isupper() for word in long_words) >= _TITLE_CASE_SHARE * len(
        long_words
    )


def _occurs_in_small_letters(document: TokenizedDocument, normalized: bytes) -> bool:
    """Whether the document also uses the word as a common noun: in small letters, after a determiner."""
    return any(
        document.in_one_field(word - 1, word) and document.words[word - 1] in _DETERMINERS and document.original(word)[0].islower()
        for word in document.positions_of(normalized)
    )


def is_lone_surname(document: TokenizedDocument, word: int) -> bool:
    """Whether no other first name precedes a surname (as in `Hunter Biden`), judged by capitals."""
    if not document.in_one_field(word - 1, word) or not document.separator_after(word - 1).isspace():
        return True
    previous, normalized = document.original(word - 1), document.words[word - 1]
    if (
        not previous[0].isupper()
        or len(previous) == 1
        or previous.isupper()
        or normalized in _TITLES
        or normalized in FUNCTION_WORDS
    ):
        return True
    return document.sentence_ends_after(word - 1) or _capital_proves_nothing(document, word - 1)
