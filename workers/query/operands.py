"""Read words, prefixes and phrases from their tokens, and refuse text by which nothing can be found."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import Final

from workers.query.syntax import Gap, Near, Phrase, Prefix, Wildcard, Word
from workers.query.tokens import Token, TokenKind, query_error, shorten

MIN_PREFIX: Final = 3
"""Letters required before the asterisk; fewer would be found in nearly every article."""

_CHUNK: Final = re.compile(r"\S+")
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_WILDCARD: Final = re.compile(r"\w[?*]+\w")
_WILDCARD_FORM: Final = re.compile(r"[^\W_](?:[^\W_]|[?*])*")
_EMOJI: Final = re.compile("[\u231a-\u23ff\u2600-\u27bf\u2b50\u2b55\U0001f000-\U0001faff]")
_INSIDE: Final = "organi?ation or inter*national"
_FUZZY: Final = re.compile(r"~\d*$")


def read_operand(token: Token) -> Word | Prefix | Wildcard | Phrase | Near:
    """Return the node of a WORD or QUOTED token; quotes around a single word change nothing.

    A phrase with ? or * inside a word is a Near of words that stand side by side.

    Raises QueryError for text without a letter or digit, and for the syntax of other search languages.
    """
    if token.kind is TokenKind.WORD:
        _check_bare(token)
        if _WILDCARD.search(token.text) and not token.exact and not re.search("[=/]", token.text):
            return _wildcard(token)
        return _word(token.text, token.content_start, token)
    chunks = [chunk for chunk in _CHUNK.finditer(token.text) if _is_searchable(chunk.group())]
    if not chunks:
        raise query_error("expected a word between the quotation marks", token.span[0])
    if len(chunks) == 1:
        word = _word(chunks[0].group(), token.content_start + chunks[0].start(), token)
        return replace(word, span=token.span)
    words = tuple(
        _wildcard_in_phrase(chunk, token) or _word(chunk.group(), token.content_start + chunk.start(), token) for chunk in chunks
    )
    plain = tuple(word for word in words if not isinstance(word, Wildcard))
    if len(plain) == len(words):
        return Phrase(words=plain, span=token.span)
    return Near(operands=words, gaps=(Gap(words=1, ordered=True),) * (len(words) - 1), span=token.span)


def _wildcard_in_phrase(chunk: re.Match[str], token: Token) -> Wildcard | None:
    if token.exact or not _WILDCARD.search(chunk.group()) or not _WILDCARD_FORM.fullmatch(chunk.group().rstrip(".,;:!?")):
        return None
    start, end = token.content_start + chunk.start(), token.content_start + chunk.end()
    return _wildcard(replace(token, text=chunk.group().rstrip("?"), content_start=start, span=(start, end)))


def _word(text: str, start: int, token: Token) -> Word | Prefix:
    span = (start, start + len(text)) if token.kind is TokenKind.QUOTED else token.span
    stem, star, rest = text.partition("*")
    if not star:
        return Word(text=text, exact_case=token.exact, span=span)
    if rest or not stem:
        raise query_error(f"a * stands only at the end of a word: expected for example {_example(stem)}", start + len(stem))
    if token.exact:
        raise query_error("a prefix has no exact case: leave out the = or the *", start + len(stem))
    if not _is_long_enough(stem):
        raise query_error(f"{shorten(text)} is too short: expected at least {MIN_PREFIX} letters before the *", start)
    return Prefix(text=stem, span=span)


def _wildcard(token: Token) -> Wildcard:
    """Return the word with ? or * inside it, which begins with enough letters that it need not be looked for everywhere."""
    text = token.text.rstrip(".,;:!")
    at = next(i for i, char in enumerate(text) if char in "?*")
    if not _WILDCARD_FORM.fullmatch(text):
        raise query_error(
            f"a word with ? or * has only letters and digits beside them: expected for example {_INSIDE}", token.content_start
        )
    if not _is_long_enough(text[:at]):
        raise query_error(
            f"{shorten(text)} begins with too few letters: expected at least {MIN_PREFIX} before the first {text[at]}, or the spellings "
            "with OR",
            token.content_start + at,
        )
    return Wildcard(text=text, span=token.span)


def _check_bare(token: Token) -> None:
    """Refuse text outside quotes that means something in another search language, or nothing."""
    text, at = token.text, token.content_start
    if _FUZZY.search(text):
        raise query_error("there is no ~ here: for nearby words write NEAR/10, for spellings OR", at + text.index("~"))
    if not _is_searchable(text):
        raise query_error(f"expected a word: {shorten(text)} holds no letter or digit", at)
    if text[0] == "!":
        raise query_error("! is no operator here: write NOT or -", at)
    if text[-1] in ",;":
        raise query_error(f"expected OR between alternatives, or a phrase in quotes, not a {text[-1]}", at + len(text) - 1)


def _is_searchable(text: str) -> bool:
    return any(map(str.isalnum, text)) or "*" in text or _EMOJI.search(text) is not None


def _is_long_enough(stem: str) -> bool:
    """Hangul is counted in letters, not syllables; in scripts without spaces one character can be a word."""
    if _UNSPACED.search(stem):
        return True
    return sum(map(str.isalnum, unicodedata.normalize("NFKD", stem))) >= MIN_PREFIX


def _example(stem: str) -> str:
    return shorten(f"{stem}*") if _is_long_enough(stem) else "offens*"
