"""Keep the terms of a long list's rows, so that only changed rows are read again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from monitor.domain.watch import Term
from monitor.settings.source_position import SourceFile

_ROW_BY_LINE: Final = frozenset({".csv", ".tsv", ".txt"})
"""Lists in which each line is a row, as long as there are no quotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A list, the values and columns of its `include:`, and its valid terms by line."""

    text: str
    defaults: Mapping[str, Any]
    columns: Mapping[str, str]
    terms: dict[int, Term] = field(default_factory=dict)


def rows_of(source: SourceFile, defaults: Mapping[str, Any], columns: Mapping[str, str]) -> Rows:
    """Return a list of which no row has been read."""
    return Rows(text=source.text, defaults=defaults, columns=columns)


def unchanged_terms(source: SourceFile, now: Rows, before: Rows | None) -> dict[int, Term]:
    """Return the terms of lines that are unchanged, by line; none where a row may span lines or lines have another meaning."""
    if before is None or (before.defaults, before.columns) != (now.defaults, now.columns):
        return {}
    if source.path.suffix.lower() not in _ROW_BY_LINE or '"' in before.text or '"' in now.text:
        return {}
    old, new = before.text.split("\n"), now.text.split("\n")
    if old[0] != new[0]:
        return {}
    pairs = enumerate(zip(old, new, strict=False), 1)
    return {line: before.terms[line] for line, (was, is_now) in pairs if was == is_now and line in before.terms}
