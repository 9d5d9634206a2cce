"""Find names of entities that are written so that they never fire."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.domain.watch import TermKind
from workers.lint.finding import Doubt, LintSubject, phrase_place

_UNCAPITALIZED = range(0x10D0, 0x1100)
"""Georgian: its capitals are never used for names."""


def small_letters(subject: LintSubject) -> Iterator[Doubt]:
    """Yield names in small letters: running text is searched for capitals."""
    for term in subject.terms:
        if term.kind is not TermKind.ENTITY:
            continue
        for phrase in term.phrases:
            if _in_small_letters(phrase):
                kind = "name" if phrase == term.phrases[0] else "alias"
                yield (
                    phrase_place(term, phrase),
                    f"the {kind} `{phrase}` is in small letters, and an entity is found only where it is written as a name: "
                    f"write `{phrase.title()}`" + (", or drop `type` to make it a keyword" if kind == "name" else ""),
                )


def _in_small_letters(phrase: str) -> bool:
    return phrase.islower() and not any(ord(char) in _UNCAPITALIZED for char in phrase)
