"""How far one spelling of a name finds another: the bound that docs/matching.md states, on pairs that people have judged."""

from __future__ import annotations

import json
from pathlib import Path

from monitor.domain.watch import EntityType
from tests.unit.matching.making import document, entity
from workers.matching.matcher import Matcher
from workers.matching.watchlist_check import watchlist_faults

FOUND_AT_LEAST = 0.12
FOUND_WRONGLY_AT_MOST = 0.01


def test_a_name_finds_its_other_spellings_seldom_and_other_names_hardly_ever(corpora: Path) -> None:
    """One name is on the watch list, the other stands in a text: which shares of the true and of the false pairs are found."""
    shares = {"true": [0, 0], "false": [0, 0]}
    for line in (corpora / "adversarial" / "name_variants.jsonl").read_text(encoding="utf-8").splitlines():
        pair = json.loads(line)
        kind = EntityType.PERSON if pair["schema"] == "Person" else EntityType.ORGANISATION
        term = entity(pair["name1"], kind=kind)
        count = shares[pair["is_match"]]
        count[0] += not watchlist_faults([term]) and bool(
            Matcher.build([term]).match(document(f"They met {pair['name2']} on Monday."))
        )
        count[1] += 1
    found, wrong = (hits / total for hits, total in (shares["true"], shares["false"]))
    assert found >= FOUND_AT_LEAST, shares
    assert wrong <= FOUND_WRONGLY_AT_MOST, shares
