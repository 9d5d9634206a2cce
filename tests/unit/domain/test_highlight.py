"""Marking what matched in a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.highlight import find_phrases, highlight, split_at
from monitor.domain.text import one_line


def _marked(text: str, *phrases: str, ignore_case: bool = False) -> list[str]:
    return [piece for piece, hit in highlight(text, phrases, ignore_case=ignore_case) if hit]


@pytest.mark.parametrize(
    ("text", "phrases", "marked"),
    [
        ("USA and US, virus", ["US"], ["US"]),
        ("新华社报道", ["华社"], ["华社"]),
        ("Gaza City and Gaza", ["Gaza", "Gaza City"], ["Gaza City", "Gaza"]),
        ("Gaza\n  City", ["Gaza City"], ["Gaza City"]),
        ("told us of the US", ["US"], ["US"]),
        ("a (b) c", ["(b)"], ["(b)"]),
        ("nothing of it", ["Rafah", ""], []),
        ("", ["Rafah"], []),
    ],
)
def test_occurrences_of_phrases_are_marked(text: str, phrases: list[str], marked: list[str]) -> None:
    """Whole words before parts of words, the longest phrase first, letter by letter, and never as a pattern."""
    assert _marked(text, *phrases) == marked


def test_letter_case_counts_unless_it_is_ignored() -> None:
    """A search finds words in any case."""
    assert _marked("Rafah", "rafah") == []
    assert _marked("Rafah", "rafah", ignore_case=True) == ["Rafah"]


def test_a_place_is_marked_once_however_many_spans_cover_it() -> None:
    """Spans that overlap, touch, repeat or reach past the text."""
    assert split_at("abcdef", [(3, 99), (0, 2), (1, 3), (0, 2), (4, 5)]) == (("ab", True), ("c", True), ("def", True))
    assert split_at("abc", [(1, 1), (5, 7)]) == (("abc", False),)


@given(st.text(), st.lists(st.tuples(st.integers(-3, 30), st.integers(-3, 30))))
def test_no_character_is_lost_or_moved(text: str, spans: list[tuple[int, int]]) -> None:
    """The segments put together are the text, and none is empty."""
    segments = split_at(text, spans)
    assert "".join(piece for piece, _ in segments) == text
    assert all(piece for piece, _ in segments)


@given(st.text(), st.lists(st.text(min_size=1), max_size=5))
def test_what_is_found_is_one_of_the_phrases(text: str, phrases: list[str]) -> None:
    """Every span holds one of the phrases, as it is on one line."""
    for start, end in find_phrases(text, phrases):
        assert text[start:end] in map(one_line, phrases)
