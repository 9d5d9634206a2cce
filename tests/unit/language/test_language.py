"""The language of a text: what is told, what is left open, and how often it is right on real news."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workers.language.detector import detect
from workers.matching.stems import languages, stem

TEXTS = 0.995
"""The least share of texts of a hundred characters and more that are told right."""
HEADLINES = 0.98
"""The least share of their first seventy characters that are told right."""


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Israel prepares an invasion of Rafah, officials said on Thursday", "en"),
        ("ISRAEL PREPARES AN INVASION OF RAFAH, OFFICIALS SAID ON THURSDAY", "en"),
        ("Les négociations de trêve reprennent au Caire", "fr"),
        ("Die Waffenruhe wurde um zwei Tage verlängert", "de"),
        ("Gazze'de ateşkes görüşmeleri yeniden başladı", "tr"),
        ("Förhandlingarna om vapenvila återupptogs i Kairo på tisdagen", "sv"),
        ("Gwamnatin kasar ta bayyana dalilai da suka sanya tsadar rayuwa a kasar", "ha"),
        ("Wọn fi ẹsun kan Pasitọ naa pe o se magomago loju ọna ati gba iwe igbelu ni Amẹrika", "yo"),
        ("Переговоры о перемирии возобновились в Каире", "ru"),
        ("Переговори про перемир'я відновилися в Каїрі, повідомили у вівторок", "uk"),
        ("התקדמות במגעים להפסקת אש", "he"),
        ("استؤنفت المفاوضات بشأن وقف إطلاق النار في القاهرة", "ar"),
        ("مذاکرات آتش‌بس در قاهره از سر گرفته شد", "fa"),
        ("काहिरा में युद्धविराम वार्ता फिर से शुरू हुई", "hi"),
        ("双方同意停火协议", "zh"),
        ("ガザ停戦協議がカイロで再開", "ja"),
        ("한국은 휴전을 촉구했다", "ko"),
        ("ข้อตกลงหยุดยิง", "th"),
        ("Η εκεχειρία συνεχίζεται", "el"),
        ("ශ්‍රී ලංකාවේ පුවත්", "si"),
        ("ଓଡ଼ିଶାର ଖବର", "or"),
        ("苹果公司发布 iPhone 17 和 Apple Watch", "zh"),
        ("Rafah", None),
        ("", None),
        ("12 345 – 67", None),
        ("😀 😀 😀", None),
        ("\ud800 \udfff", None),
        ("Trump, Biden, Netanyahu, Sinwar", None),
        ("asdfghjkl qwertyuiop zxcvbnm", None),
    ],
)
def test_language(text: str, language: str | None) -> None:
    """The language is detected where the text is long enough, and left open otherwise."""
    assert detect(text) == language


@pytest.mark.parametrize(("file", "language"), [("en_pud_news", "en"), ("de_pud_news", "de"), ("ru_pud_news", "ru")])
def test_news_in_each_language_is_known(corpora: Path, file: str, language: str) -> None:
    """Texts and headlines of news are told as often as claimed."""
    texts = [json.loads(line)["text"] for line in (corpora / "ner" / f"{file}.jsonl").read_text("utf-8").splitlines()]
    known = [detect(text[:800]) == language for text in texts if len(text) >= 100]
    starts = [detect(text[:70]) == language for text in texts if len(text) >= 70]
    assert sum(known) >= TEXTS * len(known)
    assert sum(starts) >= HEADLINES * len(starts)


def test_articles_are_known(corpora: Path) -> None:
    """English and Russian articles are told as often as claimed."""
    wanted = (("articles/wikinews_2019", "en"), ("ner/en_gum_wikinews", "en"), ("ner/ru_factrueval_dev", "ru"))
    rows = [
        (json.loads(line), language) for name, language in wanted for line in (corpora / f"{name}.jsonl").open(encoding="utf-8")
    ]
    known = [detect(row["text"]) == language for row, language in rows if len(row["text"]) >= 100]
    assert sum(known) >= TEXTS * len(known)


def test_more_text_of_one_language_changes_nothing() -> None:
    """The decision is tried early and only repeated in doubt: a long text is what its beginning is."""
    sentence = "Die Waffenruhe wurde nach Angaben der Vermittler um zwei Tage verlängert. "
    assert {detect(sentence * times) for times in (1, 2, 5, 20)} == {"de"}


def test_names_in_another_script_change_nothing() -> None:
    """A text is in the language of most of its letters."""
    assert detect("Компания OpenAI представила новую модель ChatGPT для разработчиков в среду") == "ru"
    assert detect("The word Θεός means god in Greek, and the scholars disagree about its origin") == "en"


def test_stems_of_every_language() -> None:
    """No stemmer fails, on words of its script or of another."""
    for language in languages():
        for word in ("negotiations", "перемирия", "الهدنة", "", "x" * 10_000):
            assert isinstance(stem(word, language), bytes)
