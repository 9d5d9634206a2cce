"""Long watch lists in files of their own: CSV, JSON, plain lines and YAML."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from monitor.domain.watch import EntityType, Severity, Term
from monitor.settings.load import load_config
from tests.growth import assert_grows_linearly


def terms_of(folder: Path, text: str, **files: str) -> tuple[Term, ...]:
    """The terms of a main file and further files (`name_csv` is `name.csv`)."""
    for name, body in files.items():
        (folder / name.replace("_", ".")).write_text(body)
    (folder / "monitor.yaml").write_text(text)
    return load_config(folder / "monitor.yaml", {}).terms


def test_csv_lists(tmp_path: Path) -> None:
    """Columns by name in any order; several values apart by `;` or `|`; values beside `include` hold for every row."""
    text = "watch:\n  - {include: places.csv, type: place, tags: [world], severity: low}\n"
    rows = 'severity,name,aliases\nhigh,Rafah,"Rafiah; رفح"\n\n,"Khan Younis",Khan Yunis|Xan\n,Gaza,\n'
    terms = terms_of(tmp_path, text, places_csv=rows)
    assert [(term.name, term.phrases, term.severity, term.type, term.tags) for term in terms] == [
        ("Rafah", ("Rafah", "Rafiah", "رفح"), Severity.HIGH, EntityType.PLACE, ("world",)),
        ("Khan Younis", ("Khan Younis", "Khan Yunis", "Xan"), Severity.LOW, EntityType.PLACE, ("world",)),
        ("Gaza", ("Gaza",), Severity.LOW, EntityType.PLACE, ("world",)),
    ]
    assert terms[2].where == f"{tmp_path / 'places.csv'}:5:1"


def test_lists_of_other_people(tmp_path: Path) -> None:
    """`columns` picks what to read from a list with columns of its own, with any usual separator."""
    text = "watch:\n  - {include: firms.csv, type: organisation, columns: {name: Security, aliases: Symbol}}\n"
    terms = terms_of(tmp_path, text, firms_csv="Symbol;Security;Founded\nMMM;3M;1902\nAOS;A. O. Smith;1916\n")
    assert [term.phrases for term in terms] == [("3M", "MMM"), ("A. O. Smith", "AOS")]


def test_json_lists(tmp_path: Path) -> None:
    """An array or JSON Lines, of texts and objects."""
    rows: list[object] = [
        "truce",
        {"name": "Kaja Kallas", "type": "person", "aliases": ["Kallas"]},
        {"name": "Q", "query": "a AND b", "severity": None},
    ]
    text = "watch:\n  - include: [array.json, rows.jsonl]\n"
    lines = json.dumps({"name": "One", "aliases": "Uno;Un", "type": "other"}) + "\n\n" + json.dumps("two") + "\n"
    terms = terms_of(tmp_path, text, array_json=json.dumps(rows, indent=1), rows_jsonl=lines)
    assert [(term.name, term.kind.value, term.phrases) for term in terms] == [
        ("truce", "keyword", ("truce",)),
        ("Kaja Kallas", "entity", ("Kaja Kallas", "Kallas")),
        ("Q", "query", ()),
        ("One", "entity", ("One", "Uno", "Un")),
        ("two", "keyword", ("two",)),
    ]
    assert terms[1].where == f"{tmp_path / 'array.json'}:3:2"
    assert terms[4].where == f"{tmp_path / 'rows.jsonl'}:3:1"


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_loading_a_long_list_takes_linear_time(tmp_path: Path, suffix: str) -> None:
    """No row is compared with every other, and no place in the file is counted from its beginning."""

    def listed(count: int) -> Path:
        folder = tmp_path / str(count)
        folder.mkdir(exist_ok=True)
        if suffix == "csv":
            with (folder / "list.csv").open("w", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(["name", "type", "aliases", "severity"])
                writer.writerows([f"Name {n}", "person", f"N. {n};Alias {n}", "low"] for n in range(count))
        else:
            rows = [{"name": f"Name {n}", "type": "person", "aliases": [f"N. {n}"]} for n in range(count)]
            (folder / "list.json").write_text(json.dumps(rows))
        (folder / "monitor.yaml").write_text(f"watch: [{{include: list.{suffix}}}]")
        return folder / "monitor.yaml"

    def load(path: Path) -> None:
        terms = load_config(path, {}).terms
        assert [terms[0].name, terms[-1].name] == ["Name 0", f"Name {int(path.parent.name) - 1}"]

    assert_grows_linearly(load, listed, 4_000)


def test_a_yaml_list_can_be_included_under_watch(tmp_path: Path) -> None:
    """`watch: - include:` takes a YAML list as well."""
    terms = terms_of(tmp_path, "watch:\n  - truce\n  - include: more.yaml\n", more_yaml="- Gaza\n- {name: Rafah, type: place}\n")
    assert [term.name for term in terms] == ["truce", "Gaza", "Rafah"]


def test_plain_lines_are_a_list(tmp_path: Path) -> None:
    """A text file holds a name a line."""
    terms = terms_of(tmp_path, "watch:\n  - {include: names.txt, severity: low}\n", names_txt="# ours\nGaza: the strip\n\n  no\n")
    assert [(term.name, term.severity, term.where.rsplit(":", 2)[1]) for term in terms] == [
        ("Gaza: the strip", Severity.LOW, "2"),
        ("no", Severity.LOW, "4"),
    ]
