"""Say how near a term came that does not fire: what stands where it should stand, and how it differs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from monitor.domain.watch import Context, EntityType, Term, TermKind
from workers.matching.evaluator import Evaluation
from workers.matching.phrase import Option, WatchedPhrase, phrase_of
from workers.matching.proximity import WordRange
from workers.matching.tokenized_document import TokenizedDocument

_MIN_LETTERS: Final = 5
"""Letters of a word from which another that differs in one letter is shown as a misspelling of it."""
_LONG: Final = 9
"""Letters from which two letters may differ."""
_FEW: Final = 6
"""Words of a phrase up to which each may be the misspelt one."""
_MAX_CANDIDATES: Final = 2_000
_MAX_PHRASES: Final = 50


def context_miss(evaluation: Evaluation, context: Context, found: Sequence[WordRange]) -> str:
    """Return which part of the context keeps `found`, the occurrences of a term, from counting, and how far away it stands."""
    forbidden = _nearest(evaluation, context.forbid, found)
    if forbidden is not None and forbidden[0] <= context.within:
        return f"occurs, but `{forbidden[1]}` stands {_words(forbidden[0])} away, `forbid` within {context.within}"
    required = _nearest(evaluation, context.require, found)
    wanted = " or ".join(f"`{phrase}`" for phrase in context.require[:5])
    if required is None:
        return f"occurs, but {wanted} nowhere near it, `require` within {context.within}"
    return f"occurs, but `{required[1]}` stands {_words(required[0])} away, `require` within {context.within}"


def phrase_miss(evaluation: Evaluation, term: Term) -> str | None:
    """Return how the text comes near a keyword or an entity that does not occur, or None if it does not."""
    for text in term.phrases[:_MAX_PHRASES]:
        options = Option.ENTITY if term.kind is TermKind.ENTITY else Option.NONE
        note = text_miss(evaluation, text, options, person=term.type is EntityType.PERSON)
        if note is not None:
            return note
    return None


def text_miss(evaluation: Evaluation, text: str, options: int, *, person: bool = False) -> str | None:
    """Return how the document comes near a word or phrase that does not occur in it: written otherwise, misspelt, its words apart, a part of it."""
    phrase, tokens = phrase_of(text, options), evaluation.tokens
    words = [word.encode() for word in phrase.words]
    if not words or phrase.open:
        return None
    places = [tokens.positions_of(word) for word in words]
    whole = next((first for first in places[0] if _follow(tokens, words, first)), None)
    if whole is not None:
        return f"written {_written(tokens, whole, whole + len(words) - 1)}, {_how_it_differs(phrase, tokens, whole)}"
    misspelt = _misspelt(tokens, words, places)
    if misspelt is not None:
        return misspelt
    if len(words) > 1 and all(places):
        return _apart(phrase, places)
    if person and len(words) > 1 and places[-1]:
        last = places[-1][0]
        return f"surname only: {_written(tokens, last, last)}, {_times(len(places[-1]))}"
    return None


def gap_between(left: Iterable[WordRange], right: Sequence[WordRange], field_border: int) -> int | None:
    """Return how many words apart two sets of occurrences stand at the nearest, within a field; None if they share none."""
    distances = [
        abs(one[0] - other[1]) if other[1] < one[0] else abs(other[0] - one[1])
        for one in left
        for other in right
        if (one[0] < field_border) == (other[0] < field_border)
    ]
    return min(distances, default=None)


def _nearest(evaluation: Evaluation, phrases: Sequence[str], found: Sequence[WordRange]) -> tuple[int, str] | None:
    """Return the phrase of a context that stands nearest to an occurrence, after how many words away it does."""
    distances = []
    for phrase in phrases:
        near = evaluation.atoms.of(evaluation.index.atom(phrase, Option.NONE))
        gap = gap_between(found, near, evaluation.tokens.field_border)
        if gap is not None:
            distances.append((gap, phrase))
    return min(distances, default=None)


def _follow(tokens: TokenizedDocument, words: Sequence[bytes], first: int) -> bool:
    last = first + len(words) - 1
    return tokens.words[first : last + 1] == list(words) and tokens.in_one_field(first, last)


def _how_it_differs(phrase: WatchedPhrase, tokens: TokenizedDocument, first: int) -> str:
    found = [tokens.original(first + at) for at in range(len(phrase.words))]
    if phrase.options & Option.ENTITY and not any(char.isupper() for word in found for char in word):
        return "in small letters, as no name is"
    if [word.casefold() for word in found] == [word.casefold() for word in phrase.originals]:
        return "with other capitals or borders than the term asks"
    return "not as the term asks (accents, signs or borders)"


def _apart(phrase: WatchedPhrase, places: Sequence[Sequence[int]]) -> str:
    gaps = [min(abs(one - other) for one in left for other in right) for left, right in pairwise(places)]
    listed = " and ".join(f"`{word}`" for word in phrase.originals)
    return f"{listed} occur, but not side by side: at the nearest {_words(max(gaps))} apart"


def _misspelt(tokens: TokenizedDocument, words: Sequence[bytes], places: Sequence[Sequence[int]]) -> str | None:
    """Return the words of the document in the place of a phrase of which exactly one word is a letter or two off."""
    missing = [at for at, found in enumerate(places) if not found]
    if len(missing) > 1 or len(words) > _FEW:
        return None
    return next((found for at in missing or range(len(words)) if (found := _misspelt_at(tokens, words, at)) is not None), None)


def _misspelt_at(tokens: TokenizedDocument, words: Sequence[bytes], at: int) -> str | None:
    for candidate, off in _near_words(tokens, words[at]):
        for position in tokens.positions_of(candidate):
            first = position - at
            if first >= 0 and _follow(tokens, [*words[:at], candidate, *words[at + 1 :]], first):
                return (
                    f"written {_written(tokens, first, first + len(words) - 1)}, {'one letter' if off == 1 else 'two letters'} off"
                )
    return None


def _near_words(tokens: TokenizedDocument, word: bytes) -> Iterator[tuple[bytes, int]]:
    text = word.decode()
    if len(text) < _MIN_LETTERS or not text.isalpha():
        return
    allowed = 2 if len(text) >= _LONG else 1
    index = _words_by_shape(tokens)
    near = {other for length in range(len(text) - allowed, len(text) + allowed + 1) for other in index.get((text[0], length), ())}
    near |= {
        other for length in range(len(text) - allowed, len(text) + allowed + 1) for other in index.get((text[-2:], length), ())
    }
    for other in sorted(near)[:_MAX_CANDIDATES]:
        off = _letters_off(text, other, allowed)
        if off is not None:
            yield other.encode(), off


@lru_cache(maxsize=1)
def _words_by_shape(tokens: TokenizedDocument) -> dict[tuple[str, int], list[str]]:
    """Return the distinct words of a document by their first letter, and by their last two, with their length."""
    found: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for word in set(tokens.words):
        text = word.decode("utf-8", "replace")
        if len(text) >= _MIN_LETTERS - 1:
            found[text[0], len(text)].append(text)
            found[text[-2:], len(text)].append(text)
    return found


def _letters_off(one: str, other: str, allowed: int) -> int | None:
    """Return how many letters differ, are missing, added or change places with their neighbour; None if that is more than allowed, or none."""
    before_last: list[int] = []
    last = list(range(len(other) + 1))
    for i, char in enumerate(one, 1):
        row = [i]
        for j, found in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (char != found))
            if i > 1 and j > 1 and char == other[j - 2] and one[i - 2] == found:
                cost = min(cost, before_last[j - 2] + 1)
            row.append(cost)
        if min(row) > allowed:
            return None
        before_last, last = last, row
    return last[-1] if 0 < last[-1] <= allowed else None


def _written(tokens: TokenizedDocument, first: int, last: int) -> str:
    start, end = tokens.span(first)[0], tokens.span(last)[1]
    return repr(tokens.text(tokens.field(first))[start:end])


def _words(count: int) -> str:
    return "1 word" if count == 1 else f"{count} words"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
