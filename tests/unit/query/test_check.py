"""Queries that would have to be evaluated on every article are refused, and references must lead somewhere."""

from __future__ import annotations

import pytest

from monitor.domain.errors import QueryError
from workers.query.parser import parse_query
from workers.query.references import resolve_references
from workers.query.syntax import Node
from workers.query.triggerable import require_trigger


@pytest.mark.parametrize(
    "query",
    [
        *("a", "abc*", '"a b"', "a NEAR/3 b", "ATLEAST/2 a", "entity:Rafah", 'term:"Truce talks"', "title:a", '="NASA"'),
        *(
            "a NOT b",
            "NOT b a",
            "lang:en a",
            "a (b OR lang:en)",
            "a (NOT b OR NOT c)",
            "(a NOT b) OR (lang:en c)",
            "title:(a NOT b)",
            "NOT (a OR b) c",
        ),
    ],
)
def test_a_query_with_a_word_that_must_occur_is_accepted(query: str) -> None:
    """A word in every alternative is enough, whatever else is asked."""
    require_trigger(parse_query(query))


@pytest.mark.parametrize(
    ("query", "column", "named"),
    [
        ("NOT a", 1, "NOT a alone"),
        ("-a -b", 1, "NOT a in this place"),
        ("lang:en", 1, "lang:en alone"),
        ("lang:en source:bbc", 1, "lang:en in this place"),
        ("lang:en -football", 1, "lang:en in this place"),
        ("NOT a OR b", 1, "NOT a in this place"),
        ("b OR NOT a", 6, "NOT a in this place"),
        ("b OR c OR tag:world", 11, "tag:world in this place"),
        ("lang:(en OR fr)", 7, "lang:en in this place"),
        ("title:(NOT a)", 8, "NOT a in this place"),
        ("(a OR -b) (c OR -d)", 7, "NOT b in this place"),
        ("NOT (NOT a)", 1, "NOT (NOT a) alone"),
    ],
)
def test_a_query_that_could_hold_without_any_of_its_words_is_refused(query: str, column: int, named: str) -> None:
    """The refusal points at the part that lets every article through, and says what to add."""
    with pytest.raises(QueryError, match="expected a word that must occur") as refused:
        require_trigger(parse_query(query))
    assert refused.value.column == column
    assert str(refused.value).startswith(named)


def trees(**queries: str) -> dict[str, Node]:
    """Queries by the name of their term."""
    return {name: parse_query(query) for name, query in queries.items()}


def test_queries_come_after_those_they_refer_to() -> None:
    """Another term's result is known before it is asked for."""
    queries = trees(a="x term:b term:c", b="term:c y", c="z", d="term:keyword term:a")
    resolution = resolve_references(queries, terms=[*queries, "keyword"], entities=[])
    assert resolution.faults == ()
    assert sorted(resolution.order) == ["a", "b", "c", "d"]
    place = {name: index for index, name in enumerate(resolution.order)}
    assert place["c"] < place["b"] < place["a"] < place["d"]


@pytest.mark.parametrize(
    ("queries", "faults"),
    [
        ({"A": "x term:A"}, [("A", 3, "terms refer to each other in a circle: A → A")]),
        ({"A": "term:B", "B": "y OR term:A"}, [("B", 6, "terms refer to each other in a circle: A → B → A")]),
        (
            {"A": "term:B", "B": "term:C", "C": "term:B OR term:C"},
            [
                ("C", 1, "terms refer to each other in a circle: B → C → B"),
                ("C", 11, "terms refer to each other in a circle: C → C"),
            ],
        ),
        ({"A": 'x term:"Truce talk"'}, [("A", 3, "there is no term 'Truce talk' - did you mean 'Truce talks'?")]),
        ({"A": 'term:"truce TALKS"'}, [("A", 1, "there is no term 'truce TALKS' - did you mean 'Truce talks'?")]),
        ({"A": "term:zebra"}, [("A", 1, "there is no term 'zebra' on the watch list")]),
        ({"A": "entity:Raffah"}, [("A", 1, "there is no entity 'Raffah' - did you mean 'Rafah'?")]),
        ({"A": "entity:zebra"}, [("A", 1, "there is no entity 'zebra' on the watch list")]),
        (
            {"A": 'b NOT entity:"Truce talks"'},
            [("A", 7, "'Truce talks' is a term, but no entity: expected term:\"Truce talks\", or a type: for that term")],
        ),
        ({"A": "entity:Rafah term:Rafah"}, []),
    ],
)
def test_references(queries: dict[str, str], faults: list[tuple[str, int, str]]) -> None:
    """Each reference that leads nowhere or in a circle is named with its term and column, and the near miss with it."""
    resolution = resolve_references(trees(**queries), terms=[*queries, "Truce talks", "Rafah"], entities=["Rafah"])
    assert [(fault.term, fault.column, fault.message) for fault in resolution.faults] == faults


def test_a_circle_through_many_terms_is_named_in_short() -> None:
    """An error stays readable, however many terms are part of it."""
    queries = trees(**{f"t{n}": f"term:t{n + 1}" for n in range(20_000)}, t20000="term:t0")
    circle, *_ = resolve_references(queries, terms=queries, entities=[]).faults
    assert circle.term == "t20000"
    assert circle.message.endswith("t0 → t1 → t2 → t3 → t4 → t5 → … → t19997 → t19998 → t19999 → t20000 → t0")


def test_references_may_go_as_deep_as_evaluation_can() -> None:
    """A chain of terms that is too long is refused once, at the first reference that goes too deep."""
    queries = trees(**{f"t{n}": f"x term:t{n + 1}" for n in range(20_000)}, t20000="end")
    resolution = resolve_references(queries, terms=queries, entities=[])
    assert resolution.order[:2] == ("t20000", "t19999")
    (fault,) = resolution.faults
    assert (fault.term, fault.column) == ("t19940", 3)
    assert fault.message.startswith("terms refer to each other too deeply: expected at most 120 levels")
    within = {name: tree for name, tree in queries.items() if int(name[1:]) > 19_940}
    assert resolve_references(within, terms=within, entities=[]).faults == ()
