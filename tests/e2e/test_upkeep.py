"""What an administrator does: set up, back up, restore, export."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.e2e.program import Program

STORY = "A bridge\n\nEngineers say a ceasefire lets them mend the bridge across the river."


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A program that has read a document once."""
    folder = tmp_path_factory.mktemp("upkeep")
    (folder / "inbox").mkdir()
    (folder / "inbox" / "one.txt").write_text(STORY)
    (folder / "inbox" / "two.txt").write_text("=1+1\n\nThe word ceasefire below a title that a spreadsheet would work out.")
    program = Program(
        folder,
        {"folders": ["inbox"], "watch": ["ceasefire"], "channels": {"log": {"type": "file", "path": "alerts.jsonl"}}},
    )
    done = program.command("run", "--once", "--json")
    assert done.returncode == 0, done.stderr
    return program


def test_a_restored_database_tells_nothing_again(program: Program, tmp_path: Path) -> None:
    """The alerts keep their ids, and what the sources still show is known; a second restore is refused."""
    saved = tmp_path / "saved"
    assert program.command("backup", str(saved)).returncode == 0
    told = (program.folder / "alerts.jsonl").read_text().splitlines()
    (tmp_path / "elsewhere").mkdir()
    other = Program(
        tmp_path / "elsewhere",
        {
            "folders": [str(program.folder / "inbox")],
            "watch": ["ceasefire"],
            "channels": {"log": {"type": "file", "path": "alerts.jsonl"}},
        },
    )
    restored = other.command("restore", str(saved), "--json")
    assert restored.returncode == 0, restored.stderr
    assert json.loads(restored.stdout)["rows"]["alerts"] == len(told) == 2
    done = other.command("run", "--once", "--json")
    assert json.loads(done.stdout)["alerts"] == 0, done.stderr
    assert [alert["id"] for alert in other.records("alerts")] == [alert["id"] for alert in program.records("alerts")]
    assert not (other.folder / "alerts.jsonl").exists()
    refused = other.command("restore", str(saved))
    assert (refused.returncode, "not empty" in refused.stderr) == (2, True)


def test_an_export_has_every_record(program: Program) -> None:
    """JSON lines as `--json` shows them, each entry of each feed by itself; a table in which no cell is a formula."""
    for kind in ("articles", "alerts", "stories"):
        lines = program.command("export", kind).stdout.splitlines()
        listed = [{name: value for name, value in record.items() if name != "also_in"} for record in program.records(kind)]
        assert [json.loads(line) for line in lines] == listed
    table = list(csv.DictReader(io.StringIO(program.command("export", "articles", "--format", "csv").stdout)))
    assert {row["title"] for row in table} == {"A bridge", "'=1+1"}


def test_run_without_a_configuration_says_how_to_get_one(program: Program, tmp_path: Path) -> None:
    """Where nobody can be asked, nothing is written."""
    done = program.bare("run", cwd=tmp_path)
    assert (done.returncode, "news-monitor init" in done.stderr) == (2, True)
    assert not list(tmp_path.iterdir())


def test_the_unit_for_systemd_has_whole_paths(program: Program) -> None:
    """It starts this program with this configuration, and may write to the data directory alone."""
    unit = program.command("init", "--service").stdout
    assert f"run --config {program.folder / 'monitor.yaml'}" in unit
    assert f"ReadWritePaths={program.folder / 'data'}" in unit
    assert "Type=notify" in unit
