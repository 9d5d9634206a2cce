"""The program with a source that an installed plug-in brings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.program import Program
from tests.plugins import install, install_example
from tests.receiving import Receiver
from tests.waiting import until

ROOT = Path(__file__).parents[2]
GROUP = "news_monitor.sources"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path of every program that the test starts."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(site), prepend=os.pathsep)
    return site


def test_a_plug_ins_source_is_one_like_any_other(site: Path, tmp_path: Path) -> None:
    """`run --once` reads it and alerts on it; `status`, `feeds` and the summary show it, and say what is wrong with it."""
    install_example(site)
    board = tmp_path / "board.txt"
    board.write_text("Ceasefire talks resume\nBring cake on Friday\n")
    with Receiver() as receiver:
        program = Program(
            tmp_path,
            {
                "sources": {"canteen": {"type": "noticeboard", "path": "board.txt"}},
                "watch": ["ceasefire"],
                "channels": {"hook": {"type": "webhook", "url": receiver.url()}},
                "workers": {"scan": 1},
            },
        )
        checked = program.records("check")
        first = program.records("run", "--once")
        (request,) = receiver.wait_for(1)
        board.unlink()
        second = program.command("run", "--once")
        assert len(receiver.requests) == 1
    assert checked["noticeboards"] == 1
    assert (first["articles"], first["alerts"], first["noticeboards"]) == (2, 1, {"ok": 1})
    assert request.json["data"]["article"]["source"] == "canteen"
    assert second.returncode == 0, second.stderr
    assert "noticeboards: 1 failing" in second.stdout
    assert "noticeboard:canteen: the board cannot be read: No such file or directory" in second.stdout
    sources = program.records("status")["sources"]
    assert (sources["noticeboards"], sources["failing"]) == (1, 1)
    (record,) = program.records("feeds", "list")
    assert (record["kind"], record["name"], record["url"]) == ("noticeboard", "canteen", "noticeboard:canteen")
    assert (record["status"], record["reason"], record["articles"]) == (
        "failing",
        "the board cannot be read: No such file or directory",
        2,
    )


def test_a_plug_ins_source_is_read_as_soon_as_it_is_configured(site: Path, tmp_path: Path) -> None:
    """A type that the configuration names for the first time is opened and started in the running daemon."""
    install_example(site)
    (tmp_path / "board.txt").write_text("Ceasefire talks resume\n")
    with Receiver() as receiver:
        config = {"watch": ["ceasefire"], "channels": {"hook": {"type": "webhook", "url": receiver.url()}}, "workers": {"scan": 1}}
        program = Program(tmp_path, config)
        with program.running("--no-web"):
            until(lambda: program.events("daemon.started"), within_s=60)
            program.configure({**config, "sources": {"canteen": {"type": "noticeboard", "path": "board.txt"}}})
            (request,) = receiver.wait_for(1, 30)
    assert request.json["data"]["article"]["title"] == "Ceasefire talks resume"


def test_a_plug_ins_settings_are_checked(site: Path, tmp_path: Path) -> None:
    """Faults are told at their place: in its keys, in its type, and where no plug-in brings any type."""
    program = Program(tmp_path, {})
    where = tmp_path / "monitor.yaml"
    where.write_text("sources:\n  board: {type: noticeboard, path: a.txt}\n")
    assert ":2:17: there is no type of source: install a plug-in that brings one" in program.command("check").stdout
    install_example(site)
    assert program.command("check").returncode == 0
    where.write_text("sources:\n  board: {type: noticeboard, pth: a.txt}\n")
    assert ":2:30: unknown key `pth`; did you mean `path`?" in program.command("check").stdout
    where.write_text("sources:\n  board: {type: feed, url: a.txt}\n")
    assert "unknown type `feed` (one of noticeboard)" in program.command("check").stdout


def test_a_broken_plug_in_that_nothing_uses_stops_nothing(site: Path, tmp_path: Path) -> None:
    """It is a fault where `sources` names it, and else none of the program's business."""
    install(site, "bad-plugin", {GROUP: {"broken": "broken_source:KIND"}}, broken_source="raise RuntimeError('out of paper')")
    program = Program(tmp_path, {})
    assert program.records("status")["sources"] == {"feeds": 0, "folders": 0, "mailboxes": 0}
    program.configure({"sources": {"one": {"type": "broken"}}})
    checked = program.command("check")
    assert checked.returncode == 2
    assert "`broken` (broken_source:KIND) cannot be loaded: out of paper" in checked.stdout


def test_a_plug_ins_source_goes_through_the_suite_of_all_sources(site: Path) -> None:
    """Whoever writes a source runs our suite over it by installing it."""
    install_example(site)
    arguments = ["-q", "-p", "no:cacheprovider", "-k", "noticeboard and sqlite", "tests/contract/sources"]
    suite = subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert suite.returncode == 0, suite.stdout
    assert int(suite.stdout.splitlines()[-1].split()[0]) >= 8
