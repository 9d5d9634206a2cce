"""What is held back is told in the end, as a user sees it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.e2e.program import Program
from tests.waiting import until

FIRST = "A strike\n\nDockers at the harbour began a strike over wages this morning, their union said."
SECOND = "Teachers\n\nTeachers in the mountain province voted for a strike against larger classes next term."


def _events(path: Path) -> list[dict[str, Any]]:
    """Return what the file channel got, in order."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_a_second_event_is_told_when_the_cooldown_ends(tmp_path: Path) -> None:
    """Not at once and not never: once, with its title; `alerts` says what became of it, and a restart tells nothing again."""
    inbox, told = tmp_path / "inbox", tmp_path / "alerts.jsonl"
    inbox.mkdir()
    (inbox / "one.txt").write_text(FIRST)
    program = Program(
        tmp_path,
        {
            "folders": ["inbox"],
            "watch": [{"name": "strike", "cooldown": "6s"}],
            "channels": {"log": {"type": "file", "path": "alerts.jsonl"}},
            "workers": {"scan": 1},
        },
    )
    with program.running("--no-web"):
        until(lambda: _events(told), within_s=60)
        (inbox / "two.txt").write_text(SECOND)
        until(lambda: len(_events(told)) > 1, within_s=60)
    first, report = _events(told)
    assert (first["type"], report["type"]) == ("alert.created", "held.report")
    assert [(event["title"], event["reason"]) for event in report["data"]["events"]] == [("Teachers", "cooldown")]
    (alert,) = [one for one in program.records("alerts") if one["suppressed"]]
    assert (alert["suppressed"], alert["held"], alert["held_until"]) == ("cooldown", False, report["data"]["until"])
    assert alert["reported_at"] >= alert["held_until"]
    assert "held back: cooldown; told at " in program.command("alerts").stdout
    assert program.command("run", "--once").returncode == 0
    assert len(_events(told)) == 2


def test_a_lifted_silence_tells_at_the_next_run(tmp_path: Path) -> None:
    """While it lasts `alerts` says until when; `run --once` tells what is due and does not wait for the rest."""
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "one.txt").write_text(FIRST)
    told = tmp_path / "alerts.jsonl"
    config = {"folders": ["inbox"], "watch": ["strike"], "channels": {"log": {"type": "file", "path": "alerts.jsonl"}}}
    program = Program(tmp_path, config)
    assert program.command("silence", "strike", "--for", "2h").returncode == 0
    assert program.command("run", "--once").returncode == 0
    assert _events(told) == []
    assert "held until " in program.command("alerts").stdout
    assert program.command("silence", "strike", "--lift").returncode == 0
    assert program.command("run", "--once").returncode == 0
    (report,) = _events(told)
    assert [event["title"] for event in report["data"]["events"]] == ["A strike"]
