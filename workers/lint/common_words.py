"""Find terms that would fire on nearly every article, by how common their words are in news."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from monitor.domain.watch import Term, TermKind
from workers.language.word_frequencies import expected_share
from workers.lint.finding import Doubt, LintSubject, phrase_place, query_place
from workers.matching import normalize
from workers.query.syntax import AtLeast, InField, Node, Or, Phrase, Prefix, Word

LANGUAGES: Final = {
    "en": "English", "ar": "Arabic", "de": "German", "es": "Spanish", "fa": "Persian", "fr": "French", "he": "Hebrew", "id": "Indonesian",
    "it": "Italian", "nl": "Dutch", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "tr": "Turkish",
    "uk": "Ukrainian",
}  # fmt: skip
"""The languages for which there is a table of words."""
_COMMON: Final = 0.19
"""Share of leads of 90 words from which a word stands in most whole articles."""
_COMMON_ELSEWHERE: Final = 0.3
_ENGLISH: Final = 0.02
"""Share from which a word is an English one, too (`war`, `die`): it is then no function word to every newsroom."""
_PRONOUN_LIKE: Final = 0.015
_NEWS_WORDS: Final = frozenset("said says say news new people year years reuters".split())
_FEW: Final = 3
_LONGEST: Final = 8
"""Letters of the longest word that is so common, in any of these languages."""
_UBIQUITOUS: Final = frozenset("的一是不了在人有我他这之来以个中上大为和国地到说时要就出会のにはをとがでたしてるれこ")
_SHORT_PREFIX: Final = frozenset(
    "the tha thi con com pro pre for int per par ver der die ein und auf les des que los las del una int dis res str sta tra sch ver ges".split()
)


def common_words(subject: LintSubject) -> Iterator[Doubt]:
    """Yield the phrases of keywords, and queries, that occur in nearly every article."""
    configured = frozenset(feed.language.split("-")[0].lower() for feed in subject.settings.listed_feeds if feed.language)
    for term in subject.terms:
        read = configured | term.scope.languages
        if term.kind is TermKind.KEYWORD and term.context is None:
            for phrase in term.phrases:
                if (message := _of_keyword(term, phrase, read)) is not None:
                    yield phrase_place(term, phrase), message
        elif term.kind is TermKind.QUERY:
            tree = subject.trees.get(term.name)
            for node in _sufficient(tree) if tree is not None else ():
                if (message := _of_node(node, term, read)) is not None:
                    yield query_place(term, node.span[0]), message


def _sufficient(node: Node) -> Iterator[Word | Prefix | Phrase]:
    """Yield the words and phrases of which each alone makes a query hold."""
    match node:
        case Word() | Prefix() | Phrase():
            yield node
        case Or(children=nodes):
            for child in nodes:
                yield from _sufficient(child)
        case AtLeast(child=child) | InField(child=child):
            yield from _sufficient(child)
        case _:
            return


def _of_node(node: Word | Prefix | Phrase, term: Term, read: frozenset[str]) -> str | None:
    match node:
        case Prefix(text=text) if text.casefold() in _SHORT_PREFIX:
            return f"`{text}*` occurs in nearly every article: write more letters, or a second word"
        case Word(text=text, exact_case=exact):
            return None if exact else _of_words(text, term, read)
        case Phrase(words=words):
            return _of_words(" ".join(word.text for word in words), term, read)
    return None


def _of_keyword(term: Term, phrase: str, read: frozenset[str]) -> str | None:
    message = _of_words(phrase, term, read)
    if message is not None or term.case or term.exact:
        return message
    if phrase.isupper() and phrase.isalpha() and len(phrase) <= 5 and expected_share(phrase.lower(), "en") >= _PRONOUN_LIKE:
        lower = phrase.lower()
        return f"`{phrase}` also finds the word `{lower}`, since a keyword ignores capitals; add `case: true`, or a `type` to make it a name"
    return None


def _of_words(phrase: str, term: Term, read: frozenset[str]) -> str | None:
    """Return what to say of a phrase of which every word is a function word or so common; None if one is rarer."""
    words = [word.decode() for word in normalize.words(phrase)]
    if not words or len(words) > _FEW or max(map(len, words)) > _LONGEST or (term.case and phrase != phrase.lower()):
        return None
    if not phrase.replace(" ", "").replace("'", "").replace("’", "").isalnum():
        return None
    if len(words) == 1 and len(phrase) == 1:
        return _of_character(phrase)
    if all(char in _UBIQUITOUS for char in phrase):
        return f"`{phrase}` occurs in nearly every article; add the words that matter"
    languages = [language for language in LANGUAGES if not term.scope.languages or language in term.scope.languages]
    common = [language for language in languages if all(_is_common(word, language, read) for word in words)]
    if not common:
        return None
    where = (
        "nearly every article" if "en" in common else f"nearly every {' or '.join(LANGUAGES[one] for one in common[:3])} article"
    )
    return f"`{phrase}` occurs in {where}; write the phrase that matters, or combine it with others in a query"


def _of_character(char: str) -> str | None:
    if not char.isalnum():
        return None
    if char.isascii() or char in _UBIQUITOUS:
        return f"`{char}` alone occurs in nearly every article; add the words that matter"
    return None


def _is_common(word: str, language: str, read: frozenset[str]) -> bool:
    share = expected_share(word, language)
    if language == "en":
        return share >= _COMMON or word in _NEWS_WORDS
    return share >= _COMMON_ELSEWHERE and (expected_share(word, "en") < _ENGLISH or language in read)
