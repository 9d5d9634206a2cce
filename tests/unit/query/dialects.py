"""Queries of other tools put into ours, so that the corpora of real queries can be parsed and matched.

What the dialects mean differently: Lucene's `+word` must occur, which our side-by-side words do anyway. In Media Cloud words side by side
are alternatives, unless the second has a `+` or a minus; operators are in small letters; `!` excludes; and fields ask about the
collection and not the text, so they are dropped. Epitweetr is ours but for a minus that stands apart from its word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from workers.query.format import format_query
from workers.query.syntax import Word

_PIECE = re.compile(
    r"""\s*(?: (?P<field>\w+:\s*(?:\((?:[^()]|\([^()]*\))*\)|\[[^\]]*\]|[^\s()]+))
             | (?P<phrase>"[^"]*") | (?P<sign>[()]|[-+!](?=\S)) | (?P<word>[^\s()]+) )""",
    re.VERBOSE,
)


def luwak(query: str) -> str:
    """`+type +to` as `type to`; words that we would take for an operator are quoted."""
    return " ".join(format_query(Word(text=word.removeprefix("+"))) for word in query.split())


def epitweetr(query: str) -> str:
    """`- peso` as `-peso`."""
    return re.sub(r"(?<!\S)-\s+", "-", query)


def media_cloud(query: str) -> str:
    """Alternatives and requirements written out, fields dropped."""
    reader = _MediaCloud(query)
    translated = reader.alternatives()
    assert translated is not None
    assert reader.piece is None, f"{reader.piece} is left of {query}"
    return translated


class _MediaCloud:
    """Reads another dialect by recursive descent into a query of ours; None is a clause that was dropped."""

    def __init__(self, query: str) -> None:
        self.pieces = [(found.lastgroup or "", found.group().strip()) for found in _PIECE.finditer(query.rstrip())]
        self.place = 0

    @property
    def piece(self) -> str | None:
        return self.pieces[self.place][1] if self.place < len(self.pieces) else None

    def skip(self, *pieces: str) -> bool:
        found = self.piece is not None and self.piece.lower() in pieces
        self.place += found
        return found

    def alternatives(self) -> str | None:
        parts = [self.requirements()]
        while self.piece not in (None, ")"):
            self.skip("or")
            parts.append(self.requirements())
        return _joined(" OR ", parts)

    def requirements(self) -> str | None:
        parts = [self.signed()]
        while self.skip("and") or self.piece in ("+", "-", "!"):
            parts.append(self.signed())
        return _joined(" AND ", parts)

    def signed(self) -> str | None:
        self.skip("+")
        if self.skip("not", "!", "-"):
            operand = self.operand()
            return operand and f"NOT {operand}"
        return self.operand()

    def operand(self) -> str | None:
        if self.skip("("):
            inside = self.alternatives()
            assert self.skip(")"), f"unclosed at {self.pieces[self.place :]}"
            return inside
        kind, text = self.pieces[self.place]
        self.place += 1
        return None if kind == "field" else text


def _joined(operator: str, parts: list[str | None]) -> str | None:
    kept = [part for part in parts if part is not None]
    return f"({operator.join(kept)})" if len(kept) > 1 else next(iter(kept), None)


TRANSLATIONS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "luwak.jsonl": luwak,
        "ecdc_epitweetr.jsonl": epitweetr,
        "mediacloud_real.jsonl": media_cloud,
        "mediacloud_syntax.jsonl": media_cloud,
    }
)
"""For each file of the folder `queries`, what puts its queries into ours."""
