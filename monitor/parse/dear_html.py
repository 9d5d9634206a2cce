"""Recognize HTML whose tree costs far more than its length: the parser's time grows with the square of depth, attributes and options."""

from __future__ import annotations

import re
from html import unescape

MAX_DEPTH = 500
"""Deeper nesting is hostile. Browsers stop at 512."""
_FEW_TAGS = 2000
_SHORT = 40_000
_MOST_ATTRIBUTES = 1000
_MOST_OPTIONS = 2000

_ATTRIBUTES = r"((?:=\s*+(?:\"[^\"]*\"|'[^']*')|[^>])*+)"
_RAW = r"<(script|style|textarea|title|xmp|iframe|noembed|noframes)\b[^>]*+>.*?(?:</\1\b|\Z)"
_COMMENT = r"<!--(?:-?>|.*?(?:--!?>|\Z))"
_TAG = rf"<(/?)([a-zA-Z][^\s/<>]{{0,40}}){_ATTRIBUTES}"
_TOKEN = re.compile(rf"{_COMMENT}|{_RAW}|{_TAG}", re.DOTALL | re.IGNORECASE)
_FOREIGN_TOKEN = re.compile(rf"{_COMMENT}|()(?!)|{_TAG}", re.DOTALL | re.IGNORECASE)
_FOREIGN = re.compile(r"<(?:svg|math)\b", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_UNSEEN = re.compile(rf"{_COMMENT}|<(script|style)\b.*?(?:</\1[^>]*+>|\Z)", re.DOTALL | re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")
_NEVER_NEST = frozenset("area base br col embed hr img input link meta param source track wbr p li dt dd td th tr option".split())


def is_dear(markup: str) -> bool:
    """Return whether the tree of `markup` nests deeper than MAX_DEPTH, not counting what HTML closes by itself, or has too much in one element."""
    many = markup.count("<") >= _FEW_TAGS
    if not many and len(markup) < _SHORT:
        return False
    if many and markup.lower().count("<option") > _MOST_OPTIONS:
        return True
    # In pictures and formulas a `title` or a `style` may hold elements.
    tokens = _FOREIGN_TOKEN if _FOREIGN.search(markup) else _TOKEN
    depth = 0
    open_tags: dict[str, int] = {}
    for _, closing, tag, attributes in tokens.findall(markup):
        if len(attributes) > _SHORT // 10 and len(_QUOTED.sub("", attributes).split()) > _MOST_ATTRIBUTES:
            return True
        name = tag.lower()
        if not name or name in _NEVER_NEST:
            continue
        count = open_tags.get(name, 0)
        if not closing:
            open_tags[name] = count + 1
            depth += 1
        elif count:
            open_tags[name] = count - 1
            depth -= 1
        if depth > MAX_DEPTH:
            return True
    return False


def flat_text(markup: str) -> str:
    """Return the text of `markup` without its tags, read without a tree."""
    return unescape(_ANY_TAG.sub(" ", _UNSEEN.sub(" ", markup)))
