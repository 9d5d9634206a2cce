"""Words, prefixes and phrases out of their text, or the reason why nothing can be found by it."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from workers.query.lexer import Kind, Token, fail, shown
from workers.query.syntax import Phrase, Prefix, Word

MIN_PREFIX: Final = 3
"""Letters before the asterisk; fewer would be found in nearly every article."""

_CHUNK: Final = re.compile(r"\S+")
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_WILDCARD: Final = re.compile(r"\w\?\w")
_FUZZY: Final = re.compile(r"~\d*$")


def operand(token: Token) -> Word | Prefix | Phrase:
    """The node for a WORD or QUOTED token; quotes around a single word change nothing. Raises QueryError."""
    if token.kind is Kind.WORD:
        _check_bare(token)
        return _word(token.text, token.inside, token)
    words = tuple(
        _word(chunk.group(), token.inside + chunk.start(), token)
        for chunk in _CHUNK.finditer(token.text)
        if _searchable(chunk.group())
    )
    if not words:
        raise fail("expected a word between the quotation marks", token.span[0])
    if len(words) == 1:
        (word,) = words
        if isinstance(word, Prefix):
            return Prefix(text=word.text, span=token.span)
        return Word(text=word.text, exact_case=word.exact_case, span=token.span)
    return Phrase(words=words, span=token.span)


def _word(text: str, start: int, token: Token) -> Word | Prefix:
    span = (start, start + len(text)) if token.kind is Kind.QUOTED else token.span
    stem, star, rest = text.partition("*")
    if not star:
        return Word(text=text, exact_case=token.exact, span=span)
    if rest or not stem:
        raise fail(f"a * stands only at the end of a word: expected for example {_example(stem)}", start + len(stem))
    if token.exact:
        raise fail("a prefix has no exact case: leave out the = or the *", start + len(stem))
    if not _long_enough(stem):
        raise fail(f"{shown(text)} is too short: expected at least {MIN_PREFIX} letters before the *", start)
    return Prefix(text=stem, span=span)


def _check_bare(token: Token) -> None:
    """Refuse what stands outside quotes and means something in another search language, or nothing at all."""
    text, at = token.text, token.inside
    if _FUZZY.search(text):
        raise fail("there is no ~ here: for nearby words write NEAR/10, for spellings OR", at + text.index("~"))
    if not _searchable(text):
        raise fail(f"expected a word: {shown(text)} holds no letter or digit", at)
    if text[0] == "+" and not text[1].isdigit():
        raise fail("leave out the +: words side by side must all occur", at)
    if text[0] == "!":
        raise fail("! is no operator here: write NOT or -", at)
    if text[-1] in ",;":
        raise fail(f"expected OR between alternatives, or a phrase in quotes, not a {text[-1]}", at + len(text) - 1)
    if (wildcard := _WILDCARD.search(text)) and "=" not in text and "/" not in text:
        raise fail("there is no ? for a letter: write the spellings with OR", at + wildcard.start() + 1)


def _searchable(text: str) -> bool:
    return any(map(str.isalnum, text)) or "*" in text


def _long_enough(stem: str) -> bool:
    """Hangul counts by its letters, not its syllables; in scripts without spaces one character can be a word."""
    if _UNSPACED.search(stem):
        return True
    return sum(map(str.isalnum, unicodedata.normalize("NFKD", stem))) >= MIN_PREFIX


def _example(stem: str) -> str:
    return shown(f"{stem}*") if _long_enough(stem) else "offens*"
