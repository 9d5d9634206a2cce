"""Store the facts of a statement, and what a story says as a whole, in few bytes, the same on every machine."""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any, Final

import orjson

from workers.stories.facts import Facts
from workers.stories.statement import Weights, weigh
from workers.stories.story_profile import StoryProfile

_LEVEL: Final = 1
MAX_STORY_WORDS: Final = 600
"""Different words of a story that are kept, those first that most of its statements have."""
MAX_STORY_BAG: Final = 4000
_MAX_NUMBERS: Final = 200


def pack_facts(facts: Facts, idf: Mapping[str, float]) -> bytes:
    """Return the facts of a statement and how rare its words were."""
    return _pack(
        {
            "words": facts.words,
            "names": facts.names,
            "runs": sorted(facts.runs),
            "numbers": {role: sorted(values) for role, values in facts.numbers.items()},
            "lead": sorted(facts.lead),
            "days": sorted(facts.days),
            "headline": sorted(facts.headline),
            "length": facts.length,
            "idf": {word: rounded(value) for word, value in idf.items()},
        }
    )


def rounded(rarity: float) -> float:
    """Return a rarity with as few digits as tell it: two decimals, or three digits of a small one, since weights are relative."""
    return round(rarity, 2) if rarity >= 1 else float(f"{rarity:.3g}")


def unpack_facts(data: bytes) -> tuple[Facts, Weights]:
    """Return what `pack_facts` packed, with the weights that follow from it."""
    value = _unpack(data)
    facts = Facts(
        words=value["words"],
        names=value["names"],
        runs=frozenset(map(tuple, value["runs"])),
        numbers={role: frozenset(numbers) for role, numbers in value["numbers"].items()},
        lead=frozenset((role, number) for role, number in value["lead"]),
        days=frozenset(value["days"]),
        headline=frozenset(value["headline"]),
        length=value["length"],
    )
    idf: dict[str, float] = value["idf"]
    return facts, weigh(facts, lambda word: idf.get(word, 0.0))


def pack_profile(profile: StoryProfile) -> bytes:
    """Return a story's profile, its rarer words cut where there are too many."""
    words = dict(profile.words.most_common(MAX_STORY_WORDS))
    names = dict(profile.names.most_common(MAX_STORY_WORDS))
    return _pack(
        {
            "statements": profile.statements,
            "words": words,
            "names": names,
            "runs": profile.runs.most_common(_MAX_NUMBERS),
            "lead": profile.lead.most_common(_MAX_NUMBERS),
            "idf": {word: round(value, 2) for word, value in profile.idf.items() if word in words or word in names},
            "weights": {word: round(value, 2) for word, value in profile.name_weights.items() if word in names},
            "numbers": {role: sorted(values)[:_MAX_NUMBERS] for role, values in profile.numbers.items()},
            "days": sorted(profile.days),
            "bag": sorted(profile.bag)[:MAX_STORY_BAG],
        }
    )


def unpack_profile(data: bytes) -> StoryProfile:
    """Return the profile that `pack_profile` packed."""
    value = _unpack(data)
    numbers: dict[str, set[float]] = defaultdict(set, {role: set(values) for role, values in value["numbers"].items()})
    return StoryProfile(
        statements=value["statements"],
        words=Counter(value["words"]),
        names=Counter(value["names"]),
        runs=Counter({tuple(run): count for run, count in value["runs"]}),
        lead=Counter({(role, number): count for (role, number), count in value["lead"]}),
        idf=value["idf"],
        name_weights=value["weights"],
        numbers=numbers,
        days=set(value["days"]),
        bag=set(value["bag"]),
    )


def _pack(value: dict[str, Any]) -> bytes:
    return zlib.compress(orjson.dumps(value), _LEVEL)


def _unpack(data: bytes) -> dict[str, Any]:
    value: dict[str, Any] = orjson.loads(zlib.decompress(data))
    return value
