"""The same event in other words: how alike two reports are beyond their wording.

Reports are compared by TF-IDF over title and lead (names weighted half again, as they carry the event), and by what speaks for or against
one event: numbers and days that agree or contradict, the most telling name missing on the other side. A logistic model, fitted on ECB+
(reports grouped by event, with a second, similar event for every topic) and unrelated pairs of Wikinews, makes one figure of it: the log odds of one event.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitor.domain.story import Report
from workers.matching.stems import stem
from workers.stories.boilerplate import headline, sentences, without_boilerplate

LEAD_WORDS = 90
"""Words of a report that are looked at: news says in its first paragraph what happened, background comes later."""
NAME_WEIGHT = 1.5
MIN_COSINE = 0.08
"""Below this two reports are not compared any further."""
WEIGHTS = (9.39, 0.31, 3.15, -0.68, 0.58, -1.08, 0.87, -0.66, 0.19)
BIAS = -2.95
LENGTH_CAP = 40
"""Words past which a longer report is no better evidence."""
UNRELATED = -4.0
"""Log odds of a pair that is not compared, and the least that any pair is given."""
COMMON_SHARE = 0.2
"""A word in more of the reports than this does not bring two together."""

_WORD = re.compile(r"[^\W_]+")
_DAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october november "
    "december".split()
)
_STOP = frozenset(
    "a about after again against all also am an and any are as at be because been before being between both but by can could did do does "
    "doing down during each few for from further had has have he her here hers him his how i if in into is it its just may me might more "
    "most must my no nor not of off on one or our out over own said same say says shall she should so some such than that the their them "
    "then there these they this those through to told too two under until up very was we were what when where which while who whom why "
    "will with would year years new day week you your mr mrs ms according".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A report's weights: of everything (`terms`, length 1), of its names alone (not scaled) and of its word pairs (length 1)."""

    terms: Mapping[bytes, float]
    names: Mapping[bytes, float]
    pairs: Mapping[bytes, float]
    numbers: frozenset[bytes]
    days: frozenset[str]
    length: int


@dataclass(slots=True)
class _Read:
    names: Counter[bytes]
    words: Counter[bytes]
    pairs: Counter[bytes]
    numbers: set[bytes]
    days: set[str]


def profiles(reports: Sequence[Report]) -> list[Profile]:
    """What is compared of each report; weights are relative to all of them, which should be those of some days."""
    tokens = [list(_tokens(report)) for report in reports]
    names = _names(tokens)
    read = [_read(found, names, report.language) for found, report in zip(tokens, reports, strict=True)]
    frequency = Counter(word for one in read for word in {*one.names, *one.words, *one.numbers})
    pair_frequency = Counter(word for one in read for word in one.pairs)
    return [_profile(one, frequency, pair_frequency, len(reports)) for one in read]


def comparable(found: Sequence[Profile]) -> Iterator[tuple[int, int, float]]:
    """The pairs of reports that have telling words in common, each once, with the cosine of their terms."""
    carrying: dict[bytes, list[tuple[int, float]]] = defaultdict(list)
    limit = max(30, int(COMMON_SHARE * len(found)))
    common = {word for word, count in Counter(word for profile in found for word in profile.terms).items() if count > limit}
    for place, profile in enumerate(found):
        near = {
            other
            for word in profile.terms
            if word not in common
            for other, weight in carrying[word]
            if weight * profile.terms[word] > 0.01
        }
        for other in sorted(near):
            cosine = _dot(profile.terms, found[other].terms)
            if cosine > MIN_COSINE:
                yield other, place, cosine
        for word, weight in profile.terms.items():
            carrying[word].append((place, weight))


def log_odds(first: Profile, second: Profile, cosine: float) -> float:
    """How likely two reports tell of one event: 0 is even."""
    found = evidence(first, second, cosine)
    return max(UNRELATED, BIAS + sum(weight * value for weight, value in zip(WEIGHTS, found, strict=True)))


def evidence(first: Profile, second: Profile, cosine: float) -> tuple[float, ...]:
    """What speaks for and against one event, in the order of `WEIGHTS`."""
    contradict = bool(first.numbers and second.numbers and first.numbers.isdisjoint(second.numbers))
    other_days = bool(first.days and second.days and first.days.isdisjoint(second.days))
    return (
        cosine,
        _dot(first.pairs, second.pairs),
        len(first.numbers & second.numbers) / math.sqrt(max(1, len(first.numbers) * len(second.numbers))),
        float(contradict),
        float(not first.days.isdisjoint(second.days)),
        float(other_days),
        max(_covered(first.names, second.names), _covered(second.names, first.names)),
        float(_lacks_chief_name(first.names, second.names) and _lacks_chief_name(second.names, first.names)),
        math.log(1 + min(first.length, second.length, LENGTH_CAP)),
    )


def _tokens(report: Report) -> Iterator[tuple[str, bool, bool]]:
    """The words of title and lead as written, each with whether it is capitalised and whether a sentence begins with it."""
    count = 0
    for sentence in (headline(report.title), *sentences(without_boilerplate(report.text[:4000]))):
        for place, found in enumerate(_WORD.finditer(sentence)):
            yield found[0], found[0][0].isupper(), place == 0
            count += 1
        if count >= LEAD_WORDS:
            return


def _names(tokens: Sequence[Sequence[tuple[str, bool, bool]]]) -> frozenset[str]:
    """Words that are written with a capital more often than without, inside sentences."""
    balance: Counter[str] = Counter()
    for found in tokens:
        for word, capital, initial in found:
            if not initial:
                balance[word.lower()] += 1 if capital else -1
    return frozenset(word for word, count in balance.items() if count > 0)


def _read(tokens: Sequence[tuple[str, bool, bool]], names: frozenset[str], language: str | None) -> _Read:
    read = _Read(Counter(), Counter(), Counter(), set(), set())
    run: list[bytes] = []
    for word, capital, initial in tokens:
        lower = word.lower()
        if (capital and lower in _DAYS) or lower in _STOP or (len(lower) < 2 and not lower.isdigit()):
            if capital and lower in _DAYS:
                read.days.add(lower)
            _close(read, run)
        elif lower.isdigit():
            read.numbers.add(lower.encode())
            _close(read, run)
        elif capital and (not initial or lower in names):
            run.append(lower.encode())
            read.names[run[-1]] += 1
        else:
            run.append(stem(lower, language or ""))
            read.words[run[-1]] += 1
    _close(read, run)
    return read


def _close(read: _Read, run: list[bytes]) -> None:
    read.pairs.update(b" ".join(pair) for pair in pairwise(run))
    run.clear()


def _profile(read: _Read, frequency: Mapping[bytes, int], pair_frequency: Mapping[bytes, int], total: int) -> Profile:
    names = {word: _weight(count, frequency[word], total) for word, count in read.names.items()}
    terms = {word: _weight(count, frequency[word], total) for word, count in (read.words + Counter(read.numbers)).items()}
    for word, weight in names.items():
        terms[word] = terms.get(word, 0.0) + NAME_WEIGHT * weight
    return Profile(
        terms=_scaled(terms),
        names=names,
        pairs=_scaled({pair: _weight(count, pair_frequency[pair], total) for pair, count in read.pairs.items()}),
        numbers=frozenset(read.numbers),
        days=frozenset(read.days),
        length=read.names.total() + read.words.total(),
    )


def _weight(count: int, frequency: int, total: int) -> float:
    return (1 + math.log(count)) * max(0.0, math.log((total + 1) / (frequency + 0.5)))


def _scaled(weights: Mapping[bytes, float]) -> dict[bytes, float]:
    length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {word: weight / length for word, weight in weights.items() if weight > 0}


def _dot(first: Mapping[bytes, float], second: Mapping[bytes, float]) -> float:
    if len(first) > len(second):
        first, second = second, first
    return sum(weight * second[word] for word, weight in first.items() if word in second)


def _covered(first: Mapping[bytes, float], second: Mapping[bytes, float]) -> float:
    """The share of the names' weight of one report that the other has too."""
    whole = sum(first.values())
    return sum(weight for word, weight in first.items() if word in second) / whole if whole else 0.0


def _lacks_chief_name(first: Mapping[bytes, float], second: Mapping[bytes, float]) -> bool:
    return bool(first) and max(first, key=lambda word: (first[word], word)) not in second
