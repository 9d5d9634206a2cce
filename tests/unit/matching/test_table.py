"""Every row of the table of keywords."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest

from monitor.domain.match import Field
from tests.unit.matching.making import document, keyword
from tests.unit.matching.table_keywords import ROWS, Row
from workers.matching.matcher import Matcher


def expected(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without its brackets, and the places between them."""
    spans = []
    for number, bracketed in enumerate(re.finditer("⟦(.*?)⟧", marked, re.DOTALL)):
        spans.append((bracketed.start() - 2 * number, bracketed.end() - 2 * number - 2))
    return re.sub("[⟦⟧]", "", marked), spans


def found(row: Row, text: str, *, title: bool) -> Sequence[tuple[int, int]]:
    """Where the matcher sees the term in a text."""
    options: dict[str, Any] = dict.fromkeys(row.options, True)
    matcher = Matcher.build([keyword(row.term, **options)])
    doc = document("", title=text, language=row.language) if title else document(text, language=row.language)
    wanted = Field.TITLE if title else Field.BODY
    assert all(match.field is wanted for fired in matcher.match(doc) for match in fired.matches)
    return [(match.start, match.end) for fired in matcher.match(doc) for match in fired.matches]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.term}: {row.why}")
def test_keyword_finds_what_it_means(row: Row) -> None:
    """A keyword is found where the table marks it, in the body as in the title, and nowhere else."""
    text, spans = expected(row.text)
    assert found(row, text, title=False) == spans
    assert found(row, text, title=True) == spans


def test_table_is_large_enough() -> None:
    """The promise of at least 150 rows, no two alike."""
    assert len({(row.term, row.text, row.options) for row in ROWS}) == len(ROWS) >= 150
