"""Find in keywords and names what works only in a query, in another tool, or in HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from monitor.domain.watch import Term, TermKind
from workers.lint.finding import Doubt, LintSubject, phrase_place

_OPERATOR: Final = re.compile(r"(?<!\S)(?:AND NOT|ANDNOT|AND|OR|NOT|XOR)(?!\S)")
_COUNTED: Final = re.compile(
    r"(?<!\S)(?:(?:NEAR|ONEAR|NOTNEAR|ATLEAST|ADJ|WITHIN|NEXT)/?\d{1,3}|(?:W|N|PRE|P)/\d{1,3}|AROUND\s*\(\d{1,3}\))(?!\S)",
    re.IGNORECASE,
)
_FIELD: Final = re.compile(
    r"\b(?:title|body|source|lang|language|tag|entity|term|site|url|inurl|intitle|intext|author|link|headline|person|org|place|in):(?=\S)(?!//)|^(?:title|body):",
)
_HTML: Final = re.compile(r"&(?:[a-zA-Z][a-zA-Z0-9]{1,8}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});|</?[a-zA-Z][^<>]*>")
_ENCODING: Final = re.compile(
    r"Ã[\u0080-\u00bf©¨ª§¼¶¤±³]|â€[™œ\u009d˜“”]|Â[\u00a0-\u00bf]|\ufffd|%[CDEF][0-9A-F]%[89AB][0-9A-F]|(?<=\w)%20(?=\w)"
)
_STAR: Final = re.compile(r"\w\*|\*\w")
_QUESTION: Final = re.compile(r"(?<=[^\W\d_])\?(?=[^\W\d_])|^[a-z]+\?$")
_REGEX: Final = re.compile(
    r"^/.+/[a-z]*$|^/\S*[|()\[\]\\]|\\[bdwsBDWS]|\.[*+?]|\(\?[:=!i]|\[[^\]\s]*\w-\w[^\]\s]*\][*+?]?|^\^\w|\w\+\$|\)\?"
)
_GROUPED: Final = re.compile(r"[(（][^()（）]*(?:\bOR\b|\bor\b|[|/])[^()（）]*[)）]")
_TWO: Final = re.compile(r"(?<=[\w\s])[|;；、](?=[\w\s])")
_LIST: Final = re.compile(r"^[^\W\d_][^,]*(?:,\s*[^\W\d_][^,]*)+$")
_ARROW: Final = re.compile(r"\s=>\s")
_MARKED: Final = re.compile(r"^[+!-](?=[^\W\d_])")
_COUNT: Final = re.compile(r"^@\d{1,4}$")
_HEADING: Final = re.compile(r"^\[[^\]]+\]$")
_FUZZY: Final = re.compile(r"(?<=[\w\"])[~^]\d*(?:\.\d+)?$")
_ENTIRE_QUOTES: Final = re.compile(r'^["“„«].*["”“»]$')


def keyword_syntax(subject: LintSubject) -> Iterator[Doubt]:
    """Yield phrases of keywords and entities that are written as for another place."""
    for term in subject.terms:
        for phrase in term.phrases:
            if not _is_plain(phrase) and (found := _doubt(term, phrase)) is not None:
                yield phrase_place(term, phrase, found[0]), found[1]


def _is_plain(phrase: str) -> bool:
    return phrase.replace(" ", "").isalpha() and not _OPERATOR.search(phrase)


def _doubt(term: Term, phrase: str) -> tuple[int, str] | None:
    if (found := _HTML.search(phrase)) is not None:
        meant = html.unescape(found[0])
        written = f"; write {meant}" if meant != found[0] and meant.isprintable() else "; write the text without it"
        return found.start(), f"`{found[0]}` in {phrase!r} is HTML, which no article's text has{written}"
    if (found := _ENCODING.search(phrase)) is not None:
        return found.start(), f"{phrase!r} has characters that come of a wrong encoding (`{found[0]}`); write it anew, as UTF-8"
    if (found := _REGEX.search(phrase)) is not None:
        return (
            found.start(),
            f"{phrase!r} looks like a regular expression; here every character is text - a pattern belongs under `regex:`",
        )
    if term.kind is TermKind.ENTITY:
        return _wildcard(phrase)
    return _query_syntax(phrase) or _wildcard(phrase) or _several_terms(phrase) or _list_syntax(phrase)


def _query_syntax(phrase: str) -> tuple[int, str] | None:
    shouting = not any(char.islower() for char in phrase)
    operators = (*_COUNTED.finditer(phrase), *_OPERATOR.finditer(phrase), *_FIELD.finditer(phrase), *_GROUPED.finditer(phrase))
    operator = next((found for found in operators if not (shouting and found[0] == "AND")), None)
    if operator is not None:
        return operator.start(), f"`{operator[0]}` is only a text in a keyword; {_as_query(phrase)}"
    mark = _FUZZY.search(phrase)
    return None if mark is None else (mark.start(), f"`{mark[0]}` is only a mark in a keyword and finds nothing more; leave it out")


def _as_query(phrase: str) -> str:
    quoted = phrase.replace("'", "''")
    return f"make it a query: {{name: …, query: '{quoted}'}}"


def _wildcard(phrase: str) -> tuple[int, str] | None:
    if (found := _STAR.search(phrase)) is not None:
        return found.start(), f"the * in {phrase!r} finds nothing more here; it works in a query: {{name: …, query: '{phrase}'}}"
    if "://" not in phrase and (found := _QUESTION.search(phrase)) is not None:
        return found.start(), f"the ? in {phrase!r} stands for no letter here; write each spelling, under `any`"
    return None


def _several_terms(phrase: str) -> tuple[int, str] | None:
    if (found := _TWO.search(phrase)) is not None:
        parts = ", ".join(part.strip() for part in _TWO.split(phrase) if part.strip())
        return found.start(), f"{phrase!r} is one phrase, `{found[0]}` and all; for any of them write {{name: …, any: [{parts}]}}"
    parts_of_list = phrase.split(",")
    if _LIST.match(phrase) and all(part.strip()[:1].islower() and len(part.split()) < 4 for part in parts_of_list):
        listed = ", ".join(part.strip() for part in parts_of_list)
        return phrase.index(
            ","
        ), f"{phrase!r} is one phrase, its words side by side; for any of them write {{name: …, any: [{listed}]}}"
    return None


def _list_syntax(phrase: str) -> tuple[int, str] | None:
    if (found := _ARROW.search(phrase)) is not None or (found := _COUNT.search(phrase)) is not None:
        return found.start(), f"`{found[0].strip()}` is another tool's list; `news-monitor watch import FILE` turns it into terms"
    if (found := _HEADING.search(phrase)) is not None:
        return (
            found.start(),
            f"`{phrase}` is a heading of another tool's list; `news-monitor watch import FILE` turns it into terms",
        )
    if (found := _MARKED.search(phrase)) is not None:
        return (
            found.start(),
            f"the {found[0]} before {phrase[1:]!r} means nothing in a keyword; to require or leave out a word, write a query",
        )
    if (found := _ENTIRE_QUOTES.search(phrase)) is not None:
        return (
            found.start(),
            f"the quotation marks around {phrase} say nothing: a keyword is a phrase already; for no other spelling add `exact: true`",
        )
    return None
