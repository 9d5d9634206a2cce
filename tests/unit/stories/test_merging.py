"""Whether two stories are about one event after all."""

from __future__ import annotations

import pytest

from tests.statements import ENGLISH, profile_of, statement
from workers.stories.merging import MERGE_ODDS, MergeCandidate, is_same_event, story_odds
from workers.stories.relate import CERTAIN
from workers.stories.statement import Statement

STORM = "Storm Alma tore roofs from 40 houses in Porto Velo on Friday, the mayor Rita Campos said, and cut off power to the island of Sant Elm."
STORM_AGAIN = "Power failed on the island of Sant Elm after Storm Alma hit Porto Velo on Friday; mayor Rita Campos counted 40 houses without a roof."
ELSEWHERE = (
    "Storm Bruno tore roofs from 12 houses in Marelle on Monday, the mayor Jean Dupin said, and cut off power to the valley of Orr."
)
COURT = "The court of appeal in Lindholm freed the banker Otto Krans, who had served 3 years for fraud at the Sund Bank."
SIREN = "Sirens sounded in {} at noon. Residents should go to the nearest shelter and stay there until the all-clear is given."


def _story(*texts: str, source: str = "Alpha") -> MergeCandidate:
    statements: list[Statement] = [statement(text, source=source) for text in texts]
    return MergeCandidate(profile=profile_of(*statements), statements=statements)


def _is_one(one: MergeCandidate, other: MergeCandidate) -> bool:
    found = is_same_event(one, other, ENGLISH.idf)
    assert is_same_event(other, one, ENGLISH.idf) is found
    return found


def test_stories_that_tell_of_one_event_are_merged() -> None:
    """Two accounts in other words, and two in the same, are one story whichever is asked first."""
    assert _is_one(_story(STORM), _story(STORM_AGAIN, source="Beta"))
    assert _is_one(_story(STORM), _story(f"PORTO VELO - {STORM}", source="Beta"))


@pytest.mark.parametrize(
    ("one", "other"),
    [(STORM, ELSEWHERE), (STORM, COURT), (SIREN.format("Brask"), SIREN.format("Mirna"))],
    ids=["a twin", "other news", "a template"],
)
def test_stories_of_different_events_stay_apart(one: str, other: str) -> None:
    """A twin event, other news, or a template filled in otherwise is another story."""
    assert not _is_one(_story(one), _story(other, source="Beta"))


def test_one_stray_report_does_not_merge_two_stories() -> None:
    """All statements are asked, so that a bridge between two stories is not enough."""
    assert not _is_one(_story(STORM, ELSEWHERE), _story(COURT, STORM_AGAIN, source="Beta"))


def test_a_story_without_statements_is_merged_with_none() -> None:
    """What retention has taken out of the index cannot be compared."""
    assert not _is_one(_story(), _story(STORM))
    assert not _is_one(_story(), _story())


def test_odds_are_bounded() -> None:
    """No single statement outweighs all others of a story."""
    assert story_odds(statement(f"PORTO VELO - {STORM}", source="Beta"), _story(STORM), ENGLISH.idf) == CERTAIN
    assert story_odds(statement(SIREN.format("Mirna"), source="Beta"), _story(SIREN.format("Brask")), ENGLISH.idf) == -CERTAIN
    assert -CERTAIN < story_odds(statement(COURT, source="Beta"), _story(STORM), ENGLISH.idf) < 0
    assert story_odds(statement(STORM_AGAIN, source="Beta"), _story(STORM), ENGLISH.idf) > MERGE_ODDS
