"""Join the names of one article: a surname to the full name, an acronym to its long form, a part of a name to the whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from monitor.domain.watch import EntityType
from workers.gazetteer.gazetteer import PERSONAL, Gazetteer, NameKind
from workers.naming.article_words import ArticleWords, Writing
from workers.naming.capitalized_runs import capitalized_runs
from workers.naming.headline_names import HeadlineNames
from workers.naming.name_candidates import LIKELY, WEAK, Candidate
from workers.naming.name_lexicon import IN_PLACE, INSIDE_NAMES, NAME_PARTICLES, PLACE_BEGINNINGS
from workers.naming.other_languages import listed_names
from workers.naming.run_rules import RunRules

_SHORT: Final = 5
"""Letters up to which a common word may be a first name that is not listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleName:
    """One occurrence of a name: the range of characters, the name under which the article's occurrences are joined, and its type.

    `certain`: the type is no guess.
    """

    start: int
    end: int
    name: str
    type: EntityType
    certain: bool


def names_in_article(article: ArticleWords, gazetteer: Gazetteer, language: str = "en") -> list[ArticleName]:
    """Return every occurrence of a name in a text, in order."""
    if language != "en":
        return _Joining(article, gazetteer, listed_names(article, language)).names()
    rules = RunRules(article, gazetteer)
    for line in article.lines:
        if line.writing is Writing.RUNNING:
            for first, end in capitalized_runs(article, line):
                rules.read(first, end)
    headlines = [line for line in article.lines if line.writing is not Writing.RUNNING]
    if not headlines:
        return _Joining(article, gazetteer, rules.candidates).names()
    known = _Joining(article, gazetteer, rules.candidates).known()
    reader = HeadlineNames(article, gazetteer)
    for line in headlines:
        reader.read_headline(line, known)
    both = sorted((*rules.candidates, *reader.candidates), key=lambda one: one.first)
    return _Joining(article, gazetteer, both).names()


class _Joining:
    """What the candidates of an article say of one another."""

    def __init__(self, article: ArticleWords, gazetteer: Gazetteer, candidates: list[Candidate]) -> None:
        self._article = article
        self._gazetteer = gazetteer
        self._candidates = candidates
        self._texts = [" ".join(article.words[one.first : one.end]) for one in candidates]
        self._types: dict[str, EntityType] = {}
        self._whole: dict[str, str] = {}
        self._learn_types()
        self._learn_parts()
        self._learn_acronyms()
        self._spelled = {text.lower(): self._whole.get(text, text) for text in (*self._types, *self._whole) if not text.isupper()}

    def names(self) -> list[ArticleName]:
        """Return the candidates that are names, each under the name that joins it with others."""
        found = []
        for candidate, text in zip(self._candidates, self._texts, strict=True):
            type_ = self._type(candidate, text)
            if type_ is not None:
                first, last = self._article.starts[candidate.first], self._article.end(candidate.end - 1)
                certain = candidate.trust >= LIKELY or text in self._whole
                name = self._canonical(candidate.listed or text)
                found.append(ArticleName(start=first, end=last, name=name, type=type_, certain=certain))
        return found

    def known(self) -> dict[str, EntityType]:
        """Return the names that running text gives, in small letters, with their types."""
        return {text.lower(): type_ for text, type_ in self._types.items()} | {
            part.lower(): self._types[whole] for part, whole in self._whole.items() if whole in self._types
        }

    def _learn_types(self) -> None:
        votes: dict[str, Counter[EntityType]] = {}
        for candidate, text in zip(self._candidates, self._texts, strict=True):
            if candidate.type is not None and candidate.trust >= WEAK:
                votes.setdefault(text, Counter())[candidate.type] += candidate.trust
        self._types = {text: counts.most_common(1)[0][0] for text, counts in votes.items()}

    def _learn_parts(self) -> None:
        """Note surnames of full names, and beginnings of longer names of organisations and places."""
        for text, type_ in self._types.items():
            words = text.split(" ")
            if len(words) < 2:
                continue
            if type_ is EntityType.PERSON:
                self._whole.setdefault(words[-1], text)
                if len(words) > 2 and words[-2].lower() in NAME_PARTICLES:
                    self._whole.setdefault(" ".join(words[-2:]), text)
            elif type_ is not EntityType.OTHER and words[-1] not in INSIDE_NAMES and len(words) > 2:
                self._whole.setdefault(" ".join(words[:-1]), text)

    def _learn_acronyms(self) -> None:
        """Note acronyms that stand in brackets behind their long form."""
        words = self._article.words
        for candidate, text in zip(self._candidates, self._texts, strict=True):
            at = candidate.end
            if words[at : at + 1] == ["("] and words[at + 2 : at + 3] == [")"] and _abbreviates(words[at + 1], text):
                self._whole[words[at + 1]] = text
                self._types[words[at + 1]] = self._types.setdefault(text, candidate.type or EntityType.ORGANISATION)

    def _type(self, candidate: Candidate, text: str) -> EntityType | None:
        whole = self._whole.get(text)
        if whole is not None and whole in self._types and (candidate.trust < LIKELY or self._is_surname(candidate, text, whole)):
            return self._types[whole]
        if candidate.trust < WEAK and text in self._types:
            return self._types[text]
        if candidate.type is None and candidate.end - candidate.first > 1:
            return self._guess(candidate)
        return candidate.type

    def _is_surname(self, candidate: Candidate, text: str, whole: str) -> bool:
        """Whether a place of this name is more likely the person who has been introduced in full (Michael Jordan)."""
        if self._types[whole] is not EntityType.PERSON or not self._gazetteer.kind(text) & PERSONAL:
            return False
        before = self._article.words[candidate.first - 1].lower() if candidate.first else ""
        return before not in IN_PLACE

    def _guess(self, candidate: Candidate) -> EntityType | None:
        """Return the type of an unknown name of several words: two or three uncommon words are most often a person."""
        words, kinds = self._article.words[candidate.first : candidate.end], self._gazetteer.kinds
        plain = all(word.replace("-", "").replace("'", "").replace("’", "").replace(".", "").isalpha() for word in words)
        common = [kinds.get(word.lower(), 0) & NameKind.COMMON_WORD != 0 for word in words]
        if common[0] and (len(words[0]) > _SHORT or words[0] in PLACE_BEGINNINGS):
            return None
        return EntityType.PERSON if len(words) in {2, 3} and plain and not any(common[1:]) else None

    def _canonical(self, text: str) -> str:
        whole = self._whole.get(text, text)
        if whole.isupper() and not self._gazetteer.kind(whole):
            listed = whole.title() if self._gazetteer.kind(whole.title()) else whole
            whole = self._spelled.get(whole.lower(), listed)
        return self._gazetteer.preferred(whole)


def _abbreviates(acronym: str, text: str) -> bool:
    """Whether the letters of an acronym are the initials of a name."""
    letters = acronym.replace(".", "").lower()
    words = [word for word in text.replace("-", " ").split(" ") if word]
    initials = "".join(word[0] for word in words).lower()
    capitals = "".join(word[0] for word in words if word[0].isupper()).lower()
    return len(letters) > 1 and letters in {initials, capitals}
