"""Find names of entities that are written so that they never fire."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.domain.watch import Term, TermKind
from monitor.settings.list_files import SUFFIXES
from workers.lint.finding import Doubt, LintSubject, phrase_place

_UNCAPITALIZED = range(0x10D0, 0x1100)
"""Georgian: its capitals are never used for names."""


def small_letters(subject: LintSubject) -> Iterator[Doubt]:
    """Yield names in small letters: running text is searched for capitals. Of lists in CSV and JSON only the names themselves count."""
    for term in subject.terms:
        if term.kind is not TermKind.ENTITY:
            continue
        for phrase in term.phrases[:1] if _is_of_long_list(term) else term.phrases:
            if _in_small_letters(phrase):
                kind = "name" if phrase == term.phrases[0] else "alias"
                yield (
                    phrase_place(term, phrase),
                    f"the {kind} `{phrase}` is in small letters, and an entity is found only where it is written as a name: "
                    f"write `{phrase.title()}`" + (", or drop `type` to make it a keyword" if kind == "name" else ""),
                )


def _is_of_long_list(term: Term) -> bool:
    """Whether a term comes from a list made by a machine, whose aliases in small letters are names in other languages."""
    return term.where.rsplit(":", 2)[0].endswith(tuple(SUFFIXES))


def _in_small_letters(phrase: str) -> bool:
    return phrase.islower() and not any(ord(char) in _UNCAPITALIZED for char in phrase)
