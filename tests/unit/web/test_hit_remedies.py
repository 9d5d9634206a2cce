"""Which changes of a term are proposed for a hit that was wrong."""

from __future__ import annotations

import pytest

from monitor.domain.match import Document, Field, Match
from monitor.domain.watch import TermKind
from monitor.web.hit_remedies import Keys, candidates

BODY = "In Chicago the Rafah Grill won; the Rafah Grill again. Then Rafah."


def _proposed(item: Keys, kind: TermKind = TermKind.ENTITY, *, sources: tuple[str, ...] = ()) -> list[Keys]:
    document = Document(title="Rafah", body=BODY, source="Food")
    starts = [at for at in range(len(BODY)) if BODY.startswith("Rafah", at)]
    hits = [Match(field=Field.BODY, start=at, end=at + 5, text="Rafah") for at in starts]
    return [keys for _, keys in candidates(item, kind, document, hits, sources)]


def test_phrases_join_those_that_are_written() -> None:
    """The phrase is the hit with a word beside it that says something, and what `not:` has already stays."""
    found = [keys["not"] for keys in _proposed({"not": ["Rafah marathon"]}) if "not" in keys]
    assert ["Rafah marathon", "Rafah Grill"] in found
    assert not [phrases for phrases in found if "the Rafah" in phrases]


def test_forbidden_words_join_the_context() -> None:
    """Names near the hit come first; a query has no context."""
    found = [keys["context"] for keys in _proposed({"context": {"require": ["border"], "within": 9}}) if "context" in keys]
    assert found[0] == {"require": ["border"], "within": 9, "forbid": ["Chicago"]}
    assert not [keys for keys in _proposed({}, TermKind.QUERY) if "context" in keys]


@pytest.mark.parametrize(
    ("item", "sources", "left"),
    [
        ({}, ("Food", "World", "Desk"), {"sources": ["World", "Desk"]}),
        ({"only": {"sources": ["Food", "World"], "languages": ["en"]}}, (), {"sources": ["World"], "languages": ["en"]}),
        ({}, ("Food",), None),
        ({}, ("World", "Desk"), None),
    ],
)
def test_all_sources_but_this_one(item: Keys, sources: tuple[str, ...], left: Keys | None) -> None:
    """Only where others are left, and this one is among those that are read."""
    found = [keys["only"] for keys in _proposed(item, sources=sources) if "only" in keys]
    assert found == ([] if left is None else [left])
