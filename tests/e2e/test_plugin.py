"""The program with an installed plug-in, and with one that is broken."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.program import Program
from tests.plugins import install, install_example
from tests.receiving import Receiver

ROOT = Path(__file__).parents[2]
GROUP = "news_monitor.channels"
NEEDY = """
from monitor.settings.channels import ChannelBase, Library
from workers.channels.kind import ChannelKind, Limits

KIND = ChannelKind(
    name="needy", settings=ChannelBase, limits=Limits(), render=lambda *_: None, leads_to=(), examples=(),
    library=Library(module="no_such_library", requirement="needy-channel[all]"),
)
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path of every program that the test starts."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(site), prepend=os.pathsep)
    return site


def test_a_plug_ins_channel_is_one_like_any_other(site: Path, tmp_path: Path) -> None:
    """Its settings are checked, faults in them are told at their place, and its alerts arrive."""
    install_example(site)
    with Receiver() as receiver:
        channel = {"type": "blackboard", "url": receiver.url("/room/1"), "chalk": "yellow"}
        program = Program(tmp_path, {"channels": {"room": channel}})
        assert program.records("channels", "test", "room")["outcome"] == "accepted"
        (request,) = receiver.requests
    assert request.json["chalk"] == "yellow"
    assert request.json["lines"][0] == "TEST · INFO · Test: Test of the channel room"
    program.configure({"channels": {"room": channel | {"chalk": "yelow"}}})
    checked = program.command("check")
    assert checked.returncode == 2
    assert "`yelow` is not one of white, yellow; did you mean `yellow`?" in checked.stdout
    program.configure({"channels": {"room": channel | {"type": "blackbord"}}})
    assert "unknown type `blackbord`; did you mean `blackboard`?" in program.command("check").stdout


def test_a_plug_ins_channel_goes_through_the_suite_of_all_channels(site: Path) -> None:
    """Whoever writes a channel runs our suite over it by installing it."""
    install_example(site)
    arguments = ["-q", "-p", "no:cacheprovider", "-k", "blackboard", "tests/contract/channels"]
    suite = subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert suite.returncode == 0, suite.stdout
    assert int(suite.stdout.splitlines()[-1].split()[0]) > 30


def test_a_channel_that_cannot_be_used_is_a_fault_at_its_place(site: Path, tmp_path: Path) -> None:
    """A library that is missing, a plug-in that fails to import, and one that is no channel: each is told, and nothing else breaks."""
    points = {"needy": "needy:KIND", "broken": "broken:KIND", "other": "needy:Library"}
    install(site, "bad-plugins", {GROUP: points}, needy=NEEDY, broken="raise RuntimeError('out of chalk')")
    program = Program(tmp_path, {})
    (tmp_path / "monitor.yaml").write_text(
        "channels:\n  a: {type: needy}\n  b: {type: broken}\n  c: {type: other}\n  d: {type: log}\n"
    )
    checked = program.command("check")
    assert checked.returncode == 2
    places = [line.removeprefix(f"{tmp_path}/") for line in checked.stdout.splitlines()]
    assert places == [
        "monitor.yaml:2:13: channels of type needy need `pip install needy-channel[all]`",
        "monitor.yaml:3:13: news_monitor.channels: `broken` (broken:KIND) cannot be loaded: out of chalk",
        "monitor.yaml:4:13: news_monitor.channels: `other` (needy:Library) is no ChannelType",
    ]
    (tmp_path / "monitor.yaml").write_text("channels:\n  d: {type: log}\n")
    assert program.command("check").returncode == 0


def test_apprise_missing_is_one_clear_sentence(tmp_path: Path) -> None:
    """Without the extra, a configuration that needs it says what to install."""
    (tmp_path / "monitor.yaml").write_text('channels:\n  phone: {type: apprise, url: "ntfy://x"}\n')
    without = (
        "import importlib.util, sys\n"
        "found = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *more: None if name == 'apprise' else found(name, *more)\n"
        "from monitor.cli import main\n"
        "sys.argv = ['news-monitor', 'check', '--config', 'monitor.yaml']\n"
        "main()\n"
    )
    checked = subprocess.run([sys.executable, "-c", without], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert checked.returncode == 2
    assert checked.stdout == "monitor.yaml:2:17: channels of type apprise need `pip install news-monitor[apprise]`\n"
