"""Find the stretches of a line that are written as names: capitalized words with the particles between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from workers.naming.article_words import ArticleWords, Line
from workers.naming.name_lexicon import CALENDAR, INSIDE_NAMES, OF_BOTH, ORGANISATION_HEADS, STARTERS

_LONGEST: Final = 25
"""Words of a stretch, at most: a text of capitals alone is read in pieces."""


def capitalized_runs(article: ArticleWords, line: Line) -> Iterator[tuple[int, int]]:
    """Yield the first word and the end of each stretch of a line."""
    words, capitalized, at = article.words, article.capitalized, line.first
    while at < line.end:
        if not capitalized[at] or words[at] in CALENDAR:
            at += 1
            continue
        end = _run_end(article, at, line.end)
        yield at, end
        at = end


def _run_end(article: ArticleWords, first: int, limit: int) -> int:
    words, capitalized, at = article.words, article.capitalized, first + 1
    limit = min(limit, first + _LONGEST)

    def is_name(word: int) -> bool:
        return word < limit and capitalized[word] and words[word] not in CALENDAR

    while at < limit:
        word = words[at]
        if is_name(at):
            if word in STARTERS and words[at - 1][-1] == ".":
                break
            at += 1
        elif word in INSIDE_NAMES and is_name(at + 1) and words[at + 1] not in STARTERS:
            at += 2
        elif word in {"of", "for", "to"} and _continues(words, first, at, word):
            if is_name(at + 1) and word != "to":
                at += 2
            elif at + 2 < limit and words[at + 1] == "the" and is_name(at + 2) and word != "to":
                at += 3
            else:
                break
        elif word == "and" and is_name(at + 1) and any(one in OF_BOTH for one in words[first:at]):
            at += 2
        else:
            break
    return at


def _continues(words: list[str], first: int, at: int, word: str) -> bool:
    """Whether `of the …` or `for …` may go on with a name: behind what an organisation calls itself."""
    return word != "to" and any(one in ORGANISATION_HEADS or one in OF_BOTH for one in words[first:at])
