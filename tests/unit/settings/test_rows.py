"""Long lists that change: what is read again comes to the same as all of it read afresh."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.settings.live import Changed, LiveSettings, Rejected
from monitor.settings.load import load_config

MAIN = "channels:\n  desk: {type: file, path: a.jsonl}\nwatch:\n  - {include: list.csv}\n"
LIST = "name,severity,channels\n" + "".join(f"word{i},high,desk\n" for i in range(300))


def settled(live: LiveSettings) -> Changed | Rejected | None:
    """Two looks: the second finds the files as the first did."""
    live.refresh()
    return live.refresh()


CHANGES = {
    "a row more": LIST + "one more,low,\n",
    "a row first": LIST.replace("word0,", "earlier,low,desk\nword0,", 1),
    "a row less": LIST.replace("word7,high,desk\n", "", 1),
    "a row changed": LIST.replace("word7,high", "word7,low", 1),
    "a row emptied": LIST.replace("word7,high,desk", "", 1),
    "a column renamed": LIST.replace("severity", "repeat", 1).replace(",high,", ",story,"),
    "a row in quotes": LIST.replace("word7,", '"word\n7",', 1),
    "another separator": LIST.replace(",", ";"),
    "all in small": LIST.replace("high", "low"),
}


@pytest.mark.parametrize("text", CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_list_reads_as_one_read_afresh(tmp_path: Path, text: str) -> None:
    """Whatever was kept of the earlier list, the terms, their places and the settings are the same, and back again."""
    (tmp_path / "m.yaml").write_text(MAIN)
    (tmp_path / "list.csv").write_text(LIST)
    live = LiveSettings(tmp_path / "m.yaml", {})
    for now in (text, LIST, text):
        (tmp_path / "list.csv").write_text(now)
        settled(live)
        assert live.current == load_config(tmp_path / "m.yaml", {})


def test_rows_that_have_not_changed_are_not_read_again(tmp_path: Path) -> None:
    """One more word on a long list leaves the other terms the very same objects."""
    (tmp_path / "m.yaml").write_text(MAIN)
    (tmp_path / "list.csv").write_text(LIST)
    live = LiveSettings(tmp_path / "m.yaml", {})
    before = live.current.terms
    (tmp_path / "list.csv").write_text(LIST + "one more,low,\n")
    settled(live)
    assert all(old is new for old, new in zip(before, live.current.terms, strict=False))


@pytest.mark.parametrize(
    ("main", "text", "fault"),
    [
        (MAIN, LIST + "word7,low,\n", "is there twice; first at"),
        (MAIN, LIST + "another,loud,\n", "list.csv:302:1: `severity`"),
        (MAIN.replace("desk:", "other:"), LIST, "desk"),
        (MAIN + "  - {include: list.csv}\n", LIST, "is there twice; first at"),
    ],
    ids=["a name twice", "a bad value", "a channel gone", "the list twice"],
)
def test_faults_are_found_also_where_rows_are_kept(tmp_path: Path, main: str, text: str, fault: str) -> None:
    """A list that was sound is not taken for sound when something around it is not."""
    (tmp_path / "m.yaml").write_text(MAIN)
    (tmp_path / "list.csv").write_text(LIST)
    live = LiveSettings(tmp_path / "m.yaml", {})
    (tmp_path / "m.yaml").write_text(main)
    (tmp_path / "list.csv").write_text(text)
    outcome = settled(live)
    assert isinstance(outcome, Rejected)
    assert any(fault in str(one) for one in outcome.faults)


def test_values_beside_the_include_count_for_rows_that_are_kept(tmp_path: Path) -> None:
    """The list is the same, but what its `include:` says of it is not."""
    (tmp_path / "m.yaml").write_text("watch:\n  - {include: list.csv, tags: [a]}\n")
    (tmp_path / "list.csv").write_text("name\ntruce\n")
    live = LiveSettings(tmp_path / "m.yaml", {})
    (tmp_path / "m.yaml").write_text("watch:\n  - {include: list.csv, tags: [b]}\n")
    assert isinstance(settled(live), Changed)
    assert live.current.terms[0].tags == ("b",)
