"""A query printed in its normal form."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.errors import QueryError
from tests.unit.query.trees import trees
from workers.query.format import format_query
from workers.query.parser import parse_query
from workers.query.syntax import AttributeName, Node, Not, Phrase, Prefix, Word

ODD_WORDS = (
    *(
        "truce",
        "cease-fire",
        "U.S.",
        "O'Brien",
        "C++",
        "AT&T",
        "and",
        "AND",
        "OR",
        "NOT",
        "NEAR",
        "NEAR/5",
        "near/5",
        "title:x",
        "http://a.b/c?d=e",
    ),
    *(
        "-5",
        "+44",
        "(a)",
        "a)b",
        "=x",
        "10:30",
        "foo:bar",
        "Breaking:",
        "x,",
        "who?",
        "a?b",
        "#gaza",
        "@idf",
        "$5",
        "'tis",
        "!now",
        "roam~2",
    ),
    *("停火", "휴전", "هدنة", 'צה"ל', "युद्धविराम", "สงคราม", "Ÿ̈x", "naïve", ":x", "//x", "«x»", "🔥fire", "&&c", "[x", "ﬁre"),
)
NAMES = ("Rafah", "Rafah Crossing", "AND", "a:b", "a (b)", "-x", "x*", "O'Brien", 'צה"ל')
ATTRIBUTES = (
    (AttributeName.LANG, "en"),
    (AttributeName.SOURCE, "Example World"),
    (AttributeName.TAG, "C++"),
    (AttributeName.TAG, "OR"),
)
TEXTS = st.sampled_from(ODD_WORDS) | st.text(st.characters(categories=["L", "Nd", "Mn"]), min_size=1, max_size=6).filter(
    lambda text: any(map(str.isalnum, text))
)


@settings(max_examples=400, deadline=None)
@given(trees(TEXTS, entities=NAMES, terms=NAMES, attributes=ATTRIBUTES))
def test_a_printed_tree_reads_back_as_itself(tree: Node) -> None:
    """Whatever a query says, its normal form says the same, and is its own normal form."""
    printed = format_query(tree)
    read = parse_query(printed)
    assert read == tree
    assert format_query(read) == printed


PIECES = (*"ab cdé()\"“”«»-+=*:/~,'’!?&|.ן0#", " AND ", " OR ", "NOT ", "NEAR/2", "title:", "lang:", "abc*", "term:", "ATLEAST/2 ")


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_text_is_refused_or_has_a_stable_normal_form(text: str) -> None:
    """Whatever is typed, the answer is an error inside the query or a tree whose normal form reads the same."""
    column = 1
    try:
        tree = parse_query(text)
    except QueryError as error:
        column = error.column
    else:
        assert parse_query(format_query(tree)) == tree
    assert 1 <= column <= len(text) + 1


@pytest.mark.parametrize(
    ("query", "normal"),
    [
        ("a b", "a AND b"),
        ("a -b", "a AND NOT b"),
        ("a OR b c", "a OR (b AND c)"),
        ("(a OR (b OR c))", "a OR b OR c"),
        ("((a)) (b (c d))", "a AND b AND c AND d"),
        ("-(a NEAR/5 b) c", "NOT (a NEAR/5 b) AND c"),
        ("a NEAR/05 (b OR c) ONEAR/1 «d e»", 'a NEAR/5 (b OR c) ONEAR/1 "d e"'),
        ("“truce talks*”", '"truce talks*"'),
        ('"truce"', "truce"),
        ("=NASA", '="NASA"'),
        ('="New  York"', '="New York"'),
        ("lang:(EN OR pt_BR) a", "(lang:en OR lang:pt-br) AND a"),
        ("source: “Example  World” a", 'source:"Example World" AND a'),
        ("title: a", "title:a"),
        ("title:(a b)", "title:(a AND b)"),
        ("title:ATLEAST/2 a", "title:(ATLEAST/2 a)"),
        ("title:entity:Rafah", "title:entity:Rafah"),
        ('"AND" "-x" "Marks & Spencer"', '"AND" AND "-x" AND "Marks Spencer"'),
        ("NOT (NOT a)", "NOT (NOT a)"),
    ],
)
def test_normal_form(query: str, normal: str) -> None:
    """Two ways to write the same query are printed as one."""
    assert format_query(parse_query(query)) == normal


def test_a_word_that_would_be_read_as_something_else_is_quoted() -> None:
    """A printed word is never taken for an operator, a field or an exclusion."""
    assert format_query(Word(text="OR")) == '"OR"'
    assert format_query(Not(child=Prefix(text="-abc"))) == 'NOT "-abc*"'
    assert format_query(Phrase(words=(Word(text="New", exact_case=True), Word(text="York", exact_case=True)))) == '="New York"'
