"""Lists of other tools, and what changes its meaning on the way."""

from __future__ import annotations

import pytest

from workers.importing.expressions import read_expressions, translate_query
from workers.importing.name_lists import read_names
from workers.importing.word_groups import read_word_groups
from workers.query.parser import parse_query


@pytest.mark.parametrize(
    ("theirs", "ours", "change"),
    [
        ('"apple pie"~4 AND tart', "(apple NEAR/5 pie) AND tart", "became NEAR/5"),
        ("+apple -tart", "apple NOT tart", None),
        ("apple && (tart || !plum)", "apple AND (tart OR NOT plum)", None),
        ("apple near/5 pie and {NATO}", 'apple NEAR/5 pie AND ="NATO"', None),
        ("apple AROUND(4) pie -tart", "apple NEAR/4 pie NOT tart", None),
        ("intitle:apple OR ingress:(pie AND tart)", "title:apple OR body:(pie AND tart)", "not its beginning alone"),
        ("apple^3 pie", "apple pie", "weight"),
        ("appel~ pie", "appel pie", "no search for similar words"),
        ("colour:red apple", "red apple", "searched everywhere"),
    ],
)
def test_an_expression_becomes_a_query(theirs: str, ours: str, change: str | None) -> None:
    """Operators, fields and marks are translated, and what has no counterpart is reported."""
    found = translate_query(theirs)
    assert (found.query, found.error) == (ours, None)
    parse_query(found.query)
    assert bool(found.changes) == (change is not None)
    assert change is None or change in found.changes[0]


def test_words_side_by_side() -> None:
    """Lucene means OR by them, the others AND."""
    assert translate_query("apple pie", beside_is_or=True).query == "apple OR pie"
    assert translate_query('(a1 OR b1) "c d"', beside_is_or=True).query == '(a1 OR b1) OR "c d"'
    assert translate_query("+apple -pie", beside_is_or=True).query == "apple NOT pie"
    assert translate_query("apple pie").query == "apple pie"


def test_a_file_of_expressions() -> None:
    """Each line is a term, one without a meaning is left out with its line."""
    result = read_expressions("# mine\nFruit\tapple OR plum\n\ndate:[1 TO 2]\npear AND plum\n")
    assert [(term.keys["name"], term.keys["query"]) for term in result.terms] == [
        ("Fruit", "apple OR plum"),
        ("pear AND plum", "pear AND plum"),
    ]
    (left,) = result.left_out
    assert left.startswith("line 4: ")


def test_groups_of_words() -> None:
    """Required and excluded words make a query, alternatives a keyword, patterns of words their words; limits are reported."""
    text = "[GLOBAL_FILTER]\nadvert\n\n[WORD_GROUPS]\nport\nrail way\n+strike\n!drill\n@5\n\n[Weather]\n/storm|flood/ => Storms\n\n/h[a-z]+cane/ => Wind\n"
    result = read_word_groups(text)
    assert [dict(term.keys) for term in result.terms] == [
        {"name": "port rail way", "query": '(port OR "rail way") AND strike NOT drill NOT advert'},
        {"name": "Weather", "query": "(storm OR flood) NOT advert"},
        {"name": "Wind", "regex": "(?i)h[a-z]+cane"},
    ]
    assert any("limit of 5" in change for change in result.terms[0].changes)
    assert any("inside longer words" in note for note in result.notes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'id,schema,name,aliases\n1,Person,"ABBAS, Abu","Muhammad Zaidan;Abu al-Abbas"\n2,Company,ACME Ltd,\n3,Address,Street 1,\n',
            [("Abu Abbas", "person", ("Muhammad Zaidan", "Abu al-Abbas")), ("ACME Ltd", "organisation", ())],
        ),
        (
            """306,BANCO NACIONAL,-0- ,X,-0-,-0-,-0-,-0-,-0-,-0-,-0-,a.k.a. 'BNC'.\n424,"DOE, John Q.",individual,X,-0-,-0-,-0-,-0-,-0-,-0-,-0-,-0-\n""",
            [("BANCO NACIONAL", "organisation", ("BNC",)), ("John Q. Doe", "person", ())],
        ),
        (
            "FIRST_NAME,SECOND_NAME,THIRD_NAME,ALIAS_NAME\nJane,Ann,Roe,J. Roe;na\n",
            [("Jane Ann Roe", "person", ("J. Roe",))],
        ),
        ("name\nAcme\nAcme\n", [("Acme", "other", ())]),
    ],
)
def test_tables_of_names(text: str, expected: list[tuple[str, str, tuple[str, ...]]]) -> None:
    """The columns of the known lists are found, names stand in the order of running text, nothing is there twice."""
    result = read_names(text)
    assert [(term.keys["name"], term.keys["type"], term.keys["aliases"]) for term in result.terms] == expected


def test_a_table_without_names() -> None:
    """It is said which columns would do."""
    (left,) = read_names("id,colour\n1,red\n").left_out
    assert "expected one of name" in left
