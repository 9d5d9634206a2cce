"""Queries read into trees."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from monitor.domain.errors import QueryError
from monitor.domain.match import Field
from tests.growth import assert_grows_linearly
from workers.query.parser import MAX_DEPTH, MAX_PARENTHESES, parse_query
from workers.query.syntax import (
    And,
    AtLeast,
    Attribute,
    AttributeName,
    EntityRef,
    Gap,
    InField,
    Near,
    NearOperand,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    TermRef,
    Wildcard,
    Word,
    walk_nodes,
)


def word(text: str) -> Word:
    """A plain word."""
    return Word(text=text)


def phrase(text: str) -> Phrase:
    """Return a phrase of plain words, and of prefixes for those with an asterisk."""
    return Phrase(words=tuple(Prefix(text=part[:-1]) if part.endswith("*") else word(part) for part in text.split()))


def near(left: NearOperand, words: int, right: NearOperand, *, ordered: bool = False) -> Near:
    """Two operands near each other."""
    return Near(operands=(left, right), gaps=(Gap(words=words, ordered=ordered),))


A, B, C, D = map(word, "abcd")
RAFAH = near(word("Rafah"), 10, Or(children=(word("offensive"), word("invasion"), phrase("ground operation"))))

OPERATORS: list[tuple[str, Node]] = [
    ("a", A),
    ("  a\n\t", A),
    ("\ufeffa\u3000b", And(children=(A, B))),
    ("a b c", And(children=(A, B, C))),
    ("a AND b AND c", And(children=(A, B, C))),
    ("a AND b c", And(children=(A, B, C))),
    ("a OR b OR c", Or(children=(A, B, C))),
    ("a OR b c OR d", Or(children=(A, And(children=(B, C)), D))),
    ("a (b OR c) d", And(children=(A, Or(children=(B, C)), D))),
    ("(a b) (c d)", And(children=(A, B, C, D))),
    ("((((a))))", A),
    ("（a OR b）c", And(children=(Or(children=(A, B)), C))),
    ("(a)(b)", And(children=(A, B))),
    ("(a)OR(b)", Or(children=(A, B))),
    ("NOT a b", And(children=(Not(child=A), B))),
    ("a NOT b c", And(children=(A, Not(child=B), C))),
    ("a AND NOT b", And(children=(A, Not(child=B)))),
    ("a NOT (b OR c)", And(children=(A, Not(child=Or(children=(B, C)))))),
    ("a -b -(c d)", And(children=(A, Not(child=B), Not(child=And(children=(C, D)))))),
    ("a −b –c", And(children=(A, Not(child=B), Not(child=C)))),
    ('a -"b c"', And(children=(A, Not(child=phrase("b c"))))),
    ("a OR -b", Or(children=(A, Not(child=B)))),
    ('"organi?ation b"', near(Wildcard(text="organi?ation"), 1, B, ordered=True)),
    ("NOT (NOT a)", Not(child=Not(child=A))),
    ("a and b or not c", And(children=(A, word("and"), B, word("or"), word("not"), C))),
    ("'Abbas OR farmers'", Or(children=(word("'Abbas"), word("farmers'")))),
    ("ANDY ORAL NOTE", And(children=(word("ANDY"), word("ORAL"), word("NOTE")))),
]

PROXIMITY: list[tuple[str, Node]] = [
    ("a NEAR/5 b", near(A, 5, B)),
    ("a ONEAR/05 b", near(A, 5, B, ordered=True)),
    ("a NEAR/1000 b", near(A, 1000, B)),
    ("a NEAR/5 b c", And(children=(near(A, 5, B), C))),
    ("a b NEAR/5 c", And(children=(A, near(B, 5, C)))),
    ("a OR b NEAR/5 c", Or(children=(A, near(B, 5, C)))),
    ("NOT a NEAR/5 b", Not(child=near(A, 5, B))),
    ("-a NEAR/5 b", Not(child=near(A, 5, B))),
    ('"a b" NEAR/5 abc*', near(phrase("a b"), 5, Prefix(text="abc"))),
    ("(a OR b) NEAR/5 (c OR d)", near(Or(children=(A, B)), 5, Or(children=(C, D)))),
    ("entity:Rafah NEAR/5 b", near(EntityRef(name="Rafah"), 5, B)),
    ("a NEAR/5 b ONEAR/2 c", Near(operands=(A, B, C), gaps=(Gap(words=5), Gap(words=2, ordered=True)))),
    ("(a NEAR/5 b) NEAR/2 (c NEAR/3 d)", Near(operands=(A, B, C, D), gaps=(Gap(words=5), Gap(words=2), Gap(words=3)))),
    ("ATLEAST/3 a b", And(children=(AtLeast(count=3, child=A), B))),
    ("ATLEAST/3(a OR abc*)", AtLeast(count=3, child=Or(children=(A, Prefix(text="abc"))))),
    ('NOT ATLEAST/3 "a b"', Not(child=AtLeast(count=3, child=phrase("a b")))),
    ("Rafah NEAR/10 (offensive OR invasion OR “ground operation”)", RAFAH),
    (
        'Rafah NEAR/10 (offensive OR invasion OR "ground operation") NOT title:football',
        And(children=(RAFAH, Not(child=InField(name=Field.TITLE, child=word("football"))))),
    ),
]

FIELDS: list[tuple[str, Node]] = [
    ("title:a", InField(name=Field.TITLE, child=A)),
    ("title:a b", And(children=(InField(name=Field.TITLE, child=A), B))),
    ("TITLE: a", InField(name=Field.TITLE, child=A)),
    ("body:(a OR b)", InField(name=Field.BODY, child=Or(children=(A, B)))),
    ('title:"a b"', InField(name=Field.TITLE, child=phrase("a b"))),
    ("title:(a NEAR/5 b)", InField(name=Field.TITLE, child=near(A, 5, B))),
    ("title:(a NOT b)", InField(name=Field.TITLE, child=And(children=(A, Not(child=B))))),
    ("title:ATLEAST/2 a", InField(name=Field.TITLE, child=AtLeast(count=2, child=A))),
    ("title:entity:Rafah", InField(name=Field.TITLE, child=EntityRef(name="Rafah"))),
    ("-title:a", Not(child=InField(name=Field.TITLE, child=A))),
    ("lang:en", Attribute(name=AttributeName.LANG, value="en")),
    ("lang:PT_br", Attribute(name=AttributeName.LANG, value="pt-br")),
    ("tag:middle-east", Attribute(name=AttributeName.TAG, value="middle-east")),
    ("tag:-x", Attribute(name=AttributeName.TAG, value="-x")),
    ("source:https://example.org/feed", Attribute(name=AttributeName.SOURCE, value="https://example.org/feed")),
    ('source:"Example  World" ', Attribute(name=AttributeName.SOURCE, value="Example World")),
    ("source:«Le “Monde”»", Attribute(name=AttributeName.SOURCE, value="Le Monde")),
    ("lang:(en OR fr)", Or(children=tuple(Attribute(name=AttributeName.LANG, value=value) for value in ("en", "fr")))),
    (
        'NOT tag:(a OR "b c")',
        Not(child=Or(children=tuple(Attribute(name=AttributeName.TAG, value=value) for value in ("a", "b c")))),
    ),
    ("entity:Rafah", EntityRef(name="Rafah")),
    ('entity:"Rafah Crossing"', EntityRef(name="Rafah Crossing")),
    ('term:"Truce talks"', TermRef(name="Truce talks")),
    ("a -term:b:c", And(children=(A, Not(child=TermRef(name="b:c"))))),
]

WORDS: list[tuple[str, Node]] = [
    ("abc*", Prefix(text="abc")),
    ("cease-fi*", Prefix(text="cease-fi")),
    ("停*", Prefix(text="停")),
    ("휴전*", Prefix(text="휴전")),
    ("هدن*", Prefix(text="هدن")),
    ('"cease fire*"', phrase("cease fire*")),
    ('"cease* fire"', phrase("cease* fire")),
    ('"abc*"', Prefix(text="abc")),
    ('"a"', A),
    ("“a b” „a b“ «a b» »a b« 「a b」 ＂a b＂", And(children=(phrase("a b"),) * 6)),
    ('“a b"', phrase("a b")),
    ('"the «Wagner» group"', phrase("the «Wagner» group")),
    ('"Marks & Spencer"', phrase("Marks Spencer")),
    ('a"b c"d', And(children=(A, phrase("b c"), D))),
    ('="NASA"', Word(text="NASA", exact_case=True)),
    ("=NASA", Word(text="NASA", exact_case=True)),
    ('="Black Cat"', Phrase(words=(Word(text="Black", exact_case=True), Word(text="Cat", exact_case=True)))),
    ('"a AND -b (c) title:d"', phrase("a AND -b (c) title:d")),
    ('"OR"', word("OR")),
    ('דובר צה"ל', And(children=(word("דובר"), word('צה"ל')))),
    ('"דובר צה"ל"', phrase('דובר צה"ל')),
]

SINGLE_WORDS = (
    *(
        "cease-fire",
        "U.S.",
        "O'Brien",
        "l’accord",
        "C++",
        "AT&T",
        "and/or",
        "10:30",
        "1,000",
        "$5",
        "#CeasefireNow",
        "@IDF",
        "+44",
        "Yahoo!",
        "Why?",
    ),
    *(
        "https://example.org/a?b=c",
        "std::string",
        "Breaking:",
        "Ελλάδα",
        "перемирие",
        "هدنة",
        "युद्धविराम",
        "停火",
        "สงคราม",
        "휴전",
        "🔥x",
        "near",
        "near/far",
    ),
    *("e=mc2", "'Abbas", "naïve", "1+1", "x-", "A.B.C"),
)


@pytest.mark.parametrize(("query", "tree"), [*OPERATORS, *PROXIMITY, *FIELDS, *WORDS])
def test_tree(query: str, tree: Node) -> None:
    """A query means what the page on the query language says."""
    assert parse_query(query) == tree


@pytest.mark.parametrize("text", SINGLE_WORDS)
def test_a_word_may_hold_any_sign(text: str) -> None:
    """Names, numbers, addresses and words of any script need no quotes."""
    assert parse_query(text) == word(text)
    assert parse_query(f'({text}) -{text} "x {text} y"') == And(children=(word(text), Not(child=word(text)), phrase(f"x {text} y")))


def test_spans() -> None:
    """Each part of a tree knows its place in the query, so that an explanation can quote it."""
    query = 'Rafah NEAR/9 (war OR "big  gun*") -title:x lang:(en OR fr) ATLEAST/2 (y) entity:"A B"'
    quoted = [query[slice(*node.span)] for node in walk_nodes(parse_query(query))]
    assert quoted == [
        query,
        'Rafah NEAR/9 (war OR "big  gun*"',
        "Rafah",
        'war OR "big  gun*"',
        "war",
        '"big  gun*"',
        "-title:x",
        "title:x",
        "x",
        "en OR fr",
        "en",
        "fr",
        "ATLEAST/2 (y)",
        "y",
        'entity:"A B"',
    ]
    (spans,) = [
        [query[slice(*part.span)] for part in node.words] for node in walk_nodes(parse_query(query)) if isinstance(node, Phrase)
    ]
    assert spans == ["big", "gun*"]


def test_parentheses_and_groups_nest_to_a_limit() -> None:
    """Needless parentheses cost nothing up to the limit; groups that alternate stop where recursion would become unsafe."""
    assert parse_query("(" * MAX_PARENTHESES + "a" + ")" * MAX_PARENTHESES) == A
    with pytest.raises(QueryError, match="at most 200 deep") as refused:
        parse_query("(" * (MAX_PARENTHESES + 1) + "a")
    assert refused.value.column == MAX_PARENTHESES + 1
    groups = MAX_DEPTH // 2 - 1
    assert list(walk_nodes(parse_query("a (b OR " * groups + "c d" + ")" * groups)))[-1] == D
    with pytest.raises(QueryError, match="groups at most 100 deep"):
        parse_query("a (b OR " * (groups + 1) + "c d" + ")" * (groups + 1))


@pytest.mark.parametrize(
    "hostile",
    [
        *(
            lambda times: "(" * times,
            lambda times: "(" * times + "a" + ")" * times,
            lambda times: "(a OR " * times,
            lambda times: '"' * (times + 1),
            lambda times: "-" * times,
            lambda times: "NOT " * times,
        ),
        *(
            lambda times: "a " * times,
            lambda times: "a NEAR/3 " * times + "a",
            lambda times: 'נ"' * times,
            lambda times: "a:" * times,
            lambda times: "'a " * times,
            lambda times: "*" * times,
            lambda times: "é\u0301" * times,
        ),
        *(
            lambda times: "NEAR/" + "9" * times,
            lambda times: "title:" * times,
            lambda times: "x:" + "y" * times,
            lambda times: "(a OR " * 199 + "a" + " b" * times + ")" * 199,
            lambda times: "lang:(en OR " * times,
        ),
    ],
    ids=lambda hostile: hostile(2)[:12],
)
def test_a_hostile_query_takes_linear_time(hostile: Callable[[int], str]) -> None:
    """No query, however built, crashes the parser or keeps it busy; an error about it stays short."""
    assert len(complaint(hostile(50_000))) < 300
    assert_grows_linearly(complaint, hostile, 3_000)


def complaint(query: str) -> str:
    """What the parser has to say against a query."""
    try:
        parse_query(query)
    except QueryError as error:
        return str(error)
    return ""


def test_a_long_query_takes_linear_time() -> None:
    """Thousands of characters and hundreds of operators, as real watch lists have them."""

    def long(clauses: int) -> str:
        return " OR ".join(f'(word{n} NEAR/5 "some phrase{n}")' for n in range(clauses))

    assert_grows_linearly(parse_query, long, 500)
