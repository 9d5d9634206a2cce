"""Which articles a term looks at."""

from __future__ import annotations

import pytest

from monitor.domain.watch import Scope

NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("scope", "source", "tags", "language", "admitted"),
    [
        (Scope(), "A", NONE, "fr", True),
        (Scope(sources=frozenset({"A"})), "A", NONE, None, True),
        (Scope(sources=frozenset({"A"})), "B", NONE, None, False),
        (Scope(tags=frozenset({"world", "aid"})), "A", frozenset({"aid"}), None, True),
        (Scope(tags=frozenset({"world"})), "A", frozenset({"sport"}), None, False),
        (Scope(languages=frozenset({"en"})), "A", NONE, "en-GB", True),
        (Scope(languages=frozenset({"en"})), "A", NONE, "EN", True),
        (Scope(languages=frozenset({"en"})), "A", NONE, "ar", False),
        (Scope(languages=frozenset({"en"})), "A", NONE, None, True),
    ],
)
def test_scope(scope: Scope, source: str, tags: frozenset[str], language: str | None, *, admitted: bool) -> None:
    """Each given part must admit the article; a language that cannot be told is no reason to look away."""
    assert scope.admits(source=source, tags=tags, language=language) is admitted
