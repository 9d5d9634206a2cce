"""Which words are taken to be rare, and that a term is woken by its rarest part."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from monitor.domain.word_counts import WordCounts
from tests.unit.matching.making import document, query
from workers.language.word_frequencies import word_key
from workers.matching.matcher import Matcher
from workers.matching.word_shares import WordShares


def woken(text: str, body: str, shares: WordShares | None = None) -> bool:
    """Whether a query is looked at on an article."""
    matcher = Matcher.build([query("q", text)], shares=shares)
    return bool(matcher._evaluate(document(body)).atoms.trigger_atoms())


@pytest.mark.parametrize(
    ("text", "common", "rare"),
    [
        ("Rafah AND offensive", "an offensive began", "Rafah was quiet"),
        ("Kherson AND (operation OR investigation)", "the investigation of an operation", "Kherson was quiet"),
        ("regierung AND Klöckner", "die Regierung tagt", "Klöckner schwieg"),
        ("правительство AND Балашиха", "правительство решило", "Балашиха молчит"),
        ('"prime minister" AND Drahoš', "the prime minister resigned", "Drahoš resigned"),
        ("international* AND zapata", "internationally known", "Zapata fell"),
    ],
)
def test_a_query_is_woken_by_its_rarest_part(text: str, common: str, rare: str) -> None:
    """Not by its longest: the article that has only the common word costs nothing."""
    assert not woken(text, common)
    assert woken(text, rare)


def test_what_has_been_read_outweighs_the_table() -> None:
    """A name that is in every other article is no longer the rare part; every word is asked for once."""
    asked: list[int] = []

    def counted(words: Collection[int]) -> WordCounts:
        asked.extend(words)
        return WordCounts(total=10_000, articles={word_key("rafah"): 5_000})

    assert woken("Rafah AND offensive", "an offensive began", WordShares(counted))
    assert {word_key("rafah"), word_key("offens")} <= set(asked)
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("body", ["Rafah and a cease-fire", "cease fire in Rafah", "Rafah: ceasefires"])
def test_what_is_required_besides_is_found_in_every_spelling(body: str) -> None:
    """A term is passed over only where its second part cannot occur in any spelling."""
    assert Matcher.build([query("q", "ceasefire AND Rafah")]).match(document(body))
    assert not Matcher.build([query("q", "ceasefire AND Rafah")]).match(document(body.replace("fire", "fir")))
