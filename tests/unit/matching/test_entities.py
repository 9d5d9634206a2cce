"""What an entity finds, one text a row, with the occurrences in ⟦brackets⟧."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.domain.match import Document, Mention
from monitor.domain.watch import EntityType, Term
from tests.unit.matching.making import document, entity, hits, keyword, near, only
from tests.unit.matching.test_table import expected
from workers.matching.matcher import Matcher

PERSON, PLACE = EntityType.PERSON, EntityType.PLACE
RAFAH = entity("Rafah", "Rafiah", "رفح", "רפיח", "拉法", kind=PLACE)
CROSSING = entity("Rafah Crossing", kind=PLACE)
US = entity("United States", "US", "U.S.", kind=PLACE)
IDF = entity("IDF", "Israel Defense Forces")
SHIFA = entity("Al-Shifa Hospital", "Al Shifa", kind=PLACE)
NETANYAHU = entity("Benjamin Netanyahu", "Bibi", kind=PERSON)
SARA = entity("Sara Netanyahu", kind=PERSON)
LEYEN = entity("Ursula von der Leyen", kind=PERSON)
READING = entity("Reading", kind=PLACE)

ROWS: list[tuple[Term, list[Term], str, str]] = [
    (RAFAH, [], "in ⟦Rafah⟧ today", "a name"),
    (RAFAH, [], "in rafah today", "not without its capital"),
    (RAFAH, [], "⟦RAFAH⟧ OFFENSIVE BEGINS", "headlines in capitals count"),
    (RAFAH, [], "⟦Rafah⟧'s people, ⟦Rafah⟧’s streets", "possessives"),
    (RAFAH, [], "the Rafahs", "names have no plural"),
    (RAFAH, [], "in ⟦Rafiah⟧", "an alias"),
    (RAFAH, [], "في ⟦رفح⟧ و⟦برفح⟧".replace("و⟦برفح⟧", "⟦وبرفح⟧"), "Arabic, with prefixes"),
    (RAFAH, [], "⟦ברפיח⟧ וב⟦רפיח⟧".replace("וב⟦רפיח⟧", "⟦וברפיח⟧"), "Hebrew, with prefixes"),
    (RAFAH, [], "在⟦拉法⟧的", "Chinese"),
    (RAFAH, [], "⟦Ra\u0301fah⟧", "diacritics do not matter"),
    (RAFAH, [], "#⟦Rafah⟧UnderAttack @⟦Rafah⟧", "hashtags and handles"),
    (RAFAH, [CROSSING], "the Rafah Crossing, and ⟦Rafah⟧", "the longest name wins"),
    (RAFAH, [CROSSING], "the Rafah crossing is shut", "also where its last word is a common noun"),
    (RAFAH, [CROSSING], "the Rafah-Crossing", "also with a hyphen"),
    (RAFAH, [CROSSING], "⟦Rafah⟧ crossings", "unless it is not that name"),
    (RAFAH, [keyword("Rafah Crossing")], "the ⟦Rafah⟧ Crossing", "a keyword takes no name away"),
    (CROSSING, [RAFAH], "the ⟦Rafah Crossing⟧", "and the longer name fires"),
    (US, [], "the ⟦US⟧ and the ⟦U.S.⟧ and the ⟦United States⟧", "an acronym, dotted or not"),
    (US, [], "give us time", "not the pronoun"),
    (US, [], "Us too", "not with one capital"),
    (US, [], "GIVE US TIME", "not on a line in capitals"),
    (US, [], "GIVE US TIME\nThe ⟦US⟧ said", "the next line counts"),
    (US, [], "⟦US⟧", "alone on its line it is a name"),
    (US, [], "⟦UNITED STATES⟧ VOWS REPLY", "a full name on a line in capitals"),
    (RAFAH, [], "⟦Rafah⟧ is shut, rafah", "a slip of the pen proves nothing"),
    (entity("Joe Biden", kind=PERSON), [], "⟦Joe Biden⟧ met President ⟦Biden⟧ and Hunter Biden", "the surname alone"),
    (IDF, [], "the ⟦IDF⟧, not the idf nor the Idf", "another acronym"),
    (IDF, [], "the ⟦I.D.F.⟧ said", "with dots"),
    (IDF, [], "the ⟦Israel Defense Forces⟧ said", "its name"),
    (IDF, [], "the ⟦IDF⟧'s chief", "with a possessive"),
    (SHIFA, [], "at ⟦Al-Shifa Hospital⟧, ⟦Al Shifa Hospital⟧, ⟦al-Shifa hospital⟧", "hyphens, particles, common nouns"),
    (SHIFA, [], "in ⟦Al-Shifa⟧ and ⟦Alshifa⟧", "joined"),
    (SHIFA, [], "in al shifa", "but not small"),
    (NETANYAHU, [], "⟦Benjamin Netanyahu⟧ spoke. ⟦Netanyahu⟧ left. ⟦Netanyahu⟧'s aide", "the surname after the full name"),
    (NETANYAHU, [], "Netanyahu spoke", "not the surname alone"),
    (NETANYAHU, [], "Netanyahu spoke. ⟦Benjamin Netanyahu⟧ left", "nor before the full name"),
    (NETANYAHU, [SARA], "⟦Benjamin Netanyahu⟧ and Sara Netanyahu", "nor inside another listed name"),
    (NETANYAHU, [], "⟦BENJAMIN NETANYAHU⟧ SPEAKS", "capitals"),
    (NETANYAHU, [], "⟦Bibi⟧ spoke", "an alias"),
    (LEYEN, [], "⟦Ursula von der Leyen⟧ said. Mrs ⟦von der Leyen⟧ and ⟦Leyen⟧", "a surname with particles"),
    (LEYEN, [], "⟦Ursula Von Der Leyen⟧", "particles in capitals"),
    (READING, [], "the town of ⟦Reading⟧ and ⟦Reading⟧", "a name that is a word"),
    (READING, [], "Reading is fun", "at a sentence's beginning a capital proves nothing"),
    (READING, [], "⟦Reading⟧ is a town. People in ⟦Reading⟧ say so", "unless the article proves it elsewhere"),
    (READING, [], "at the Reading Festival", "nor inside a longer name that is not on the list"),
    (entity("York"), [], "in New York and ⟦York⟧", "New York is not York"),
    (RAFAH, [], "New ⟦Rafah⟧ offensive looms", "what is new in a headline is no name"),
    (entity("Turkey"), [], "⟦Turkey⟧ votes", "a name whose word is rare needs no proof"),
    (entity("Turkey"), [], "Turkey is best roasted. A turkey needs three hours", "unless the article writes it small"),
    (entity("iPhone"), [], "an ⟦iPhone⟧ and an ⟦IPHONE⟧, no iphone", "a name that begins small"),
    (entity("hamas"), [], "They say ⟦Hamas⟧, not hamas", "a name listed in small letters is a name all the same"),
    (entity("Bank of America"), [], "⟦Bank of America⟧, ⟦Bank Of America⟧, no bank of America", "particles"),
    (entity("AstraZeneca"), [], "⟦AstraZeneca⟧, ⟦Astra Zeneca⟧, ⟦Astrazeneca⟧", "a capital inside a name may be a border"),
    (entity("Jean-Luc Picard"), [], "⟦Jean Luc Picard⟧, ⟦Jean-Luc Picard⟧", "hyphened names"),
    (entity("Åland"), [], "⟦Aland⟧ and ⟦ÅLAND⟧", "diacritics in the name"),
    (entity("São Paulo"), [], "⟦Sao Paulo⟧", "in any word"),
    (entity("イラン"), [], "⟦イラン⟧は", "Japanese"),
    (entity("イラン"), [], "タイランドとハイランド", "not inside another katakana word"),
    (entity("Bashar al-Assad", kind=PERSON), [], "⟦Bashar al-Assad⟧. ⟦Assad⟧ and ⟦al-Assad⟧", "an article before a surname may go"),
    (entity("Conan O'Brien", kind=PERSON), [], "⟦Conan O’Brien⟧. ⟦O'Brien⟧, not Brien", "an O' may not"),
    (entity("Jo Smith-Jones", kind=PERSON), [], "⟦Jo Smith-Jones⟧. ⟦Smith-Jones⟧, not Jones", "nor may half of a double name"),
    (entity("Martin Luther King Jr.", kind=PERSON), [], "⟦Martin Luther King Jr⟧. spoke. ⟦King⟧ left", "a junior"),
    (entity("بنيامين نتنياهو", kind=PERSON), [], "قال ⟦بنيامين نتنياهو⟧ ثم ⟦نتنياهو⟧", "a surname in Arabic"),
    (entity("John F. Kennedy", kind=PERSON), [], "⟦John F Kennedy⟧ and ⟦John F. Kennedy⟧", "an initial with and without its dot"),
]


@pytest.mark.parametrize(("term", "others", "marked", "why"), ROWS, ids=[f"{row[0].name}: {row[3]}" for row in ROWS])
def test_entity_is_found_as_a_name(term: Term, others: list[Term], marked: str, why: str) -> None:
    """An entity is found where the row marks it, and nowhere else."""
    text, spans = expected(marked)
    fired = Matcher.build([term, *others]).match(document(text))
    assert [(m.start, m.end) for found in fired if found.term is term for m in found.matches] == spans, why


@pytest.mark.parametrize(
    ("text", "fires"),
    [
        ("Fighting in Rafah went on", True),
        ("The Rafah marathon", False),
        ("Rafah and its marathons", False),
        ("A marathon " + "word " * 30 + "Rafah", True),
        ("A marathon " + "word " * 29 + "Rafah", False),
        ("marathon\n\nRafah", False),
    ],
)
def test_forbidden_context(text: str, fires: bool) -> None:  # noqa: FBT001 - a column of a table
    """A name does not count within so many words of what is forbidden."""
    assert bool(hits([entity("Rafah", context=near(forbid=("marathon",)))], document(text))) is fires


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Jordan signed with the Bulls. " + "word " * 30 + "Jordan", ["Jordan"]),
        ("He played for Jordan in basketball. In Amman, Jordan", ["Jordan", "Jordan"]),
        ("Jordan", []),
    ],
)
def test_required_context(text: str, found: list[str]) -> None:
    """A name counts only within so many words of what is required."""
    term = entity("Jordan", context=near(require=("bulls", "basketball"), within=10))
    assert hits([term], document(text)).get("Jordan", []) == found


def test_context_does_not_cross_from_title_to_body() -> None:
    """What the title forbids is not forbidden to the body."""
    term = entity("Rafah", context=near(forbid=("marathon",)))
    assert hits([term], document("In Rafah", title="Marathon")) == {"Rafah": ["Rafah"]}


def test_full_name_in_the_title_introduces_the_surname() -> None:
    """A full name in the title is an introduction."""
    assert hits([NETANYAHU], document("Netanyahu left", title="Benjamin Netanyahu")) == {
        "Benjamin Netanyahu": ["Benjamin Netanyahu", "Netanyahu"]
    }


def test_mentions_count_watched_entities_most_frequent_first() -> None:
    """Every watched entity that occurs is mentioned, with its type, whatever the scope of its term."""
    doc: Document = document("Rafah, Rafah and the US. In the IDF", title="US")
    scoped = entity("Rafah", kind=PLACE, scope=only(sources=("elsewhere",)))
    found = Matcher.build([scoped, US, IDF, CROSSING, keyword("Rafah", name="word")]).mentions(doc)
    assert [len(one.occurrences) for one in found] == [2, 2, 1]
    assert tuple(replace(one, occurrences=()) for one in found) == (
        Mention(name="Rafah", type=PLACE, count=2, watched=True),
        Mention(name="United States", type=PLACE, count=2, watched=True),
        Mention(name="IDF", type=EntityType.OTHER, count=1, watched=True),
    )
