"""A running daemon takes up what changes on disk: as a whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from monitor.domain.errors import ConfigError, Fault
from monitor.domain.watch import Term
from monitor.settings import files
from monitor.settings.files import Tree
from monitor.settings.live import Changed, LiveSettings, Rejected
from monitor.settings.source_position import SourceFile
from monitor.settings.yaml_tree import read_tree


def written(path: Path, text: str) -> None:
    """Replace a file as an editor does; the change shows even within one tick of the file system's clock."""
    beside = path.with_suffix(".new")
    beside.write_text(text)
    beside.replace(path)


def settled(live: LiveSettings) -> Changed | Rejected | None:
    """Two looks, as the daemon takes them a second apart."""
    assert live.refresh() is None
    return live.refresh()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration of several files."""
    (tmp_path / "teams").mkdir()
    (tmp_path / "monitor.yaml").write_text(
        "include: ['teams/*.yaml']\nwatch: [one, {include: list.csv}]\nchannels:\n  desk: {type: slack, url_file: url.txt}\n"
    )
    (tmp_path / "teams" / "a.yaml").write_text("watch: [two]\n")
    (tmp_path / "list.csv").write_text("name\nthree\n")
    (tmp_path / "url.txt").write_text("https://hooks.slack.example/one\n")
    return tmp_path


@pytest.fixture
def live(folder: Path) -> LiveSettings:
    """Its settings in a running process."""
    return LiveSettings(folder / "monitor.yaml", {})


def names(live: LiveSettings) -> list[str]:
    """The watch terms in force."""
    return [term.name for term in live.current.terms]


def test_nothing_changes_by_itself(live: LiveSettings) -> None:
    """Without a change there is nothing to report, however often one looks."""
    before = live.current
    assert [live.refresh() for _ in range(3)] == [None, None, None]
    assert live.current is before


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("monitor.yaml", "watch: [one, two, three, four]\n"),
        ("teams/a.yaml", "watch: [two, four]\n"),
        ("teams/b.yaml", "watch: [four]\n"),
        ("list.csv", "name\nthree\nfour\n"),
    ],
    ids=["main file", "included file", "a new file that a glob matches", "list"],
)
def test_a_change_in_any_file_is_taken_up(folder: Path, live: LiveSettings, file: str, text: str) -> None:
    """The second look after a change takes it; the one after that has nothing new."""
    assert names(live) == ["one", "three", "two"]
    written(folder / file, text)
    change = settled(live)
    assert isinstance(change, Changed)
    assert change.settings is live.current
    assert sorted(names(live)) == ["four", "one", "three", "two"]
    assert live.refresh() is None


def test_a_new_secret_is_taken_up(folder: Path, live: LiveSettings) -> None:
    """A secret that is read from a file may be changed in that file."""
    written(folder / "url.txt", "https://hooks.slack.example/two\n")
    assert isinstance(settled(live), Changed)


def test_a_file_that_goes_away_with_its_glob(folder: Path, live: LiveSettings) -> None:
    """A file taken out of a directory that is included takes its terms along."""
    (folder / "teams" / "b.yaml").write_text("watch: [four]\n")
    assert isinstance(settled(live), Changed)
    (folder / "teams" / "a.yaml").unlink()
    assert isinstance(settled(live), Changed)
    assert names(live) == ["one", "three", "four"]


def test_a_broken_file_is_told_once_and_changes_nothing(folder: Path, live: LiveSettings) -> None:
    """The old configuration goes on; the faults are reported when they appear and not every second."""
    before = live.current
    written(folder / "teams" / "a.yaml", "watch: [two\n")
    rejected = settled(live)
    assert isinstance(rejected, Rejected)
    assert [fault.file for fault in rejected.faults] == [str(folder / "teams" / "a.yaml")]
    assert [live.refresh() for _ in range(3)] == [None, None, None]
    assert live.current is before
    written(folder / "teams" / "a.yaml", "watch: [two, four]\n")
    assert isinstance(settled(live), Changed)
    assert names(live) == ["one", "three", "two", "four"]


def test_the_missing_include_that_appears(folder: Path, live: LiveSettings) -> None:
    """A change that waits for another file is taken up when that file comes."""
    written(folder / "monitor.yaml", "include: [later.yaml]\nwatch: [one]\n")
    assert isinstance(settled(live), Rejected)
    (folder / "later.yaml").write_text("watch: [five]\n")
    assert isinstance(settled(live), Changed)
    assert names(live) == ["one", "five"]


def test_a_change_that_goes_on_is_waited_for(folder: Path, live: LiveSettings) -> None:
    """While a file is still being written, nothing of it is taken."""
    path = folder / "list.csv"
    before = live.current
    for size in range(4):
        path.write_text("name\nthree\n" + "".join(f"n{n}\n" for n in range(size + 1)))
        assert live.refresh() is None
        assert live.current is before
    assert isinstance(live.refresh(), Changed)
    assert names(live) == ["one", "three", "n0", "n1", "n2", "n3", "two"]


def test_a_comment_is_no_change(folder: Path, live: LiveSettings) -> None:
    """A file that says the same in other words disturbs nobody."""
    before = live.current
    written(folder / "teams" / "a.yaml", "watch: [two]   # a team\n")
    assert settled(live) is None
    assert live.current is before


def test_a_touched_file_is_no_change(folder: Path, live: LiveSettings) -> None:
    """A new time on a file alone changes nothing."""
    before = live.current
    os.utime(folder / "monitor.yaml", (1_000_000_000, 1_000_000_000))
    assert settled(live) is None
    assert live.current is before
    assert live.refresh() is None


def test_a_daemon_does_not_start_with_a_broken_file(tmp_path: Path) -> None:
    """At the start there is no old configuration to go on with."""
    (tmp_path / "monitor.yaml").write_text("backfil: 2h\n")
    with pytest.raises(ConfigError, match="backfill"):
        LiveSettings(tmp_path / "monitor.yaml", {})


def test_the_watch_list_is_checked_when_it_has_changed(folder: Path) -> None:
    """A new channel does not cost another look at a hundred thousand terms; a changed term does, and its fault rejects the change."""
    checked: list[list[str]] = []

    def check(terms: Sequence[Term]) -> list[Fault]:
        checked.append([term.name for term in terms])
        return [Fault(file="x", line=1, column=1, message="bad") for term in terms if term.name == "bad"]

    live = LiveSettings(folder / "monitor.yaml", {}, check)
    written(folder / "url.txt", "https://hooks.slack.example/two\n")
    assert isinstance(settled(live), Changed)
    assert checked == [["one", "three", "two"]]
    written(folder / "teams" / "a.yaml", "watch: [bad]\n")
    assert isinstance(settled(live), Rejected)
    assert checked[1:] == [["one", "three", "bad"]]
    assert names(live) == ["one", "three", "two"]


def test_a_word_is_taken_up_fast_beside_a_long_list_of_feeds(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """YAML that has not changed is not parsed again, the main file as little as the others."""
    parsed: list[str] = []

    def noted(source: SourceFile, env: Mapping[str, str]) -> Tree:
        parsed.append(source.path.name)
        return read_tree(source, env)

    monkeypatch.setattr(files, "read_tree", noted)
    feeds = "".join(f"  - url: https://example.org/{n}.xml\n    name: Feed {n}\n    tags: [a, b]\n" for n in range(200))
    (folder / "teams" / "feeds.yaml").write_text(f"feeds:\n{feeds}")
    live = LiveSettings(folder / "monitor.yaml", {})
    assert {"monitor.yaml", "feeds.yaml", "a.yaml"} <= set(parsed)
    parsed.clear()
    written(folder / "teams" / "a.yaml", "watch: [two, four]\n")
    assert isinstance(settled(live), Changed)
    assert parsed == ["a.yaml"]
    assert (len(live.current.feeds), names(live)[-1]) == (200, "four")
