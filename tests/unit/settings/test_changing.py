"""`watch remove` and `watch suggest` change only the lines of their term, and refuse what would break the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.cli.terms import check_terms
from monitor.domain.errors import ConfigError, UsageError
from monitor.settings.editing import add_aliases, add_terms, remove_term
from monitor.settings.load import load_config
from monitor.settings.yaml_edit import CannotInsert

BLOCK = """\
# what to watch
watch:
  # the first
  - truce   # with a comment
  - name: Rafah
    type: place      # a place
    severity: high

  - {name: Gaza, type: place, aliases: [Gaza Strip]}
  - name: Hamas
    aliases:
      - حماس
    type: organisation
  - name: Talks
    query: >
      truce AND
      talks
"""


def _config(folder: Path, text: str = BLOCK) -> Path:
    path = folder / "monitor.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "gone"),
    [
        ("truce", ["  - truce   # with a comment\n"]),
        ("Rafah", ["  - name: Rafah\n", "    type: place      # a place\n", "    severity: high\n"]),
        ("Gaza", ["  - {name: Gaza, type: place, aliases: [Gaza Strip]}\n"]),
        ("hamas", ["  - name: Hamas\n", "    aliases:\n", "      - حماس\n", "    type: organisation\n"]),
        ("Talks", ["  - name: Talks\n", "    query: >\n", "      truce AND\n", "      talks\n"]),
    ],
)
def test_the_lines_of_a_term_go_and_no_other(tmp_path: Path, name: str, gone: list[str]) -> None:
    """Comments and blank lines around a term stay, and the other terms are as before."""
    path = _config(tmp_path)
    assert remove_term(path, name, {}) == path
    expected = BLOCK
    for line in gone:
        expected = expected.replace(line, "", 1)
    assert path.read_text(encoding="utf-8") == expected
    assert name.casefold() not in {term.name.casefold() for term in load_config(path, {}).terms}


@pytest.mark.parametrize(
    ("before", "name", "after"),
    [
        ("watch: [truce, port, rail]\n", "truce", "watch: [port, rail]\n"),
        ("watch: [truce, port, rail]\n", "rail", "watch: [truce, port]\n"),
        ("watch: [truce]\n", "truce", "watch: []\n"),
        ("watch:\n- truce\n", "truce", "watch:\n"),
    ],
)
def test_a_term_leaves_a_short_list(tmp_path: Path, before: str, name: str, after: str) -> None:
    """Lists in flow style and the last term of a list are handled, too."""
    path = _config(tmp_path, before)
    remove_term(path, name, {})
    assert path.read_text() == after


def test_what_others_refer_to_stays(tmp_path: Path) -> None:
    """A term that a query, a route or a silence names is not taken out."""
    text = "watch:\n- truce\n- {name: Both, query: 'term:truce AND port'}\n"
    path = _config(tmp_path, text)
    with pytest.raises(ConfigError, match="there is no term 'truce'"):
        remove_term(path, "truce", {}, check_terms=check_terms)
    assert path.read_text() == text


def test_a_term_that_is_not_in_the_yaml(tmp_path: Path) -> None:
    """Unknown terms get a near miss, and terms of another list the line to change."""
    (tmp_path / "names.csv").write_text("name\nAcme\n")
    path = _config(tmp_path, "watch: [truce, {include: names.csv}]\n")
    with pytest.raises(UsageError, match="did you mean `truce`"):
        remove_term(path, "truse", {})
    with pytest.raises(UsageError, match=r"names\.csv:2:1"):
        remove_term(path, "Acme", {})


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("Rafah", "  - name: Rafah\n", "  - name: Rafah\n    aliases: [A b, 'c, d']\n"),
        ("Gaza", "[Gaza Strip]", "[Gaza Strip, A b, 'c, d']"),
        ("Hamas", "      - حماس\n", "      - حماس\n      - A b\n      - c, d\n"),
    ],
)
def test_aliases_are_added_in_the_style_of_the_term(tmp_path: Path, name: str, before: str, after: str) -> None:
    """A missing list of aliases is added, one in either style is extended."""
    path = _config(tmp_path)
    add_aliases(path, name, ["A b", "c, d"], {})
    assert path.read_text(encoding="utf-8") == BLOCK.replace(before, after)
    (term,) = (term for term in load_config(path, {}).terms if term.name == name)
    assert term.phrases[-2:] == ("A b", "c, d")


def test_an_alias_needs_an_entity(tmp_path: Path) -> None:
    """Nothing is written where an alias would be a fault."""
    path = _config(tmp_path)
    with pytest.raises(CannotInsert):
        add_aliases(path, "truce", ["armistice"], {})
    with pytest.raises(ConfigError, match="cannot have"):
        add_aliases(path, "Talks", ["armistice"], {})
    assert path.read_text(encoding="utf-8") == BLOCK


def test_a_term_without_a_word_is_not_written(tmp_path: Path) -> None:
    """What the matcher refuses never reaches the file."""
    path = _config(tmp_path)
    with pytest.raises(ConfigError, match="no letter or digit"):
        add_terms(path, ["..."], {}, check_terms=check_terms)
    assert path.read_text(encoding="utf-8") == BLOCK
