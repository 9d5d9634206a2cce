"""Which language an article is written in: by its script where that is enough, else by the n-gram model of py3langid."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

from py3langid.langid import MODEL_FILE, LanguageIdentifier

MIN_LETTERS: Final = 20
"""Fewer letters of a shared script say nothing certain; a language of its own script is known from three."""
MIN_LETTERS_OWN_SCRIPT: Final = 3
FLOOR: Final = 0.6
"""Least probability at which the model's first choice is believed."""
ENOUGH: Final = 800
"""Characters the model looks at: more changes nothing and costs half a microsecond each."""

_OWN_SCRIPT: Final = {
    "he": "[\u05d0-\u05ea]", "el": "[\u0370-\u03ff\u1f00-\u1fff]", "hy": "[\u0531-\u0587]", "ka": "[\u10d0-\u10ff]", "am": "[\u1200-\u137f]",
    "th": "[\u0e01-\u0e4e]", "lo": "[\u0e81-\u0edf]", "my": "[\u1000-\u109f]", "km": "[\u1780-\u17ff]",
    "ta": "[\u0b80-\u0bff]", "te": "[\u0c00-\u0c7f]", "kn": "[\u0c80-\u0cff]", "ml": "[\u0d00-\u0d7f]", "gu": "[\u0a80-\u0aff]",
    "pa": "[\u0a00-\u0a7f]", "ko": "[\uac00-\ud7af\u1100-\u11ff]", "ja": "[\u3041-\u30ff]", "zh": "[\u4e00-\u9fff]",
}  # fmt: skip
_SCRIPTS: Final = {language: re.compile(letters) for language, letters in _OWN_SCRIPT.items()}
_LETTER: Final = re.compile(r"[^\W\d_]")
_ASCII: Final = re.compile(r"[\x00-\u036f\u2000-\u206f]*")
_UNLIKELY: Final = frozenset(
    {"la", "eo", "vo", "an", "wa", "ht", "jv", "oc", "li", "sa", "se", "br", "fy", "lg", "ln", "st", "sn", "om", "ig", "lb"}
)
"""Languages without news to speak of, which the model offers for names and short texts."""
_JAPANESE_SHARE: Final = 0.05
"""Share of kana among the letters from which a text in Chinese characters is Japanese."""


def detect(text: str) -> str | None:
    """The language of a text (its title and body) as an ISO 639-1 code; None where it is too short or too mixed to say."""
    sample = text[:ENOUGH]
    letters = len(_LETTER.findall(sample))
    if not _ASCII.fullmatch(sample) and (language := _by_script(sample, letters)):
        return language
    if letters < MIN_LETTERS:
        return None
    language, probability = _model().classify(sample)
    return str(language) if probability >= FLOOR else None


def _by_script(sample: str, letters: int) -> str | None:
    counts = {language: len(pattern.findall(sample)) for language, pattern in _SCRIPTS.items()}
    if counts["ja"] > _JAPANESE_SHARE * (counts["ja"] + counts["zh"]):
        counts["ja"] += counts["zh"]
        counts["zh"] = 0
    language = max(counts, key=lambda name: counts[name])
    return language if counts[language] >= MIN_LETTERS_OWN_SCRIPT and 2 * counts[language] > letters else None


@cache
def _model() -> Any:
    """The model, read from its package on first use: 120 MB and a second, so only processes that detect pay for it."""
    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    model.set_languages([label for label in model.labels if len(label) == 2 and label not in _UNLIKELY])
    return model
