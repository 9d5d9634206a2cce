"""Boolean terms with ordinary words, and a thousand keywords beside `re`, a set of RE2 and the bare automaton, in three languages.

    NEWS_MONITOR_CORPORA=… python bench/boolean_terms.py [--rounds 3] [--only quiet,firing,keywords]

A quiet term asks for a word that no article has, and for partners drawn from the timed articles as often as they stand there. Half of the rare words are
made, half are names out of an encyclopaedia. "learnt" has counted the words of the articles that are not timed, as a daemon does with what it reads.
Contenders take turns in every round, and the best round of each counts. Measured is CPU time.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import re2

from monitor.domain.match import Document
from monitor.domain.watch import Term, TermKind
from monitor.domain.word_counts import WordCounts
from workers.language.word_frequencies import word_key
from workers.matching.matcher import Matcher
from workers.matching.tokenized_document import TokenizedDocument
from workers.matching.word_shares import WordShares

LENGTH = 3000
FIRINGS = 55
VOWELS, CONSONANTS = "aeiou", "bcdfghklmnprstvw"
MATERIAL = {"en": "articles/wikinews_2019.jsonl", "de": "ner/de_pud_news.jsonl", "ru": "ner/ru_factrueval_dev.jsonl"}
RARE = "articles/luwak_wikipedia.jsonl"
CORPORA = Path(os.environ.get("NEWS_MONITOR_CORPORA", "."))
NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{4,}")
WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True)
class Material:
    """The articles that are timed, their words as often as they stand there, and words that none of them has."""

    articles: Sequence[Document]
    words: Sequence[str]
    absent: Sequence[str]
    counts: WordCounts


def main() -> None:
    """Print the figures of docs/performance.md, section Matching, table of boolean terms."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="quiet,firing,keywords")
    parser.add_argument("--sizes", default="10,10000,100000")
    options = parser.parse_args()
    english = material("en")
    if "quiet" in options.only:
        quiet_terms(english, options.rounds, [int(size) for size in options.sizes.split(",")])
    if "firing" in options.only:
        firing_terms(english, options.rounds)
    if "keywords" in options.only:
        for language in MATERIAL:
            keywords(language, material(language), options.rounds)


def material(language: str) -> Material:
    """Every second text of a corpus is timed; short ones are joined to articles of 3 KB."""
    lines = (CORPORA / MATERIAL[language]).read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    timed, other = list(joined(texts[::2])), list(joined(texts[1::2]))
    articles = [Document(title=text[:60], body=text[60:], language=language) for text in timed]
    words = [word for text in timed for word in WORD.findall(text.lower())]
    names = NAME.findall((CORPORA / RARE).read_text(encoding="utf-8")) if language == "en" else WORD.findall(" ".join(other))
    absent = sorted(
        {name.lower() for name in names}
        - set(words)
        - ({word for text in other for word in WORD.findall(text.lower())} if language == "en" else set())
    )
    counted = Counter(word_key(word) for text in other for word in set(WORD.findall(text.lower())))
    return Material(articles, words, absent, WordCounts(total=len(other), articles=counted))


def joined(texts: Sequence[str]) -> Iterator[str]:
    """Yield texts of up to 3 KB."""
    waiting = ""
    for text in texts:
        waiting = f"{waiting} {text}"[:LENGTH]
        if len(waiting) > LENGTH // 2:
            yield waiting.strip()
            waiting = ""


def best(contenders: Mapping[str, Callable[[Document], object]], articles: Sequence[Document], rounds: int) -> dict[str, float]:
    """Articles a second of each contender in its best round; slow ones see fewer articles."""
    rates: dict[str, float] = dict.fromkeys(contenders, 0.0)
    for _ in range(rounds):
        for name, contender in contenders.items():
            done, start = 0, time.process_time()
            while time.process_time() - start < 0.8:
                contender(articles[done % len(articles)])
                done += 1
            rates[name] = max(rates[name], done / (time.process_time() - start))
    return rates


def query_term(number: int, query: str) -> Term:
    """A term with a query."""
    return Term(name=f"{number}", kind=TermKind.QUERY, query=query)


def quiet_queries(source: Material, count: int) -> list[Term]:
    """Terms of which one word is in no timed article and the others are ordinary."""
    rng = random.Random(5)
    terms = []
    for number in range(count):
        made = "".join(rng.choice(VOWELS if i % 2 else CONSONANTS) for i in range(rng.randint(5, 9))) + "q"
        rare = rng.choice(source.absent) if number % 2 else made
        a, b, c, d = (rng.choice(source.words) for _ in range(4))
        form = rng.randrange(3)
        query = (f"{a} AND {rare} NOT {b}", f'({a} OR "{b} {c}") AND {rare} NOT {d}', f"{a} NEAR/10 ({rare} OR {rare}s) AND {b}")[
            form
        ]
        terms.append(query_term(number, query))
    return terms


def quiet_terms(source: Material, rounds: int, sizes: Sequence[int]) -> None:
    """Ten quiet terms, ten thousand, a hundred thousand."""
    matchers = {}
    learnt = WordShares(lambda _: source.counts)
    for count in sizes:
        terms, start = quiet_queries(source, count), time.process_time()
        matchers[f"{count}"] = Matcher.build(terms)
        print(f"{count} quiet boolean terms built in {time.process_time() - start:.1f} s CPU")
        matchers[f"{count} learnt"] = Matcher.build(terms, shares=learnt)
    rates = best({name: matcher.match for name, matcher in matchers.items()}, source.articles, rounds)
    for name, rate in rates.items():
        firing = sum(len(matchers[name].match(article)) for article in source.articles)
        print(f"  {name} terms: {rate:,.0f} articles/s, {rate / rates['10']:.2f} of the speed with 10; {firing} firings")


def firing_terms(source: Material, rounds: int) -> None:
    """Ten thousand boolean terms, of which so many have both words in common with an article that 55 fire."""
    rng = random.Random(6)
    found = [sorted(set(WORD.findall(article.body.lower()))) for article in source.articles]
    terms = quiet_queries(source, 10_000)
    common = [query_term(number, " AND ".join(rng.sample(rng.choice(found), 2))) for number in range(10_000)]
    probe = Matcher.build(common[:1000])
    each = sum(len(probe.match(article)) for article in source.articles) / len(source.articles) / 1000
    firing = min(10_000, round(FIRINGS / each))
    matcher = Matcher.build([*common[:firing], *terms[firing:]])
    per_article = sum(len(matcher.match(article)) for article in source.articles) / len(source.articles)
    rates = best(
        {"decided": matcher.match, "with spans": lambda a: [hit.matches for hit in matcher.match(a)]}, source.articles, rounds
    )
    print(f"\n10 000 boolean terms, {per_article:.0f} fire on an article; articles/s:", {k: round(v) for k, v in rates.items()})


def keywords(language: str, source: Material, rounds: int) -> None:
    """A thousand keywords, a tenth of them out of the timed articles."""
    rng = random.Random(7)
    words = [*rng.sample(sorted(set(source.words)), 100), *rng.sample(source.absent, min(900, len(source.absent)))]
    matcher = Matcher.build([Term(name=word, kind=TermKind.KEYWORD, phrases=(word,)) for word in words])
    one = re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = 1 << 28
    together = re2.Set.SearchSet(options)
    for word in words:
        together.Add(rf"(?:^|\PL){word}(?:\PL|$)")
    together.Compile()
    automaton = matcher._index.trigger_search.base  # noqa: SLF001 - its inside is what is compared
    flat = {id(article): TokenizedDocument(article).normalized_bytes for article in source.articles}
    rates = best(
        {
            "matcher": matcher.match,
            "one `re` alternation": lambda a: {found[0] for found in one.finditer(a.body)},
            "RE2 set": lambda a: together.Match(a.body),
            "bare automaton": lambda a: automaton.find(flat[id(a)]),
        },
        source.articles,
        rounds,
    )
    print(
        f"\n{language}: {len(words)} keywords, {len(source.articles)} articles; articles/s:",
        {k: round(v) for k, v in rates.items()},
    )


if __name__ == "__main__":
    main()
