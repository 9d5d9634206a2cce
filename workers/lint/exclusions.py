"""Find what a term leaves out although it is part of the term itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from monitor.domain.watch import Term
from monitor.settings.config_positions import Place
from workers.lint.finding import Doubt, LintSubject
from workers.matching import normalize

_LONGER: Final = "`not` takes longer texts, inside which the term does not count"


def self_exclusions(subject: LintSubject) -> Iterator[Doubt]:
    """Yield texts under `not` and `context: forbid` that stand in every occurrence of their term."""
    for term in subject.terms:
        if not term.phrases:
            continue
        if term.context is not None:
            for phrase in term.context.forbid:
                if _in_every_phrase(phrase, term):
                    place = Place(term=term.where, key=("context", "forbid"), value=phrase)
                    yield place, f"{term.name!r} never fires: `{phrase}`, which is forbidden near it, is part of the term itself"
        for phrase in term.without:
            place = Place(term=term.where, key=("not",), value=phrase)
            if any(normalize.words(phrase) == normalize.words(one) for one in term.phrases):
                yield place, f"{term.name!r}: `not: {phrase}` leaves out every occurrence of `{phrase}`; {_LONGER}"
            elif _in_every_phrase(phrase, term):
                yield place, f"{term.name!r}: `not: {phrase}` is itself a part of the term; {_LONGER}"


def _in_every_phrase(phrase: str, term: Term) -> bool:
    wanted = normalize.words(phrase)
    return bool(wanted) and all(_is_inside(wanted, normalize.words(one)) for one in term.phrases)


def _is_inside(wanted: Sequence[bytes], words: Sequence[bytes]) -> bool:
    return any(words[at : at + len(wanted)] == wanted for at in range(len(words) - len(wanted) + 1))
