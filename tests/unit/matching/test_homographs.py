"""A watched name that is another's here: marked, lower in rank, and with `strict` not counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.domain.match import Document, match_record
from monitor.domain.watch import EntityType, Term, TermKind
from monitor.settings.model import Settings
from workers.matching.matcher import Matcher
from workers.recognition.recognizer import most_telling, recognize_all
from workers.recognition.registry import build_recognizers

JORDAN = Term(name="Jordan", kind=TermKind.ENTITY, type=EntityType.PLACE, phrases=("Jordan",))
CAIRO = Term(name="Cairo", kind=TermKind.ENTITY, type=EntityType.PLACE, phrases=("Cairo",))
THE_MAN = "On Monday Mr. Jordan said that the team was tired, and went to Cairo."
THE_LAND = "The border between Syria and Jordan was closed."


def document(body: str, language: str = "en") -> Document:
    """A text without a title."""
    return Document(title="", body=body, language=language)


@pytest.mark.parametrize(("body", "doubtful"), [(THE_MAN, True), (THE_LAND, False)])
def test_a_name_read_as_another_type_is_doubtful(body: str, doubtful: bool) -> None:  # noqa: FBT001 - an expectation
    """It fires all the same; the match says so."""
    (found,) = Matcher.build([JORDAN]).match(document(body))
    (match,) = found.matches
    assert match.doubtful is doubtful
    assert match_record(match).get("doubtful", False) is doubtful


@pytest.mark.parametrize(("body", "fires"), [(THE_MAN, False), (THE_LAND, True)])
def test_a_strict_term_needs_agreement(body: str, fires: bool) -> None:  # noqa: FBT001 - an expectation
    """Where it is read as something else, it does not count."""
    assert bool(Matcher.build([replace(JORDAN, strict=True)]).match(document(body))) is fires


def test_other_languages_are_not_read_so_closely() -> None:
    """A strict term is found there by its name alone."""
    (found,) = Matcher.build([replace(JORDAN, strict=True)]).match(document("Herr Jordan kam.", "de"))
    assert not found.matches[0].doubtful


def test_a_doubtful_entity_comes_after_the_others() -> None:
    """Of two watched entities, the one that is certainly meant is told first."""
    matcher = Matcher.build([JORDAN, CAIRO])
    named = recognize_all(build_recognizers(Settings(), matcher), document(THE_MAN))
    assert [one.name for one in most_telling(named, limit=9)][:2] == ["Cairo", "Jordan"]
