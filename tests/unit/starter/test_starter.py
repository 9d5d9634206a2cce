"""The files of a new installation."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.domain.errors import MonitorError
from monitor.settings.load import load_config
from monitor.settings.new_feed import NewFeed
from monitor.starter.answers import Answers, answered_files, channel_type
from monitor.starter.sample_files import MAIN_FILE, sample_files, write_files
from monitor.starter.service_unit import service_unit

PROJECT = Path(__file__).resolve().parents[3]


def test_the_samples_are_those_of_the_checkout() -> None:
    """What the package brings and what `make run` starts with are the same files."""
    samples = sample_files()
    checkout = {path for folder in ("config", "seeds") for path in (PROJECT / folder).iterdir()}
    assert {PROJECT / path for path in samples} == checkout
    for path, text in samples.items():
        assert (PROJECT / path).read_text() == text


def test_answers_stand_in_the_place_of_the_samples(tmp_path: Path) -> None:
    """Words and names that YAML would read otherwise are what was typed; the comments stay."""
    answers = Answers(
        words=("Rafah", "no", "'a: b", "#gaza", "- x"),
        feeds=(
            NewFeed(url="https://one.example/rss"),
            NewFeed(url="https://two.example/a?b=#c", name="Two: the second", tags=("a b",)),
        ),
        channel="https://hooks.slack.com/services/T/B/x",
        zone="Europe/London",
    )
    main_file = write_files(tmp_path, answered_files(sample_files(), answers))
    found = load_config(main_file, {})
    assert tuple(term.name for term in found.terms) == answers.words
    assert [(feed.url, feed.name, feed.tags) for feed in found.feeds] == [
        ("https://one.example/rss", None, ()),
        ("https://two.example/a?b=#c", "Two: the second", ("a b",)),
    ]
    assert [(name, channel.type) for name, channel in found.channels.items()] == [("log", "file"), ("desk", "slack")]
    assert "# Slack" in (tmp_path / "config" / "channels.yaml").read_text()


def test_no_answers_are_the_samples() -> None:
    """Nothing asked, nothing changed."""
    assert answered_files(sample_files(), Answers()) == sample_files()


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("https://hooks.slack.com/services/T/B/x", "slack"),
        ("https://discord.com/api/webhooks/1/x", "discord"),
        ("https://prod-1.westeurope.logic.azure.com:443/workflows/x", "teams"),
        ("https://hooks.slack.com.evil.example/x", "webhook"),
        ("http://127.0.0.1:8000/hook", "webhook"),
    ],
)
def test_the_type_of_a_channel_follows_from_its_host(address: str, kind: str) -> None:
    """Services that have one kind of address are known by it."""
    assert channel_type(address) == kind


def test_a_configuration_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    """One file in the way, and none is written; a folder that cannot be written to is named."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "feeds.yaml").write_text("feeds: []\n")
    with pytest.raises(MonitorError, match=r"feeds\.yaml exists"):
        write_files(tmp_path, sample_files())
    assert not (tmp_path / MAIN_FILE).exists()
    (tmp_path / "file").touch()
    with pytest.raises(MonitorError, match="cannot be written"):
        write_files(tmp_path / "file", {MAIN_FILE: ""})


def test_a_path_with_blanks_and_per_cent_signs_is_one_word_of_the_unit() -> None:
    """Systemd would read `%h` as a home directory, and a blank as the end of a word."""
    unit = service_unit(command=Path("/opt/n m/bin/x"), config=Path("/etc/100%/m.yaml"), data=Path("/var/lib/x"), user="monitor")
    assert 'ExecStart="/opt/n m/bin/x" run --config /etc/100%%/m.yaml\n' in unit
