"""Matching alone, on one core: what watch lists of every size cost, beside regular expressions and the bare automaton, as ratios.

    python bench/matching.py [--articles 150] [--rounds 3]

The articles have 3 KB each, out of 40 000 made words as frequent as words are (Zipf), a third of them with typographic marks; with
$NEWS_MONITOR_CORPORA they are its real articles, cut to 3 KB. Contenders take turns in every round, and the best round of each counts.
Measured is CPU time, so that other work on the machine disturbs little; memory is that of a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from monitor.domain.match import Document
from monitor.domain.watch import Term, TermKind
from workers.matching.matcher import Matcher
from workers.matching.tokenized_document import TokenizedDocument

LETTERS = "etaoinshrdlucmfwypvbgk"
VOWELS = "aeiou"
LENGTH = 3000
FUNCTION_SHARE = 0.4


def main() -> None:
    """Print every figure of docs/performance.md, section Matching."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory:
        print(memory_of(options.memory))
        return
    articles = list(real_articles(options.articles) or made_articles(options.articles))
    print(f"{len(articles)} articles, {sum(len(a.body) for a in articles) // len(articles)} characters each on average")
    quiet_queries(articles, options.rounds)
    keywords(articles, options.rounds)
    many_terms()


def made_word(rng: random.Random, length: int) -> str:
    """A word that can be pronounced, more or less."""
    return "".join(rng.choice(VOWELS if i % 2 else LETTERS) for i in range(length))


def made_articles(count: int) -> list[Document]:
    """Articles out of made words, some of them frequent, most of them rare."""
    rng = random.Random(1)
    words = [made_word(rng, rng.randint(3, 11)) for _ in range(40_000)]
    weights = [1 / (rank + 20) for rank in range(len(words))]
    small = "the of and to in a that for on with is was by as at from".split()
    articles = []
    for number in range(count):
        picked = [rng.choice(small) if rng.random() < FUNCTION_SHARE else word for word in rng.choices(words, weights, k=560)]
        text = " ".join(word.capitalize() if i % 17 == 0 else word + "." if i % 17 == 16 else word for i, word in enumerate(picked))
        if number % 3 == 0:
            text = text.replace("Th", "“Th").replace(".", ".”")
        articles.append(Document(title=text[:60], body=text[60:LENGTH], language="en"))
    return articles


def real_articles(count: int) -> list[Document]:
    """Articles of the corpora; none without them."""
    folder = os.environ.get("NEWS_MONITOR_CORPORA")
    if not folder:
        return []
    lines = (Path(folder) / "articles/wikinews_2019.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    long = [record for record in records if len(record["text"]) >= LENGTH // 2]
    return [Document(title=record["title"], body=record["text"][:LENGTH], language="en") for record in long[:count]]


def best(contenders: dict[str, Callable[[Document], object]], articles: Sequence[Document], rounds: int) -> dict[str, float]:
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


def keyword(word: str) -> Term:
    """A keyword term."""
    return Term(name=word, kind=TermKind.KEYWORD, phrases=(word,))


def quiet_queries(articles: Sequence[Document], rounds: int) -> None:
    """Boolean terms whose words occur in no article: ten against ten thousand."""
    rng = random.Random(2)

    def terms(count: int) -> Iterator[Term]:
        for number in range(count):
            a, b, c, d, e = (f"{made_word(rng, 6)}q" for _ in range(5))
            yield Term(name=f"{number}", kind=TermKind.QUERY, query=f'{a} AND ({b} OR "{c} {d}") NOT {e}')

    few, many = Matcher.build(list(terms(10))), Matcher.build(list(terms(10_000)))
    rates = best({"10": few.match, "10 000": many.match}, articles, rounds)
    print("\nquiet boolean terms, articles/s:", ", ".join(f"{name}: {rate:,.0f}" for name, rate in rates.items()))
    print(f"  10 000 terms run at {rates['10 000'] / rates['10']:.2f} of the speed with 10 (wanted: at least 0.75)")


def keywords(articles: Sequence[Document], rounds: int) -> None:
    """A thousand keywords, of which some occur in each article, and the other ways to search for them."""
    text = " ".join(article.body for article in articles).lower()
    vocabulary = sorted(word for word in set(re.findall(r"[a-z]{5,}", text)))
    rng = random.Random(3)
    frequent = rng.sample(vocabulary, 1000)
    rare = [*rng.sample(frequent, 100), *(f"{made_word(rng, 7)}q" for _ in range(900))]
    absent = [f"{made_word(rng, 7)}q" for _ in range(1000)]
    for label, words in (
        ("none of them occurs", absent),
        ("few of them occur", rare),
        ("taken from these very articles", frequent),
    ):
        compare(label, words, articles, rounds)


def compare(label: str, words: list[str], articles: Sequence[Document], rounds: int) -> None:
    """One list of a thousand words: the matcher's decisions, with spans, with reasons; regular expressions with spans; the bare automaton."""
    matcher = Matcher.build([keyword(word) for word in words])
    each = [re.compile(rf"\b{word}\b", re.IGNORECASE) for word in words]
    one = re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)
    automaton = matcher._index.trigger_search.base  # noqa: SLF001 - its inside is what is compared
    flat = {id(article): TokenizedDocument(article).normalized_bytes for article in articles}
    rates = best(
        {
            "matcher": matcher.match,
            "matcher with spans": lambda a: [found.matches for found in matcher.match(a)],
            "matcher with reasons": lambda a: [found.computed() for found in matcher.match(a)],
            "a regex for each": lambda a: [found.span() for regex in each for found in regex.finditer(a.body)],
            "one alternation": lambda a: [found.span() for found in one.finditer(a.body)],
            "automaton alone": lambda a: automaton.find(flat[id(a)]),
        },
        articles,
        rounds,
    )
    firing = sum(len(matcher.match(article)) for article in articles) / len(articles)
    print(f"\n1 000 keywords, {label}: {firing:.1f} fire on an article; articles/s:")
    print(" ", ", ".join(f"{name}: {rate:,.0f}" for name, rate in rates.items()))
    for name in ("matcher", "matcher with spans", "matcher with reasons"):
        mine = rates[name]
        print(f"  {name}:")
        print(f"    {mine / rates['a regex for each']:.0f} times one compiled regex per term (wanted: at least 300)")
        print(f"    {mine / rates['one alternation']:.0f} times one alternation (wanted: at least 8)")
        print(f"    {rates['automaton alone'] / mine:.1f} times the time of the automaton's scan alone (wanted: at most 4)")


def many_terms() -> None:
    """A hundred thousand keywords: time and memory, beside those of ten thousand."""
    for count in (10_000, 100_000):
        finished = subprocess.run([sys.executable, __file__, "--memory", str(count)], check=True, capture_output=True, text=True)
        print(f"\n{count:,} keywords: {finished.stdout.strip()}")


def memory_of(count: int) -> str:
    """What building a watch list costs this process. The terms themselves are counted apart."""
    rng = random.Random(4)
    terms = [keyword(f"{made_word(rng, rng.randint(6, 9))}{number % 7 or ''}") for number in range(count)]
    terms = list({term.name: term for term in terms}.values())
    before, start = resident(), time.process_time()
    matcher = Matcher.build(terms)
    took, after = time.process_time() - start, resident()
    matcher.match(Document(title="", body="warm"))
    return f"{len(terms):,} different ones built in {took:.1f} s (wanted: 5), {after - before:.0f} MB more (wanted: under 150)"


def resident() -> float:
    """Resident memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
