"""What of an article counts when copies are compared: not the furniture around it."""

from __future__ import annotations

import re

_FURNITURE = re.compile(
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
_TRIGGERS = (
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
"""One of these stands in every piece of furniture; most paragraphs have none, and a plain search is ten times as fast."""
_FURNITURE_MAX = 400
"""A longer paragraph is text in which such words happen to occur."""

_SENTENCE = re.compile(r"(?<=[.!?…؟。！？])[\"'”’»)\]]*\s+|\n+")
_OUTLET = re.compile(r"\s+[|–—-]\s+[^|–—-]{2,40}$")
_DATELINE = re.compile(r"^[^.!?\n]{2,60}?\((?:AP|AFP|Reuters|REUTERS|UPI|dpa|EFE|ANSA|TASS|Xinhua|CNN|IANS|PTI|ANI)\)\s*[-–—:]*\s*")


def sentences(text: str) -> list[str]:
    """`text` cut at the ends of sentences and paragraphs; nothing is dropped but the space between."""
    return [part for part in _SENTENCE.split(text) if part and not part.isspace()]


def without_boilerplate(text: str) -> str:
    """`text` without its cookie notices, invitations to read, follow or subscribe, agency footers, rights notices and dateline."""
    folded = f"{text}\n".lower()
    if any(trigger in folded for trigger in _TRIGGERS):
        text = "\n".join(part for part in sentences(text) if not _is_boilerplate(part))
    return _DATELINE.sub("", text, count=1)


def _is_boilerplate(sentence: str) -> bool:
    if len(sentence) > _FURNITURE_MAX:
        return False
    folded = f"{sentence}\n".lower()
    return any(trigger in folded for trigger in _TRIGGERS) and _FURNITURE.search(sentence) is not None


def headline(title: str) -> str:
    """`title` without the outlet's name that some feeds append ("… - Example News"), unless too little would be left."""
    cut = _OUTLET.sub("", title)
    return cut if len(cut.split()) >= 4 or len(cut) >= 20 else title
