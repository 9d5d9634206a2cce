"""Queries that ask for recognized names: any spelling that the recognizer joins, of the right type, and places inside others."""

from __future__ import annotations

import pytest

from monitor.domain.aside import Aside, AsideReason
from monitor.domain.errors import ConfigError
from monitor.domain.match import Document
from tests.unit.matching.making import query
from workers.matching.matcher import Matcher


def marked(text: str, body: str) -> tuple[str, ...]:
    """What a query marks in an English text; nothing where it does not fire."""
    found = Matcher.build([query("asked", text)]).match(Document(title="", body=body, language="en"))
    return tuple(match.text for one in found for match in one.matches)


@pytest.mark.parametrize(
    ("text", "body", "expected"),
    [
        ('person:"Hanna Velk"', "On Monday Hanna Velk left. Velk was tired.", ("Hanna Velk", "Velk")),
        ("person:Velk", "On Monday Hanna Velk left. Velk was tired.", ("Hanna Velk", "Velk")),
        ("person:Jordan", "The king of Jordan left.", ()),
        ("place:Jordan", "The king of Jordan left.", ("Jordan",)),
        ("place:Kiev", "The train to Kyiv was late.", ("Kyiv",)),
        ("org:UN", "Aid of the United Nations came.", ("United Nations",)),
        ("in:Gaza", "Lorries reached Khan Younis and Rafah, not Cairo.", ("Khan Younis", "Rafah")),
        ("in:Palestine", "Lorries reached Rafah.", ("Rafah",)),
        ("in:Gaza", "Lorries reached Cairo.", ()),
        ("in:Gaza NEAR/3 closed", "The crossing at Rafah was closed.", ("Rafah", "closed")),
    ],
)
def test_names_are_found_in_their_spellings(text: str, body: str, expected: tuple[str, ...]) -> None:
    """Surnames, listed spellings and places inside a place count; a name of another type does not."""
    assert marked(text, body) == expected


def test_a_place_in_which_nothing_is_known_to_lie_is_refused() -> None:
    """A misspelt place would never fire."""
    with pytest.raises(ConfigError, match="no place is known to lie there") as refused:
        Matcher.build([query("asked", "strike in:Gasaa")])
    assert "column 8" in str(refused.value)


def test_names_in_asides_do_not_count() -> None:
    """A list of what is read most names nobody."""
    body = "Cairo agreed.\nMost read: Ankara"
    document = Document(title="", body=body, language="en", asides=(Aside(start=14, end=len(body), reason=AsideReason.LINKS),))
    matcher = Matcher.build([query("Ankara", "place:Ankara"), query("Cairo", "place:Cairo")])
    assert [one.term.name for one in matcher.match(document)] == ["Cairo"]
