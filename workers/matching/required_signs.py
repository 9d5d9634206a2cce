"""Find the signs that a term is written with, and check that an article has them too: `$GAP`, `#gaza`, `.NET`, `AT&T`, `70%`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_CURRENCY: Final = "$€£¥₹₩₪₽₴₺฿₫"
_LEAD: Final = re.compile(rf"(?:(?:[#@]+|(?<![\w.])\.|&|\+)|[{_CURRENCY}§№°][ \u00a0\u202f]?)$")
_TAIL: Final = re.compile(rf"[+#]+|[ \u00a0\u202f]?[%‰{_CURRENCY}℃℉°]|[!™®](?=\s*$)")
_NAME_TAIL: Final = re.compile("[+#]+")
_INNER: Final = re.compile(rf"[&@+=_\\{_CURRENCY}%§#]")
_SPACE: Final = " \u00a0\u202f"


@dataclass(frozen=True, slots=True)
class SignsAround:
    """The signs before the first word of a phrase and after its last one."""

    lead: str
    tail: str

    def stand(self, text: str, start: int, end: int) -> bool:
        """Whether the signs stand around the characters from `start` to `end` of an article's text."""
        return self._lead_stands(text, start) and self._tail_stands(text, end)

    def _lead_stands(self, text: str, start: int) -> bool:
        if not self.lead:
            return True
        before = text[max(0, start - 10) : start]
        if self.lead[0] in _CURRENCY or self.lead[0] in "§№°":
            before = before.rstrip(_SPACE)
        if not before.endswith(self.lead):
            return False
        outside = before[: -len(self.lead)][-1:]
        return not (self.lead[0] in ".@#" and (outside.isalnum() or outside == self.lead[0]))

    def _tail_stands(self, text: str, end: int) -> bool:
        if not self.tail:
            return True
        after = text[end : end + 10]
        return (after if self.tail[0] in "+#!™®" else after.lstrip(_SPACE)).startswith(self.tail)


def signs_around(text: str, first: int, last: int, *, name: bool) -> SignsAround | None:
    """Return the signs around the words of a term, which begin at `first` and end at `last`; None if there are none.

    Of a `name`, only what programmers and channels add counts (C++, Canal+): newspapers drop the rest.
    """
    lead = None if name else _LEAD.search(text[:first])
    tail = (_NAME_TAIL if name else _TAIL).match(text, last)
    if lead is None and tail is None:
        return None
    return SignsAround(lead[0].strip() if lead else "", tail[0].strip() if tail else "")


def sign_between(separator: str, left: str, right: str) -> str:
    """Return the sign that must stand between two words of a term, given what the term has there; empty if none must."""
    if found := _INNER.search(separator):
        return found[0]
    inner = separator.strip()
    if separator == "." and not len(left) == len(right) == 1:
        return "."
    if inner in {"/", ":", "."} and left[-1:].isdigit() and right[:1].isdigit():
        return inner
    return ""


def sign_stands(sign: str, found: str) -> bool:
    """Whether an article that has `found` between two words has the sign there that the term needs."""
    return found == "." if sign == "." else sign in found
