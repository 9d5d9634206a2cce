"""Errors in queries: each names its column and what was expected there."""

from __future__ import annotations

import pytest

from monitor.domain.errors import QueryError
from workers.query.parser import parse_query

STRUCTURE = [
    ("", 1, "the query is empty"),
    (" \n ", 1, "the query is empty"),
    ("(a OR b", 1, "this parenthesis is not closed: expected )"),
    ("a (b (c)", 3, "this parenthesis is not closed: expected )"),
    ("a (", 3, "this parenthesis is not closed: expected )"),
    ("a)", 2, "this closing parenthesis has no opening one"),
    ("a ()", 3, "expected a word or a phrase between the parentheses"),
    ("a AND", 6, 'expected a word, a phrase or "(" after AND, but the query ends'),
    ("a OR  ", 5, 'expected a word, a phrase or "(" after OR, but the query ends'),
    ("(a OR", 6, 'expected a word, a phrase or "(" after OR, but the query ends'),
    ("(a OR)", 6, 'expected a word, a phrase or "(" after OR, but found )'),
    ("a OR OR b", 6, 'expected a word, a phrase or "(" after OR, but found OR'),
    ("a AND OR b", 7, 'expected a word, a phrase or "(" after AND, but found OR'),
    ("OR a", 1, "expected a word or a phrase first, but found OR"),
    ("(AND a)", 2, "expected a word or a phrase first, but found AND"),
    ("NEAR/5 a", 1, "expected a word or a phrase first, but found NEAR/5"),
    ("a NOT", 6, 'expected a word, a phrase or "(" after NOT, but the query ends'),
    ("a NOT NOT b", 7, "NOT twice in a row says nothing"),
    ("a - b", 3, "expected the word to leave out directly after -"),
    ("a -", 3, "expected the word to leave out directly after -"),
    ("title:", 7, 'expected a word, a phrase or "(" after "title:", but the query ends'),
    ("title:-a", 7, 'expected a word or a phrase after "title:": NOT stands before it'),
    ("ATLEAST/2", 10, 'expected a word, a phrase or "(" after ATLEAST/2, but the query ends'),
]

QUOTES = [
    ('a "b c', 3, 'the quotation mark " is not closed: expected "'),
    ('a ="b c', 4, 'the quotation mark " is not closed: expected "'),
    ("a «b c", 3, "the quotation mark « is not closed: expected »"),
    ('"a b" c"', 8, 'the quotation mark " is not closed'),
    ("停火」", 3, "a closing 」 without its opening mark"),
    ("'cease fire' talks", 1, 'expected double quotes " around a phrase'),
    ("a ‘cease fire’", 3, 'expected double quotes " around a phrase'),
    ('a ""', 3, "expected a word between the quotation marks"),
    ('a "&"', 3, "expected a word between the quotation marks"),
]

NUMBERS = [
    ("a NEAR b", 3, "NEAR needs a number: expected for example NEAR/10"),
    ("a NEAR/ b", 3, "NEAR needs a number"),
    ("a NEAR/x b", 3, "NEAR needs a number"),
    ("a ONEAR/-1 b", 3, "ONEAR needs a number: expected for example ONEAR/10"),
    ("ATLEAST a", 1, "ATLEAST needs a number: expected for example ATLEAST/3"),
    ("a NEAR/0 b", 8, "expected a number from 1 to 1000 after NEAR/"),
    ("a NEAR/1001 b", 8, "expected a number from 1 to 1000 after NEAR/"),
    ("ATLEAST/0 b", 9, "expected a number from 1 to 1000 after ATLEAST/"),
    ("a near/5 b", 3, "operators are written in capitals: expected NEAR/5"),
]

COMBINATIONS = [
    ("a NEAR/5 (b c)", 11, "Instead of AND inside it, write a NEAR/5 b AND a NEAR/5 c"),
    ("a ONEAR/5 (b OR (c d))", 18, "ONEAR takes words, phrases, entities, and these joined by OR. Instead of AND inside it"),
    ("a NEAR/5 -b", 10, "expected a word or a phrase after NEAR/5: NOT stands before it"),
    ("a NEAR/5 (NOT b)", 11, "Write NOT outside it, as in a NEAR/5 b NOT c"),
    ("title:a NEAR/5 b", 1, "Put the field around the whole: title:(a NEAR/5 b)"),
    ("a NEAR/5 (b OR c NEAR/2 d)", 16, "Write NEAR outside it"),
    ("a NEAR/5 ATLEAST/2 b", 10, "Write ATLEAST outside it"),
    ("a NEAR/5 source:b", 10, "Join the other with AND"),
    ("a NEAR/5 term:b", 10, "Join the other with AND"),
    ("ATLEAST/3 (a b)", 12, "write ATLEAST/3 b AND ATLEAST/3 c"),
    ("ATLEAST/3 ATLEAST/2 a", 11, "ATLEAST takes words"),
    ("title:(a body:b)", 10, "body: stands inside title: already"),
    ("title:(a term:b)", 10, "term: asks about the whole article: expected it outside title:"),
]

NAMES = [
    ("a titel:b", 3, "there is no field titel: - did you mean title: ?"),
    ("Bdoy:(b)", 1, "there is no field Bdoy: - did you mean body: ?"),
    (
        "link:example.org",
        1,
        "there is no field link: since the links in an article's text are not kept; url: looks at the article's own address",
    ),
    ("language:en", 1, "there is no field language: - did you mean lang: ?"),
    ("headline:x", 1, "there is no field headline: - did you mean title: ?"),
    (
        "writer:x",
        1,
        "there is no field writer: - expected one of title:, body:, source:, lang:, tag:, site:, url:, author:, entity:, term:",
    ),
    ("a term:", 8, 'expected a name after term: such as term:"Truce talks"'),
    ("source: OR a", 9, "expected a name after source:"),
    ('entity:"" a', 8, "expected a name after entity: such as entity:Rafah"),
    ("term:(a OR b)", 6, "expected a name after term:"),
    ("source:bbc*", 11, "source: takes a whole name, without *"),
    ("lang:english", 6, "expected the code of a language after lang: such as lang:en"),
    ("lang:(en OR english)", 13, "expected the code of a language"),
    ("lang:(en fr)", 10, "expected OR or ) between the values of lang:"),
    ("tag:(a AND b)", 8, "expected OR or ) between the values of tag:"),
    ("a tag:(b", 7, "the parenthesis after tag: is not closed: expected )"),
]

WORDS = [
    ("a bc*", 3, "bc* is too short: expected at least 3 letters before the *"),
    ('"a bc*"', 4, "bc* is too short"),
    ("휴*", 1, "휴* is too short"),
    ("*fire", 1, "a * stands only at the end of a word: expected for example offens*"),
    ('"a cease*-fire"', 9, "a * stands only at the end of a word: expected for example cease*"),
    ("fire**", 5, "a * stands only at the end of a word"),
    ('"a *"', 4, "a * stands only at the end of a word"),
    ('="abc*"', 6, "a prefix has no exact case"),
    ("a & b", 3, "& is no operator here: write AND"),
    ("a || b", 3, "|| is no operator here: write OR"),
    ("a !b", 3, "! is no operator here: write NOT or -"),
    ("a, b", 2, "expected OR between alternatives, or a phrase in quotes, not a ,"),
    ("o?ganisation", 2, "o?ganisation begins with too few letters: expected at least 3 before the first ?"),
    ("anti-cea?e", 1, "a word with ? or * has only letters and digits beside them"),
    ("a NEAR/5 b NOTNEAR/3 c", 12, "NEAR beside NOTNEAR: expected parentheses around one"),
    ("roam~2", 5, "there is no ~ here: for nearby words write NEAR/10"),
    ('"a b"~10', 6, "there is no ~ here: for nearby words write NEAR/10"),
    ("a …", 3, "expected a word: … holds no letter or digit"),
]


@pytest.mark.parametrize(("query", "column", "message"), [*STRUCTURE, *QUOTES, *NUMBERS, *COMBINATIONS, *NAMES, *WORDS])
def test_error(query: str, column: int, message: str) -> None:
    """The column is where to look, and the message says what to write."""
    with pytest.raises(QueryError) as refused:
        parse_query(query)
    assert message in str(refused.value)
    assert refused.value.column == column
