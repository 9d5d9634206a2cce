"""Under which spellings a phrase may stand in an article: what the automaton looks for, and what of its finds is accepted.

`patterns` proposes, `occurrence` decides. A pattern may be shorter than the spelling it stands for, so that 100 000 terms stay small;
only what is `certain` needs no second look. The two must agree: whatever `occurrence` accepts, some pattern must have proposed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from workers.matching import affixes
from workers.matching.capitalization import acceptable
from workers.matching.phrase import Option, Phrase
from workers.matching.stems import root, same_stem
from workers.matching.tokenized_document import TokenizedDocument

MIN_HALF: Final = 3
"""Letters of each half of a joined word that is found apart (CONTRACT, Keywords)."""
MAX_SPLIT_WORDS: Final = 4
"""Longer phrases are not searched with one of their words split."""
_GLIMPSE: Final = 3
"""Letters of the second half that a pattern shows at least."""
_SURE: Final = 5
"""Letters of both halves that a pattern shows at least: with fewer, short first halves would be found everywhere."""
FUNCTION_WORDS: Final = frozenset(
    b"a about after all also am an and any are as at be been before between both but by can could did do does down each few for from had "
    b"has have he her here him his how if in into is it its just may me might more most must my no nor not now of off on once one only or "
    b"other our out over own same shall she should so some such than that the their them then there these they this those through to too "
    b"under until up upon very via was we were what when where which while who whom whose why will with within would yet you your "
    b"des den dem der das und ein une les los las del por que con para".split()
)
_HYPHEN: Final = re.compile("[-\u2010-\u2013\u2212\u05be\ufe63\uff0d/][ \t]*\n?[ \t]*|")
_APOSTROPHE: Final = re.compile("['\u2018\u2019\u02bc`\u00b4\u05f3\u05f4\"]")
_SPACE: Final = re.compile("[^\\S\n]*\n?[^\\S\n]*")
_CONTRACTED: Final = frozenset(b"s t ll re ve d m".split())
_ELIDED: Final = frozenset(b"l d j m t n s c qu jusqu lorsqu dell nell sull all dall un".split())


def patterns(phrase: Phrase) -> list[tuple[bytes, bool]]:
    """What to look for in `TokenizedDocument.flat`, and whether finding it is already an occurrence."""
    options = phrase.options
    border = b"" if phrase.prefixes else b" "
    certain = (
        len(phrase.words) == 1
        and not phrase.prefixes
        and not phrase.signs
        and not options & (Option.EXACT | Option.CASE | Option.ENTITY)
    )
    if phrase.open:
        found = [(border + b" ".join(form[: min(phrase.open) + 1]), certain) for form in phrase.forms]
    elif phrase.particles:
        found = [(border + b" ".join(form), False) for form in phrase.forms]
    else:
        found = [(border + b" ".join(form) + b" ", certain) for form in phrase.forms]
    if options & Option.STEM:
        found.append((b" " + root(phrase), False))
    if not options & Option.EXACT and not phrase.open - {len(phrase.words) - 1}:
        found += [(border + pattern, False) for pattern in (*_joined(phrase), *_split(phrase))]
    return found


def _joined(phrase: Phrase) -> list[bytes]:
    """Beginnings of the phrase with two words joined, or all."""
    if len(phrase.words) == 1:
        return []
    words = [word.encode() for word in phrase.words]
    pairs = [i for i in range(len(words) - 1) if _may_join(phrase, i)]
    found = [b" ".join([*words[:i], words[i] + words[i + 1], *words[i + 2 :]]) for i in pairs]
    return found if len(words) == 2 else [*found, b"".join(words)]


def _split(phrase: Phrase) -> list[bytes]:
    """Beginnings of the phrase with one word split; of the second half no more than a glimpse."""
    if len(phrase.words) > MAX_SPLIT_WORDS:
        return []
    found = []
    if len(phrase.words) == 1 and phrase.initials:
        found.append(" ".join(phrase.words[0]).encode())
    before = ""
    for i, word in enumerate(phrase.words):
        found += [f"{before}{word[:at]} {word[at : _glimpse(word, at)]}".encode() for at in _cuts(phrase, i)]
        before += f"{word} "
    return found


def _glimpse(word: str, at: int) -> int:
    """Up to which letter a pattern shows a word split before letter `at`: to its end behind a word that is in every text."""
    return len(word) if word[:at].encode() in FUNCTION_WORDS else max(at + _GLIMPSE, _SURE)


def _cuts(phrase: Phrase, index: int) -> Iterable[int]:
    """Where a word of a phrase may be found split. A name is split only at its capitals (AstraZeneca)."""
    word, written = phrase.words[index], phrase.written[index]
    if index in phrase.open or not affixes.has_case(word):
        return ()
    if not phrase.options & Option.ENTITY:
        return range(1, len(word) if len(word) < MIN_HALF or word[-1].isdigit() else len(word) - 1)
    if len(word) != len(written) or written.istitle():
        return ()
    return [at for at in range(1, len(word)) if written[at].isupper() and (written[at - 1].islower() or phrase.acronym)]


def _may_join(phrase: Phrase, index: int) -> bool:
    """Whether two neighbours of a phrase may be found as one word."""
    left, right, joint = phrase.words[index].encode(), phrase.words[index + 1].encode(), phrase.joints[index]
    if _HYPHEN.fullmatch(joint):
        return True
    if _APOSTROPHE.fullmatch(joint):
        return right not in _CONTRACTED and left not in _ELIDED
    if joint.startswith("."):
        return len(left) == len(right) == 1
    return not ({left, right} & FUNCTION_WORDS)


def occurrence(phrase: Phrase, tokens: TokenizedDocument, first: int, language: str | None) -> int | None:
    """The last word of the occurrence of a phrase that begins with the word `first`, or None if there is none."""
    for form in phrase.forms:
        borders = _walk(phrase, form, tokens, first)
        if borders is not None and _borders_hold(phrase, form, tokens, first, borders):
            last = first + len(borders)
            if acceptable(phrase, tokens, first, last):
                return last
    return stemmed(phrase, tokens, first, language) if phrase.options & Option.STEM else None


def _walk(phrase: Phrase, form: tuple[bytes, ...], tokens: TokenizedDocument, first: int) -> list[int] | None:
    """After how many letters of the form each word of the article ends, the last excepted; None if the letters differ."""
    if phrase.open - {len(form) - 1}:
        return _walk_word_by_word(phrase, form, tokens, first)
    target, at = b"".join(form), 0
    borders: list[int] = []
    word = _without_prefix(phrase, tokens.words[first], target)
    for number in range(first + 1, len(tokens.words) + 1):
        rest = target[at:]
        if word == rest or (word.startswith(rest) and (not phrase.closed or word[len(rest) :] in phrase.particles)):
            return borders
        if not rest.startswith(word) or number == len(tokens.words):
            return None
        at += len(word)
        borders.append(at)
        word = tokens.words[number]
    return None


def _walk_word_by_word(phrase: Phrase, form: tuple[bytes, ...], tokens: TokenizedDocument, first: int) -> list[int] | None:
    borders: list[int] = []
    at = 0
    for i, wanted in enumerate(form):
        if first + i >= len(tokens.words):
            return None
        word = tokens.words[first + i]
        if word != wanted and not (i in phrase.open and word.startswith(wanted)):
            return None
        at += len(wanted)
        borders.append(at)
    return borders[:-1]


def _without_prefix(phrase: Phrase, word: bytes, target: bytes) -> bytes:
    if not phrase.prefixes or target.startswith(word) or word.startswith(target):
        return word
    for prefix in sorted(phrase.prefixes, key=len, reverse=True):
        rest = word.removeprefix(prefix)
        if rest != word and rest and (target.startswith(rest) or rest.startswith(target)):
            return rest
    return word


def _borders_hold(phrase: Phrase, form: tuple[bytes, ...], tokens: TokenizedDocument, first: int, borders: list[int]) -> bool:
    """Whether the words of the article are parted, and joined, where those of the phrase may be."""
    if not tokens.inside(first, first + len(borders)):
        return False
    wanted: dict[int, int] = {}
    at = 0
    for i, word in enumerate(form[:-1]):
        at += len(word)
        wanted[at] = i
    exact = bool(phrase.options & Option.EXACT)
    for number, border in enumerate(borders, first):
        if border in wanted:
            if not _same_border(tokens, number, phrase.joints[wanted[border]], exact=exact):
                return False
        elif exact or not _split_holds(tokens, number):
            return False
    joined = [i for border, i in wanted.items() if border not in borders]
    if any(exact or not _join_holds(phrase, i, tokens, first) for i in joined):
        return False
    return not (exact and _possessive_follows(tokens, first + len(borders)))


def stemmed(phrase: Phrase, tokens: TokenizedDocument, first: int, language: str | None) -> int | None:
    """The last word of an occurrence in which each word has the stem of the phrase's."""
    last = first + len(phrase.words) - 1
    if not tokens.inside(first, last):
        return None
    same = all(
        tokens.words[first + i] == word.encode() or same_stem(phrase.written[i], tokens.written(first + i), language)
        for i, word in enumerate(phrase.words)
    )
    unbroken = all(_same_border(tokens, first + i, joint, exact=False) for i, joint in enumerate(phrase.joints))
    return last if same and unbroken else None


def _same_border(tokens: TokenizedDocument, number: int, joint: str, *, exact: bool) -> bool:
    here = tokens.joint(number)
    if here == joint:
        return True
    if exact and bool(_HYPHEN.fullmatch(joint)) != bool(_HYPHEN.fullmatch(here)):
        return False
    if not here.strip() and "\n" not in here:
        return True
    return not tokens.breaks_after(number) or joint.startswith(".")


def _split_holds(tokens: TokenizedDocument, number: int) -> bool:
    left, right, joint = tokens.words[number], tokens.words[number + 1], tokens.joint(number)
    if _HYPHEN.fullmatch(joint):
        return len(right.decode()) > 1 or right.isdigit() or len(left) == 1
    if _SPACE.fullmatch(joint):
        halves = left.decode(), right.decode()
        return min(map(len, halves)) >= MIN_HALF and not {left, right} & FUNCTION_WORDS and all(map(affixes.has_case, halves))
    if _APOSTROPHE.fullmatch(joint):
        return right not in _CONTRACTED and left not in _ELIDED
    return (
        joint == "." and len(left) == len(right) == 1 and tokens.written(number).isupper() and tokens.written(number + 1).isupper()
    )


def _join_holds(phrase: Phrase, index: int, tokens: TokenizedDocument, first: int) -> bool:
    if not _may_join(phrase, index):
        return False
    return not phrase.joints[index].startswith(".") or tokens.written(first).isupper()


def _possessive_follows(tokens: TokenizedDocument, last: int) -> bool:
    return tokens.inside(last, last + 1) and tokens.words[last + 1] == b"s" and bool(_APOSTROPHE.fullmatch(tokens.joint(last)))
