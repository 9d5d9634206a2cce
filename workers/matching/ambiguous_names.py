"""Names that are also words (Reading, Nice, May): where a capital proves nothing, the rest of the article must.

Measured over 1 093 one-word names in 1 075 articles: asking for more than a capital at a sentence's beginning raises the share of articles
that are right from 90.6 to 92.0 %, and loses 0.2 points of recall (FINDINGS, Entities).
"""

from __future__ import annotations

import re
from typing import Final

from workers.matching.spellings import FUNCTION_WORDS
from workers.matching.tokenized_document import TokenizedDocument

_COMMON: Final = FUNCTION_WORDS | frozenset(
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
"""What may stand before a surname in capitals without being a first name."""
_TITLE_CASE_SHARE: Final = 0.9
_TITLE_CASE_WORDS: Final = 4
_STATEMENT: Final = re.compile(r"[a-z]\.(\s|$)")
"""A line with a full stop is no headline."""
_TELLING: Final = re.compile(r"[^\W\d_]{3,}")


def stands(tokens: TokenizedDocument, words: list[int]) -> list[int]:
    """Of the places where one folded word is written with a capital, those where it is a name; sure of all if one is sure."""
    words = [word for word in words if not _of_the_new_world(tokens, word)]
    if not words:
        return words
    folded = tokens.words[words[0]]
    common = folded in _COMMON
    if not all(_doubtful(tokens, word) or (common and _in_longer_name(tokens, word)) for word in words):
        return words
    return [] if common or _written_small(tokens, folded) else words


def _of_the_new_world(tokens: TokenizedDocument, word: int) -> bool:
    """Whether a name is half of another (New York, New Mexico); `New` at a sentence's beginning or in a headline is an adjective."""
    return tokens.inside(word - 1, word) and tokens.written(word - 1) == "New" and not _doubtful(tokens, word - 1)


def _in_longer_name(tokens: TokenizedDocument, word: int) -> bool:
    """Whether a capitalised word stands side by side with another, as in the Federal Reserve."""
    return any(
        tokens.inside(left, left + 1) and tokens.joint(left) == " " and tokens.written(other)[0].isupper()
        for left, other in ((word - 1, word - 1), (word, word + 1))
    )


def _doubtful(tokens: TokenizedDocument, word: int) -> bool:
    return tokens.begins_sentence(word) or _capitals_throughout(tokens.line(word))


def _capitals_throughout(line: str) -> bool:
    """Whether a line is a headline in capitals or in title case."""
    if line.isupper():
        return True
    if _STATEMENT.search(line):
        return False
    telling = [word for word in _TELLING.findall(line[:1000]) if word.lower().encode() not in FUNCTION_WORDS]
    return len(telling) >= _TITLE_CASE_WORDS and sum(word[0].isupper() for word in telling) >= _TITLE_CASE_SHARE * len(telling)


def _written_small(tokens: TokenizedDocument, folded: bytes) -> bool:
    """Whether the article also uses the word as a common noun: small, behind an article or the like."""
    return any(
        tokens.inside(word - 1, word) and tokens.words[word - 1] in _DETERMINERS and tokens.written(word)[0].islower()
        for word in tokens.places_of(folded)
    )


def stands_alone(tokens: TokenizedDocument, word: int) -> bool:
    """Whether a surname has no other first name before it (`Hunter Biden`), as far as capitals tell."""
    if not tokens.inside(word - 1, word) or not tokens.joint(word - 1).isspace():
        return True
    before, folded = tokens.written(word - 1), tokens.words[word - 1]
    if not before[0].isupper() or len(before) == 1 or before.isupper() or folded in _TITLES or folded in FUNCTION_WORDS:
        return True
    return tokens.breaks_after(word - 1) or _doubtful(tokens, word - 1)
