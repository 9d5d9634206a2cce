"""Folding never moves a word off its characters."""

from __future__ import annotations

import unicodedata

from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.domain.match import Document
from workers.matching import normalize
from workers.matching.tokenized_document import TokenizedDocument

TRICKY = "aZ#@-'’é\u0301ßﬁİıがか\u3099ｶﾞกิ\u200b\u00ad 1٣ه\u064eקָ각각😀\x01\x02\x03\ud800ʼ²₂™Ⓐ"
texts = st.text() | st.text(alphabet=TRICKY) | st.text(alphabet=st.characters(max_codepoint=0x17F))


@settings(max_examples=500)
@given(texts)
@example("#CeasefireNow @UN_2024x")
@example("か\u3099ก่10กิน\u0e34")
def test_each_word_stands_at_its_span(text: str) -> None:
    """The n-th span of a text has the characters of its n-th word, and the other characters belong to no word."""
    words, spans = normalize.words(text), normalize.word_spans(text)
    assert len(words) == len(spans)
    tagged = "#" in text or "@" in text
    for word, (start, end) in zip(words, spans, strict=True):
        assert tagged or normalize.words(text[start:end]) == [word]
    assert [start for start, _ in spans] == sorted(start for start, _ in spans)
    gaps = [text[end:start] for (_, end), (start, _) in zip([(0, 0), *spans], [*spans, (len(text), 0)], strict=True)]
    assert not any(normalize.words(gap) for gap in gaps)


@settings(max_examples=300)
@given(texts)
def test_all_ways_of_normalizing_agree(text: str) -> None:
    """ASCII, Latin and any other text are normalized by the same rules."""
    rest = normalize.words("ж " + text)
    assert rest[1:] == normalize.words(text)


@settings(max_examples=300)
@given(texts, texts)
def test_a_layout_names_every_word(title: str, body: str) -> None:
    """Each byte of the row that is scanned leads back to its word, and each word to its characters, however often one asks."""
    tokens = TokenizedDocument(Document(title=title, body=body))
    at = 0
    for number, word in enumerate(tokens.words):
        assert tokens.word_at(at) == number
        assert tokens.word_at(at + len(word)) == number
        at += len(word) + 1
    for number, word in enumerate(tokens.words):
        if number != tokens.field_border and "#" not in title + body and "@" not in title + body:
            assert normalize.words(tokens.original(number)) == [word]
            assert normalize.words(TokenizedDocument(Document(title=title, body=body)).original(number)) == [word]


@given(texts)
def test_composition_does_not_matter(text: str) -> None:
    """Composed and decomposed text have the same normalized words."""
    if not any(unicodedata.category(char) == "Cs" for char in text):
        composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
        assert normalize.words(composed) == normalize.words(decomposed)
