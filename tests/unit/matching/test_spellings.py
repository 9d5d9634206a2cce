"""Every accepted spelling is found by a pattern of the automaton."""

from __future__ import annotations

import random

import pytest

from monitor.domain.watch import Term
from tests.growth import assert_grows_linearly
from tests.unit.matching.making import document, entity, keyword
from workers.matching.matcher import Matcher
from workers.matching.occurrence import find_occurrence
from workers.matching.phrase import Option, phrase_of
from workers.matching.tokenized_document import TokenizedDocument

PIECES = (
    "air",
    "strike",
    "cease",
    "fire",
    "e",
    "mail",
    "the",
    "rapist",
    "x",
    "19",
    "co",
    "op",
    "s",
    "o",
    "brien",
    "über",
    "بال",
    "هدنة",
    "لل",
    "ברפיח",
    "ガ",
    "停",
    "휴전",
    "은",
)
JOINTS = ("", "", "-", " ", " ", "'", ". ", ", ", "\n", "\n\n", "–")


def made(rng: random.Random, most: int) -> str:
    """Pieces put together, so that texts and terms are often spellings of each other."""
    parts = [rng.choice((str.lower, str.lower, str.title, str.upper))(rng.choice(PIECES)) for _ in range(rng.randint(1, most))]
    return "".join(part + rng.choice(JOINTS) for part in parts).strip(" -',.\n–")


def options_of(term: Term) -> int:
    """The options of a term's only phrase."""
    flags = {Option.EXACT: term.exact, Option.CASE: term.case, Option.STEM: term.stem, Option.ENTITY: term.type is not None}
    return sum(flag for flag, is_set in flags.items() if is_set)


@pytest.mark.parametrize("seed", range(6))
def test_every_accepted_spelling_is_proposed(seed: int) -> None:
    """Looking at every word of a text finds what the automaton finds, no more and no less."""
    rng = random.Random(seed)
    for _ in range(400):
        text = made(rng, 3)
        if not phrase_of(text, 0).words:
            continue
        plain = keyword(text, exact=rng.random() < 0.15, case=rng.random() < 0.15, stem=rng.random() < 0.15)
        term = entity(text) if rng.random() < 0.25 else plain
        phrase = phrase_of(text, options_of(term))
        doc = document(" ".join([made(rng, 6), text, made(rng, 6)]), title=made(rng, 3), language="en")
        tokens = TokenizedDocument(doc)
        places = [(first, find_occurrence(phrase, tokens, first, "en")) for first in range(len(tokens.words))]
        wanted = {tokens.match_at((first, last)) for first, last in places if last is not None}
        found = {match for fired in Matcher.build([term]).match(doc) for match in fired.matches}
        assert found <= wanted, (text, doc)
        inside = {a for a in wanted for b in wanted if a != b and a.field is b.field and b.start <= a.start and a.end <= b.end}
        assert term.type is not None or wanted - inside <= found, (text, doc)


def test_building_a_long_list_takes_linear_time() -> None:
    """Of keywords and names with aliases, however alike: no term is compared with every other."""
    rng = random.Random(1)
    words = ["".join(rng.choices("etaoinshrdlucm", k=rng.randint(5, 10))) for _ in range(4_000)]

    def listed(count: int) -> list[Term]:
        keywords = [keyword(word, name=f"k{i}") for i, word in enumerate(words[:count])]
        return keywords + [entity(f"{word.title()} {i}", f"{word.title()}-City {i}") for i, word in enumerate(words[:count])]

    fired = Matcher.build(listed(4_000)).match(document(f"{words[7]} and {words[9].title()} City 9"))
    assert {"k7", f"{words[9].title()} 9"} <= {found.term.name for found in fired}
    assert_grows_linearly(Matcher.build, listed, 1_000)
