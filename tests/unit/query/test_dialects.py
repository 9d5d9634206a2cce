"""Real queries of other tools parse after translation, and to what their own parser reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.domain.errors import QueryError
from tests.unit.query.dialects import TRANSLATIONS, media_cloud
from workers.query.builder import and_of, or_of
from workers.query.format import format_query
from workers.query.parser import parse_query
from workers.query.syntax import And, Node, Not, Or, Phrase, Prefix, Word, children
from workers.query.triggerable import require_trigger


@pytest.mark.parametrize("file", TRANSLATIONS)
def test_every_query_of_the_corpora_parses(corpora: Path, file: str) -> None:
    """Watch lists of other tools can be taken over; only those that exclude and never ask are refused."""
    refused = []
    for line in (corpora / "queries" / file).read_text(encoding="utf-8").splitlines():
        query = TRANSLATIONS[file](json.loads(line)["query"])
        tree = parse_query(query)
        assert parse_query(format_query(tree)) == tree
        try:
            require_trigger(tree)
        except QueryError:
            refused.append(query)
    assert all(query.startswith("NOT ") for query in refused)


@pytest.mark.parametrize("file", ["mediacloud_real.jsonl", "mediacloud_syntax.jsonl"])
def test_media_cloud_queries_mean_what_its_own_parser_reads(corpora: Path, file: str) -> None:
    """The suite of the tool states a parse for each query; it takes phrases and hyphenated words for words that must all occur."""
    for line in (corpora / "queries" / file).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        expected = row["expected_tsquery"].replace("&", " AND ").replace("|", " OR ").replace("!", " NOT ").replace(":*", "*")
        assert in_words(parse_query(media_cloud(row["query"]))) == in_words(parse_query(expected)), row["id"]


def in_words(tree: Node) -> Node:
    """`tree` with phrases and hyphenated words taken apart, flat, each alternative once."""
    match tree:
        case And(children=nodes):
            return and_of([in_words(node) for node in nodes])
        case Or(children=nodes):
            flat = or_of([in_words(node) for node in nodes])
            return or_of(list(dict.fromkeys(children(flat))))
        case Not(child=child):
            return Not(child=in_words(child))
        case Phrase(words=words):
            return and_of([in_words(word) for word in words])
        case Word(text=text):
            return and_of([Word(text=part) for part in text.split("-")])
        case _:
            assert isinstance(tree, Prefix)
            return tree
