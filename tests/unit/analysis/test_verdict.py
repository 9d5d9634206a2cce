"""Why a term did or did not raise an alert, in a sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.storage.lookup import words_of
from workers.analysis.verdict import TermFacts, verdict

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLAIN = TermFacts(matched=True, alerted=False, alertable=True, scanned_at=NOW, waiting=False)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (replace(PLAIN, alerted=True), "raised an alert"),
        (replace(PLAIN, alerted=True, suppressed="cooldown"), "not sent: cooldown"),
        (replace(PLAIN, matched=False), "not the article's own text"),
        (replace(PLAIN, waiting=True), "still to come"),
        (replace(PLAIN, scanned_at=None), "still to come"),
        (replace(PLAIN, told_by="Gulf Wire", told_at=NOW), "told already by Gulf Wire at 2026-03-01T12:00:00Z"),
        (replace(PLAIN, alertable=False), "archive"),
        (PLAIN, "the watch list has changed since"),
    ],
)
def test_every_case_has_its_sentence(facts: TermFacts, said: str) -> None:
    """The first reason that holds is the one that is given."""
    assert said in verdict(facts)


@pytest.mark.parametrize(
    ("canonical", "words"),
    [
        ("https://example.org/world/story-1234?id=7", ("example", "world")),
        ("https://example.org/caf%C3%A9terrace", ("example", "terrace")),
        ("https://xn--mnchen-3ya.de/abc", ("abc",)),
        ("https://example.org/%D8%B1%D9%81", ("example",)),
    ],
)
def test_a_link_is_looked_for_by_words_that_all_its_forms_have(canonical: str, words: tuple[str, ...]) -> None:
    """Escapes and labels that are written in two ways are left out."""
    assert words_of(canonical) == words
