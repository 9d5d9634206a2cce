"""What operators mean, on texts small enough to check by eye; the engine is compared with the same evaluator on random ones."""

from __future__ import annotations

import pytest

from monitor.domain.match import Document, Field
from tests.unit.query.naive import Naive, Place
from workers.query.parser import parse_query

ARTICLE = Naive(
    document=Document(
        title="Truce talks resume",
        body="Officials said the NASA talks on a truce near Rafah had not resumed; talks, talks and talks.",
        source="Example World",
        language="en-GB",
        tags=frozenset({"world"}),
    ),
    entities={"Rafah": frozenset({Place(Field.BODY, 9, 10)}), "Gaza": frozenset()},
    terms={"Truce talks": True, "Football": False},
)


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("truce", True),
        ("truces", False),
        ("TRUCE rafah", True),
        ("truce football", False),
        ("football OR rafah", True),
        ("truce NOT rafah", False),
        ("truce -football", True),
        ('"truce talks"', True),
        ('"talks truce"', False),
        ('"talks resume"', True),
        ('"resume officials"', False),
        ('="NASA"', True),
        ('="Nasa"', False),
        ('="NASA talks"', True),
        ("resum*", True),
        ('"had not resum*"', True),
        ('"off* said"', True),
        ("talks NEAR/1 truce", True),
        ("nasa NEAR/4 truce", True),
        ("nasa NEAR/3 truce", False),
        ("truce NEAR/4 nasa", True),
        ("truce ONEAR/4 nasa", False),
        ("nasa ONEAR/4 truce", True),
        ("talks NEAR/1 talks", True),
        ("rafah NEAR/9 rafah", False),
        ("resume NEAR/9 officials", False),
        ('"the nasa" NEAR/3 truce', False),
        ('"the nasa talks" NEAR/3 truce', True),
        ('nasa NEAR/9 "nasa talks"', False),
        ("nasa NEAR/1 talks NEAR/3 truce", True),
        ("officials NEAR/1 said NEAR/1 talks", False),
        ("nasa ONEAR/4 (football OR truce)", True),
        ("entity:Rafah NEAR/2 truce", True),
        ("entity:Rafah NEAR/1 truce", False),
        ("title:truce", True),
        ("title:rafah", False),
        ("title:(truce NOT rafah)", True),
        ("body:(truce NEAR/1 talks)", False),
        ("title:entity:Rafah", False),
        ("entity:Gaza", False),
        ("ATLEAST/5 talks", True),
        ("ATLEAST/6 talks", False),
        ("body:ATLEAST/4 talks", True),
        ("title:ATLEAST/2 talks", False),
        ('ATLEAST/5 (talks OR "talks resume" OR talk*)', True),
        ('ATLEAST/6 (talks OR "talks resume" OR talk*)', False),
        ("truce lang:en", True),
        ("truce lang:eng", False),
        ("truce lang:en-gb", True),
        ("truce lang:en-us", False),
        ('truce source:"example world"', True),
        ("truce source:example", False),
        ("truce tag:World", True),
        ("truce tag:sport", False),
        ('term:"Truce talks"', True),
        ("term:Football", False),
    ],
)
def test_meaning(query: str, holds: bool) -> None:  # noqa: FBT001 - a column of the table
    """A query holds, or does not, as its author would say on reading the article."""
    assert ARTICLE.holds(parse_query(query)) is holds
