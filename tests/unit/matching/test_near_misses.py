"""Why a term did not fire, and how near it came."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from monitor.domain.match import Document
from monitor.domain.watch import Context, EntityType, Term, TermKind
from workers.matching.matcher import Matcher

TEXT = "The Ceasfire talks failed near the marathon of Rafah, where Netanyahu spoke. Netanyahu said nato was strong."


def _keyword(name: str, *, case: bool = False, context: Context | None = None) -> Term:
    return Term(name=name, kind=TermKind.KEYWORD, phrases=(name,), case=case, context=context, where="f:1:1")


def _entity(name: str, kind: EntityType = EntityType.PERSON) -> Term:
    return Term(name=name, kind=TermKind.ENTITY, phrases=(name,), type=kind, where="f:1:1")


def _query(query: str) -> Term:
    return Term(name="query", kind=TermKind.QUERY, query=query, where="f:1:1")


def _notes(part: dict[str, Any]) -> Iterator[str]:
    for inner in part.get("parts", ()):
        yield from _notes(inner)
    if not part["held"] and "note" in part:
        yield part["note"]


@pytest.mark.parametrize(
    ("term", "note"),
    [
        (
            _keyword("Rafah", context=Context(forbid=("marathon",))),
            "occurs, but `marathon` stands 2 words away, `forbid` within 30",
        ),
        (
            _keyword("Rafah", context=Context(require=("strong",), within=3)),
            "occurs, but `strong` stands 8 words away, `require` within 3",
        ),
        (
            _keyword("Rafah", context=Context(require=("truce",), within=3)),
            "occurs, but `truce` nowhere near it, `require` within 3",
        ),
        (_keyword("ceasefire talks"), "written 'Ceasfire talks', one letter off"),
        (_keyword("ceasefires"), "written 'Ceasfire', two letters off"),
        (_keyword("marathon spoke"), "`marathon` and `spoke` occur, but not side by side: at the nearest 5 words apart"),
        (_keyword("RAFAH", case=True), "written 'Rafah', with other capitals or borders than the term asks"),
        (_entity("Benjamin Netanyahu"), "surname only: 'Netanyahu', 2 times"),
        (_entity("Nato", EntityType.ORGANISATION), "written 'nato', in small letters, as no name is"),
        (_keyword("elephant"), "does not occur"),
        (_query("talks NEAR/2 marathon"), "all occur, but at the nearest 4 words apart, not 2"),
        (_query("marathon ONEAR/9 talks"), "all occur, but not in this order"),
        (_query("title:rafah"), "occurs, but not in the title"),
        (_query("ATLEAST/3 Netanyahu"), "occurs 2 times, not 3 times"),
        (_query("rafah NOT marathon"), "occurs: 'marathon' in the body"),
        (_query("rafah AND ceasefire"), "written 'Ceasfire', one letter off"),
    ],
)
def test_the_note_says_how_near(term: Term, note: str) -> None:
    """The explanation of a term that does not fire names the rule that failed, and what stands there instead."""
    explained = Matcher.build([term]).explain(Document(title="", body=TEXT, language="en"), term.name)
    assert not explained["fired"]
    assert note in list(_notes(explained["because"]))
