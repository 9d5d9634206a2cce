"""How common words are expected to be, and how that gives way to what has been read."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.word_counts import WordCounts
from tests.statements import statement
from workers.language.word_frequencies import FILE, expected_share, word_key
from workers.stories.facts import passages_of
from workers.stories.index_keys import RARE_WORDS, index_keys
from workers.stories.vocabulary import EXPECTED_ARTICLES, Learned, Vocabulary, words_to_look_up

LANGUAGES = {
    "en": "government",
    "de": "regierung",
    "fr": "gouvernement",
    "es": "gobierno",
    "ru": "правительство",
    "ar": "الحكومة",
    "he": "הממשלה",
}


@pytest.mark.parametrize(("language", "word"), LANGUAGES.items())
def test_a_common_word_is_expected_in_its_language_only(language: str, word: str) -> None:
    """Every language has its own list; a word that is in none may be anywhere."""
    assert 0 < expected_share(word, language) < 1
    assert expected_share(word, "xx") == 0
    assert expected_share("qzxbrask", language) == 0


def test_commoner_words_are_expected_more() -> None:
    """The order is that of the language."""
    shares = [expected_share(word, "en") for word in ("people", "bridge", "ferry")]
    assert shares == sorted(shares, reverse=True)
    assert len(set(shares)) == 3


@given(st.text(), st.sampled_from(["", *LANGUAGES, "xx"]))
def test_any_word_has_a_share(word: str, language: str) -> None:
    """Whatever is looked up, the answer is a share."""
    assert 0 <= expected_share(word, language) <= 1
    assert 0 <= word_key(word, language) < 2**32


def test_the_file_is_small() -> None:
    """It is in the memory of every scan worker."""
    assert FILE.stat().st_size < 2_000_000


def test_before_anything_is_read_rare_words_weigh_more() -> None:
    """The first article of a new database is compared as well as the thousandth."""
    fresh = Vocabulary(WordCounts(), "en")
    assert fresh.idf("people") < fresh.idf("bridg") < fresh.idf("qzxbrask")
    assert fresh.idf("qzxbrask") == pytest.approx(math.log((EXPECTED_ARTICLES + 1) / 0.5))


def test_what_has_been_read_outweighs_what_is_expected() -> None:
    """A word that every article of these sources has says nothing, however rare it is in the language."""
    counts = WordCounts(total=50_000, articles={word_key("brask"): 49_000}, capitals={word_key("brask"): 300})
    assert Vocabulary(counts, "en").idf("brask") < 0.1
    assert Vocabulary(counts, "en").idf("mirna") > 10
    assert Vocabulary(counts, "en").capitalized("brask") == 300
    assert Vocabulary(counts, "en").capitalized("mirna") == 0


def test_what_is_learned_from_a_statement() -> None:
    """Each word counts once for an article, and with how it is written inside sentences."""
    text = "The bridge in Brask is closed. The mayor of Brask said the bridge is old."
    learned = Learned()
    for _ in range(2):
        learned.add(statement(text).facts, passages_of("", text))
    assert learned.articles == 2
    assert learned.words[word_key("brask")] == 2
    assert learned.capitals[word_key("brask")] == 4
    assert learned.capitals[word_key("mayor")] == -2


@given(st.text(max_size=300), st.text(max_size=600), st.sampled_from(["en", "de", "ar", "zh", "xx", ""]))
def test_every_word_that_is_weighed_has_been_looked_up(title: str, text: str, language: str) -> None:
    """The counts that a batch loads are all that reading its statements asks for."""
    passages = passages_of(title, text)
    wanted = words_to_look_up(passages, language)
    facts = statement(text, title, language=language).facts
    assert {word_key(word) for word in facts.words.keys() | facts.names.keys()} <= wanted


def test_pairs_of_characters_are_looked_up_too() -> None:
    """In Chinese what is read so far decides how rare a pair of characters is."""
    assert word_key("大桥") in words_to_look_up(["港口大桥关闭"], "zh")
    assert word_key("z" * 40) in words_to_look_up(["Z" * 50], "en")


def test_the_index_keys_of_a_statement() -> None:
    """Copies share most keys; a statement without words has none; weights are positive and few."""
    text = "Engineers closed the Harlow Bridge in Brask on Tuesday after cracks were found, the mayor Ida Norrell said."
    one, two = (
        index_keys(statement(text, "Harlow Bridge in Brask closed")),
        index_keys(statement(text, "Cracks close old bridge in town")),
    )
    assert len(one.keys() & two.keys()) >= 8
    assert all(weight > 0 for weight in one.values())
    assert len(one) <= RARE_WORDS + 1 + 4
    assert all(0 <= key < 2**63 for key in one)
    assert index_keys(statement("", "…")) == {}
