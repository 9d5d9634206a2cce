"""Compute how likely two reports in different words are about one event.

Reports are compared by TF-IDF over title and lead (names count 1.5 times, since they identify the event), and by numbers and days that
agree or numbers_differ, and a most important name that is missing in the other. A logistic model turns this into the log odds of one event.
It was fitted on ECB+ (reports grouped by event, with a second, similar event for every topic) and unrelated pairs of Wikinews.
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
from workers.stories.boilerplate import sentences, without_boilerplate, without_outlet_name

LEAD_WORDS = 90
"""Words of a report that are compared: the first paragraph of news says what happened, background comes later."""
NAME_WEIGHT = 1.5
MIN_COSINE = 0.08
"""Cosine below which two reports are not compared any further."""
WEIGHTS = (9.39, 0.31, 3.15, -0.68, 0.58, -1.08, 0.87, -0.66, 0.19)
BIAS = -2.95
LENGTH_CAP = 40
"""Words beyond which a longer report is no better evidence."""
UNRELATED = -4.0
"""Log odds of a pair that is not compared, and the minimum for any pair."""
COMMON_SHARE = 0.2
"""Share of the reports above which a word does not make two reports comparable."""

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
class ReportProfile:
    """A report's weights: of everything (`terms`, length 1), of its names alone (not scaled) and of its word pairs (length 1)."""

    terms: Mapping[bytes, float]
    names: Mapping[bytes, float]
    pairs: Mapping[bytes, float]
    numbers: frozenset[bytes]
    days: frozenset[str]
    length: int


@dataclass(slots=True)
class _WordCounts:
    names: Counter[bytes]
    words: Counter[bytes]
    pairs: Counter[bytes]
    numbers: set[bytes]
    days: set[str]


def profile_reports(reports: Sequence[Report]) -> list[ReportProfile]:
    """Return the profile of each report. Weights are relative to all `reports`, which should be those of some days."""
    tokens = [list(_tokens(report)) for report in reports]
    names = _names(tokens)
    read = [_read(found, names, report.language) for found, report in zip(tokens, reports, strict=True)]
    frequency = Counter(word for one in read for word in {*one.names, *one.words, *one.numbers})
    pair_frequency = Counter(word for one in read for word in one.pairs)
    return [_profile(one, frequency, pair_frequency, len(reports)) for one in read]


def comparable_pairs(found: Sequence[ReportProfile]) -> Iterator[tuple[int, int, float]]:
    """Yield each pair of reports with uncommon words in common once, as (first, second, cosine of their terms)."""
    reports_with: dict[bytes, list[tuple[int, float]]] = defaultdict(list)
    limit = max(30, int(COMMON_SHARE * len(found)))
    common = {word for word, count in Counter(word for profile in found for word in profile.terms).items() if count > limit}
    for index, profile in enumerate(found):
        near = {
            other
            for word in profile.terms
            if word not in common
            for other, weight in reports_with[word]
            if weight * profile.terms[word] > 0.01
        }
        for other in sorted(near):
            cosine = _dot(profile.terms, found[other].terms)
            if cosine > MIN_COSINE:
                yield other, index, cosine
        for word, weight in profile.terms.items():
            reports_with[word].append((index, weight))


def log_odds(first: ReportProfile, second: ReportProfile, cosine: float) -> float:
    """Return the log odds that two reports are about one event; 0 is even."""
    found = pair_features(first, second, cosine)
    return max(UNRELATED, BIAS + sum(weight * value for weight, value in zip(WEIGHTS, found, strict=True)))


def pair_features(first: ReportProfile, second: ReportProfile, cosine: float) -> tuple[float, ...]:
    """Return the features of a pair of reports, in the order of `WEIGHTS`."""
    numbers_differ = bool(first.numbers and second.numbers and first.numbers.isdisjoint(second.numbers))
    days_differ = bool(first.days and second.days and first.days.isdisjoint(second.days))
    return (
        cosine,
        _dot(first.pairs, second.pairs),
        len(first.numbers & second.numbers) / math.sqrt(max(1, len(first.numbers) * len(second.numbers))),
        float(numbers_differ),
        float(not first.days.isdisjoint(second.days)),
        float(days_differ),
        max(_covered(first.names, second.names), _covered(second.names, first.names)),
        float(_lacks_main_name(first.names, second.names) and _lacks_main_name(second.names, first.names)),
        math.log(1 + min(first.length, second.length, LENGTH_CAP)),
    )


def _tokens(report: Report) -> Iterator[tuple[str, bool, bool]]:
    """Yield the words of title and lead as written, each with whether it is capitalized and whether it begins a sentence."""
    count = 0
    for sentence in (without_outlet_name(report.title), *sentences(without_boilerplate(report.text[:4000]))):
        for index, found in enumerate(_WORD.finditer(sentence)):
            yield found[0], found[0][0].isupper(), index == 0
            count += 1
        if count >= LEAD_WORDS:
            return


def _names(tokens: Sequence[Sequence[tuple[str, bool, bool]]]) -> frozenset[str]:
    """Return the words that are written with a capital more often than without, inside sentences."""
    balance: Counter[str] = Counter()
    for found in tokens:
        for word, capital, initial in found:
            if not initial:
                balance[word.lower()] += 1 if capital else -1
    return frozenset(word for word, count in balance.items() if count > 0)


def _read(tokens: Sequence[tuple[str, bool, bool]], names: frozenset[str], language: str | None) -> _WordCounts:
    read = _WordCounts(Counter(), Counter(), Counter(), set(), set())
    phrase: list[bytes] = []
    for word, capital, initial in tokens:
        lower = word.lower()
        if (capital and lower in _DAYS) or lower in _STOP or (len(lower) < 2 and not lower.isdigit()):
            if capital and lower in _DAYS:
                read.days.add(lower)
            _close(read, phrase)
        elif lower.isdigit():
            read.numbers.add(lower.encode())
            _close(read, phrase)
        elif capital and (not initial or lower in names):
            phrase.append(lower.encode())
            read.names[phrase[-1]] += 1
        else:
            phrase.append(stem(lower, language or ""))
            read.words[phrase[-1]] += 1
    _close(read, phrase)
    return read


def _close(read: _WordCounts, phrase: list[bytes]) -> None:
    read.pairs.update(b" ".join(pair) for pair in pairwise(phrase))
    phrase.clear()


def _profile(read: _WordCounts, frequency: Mapping[bytes, int], pair_frequency: Mapping[bytes, int], total: int) -> ReportProfile:
    names = {word: _weight(count, frequency[word], total) for word, count in read.names.items()}
    terms = {word: _weight(count, frequency[word], total) for word, count in (read.words + Counter(read.numbers)).items()}
    for word, weight in names.items():
        terms[word] = terms.get(word, 0.0) + NAME_WEIGHT * weight
    return ReportProfile(
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
    """Return the share of the weight of one report's names that the other has too."""
    whole = sum(first.values())
    return sum(weight for word, weight in first.items() if word in second) / whole if whole else 0.0


def _lacks_main_name(first: Mapping[bytes, float], second: Mapping[bytes, float]) -> bool:
    return bool(first) and max(first, key=lambda word: (first[word], word)) not in second
