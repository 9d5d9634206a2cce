"""The recognizer `rules`: what a name is, by what stands around it."""

from __future__ import annotations

import pytest

from monitor.domain.aside import Aside, AsideReason
from monitor.domain.match import Document, Mention
from monitor.domain.watch import EntityType, Term, TermKind
from monitor.settings.model import Settings
from workers.matching.matcher import Matcher
from workers.recognition.rules import RULES

PERSON, ORGANISATION, PLACE, OTHER = EntityType.PERSON, EntityType.ORGANISATION, EntityType.PLACE, EntityType.OTHER


def recognize(body: str, title: str = "", *, language: str = "en", terms: tuple[Term, ...] = ()) -> tuple[Mention, ...]:
    """What is recognized in a text."""
    recognizer = RULES.build(Settings(), Matcher.build(terms))
    return recognizer.recognize(Document(title=title, body=body, language=language))


def names(body: str, title: str = "", *, language: str = "en") -> dict[str, EntityType]:
    """What is recognized in a text, by name."""
    return {mention.name: mention.type for mention in recognize(body, title, language=language)}


SENTENCES: tuple[tuple[str, dict[str, EntityType]], ...] = (
    ("The visit of Foreign Minister Hakan Velidi to Doha was put off.", {"Hakan Velidi": PERSON, "Doha": PLACE}),
    ("Talks with Mr. Velk went on.", {"Velk": PERSON}),
    ("US President Joe Biden spoke.", {"United States": PLACE, "Joe Biden": PERSON}),
    ("The Ministry of Health and Welfare said so.", {"Ministry of Health and Welfare": ORGANISATION}),
    ("He joined Velk & Sons Ltd. in May.", {"Velk & Sons Ltd.": ORGANISATION}),
    ("It crossed the Velidi River at dawn.", {"Velidi River": PLACE}),
    ("They fled to the village of Umm Velid.", {"Umm Velid": PLACE}),
    ("A spokeswoman for the Israeli Foreign Ministry declined.", {"Israeli Foreign Ministry": ORGANISATION}),
    ("Recent operations in Gaza went on.", {"Gaza": PLACE}),
    ("Reading is fun. Nice weather, too.", {}),
    ("Last Monday in March nothing happened.", {}),
    ("The Israel-Hamas conflict goes on.", {"Israel": PLACE, "Hamas": ORGANISATION}),
    ("The Stanley Cup was lost.", {"Stanley Cup": OTHER}),
    ("Ali bin Velid al-Masri resigned.", {"Ali bin Velid al-Masri": PERSON}),
    ("Prices rose, according to Velkson, who keeps the list.", {"Velkson": PERSON}),
    ("Ankara, Doha and Cairo agreed.", {"Ankara": PLACE, "Doha": PLACE, "Cairo": PLACE}),
    ("Aid reached Velidia, Sudan, on foot.", {"Velidia": PLACE, "Sudan": PLACE}),
)


@pytest.mark.parametrize(("sentence", "expected"), SENTENCES, ids=[sentence[:30] for sentence, _ in SENTENCES])
def test_names_and_their_types(sentence: str, expected: dict[str, EntityType]) -> None:
    """Titles, heads of organisations and places, prepositions, lists and sentence starts tell what a name is."""
    assert names(sentence) == expected


def test_a_surname_is_joined_to_the_full_name() -> None:
    """One who has been introduced is counted under the full name."""
    (mention,) = recognize("Hanna Velk arrived. Later Velk left, and Velk's driver too.")
    assert (mention.name, mention.type, mention.count) == ("Hanna Velk", PERSON, 3)
    assert [one.text for one in mention.occurrences] == ["Hanna Velk", "Velk", "Velk"]


def test_an_acronym_is_joined_to_its_long_form() -> None:
    """What stands in brackets behind a name is the same name."""
    found = names("The Velidian Relief Committee (VRC) met. The VRC said nothing.")
    assert found == {"Velidian Relief Committee": ORGANISATION}


def test_a_part_of_a_name_is_joined_to_the_whole() -> None:
    """The short form of a name has the type of the long one, wherever it stands."""
    found = recognize("Food ran out at Beit Velid Hospital. In the largest one, Beit Velid, nobody slept.")
    assert [(one.name, one.type, one.count) for one in found] == [("Beit Velid Hospital", PLACE, 2)]


@pytest.mark.parametrize("title", ["Hanna Velk Leaves Talks With Hamas In Doha", "HANNA VELK LEAVES TALKS WITH HAMAS IN DOHA"])
def test_headlines_whose_capitals_say_nothing(title: str) -> None:
    """Only what is listed, or known from the text, is a name in a headline."""
    found = {mention.name: mention.count for mention in recognize("On Monday, Hanna Velk left the talks.", title)}
    assert found == {"Hanna Velk": 2, "Hamas": 1, "Doha": 1}


def test_the_users_own_entities_come_first() -> None:
    """Where a watched entity stands, nothing else is recognized."""
    watched = Term(name="Velk Group", kind=TermKind.ENTITY, type=ORGANISATION, phrases=("Velk Group", "Velk"))
    found = recognize("Velk met Hanna Oster in Cairo. The Velk Group paid.", terms=(watched,))
    assert {mention.name for mention in found} == {"Hanna Oster", "Cairo"}


def test_nothing_is_recognized_in_asides() -> None:
    """A list of what is read most names nobody."""
    body = "Cairo agreed.\nMost read: Ankara"
    document = Document(title="", body=body, language="en", asides=(Aside(start=14, end=len(body), reason=AsideReason.LINKS),))
    assert [one.name for one in RULES.build(Settings(), Matcher.build(())).recognize(document)] == ["Cairo"]


OTHER_LANGUAGES = (
    (
        "de",
        "Der Bundestag in Deutschland tagt; Donald Trump reist nach Großbritannien.",
        {"Bundestag", "Germany", "Donald Trump", "United Kingdom"},
    ),
    (
        "ru",
        "Президент России Владимир Путин говорил с Нетаньяху в Москве.",
        {"Russia", "Vladimir Putin", "Benjamin Netanyahu", "Moscow"},
    ),
    ("ar", "قال نتنياهو إن حماس في رفح وبغزة", {"Benjamin Netanyahu", "Hamas", "Rafah", "Gaza"}),
    ("he", "נתניהו אמר כי חמאס ברפיח", {"Benjamin Netanyahu", "Hamas", "Rafah"}),
    ("fr", "Le président Emmanuel Macron est en Allemagne.", {"Emmanuel Macron", "Germany"}),
    ("es", "Donald Trump viaja a Alemania.", {"Donald Trump", "Germany"}),
)


@pytest.mark.parametrize(("language", "text", "expected"), OTHER_LANGUAGES, ids=[row[0] for row in OTHER_LANGUAGES])
def test_other_languages(language: str, text: str, expected: set[str]) -> None:
    """Countries, large cities and well-known names are found with their endings and prefixes, under their English names."""
    assert expected <= set(names(text, language=language))


def test_text_without_an_end_of_capitals_is_read_in_pieces() -> None:
    """A text of nothing but capitalized words costs no more than its length."""
    assert isinstance(names("Abe Bell " * 20_000), dict)
