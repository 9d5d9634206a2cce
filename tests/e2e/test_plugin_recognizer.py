"""The program with an installed recognizer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.e2e.program import Program
from tests.plugins import install_example
from tests.waiting import until

ROOT = Path(__file__).parents[2]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path of every program that the test starts, with the example plug-in."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(site), prepend=os.pathsep)
    install_example(site)
    return site


@pytest.mark.usefixtures("site")
def test_a_plug_ins_recognizer_adds_to_what_the_watch_list_finds(tmp_path: Path) -> None:
    """An alert names the watched entities of its article first, then those that the recognizer finds besides."""
    documents = tmp_path / "in"
    documents.mkdir()
    (documents / "a.txt").write_text(
        "Harvest in Rafah\n\nRafah had a small harvest, said Dr. Jane Doe. In Rafah, Prof Smith agreed."
    )
    watch = ["harvest", {"name": "Rafah", "type": "place"}]
    program = Program(tmp_path, {"folders": [str(documents)], "watch": watch, "entities": {"engine": "honorifics"}, "channels": {}})
    assert program.command("run", "--once", "--no-web").returncode == 0
    entities = {record["alert"]["term"]: record["entities"] for record in program.records("alerts")}
    assert entities["Rafah"] == entities["harvest"]
    assert entities["harvest"] == [
        {"name": "Rafah", "type": "place", "count": 3, "watched": True},
        {"name": "Jane Doe", "type": "person", "count": 1, "watched": False},
        {"name": "Smith", "type": "person", "count": 1, "watched": False},
    ]


@pytest.mark.usefixtures("site")
def test_a_dry_run_mentions_what_the_recognizer_finds(tmp_path: Path, redis_url: str) -> None:
    """`match`, its JSON, the API and the page of terms show the entities of the watch list and of the configured recognizer."""
    text = "Prof Smith and Dr. Jane Doe met in Rafah. Prof Smith left."
    expected = [
        {"name": "Rafah", "type": "place", "count": 1},
        {"name": "Smith", "type": "person", "count": 2},
        {"name": "Jane Doe", "type": "person", "count": 1},
    ]
    config = {"watch": [{"name": "Rafah", "type": "place"}], "entities": {"engine": "honorifics"}}
    program = Program(tmp_path, {**config, "redis_url": redis_url, "web": {"port": 0}})
    assert program.records("match", "--text", text)["documents"][0]["mentions"] == expected
    assert "mentions Rafah (place, 1), Smith (person, 2), Jane Doe (person, 1)\n" in program.command("match", "--text", text).stdout
    with program.role("web"):
        (started,) = until(lambda: program.events("daemon.started"), within_s=60)
        for document in ({"text": text}, {"text": text, "query": "smith"}):
            body = json.dumps(document).encode()
            with urlopen(Request(f"{started['url']}/api/match", body, {"Content-Type": "application/json"}), timeout=20) as answer:
                assert json.load(answer)["mentions"] == expected
        with urlopen(Request(f"{started['url']}/terms", f"text={text.replace(' ', '+')}".encode()), timeout=20) as answer:
            assert "Jane Doe</span> (person, 1)" in answer.read().decode()


@pytest.mark.usefixtures("site")
def test_a_plug_ins_recognizer_goes_through_the_suite_of_all_recognizers() -> None:
    """Installed, it is one of those that the suite runs over."""
    arguments = ["-q", "-p", "no:cacheprovider", "-k", "honorifics", "tests/contract/recognizers"]
    suite = subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert suite.returncode == 0, suite.stdout
    assert int(suite.stdout.splitlines()[-1].split()[0]) >= 10


@pytest.mark.usefixtures("site")
def test_an_unknown_engine_is_a_fault_that_names_those_there_are(tmp_path: Path) -> None:
    """A misspelt recognizer is told at its place, with the registered names."""
    program = Program(tmp_path, {})
    (tmp_path / "monitor.yaml").write_text("entities: {engine: honorific}\n")
    checked = program.command("check")
    assert checked.returncode == 2
    assert checked.stdout.removeprefix(f"{tmp_path}/").startswith("monitor.yaml:1:20: ")
    assert "`honorific`" in checked.stdout
    assert "honorifics" in checked.stdout
