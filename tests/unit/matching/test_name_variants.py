"""How far one spelling of a name finds another: the bound that docs/matching.md states, on pairs that people have judged."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.domain.watch import EntityType, Spellings
from tests.unit.matching.making import document, entity
from workers.matching.matcher import Matcher
from workers.matching.watchlist_check import watchlist_faults

BOUNDS = {Spellings.STRICT: (0.12, 0.006), Spellings.USUAL: (0.35, 0.006), Spellings.FUZZY: (0.5, 0.011)}
"""The share of true pairs found at least, and of false ones at most."""


@pytest.mark.parametrize("spellings", Spellings)
def test_a_name_finds_its_other_spellings_and_other_names_hardly_ever(corpora: Path, spellings: Spellings) -> None:
    """One name is on the watch list, the other stands in a text: which shares of the true and of the false pairs are found."""
    shares = {"true": [0, 0], "false": [0, 0]}
    for line in (corpora / "adversarial" / "name_variants.jsonl").read_text(encoding="utf-8").splitlines():
        pair = json.loads(line)
        kind = EntityType.PERSON if pair["schema"] == "Person" else EntityType.ORGANISATION
        term = replace(entity(pair["name1"], kind=kind), spellings=spellings)
        count = shares[pair["is_match"]]
        count[0] += not watchlist_faults([term]) and bool(
            Matcher.build([term]).match(document(f"They met {pair['name2']} on Monday."))
        )
        count[1] += 1
    found, wrong = (hits / total for hits, total in (shares["true"], shares["false"]))
    assert found >= BOUNDS[spellings][0], shares
    assert wrong <= BOUNDS[spellings][1], shares


@pytest.mark.parametrize(
    ("name", "kind", "text", "written", "rule"),
    [
        ("Jane Doe", "person", "said Jane Q. Doe today", "Jane Q. Doe", "initial added"),
        ("Jane Doe", "person", "said Jane Mary Doe today", "Jane Mary Doe", "middle name added"),
        ("Halima Mary Okonjo", "person", "said Halima Okonjo today", "Halima Okonjo", "middle name left out"),
        ("OKONJO, Halima", "person", "said Halima Okonjo today", "Halima Okonjo", "order of lists"),
        ("Halima Okonjo", "person", "met Minister Okonjo today", "Okonjo", "surname after a title"),
        ("Halima Okonjo", "person", "Ken Okonjo came. Minister Okonjo left", "", ""),
        ("Omar al-Farsi", "person", "said Omar el-Farsi today", "Omar el-Farsi", "particle"),
        ("Varda Shipping Ltd", "organisation", "the Varda Shipping fleet", "Varda Shipping", "legal form left out"),
        ("Varda Shipping Ltd", "organisation", "the Varda Shipping Inc fleet", "", ""),
        ("Varda & Sons", "organisation", "the Varda and Sons fleet", "Varda and Sons", "and for &"),
        ("Sudan", "place", "in South Sudan", "", ""),
        ("Jordan", "place", "said Jordan Peterson", "", ""),
        ("Jordan", "place", "in the Jordan Valley", "Jordan", ""),
        ("US", "place", "for US$5 million", "", ""),
        ("Wang", "person", "said Wang Wenbin", "", ""),
    ],
)
def test_the_rule_of_a_spelling_is_named(name: str, kind: str, text: str, written: str, rule: str) -> None:
    """What a newspaper does with a name is found, marked as it stands there, and says by which rule; part of a longer name is not."""
    found = Matcher.build([entity(name, kind=EntityType(kind))]).match(document(text))
    assert [(match.text, match.rule) for hit in found for match in hit.matches] == ([(written, rule)] if written else [])


def test_a_transliteration_says_how_sure_it_is() -> None:
    """Only where it is asked for."""
    term = replace(entity("Sergey Volkov", kind=EntityType.PERSON), spellings=Spellings.FUZZY)
    (hit,) = Matcher.build([term]).match(document("said Sergei Volkov today"))
    assert hit.matches[0].confidence is not None
    assert hit.why["because"]["matches"][0]["rule"] == "transliteration"
    assert not Matcher.build([replace(term, spellings=Spellings.USUAL)]).match(document("said Sergei Volkov today"))
