"""`watch add` and `feeds import` put lines into YAML files and leave every other byte as it is."""

from __future__ import annotations

import difflib
import shutil
import stat
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.errors import ConfigError
from monitor.settings.editing import Addition, add_feeds, add_terms
from monitor.settings.load import load_config
from monitor.settings.new_feed import NewFeed
from monitor.settings.yaml_edit import CannotInsert, ListItem, insert_items, quote_yaml

CONFIG = Path(__file__).parents[3] / "config"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the configuration that comes with the program; its main file."""
    shutil.copytree(CONFIG, tmp_path / "config")
    return tmp_path / "config" / "monitor.yaml"


def added_lines(before: str, after: str) -> list[str]:
    """The lines that are new; fails if any line went away or changed."""
    lines = list(difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True)))
    assert not [line for line in lines if line.startswith("- ")]
    return [line[2:] for line in lines if line.startswith("+ ")]


def test_terms_are_added_to_the_watch_list(config: Path) -> None:
    """The file that has the list gets the lines, in its own indentation, in quotes where a word needs them."""
    path = config.parent / "watchlist.yaml"
    before = path.read_text()
    path.chmod(0o640)
    wanted = [
        "earthquake",
        "no",
        "1984",
        "a: b",
        "#x",
        "- dash",
        "رفح",
        "ceasefire",
        "RAFAH",
        "earthquake",
        " New   York ",
        "${A} $$",
    ]
    addition = add_terms(config, wanted, {})
    assert addition == Addition(
        file=path,
        added=("earthquake", "no", "1984", "a: b", "#x", "- dash", "رفح", "New York", "${A} $$"),
        present=("ceasefire", "RAFAH", "earthquake"),
    )
    assert added_lines(before, path.read_text()) == [
        "  - earthquake\n",
        "  - 'no'\n",
        "  - '1984'\n",
        "  - 'a: b'\n",
        "  - '#x'\n",
        "  - '- dash'\n",
        "  - رفح\n",
        "  - New York\n",
        "  - $${A} $$$$\n",
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert not list(path.parent.glob(".*"))
    assert [term.name for term in load_config(config, {}).terms][-9:] == list(addition.added)


def test_nothing_new_writes_nothing(config: Path) -> None:
    """Terms that are there already leave the file alone."""
    path = config.parent / "watchlist.yaml"
    before = path.stat().st_ino
    assert add_terms(config, ["Ceasefire"], {}).present == ("Ceasefire",)
    assert path.stat().st_ino == before


def test_a_missing_variable_elsewhere_does_not_stop_it(config: Path) -> None:
    """The shell of an operator need not have the secrets of the daemon."""
    with (config.parent / "channels.yaml").open("a") as file:
        file.write('  desk: {type: slack, url: "${SLACK_WEBHOOK_URL}"}\n')
    assert add_terms(config, ["earthquake"], {}).added == ("earthquake",)


def test_a_broken_file_is_not_edited(config: Path) -> None:
    """Where the YAML is broken, the faults are told instead."""
    path = config.parent / "watchlist.yaml"
    path.write_text("watch: [a\n")
    with pytest.raises(ConfigError):
        add_terms(config, ["earthquake"], {})
    assert path.read_text() == "watch: [a\n"


def test_a_link_stays_a_link(config: Path, tmp_path: Path) -> None:
    """A file that is linked into the directory is changed where it lies."""
    real = tmp_path / "elsewhere.yaml"
    (config.parent / "watchlist.yaml").rename(real)
    (config.parent / "watchlist.yaml").symlink_to(real)
    add_terms(config, ["earthquake"], {})
    assert (config.parent / "watchlist.yaml").is_symlink()
    assert "  - earthquake\n" in real.read_text()


def test_commands_at_once_do_not_undo_each_other(config: Path) -> None:
    """Eight commands at the same moment, some with the same words: every word is there once."""
    words = [[f"word {n}", f"word {n // 2}", "shared"] for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        additions = list(pool.map(lambda terms: add_terms(config, terms, {}), words))
    added = [term for addition in additions for term in addition.added]
    assert sorted(added) == sorted({term for terms in words for term in terms})
    assert {term.name for term in load_config(config, {}).terms} >= set(added)


def test_a_place_that_does_not_exist(tmp_path: Path) -> None:
    """A configuration that is not there is a fault and no traceback."""
    with pytest.raises(ConfigError, match="no such file"):
        add_terms(tmp_path / "nowhere" / "monitor.yaml", ["earthquake"], {})


def test_a_word_in_broken_bytes_is_refused(config: Path) -> None:
    """What a shell hands over that is no text is no watch term."""
    with pytest.raises(CannotInsert):
        add_terms(config, ["caf\udce9"], {})


def test_feeds_are_added_once(config: Path) -> None:
    """An import brings names and folders along, and a second one brings nothing."""
    path = config.parent / "feeds.yaml"
    before = path.read_text()
    feeds = [
        NewFeed(url="https://example.org/a.xml"),
        NewFeed(url="https://example.org/b.xml?x=1&y=2", name="B: the second", tags=("News", "Asia, East")),
        NewFeed(url="https://www.lemonde.fr/rss/une.xml", name="Le Monde"),
    ]
    first = add_feeds(config, feeds, {})
    assert (first.added, first.present) == ((feeds[0].url, feeds[1].url), (feeds[2].url,))
    assert added_lines(before, path.read_text()) == [
        "  - https://example.org/a.xml\n",
        "  - url: https://example.org/b.xml?x=1&y=2\n",
        "    name: 'B: the second'\n",
        "    tags: [News, 'Asia, East']\n",
    ]
    second = add_feeds(config, feeds, {})
    assert (second.added, len(second.present)) == ((), 3)
    loaded = load_config(config, {}).feeds[-1]
    assert (loaded.url, loaded.name, loaded.tags) == (feeds[1].url, feeds[1].name, feeds[1].tags)


NEW = [ListItem(lines=("new",), flow="new")]


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("", "watch:\n  - new\n"),
        ("a: 1", "a: 1\n\nwatch:\n  - new\n"),
        ("watch:", "watch:\n  - new\n"),
        ("watch: # all\n  # - later\nb: 1\n", "watch: # all\n  - new\n  # - later\nb: 1\n"),
        ("watch:\n- a\n- b # why\n\n# end\nb: 1\n", "watch:\n- a\n- b # why\n- new\n\n# end\nb: 1\n"),
        (
            "watch:\n    - a\n    - name: x\n      any: [a,\n        b] # c\n",
            "watch:\n    - a\n    - name: x\n      any: [a,\n        b] # c\n    - new\n",
        ),
        ("watch: [a, b]\n", "watch: [a, b, new]\n"),
        ("watch: []\n", "watch: [new]\n"),
        ("watch: [\n  a,\n  b,\n]\n", "watch: [\n  a,\n  b, new,\n]\n"),
        ("watch:\n  - |\n    a\n    b\n\nb: 1\n", "watch:\n  - |\n    a\n    b\n  - new\n\nb: 1\n"),
        ("x: &a one\nwatch:\n  - *a\nb: 1\n", "x: &a one\nwatch:\n  - *a\n  - new\nb: 1\n"),
        ("watch:\r\n  - a\r\n", "watch:\r\n  - a\r\n  - new\r\n"),
        ("watch:\n  - name: q\n    severity:\nb: 1\n", "watch:\n  - name: q\n    severity:\n  - new\nb: 1\n"),
        ('"watch":\n  - a', '"watch":\n  - a\n  - new\n'),
        ("---\nwatch:\n- a\n...\n", "---\nwatch:\n- a\n- new\n...\n"),
        ("b:\n  watch: [x]\nwatch: [a]\n", "b:\n  watch: [x]\nwatch: [a, new]\n"),
    ],
)
def test_the_line_goes_where_a_person_would_put_it(text: str, result: str) -> None:
    """After the last item, before what follows it, in the list's own style."""
    assert insert_items(text, "watch", NEW) == result


@pytest.mark.parametrize("text", ["watch: one\n", "watch: {include: a.csv}\n", "watch: [a\n"])
def test_what_is_no_list_is_refused(text: str) -> None:
    """Rather than guess, the command says what to do."""
    with pytest.raises(CannotInsert):
        insert_items(text, "watch", NEW)


@given(
    words=st.lists(
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=30).filter(lambda word: word.split()), min_size=1, max_size=5
    )
)
@settings(max_examples=60, deadline=None)
def test_any_text_reads_back_as_itself(words: list[str]) -> None:
    """Whatever is added, in block or flow style, means the same when the file is read."""
    for text in ("watch:\n  - first\n", "watch: [first]\n"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "monitor.yaml"
            path.write_text(text)
            wanted = list(dict.fromkeys(" ".join(word.split()) for word in words))
            addition = add_terms(path, wanted, {})
            assert [term.name for term in load_config(path, {}).terms][1:] == list(addition.added)


@pytest.mark.parametrize(
    "word",
    [
        "no",
        "yes",
        "1984",
        "1.5",
        "null",
        "~",
        "",
        "a: b",
        "x:",
        "#x",
        "a #b",
        "*a",
        "&a",
        "!a",
        "@a",
        "[a]",
        "{a}",
        "- a",
        "%a",
        "|",
        " a",
    ],
)
def test_words_that_yaml_would_misread_are_quoted(word: str) -> None:
    """What a YAML reader takes for a number, a truth word or a mark stands in quotes."""
    assert quote_yaml(word) == f"'{word}'"
