"""The commands as a stranger uses them, after one reading of two documents and a feed that is down."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.cli import main
from tests.e2e.program import Program


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A program that has read its sources once."""
    folder = tmp_path_factory.mktemp("commands")
    (folder / "inbox").mkdir()
    (folder / "inbox" / "one.txt").write_text("A bridge\n\nEngineers say a ceasefire lets them mend the bridge across the river.")
    (folder / "inbox" / "two.txt").write_text("A market\n\nTraders in Ra\u0161ka sell plums and honey on the square each morning.")
    program = Program(
        folder,
        {
            "folders": ["inbox"],
            "feeds": ["http://127.0.0.1:9/feed.xml"],
            "watch": ["ceasefire", {"name": "Ra\u0161ka", "type": "place", "severity": "high"}],
            "channels": {"log": {"type": "file", "path": "alerts.jsonl"}},
        },
    )
    done = program.command("run", "--once", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["alerts"] == 2
    return program


def test_status_is_json_while_a_feed_fails(program: Program) -> None:
    """`status --json` counts failing feeds, and knows of no queue where no daemon runs."""
    found = program.records("status")
    assert set(found) >= {"queues", "articles", "deliveries", "sources", "workers", "last_alert_at"}
    assert found["sources"]["failing"] == 1
    assert found["queues"] == {"scan": None, "deliver": None}


def test_feeds_lists_sources_of_every_kind(program: Program) -> None:
    """`feeds` shows a folder beside the feeds, in JSON and in its table."""
    found = [(record["kind"], record["url"], record["status"], record["articles"]) for record in program.records("feeds")]
    assert found == [("feed", "http://127.0.0.1:9/feed.xml", "failing", 0), ("folder", str(program.folder / "inbox"), "ok", 2)]
    assert ["inbox", "folder", "ok"] in [line.split()[:3] for line in program.command("feeds").stdout.splitlines()]


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (("alerts", "--severity", "high"), 1),
        (("alerts", "--severity", "low"), 0),
        (("alerts", "--term", "ceasefire"), 1),
        (("deliveries", "--status", "delivered"), 2),
        (("deliveries", "--status", "dead"), 0),
        (("articles", "--search", "PLUMS"), 1),
    ],
)
def test_records_can_be_chosen(
    program: Program, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], count: int
) -> None:
    """Severities and states are chosen by the words that stand in the records."""
    assert _here(program, *arguments, "--json") == 0
    assert len(json.loads(capsys.readouterr().out)) == count


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("alerts", "--severity", "severe"), 2),
        (("alerts", "--since", "soon"), 2),
        (("worker",), 2),
        (("backtest", "--term", "ceasefires"), 2),
        (("deliveries", "retry"), 2),
        (("deliveries", "retry", "nope"), 1),
        (("match", "/nowhere.txt"), 1),
        (("channels", "test", "lag"), 2),
    ],
)
def test_wrong_usage_says_so(program: Program, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], status: int) -> None:
    """The exit status tells bad usage from failure; the message is on standard error."""
    assert _here(program, *arguments) == status
    assert capsys.readouterr().err.strip()


def test_tables_are_whole_off_a_terminal(program: Program) -> None:
    """Each record is one line in a file or a pipe, however long."""
    (alert, _) = program.records("alerts")
    lines = program.command("deliveries").stdout.splitlines()
    assert len(lines) == 3
    assert all(line.split()[0] in {"ID", *(one["id"] for one in program.records("deliveries"))} for line in lines)
    assert "\x1b" not in program.command("alerts").stdout
    assert any(line.strip() == alert["article"]["title"] for line in program.command("alerts").stdout.splitlines())


def test_a_poor_terminal_ends_no_command(program: Program) -> None:
    """A character that the output cannot show is written as an escape; a full disk is said in a sentence."""
    argv = [sys.executable, "-m", "monitor", "watch", "list", "--config", str(program.folder / "monitor.yaml")]
    poor = subprocess.run(
        argv, env={**os.environ, "PYTHONIOENCODING": "latin-1"}, capture_output=True, encoding="latin-1", check=False
    )
    assert poor.returncode == 0
    assert "Ra\\u0161ka" in poor.stdout
    with Path("/dev/full").open("wb") as full:
        stuck = subprocess.run(argv, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert stuck.returncode == 1
    assert stuck.stderr.startswith("news-monitor: ")


@pytest.mark.parametrize("command", ["alerts", "articles"])
def test_a_reader_may_leave(program: Program, command: str) -> None:
    """A command whose reader has gone, as with `| head`, ends in silence."""
    argv = [sys.executable, "-m", "monitor", command, "--config", str(program.folder / "monitor.yaml")]
    reading, writing = os.pipe()
    os.close(reading)
    left = subprocess.run(argv, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (left.returncode, left.stderr) == (0, "")


def test_backtest_counts_what_would_have_been_raised(program: Program) -> None:
    """Per term articles, stories, days and samples; against another list, what only one of them raises."""
    (program.folder / "other.yaml").write_text("watch: [plums, {name: ceasefire, any: [armistice]}]")
    found = program.records("backtest", "--against", str(program.folder / "other.yaml"))
    assert found["articles"] == 2
    by_term = {term["term"]: term for term in found["terms"]}
    assert by_term["ceasefire"]["articles"] == by_term["ceasefire"]["stories"] == 1
    assert [sample["title"] for sample in by_term["ceasefire"]["samples"]] == ["A bridge"]
    assert [(day["articles"], day["stories"]) for day in by_term["ceasefire"]["per_day"]] == [(1, 1)]
    against = found["against"]
    assert [sample["title"] for sample in against["only_here"]["samples"]] == ["A bridge"]
    assert against["only_there"]["articles"] == 0
    assert [sample["title"] for sample in against["both"]["samples"]] == ["A market"]
    assert {term["term"]: (term["only_here"]["articles"], term["only_there"]["articles"]) for term in against["differing"]} == {
        "ceasefire": (1, 0),
        "Ra\u0161ka": (1, 0),
        "plums": (0, 1),
    }
    assert [term["term"] for term in program.records("backtest", "--term", "ceasefire")["terms"]] == ["ceasefire"]


def _here(program: Program, *arguments: str) -> int:
    """The exit status of a command run in this process, which saves a start."""
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--config", str(program.folder / "monitor.yaml")])
    return int(ended.value.code or 0)
