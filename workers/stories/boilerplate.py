"""Remove the boilerplate around an article, which must not count when copies are compared."""

from __future__ import annotations

import re
from typing import Final

from ahocorasick_rs import BytesAhoCorasick

_BOILERPLATE = re.compile(
    r"""
    \b(?: (?:we|this\s+(?:web)?site|our\s+(?:web)?site|our\s+partners)\b.{0,60}\bcookies?\b
        | (?:accept|manage|reject)\s+(?:all\s+)?cookies | cookie\s+(?:policy|settings|preferences|notice)
        | privacy\s+(?:policy|notice) | terms\s+(?:of\s+(?:use|service)|and\s+conditions)
        | (?:click|tap)\s+here | (?:continue|keep)\s+reading | read\s(?:more|also|next|the\sfull\s(?:story|article))
        | sign\s+up\b.{0,60}\b(?:newsletters?|email|alerts?|inbox) | subscribe\s+(?:to|now|here|for) | newsletters?\s+sign
        | follow\s+us\s+on | (?:like|find|join)\s+us\s+on | share\s+(?:this|on)\b | download\s+(?:the|our)\b.{0,30}\bapp\b
        | all\s+rights\s+reserved | may\s+not\s+be\s+(?:published|reproduced|redistributed) | trust\s+principles
        | appeared\s+first\s+on | originally\s+(?:published|appeared)\s+(?:on|at|by|in)
        | (?:reporting|writing|editing|additional\s+reporting|compiled|edited|written)\s+by\b
        | (?:this|the)\s+(?:story|article|report)\b.{0,80}\b(?:syndicated|auto-generated|not\s+been\s+edited)
        | (?:related|recommended|most\s+read|trending|advertisement|sponsored)\s*:?\s*$
        | (?:enable|turn\s+on)\s+javascript | support\s+(?:our|independent)\s+journalism
        | our\s+standards
        | lire\s+(?:aussi|la\s+suite) | tous\s+droits | weiterlesen | alle\s+rechte | mehr\s+zum\s+thema
        | leer\s+más | todos\s+los\s+derechos | leggi\s+anche | tutti\s+i\s+diritti | leia\s+(?:mais|também)
      )
    | © | \(c\)\s*\d{4} | \bcopyright\b
    | читайте\s+также | все\s+права\s+защищены | اقرأ\s+(?:أيضا|المزيد) | جميع\s+الحقوق | קראו\s+(?:גם|עוד) | כל\s+הזכויות
    | 阅读更多 | 版权所有 | 無断転載 | 続きを読む
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BOILERPLATE_PHRASES = (
    *(
        "cookie",
        "privacy ",
        "terms ",
        " here",
        " reading",
        "read more",
        "read also",
        "read next",
        "read the full",
        "sign up",
        "subscribe",
        "newsletter",
        "follow us",
        "like us",
        "find us",
    ),
    *(
        "join us",
        "share this",
        "share on",
        "download ",
        "rights reserved",
        "may not be ",
        "trust principles",
        "appeared first",
        "originally ",
    ),
    *("reporting by", "writing by", "editing by", "compiled by", "edited by", "written by", "syndicated", "auto-generated"),
    *(
        "not been edited",
        "related\n",
        "related:",
        "recommended",
        "most read",
        "trending",
        "advertisement",
        "sponsored",
        "javascript",
        " journalism",
        "our standards",
        "©",
        "(c)",
        "copyright",
    ),
    *(
        "lire ",
        "tous droits",
        "weiterlesen",
        "alle rechte",
        "mehr zum",
        "leer m",
        "los derechos",
        "leggi anche",
        "i diritti",
        "leia ",
    ),
    *("читайте", "все права", "اقرأ", "جميع الحقوق", "קראו", "כל הזכויות", "阅读更多", "版权所有", "無断転載", "続きを読む"),
)
"""Every piece of boilerplate has one of these; most texts have none, and one search for them all is a hundred times as fast."""
_HINTS: Final = BytesAhoCorasick([phrase.encode() for phrase in _BOILERPLATE_PHRASES])
_MAX_BOILERPLATE_LENGTH = 400
"""Characters beyond which a paragraph is text in which such words happen to occur."""

_SENTENCE_END = re.compile(r"[\n.!?…؟。！？](?:(?<=\n)\n*|(?<!\n)[\"'”’»)\]]*\s+)")
"""A regular expression that begins with a set of characters skips all others at once."""
_OUTLET = re.compile(r"\s+[|–—-]\s+[^|–—-]{2,40}$")
_DATELINE = re.compile(r"^[^.!?\n]{2,60}?\((?:AP|AFP|Reuters|REUTERS|UPI|dpa|EFE|ANSA|TASS|Xinhua|CNN|IANS|PTI|ANI)\)\s*[-–—:]*\s*")


def sentences(text: str) -> list[str]:
    """Return `text` cut at the ends of sentences and paragraphs; only the space between is dropped."""
    parts, begin = [], 0
    for match in _SENTENCE_END.finditer(text):
        at = match.start()
        parts.append(text[begin : at if text[at] == "\n" else at + 1])
        begin = match.end()
    parts.append(text[begin:])
    return [part for part in parts if part and not part.isspace()]


def without_boilerplate(text: str) -> str:
    """Return `text` without cookie notices, invitations to read, follow or subscribe, agency footers, rights notices and dateline."""
    if _may_hold_boilerplate(text):
        text = "\n".join(part for part in sentences(text) if not _is_boilerplate(part))
    return _DATELINE.sub("", text, count=1)


def _is_boilerplate(sentence: str) -> bool:
    if len(sentence) > _MAX_BOILERPLATE_LENGTH:
        return False
    return _may_hold_boilerplate(sentence) and _BOILERPLATE.search(sentence) is not None


def _may_hold_boilerplate(text: str) -> bool:
    return bool(_HINTS.find_matches_as_indexes(f"{text}\n".lower().encode("utf-8", "surrogatepass")))


def without_outlet_name(title: str) -> str:
    """Return `title` without the outlet's name that some feeds append ("… - Example News"), unless too little would remain."""
    cut = _OUTLET.sub("", title)
    return cut if len(cut.split()) >= 4 or len(cut) >= 20 else title
