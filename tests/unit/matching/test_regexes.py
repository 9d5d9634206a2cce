"""Terms that are regular expressions: where they match, and what is refused."""

from __future__ import annotations

import pytest

from monitor.domain.aside import Aside, AsideReason
from monitor.domain.match import Document, Field
from monitor.domain.watch import Term, TermKind
from workers.matching.matcher import Matcher
from workers.matching.watchlist_check import watchlist_faults

pytest.importorskip("re2")


def regex(pattern: str, **settings: object) -> Term:
    """A term of this expression."""
    return Term(name="codes", kind=TermKind.REGEX, regex=pattern, where="watch.yaml:3:9", **settings)  # type: ignore[arg-type]


def found(term: Term, document: Document) -> list[tuple[Field, int, str]]:
    """Return where the term fires."""
    return [(match.field, match.start, match.text) for hit in Matcher.build([term]).match(document) for match in hit.matches]


def test_it_is_searched_for_in_title_and_body_to_the_character() -> None:
    """Also inside of words, and with nothing but signs."""
    document = Document(title="X-1234", body="ÄX-9999 and x-1 !!! end")
    assert found(regex("X-[0-9]{4}"), document) == [(Field.TITLE, 0, "X-1234"), (Field.BODY, 1, "X-9999")]
    assert found(regex("!{3}"), document) == [(Field.BODY, 16, "!!!")]


def test_asides_and_excluded_phrases_do_not_count() -> None:
    """As for every kind of term."""
    body = "code X-1234. Most read: X-5678"
    document = Document(title="", body=body, asides=(Aside(start=12, end=len(body), reason=next(iter(AsideReason))),))
    assert [text for _, _, text in found(regex("X-[0-9]{4}"), document)] == ["X-1234"]
    assert found(regex("X-[0-9]{4}", without=("code X-1234",)), document) == []


@pytest.mark.parametrize(
    ("pattern", "column", "message"),
    [
        ("(a|b", 1, "missing )"),
        ("x(?=a)", 2, "invalid perl operator"),
        ("[z-a]", 2, "invalid character class range"),
        ("a*", 1, "also matches nothing at all"),
    ],
)
def test_what_re2_refuses_is_refused_with_the_column(pattern: str, column: int, message: str) -> None:
    """The fault is at the character of the configuration."""
    (fault,) = watchlist_faults([regex(pattern)])
    assert message in fault.message
    assert f"regex, column {column}:" in fault.message
    assert fault.column == 9 + column - 1
