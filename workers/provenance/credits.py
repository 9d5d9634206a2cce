"""Find the agencies that an article credits: in its by-line, its dateline, or at its end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from workers.provenance.agencies import agency_names, mentions_agency

HEAD: Final = 220
"""Characters of a text in which a dateline or by-line stands; the next is for what stands at its end."""
TAIL: Final = 320
_DATELINE: Final = 100
"""A name in brackets that begins later must be followed by a dash to be a dateline."""
_BEFORE_NAME: Final = (
    r"with|from|via|source|sources|quelle|quellen|mit|avec|con|com|fonte|fonti|fuente|fuentes|bron|źródło|za|kaynak|källa|kilde|lähde|zdroj|forrás|πηγή"
    r"|additional|contains|compiled|courtesy|por|par|por|copyright|©|по\s+материалам|источник|при\s+участии|джерело|за\s+матеріалами"
    r"|المصدر|مصدر|عن|المصادر|מאת|מקור|באדיבות|来源|來源|据|出典|제공"
)
_BY: Final = r"by|von|par|por|di|de|da|door|av|af|od|от|автор|بقلم|מאת"
_PHOTO: Final = re.compile(
    r"(?i)\b(?:photo|photograph|picture|image|foto|bild|imagen|imagem|immagine|photo by|credit|фото|صورة|צילום|גטי|getty)\b\W*$"
)
_AUTHOR_PHOTO: Final = re.compile(r"(?i)getty|photo|foto|bild")
_REUTERS_STYLE: Final = re.compile(r"\bReporting by [^\n]{3,240}?(?:[Ee]diting|[Ww]riting) by ")
_EAST_ASIAN: Final = re.compile(r"\A【?(新华社|新華社|中新社)[^\n]{0,20}?[电電]|\A【[^】\n]{0,14}(共同|時事)】")
"""Datelines of scripts without spaces, where a name is no word of its own."""


@dataclass(frozen=True, slots=True)
class _Patterns:
    """What a credit looks like at the head, at the end, and in a line by itself."""

    bracket: re.Pattern[str]
    opening: re.Pattern[str]
    byline: re.Pattern[str]
    ending: re.Pattern[str]
    phrase: re.Pattern[str]
    contributed: re.Pattern[str]


def credited_agencies(author: str | None, text: str) -> tuple[str, ...]:
    """Return the agencies whose material an article says it is, each once. A mere mention ("…, Reuters reported") or a photo's credit is none."""
    head, tail = text[:HEAD].lstrip(), text[-TAIL:].rstrip()
    if not mentions_agency(f"{author or ''}\n{head}\n{tail}") and "eporting by " not in tail:
        return ()
    names, found = agency_names(), list[str]()
    if author and not _AUTHOR_PHOTO.search(author):
        found += names.named_in(author)
    patterns = _patterns()
    for credit in _head_credits(patterns, head):
        found += names.named_in(credit)
    if (dateline := _EAST_ASIAN.match(head)) is not None:
        found.append(names.by_spelling[dateline[1] or dateline[2]])
    for pattern in (patterns.ending, patterns.phrase, patterns.contributed):
        for match in pattern.finditer(tail):
            if not _PHOTO.search(tail[max(0, match.start("names") - 30) : match.start("names")]):
                found += names.named_in(match["names"])
    if not found and "eporting by " in tail and _REUTERS_STYLE.search(text[-2 * TAIL :]):
        found.append("Reuters")
    return tuple(dict.fromkeys(found))


def _head_credits(patterns: _Patterns, head: str) -> list[str]:
    found = [match["names"] for pattern in (patterns.opening, patterns.byline) if (match := pattern.search(head)) is not None]
    for match in patterns.bracket.finditer(head):
        begin, end = match.span()
        long_name = agency_names().named_in(head[max(0, begin - 40) : begin].rstrip()[-30:])
        dashed = head[end : end + 3].strip(" .")[:1] in tuple("-–—:")
        if not long_name and (dashed or begin <= _DATELINE) and not _PHOTO.search(head[max(0, begin - 20) : begin]):
            found.append(match["names"])
    return found


@cache
def _patterns() -> _Patterns:
    name = agency_names().pattern
    several = rf"(?P<names>{name}(?:\s{{0,2}}(?:,|/|;|&|-|\+|\band\b|\bund\b|\bet\b|\by\b|\be\b|\bи\b|و|、)\s{{0,2}}{name}){{0,4}})"
    return _Patterns(
        bracket=re.compile(rf"[(\[【（/＝=]\s?{several}[^()\[\]\n]{{0,12}}[)\]】）/＝=]"),
        opening=re.compile(rf"\A(?:[^\n]{{0,60}}[—–-]\s)?{several}\s?[-–—:|/.]\s"),
        byline=re.compile(rf"\A(?i:{_BY})\b[^\n]{{0,70}}?(?<!\w){several}[^\n]{{0,20}}(?:\n|\Z)"),
        ending=re.compile(rf"(?:[(\[【（/—–|]\s?|\n\s*[-–—*_]*|[.!?\"”]\s+-\s?){several}[^()\[\]\n.]{{0,12}}[)\]】）/_*]?\s*\.?\Z"),
        phrase=re.compile(rf"(?:^|[\n(\[—–*|_/]|[.!?:]\s)\s*[_*]?(?i:{_BEFORE_NAME})(?!\w)[^\n.()]{{0,50}}?(?<!\w){several}"),
        contributed=re.compile(
            rf"(?<!\w){several}[^\n.]{{0,80}}\b(?:contributed|trug|trugen|ont contribué|a contribué|contribuyó)\b"
        ),
    )
