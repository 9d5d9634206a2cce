"""What a statement is to the stories before it."""

from __future__ import annotations

import pytest

from monitor.domain.relation import RelationKind
from tests.statements import ENGLISH, statement, story
from workers.stories.relate import THRESHOLD, CandidateStory, Decision, relate
from workers.stories.statement import Statement

COPY, REPORT, DEVELOPMENT, OTHER = RelationKind.COPY, RelationKind.REPORT, RelationKind.DEVELOPMENT, RelationKind.OTHER
STORM = "Storm Alma tore roofs from 40 houses in Porto Velo on Friday, the mayor Rita Campos said, and cut off power to the island of Sant Elm."
STORM_AGAIN = "Power failed on the island of Sant Elm after Storm Alma hit Porto Velo on Friday; mayor Rita Campos counted 40 houses without a roof."
FERRY = (
    "The ferry Morning Star sank off the port of Mirna on Friday in heavy seas and 12 people were killed, harbour master Jon Askel said. "
    "Divers from Brask searched the wreck of the Morning Star."
)
FERRY_LATER = (
    "Divers from Brask found more bodies in the wreck of the Morning Star off Mirna: 19 people were killed when the ferry sank on Friday, "
    "harbour master Jon Askel said in the port."
)
ELSEWHERE = (
    "Storm Bruno tore roofs from 12 houses in Marelle on Monday, the mayor Jean Dupin said, and cut off power to the valley of Orr."
)
COURT = "The court of appeal in Lindholm freed the banker Otto Krans, who had served 3 years for fraud at the Sund Bank."


def _relate(new: Statement, *candidates: CandidateStory, same_event: bool = True) -> Decision:
    return relate(new, candidates, ENGLISH.idf, same_event=same_event)


def test_another_report_of_an_event_joins_it_with_its_evidence() -> None:
    """Other words, the same names, number and day: a report, and the reader is told why."""
    first = statement(STORM, "Storm Alma cuts off Sant Elm")
    relation = _relate(statement(STORM_AGAIN, "Sant Elm without power after storm", source="Beta"), story(first)).relation
    assert (relation.kind, relation.story_id, relation.nearest) == (REPORT, "story", first.article_id)
    assert relation.probability is not None
    assert relation.probability >= THRESHOLD
    assert "numbers in common" in relation.evidence
    assert relation.changes == ()


def test_new_numbers_are_a_development_that_says_what_changed() -> None:
    """A later report with more dead joins, and names what is new."""
    relation = _relate(statement(FERRY_LATER, source="Beta"), story(statement(FERRY))).relation
    assert (relation.kind, relation.changes) == (DEVELOPMENT, ("dead 12 → 19",))


def test_a_number_that_the_story_has_already_is_no_development() -> None:
    """What one report of the story said is known, whichever comes next."""
    relation = _relate(
        statement(FERRY_LATER, source="Gamma"), story(statement(FERRY), statement(FERRY_LATER, source="Beta"))
    ).relation
    assert relation.kind is COPY
    slow = FERRY_LATER.replace("found more bodies in", "went down again to")
    assert (
        _relate(statement(slow, source="Delta"), story(statement(FERRY), statement(FERRY_LATER, source="Beta"))).relation.changes
        == ()
    )


@pytest.mark.parametrize("other", [COURT, ELSEWHERE])
def test_another_event_begins_a_story(other: str) -> None:
    """Other names, places and days are other news, also in nearly the same words."""
    relation = _relate(statement(other, source="Beta"), story(statement(STORM))).relation
    assert (relation.kind, relation.story_id) == (OTHER, None)
    assert relation.evidence


def test_with_nothing_before_it_a_statement_begins_a_story() -> None:
    """The first statement of all is told."""
    assert _relate(statement(STORM)).relation.kind is OTHER
    assert _relate(statement("")).relation.kind is OTHER


def test_without_same_event_only_the_same_words_join() -> None:
    """Switched off, a report in other words is a story of its own, and a copy still is none."""
    assert _relate(statement(STORM_AGAIN, source="Beta"), story(statement(STORM)), same_event=False).relation.kind is OTHER
    assert _relate(statement(f"{STORM} More soon.", source="Beta"), story(statement(STORM)), same_event=False).relation.kind is COPY


def test_a_fact_that_differs_speaks_louder_than_likeness() -> None:
    """The same template for another place vetoes its story, even where another statement of that story would fit."""
    siren = "Sirens sounded in {} at noon. Residents should go to the nearest shelter and stay there until the all-clear is given."
    decision = _relate(statement(siren.format("Mirna"), source="Beta"), story(statement(siren.format("Brask"))))
    assert decision.relation.kind is OTHER
    assert decision.odds["story"] < 0  # type: ignore[index]
    assert any("Brask" in line and "Mirna" in line for line in decision.relation.evidence)


def test_a_source_that_says_the_same_again_later_is_told_though_its_story_is_alike() -> None:
    """What the same source said counts before what another outlet said in the same words."""
    notice = (
        "Sirens sounded in Brask at noon. Residents should go to the nearest shelter and stay there until the all-clear is given."
    )
    told = story(statement(notice, source="Beta", minutes=1), statement(notice, source="Alpha"))
    assert _relate(statement(notice, source="Alpha", minutes=45), told).relation.kind is OTHER


def test_of_two_stories_the_likelier_one_is_joined() -> None:
    """The order in which the candidates are found decides nothing."""
    ferry, storm = story(statement(FERRY), name="ferry"), story(statement(STORM), name="storm")
    new = statement(STORM_AGAIN, source="Beta")
    for candidates in ((ferry, storm), (storm, ferry)):
        assert _relate(new, *candidates).relation.story_id == "storm"


def test_a_doubtful_statement_is_told_and_names_its_likeliest_story() -> None:
    """Below the threshold a statement begins a story; `maybe` and the probability say how near it was."""
    vague = (
        "Insurers expect claims of 12 million euros and higher premiums after Storm Alma, their union in Porto Velo said after a meeting with "
        "brokers and banks of the coast, who want money from the state and cheaper loans for owners."
    )
    relation = _relate(statement(vague, source="Beta"), story(statement(STORM))).relation
    assert (relation.kind, relation.story_id, relation.maybe) == (OTHER, None, "story")
    assert relation.probability is not None
    assert 0.5 <= relation.probability < THRESHOLD


@pytest.mark.parametrize(
    ("language", "old", "new"),
    [
        (
            "ar",
            "أغلق المهندسون جسر هارلو في مدينة براسك يوم الثلاثاء بعد العثور على شقوق في أعمدته",
            "عاجل: أغلق المهندسون جسر هارلو في مدينة براسك يوم الثلاثاء بعد العثور على شقوق في أعمدته",
        ),
        (
            "he",
            "מהנדסים סגרו את גשר הארלו בעיר בראסק ביום שלישי לאחר שנמצאו סדקים בעמודיו",
            "מהנדסים סגרו את גשר הארלו בעיר בראסק ביום שלישי לאחר שנמצאו סדקים בעמודיו, אמר ראש העיר",
        ),
        (
            "zh",
            "工程师星期二在布拉斯克市关闭了哈洛大桥因为在桥墩上发现了裂缝市长说",
            "本报讯工程师星期二在布拉斯克市关闭了哈洛大桥因为在桥墩上发现了裂缝",
        ),
    ],
)
def test_copies_in_other_scripts_join(language: str, old: str, new: str) -> None:
    """A copy with another beginning or end is one in every script."""
    relation = _relate(statement(new, source="Beta", language=language), story(statement(old, language=language))).relation
    assert relation.kind is COPY
