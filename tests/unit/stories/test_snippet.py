"""What of the article an alert shows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.match import Field, Match
from workers.extract.snippet import WIDTH, snippet

FILLER = "Nothing of note was said about anything at all that day. " * 10


def _body(text: str, word: str) -> Match:
    start = text.index(word)
    return Match(field=Field.BODY, start=start, end=start + len(word), text=word)


def test_a_snippet_is_one_line_around_the_match() -> None:
    """The words around the match, cut between words, with dots where text is left out."""
    text = f"{FILLER}\n\nRain fell on Rafah\nin the night. {FILLER}"
    found = snippet("Title", text, [_body(text, "Rafah")])
    assert "Rain fell on Rafah in the night." in found
    assert found.startswith("… ")
    assert found.endswith(" …")
    assert len(found) <= WIDTH + 4


def test_a_short_text_stands_whole() -> None:
    """No dots where nothing is left out."""
    assert snippet("Title", "Rain fell on Rafah.", [_body("Rain fell on Rafah.", "Rafah")]) == "Rain fell on Rafah."


def test_a_match_in_the_title_alone_shows_the_title() -> None:
    """The title is what matched, so it is what is shown."""
    assert snippet("Rain in  Rafah", FILLER, [Match(field=Field.TITLE, start=9, end=14, text="Rafah")]) == "Rain in Rafah"


def test_an_edit_shows_the_changed_sentence() -> None:
    """Of several matches the one in a sentence that was not there before is shown."""
    before = f"Rafah was quiet at dawn. {FILLER}"
    after = f"{before}\nUpdate: shells fell on Rafah at noon. {FILLER}"
    matches = [
        _body(after, "Rafah"),
        Match(field=Field.BODY, start=after.rindex("Rafah"), end=after.rindex("Rafah") + 5, text="Rafah"),
    ]
    assert "shells fell on Rafah at noon" in snippet("Title", after, matches, before=before)
    assert "quiet at dawn" in snippet("Title", after, matches)


@given(st.text(max_size=600), st.data())
def test_any_text_gives_one_line_of_bounded_length(text: str, data: st.DataObject) -> None:
    """Whatever a feed sends, the snippet is one printable line."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 50)))
    found = snippet(
        "Title", text, [Match(field=Field.BODY, start=start, end=end, text=text[start:end])], before=text[: len(text) // 2]
    )
    assert "\n" not in found
    assert len(found) <= WIDTH + 50
