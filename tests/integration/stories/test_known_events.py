"""How well reports are related to stories, on clusters of reports whose events are known."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.story_quality import load, run, tfidf

ORDERS = 2


@pytest.mark.timeout(300)
def test_wire_copies_are_one_story_and_nothing_else_is(corpora: Path) -> None:
    """Of 1 000 texts with ten copies among them each copy joins its original, and next to nothing else does."""
    reports = load(corpora / "clusters" / "minhash_1000.jsonl")
    found = run(random.Random(0).sample(reports, len(reports)), batch=50)
    assert found.recall == 1
    assert found.precision >= 0.9
    assert len(found.lost) <= 1


@pytest.mark.timeout(300)
@pytest.mark.parametrize("order", range(ORDERS))
def test_reports_of_an_event_are_told_a_few_times_and_hardly_any_event_is_lost(corpora: Path, order: int) -> None:
    """ECB+: 66 events, each with a similar twin. Better than joining what TF-IDF finds alike, in the same order."""
    reports = load(corpora / "clusters" / "ecbplus_train_dev.jsonl")
    shuffled = random.Random(order).sample(reports, len(reports))
    found, simple = run(shuffled, batch=50), tfidf(shuffled)
    assert found.told <= 2.55 * found.events
    assert len(found.lost) <= 1
    assert len(found.lost) <= len(simple.lost)
    assert found.precision >= 0.86
    assert found.f1 >= 0.74
    assert found.f1 > simple.f1
