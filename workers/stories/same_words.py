"""Compare two statements in mostly the same words by what stands in the slots that the common wording leaves.

A wire copy leaves no slots. A template (a notice, a bulletin, a siren) leaves slots for the place, the name, the number of each event:
what differs there decides, however alike the rest is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from difflib import SequenceMatcher
from itertools import chain
from typing import Final

from monitor.domain.relation import RelationKind
from workers.stories.facts import is_identifier
from workers.stories.number_roles import TALLIES, is_number_word, role_of_word
from workers.stories.statement import COMPARED_WORDS, Statement, dot
from workers.stories.stop_words import STOP_WORDS

SAME_WORDS: Final = 0.5
"""Share of the shorter text's word triples that two texts in the same words have in common."""
SAME_WORDS_OF_LONG: Final = 0.37
LONG_TRIPLES: Final = 80
"""The same for two sources' texts of this many triples or more, which outlets cut and rewrite at the ends."""
MAX_SLOT: Final = 15
"""Words that a slot may have; what is longer is another beginning or another paragraph."""
PASSAGE_TRIPLES: Final = 10
"""Common triples that make a passage: a box, a footer, a quotation."""
SHORT: Final = 20
"""Words up to which a text is short: half of it may be the frame of any event of its kind, so that edits cannot be told from other news."""
REPORT_SHARE: Final = 0.7
REPORT_TRIPLES: Final = 60
REPORT_NAMES: Final = 25.0
"""Share and number of common triples, and information (in nats) of common names, from which two sources' texts are one report dressed differently."""
DRESS_RUN: Final = 8
"""Words of a common run with which the report itself begins or ends."""
OWN_SHARE: Final = 0.15
MIN_REST: Final = 0.1
"""Least likeness of what remains of two texts without their common passages; the next is for two texts of one source."""
MIN_OWN_REST: Final = 0.2
AGAIN_AFTER: Final = timedelta(minutes=30)
"""The same words of one source under a new link, dated this much later, are another event."""
_SHOWN: Final = 120
Opcode = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordingRelation:
    """What two statements in mostly the same words are to each other, and why. A development's `change` is what is new: old → new."""

    kind: RelationKind
    why: str
    change: str = ""


def compare_wording(new: Statement, old: Statement, idf: Callable[[str], float]) -> WordingRelation | None:
    """Return the relation of two statements by their wording; None if they are not in the same words."""
    if not (new.lowered and old.lowered):
        return None
    shared = new.triples & old.triples
    same_source = new.source == old.source
    share = len(shared) / max(1, min(len(new.triples), len(old.triples)))
    if share < (SAME_WORDS_OF_LONG if min(len(new.triples), len(old.triples)) >= LONG_TRIPLES and not same_source else SAME_WORDS):
        if len(shared) >= PASSAGE_TRIPLES or (same_source and share >= OWN_SHARE):
            return _compare_rest(new, old, shared, idf, same_source=same_source)
        return None
    again = same_source and _is_another_link(new, old) and abs(new.dated_at - old.dated_at) >= AGAIN_AFTER
    if new.lowered[:COMPARED_WORDS] == old.lowered[:COMPARED_WORDS]:
        if again:
            return WordingRelation(kind=RelationKind.OTHER, why="the same words of the same source again, later")
        return WordingRelation(kind=RelationKind.COPY, why="the same words")
    return _compare_slots(new, old, share, again=again, same_source=same_source)


def _is_another_link(new: Statement, old: Statement) -> bool:
    return new.article_id != old.article_id and (new.link is None or new.link != old.link)


def _compare_rest(
    new: Statement,
    old: Statement,
    shared: frozenset[tuple[str, ...]],
    idf: Callable[[str], float],
    *,
    same_source: bool,
) -> WordingRelation | None:
    """Return OTHER if nothing but the shared passages is alike; None leaves the decision to the other evidence."""
    common = set(chain.from_iterable(shared))
    rest = [{word: idf(word) for word in one.bag - common - STOP_WORDS} for one in (new, old)]
    alike = dot(rest[0], rest[1]) / (math.sqrt(dot(rest[0], rest[0]) * dot(rest[1], rest[1])) or 1.0)
    if alike < (MIN_OWN_REST if same_source else MIN_REST):
        return WordingRelation(kind=RelationKind.OTHER, why="equal passages, other content")
    return None


def _compare_slots(new: Statement, old: Statement, share: float, *, again: bool, same_source: bool) -> WordingRelation | None:
    short = min(len(new.lowered), len(old.lowered)) <= SHORT
    tally = reading = ""
    now, was = new.lowered[:COMPARED_WORDS], old.lowered[:COMPARED_WORDS]
    codes: Sequence[Opcode] = SequenceMatcher(None, was, now, autojunk=False).get_opcodes()
    if not same_source and share >= REPORT_SHARE and _names_its_event(new, old):
        codes = _undressed(codes)
    for operation, low, high, new_low, new_high in codes:
        gone, come = set(was[low:high]) - STOP_WORDS, set(now[new_low:new_high]) - STOP_WORDS
        gone, come = gone - come, come - gone
        if operation != "replace" or not (gone and come) or max(high - low, new_high - new_low) > MAX_SLOT:
            continue
        old_words, new_words = old.tokens[low:high], new.tokens[new_low:new_high]
        shown = f"{' '.join(old_words)} → {' '.join(new_words)}"[:_SHOWN]
        names = [_names(old_words, gone, new), _names(new_words, come, old)]
        letters = [{word for word in side if not _is_number(word)} for side in (gone, come)]
        if any(map(is_identifier, gone | come)) or all(names) or (same_source and all(letters)):
            return WordingRelation(kind=RelationKind.OTHER, why=f"the same words, but {shown}")
        if short and all(letters):
            return None
        if not any(letters):
            beside = was[max(0, low - 3) : low] + was[high : high + 4]
            if any(role_of_word(word) in TALLIES for word in beside):
                tally = tally or shown
            else:
                reading = reading or shown
    if reading and again:
        return WordingRelation(kind=RelationKind.OTHER, why=f"the source's usual words with another reading: {reading}")
    if tally or reading:
        return WordingRelation(kind=RelationKind.DEVELOPMENT, why="the same words with a new number", change=tally or reading)
    return WordingRelation(kind=RelationKind.COPY, why=f"{share:.0%} of the words")


def _names_its_event(new: Statement, old: Statement) -> bool:
    """Return whether the common wording is long and names much: that of a template does not, since its names are in its slots."""
    idf, names = new.weights.idf, new.facts.names.keys() & old.facts.names.keys()
    return len(new.triples & old.triples) >= REPORT_TRIPLES and sum(idf.get(word, 0.0) for word in names) >= REPORT_NAMES


def _undressed(codes: Sequence[Opcode]) -> Sequence[Opcode]:
    """Return the operations between the first and the last long common run: what is around them are headline, by-line, another lead or end."""
    long = [place for place, (operation, low, high, *_) in enumerate(codes) if operation == "equal" and high - low >= DRESS_RUN]
    return codes[long[0] : long[-1]] if long else codes


def _names(words: Sequence[str], differing: set[str], other: Statement) -> set[str]:
    """Return the capitalized words of a slot that the other statement does not have anywhere."""
    return {word.lower() for word in words if word[0].isupper() and word.lower() in differing - other.bag}


def _is_number(word: str) -> bool:
    return word[0].isdecimal() or is_number_word(word)
