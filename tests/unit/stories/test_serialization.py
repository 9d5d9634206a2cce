"""What is stored of statements and stories comes back as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.statements import ENGLISH, profile_of, statement
from workers.stories.serialization import (
    MAX_STORY_BAG,
    MAX_STORY_WORDS,
    pack_facts,
    pack_profile,
    rounded,
    unpack_facts,
    unpack_profile,
)
from workers.stories.statement import weigh

_WORDS = "Brask Mirna Ida Norrell ferry sank killed 12 14 1,200 3.4% $40 million Friday March third CVE-2031-1187 #301 港口大桥 جسر ① . \n".split(
    " "
)
_TEXTS = st.one_of(st.text(max_size=400), st.lists(st.sampled_from(_WORDS), max_size=60).map(" ".join))


@given(_TEXTS, _TEXTS)
def test_facts_come_back_as_they_were(title: str, text: str) -> None:
    """All facts of any report, and weights that differ by no more than the rounding of rarity."""
    made = statement(text, title)
    facts, weights = unpack_facts(pack_facts(made.facts, made.weights.idf))
    assert facts == replace(made.facts, sentences=0)
    assert weights == weigh(made.facts, lambda word: rounded(made.weights.idf.get(word, 0.0)))
    assert weights.vector.keys() == made.weights.vector.keys()
    assert all(abs(weights.vector[word] - value) < 0.01 for word, value in made.weights.vector.items())


@given(st.lists(_TEXTS, max_size=5))
def test_profiles_come_back_as_they_were(texts: list[str]) -> None:
    """What a story says as a whole survives being stored, however often that is done."""
    profile = profile_of(*(statement(text) for text in texts))
    packed = pack_profile(profile)
    found = unpack_profile(packed)
    assert pack_profile(found) == packed
    assert (found.statements, found.words, found.names) == (profile.statements, profile.words, profile.names)
    assert (found.runs, found.lead, found.numbers) == (profile.runs, profile.lead, profile.numbers)
    assert (found.days, found.bag) == (profile.days, profile.bag)
    assert found.idf == pytest.approx(profile.idf, abs=0.006)
    assert found.name_weights == pytest.approx(profile.name_weights, abs=0.006)


def test_a_stored_profile_grows_on() -> None:
    """A statement is added to a story read from the database as to one in memory."""
    one, two = (
        statement("Ida Norrell closed the bridge; 12 people were hurt on Friday."),
        statement("12 were hurt, 3 killed in Brask."),
    )
    stored = unpack_profile(pack_profile(profile_of(one)))
    stored.add(two)
    assert pack_profile(stored) == pack_profile(unpack_profile(pack_profile(profile_of(one, two))))


def test_a_long_story_takes_bounded_space() -> None:
    """Of a story of thousands of words those remain that most of its statements have."""
    core = "Ida Norrell closed the bridge"
    texts = [
        f"{core} "
        + " ".join(f"w{'x' * (number % 7)}{chr(97 + number % 26)}{chr(97 + part % 26)}q{'z' * (part % 9)}" for part in range(80))
        for number in range(200)
    ]
    found = unpack_profile(pack_profile(profile_of(*(statement(text) for text in texts))))
    assert len(found.words) <= MAX_STORY_WORDS
    assert len(found.bag) <= MAX_STORY_BAG
    assert {"close", "bridg"} <= found.words.keys()
    assert found.idf.keys() <= found.words.keys() | found.names.keys()


def test_few_bytes_are_stored() -> None:
    """A report of ninety words takes about as much as its own lead."""
    made = statement("Ida Norrell closed the Harlow Bridge in Brask on Friday after engineers found 12 cracks in its piers. " * 3)
    assert len(pack_facts(made.facts, made.weights.idf)) < 1000
    assert made.weights == weigh(made.facts, ENGLISH.idf)
