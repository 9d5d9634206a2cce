"""The commands that look at the watch list and change it, as a stranger uses them, with an archive of three articles."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.cli import main
from tests.e2e.program import Program

STORY = """\
Ceasfire talks in city {number}

The talks were led by Bibi Netanyahu in hall {number}. Netanyahu said the marathon of Rafah was off, and spoke of the Relief Agency (RAX).
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A program that has read its folder once."""
    folder = tmp_path_factory.mktemp("watchlist")
    (folder / "inbox").mkdir()
    for number in range(3):
        (folder / "inbox" / f"{number}.txt").write_text(STORY.format(number=number))
    program = Program(
        folder,
        {
            "folders": ["inbox"],
            "watch": [
                "talks",
                "ceasefire talks",
                {"name": "Benjamin Netanyahu", "type": "person"},
                {"name": "Relief Agency", "type": "organisation"},
                {"name": "Rafah", "type": "place", "context": {"forbid": ["marathon"]}},
            ],
            "channels": {"log": {"type": "file", "path": "alerts.jsonl"}},
        },
    )
    done = program.command("run", "--once")
    assert done.returncode == 0, done.stderr
    return program


def _run(config: Path, *arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--config", str(config)])
    return int(ended.value.code or 0)


def test_check_says_what_the_archive_has(program: Program, capsys: pytest.CaptureFixture[str]) -> None:
    """How often each term fires, and of one that never does what came near it."""
    config = program.folder / "monitor.yaml"
    assert _run(config, "check", "--strict") == 0
    shown = capsys.readouterr().out
    assert "on the newest 3 stored articles fire: talks 3, Relief Agency 3" in shown
    assert "'Benjamin Netanyahu' fires on none of these articles; in 3 of them: surname only: 'Netanyahu'" in shown
    assert "in 3 of them: written 'Ceasfire talks', one letter off" in shown
    assert "in 3 of them: occurs, but `marathon` stands 2 words away, `forbid` within 30" in shown
    assert ": note: " in shown
    assert ": warning: " not in shown
    assert _run(config, "check", "--json") == 0
    archive = json.loads(capsys.readouterr().out)["archive"]
    assert (archive["articles"], archive["terms"][0]) == (
        3,
        {"term": "talks", "articles": 3, "near": None, "near_articles": 0},
    )
    assert _run(config, "check", "--no-archive") == 0
    assert "stored articles" not in capsys.readouterr().out


def test_suggested_aliases_are_added_one_by_one(program: Program, capsys: pytest.CaptureFixture[str]) -> None:
    """Other first names and initials come from the archive; only an accepted one is written."""
    config = program.folder / "monitor.yaml"
    before = config.read_text()
    assert _run(config, "watch", "suggest", "Benjamin Netanyahu", "--json") == 0
    (suggested,) = json.loads(capsys.readouterr().out)
    assert (suggested["alias"], suggested["articles"]) == ("Bibi Netanyahu", 3)
    assert _run(config, "watch", "suggest", "Relief Agency") == 0
    assert "RAX" in capsys.readouterr().out
    assert config.read_text() == before
    assert _run(config, "watch", "suggest", "talks") == 2
    assert _run(config, "watch", "suggest", "Relief Agency", "--accept", "RAX") == 0
    assert _run(config, "watch", "list", "--json") == 0
    listed = {one["name"]: one["phrases"] for one in json.loads(capsys.readouterr().out.partition("\n")[2])}
    assert listed["Relief Agency"] == ["Relief Agency", "RAX"]


CONFIG = "channels: {log: {type: file, path: a.jsonl}}\nwatch:\n  - truce  # ours\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A small configuration without an archive."""
    path = tmp_path / "monitor.yaml"
    path.write_text(CONFIG)
    return path


@pytest.mark.parametrize("term", ["...", "   ", '"', "the", "offens*", "port AND strike", "cease|fire", "TRUCES"])
def test_a_term_that_cannot_be_meant_is_not_added(config: Path, capsys: pytest.CaptureFixture[str], term: str) -> None:
    """`watch add` says why, exits with 2 and leaves the file alone."""
    assert _run(config, "watch", "add", term) == 2
    assert "nothing was added" in capsys.readouterr().err
    assert config.read_text() == CONFIG


def test_a_doubtful_term_is_added_on_request(config: Path) -> None:
    """`--anyway` writes what is doubtful, but not what cannot be searched for; `watch remove` takes it out again."""
    assert _run(config, "watch", "add", "--anyway", "the") == 0
    assert _run(config, "check") == 0
    assert _run(config, "check", "--strict") == 2
    assert _run(config, "watch", "remove", "the") == 0
    assert _run(config, "watch", "add", "--anyway", "...") == 2
    assert config.read_text() == CONFIG


def test_lists_of_other_tools(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An included list of another tool is refused by `check` with the command that takes it over, and that one reports what changed."""
    words = config.with_name("words.txt")
    words.write_text("port\n+strike\n!drill\n@3\n")
    config.write_text(CONFIG + "  - include: words.txt\n")
    assert _run(config, "check") == 2
    assert "watch import words.txt" in capsys.readouterr().out
    config.write_text(CONFIG)
    assert _run(config, "watch", "import", str(words)) == 0
    assert "the limit of 3 hits is left out" in capsys.readouterr().out
    assert config.read_text() == f"{CONFIG}  - name: port\n    query: port AND strike NOT drill\n"
    names = config.with_name("sanctions.csv")
    names.write_text('schema,name,aliases\nPerson,"DOE, Jane",J. Doe\n')
    assert _run(config, "watch", "import", str(names)) == 0
    assert config.with_name("sanctions.terms.csv").read_text() == "name,type,aliases\nJane Doe,person,J. Doe\n"
    assert config.read_text().endswith("  - include: sanctions.terms.csv\n")
    assert _run(config, "watch", "import", str(names)) == 2
    assert _run(config, "check") == 0
