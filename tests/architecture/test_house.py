"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from monitor.cli import COMMANDS
from monitor.logs import EVENTS

ROOT = Path(__file__).parents[2]
MOST_LINES = 300
DRAWERS = {"utils", "util", "common", "helpers", "base", "manager", "misc"}
HIDDEN = {"scan-worker", "deliver-worker", "health-watch"}
LOG_METHODS = {"debug", "info", "warning", "error"}


def _tracked(*patterns: str) -> Iterator[Path]:
    listed = subprocess.run(["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return (ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).exists())


def test_files_stay_readable() -> None:
    """No module grows past 300 lines; generated migrations and golden data aside."""
    long = {
        str(path.relative_to(ROOT)): count
        for path in _tracked("*.py")
        if "migrations/versions" not in str(path) and "golden" not in path.parts
        if (count := len(path.read_text().splitlines())) > MOST_LINES
    }
    assert not long


def test_there_is_no_drawer_for_odds_and_ends() -> None:
    """A module is named for what it holds."""
    assert not [path for path in _tracked("*.py") if path.stem in DRAWERS]


def _logged_events() -> Iterator[tuple[str, str]]:
    """Every event name given to a logger as a literal, with where it stands."""
    for path in _tracked("monitor/*.py", "workers/*.py"):
        text = path.read_text()
        for node in ast.walk(ast.parse(text)) if "get_logger" in text else ():
            match node:
                case ast.Call(func=ast.Attribute(attr=method), args=[ast.Constant(value=str(event)), *_]) if method in LOG_METHODS:
                    yield event, f"{path.name}:{node.lineno}"
                case _:
                    pass


def test_every_logged_event_is_on_the_list() -> None:
    """The list of events is closed."""
    assert not [(event, where) for event, where in _logged_events() if event not in EVENTS]


def test_every_event_is_documented_as_it_is_described() -> None:
    """docs/operations.md names each event with the words of the code, and no other."""
    rows = dict(re.findall(r"^\| `([a-z]+\.[a-z]+)` \| (.+) \|$", (ROOT / "docs/operations.md").read_text(), re.MULTILINE))
    assert rows == EVENTS


def test_every_command_is_in_the_readme_and_every_one_named_there_exists() -> None:
    """The README's commands are those of the program."""
    readme = (ROOT / "README.md").read_text()
    named = set(re.findall(r"`news-monitor ([a-z-]+)", readme)) | set(re.findall(r"· `([a-z-]+)`", readme))
    assert named - {"import"} == set(COMMANDS) - HIDDEN


def test_links_between_documents_lead_somewhere() -> None:
    """Every relative link in the documentation names a file of the project."""
    broken = [
        (path.name, target)
        for path in _tracked("*.md")
        for target in re.findall(r"\]\(([^)#\s]+)", path.read_text())
        if "://" not in target and not (path.parent / target).exists()
    ]
    assert not broken


def test_nothing_names_a_download_address() -> None:
    """Packages are pinned by name and version alone."""
    lines = [line for name in ("constraints.txt", "constraints-lowest.txt") for line in (ROOT / name).read_text().splitlines()]
    assert lines
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[^\s;@]+", line) for line in lines)


def test_no_path_of_a_machine_is_committed() -> None:
    """The project speaks of itself alone."""
    folder = str(ROOT.parent) + "/"
    if folder in {"/", "//"}:
        return
    assert not [path.name for path in _tracked("*") if path.is_file() and folder.encode() in path.read_bytes()]


def test_lower_bounds_are_those_that_are_tested() -> None:
    """Every dependency and extra has the lower bound that `make test-lowest` installs, and no other is pinned there."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    declared = [
        *project["dependencies"],
        *(line for name in ("apprise", "fulltext", "pdf", "postgres", "semantic") for line in extras[name]),
    ]
    bounds = {found[1].lower(): found[2] for line in declared if (found := re.match(r"([\w.-]+)(?:\[[\w-]+\])?>=([\w.]+)", line))}
    lowest = dict(line.split("==") for line in (ROOT / "constraints-lowest.txt").read_text("utf-8").split())
    assert len(bounds) == len({re.split(r"[\[>;]", line)[0].lower() for line in declared})
    assert lowest == bounds


def test_matching_a_text_loads_no_event_loop() -> None:
    """`match --text` is a short command, of which asyncio would be a seventh."""
    code = "import sys; import monitor.cli.match; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert "workers.matching.matcher" in loaded
    assert not {"asyncio", "aiohttp", "sqlalchemy"} & set(loaded)
