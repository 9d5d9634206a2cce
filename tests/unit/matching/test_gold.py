"""Real queries over real articles: what is found is what their own tools' semantics say, and more only by our spellings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.domain.errors import QueryError
from monitor.domain.match import Document
from monitor.domain.watch import Term
from tests.unit.matching.making import query
from tests.unit.query.dialects import TRANSLATIONS
from workers.matching.matcher import Matcher
from workers.query.parser import parse_query
from workers.query.triggerable import require_trigger

NEWS = ("articles/wikinews_2019.jsonl", "clusters/minhash_1000.jsonl")
OVER = {"luwak.jsonl": ("articles/luwak_wikipedia.jsonl",), "mediacloud_real.jsonl": NEWS, "ecdc_epitweetr.jsonl": NEWS}


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file."""
    return (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())


def found(corpora: Path, file: str, *, exact: bool) -> tuple[dict[str, set[str]], dict[tuple[str, str], list[str]]]:
    """For each query the articles it fires on, and with which words."""
    terms: list[Term] = []
    fired: dict[str, set[str]] = {}
    for row in rows(corpora / "queries" / file):
        text = TRANSLATIONS[file](row["query"])
        fired[row["id"]] = set()
        try:
            require_trigger(parse_query(text))
        except QueryError:
            continue
        terms.append(query(row["id"], text, exact=exact))
    matcher = Matcher.build(terms)
    evidence = {}
    for path in OVER[file]:
        for article in rows(corpora / path):
            for match in matcher.match(Document(title=article.get("title", ""), body=article["text"], language="en")):
                fired[match.term.name].add(article["id"])
                evidence[match.term.name, article["id"]] = [hit.text for hit in match.matches]
    return fired, evidence


@pytest.mark.parametrize("file", OVER)
def test_nothing_of_the_gold_is_missed(corpora: Path, file: str) -> None:
    """Every match of the reference is found; every other match is another spelling, such as a plural."""
    fired, evidence = found(corpora, file, exact=False)
    for row in rows(corpora / "queries" / file):
        gold = set(row.get("matches", ()))
        assert gold <= fired[row["id"]], row
        asked = set(re.findall(r"\w+", row["query"].casefold()))
        for article in fired[row["id"]] - gold if "matches" in row else ():
            written = {word for text in evidence[row["id"], article] for word in re.findall(r"\w+", text.casefold())}
            assert written - asked, (row["query"], article, written)


def test_exact_terms_match_as_lucene_does(corpora: Path) -> None:
    """With spellings turned off, all 1 000 queries of luwak's benchmark give its reference, no more and no less."""
    fired, _ = found(corpora, "luwak.jsonl", exact=True)
    assert fired == {row["id"]: set(row["matches"]) for row in rows(corpora / "queries" / "luwak.jsonl")}
