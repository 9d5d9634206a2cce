"""What a number in a report counts or measures."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.stories.facts import TOKEN
from workers.stories.number_roles import number_role, number_value


def _role(sentence: str, number: str) -> tuple[str, float] | None:
    """Role and value of the first word `number` of a sentence."""
    places = list(TOKEN.finditer(sentence))
    words = [place[0].lower() for place in places]
    at = words.index(number)
    value = number_value(number)
    assert value is not None
    begin, end = places[at].span()
    return number_role(words, at, value, (sentence[max(0, begin - 2) : begin], sentence[end : end + 2]))


@pytest.mark.parametrize(
    ("sentence", "number", "expected"),
    [
        ("A ferry sank off Mirna and 14 people were killed.", "14", ("dead", 14)),
        ("The dead number 14, the harbour master said.", "14", ("dead", 14)),
        ("Doctors treated 31 injured workers in Brask.", "31", ("hurt", 31)),
        ("Six climbers are missing on Mount Orda.", "six", ("missing", 6)),
        ("An earthquake of magnitude 5.8 shook Tarvo.", "5.8", ("magnitude", 5.8)),
        ("Prices rose by 3.4% in Velmar.", "3.4", ("percent", 3.4)),
        ("In 2013 prices rose by 3% in Velmar.", "3", ("percent", 3)),
        ("Of 5 towns, 15% of the people voted.", "5", ("number", 5)),
        ("The fine is $40 for a first offence.", "40", ("money", 40)),
        ("The bridge cost 12 million euros to repair.", "12", ("money", 12e6)),
        ("It opened in 1987 beside the station.", "1987", ("year", 1987)),
        ("The pilot, aged 44, walked away.", "44", ("age", 44)),
        ("A man of 44 years walked away.", "44", ("age", 44)),
        ("It is the third ferry this week.", "third", ("ordinal", 3)),
        ("Bus 17 goes to the harbour.", "17", ("number", 17)),
        ("Three ferries left.", "three", None),
        ("Bei dem Brand starben 8 Menschen.", "8", ("dead", 8)),
        ("L'incendie a fait 8 morts à Sorel.", "8", ("dead", 8)),
        ("В пожаре погибли 8 человек.", "8", ("dead", 8)),
        ("قتل 8 أشخاص في الحريق", "8", ("dead", 8)),
        ("8 הרוגים בשריפה", "8", ("dead", 8)),
        ("火灾造成8人死亡", "8", ("dead", 8)),
    ],
)
def test_a_number_counts_what_the_words_beside_it_say(sentence: str, number: str, expected: tuple[str, float] | None) -> None:
    """The role comes from the words and signs at this very number, in many languages."""
    assert _role(sentence, number) == expected


@pytest.mark.parametrize(
    ("word", "value"),
    [("1,200", 1200), ("4.5", 4.5), ("twenty", 20), ("fifth", 5), ("٤٢", 42), ("1.2.3", None), ("brask", None), ("9" * 16, None)],
)
def test_numbers_are_read_as_they_are_written(word: str, value: float | None) -> None:
    """Thousands, decimals, words and digits of other scripts; versions and telephone numbers are no counts."""
    assert number_value(word) == value


@pytest.mark.parametrize("word", ["①", "²", "³he", "½", "Ⅷ", "⑳"])
def test_signs_that_look_like_digits_are_no_numbers(word: str) -> None:
    """List items in ① and chemical formulas neither count anything nor stop a scan."""
    assert number_value(word) is None


@given(st.text(min_size=1))
def test_any_word_is_a_finite_number_or_none(text: str) -> None:
    """Whatever the words of a text are, their values can be stored and compared."""
    for word in TOKEN.findall(text):
        value = number_value(word.lower())
        assert value is None or math.isfinite(value)
