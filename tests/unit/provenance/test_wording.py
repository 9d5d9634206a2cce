"""The same words are known in whatever clothes, and different reports on one event stay apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.made_text import Writer
from workers.provenance.wording import MOST, SAME_WORDS, pack, sample_of, shared_wording, unpack


def test_a_cut_a_new_beginning_and_new_order_are_the_same_words() -> None:
    """What an outlet does with an agency's text."""
    writer = Writer(3)
    for _ in range(20):
        _, text = writer.report()
        whole, sentences = sample_of(text), text.split(". ")
        _, other = writer.report()
        lead = ". ".join(other.split(". ")[:2])
        for variant in (
            ". ".join(sentences[:9]),
            f"{lead}. {'. '.join(sentences[1:14])}",
            ". ".join(sentences[6:16] + sentences[:4]),
        ):
            assert shared_wording(whole, sample_of(variant)) >= SAME_WORDS
        assert shared_wording(whole, sample_of(other)) < SAME_WORDS


def test_a_shared_quotation_makes_no_copy() -> None:
    """Two reports of their own may quote one sentence."""
    writer = Writer(4)
    (_, one), (_, two) = writer.report(), writer.report()
    quote = " ".join(one.split(". ")[:2])
    assert shared_wording(sample_of(one), sample_of(f"{quote}. {two}")) < SAME_WORDS


def test_a_script_without_spaces_is_read_by_its_clauses() -> None:
    """Chinese has no words between blanks."""
    clauses = [f"第{number}批救援物资今天上午抵达口岸附近的仓库{number}" for number in range(30)]
    assert shared_wording(sample_of("，".join(clauses)), sample_of("，".join(clauses[3:15]))) >= SAME_WORDS


@given(st.text(max_size=400))
def test_any_text_has_a_sample_that_can_be_stored(text: str) -> None:
    """Whatever a feed holds."""
    sample = sample_of(text)
    assert len(sample) <= MOST
    assert unpack(pack(sample)) == sample
