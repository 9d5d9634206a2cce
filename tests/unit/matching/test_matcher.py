"""The watch list as a whole: order, scope, references, faults, explanations, hostile text."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from monitor.domain.errors import ConfigError
from monitor.domain.match import Document, Field
from monitor.domain.watch import EntityType, Term
from tests.growth import assert_grows_linearly
from tests.unit.matching.making import document, entity, hits, keyword, near, only, query
from workers.matching.matcher import Matcher
from workers.matching.watchlist_check import watchlist_faults


def test_terms_come_in_the_order_of_the_watch_list() -> None:
    """What fires is listed as the watch list lists it, and each match in the order of the text, the title first."""
    terms = [keyword("zebra"), query("q", "truce AND zebra"), entity("Rafah"), keyword("truce", "zebra", name="both")]
    fired = Matcher.build(terms).match(document("a zebra, a truce in Rafah", title="Zebra"))
    assert [found.term.name for found in fired] == ["zebra", "q", "Rafah", "both"]
    assert [(m.field, m.start) for m in fired[3].matches] == [(Field.TITLE, 0), (Field.BODY, 2), (Field.BODY, 11)]


def test_several_phrases_and_the_longest_of_them() -> None:
    """A phrase that occurs inside a longer one of its term is not reported."""
    assert hits([keyword("truce", "truce talks", "talks")], document("truce talks, talks")) == {"truce": ["truce talks", "talks"]}


@pytest.mark.parametrize(
    ("scope", "fires"),
    [
        ({"sources": ("Example World",)}, True),
        ({"sources": ("Other",)}, False),
        ({"tags": ("world", "x")}, True),
        ({"tags": ("sport",)}, False),
        ({"languages": ("en",)}, True),
        ({"languages": ("fr", "he")}, False),
        ({"sources": ("Example World",), "languages": ("fr",)}, False),
    ],
)
def test_scope(scope: dict[str, tuple[str, ...]], fires: bool) -> None:  # noqa: FBT001 - a column of a table
    """A term looks only at the articles it is meant for."""
    doc = document("a truce", language="en-GB", source="Example World", tags=("world",))
    assert bool(hits([keyword("truce", scope=only(**scope))], doc)) is fires


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Rafah NEAR/4 offensive", ["Rafah", "offensive"]),
        ("offensive ONEAR/4 Rafah", None),
        ("Rafah ONEAR/4 offensive", ["Rafah", "offensive"]),
        ("Rafah NEAR/3 offensive", None),
        ("Rafah NOT football", ["Rafah"]),
        ("Rafah -offensive", None),
        ("title:Gaza Rafah", ["Gaza", "Rafah"]),
        ("body:Gaza", None),
        ("offens*", ["offensive"]),
        ('="NASA"', ["NASA"]),
        ('="Nasa"', None),
        ("ATLEAST/2 nasa", ["NASA", "nasa"]),
        ("ATLEAST/3 nasa", None),
        ("source:Wire nasa", ["NASA", "nasa"]),
        ("lang:en nasa", ["NASA", "nasa"]),
        ("tag:gaza nasa", ["NASA", "nasa"]),
        ("tag:sport nasa", None),
        ("entity:Hamas", ["Hamas"]),
        ('term:"Truce talks" AND Rafah', ["Rafah", "cease-fire"]),
        ("ceasefire", ["cease-fire"]),
        ('"cease fire"', ["cease-fire"]),
        ("cease-fire NEAR/9 hamas", ["cease-fire", "Hamas"]),
        ("hostage OR nothing", ["hostages"]),
        ("Gaza NEAR/2 Rafah", None),
        ('"air strike*"', ["airstrikes"]),
    ],
)
def test_queries(text: str, found: list[str] | None) -> None:
    """What a query finds in one article: the occurrences of the parts that held."""
    doc = document(
        "Rafah saw a new offensive. NASA, nasa. A cease-fire? Hamas and hostages; airstrikes",
        title="Gaza",
        source="Wire",
        language="en-US",
        tags=("gaza",),
    )
    terms = [query("q", text), entity("Hamas"), keyword("ceasefire", "truce", name="Truce talks")]
    assert hits(terms, doc).get("q") == found


def test_options_hold_for_the_words_of_a_query() -> None:
    """`exact` and `stem` on a query are those of its words."""
    doc = document("cease-fire negotiating", language="en")
    assert hits([query("q", "ceasefire", exact=True)], doc) == {}
    assert hits([query("q", "negotiation", stem=True)], doc) == {"q": ["negotiating"]}


def test_context_holds_for_keywords_and_queries() -> None:
    """A context is not for entities alone."""
    doc = document("the strike of the union " + "word " * 40 + "an air strike")
    context = near(forbid=("union",), within=10)
    assert hits([keyword("strike", context=context)], doc) == {"strike": ["strike"]}
    assert hits([query("q", "strike", context=context)], doc) == {"q": ["strike"]}


def test_every_fault_at_once() -> None:
    """All that is wrong with a watch list is said in one go, each at its place."""
    terms: list[Term] = [
        query("a", "term:b x", where="w.yaml:3:4"),
        query("b", "term:a y", where="w.yaml:4:4"),
        query("bad", "(x", where="w.yaml:5:4"),
        query("lone", "NOT x", where="w.yaml:6:4"),
        query("lost", "term:lonely", where="C:\\w.yaml:7:4"),
        query("word", "entity:kw", where="w.yaml:8:4"),
        keyword("👍"),
        keyword("kw"),
        entity("Rafah", context=near(forbid=("…",))),
    ]
    with pytest.raises(ConfigError) as caught:
        Matcher.build(terms)
    assert watchlist_faults(terms) == caught.value.faults
    said = {(fault.file, fault.line, fault.column): fault.message for fault in caught.value.faults}
    assert "in a circle: a → b → a" in said["w.yaml", 4, 4]
    assert "column 1" in said["w.yaml", 5, 4]
    assert "would fire on nearly every article" in said["w.yaml", 6, 4]
    assert "there is no term 'lonely' - did you mean 'lone'?" in said["C:\\w.yaml", 7, 4]
    assert "'kw' is a term, but no entity" in said["w.yaml", 8, 4]
    assert "no letter or digit" in said["watch.yaml", 1, 1]


def test_an_explanation_names_the_part_that_failed() -> None:
    """`match --term` shows for each part of a query whether it held, and where."""
    matcher = Matcher.build([query("q", "Rafah NEAR/2 (offensive OR raid) NOT title:football")])
    told = matcher.explain(document("Rafah saw yet another new offensive", title="Gaza"), "q")
    assert told["fired"] is False
    close, sport = told["because"]["parts"]
    assert (close["held"], sport["held"]) == (False, True)
    assert close["note"] == "all occur, but at the nearest 5 words apart, not 2"
    assert close["parts"][0]["matches"] == [{"field": "body", "start": 0, "end": 5, "text": "Rafah"}]
    assert json.loads(json.dumps(told)) == told


@pytest.mark.parametrize(
    ("term", "text", "note"),
    [
        (keyword("truce"), "war", "does not occur"),
        (entity("Rafah"), "rafah", "in small letters"),
        (entity("Rafah"), "Rafah Crossing", "only inside a longer name"),
        (entity("Rafah", context=near(forbid=("marathon",))), "Rafah marathon", "`marathon` stands 1 word away"),
    ],
)
def test_an_explanation_says_why_nothing_was_found(term: Term, text: str, note: str) -> None:
    """Keywords and entities explain why their occurrences do not count."""
    told = Matcher.build([term, entity("Rafah Crossing")]).explain(document(text), term.name)
    assert not told["fired"]
    assert note in told["because"]["note"]


def test_an_explanation_names_the_scope() -> None:
    """A term that excludes the article by its scope explains that."""
    told = Matcher.build([keyword("truce", scope=only(languages=("he",)))]).explain(document("truce", language="en"), "truce")
    assert told["refused"] == ["only languages he; this is en"]


def test_why_is_the_explanation_of_what_fired() -> None:
    """An alert's reason has the shape of an explanation."""
    matcher = Matcher.build([keyword("truce"), query("q", "truce talks")])
    doc = document("truce talks")
    for found in matcher.match(doc):
        assert found.why == matcher.explain(doc, found.term.name)


def test_a_context_full_of_words_takes_linear_time() -> None:
    """Neither many hits nor many forbidden words around them are compared pair by pair."""
    term = keyword("truce", context=near(require=("talks",), forbid=("marathon",), within=2))
    matcher = Matcher.build([term])
    assert matcher.match(document("truce and talks and more of it marathon talks"))

    def text_of(times: int) -> Document:
        return document("truce and talks and more of it " * times + "marathon talks " * times)

    assert_grows_linearly(matcher.match, text_of, 1_500)


@pytest.mark.parametrize("text", ["the US and ", "RAFAH TRUCE ", "Rafah Truce ", "Joe Biden and Biden "])
def test_a_long_line_full_of_names_takes_linear_time(text: str) -> None:
    """Whether a line is in capitals is not asked of all of it for each name."""
    names = [entity("US"), entity("Rafah"), entity("Joe Biden", kind=EntityType.PERSON)]
    matcher = Matcher.build(names)
    assert matcher.match(document(text * 20))
    assert_grows_linearly(matcher.match, lambda times: document(text * times), 1_500)


def test_no_terms_match_nothing() -> None:
    """An empty watch list is a watch list."""
    assert Matcher.build([]).match(document("truce")) == ()
    assert Matcher.build([]).mentions(document("Truce")) == ()


HOSTILE = {
    "one letter": "a" * 500_000,
    "one short word": "a " * 250_000,
    "spaces": " " * 500_000,
    "combining marks": "a" + "\u0301" * 500_000,
    "hyphens": "a-" * 250_000,
    "quotation marks": "'" * 500_000,
    "full stops": "x. " * 160_000,
    "one Chinese character": "停" * 160_000,
    "zero-width characters": "\u200b" * 500_000,
    "hashes": "#" * 500_000,
    "humps": "#" + "aB" * 70_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_takes_linear_time(text: str) -> None:
    """Megabytes of nonsense are over in seconds, and match nothing but what is there."""
    matcher = Matcher.build(
        [keyword("ceasefire"), entity("Rafah"), query("q", "truce NEAR/5 talks"), keyword("停火"), keyword("a b")]
    )
    assert matcher.match(Document(title=text[:1000], body=text)) == ()
    assert_grows_linearly(matcher.match, lambda length: Document(title="", body=text[:length]), len(text) // 4)


def test_naughty_strings_find_themselves_and_nothing_else(corpora: Path) -> None:
    """As an article such a string fires no term that it does not hold; as a term it is refused, or found in its own text."""
    strings = [s for s in json.loads((corpora / "adversarial" / "blns.json").read_text(encoding="utf-8")) if isinstance(s, str)]
    plain = Matcher.build([keyword("ceasefire"), entity("Rafah"), query("q", "truce NEAR/5 talks"), entity("US")])
    for string in strings:
        assert plain.match(document(string, title=string)) == ()
        try:
            own = Matcher.build([keyword(string)])
        except ConfigError:
            assert not any(unicodedata.category(char)[0] == "L" for char in string)
            continue
        assert own.match(document(f"x {string} y")), string


@pytest.mark.parametrize(
    ("text", "times"),
    [("truce ", 4_000), ("truce talks ", 1_500), ("Rafah truce. ", 2_500)],
    ids=["words", "pairs", "sentences"],
)
def test_a_text_full_of_hits_takes_linear_time(text: str, times: int) -> None:
    """Hundreds of thousands of letters that are all matches: no step looks at every pair."""
    terms = [
        keyword("truce"),
        query("q", "truce NEAR/5 talks"),
        entity("Rafah"),
        query("n", "ATLEAST/3 truce"),
        keyword("truce talks"),
    ]
    matcher = Matcher.build(terms)
    assert matcher.match(document(text))
    assert_grows_linearly(matcher.match, lambda repetitions: document(text * repetitions), times)
