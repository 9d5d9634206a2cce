"""Recognize listed places, organisations and persons in languages other than English, with the endings and prefixes that these add."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, Final

from monitor.domain.watch import EntityType
from workers.gazetteer.gazetteer import NameKind, gazetteer
from workers.naming.article_words import ArticleWords
from workers.naming.name_candidates import LIKELY, Candidate

_CYRILLIC: Final = ("\u0400", "\u04ff")
_PREFIXES: Final = {
    "ar": ("وال", "وب", "ول", "فب", "بال", "فال", "كال", "لل", "ال", "و", "ف", "ب", "ل", "ك"),
    "he": ("וה", "שב", "וב", "ול", "מה", "ה", "ו", "ב", "ל", "מ", "ש", "כ"),
}
"""What is written on to the front of a name, the longest first."""
_SHORTEST: Final = 3
"""Letters that are left of a name when something is taken off."""
_LONGEST: Final = 4
_MOST_LETTERS: Final = 60
_SHORT_CITY: Final = 4
"""Letters up to which the name of a city is often a word."""
_NOT_ENGLISH: Final = 3
"""Letters from which a name of one word counts in another language: shorter ones are often words there."""


def listed_names(article: ArticleWords, language: str) -> list[Candidate]:
    """Return the names of a text that are listed, and persons by their first names."""
    found, at, words = [], 0, article.words
    has_case = any(article.capitalized)
    while at < len(words):
        if has_case and not article.capitalized[at]:
            at += 1
            continue
        count, type_, listed = _name_at(article, at, language)
        if count:
            found.append(Candidate(at, at + count, type_, LIKELY, listed))
        at += count or 1
    return found


def _kind(name: str) -> int:
    return gazetteer().kind(name)


def _name_at(article: ArticleWords, at: int, language: str) -> tuple[int, EntityType, str]:
    words = article.words
    for count in range(min(_LONGEST, len(words) - at), 0, -1):
        for name in _forms(words[at : at + count], language):
            kind = _kind(name)
            if kind & NameKind.ORGANISATION:
                return count, EntityType.ORGANISATION, name
            if kind & NameKind.PERSON:
                return count, EntityType.PERSON, name
            if _is_place(kind, name) and not (count == 1 and _is_full_name(article, at, language)):
                return count, EntityType.PLACE, name
    persons = _person_words(article, at, language) or _cyrillic_person(article, at)
    return persons, EntityType.PERSON, ""


def _is_place(kind: int, name: str) -> bool:
    """Whether a listed name is a place in any language: short names and first names are often something else."""
    if kind & NameKind.COUNTRY:
        return len(name) > _NOT_ENGLISH or name.isupper() or not name[0].isascii()
    return kind & NameKind.LARGE_CITY != 0 and not kind & NameKind.FIRST_NAME and len(name) > _SHORT_CITY


def _cyrillic_person(article: ArticleWords, at: int) -> int:
    """Return how many words a person's name seems to have: in Cyrillic, only names of persons go on with capitals within a sentence."""
    words, end = article.words, at
    while end < len(words) and end - at < _LONGEST and article.capitalized[end] and _is_cyrillic_word(words[end]):
        end += 1
    return end - at if end - at in {2, 3} and not article.begins_sentence(at) else 0


def _is_cyrillic_word(word: str) -> bool:
    return _CYRILLIC[0] <= word[0] <= _CYRILLIC[1] and len(word) > 1 and word[1:].islower()


def _is_full_name(article: ArticleWords, at: int, language: str) -> bool:
    return _kind(article.words[at]) & NameKind.FIRST_NAME != 0 and _person_words(article, at, language) > 1


def _person_words(article: ArticleWords, at: int, language: str) -> int:
    """Return how many words a person's name has that begins with a first name and goes on with capitals; 0 for none."""
    words, capitalized = article.words, article.capitalized
    if not any(_kind(name) & NameKind.FIRST_NAME for name in _forms(words[at : at + 1], language)):
        return 0
    end = at + 1
    while (
        end < len(words) and end - at < _LONGEST and (capitalized[end] or words[end] in {"von", "van", "de", "der", "del", "фон"})
    ):
        end += 1
    while end - at > 1 and not capitalized[end - 1]:
        end -= 1
    return end - at if end - at > 1 else 0


def _forms(words: list[str], language: str) -> Iterator[str]:
    """Yield the names as which words may be listed: as written, without an ending, without a prefix."""
    text = " ".join(words)
    yield text
    if _CYRILLIC[0] <= text[0] <= _CYRILLIC[1] and words[0][0].isupper():
        yield from _stemmed_names().get(_stem(text), ())
    elif language == "de" and len(text) > _SHORTEST and text.endswith("s"):
        yield text[:-1]
    for prefix in _PREFIXES.get(language, ()):
        if text.startswith(prefix) and len(text) - len(prefix) >= _SHORTEST:
            yield text[len(prefix) :]


def _stem(text: str) -> str:
    return " ".join(_stem_of_word(word) for word in text.split(" "))


@lru_cache(maxsize=50_000)
def _stem_of_word(word: str) -> str:
    """Return the stem of a Russian or Ukrainian word; the Russian algorithm finds most forms of both."""
    stemmed: str = _stemmer().stemWord(word[:_MOST_LETTERS].lower())
    return stemmed


@cache
def _stemmer() -> Any:
    import snowballstemmer  # noqa: PLC0415 - for texts in Cyrillic

    return snowballstemmer.stemmer("russian")


@cache
def _stemmed_names() -> dict[str, list[str]]:
    """Return the Cyrillic names of the gazetteer by their stem."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in gazetteer().kinds:
        if _CYRILLIC[0] <= name[0] <= _CYRILLIC[1]:
            found[_stem(name)].append(name)
    return dict(found)
