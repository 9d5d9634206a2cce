"""Extract from a report the facts by which it is compared with others: words, names, numbers with what they count, days."""

from __future__ import annotations

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Final, Protocol

from workers.matching.stems import stem
from workers.stories.boilerplate import sentences, without_boilerplate, without_outlet_name
from workers.stories.number_roles import AGE, NUMBER, NUMBER_WORDS, YEAR, number_role, number_value
from workers.stories.stop_words import DAYS, MONTHS, STOP_WORDS

LEAD_WORDS: Final = 90
"""Words of a report that are compared: the first paragraph of news says what happened, background comes later."""
_READ_CHARACTERS: Final = 3000
_PASSAGE_CHARACTERS: Final = 800
MAX_WORD: Final = 40
"""Characters of a word that are compared."""
_NO_SPACES = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_LETTER = rf"[^\W\d_{_NO_SPACES}]"
TOKEN: Final = re.compile(
    rf"[A-Z]{{2,6}}-\d[\d-]*\d|#\d+|{_LETTER}+\d[\w]*|\d+{_LETTER}+\d\w*|\d+{_LETTER}{{3,}}|\d+(?:[.,]\d+)*|[{_NO_SPACES}]|{_LETTER}+"
)
"""A word as written, a number, an identifier such as CVE-2026-1001, #301 or MH370, or one character of a script without spaces."""
NO_SPACE: Final = re.compile(f"[{_NO_SPACES}]")
_HEADLINE_SHARE: Final = 0.6
_LEAD_SENTENCES: Final = 2
_RUN_SENTENCES: Final = 3
_SIGNS: Final = frozenset("$€£%")
_SILENT: Final = STOP_WORDS - NUMBER_WORDS - DAYS - MONTHS


class Capitals(Protocol):
    """Knows how words are usually written."""

    def capitalized(self, word: str) -> int:
        """Return how many more articles wrote this lower-case word with a capital inside a sentence than without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a report says. `words` are stems and `names` lower-case words, each with how often it occurs.

    `runs` are names of two words or more in the first sentences, `numbers` are values by role, `lead` those of the first two sentences.
    `length` counts words and names, `sentences` the passages that were read or passed over.
    """

    words: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, int] = field(default_factory=dict)
    runs: frozenset[tuple[str, ...]] = frozenset()
    numbers: Mapping[str, frozenset[float]] = field(default_factory=dict)
    lead: frozenset[tuple[str, float]] = frozenset()
    days: frozenset[str] = frozenset()
    headline: frozenset[str] = frozenset()
    length: int = 0
    sentences: int = 0


@dataclass(slots=True)
class _Reading:
    language: str
    words: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    names: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    runs: set[tuple[str, ...]] = field(default_factory=set)
    numbers: dict[str, set[float]] = field(default_factory=lambda: defaultdict(set))
    lead: set[tuple[str, float]] = field(default_factory=set)
    days: set[str] = field(default_factory=set)

    @property
    def length(self) -> int:
        return sum(self.words.values()) + sum(self.names.values())


@lru_cache(maxsize=50_000)
def is_identifier(word: str) -> bool:
    """Return whether a word is an identifier: CVE-2026-1, #301, 1.2.3, MH370."""
    mixed = any(map(str.isalpha, word)) and any(map(str.isdecimal, word))
    return mixed or word[0] == "#" or word.count(".") > 1


def identifiers(words: Iterable[str]) -> frozenset[str]:
    """Return those of some words that are identifiers."""
    return frozenset(filter(is_identifier, words))


def stemmed(word: str, language: str) -> str:
    """Return the stem of a lower-case word; one with digits, such as mh370, is its own."""
    return _stem_of_letters(word, language) if word.isalpha() else word[:MAX_WORD]


@lru_cache(maxsize=50_000)
def _stem_of_letters(word: str, language: str) -> str:
    return stem(word[:MAX_WORD], language).decode("utf-8", "replace") or word


def passages_of(title: str, text: str) -> tuple[str, ...]:
    """Return the headline and the sentences of a report that are read, without boilerplate, as written."""
    body = tuple(part.strip()[:_PASSAGE_CHARACTERS] for part in sentences(without_boilerplate(text[:_READ_CHARACTERS])))
    headline = without_outlet_name(title.strip())
    return body if not headline or (body and text.lstrip().startswith(headline)) else (headline, *body)


def passage_key(passage: str) -> int:
    """Return a 32-bit hash of a passage, by which a source's repeated ones are recognized."""
    return zlib.crc32(passage.lower().encode("utf-8", "surrogatepass"))


def extract_facts(
    title: str, passages: Sequence[str], language: str | None, *, capitals: Capitals, repeated: Collection[int] = frozenset()
) -> Facts:
    """Return the facts in `passages` (from `passages_of`), up to about 90 words.

    Passages whose keys are in `repeated`, which the source prints in many of its articles, are passed over, but never the first one.
    """
    reading, position = _Reading(language or ""), -1
    for position, passage in enumerate(passages):
        if position and passage_key(passage) in repeated:
            continue
        _read_sentence(reading, passage, position, capitals)
        if reading.length >= LEAD_WORDS:
            break
    headline = (word.lower() for word in TOKEN.findall(title))
    return Facts(
        words=dict(reading.words),
        names=dict(reading.names),
        runs=frozenset(reading.runs),
        numbers={role: frozenset(values) for role, values in reading.numbers.items()},
        lead=frozenset(reading.lead),
        days=frozenset(reading.days),
        headline=frozenset(headline),
        length=reading.length,
        sentences=position + 1,
    )


@dataclass(frozen=True, slots=True)
class PassageWords:
    """The words of a passage as written and in lower case. `title_case`: it Is Written Like This, so that its capitals say nothing."""

    written: tuple[str, ...]
    lowered: tuple[str, ...]
    title_case: bool


@lru_cache(maxsize=1024)
def words_of_passage(passage: str) -> PassageWords:
    """Cut a passage into words: once, though a batch looks up its words, reads them and counts them."""
    written = tuple(TOKEN.findall(passage))
    return PassageWords(written, tuple(map(str.lower, written)), _is_title_case(written))


def words_inside(passages: Sequence[str]) -> tuple[Counter[str], Counter[str]]:
    """Count the words inside the sentences of a report in lower case: those written with a capital, and all.

    The first word of a sentence and sentences Written Like This say nothing about a word.
    """
    capital, every = Counter[str](), Counter[str]()
    for passage in passages:
        found = words_of_passage(passage)
        if not found.title_case:
            written, lowered = found.written[1:], found.lowered[1:]
            every.update([word for word in lowered if word[0].isalpha()])
            capital.update([low for word, low in zip(written, lowered, strict=True) if word != low and word[0].isupper()])
    return capital, every


def _read_sentence(reading: _Reading, sentence: str, position: int, capitals: Capitals) -> None:
    found = words_of_passage(sentence)
    lowered, title_case = found.lowered, found.title_case
    words, names = reading.words, reading.names
    most = 2 * (LEAD_WORDS - reading.length)
    run: tuple[str, ...] = ()
    for at, (written, word) in enumerate(zip(found.written[: most + 1], lowered, strict=False)):
        if word in _SILENT:
            run = ()
            continue
        capital = written[0].isupper()
        is_name = (
            capital
            and word not in STOP_WORDS
            and ((at > 0 and not title_case) or _usually_capital(word, capitals, unknown=title_case))
        )
        value = number_value(word) if word[0].isdecimal() or word in NUMBER_WORDS else None
        if word in DAYS or (capital and word in MONTHS):
            reading.days.add(word)
        elif value is not None:
            _read_number(reading, lowered, at, number_role(lowered, at, value, _signs(sentence, at)), position)
        elif not word.isascii() and NO_SPACE.match(word):
            words["".join(lowered[at : at + 2])] += 1
        elif is_name:
            names[word[:MAX_WORD]] += 1
            run = (*run, word)
            if position < _RUN_SENTENCES and len(run) > 1:
                reading.runs.discard(run[:-1])
                reading.runs.add(run)
        elif word not in STOP_WORDS and (len(word) > 1 or not word.isascii()):
            words[stemmed(word, reading.language)] += 1
        if run and (not is_name or value is not None):
            run = ()


def _signs(sentence: str, at: int) -> tuple[str, str]:
    """Return the two characters before the word at this place, and the two after it, if any of them can tell what the word counts."""
    if _SIGNS.isdisjoint(sentence):
        return "", ""
    begin, end = next(islice(TOKEN.finditer(sentence), at, None)).span()
    return sentence[max(0, begin - 2) : begin], sentence[end : end + 2]


def _usually_capital(word: str, capitals: Capitals, *, unknown: bool) -> bool:
    balance = capitals.capitalized(word)
    return balance > 0 or (balance == 0 and unknown)


def _is_title_case(found: Sequence[str]) -> bool:
    letters = [word for word in found if word[0].isalpha() and len(word) > 3]
    return len(letters) > 2 and sum(word[0].isupper() for word in letters) > _HEADLINE_SHARE * len(letters)


def _read_number(reading: _Reading, words: Sequence[str], at: int, found: tuple[str, float] | None, position: int) -> None:
    if found is None:
        return
    role = found[0]
    reading.numbers[role].add(found[1])
    if words[at][0].isdecimal():
        reading.words[words[at]] += 1
    beside = {*words[at + 1 : at + 2], *words[max(0, at - 1) : at]}
    if position < _LEAD_SENTENCES and role not in (YEAR, AGE) and MONTHS.isdisjoint(beside):
        reading.lead.add((role or NUMBER, found[1]))
