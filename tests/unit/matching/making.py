"""Short ways to write watch terms and documents in tests."""

from __future__ import annotations

from typing import Any

from monitor.domain.match import Document, Field
from monitor.domain.watch import Context, EntityType, Scope, Term, TermKind
from workers.matching.matcher import Matcher

Span = tuple[str, int, int]


def keyword(*phrases: str, name: str = "", **options: Any) -> Term:
    """Return a keyword term, named after its first phrase unless `name` is given."""
    return Term(name=name or phrases[0], kind=TermKind.KEYWORD, phrases=phrases, where="watch.yaml:1:1", **options)


def entity(*phrases: str, kind: EntityType = EntityType.OTHER, **options: Any) -> Term:
    """An entity with its aliases."""
    return Term(name=phrases[0], kind=TermKind.ENTITY, phrases=phrases, type=kind, where="watch.yaml:1:1", **options)


def query(name: str, text: str, **options: Any) -> Term:
    """A query term."""
    return Term(name=name, kind=TermKind.QUERY, query=text, where=options.pop("where", "watch.yaml:1:1"), **options)


def document(body: str, title: str = "", language: str | None = None, source: str = "", tags: tuple[str, ...] = ()) -> Document:
    """An article to be matched."""
    return Document(title=title, body=body, language=language, source=source, tags=frozenset(tags))


def hits(terms: list[Term], doc: Document) -> dict[str, list[str]]:
    """Return the terms that fire, with the text of every occurrence; every span must point to that text."""
    found = {}
    for fired in Matcher.build(terms).match(doc):
        for match in fired.matches:
            text = doc.title if match.field is Field.TITLE else doc.body
            assert text[match.start : match.end] == match.text
        found[fired.term.name] = [match.text for match in fired.matches]
    return found


def near(require: tuple[str, ...] = (), forbid: tuple[str, ...] = (), within: int = 30) -> Context:
    """A context."""
    return Context(require=require, forbid=forbid, within=within)


def only(sources: tuple[str, ...] = (), tags: tuple[str, ...] = (), languages: tuple[str, ...] = ()) -> Scope:
    """A scope."""
    return Scope(sources=frozenset(sources), tags=frozenset(tags), languages=frozenset(languages))
