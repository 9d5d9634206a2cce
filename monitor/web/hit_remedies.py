"""Find the smallest changes of a term that keep it from firing on an article, and what each would have raised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

import orjson

from monitor.domain.article import Article
from monitor.domain.match import Document, Field, Match
from monitor.domain.watch import Term, TermKind
from monitor.web.app_state import AppState
from monitor.web.draft_preview import DAYS, checked_others, draft_of
from monitor.web.term_form import item_of
from workers.analysis.backtest import backtest, document_of_article
from workers.matching.matcher import Matcher
from workers.stories.stop_words import STOP_WORDS

Keys = dict[str, Any]
"""Keys of an item of `watch:` with their new values."""
_WORD: Final = re.compile(r"[^\W_][\w'’-]*")
_REACH: Final = 120
"""How many characters around a hit words are taken from."""
_MOST_WORDS: Final = 12
_MOST_SHOWN: Final = 6
_MOST_SOURCES: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A change: what it is in words, the keys that it sets, and the stories and articles of the last days with it."""

    words: str
    keys: Keys
    stories: int
    articles: int

    @property
    def json(self) -> str:
        """Return the keys as a form carries them."""
        return orjson.dumps(self.keys).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedies:
    """What a term hit in an article, what it raised, and the changes that would help, those that lose the least first."""

    hits: tuple[str, ...]
    stories: int
    articles: int
    changes: tuple[Remedy, ...]


def remedies(app_state: AppState, term: Term, article: Article, sources: Sequence[str], now: datetime) -> Remedies:
    """Return the changes with which `term` would not have fired on `article`; none if it does not fire on it any more. Blocks."""
    others = checked_others(app_state, term, term.name)
    document = document_of_article(article)
    hits = Matcher.build((*others, term)).occurrences(document, term.name)
    item = item_of(term)
    helping = [
        (words, keys, draft)
        for words, keys in candidates(item, term.kind, document, hits, sources)
        for draft in [draft_of({**item, **keys})]
        if not Matcher.build((*others, draft)).occurrences(document, term.name)
    ]
    drafts = [replace(draft, name=f"{term.name} {number}") for number, (_, _, draft) in enumerate(helping)]
    names = (term.name, *(draft.name for draft in drafts))
    others = [one for one in others if one.name not in names]
    found = backtest(app_state.database, (*others, term, *drafts), since=now - timedelta(days=DAYS), only=names)["terms"]
    before, *after = found
    changes = [
        Remedy(words=words, keys=keys, stories=counts["stories"], articles=counts["articles"])
        for (words, keys, _), counts in zip(helping, after, strict=True)
    ]
    changes.sort(key=lambda one: (-one.stories, -one.articles))
    texts = tuple(dict.fromkeys(hit.text for hit in hits))
    return Remedies(hits=texts, stories=before["stories"], articles=before["articles"], changes=tuple(changes[:_MOST_SHOWN]))


def candidates(
    item: Keys, kind: TermKind, document: Document, hits: Sequence[Match], sources: Sequence[str]
) -> Iterator[tuple[str, Keys]]:
    """Yield changes that may help, each in words and as keys."""
    unwanted = list(item.get("not", ()))
    for phrases in _phrases_around(document, hits):
        yield f"not within {_quoted(phrases)}", {"not": list(dict.fromkeys((*unwanted, *phrases)))}
    if kind is not TermKind.QUERY:
        context = item.get("context", {})
        for word in islice(_words_near(document, hits), _MOST_WORDS):
            forbidden = list(dict.fromkeys((*context.get("forbid", ()), word)))
            yield f"not near “{word}”", {"context": {**context, "forbid": forbidden}}
    only = item.get("only", {})
    left = [name for name in only.get("sources") or sources if name != document.source]
    if 0 < len(left) <= _MOST_SOURCES and document.source in (only.get("sources") or sources):
        yield f"not from the source “{document.source}”", {"only": {**only, "sources": left}}


def _phrases_around(document: Document, hits: Sequence[Match]) -> Iterator[tuple[str, ...]]:
    """Yield for the word after and before the hits the phrases of both, all hits together."""
    for after in (True, False):
        phrases = dict.fromkeys(filter(None, (_with_neighbour(document, hit, after=after) for hit in hits)))
        if phrases and len(phrases) <= _MOST_WORDS:
            yield tuple(phrases)


def _with_neighbour(document: Document, hit: Match, *, after: bool) -> str | None:
    """Return the hit with the word beside it; None where the sentence ends there."""
    text = _text_of(document, hit)
    if after:
        found = re.match(rf"([ \t\xa0-]+)({_WORD.pattern})", text[hit.end : hit.end + _REACH])
        return None if found is None or found[2].casefold() in STOP_WORDS else f"{hit.text}{found[0]}"
    before = re.search(rf"({_WORD.pattern})([ \t\xa0-]+)$", text[max(hit.start - _REACH, 0) : hit.start])
    return None if before is None or before[1].casefold() in STOP_WORDS else f"{before[0]}{hit.text}"


def _words_near(document: Document, hits: Sequence[Match]) -> Iterator[str]:
    """Yield the words around the first hit that say most, names and long words first."""
    if not hits:
        return
    hit = hits[0]
    text = _text_of(document, hit)
    own = {word.casefold() for word in _WORD.findall(hit.text)}
    around = (
        f"{text[max(hit.start - _REACH, 0) : hit.start].partition(' ')[2]} {text[hit.end : hit.end + _REACH].rpartition(' ')[0]}"
    )
    words = dict.fromkeys(word for word in _WORD.findall(around) if len(word) > 3 and word.casefold() not in own | STOP_WORDS)
    yield from sorted(words, key=lambda word: (not word[0].isupper(), -len(word)))


def _text_of(document: Document, hit: Match) -> str:
    return document.title if hit.field is Field.TITLE else document.body


def _quoted(phrases: Sequence[str]) -> str:
    return " or ".join(f"“{phrase}”" for phrase in phrases)
