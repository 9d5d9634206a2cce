"""What the linter says of terms: the wrong ones at their place, the right ones not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.settings.load import load_config
from tests.unit.lint.linting import warnings_of_terms
from workers.lint.registry import RULES, lint

FIRST = 4
"""The line of the first item."""


@pytest.mark.parametrize(
    ("query", "column", "said"),
    [
        ("hostage W/5 truce", 9, "NEAR/5"),
        ("hostage w/12 truce", 9, "NEAR/12"),
        ("hostage PRE/4 truce", 9, "ONEAR/4"),
        ("hostage AROUND(7) truce", 9, "NEAR/7"),
        ("hostage NEAR7 truce", 9, "NEAR/7"),
        ("hostage ONEAR7 truce", 9, "ONEAR/7"),
        ("hostage ADJ truce", 9, "ONEAR/1"),
        ("hostage N3 truce", 9, "NEAR/3"),
        ("hostage w/s truce", 9, "NEAR/20"),
        ("atleast4 truce", 1, "ATLEAST/4"),
        ("hostage or truce", 9, "OR, in capitals"),
        ("hostage And truce", 9, "AND, in capitals"),
        ("hostage not truce", 9, "NOT, in capitals"),
        ("hostage ANDNOT truce", 9, "AND NOT"),
        ("hostage xor truce", 9, "no operator here"),
        ("hostage ODER truce", 9, "write OR"),
        ("/hos.+ge/", 1, "regular expression"),
        (r"truce OR \bhostage\b", 10, "regular expression"),
        ("hostage|truce", 1, "hostage OR truce"),
        ("hostage^3 truce", 1, "no weight"),
        ("hostag! truce", 1, "hostag*"),
        ("title=hostage", 1, "title:hostage"),
        ("[2020 TO 2024] hostage", 1, "range"),
        ("AT&amp;T OR hostage", 1, "HTML"),
    ],
)
def test_an_operator_of_another_tool_is_named_with_ours(tmp_path: Path, query: str, column: int, said: str) -> None:
    """A word that another tool reads as an operator is named at its column, with what to write instead."""
    (warning,) = warnings_of_terms(tmp_path, f"{{name: Sample, query: '{query}'}}")
    assert (warning.line, warning.column) == (FIRST, len("- {name: Sample, query: '") + column)
    assert said in warning.message


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("truce NOT truce", "`truce` must occur and is left out"),
        ("truce NOT Truce", "`Truce`"),
        ('"truce talks" NOT talks', 'wherever `"truce talks"` holds'),
        ("truce NEAR/4 talks NOT talks", "talks"),
        ("ATLEAST/2 truce NOT tru*", "tru*"),
        ("(truce OR talks) NOT (talks OR truce)", "talks OR truce"),
        ("title:truce NOT truce", "truce"),
        ("rail OR (truce NOT truce)", "`truce AND NOT truce` can never hold"),
        ("truce lang:de lang:en", "no article has both"),
    ],
)
def test_a_query_that_cannot_hold(tmp_path: Path, query: str, said: str) -> None:
    """A query that leaves out what it asks for is named with the part that is both."""
    (warning,) = warnings_of_terms(tmp_path, f"{{name: Sample, query: '{query}'}}")
    assert "can never hold" in warning.message
    assert said in warning.message


@pytest.mark.parametrize(
    ("keyword", "said"),
    [
        ("truce AND talks", "make it a query"),
        ("truce NEAR/4 talks", "make it a query"),
        ("title:truce", "make it a query"),
        ("truc*", "works in a query"),
        ("organi?ation", "under `any`"),
        ("truce|talks", "any: [truce, talks]"),
        ("truce; talks", "any: [truce, talks]"),
        ("truce, talks", "any: [truce, talks]"),
        ("Marks &amp; Spencer", "write &"),
        ("Caf&#233;", "write é"),
        ("CafÃ©", "wrong encoding"),
        ("/truce(s)?/i", "under `regex:`"),
        ("+truce", "means nothing"),
        ("storm => Storms", "watch import"),
        ("the", "nearly every article"),
        ("of the", "nearly every article"),
        ("der", "nearly every German article"),
        ("的", "nearly every article"),
        ("WHO", "also finds the word `who`"),
    ],
)
def test_a_keyword_that_is_not_what_it_seems(tmp_path: Path, keyword: str, said: str) -> None:
    """A keyword in the syntax of queries, patterns, HTML or another tool is named, as is one that nearly every article has."""
    (warning,) = warnings_of_terms(tmp_path, f"{keyword!r}")
    assert (warning.line, warning.column >= len("- '")) == (FIRST, True)
    assert said in warning.message


@pytest.mark.parametrize(
    ("items", "line", "said"),
    [
        ("truce\nTRUCE talks\nTruce", 2, "'truce'"),
        ("ceasefire\ntruce\ncease-fire", 2, "found as `ceasefire`"),
        ("hostage\nhostages", 1, "found as `hostage`"),
        ("{name: Truce, any: [truce, armistice]}\narmistice", 1, "'Truce'"),
        ("{name: A, query: truce talks}\n{name: B, query: talks AND truce}", 1, "'A'"),
        ("{name: A, query: truce OR talks}\n{name: B, any: [talks, truce]}", 1, "'A'"),
        ("{name: Kyiv, type: place, aliases: [Kiev]}\n{name: Kiev, type: place}", 1, "an alias of 'Kyiv'"),
        ("{name: A, any: [fire, blaze, Fire]}", 0, "there twice"),
        ("{name: rafah crossing, type: place}", 0, "`Rafah Crossing`"),
        ("{name: Gaza, type: place, aliases: [Gaza, gaza strip]}", 0, "the alias `gaza strip`"),
        ("{name: truce talks, not: [truce]}", 0, "part of the term"),
        ("{name: truce, context: {forbid: [truce]}}", 0, "forbidden"),
        ("{name: Port, query: 'port source:\"Example Planet\"'}", 0, "did you mean `Example World`"),
        ("{name: port, only: {tags: [wurld]}}", 0, "did you mean `world`"),
        ("{name: port, only: {sources: [example world]}}", 0, "did you mean `Example World`"),
        ("{name: port, only: {languages: [xx]}}", 0, "no article is known to be in `xx`"),
        ("truce\n{name: port, severity: high, channels: []}", 1, "sent to nobody"),
    ],
)
def test_a_term_beside_others(tmp_path: Path, items: str, line: int, said: str) -> None:
    """Repeated terms, names in small letters and scopes that nothing has are named at the later line."""
    (warning,) = warnings_of_terms(tmp_path, items)
    assert warning.line == FIRST + line
    assert said in warning.message


@pytest.mark.parametrize(
    "items",
    [
        "The Hague\nTrinidad and Tobago\nrock and roll\nwar\ntime",
        "Yahoo!\nCanal+\nWho's who\nR&D\n24/7\nWashington, D.C.\nexample.com",
        "SMITH AND SONS",
        "{name: GIFT, case: true}\npresent",
        "{name: Truce, any: [truce, cessation of hostilities]}\nceasefire",
        "truce\n{name: Truce talks, any: [truce talks]}",
        "truce\n{name: Truce here, any: [truce], only: {tags: [world]}}",
        "{name: Sudan, type: place}\n{name: South Sudan, type: place}",
        "{name: United States, type: place, aliases: [US, U.S.]}",
        "{name: van der Bellen, type: person}\n{name: iPhone, type: other}",
        "{name: 서울, type: place}\n{name: غزة, type: place, aliases: [Gaza]}\n{name: თბილისი, type: place}",
        "{name: A, query: '\"rock and roll\" festival'}\n{name: B, query: km/h limit}\n{name: C, query: AT&T OR S&P}",
        '{name: A, query: orange NOT "orange juice"}\n{name: B, query: truce NOT ="TRUCE"}\n{name: C, query: W5 network}',
        "{name: gap, not: [gap year]}",
        "{name: port, only: {sources: [Example World], tags: [world], languages: [en]}}",
        "停火\n人质",
    ],
)
def test_nothing_is_said_of_good_terms(tmp_path: Path, items: str) -> None:
    """Terms that do what they say are not doubted, though they look a little like those that do not."""
    assert warnings_of_terms(tmp_path, items) == []


def test_the_shipped_watch_list_is_without_doubt() -> None:
    """The configuration that comes with the program has no warning."""
    shipped = Path(__file__).parents[3] / "config"
    assert lint(load_config(shipped / "monitor.yaml", {})) == ()


def test_every_rule_is_documented() -> None:
    """docs/watchlist.md explains each rule that `check --json` names."""
    document = (Path(__file__).parents[3] / "docs" / "watchlist.md").read_text(encoding="utf-8")
    rows = document.partition("## Warnings")[2]
    assert {name for name in RULES if f"`{name}`" in rows} == set(RULES)
