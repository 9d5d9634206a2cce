"""Normalize text to words that can be compared, one character at a time, so that each word has an exact place in the original.

Every character belongs to one class, whatever is around it:

    letter     normalized to one or more letters or digits: case, diacritics, ligatures, width and presentation forms are removed
    solo       a character of a script without spaces (Chinese, Japanese, Thai …): a word of its own
    mark       a diacritic, a point, a tatweel: dropped, but part of the word around it
    solo mark  a vowel sign or a voicing mark of such a script: belongs to the solo before it
    invisible  a soft hyphen, a zero-width character: dropped
    separator  every other character

Emoji are solos. Letters that are written one for another (simplified and traditional Chinese, ة and ه, हिन्दी and हिंदी) are one; so are the
Persian half-space and a space. A hashtag or handle in camel case is several words (`#CeasefireNow`). `words` has two fast paths, for ASCII and for Latin text with the
usual typographic marks (a private code page keeps the loop in C), and a general one; all three agree with each other and with `word_spans`.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from itertools import pairwise
from typing import Final

from workers.matching.letter_variants import LETTER_VARIANTS, one_nasal, with_spaces

LETTER, SOLO, MARK, SOLO_MARK, INVISIBLE, SEPARATOR = "l", "s", "m", "v", "z", " "

_NO_DECOMPOSITION: Final = {
    "ø": "o", "ł": "l", "đ": "d", "ı": "i", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "ß": "ss", "þ": "th", "ð": "d",
    "ٱ": "ا", "ی": "ي", "ک": "ك", "ґ": "г",
}  # fmt: skip
_UNSPACED: Final = re.compile(
    "[\u3005-\u3007\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\U00020000-\U0003ffff]"
)
_EMOJI: Final = re.compile("[\u231a-\u23ff\u2600-\u27bf\u2b50\u2b55\U0001f000-\U0001faff]")
_EXTENDERS: Final = "\u0640\u02b9\u02ba\u02bb\u02bc\u02bd\u02be\u02bf\u02c8"
"""The tatweel, and the modifier letters that transcriptions write for ayn, hamza and the soft sign (Qurʼan)."""
_VOICING: Final = "\u3099\u309a"
_INDIC: Final = range(0x0900, 0x0E00)
"""Brahmic scripts: their vowel signs count as letters; only the nukta is a diacritic."""


def normalize_char(char: str) -> tuple[str, str]:  # noqa: PLR0911 - a table of cases
    """Return the class of a character and its normalized letters (empty unless it is a letter, a solo or a solo mark)."""
    category = unicodedata.category(char)
    if category == "Cf":
        return INVISIBLE, ""
    if char in _EXTENDERS:
        return MARK, ""
    if category[0] == "M":
        return _normalize_mark(char)
    if category[0] == "S" and _EMOJI.match(char):
        return SOLO, char
    if category == "Nd":
        return LETTER, str(unicodedata.decimal(char))
    if category[0] != "L" and not _lettered_symbol(char, category):
        return SEPARATOR, ""
    normalized = "".join(LETTER_VARIANTS.get(letter, letter) for letter in plain_letters(char))
    if not normalized:
        return SEPARATOR, ""
    if normalized in _VOICING:
        return SOLO_MARK, normalized
    return (SOLO if _UNSPACED.match(normalized) else LETTER), normalized


def _normalize_mark(char: str) -> tuple[str, str]:
    if char in _VOICING or _UNSPACED.match(char):
        return SOLO_MARK, char
    if ord(char) in _INDIC and unicodedata.combining(char) != 7:
        return LETTER, LETTER_VARIANTS.get(char) or unicodedata.normalize("NFKD", char)
    if unicodedata.combining(char) or _is_decoration(char):
        return MARK, ""
    return LETTER, char


def _is_decoration(char: str) -> bool:
    """Whether a mark without a combining class is only decoration: enclosing marks and variation selectors."""
    return unicodedata.category(char) == "Me" or "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _lettered_symbol(char: str, category: str) -> bool:
    """Subscript digits (CO₂) and letters in circles are text; superscripts, fractions and ™ are not."""
    return (category == "No" and "\u2080" <= char <= "\u2089") or (category == "So" and "\u24b6" <= char <= "\u24e9")


def plain_letters(char: str) -> str:
    """Return the letters of a character without case, diacritics and forms, with its variants kept apart (ة and ه)."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    kept = "".join(c for c in decomposed if c.isalnum() or c in _VOICING or (ord(c) in _INDIC and unicodedata.combining(c) != 7))
    return "".join(_NO_DECOMPOSITION.get(c, c) for c in kept)


class _Replacements(dict[int, str]):
    r"""For str.translate: solos end in \x03 and solo marks begin with \x02, so that a mark can be moved up to its solo."""

    def __missing__(self, code: int) -> str:
        kind, letters = normalize_char(chr(code))
        replacements = {SOLO: f" {letters}\x03", SOLO_MARK: f"\x02{letters}\x03", SEPARATOR: " "}
        self[code] = text = replacements.get(kind, letters)
        return text


class _Classes(dict[int, str]):
    def __missing__(self, code: int) -> str:
        self[code] = kind = normalize_char(chr(code))[0]
        return kind


_REPLACEMENTS: Final = _Replacements()
_CLASSES: Final = _Classes({code: normalize_char(chr(code))[0] for code in range(128)})
_WORD: Final = re.compile("[lb](?:z*[lm])*|s(?:[zm]*v|m)*|v(?:[zm]*v|m)*")
_TAG: Final = re.compile(r"[#@][^\s!-/:-@\[-^`{-~]+")


def _code_page() -> tuple[object, bytes]:
    """Return a single-byte code page of the frequent non-ASCII Latin letters and typographic marks, and its table to normalized ASCII."""
    latin = [chr(c) for c in range(0xC0, 0x180) if normalize_char(chr(c))[0] == LETTER and len(normalize_char(chr(c))[1]) == 1]
    frequent = [*"‘’“”–—…«»\u00a0•´‚„€£°§·©®™¿¡", *latin]
    slots = [*range(128, 256), *range(1, 9), *range(14, 32)]
    decoding = [chr(i) if i >= 32 or i in {0, 9, 10, 11, 12, 13} else "\ufffe" for i in range(128)] + ["\ufffe"] * 128
    table = bytearray(ord(normalize_char(chr(c))[1] or " ") for c in range(128)) + bytearray(b" " * 128)
    for char, slot in zip(frequent, slots, strict=False):
        letters = normalize_char(char)[1] or " "
        if letters.isascii():
            decoding[slot] = char
            table[slot] = ord(letters)
    return codecs.charmap_build("".join(decoding)), bytes(table)


_PAGE, _PAGE_TO_ASCII = _code_page()
_ASCII_NORMALIZED: Final = bytes(ord(normalize_char(chr(c))[1] or " ") for c in range(128)) + b" " * 128


def _off_page(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: normalize what the code page lacks, or raise where another script begins."""
    assert isinstance(error, UnicodeEncodeError)
    normalized = error.object[error.start : error.end].translate(_REPLACEMENTS)
    if not normalized.isascii() or "\x02" in normalized or "\x03" in normalized:
        raise error
    return normalized, error.end


def _off_page_aligned(error: UnicodeError) -> tuple[str, int]:
    """As `_off_page`, but raise also for a character whose normalized form is not one character long."""
    assert isinstance(error, UnicodeEncodeError)
    if any(len(_REPLACEMENTS[ord(char)]) != 1 for char in error.object[error.start : error.end]):
        raise error
    return _off_page(error)


codecs.register_error("news-monitor.normalize", _off_page)
codecs.register_error("news-monitor.normalize-aligned", _off_page_aligned)


def words(text: str) -> list[bytes]:
    """Return the normalized words of a text as UTF-8; `word_spans` gives their places, in the same order."""
    return words_and_bytes(text)[0]


def words_and_bytes(text: str) -> tuple[list[bytes], bytes | None]:
    """Return the normalized words of a text, and the normalized text if every character became one byte, else None."""
    text = with_spaces(text)
    if "#" in text or "@" in text:
        split = _TAG.sub(_split_camel_case, text)
        if split != text:
            return words_and_bytes(split)[0], None
    if text.isascii():
        aligned = text.encode().translate(_ASCII_NORMALIZED)
        return aligned.split(), aligned
    try:
        aligned = codecs.charmap_encode(text, "news-monitor.normalize-aligned", _PAGE)[0].translate(_PAGE_TO_ASCII)  # type: ignore[arg-type]
    except UnicodeEncodeError:
        return _words_off_page(text), None
    return aligned.split(), aligned


def _words_off_page(text: str) -> list[bytes]:
    try:
        page = codecs.charmap_encode(text, "news-monitor.normalize", _PAGE)[0]  # type: ignore[arg-type]
    except UnicodeEncodeError:
        return _words_of_any_script(text)
    return page.translate(_PAGE_TO_ASCII).split()


def _words_of_any_script(text: str) -> list[bytes]:
    normalized = text.translate(_REPLACEMENTS)
    if "\x03" in normalized:
        normalized = normalized.replace("\x03\x02", "").replace("\x03", " ").replace("\x02", " ")
    return one_nasal(normalized).encode().split()


def _split_camel_case(tag: re.Match[str]) -> str:
    text, offsets = tag[0], _camel_case_parts(tag[0])
    return " ".join(text[start:end] for start, end in pairwise([0, *offsets, len(text)]))


def _camel_case_parts(tag: str) -> list[int]:
    """Return where in a hashtag or handle new words begin: at a capital beside a small letter, and between letters and digits."""
    bases = [(i, char) for i, char in enumerate(tag) if _CLASSES[ord(char)] not in {MARK, INVISIBLE}]
    found = []
    for (_, before), (i, char), (_, after) in zip(bases, bases[1:], [*bases[2:], (0, "")], strict=False):
        if (
            (char.isupper() and before.isalpha() and (before.islower() or (before.isupper() and after.islower())))
            or (char.isdigit() and before.isalpha())
            or (char.isalpha() and before.isdigit())
        ):
            found.append(i)
    return found


def word_spans(text: str) -> list[tuple[int, int]]:
    """Return the half-open character range of each of the `words` of a text, its diacritics included."""
    text = with_spaces(text)
    classes = text.translate(_CLASSES)
    if "#" in text or "@" in text:
        starts = [tag.start() + offset for tag in _TAG.finditer(text) for offset in _camel_case_parts(tag[0])]
        if starts:
            letters = list(classes)
            for start in starts:
                letters[start] = "b" if letters[start] == LETTER else letters[start]
            classes = "".join(letters)
    return [word.span() for word in _WORD.finditer(classes)]
