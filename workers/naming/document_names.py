"""Find the names in a document: title and body are read as one text with a line end between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from monitor.domain.match import Document, Field, Match
from monitor.domain.watch import EntityType
from workers.gazetteer.gazetteer import NameKind, gazetteer
from workers.naming.article_names import ArticleName, names_in_article
from workers.naming.article_words import ArticleWords

_READ: Final = 200_000
"""Characters of an article that are read, at most."""
_LISTED: Final = NameKind.COUNTRY | NameKind.ORGANISATION | NameKind.DEMONYM


class _Latest:
    """The names of the last document, since they are asked for by each query and once more for the article itself."""

    found: tuple[Document, Sequence[tuple[ArticleName, Match]]] | None = None


def names_in(document: Document) -> Sequence[tuple[ArticleName, Match]]:
    """Return the names in a document with their places, without what is in asides and adjectives of peoples."""
    latest = _Latest.found
    if latest is not None and latest[0] is document:
        return latest[1]
    placed = [(name, match_at(document, name)) for name in recognized_names(document) if not is_people(name)]
    found = [(name, match) for name, match in placed if not _in_aside(document, match)] if document.asides else placed
    _Latest.found = (document, found)
    return found


def _in_aside(document: Document, match: Match) -> bool:
    return match.field is Field.BODY and any(aside.start < match.end and match.start < aside.end for aside in document.asides)


def recognized_names(document: Document) -> list[ArticleName]:
    """Return every occurrence of a name in title and body, which are read as one text with a line end between them."""
    text = f"{document.title}\n{document.body}"[:_READ]
    article = ArticleWords(text, headline=bool(document.title), is_pair=_is_pair)
    names = names_in_article(article, gazetteer(), document.language or "en")
    return [name for name in names if name.end <= len(document.title) or name.start > len(document.title)]


def _is_pair(word: str) -> bool:
    """Whether a word is two names joined by a hyphen (Israel-Hamas)."""
    kind = gazetteer().kind
    return not kind(word) and all(kind(part) & _LISTED for part in word.split("-"))


def is_people(name: ArticleName) -> bool:
    """Whether a name is only an adjective of a people (Israeli)."""
    return name.type is EntityType.OTHER and gazetteer().kind(name.name) & NameKind.DEMONYM != 0


def match_at(document: Document, name: ArticleName) -> Match:
    """Return where a name stands in title or body."""
    title_end = len(document.title)
    if name.start <= title_end:
        return Match(field=Field.TITLE, start=name.start, end=name.end, text=document.title[name.start : name.end])
    start, end = name.start - title_end - 1, name.end - title_end - 1
    return Match(field=Field.BODY, start=start, end=end, text=document.body[start:end])
