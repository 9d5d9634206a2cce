"""What seems to be a name in an article, and what the gazetteer and the words around it say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from monitor.domain.watch import EntityType
from workers.gazetteer.gazetteer import PERSONAL, Gazetteer, NameKind
from workers.naming.article_words import ArticleWords
from workers.naming.name_lexicon import OCCUPATIONS, PLACE_NOUNS, SPEAKING

PERSON, ORGANISATION, PLACE, OTHER = EntityType.PERSON, EntityType.ORGANISATION, EntityType.PLACE, EntityType.OTHER
CERTAIN, LIKELY, WEAK, GUESS, UNKNOWN = 4, 3, 2, 1, 0
_LONGEST_PLACE: Final = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name from the word `first` to before `end`, what it seems to be, how sure that is, and the form in which it is listed if not as written."""

    first: int
    end: int
    type: EntityType | None
    trust: int
    listed: str = ""


class NameCandidates:
    """The candidates of one article, and what helps to find them."""

    def __init__(self, article: ArticleWords, gazetteer: Gazetteer) -> None:
        self.words = article.words
        self.article = article
        self.kinds = gazetteer.kinds
        self.longest = gazetteer.longest
        self.candidates: list[Candidate] = []

    def is_common(self, word: str) -> bool:
        """Whether a word is mostly written in small letters."""
        return self.kinds.get(word.lower(), 0) & NameKind.COMMON_WORD != 0

    def add(self, first: int, end: int, type_: EntityType | None, trust: int) -> bool:
        """Add a candidate; return True, so that rules can be joined by `or`."""
        self.candidates.append(Candidate(first, end, type_, trust))
        return True

    def kind(self, first: int, end: int) -> int:
        """Return what the words from `first` to before `end` may be, as flags of NameKind."""
        words = self.words
        if end - first == 1:
            return self.kinds.get(words[first], 0)
        if end - first > self.longest.get(words[first], 1):
            return 0
        return self.kinds.get(" ".join(words[first:end]), 0)

    def listed_at(self, first: int, end: int) -> tuple[int, int]:
        """Return how many words from `first` are the longest listed name, and its flags; 0 and 0 if none is."""
        for last in range(min(end, first + self.longest.get(self.words[first], 1)), first, -1):
            if kind := self.kind(first, last) & ~(PERSONAL | NameKind.COMMON_WORD):
                return last - first, kind
        return 0, 0

    def add_listed(self, first: int, end: int, kind: int) -> bool:
        """Add what is listed, as its flags say."""
        if kind & NameKind.ORGANISATION:
            return self.add(first, end, ORGANISATION, LIKELY)
        if kind & NameKind.DEMONYM:
            return self.add(first, end, OTHER, LIKELY)
        if kind & NameKind.COUNTRY:
            return self.add(first, end, PLACE, LIKELY)
        if kind & NameKind.PERSON:
            return self.add(first, end, PERSON, LIKELY)
        return self.add(first, end, PLACE, LIKELY if end - first > 1 else WEAK)

    def is_first_name(self, word: int) -> bool:
        """Whether a word is a first name."""
        return self.kinds.get(self.words[word], 0) & NameKind.FIRST_NAME != 0

    def is_full_name(self, first: int, end: int) -> bool:
        """Whether the first word is a first name and the last one a surname."""
        kinds, words = self.kinds, self.words
        return bool(kinds.get(words[first], 0) & NameKind.FIRST_NAME and kinds.get(words[end - 1], 0) & NameKind.SURNAME)

    def explained(self, first: int, end: int) -> EntityType | None:  # noqa: PLR0911 - a list of signs
        """Return the type that the words around a name give it: `the village of X`, `X, Lincolnshire`, `X is a town`, `X (born 1950)`."""
        words, count = self.words, len(self.words)
        if first >= 2 and words[first - 1] == "of" and words[first - 2] in PLACE_NOUNS:
            return PLACE
        if end + 1 >= count:
            return None
        following = words[end]
        if following == "," and self.kinds.get(words[end + 1], 0) & NameKind.COUNTRY and not self.is_first_name(first):
            return PLACE if end - first <= _LONGEST_PLACE and (end - first == 1 or not self.is_list(first)) else None
        if following == "(" and words[end + 1] in {"born", "b", "died"}:
            return PERSON
        if following in {"is", "was"} and words[end + 1] in {"a", "an", "the"}:
            described = words[end + 2 : end + 6]
            if any(word in OCCUPATIONS for word in described) and not any(word in PLACE_NOUNS for word in described):
                return PERSON
            if any(word in PLACE_NOUNS for word in described[:3]):
                return PLACE
        return None

    def is_list(self, first: int) -> bool:
        """Whether a name continues a list."""
        return first > 0 and self.words[first - 1] in {",", "and"}

    def speaks(self, at: int, before: str, following: str) -> bool:
        """Whether a name stands as that of a person: `X, who`, `said X`, `According to X,`."""
        words = self.words
        if following == "," and at + 2 < len(words) and words[at + 2] in {"who", "whose", "himself", "herself", "aged"}:
            return True
        if following in {",", ".", '"', "”"} and before in SPEAKING:
            return True
        return before == "to" and following == "," and at >= 2 and words[at - 2].lower() == "according"
