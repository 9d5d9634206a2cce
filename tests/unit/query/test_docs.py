"""What the page on the query language shows is what happens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.domain.errors import QueryError
from workers.query.format import format_query
from workers.query.parser import parse_query
from workers.query.triggerable import require_trigger

PAGE = (Path(__file__).parents[3] / "docs" / "query-language.md").read_text(encoding="utf-8")


def rows(*header: str) -> list[list[str]]:
    """The rows, cell by cell, of every table with this header."""
    return list(_rows("| " + " | ".join(header) + " |"))


def _rows(header: str) -> Iterator[list[str]]:
    inside = False
    for line in PAGE.splitlines():
        inside = line == header or (inside and line.startswith("|"))
        if inside and line != header and not line.startswith("|--"):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


@pytest.mark.parametrize(("query", "explanation"), rows("Query", "Holds for an article that"))
def test_examples_are_accepted(query: str, explanation: str) -> None:
    """Every example of an operator is accepted as a watch term."""
    for example in (query, *re.findall(r"`(truce [^`]+)`", explanation)):
        require_trigger(parse_query(example.strip("`")))


@pytest.mark.parametrize(("query", "reading"), rows("Query", "Is read as"))
def test_precedence(query: str, reading: str) -> None:
    """Operators bind as the table says."""
    assert parse_query(query.strip("`")) == parse_query(reading.strip("`"))
    assert format_query(parse_query(query.strip("`"))) == reading.strip("`")


@pytest.mark.parametrize(("query", "column", "message"), rows("Query", "Column", "Error"))
def test_errors_read_as_shown(query: str, column: str, message: str) -> None:
    """Every error of the page is given to the letter."""
    with pytest.raises(QueryError) as refused:
        require_trigger(parse_query(query.strip("`")))
    assert (refused.value.column, str(refused.value)) == (int(column), message)


def test_the_query_of_the_configuration_example_is_accepted() -> None:
    """The first query a reader sees works."""
    (query,) = re.findall(r"query: '(.*)'", PAGE)
    require_trigger(parse_query(query))
