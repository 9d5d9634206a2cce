"""The language of an article, and stems in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workers.language.detector import detect
from workers.matching.stems import languages, stem


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Israel prepares an invasion of Rafah, officials said on Thursday", "en"),
        ("Les négociations de trêve reprennent au Caire", "fr"),
        ("Die Waffenruhe wurde um zwei Tage verlängert", "de"),
        ("Gazze'de ateşkes görüşmeleri yeniden başladı", "tr"),
        ("Переговоры о перемирии возобновились в Каире", "ru"),
        ("Переговори про перемир'я відновилися в Каїрі, повідомили у вівторок", "uk"),
        ("התקדמות במגעים להפסקת אש", "he"),
        ("استؤنفت المفاوضات بشأن وقف إطلاق النار في القاهرة", "ar"),
        ("双方同意停火协议", "zh"),
        ("ガザ停戦協議がカイロで再開", "ja"),
        ("한국은 휴전을 촉구했다", "ko"),
        ("ข้อตกลงหยุดยิง", "th"),
        ("Η εκεχειρία συνεχίζεται", "el"),
        ("Rafah", None),
        ("", None),
        ("12 345 – 67", None),
        ("😀 😀 😀", None),
        ("Trump, Biden, Netanyahu, Sinwar", None),
    ],
)
def test_language(text: str, language: str | None) -> None:
    """The language is detected where the text is long enough, and left open otherwise."""
    assert detect(text) == language


@pytest.mark.parametrize(("file", "language"), [("en_pud_news", "en"), ("de_pud_news", "de"), ("ru_pud_news", "ru")])
def test_news_in_each_language_is_known(corpora: Path, file: str, language: str) -> None:
    """Sentences of a hundred characters are all known, and 98 of 100 of their first seventy characters."""
    texts = [json.loads(line)["text"] for line in (corpora / "ner" / f"{file}.jsonl").read_text("utf-8").splitlines()]
    known = [detect(text) == language for text in texts if len(text) >= 100]
    starts = [detect(text[:70]) == language for text in texts if len(text) >= 70]
    assert sum(known) >= 0.995 * len(known)
    assert sum(starts) >= 0.98 * len(starts)


def test_more_text_of_one_language_changes_nothing() -> None:
    """The decision is tried early and only repeated in doubt: a long text is what its beginning is."""
    sentence = "Die Waffenruhe wurde nach Angaben der Vermittler um zwei Tage verlängert. "
    assert {detect(sentence * times) for times in (1, 2, 5, 20)} == {"de"}


def test_stems_of_every_language() -> None:
    """No stemmer fails, on words of its script or of another."""
    for language in languages():
        for word in ("negotiations", "перемирия", "الهدنة", "", "x" * 10_000):
            assert isinstance(stem(word, language), bytes)
