"""Tell whether two statements in other words have enough in common to be of one event at all, beyond what events of a kind have in common.

In a statement of one sentence the frame ("the strike of the … begins", "police arrest a … for …") makes half of the words, and so does the name of
someone of whom there is other news. Shares deceive there; what counts is how much information is said again, and that it is not one phrase.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import Final

from workers.stories.facts import NO_SPACE
from workers.stories.statement import Statement
from workers.stories.stop_words import STOP_WORDS
from workers.stories.story_profile import StoryProfile

MIN_SHARED: Final = 14.0
"""Information (the rarity of words, in nats) that a statement of an event has in common with the nearest one or the story's core, at least."""
SHORT: Final = 10
"""Words and names up to which a statement is short."""
MIN_SHARED_OF_SHORT: Final = 18.0
MIN_SHARE_OF_SHORT: Final = 0.45
"""Part of the information of the briefer of two short statements that is in common, at least."""
MIN_BESIDE_PHRASE: Final = 5.0
"""Information that two short statements have in common beside their longest common phrase, which may be no more than somebody's name and office."""
_MOST: Final = 8.3
"""Information that one word has at most, so that a single one makes no event, however much has been read."""


def is_short(one: Statement, other: Statement) -> bool:
    """Return whether one of two statements says so little that its frame may be most of it."""
    return min(_length(one), _length(other)) <= SHORT


def has_enough_in_common(new: Statement, story: StoryProfile, nearest: Statement) -> bool:
    """Return whether what `new` says again of a story, or of its nearest statement, may make it a report of the same event."""
    mine, theirs, (often, _) = new.weights.idf, nearest.weights.idf, story.core()
    shared = sum([_information(word, value) for word, value in mine.items() if word in theirs or word in often])
    if not is_short(new, nearest):
        return shared >= MIN_SHARED
    if shared < MIN_SHARED_OF_SHORT:
        return False
    alone = min(_without(mine, theirs), _without(theirs, mine))
    if shared < MIN_SHARE_OF_SHORT * (shared + alone):
        return False
    return alone == 0 or _beside_phrase(new, nearest, mine.keys() & theirs.keys()) >= MIN_BESIDE_PHRASE


def _length(statement: Statement) -> float:
    """Return the number of words and names; where words are not set apart, two characters are about one."""
    facts = statement.facts
    return facts.length - sum(count for word, count in facts.words.items() if NO_SPACE.match(word)) / 2


def _information(word: str, idf: float) -> float:
    value = min(_MOST, idf)
    return value / 2 if NO_SPACE.match(word) else value


def _without(idf: Mapping[str, float], other: Mapping[str, float]) -> float:
    return sum([_information(word, value) for word, value in idf.items() if word not in other])


def _beside_phrase(new: Statement, nearest: Statement, shared: Iterable[str]) -> float:
    """Return the information in common beside the longest run of words that both have, stop words left out."""
    mine, theirs = ([word for word in dict.fromkeys(one.lowered) if word not in STOP_WORDS] for one in (new, nearest))
    at, _, size = SequenceMatcher(None, mine, theirs, autojunk=False).find_longest_match()
    phrase = "".join(mine[at : at + size])
    return sum([_information(word, new.weights.idf[word]) for word in shared if word not in phrase])
