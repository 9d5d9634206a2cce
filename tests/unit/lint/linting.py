"""Run the linter over a configuration in a text."""

from __future__ import annotations

from pathlib import Path

from monitor.cli.terms import check_terms
from monitor.domain.errors import Fault
from monitor.settings.load import read_config
from workers.lint.registry import lint

HEAD = """\
feeds: [{name: Example World, url: "https://a.example/rss", tags: [world]}]
channels: {log: {type: file, path: alerts.jsonl}}
"""


def warnings_of(folder: Path, text: str) -> list[Fault]:
    """Return the warnings of a configuration without faults, by line and column."""
    path = folder / "monitor.yaml"
    path.write_text(text, encoding="utf-8")
    reading = read_config(path, {}, check_terms=check_terms)
    assert reading.settings is not None, reading.faults
    found = [reading.positions.fault(finding.place, finding.message) for finding in lint(reading.settings)]
    return sorted(found, key=lambda fault: (fault.line, fault.column))


def warnings_of_terms(folder: Path, items: str) -> list[Fault]:
    """Return the warnings of watch items, one a line; the first stands on line 4."""
    return warnings_of(folder, HEAD + "watch:\n" + "".join(f"- {item}\n" for item in items.split("\n")))
