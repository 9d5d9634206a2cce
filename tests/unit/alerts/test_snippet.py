"""What of an article an alert shows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.match import Document, Field, Match
from workers.alerts.snippet import changed_ranges, changed_snippet, snippet

FILLER = "Nothing of note was said about anything at all that day. " * 10


def at(doc: Document, word: str, field: Field = Field.BODY, occurrence: int = 0) -> Match:
    """The n-th occurrence of a word as a match."""
    text = doc.body if field is Field.BODY else doc.title
    start = -1
    for _ in range(occurrence + 1):
        start = text.index(word, start + 1)
    return Match(field=field, start=start, end=start + len(word), text=word)


def test_one_line_around_the_match() -> None:
    """The words around the match, cut between words, with dots where text is left out."""
    doc = Document(title="T", body=f"{FILLER}\n\nRain fell on Rafah\nin the night. {FILLER}")
    shown = snippet(doc, [at(doc, "Rafah")])
    assert "Rain fell on Rafah in the night." in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) <= 244
    assert set(shown.split()) <= {"…", *doc.body.split()}


def test_a_short_text_stands_whole() -> None:
    """No dots where nothing is left out."""
    doc = Document(title="T", body="Rain fell on Rafah.")
    assert snippet(doc, [at(doc, "Rafah")]) == "Rain fell on Rafah."


def test_a_match_in_the_title_alone_shows_the_title() -> None:
    """The title is what matched, so it is what is shown."""
    doc = Document(title="Rain in  Rafah", body=FILLER)
    assert snippet(doc, [at(doc, "Rafah", Field.TITLE)]) == "Rain in Rafah"


def test_without_matches_the_beginning_is_shown() -> None:
    """Something to read, in any case."""
    assert snippet(Document(title="T", body=FILLER), []).startswith("Nothing of note")
    assert snippet(Document(title="T", body=" "), []) == "T"


def test_text_without_spaces_is_cut_all_the_same() -> None:
    """Chinese has no words to cut between."""
    doc = Document(title="", body="双方" * 400 + "停火" + "协议" * 400)
    shown = snippet(doc, [at(doc, "停火")], width=40)
    assert "停火" in shown
    assert len(shown) <= 44


def test_an_update_shows_what_has_changed() -> None:
    """Of several matches the one in a sentence that was not there before is shown."""
    before = f"Rafah was quiet. {FILLER}"
    doc = Document(title="T", body=f"{before} Later Rafah was shelled.")
    matches = [at(doc, "Rafah"), at(doc, "Rafah", occurrence=1)]
    assert "Later Rafah was shelled." in changed_snippet(doc, before, matches)
    assert "Rafah was quiet." in changed_snippet(doc, doc.body, matches)


def test_changed_ranges_name_the_new_sentences() -> None:
    """A sentence put in, one altered, and none where nothing changed."""
    after = "One stays. Two is new. Three 3.5 stays."
    ranges = changed_ranges("One stays. Three 3.5 stays.", after)
    assert [after[start:end].strip() for start, end in ranges] == ["Two is new."]
    assert changed_ranges(after, after) == []


@given(st.text(), st.integers(0, 50), st.integers(0, 50), st.integers(1, 300))
def test_the_match_is_always_shown(text: str, start: int, length: int, width: int) -> None:
    """Whatever the text, the snippet holds the words of the match."""
    start = min(start, len(text))
    end = min(start + length, len(text))
    doc = Document(title="", body=text)
    shown = snippet(doc, [Match(field=Field.BODY, start=start, end=end, text=text[start:end])], width=width)
    assert " ".join(text[start:end].split()) in shown or not text[start:end].strip()
