"""The language of an article, and stems in it."""

from __future__ import annotations

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
    """What can be told is told, and what is too short is left open."""
    assert detect(text) == language


def test_stems_of_every_language() -> None:
    """No stemmer fails, on words of its script or of another."""
    for language in languages():
        for word in ("negotiations", "перемирия", "الهدنة", "", "x" * 10_000):
            assert isinstance(stem(word, language), bytes)
