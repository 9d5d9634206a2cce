"""What stands beside the article counts for no term."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.aside import Aside, AsideReason
from monitor.domain.match import Document
from monitor.domain.watch import EntityType, Term
from tests.unit.matching.making import document, entity, hits, keyword, near, query
from workers.analysis.dry_run import dry_run
from workers.matching.matcher import Matcher
from workers.matching.tokenized_document import TokenizedDocument


def with_asides(body: str, *texts: str, title: str = "", reason: AsideReason = AsideReason.RELATED) -> Document:
    """A document whose asides are these parts of its body."""
    found = document(body, title=title)
    asides = tuple(Aside(body.index(text), body.index(text) + len(text), reason) for text in texts)
    return replace(found, asides=asides)


BODY = "Ships wait off Gaza City.\n\nMost read\n\nEmbargo on wheat begins in Rafah\n\nJohn Smith resigns\n\nThe truce holds."
BOX = "Most read\n\nEmbargo on wheat begins in Rafah\n\nJohn Smith resigns"


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (keyword("embargo"), []),
        (keyword("wheat", "truce", name="t"), ["truce"]),
        (entity("Rafah", kind=EntityType.PLACE), []),
        (entity("John Smith", kind=EntityType.PERSON), []),
        (query("q", "embargo"), []),
        (query("q", "ships AND embargo"), []),
        (query("q", "truce AND NOT embargo"), ["truce"]),
        (query("q", "embargo NEAR/3 wheat"), []),
        (query("q", "ships OR wheat"), ["Ships"]),
        (query("q", "wheat*"), []),
        (query("q", "body:wheat"), []),
        (keyword("truce", context=near(require=("wheat",))), []),
        (keyword("truce", context=near(forbid=("wheat",))), ["truce"]),
    ],
    ids=str,
)
def test_nothing_in_an_aside_counts(term: Term, expected: list[str]) -> None:
    """Neither as an occurrence nor as a context, for any kind of term; what stands around it counts, at its own place."""
    assert hits([term], with_asides(BODY, BOX)).get(term.name, []) == expected
    assert hits([term], document(BODY)).get(term.name, []) != expected or term.query == "ships OR wheat"


def test_asides_in_other_scripts_and_the_title() -> None:
    """Offsets are those of the original in any script; a title has no asides."""
    body = "船在加沙等待。\n\n相关阅读\n\n停火协议达成\n\n谈判继续 — café 加沙。"
    found = with_asides(body, "相关阅读\n\n停火协议达成", title="停火")
    assert hits([keyword("停火"), keyword("加沙"), keyword("cafe")], found) == {
        "停火": ["停火"],
        "加沙": ["加沙", "加沙"],
        "cafe": ["café"],
    }


def test_a_name_is_not_mentioned_by_an_aside_and_no_surname_follows_from_one() -> None:
    """A lone surname counts only after the full name in the article's own text."""
    matcher = Matcher.build([entity("John Smith", kind=EntityType.PERSON)])
    found = with_asides("John Smith resigns\n\nA man named Smith was seen.", "John Smith resigns")
    assert matcher.match(found) == ()
    assert matcher.mentions(found) == ()


def test_a_dry_run_lists_what_was_passed_over() -> None:
    """Each hit in an aside comes with its place and the reason, and the explanation says that this is why the term does not match."""
    matcher = Matcher.build([keyword("embargo"), keyword("ships", "wheat", name="t"), keyword("drought")])
    terms = {term["term"]: term for term in dry_run(matcher, (), with_asides(BODY, BOX))["terms"]}
    start = BODY.index("Embargo")
    hit = {"field": "body", "start": start, "end": start + 7, "text": "Embargo", "reason": "links to other articles"}
    assert (terms["embargo"]["matched"], terms["embargo"]["matches"], terms["embargo"]["passed_over"]) == (False, [], [hit])
    assert terms["embargo"]["why"]["refused"] == ["occurs in what is not the article's own text (links to other articles)"]
    assert (terms["t"]["matched"], [found["text"] for found in terms["t"]["passed_over"]]) == (True, ["wheat"])
    assert terms["drought"]["passed_over"] == []


@given(st.lists(st.text(alphabet="ab é-'#@A加沙رفح\n.,1", max_size=12), min_size=2, max_size=8), st.data())
def test_words_around_asides_keep_their_places(pieces: list[str], data: st.DataObject) -> None:
    """Whatever an aside cuts through, each word outside it is found where it stands, and none that reaches into it."""
    body = "".join(pieces)
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, len(body)))
    plain = TokenizedDocument(document(body))
    cut = TokenizedDocument(replace(document(body), asides=(Aside(start, end, AsideReason.BOX),)))
    assert len(cut.words) == len(plain.words)
    for number in range(plain.field_border + 1, len(plain.words)):
        first, last = plain.span(number)
        if last <= start or first >= end:
            assert cut.words[number] == plain.words[number]
        elif start < end:
            assert cut.words[number] != plain.words[number]
