"""What two statements in mostly the same words are to each other."""

from __future__ import annotations

import pytest

from monitor.domain.relation import RelationKind
from tests.growth import assert_grows_linearly
from tests.statements import ENGLISH, statement
from workers.stories.same_words import WordingRelation, compare_wording

COPY, DEVELOPMENT, OTHER = RelationKind.COPY, RelationKind.DEVELOPMENT, RelationKind.OTHER
WIRE = (
    "Negotiators for the coastal provinces met for a third day in Brask on Sunday to settle how grain would cross the northern border. "
    "Aides who asked not to be named said that most of the text was agreed and that only the order of the first steps was open. "
    "The mediators hope to present a full draft before the end of the week, after talks with the neighbouring governments. "
    "Residents of the border towns said that they had heard such hopes before, and went on repairing what the winter had left."
)
HARVEST = (
    "The harvest in the valleys of Orland was the smallest in twenty years after a summer in which hardly any rain had fallen at all. "
    "Growers have asked the ministry for credit until spring, when the first vegetables can be sold on the markets of the coast."
)
BOX = "Readers of the Mirna Observer can now follow the council, the courts and the harbour every morning in one free letter from our desk."
SIREN = "Sirens sounded in {} at noon. Residents should go to the nearest shelter and stay there until the all-clear is given."


def _compare(
    new: str, old: str, *, same_source: bool = False, minutes: float = 60, link: str | None = None
) -> WordingRelation | None:
    """What `new` is to `old`, `minutes` later."""
    earlier = statement(old, source="Alpha", link=link)
    return compare_wording(
        statement(new, source="Alpha" if same_source else "Beta", minutes=minutes, link=link), earlier, ENGLISH.idf
    )


def _kind(found: WordingRelation | None) -> RelationKind | None:
    return None if found is None else found.kind


@pytest.mark.parametrize(
    "variant",
    [
        pytest.param(WIRE, id="unchanged"),
        pytest.param(f"Hope grew in the border towns on Sunday, our correspondent found.{WIRE[130:]}", id="new lead"),
        pytest.param(WIRE[: len(WIRE) // 2], id="cut tail"),
        pytest.param(f"BRASK (AFP) - {WIRE}", id="dateline"),
        pytest.param(
            f"{WIRE}\n\nRead more: what we know so far. Sign up for our newsletter. © All rights reserved.", id="furniture"
        ),
        pytest.param(WIRE.upper(), id="capitals"),
        pytest.param(f"{WIRE} {HARVEST}", id="added paragraphs"),
        pytest.param(" ".join(WIRE.split(". ")[::-1]), id="reordered"),
        pytest.param(WIRE.replace("neighbouring", "neighboring").replace(",", ""), id="spelling"),
    ],
)
def test_a_wire_copy_is_never_another_story(variant: str) -> None:
    """However another outlet dresses a report up, nothing tells it apart."""
    assert _kind(_compare(variant, WIRE)) in {COPY, None}
    assert _kind(_compare(WIRE, variant)) in {COPY, None}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(SIREN.format("Brask"), SIREN.format("Mirna"), id="place"),
        pytest.param(
            "Mayor Ida Norrell of Brask resigned on Monday after an inquiry into the sale of council land, her office said.",
            "Mayor Otto Krans of Brask resigned on Monday after an inquiry into the sale of council land, his office said.",
            id="name",
        ),
        pytest.param(
            "Update closes CVE-2031-1187 in the mail server Poste; every installation that is reachable should be updated at once.",
            "Update closes CVE-2031-1203 in the mail server Poste; every installation that is reachable should be updated at once.",
            id="identifier",
        ),
        pytest.param(
            "Version 4.1.2 of the mail server Poste was released today and can be downloaded from the usual places by everybody.",
            "Version 4.1.3 of the mail server Poste was released today and can be downloaded from the usual places by everybody.",
            id="version",
        ),
        pytest.param(
            "Build #311 of the harbour controller failed on the main branch; the last change was made by the night team in Brask.",
            "Build #312 of the harbour controller failed on the main branch; the last change was made by the night team in Brask.",
            id="number sign",
        ),
    ],
)
@pytest.mark.parametrize("same_source", [False, True])
def test_what_differs_in_a_template_decides(old: str, new: str, *, same_source: bool) -> None:
    """Another place, name or identifier in the same words is another event, also between two sources."""
    for one, other in ((old, new), (new, old)):
        found = _compare(one, other, same_source=same_source)
        assert _kind(found) is OTHER
        assert found is not None
        assert "→" in found.why


def test_another_word_in_the_usual_sentence_of_a_source_is_other_news() -> None:
    """A source that writes "snow" where it wrote "rain" tells of something else; another outlet has only edited."""
    rain = "Weather for the coast of Orland: rain is expected from the afternoon, and drivers should allow more time for their way home."
    snow = rain.replace("rain", "snow")
    assert _kind(_compare(snow, rain, same_source=True)) is OTHER
    assert _kind(_compare(snow, rain)) is COPY


@pytest.mark.parametrize("same_source", [False, True])
def test_a_growing_tally_is_a_development(*, same_source: bool) -> None:
    """The same words with more dead tell what is new: old → new."""
    ferry = "A ferry sank in the harbour of Mirna on Friday and {} people were killed, the harbour master said. Divers search the wreck."
    found = _compare(ferry.format(14), ferry.format(12), same_source=same_source, minutes=90)
    assert found is not None
    assert (found.kind, found.change) == (DEVELOPMENT, "12 → 14")


@pytest.mark.parametrize(("minutes", "expected"), [(10, DEVELOPMENT), (60, OTHER)])
def test_another_reading_in_a_bulletin_is_another_event_later(minutes: int, expected: RelationKind) -> None:
    """A gauge that reports 3.1 and an hour later 3.4 has reported twice; minutes later it corrects itself."""
    gauge = "The gauge on the river Tarn at Brask shows {} metres. The next reading follows; see the page of the river office for all gauges."
    assert _kind(_compare(gauge.format("3.4"), gauge.format("3.1"), same_source=True, minutes=minutes)) is expected


@pytest.mark.parametrize(("minutes", "expected"), [(29, COPY), (30, OTHER), (29 * 60, OTHER)])
def test_the_same_words_again_are_another_event_half_an_hour_later(minutes: int, expected: RelationKind) -> None:
    """A siren that sounds again in the same place is told again; a source that repeats an item at once is not."""
    siren = SIREN.format("Brask")
    assert _kind(_compare(siren, siren, same_source=True, minutes=minutes)) is expected


def test_the_same_words_under_the_same_link_or_elsewhere_stay_one() -> None:
    """A source that moves an item's date, and an outlet that is hours late, tell nothing new."""
    siren = SIREN.format("Brask")
    assert _kind(_compare(siren, siren, same_source=True, minutes=300, link="https://alpha.example/siren")) is COPY
    assert _kind(_compare(siren, siren, minutes=300)) is COPY


@pytest.mark.parametrize("same_source", [False, True])
def test_boxes_in_common_join_nothing(*, same_source: bool) -> None:
    """Two different reports with the same long footer are other stories."""
    first = "Thieves took 12 cows from a farm near Tressa during the night, and the police found an empty lorry at the quarry."
    second = "A choir from Lindholm won the song contest on Saturday before two thousand guests in the hall by the lake."
    for long in (1, 4):
        found = _compare(f"{first * long}\n{BOX}", f"{second * long}\n{BOX}", same_source=same_source)
        assert _kind(found) is OTHER


@pytest.mark.parametrize("pair", [(WIRE, HARVEST), ("", ""), ("", WIRE), ("!", "…")])
def test_other_words_are_not_compared_here(pair: tuple[str, str]) -> None:
    """Texts in other words are left to the other evidence; those without words have nothing in common."""
    assert _compare(*pair) is None


def test_comparing_costs_what_the_texts_are_long() -> None:
    """Long texts do not make a comparison quadratic."""

    def pair(size: int) -> tuple[str, str]:
        words = [f"w{number}" for number in range(size)]
        return " ".join(words), " ".join(word if number % 9 else "x" for number, word in enumerate(words))

    assert_grows_linearly(lambda texts: _compare(*texts), pair, 2000)
