"""Decide whether a stretch of capitals is a name of the watch list in another spelling, and by which rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, TypeAlias

from workers.matching.name_runs import RunWord
from workers.matching.name_sound import likeness, skeleton
from workers.matching.name_words import (
    COURTESY,
    FAMILY_FIRST,
    FIRST_NAME_FOLLOWS,
    FREQUENT_SURNAMES,
    NAME_SUFFIXES,
    NICKNAMES,
)
from workers.matching.watched_name import WatchedName

Found: TypeAlias = "NameHit | None"

_SURE: Final = 0.92
"""Confidence from which a transliteration counts."""
_ALIKE: Final = 0.8
"""Likeness that every word of it must have."""
_MIN_SKELETON: Final = 4
_MAX_CORE: Final = 5
_MAX_ADDED: Final = 2
"""Middle names that an article may add."""
_LONG_SURNAME: Final = 6
"""Letters from which a surname with initials is enough."""
AFTER_TITLE: Final = "surname after a title"


@dataclass(frozen=True, slots=True)
class NameHit:
    """A name found in another spelling: its first and last word, the rule, and for a transliteration how sure that is."""

    first: int
    last: int
    rule: str
    confidence: float | None = None


def match_person(name: WatchedName, words: Sequence[RunWord], *, fuzzy: bool) -> Found:
    """Return the name in a run without its titles."""
    named = [word for word in words if not word.small]
    for start, end in _windows(named, name, fuzzy=fuzzy):
        hit = _aligned(name, named, start, end, fuzzy=fuzzy)
        if hit is not None:
            return hit
    if name.second_surname and name.core[-2] not in FREQUENT_SURNAMES and not any(word.word == name.core[-1] for word in named):
        return match_person(_with_one_surname(name), words, fuzzy=fuzzy)
    return _by_initials(name, named)


def _with_one_surname(name: WatchedName) -> WatchedName:
    """Return a name of a list as newspapers write it, without the second of its surnames."""
    full = tuple(word for word in name.full if word != name.core[-1])
    return replace(name, core=name.core[:-1], full=full, surname=name.core[-2], second_surname=False)


def _windows(named: Sequence[RunWord], name: WatchedName, *, fuzzy: bool) -> Iterator[tuple[int, int]]:
    """Yield where the first and the last word of a name may stand."""
    first, last = name.core[0], name.core[-1]
    for end, final in enumerate(named):
        if final.word == last or (fuzzy and skeleton(final.word) == skeleton(last)):
            for start in range(max(0, end - _MAX_CORE), end):
                if _same_first(named[start].word, first) or (fuzzy and skeleton(named[start].word) == skeleton(first)):
                    yield start, end


def _same_first(word: str, first: str) -> bool:
    return word == first or word in NICKNAMES.get(first, ()) or first in NICKNAMES.get(word, ())


def _aligned(name: WatchedName, named: Sequence[RunWord], start: int, end: int, *, fuzzy: bool) -> Found:
    inside = named[start + 1 : end]
    theirs = [letter for word in inside for letter in (word.word if word.initial else [word.word])]
    full = name.full if name.full[:1] == name.core[:1] else name.core
    ours = [part for word in full[1:-1] for part in ([word] if word in name.core else word)]
    longer = _inside_longer(named, start, end)
    if _suffix_differs(name, named, end):
        return None
    ends_same = _same_first(named[start].word, name.core[0]) and named[end].word == name.core[-1]
    if ends_same and _middle_names_agree(ours, theirs):
        left_out = len(ours) > len(theirs) and not all(len(part) == 1 for part in ours)
        if longer and (len(theirs) != len(ours) or left_out):
            return None
        if left_out and not _few_bear(name):
            return None
        return NameHit(named[start].number, named[end].number, _rule(name, named, start, end, ours, theirs))
    if fuzzy and not longer:
        return _by_sound(name, named, start, end)
    return None


def _rule(name: WatchedName, named: Sequence[RunWord], start: int, end: int, ours: Sequence[str], theirs: Sequence[str]) -> str:
    if named[start].word != name.core[0]:
        return "short first name"
    if len(theirs) > len(ours):
        return "initial added" if all(len(part) == 1 for part in theirs) else "middle name added"
    if len(theirs) < len(ours):
        return "middle name left out"
    if name.turned:
        return "order of lists"
    return (
        "particle"
        if named[end].number - named[start].number != len(theirs) + 1 or len(name.words) != len(name.full)
        else "initials"
    )


def _middle_names_agree(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether two lists of middle names may be one person's: none, the same, initials of one another, or a part."""
    if not ours or not theirs:
        return len(theirs) <= _MAX_ADDED
    if len(ours) == len(theirs):
        return all(
            one == other or (one[0] == other[0] and 1 in (len(one), len(other))) for one, other in zip(ours, theirs, strict=True)
        )
    short, long = sorted((ours, theirs), key=len)
    return all(len(part) > 1 for part in short) and set(short) <= set(long)


def _few_bear(name: WatchedName) -> bool:
    """Whether a name is rare enough that its first and last word say who is meant."""
    core = name.core
    return len(core) <= _MAX_CORE and core[-1] not in FREQUENT_SURNAMES and core[0] not in FAMILY_FIRST


def _inside_longer(named: Sequence[RunWord], start: int, end: int) -> bool:
    return start > 0 or (end + 1 < len(named) and named[end + 1].word not in NAME_SUFFIXES)


def _suffix_differs(name: WatchedName, named: Sequence[RunWord], end: int) -> bool:
    after = named[end + 1].word if end + 1 < len(named) else ""
    return after in NAME_SUFFIXES and after not in name.words


def _by_initials(name: WatchedName, named: Sequence[RunWord]) -> Found:
    """Return the surname with the initials of the other names before it."""
    last = name.core[-1]
    if not name.abbreviated and (len(last) < _LONG_SURNAME or not _few_bear(name)):
        return None
    for end, word in enumerate(named):
        start = end
        while start > 0 and named[start - 1].initial:
            start -= 1
        if word.word != last or start == end or start > 0 or _suffix_differs(name, named, end):
            continue
        letters = "".join(initial.word for initial in named[start:end])
        if letters == name.letters or (letters == name.letters[:1] and not name.abbreviated):
            return NameHit(named[start].number, word.number, "initials")
    return _initials_spelt_out(name, named) if name.abbreviated and _few_bear(name) else None


def _initials_spelt_out(name: WatchedName, named: Sequence[RunWord]) -> Found:
    """Return the names of which the list gives only the initials, with the surname."""
    last, size = name.core[-1], len(name.letters)
    for end, word in enumerate(named):
        before = named[end - size : end] if end == size else ()
        if (
            before
            and word.word == last
            and len(last) + size > _LONG_SURNAME
            and "".join(one.word[0] for one in before) == name.letters
        ):
            return NameHit(before[0].number, word.number, "initials")
    return None


def match_in_list_order(name: WatchedName, words: Sequence[RunWord], after: Sequence[RunWord]) -> Found:
    """Return the name written surname first, with a comma before the run `after`: `Smith, John`."""
    named, following = ([word for word in run if not word.small] for run in (words, after))
    given = [word for word in following if not word.initial]
    surname = list(name.core[1:]) if len(name.core) > 2 else [name.core[-1]]
    if [word.word for word in named] not in ([name.core[-1]], surname) or not given or not _same_first(given[0].word, name.core[0]):
        return None
    middle = [word.word for word in given[1:]]
    if middle != list(name.core[1:-1])[: len(middle)]:
        return None
    return NameHit(words[0].number, following[-1].number, "order of lists")


def _by_sound(name: WatchedName, named: Sequence[RunWord], start: int, end: int) -> Found:
    theirs = [word.word for word in named[start : end + 1] if not word.initial]
    ours = list(name.core)
    if len(theirs) == 2 < len(ours) and _few_bear(name):
        ours = [ours[0], ours[-1]]
    confidence = sounds_alike(ours, theirs)
    return None if confidence is None else NameHit(named[start].number, named[end].number, "transliteration", confidence)


def sounds_alike(ours: Sequence[str], theirs: Sequence[str]) -> float | None:
    """Return how sure it is that two names of several words are transliterations of each other; None if not enough."""
    if len(ours) != len(theirs) or len(ours) < 2:
        return None
    skeletons = [skeleton(word) for word in ours]
    if not all(skeletons) or skeletons != [skeleton(word) for word in theirs] or sum(map(len, skeletons)) < _MIN_SKELETON:
        return None
    if len(ours) == 2 and set(skeletons) <= _frequent_skeletons():
        return None
    scores = []
    for one, other in zip(ours, theirs, strict=True):
        if one != other and (min(len(one), len(other)) < 3 or one.isdigit()):
            return None
        scores.append(1.0 if one == other else likeness(one, other))
    confidence = (min(scores) + sum(scores) / len(scores)) / 2
    return round(confidence, 2) if min(scores) >= _ALIKE and confidence >= _SURE - 0.04 else None


@cache
def _frequent_skeletons() -> frozenset[str]:
    return frozenset(map(skeleton, FREQUENT_SURNAMES))


def match_after_title(name: WatchedName, titles: Sequence[str], words: Sequence[RunWord]) -> Found:
    """Return the surname alone behind a title or office: a courtesy title is not enough for a frequent surname."""
    named = [word for word in words if not word.small]
    if not titles or titles[-1] in FIRST_NAME_FOLLOWS or len(named) != 1 or named[0].word != name.surname:
        return None
    if len(name.core) < 2 or len(name.surname) <= 2 or (set(titles) <= COURTESY and name.surname in FREQUENT_SURNAMES):
        return None
    return NameHit(words[0].number, named[0].number, AFTER_TITLE)


def match_organisation(
    name: WatchedName, words: Sequence[tuple[int, str]], *, fuzzy: bool
) -> Iterator[tuple[int, int, float | None]]:
    """Yield where the words of an organisation's name stand in a run, as places in `words`, and how sure a transliteration is."""
    size = len(name.core)
    for start in range(len(words) - size + 1):
        theirs = [word for _, word in words[start : start + size]]
        if tuple(theirs) == name.core:
            yield start, start + size, None
        elif fuzzy and (confidence := sounds_alike(name.core, theirs)) is not None and confidence >= _SURE:
            yield start, start + size, confidence
