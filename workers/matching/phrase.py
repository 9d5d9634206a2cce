"""A word or phrase of the watch list, taken apart the way an article is."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypeAlias

from workers.matching import affixes, normalize

MAX_ACRONYM = 5
"""Letters of a name in capitals that is an acronym and nothing else (CONTRACT: `US`, `IDF`)."""


class Option:
    """How a phrase is to be found: flags, plain integers since enum flags are slow."""

    NONE: Final = 0
    EXACT: Final = 1
    CASE: Final = 2
    STEM: Final = 4
    ENTITY: Final = 8
    PREFIX: Final = 16
    """An asterisk behind a word stands for any ending."""


Options: TypeAlias = int
_SIGNS: Final = re.compile("[+#]+")
_NOTHING: Final[frozenset[bytes]] = frozenset()


class Phrase:
    """`words` are folded, `written` as in the watch list, `joints` what stands between them there, `open` the words with an asterisk.

    `forms` are the words, and the words with a regular English plural or an Arabic contraction of the article; `prefixes` may be
    written on to the first word, `particles` behind the last. `signs` follow the last word and belong to it (C++, C#).
    """

    __slots__ = ("forms", "joints", "open", "options", "particles", "prefixes", "signs", "words", "written")

    def __init__(
        self,
        options: Options,
        words: tuple[str, ...],
        written: tuple[str, ...],
        joints: tuple[str, ...],
        stars: frozenset[int],
        signs: str = "",
    ) -> None:
        self.options = options
        self.words = words
        self.written = written
        self.joints = joints
        self.open = stars
        self.signs = signs
        self.prefixes = self.particles = _NOTHING
        if words and not options & Option.EXACT and not (words[0].isascii() and words[-1].isascii()):
            self.prefixes = affixes.before(words[0])
            self.particles = affixes.after(words[-1])
        self.forms = self._forms()

    def _forms(self) -> tuple[tuple[bytes, ...], ...]:
        first = tuple([word.encode() for word in self.words])
        rows = [first]
        if self.options & Option.EXACT or not first:
            return (first,)
        if not self.options & Option.ENTITY and self.closed:
            rows += [(*first[:-1], plural.encode()) for plural in affixes.plurals(self.words[-1])]
        if self.prefixes and (contracted := affixes.without_article(self.words[0])):
            rows.append((contracted.encode(), *first[1:]))
        return tuple(rows)

    @property
    def closed(self) -> bool:
        """Whether the last word ends where it says."""
        return len(self.words) - 1 not in self.open

    @property
    def initials(self) -> bool:
        """Whether this is one word of a few capitals, which may be found dotted."""
        return len(self.written) == 1 and len(self.written[0]) <= MAX_ACRONYM and self.written[0].isupper()

    @property
    def acronym(self) -> bool:
        """Whether this is a name in capitals of at most five letters, dotted or not: then only capitals are its proof."""
        letters = "".join(self.written)
        dotted = all(len(word) == 1 for word in self.written) and all(joint.startswith(".") for joint in self.joints)
        return len(letters) <= MAX_ACRONYM and letters.isupper() and (self.initials or dotted)


def parse_phrase(text: str, options: Options) -> Phrase:
    """The phrase that a watch list writes as `text`; without words if there is nothing to search for."""
    if text.isascii() and text.isalnum():
        return Phrase(options, (text.lower(),), (text,), (), frozenset())
    words = tuple(word.decode() for word in normalize.words(text))
    spans = normalize.spans(text)
    joints = tuple(text[end:start] for (_, end), (start, _) in pairwise(spans))
    stars = (
        frozenset(i for i, (_, end) in enumerate(spans) if text[end : end + 1] == "*") if options & Option.PREFIX else frozenset()
    )
    signs = _SIGNS.match(text, spans[-1][1]) if spans else None
    return Phrase(options, words, tuple(text[start:end] for start, end in spans), joints, stars, signs[0] if signs else "")


phrase_of = lru_cache(maxsize=20_000)(parse_phrase)
"""`parse_phrase`, remembering."""
