"""A word or phrase of the watch list, taken apart the way an article is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from functools import cached_property, lru_cache
from itertools import pairwise

from workers.extract import fold, scripts

MAX_ACRONYM = 5
"""Letters of a name in capitals that is an acronym and nothing else (CONTRACT: `US`, `IDF`)."""


class Option(IntFlag):
    """How a phrase is to be found."""

    NONE = 0
    EXACT = 1
    CASE = 2
    STEM = 4
    ENTITY = 8
    PREFIX = 16
    """An asterisk behind a word stands for any ending."""


@dataclass(frozen=True)
class Phrase:
    """`words` are folded, `written` as in the watch list, `joints` what stands between them there, `open` the words with an asterisk."""

    text: str
    options: Option
    words: tuple[str, ...]
    written: tuple[str, ...]
    joints: tuple[str, ...]
    open: frozenset[int]

    @property
    def closed(self) -> bool:
        """Whether the last word ends where it says."""
        return len(self.words) - 1 not in self.open

    @cached_property
    def acronym(self) -> bool:
        """Whether this is a name in capitals of at most five letters, dotted or not: then only capitals are its proof."""
        letters = "".join(self.written)
        dotted = all(len(word) == 1 for word in self.written) and all(joint.startswith(".") for joint in self.joints)
        return len(letters) <= MAX_ACRONYM and letters.isupper() and (len(self.words) == 1 or dotted)

    @cached_property
    def forms(self) -> tuple[tuple[bytes, ...], ...]:
        """The words, and the words with a regular English plural or an Arabic contraction of the article."""
        rows = [self.words]
        if not self.options & (Option.EXACT | Option.ENTITY) and self.closed:
            rows += [(*self.words[:-1], plural) for plural in scripts.plurals(self.words[-1])]
        if not self.options & Option.EXACT and (contracted := scripts.without_article(self.words[0])):
            rows.append((contracted, *self.words[1:]))
        return tuple(tuple(word.encode() for word in row) for row in rows)

    @cached_property
    def prefixes(self) -> frozenset[bytes]:
        """What may be written on to its first word."""
        return frozenset() if self.options & Option.EXACT else frozenset(p.encode() for p in scripts.before(self.words[0]))

    @cached_property
    def particles(self) -> frozenset[bytes]:
        """What may be written behind its last word."""
        return frozenset() if self.options & Option.EXACT else frozenset(p.encode() for p in scripts.after(self.words[-1]))


def parse_phrase(text: str, options: Option) -> Phrase:
    """The phrase that a watch list writes as `text`; without words if there is nothing to search for."""
    words = tuple(word.decode() for word in fold.words(text))
    spans = fold.spans(text)
    joints = tuple(text[end:start] for (_, end), (start, _) in pairwise(spans))
    stars = (
        frozenset(i for i, (_, end) in enumerate(spans) if text[end : end + 1] == "*") if options & Option.PREFIX else frozenset()
    )
    return Phrase(text, options, words, tuple(text[start:end] for start, end in spans), joints, stars)


phrase_of = lru_cache(maxsize=20_000)(parse_phrase)
"""`parse_phrase`, remembering."""
