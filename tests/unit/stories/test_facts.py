"""What is read from a report to compare it with others."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.growth import assert_grows_linearly
from workers.stories.facts import LEAD_WORDS, Facts, extract_facts, passage_key, passages_of, words_inside

LEAD = "Engineers closed the Harlow Bridge in Brask on Tuesday after cracks were found, the mayor Ida Norrell said."
FERRY = "The ferry Morning Star sank off Mirna on Friday and 14 people were killed, the harbour master said."
BOX = "Follow the Brask Courier on your phone and never miss what happens in town"


class _Capitals:
    """How words were capitalized so far: more often (1), less often (-1), or never seen (0)."""

    def __init__(self, known: Mapping[str, int] | None = None) -> None:
        self._known = known or {}

    def capitalized(self, word: str) -> int:
        return self._known.get(word, 0)


def _facts(
    title: str,
    text: str,
    language: str | None = "en",
    *,
    capitals: Mapping[str, int] | None = None,
    repeated: Collection[int] = frozenset(),
) -> Facts:
    return extract_facts(title, passages_of(title, text), language, capitals=_Capitals(capitals), repeated=repeated)


def test_names_are_told_from_other_words() -> None:
    """Capitals inside a sentence make names; words that follow each other make a full name."""
    facts = _facts("", LEAD)
    assert facts.names.keys() == {"harlow", "bridge", "brask", "ida", "norrell"}
    assert facts.runs == {("harlow", "bridge"), ("ida", "norrell")}
    assert {"engin", "close", "crack", "mayor"} <= facts.words.keys()
    assert not facts.words.keys() & {"the", "in", "on", "after", "said"}


def test_days_and_months_are_dates_and_no_names() -> None:
    """A weekday tells when, also without a capital; "may" and "march" are months only with one."""
    assert _facts("", LEAD).days == {"tuesday"}
    assert _facts("", "They may march to Brask on friday.").days == {"friday"}
    assert _facts("", "They meet in Brask in March.").days == {"march"}


def test_numbers_are_kept_with_what_they_count() -> None:
    """The tally of the first two sentences leads; years and ages never do."""
    facts = _facts("", f"{FERRY} The captain, aged 51, swam ashore. In 1999 a storm took 3 boats there.")
    assert facts.numbers["dead"] == {14}
    assert facts.numbers["age"] == {51}
    assert facts.lead == {("dead", 14)}


def test_a_day_of_the_month_does_not_lead() -> None:
    """12 June is a date; 12 cows are what happened."""
    assert _facts("", "The fair opens on June 12 in Brask.").lead == frozenset()
    assert _facts("", "Thieves took 12 cows in Brask.").lead == {("number", 12)}


def test_a_headline_in_title_case_names_only_what_is_a_name_elsewhere() -> None:
    """In Headlines Written Like This capitals say nothing: what is known of a word decides, and unknown words are taken for names."""
    title = "Engineers Close Harlow Bridge After Cracks"
    assert _facts(title, "").names.keys() == {"engineers", "close", "harlow", "bridge", "cracks"}
    usual = {"engineers": -9, "close": -4, "cracks": -2, "bridge": -1, "harlow": 7}
    assert _facts(title, "", capitals=usual).names.keys() == {"harlow"}


def test_the_first_word_of_a_sentence_is_a_name_if_it_usually_is() -> None:
    """Words that were seen with capitals inside sentences are names at the beginning of one."""
    assert "brask" not in _facts("", "Brask votes today about its bridge.").names
    assert "brask" in _facts("", "Brask votes today about its bridge.", capitals={"brask": 3}).names


def test_title_case_teaches_nothing_about_words() -> None:
    """Only capitals inside ordinary sentences are counted, and never the first word."""
    passages = ("Engineers Close Harlow Bridge After Cracks", "Engineers closed Harlow bridge")
    assert words_inside(passages) == ({"harlow": 1}, {"closed": 1, "harlow": 1, "bridge": 1})


def test_the_headline_is_read_once() -> None:
    """A text that begins with its own headline is not read with two."""
    title = "Cracks close the bridge of Brask"
    assert passages_of(title, f"{title}\n{LEAD}") == (title, LEAD)
    assert passages_of(title, LEAD) == (title, LEAD)
    assert passages_of("", LEAD) == (LEAD,)


def test_what_a_source_repeats_is_passed_over_but_never_the_first_passage() -> None:
    """A box in every article says nothing about any of them; a headline that returns is still what is said."""
    plain = _facts("Bridge closed", LEAD)
    boxed = _facts("Bridge closed", f"{BOX}\n{LEAD}", repeated={passage_key(BOX)})
    assert (boxed.words, boxed.names) == (plain.words, plain.names)
    again = _facts("Bridge closed", LEAD, repeated={passage_key("Bridge closed"), passage_key(LEAD)})
    assert "close" in again.words
    assert "harlow" not in again.names


def test_only_the_beginning_is_read() -> None:
    """Background comes later in a report, and is not compared."""
    long = " ".join(f"Paragraph {number} tells what was known about cattle." for number in range(60))
    facts = _facts("", f"{LEAD} {long} The Zephyr Hall burned.")
    assert LEAD_WORDS <= facts.length < LEAD_WORDS + 20
    assert "zephyr" not in facts.names
    assert facts.sentences < 60


def test_identifiers_stay_whole() -> None:
    """A CVE or an issue number is one word."""
    assert {"cve-2031-1187", "#301"} <= set(_facts("Flaw CVE-2031-1187 closed in #301", "").headline)


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("港口大桥因裂缝关闭", "zh", {"港口", "大桥", "裂缝"}),
        ("ハーロウ橋が閉鎖された", "ja", {"橋が"}),
        ("أغلق المهندسون جسر هارلو بعد ظهور شقوق", "ar", set()),
        ("מהנדסים סגרו את גשר הארלו לאחר שנמצאו סדקים", "he", set()),
    ],
)
def test_scripts_without_capitals_are_read_as_words(text: str, language: str, words: set[str]) -> None:
    """Chinese and Japanese by pairs of characters, Arabic and Hebrew by words; none of it is a name."""
    facts = _facts("", text, language)
    assert words <= facts.words.keys()
    assert len(facts.words) >= 5
    assert not facts.names


@pytest.mark.parametrize(
    "text", ["", " ", "…", "!" * 5000, "\u202e\u200f", "① ② ③", "CO² ½ Ⅷ", "9" * 5000, "A" * 5000, "#" * 9, "-1-", "١٢٣"]
)
def test_odd_texts_have_facts(text: str) -> None:
    """Nothing that a feed contains stops a scan."""
    for title, body in ((text, ""), ("", text), (text, text)):
        assert "" not in _facts(title, body).words


@given(st.text(max_size=300), st.text(max_size=600), st.sampled_from(["en", "ar", "zh", "xx", None]))
def test_any_text_has_facts(title: str, text: str, language: str | None) -> None:
    """Whatever is written, what is read of it is consistent."""
    passages = passages_of(title, text)
    facts = extract_facts(title, passages, language, capitals=_Capitals())
    assert facts.length == sum(facts.words.values()) + sum(facts.names.values())
    assert 0 <= facts.sentences <= len(passages)
    assert {role for role, _ in facts.lead} <= facts.numbers.keys()


@pytest.mark.parametrize("unit", ["12 ", "Ab 12% ", "A ", "word. ", "x - ", "港"])
def test_reading_costs_what_the_text_is_long(unit: str) -> None:
    """No headline and no text makes reading quadratic."""
    assert_grows_linearly(lambda text: _facts(text, text), lambda size: unit * size, 2000)
