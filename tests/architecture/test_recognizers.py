"""Recognizers are registered and documented."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

from workers import recognition
from workers.recognition.recognizer import RecognizerKind
from workers.recognition.registry import RECOGNIZERS

ROOT = Path(__file__).parents[2]


def test_every_kind_of_recognizer_is_registered_under_its_name() -> None:
    """Each RecognizerKind of workers/recognition is an entry point of pyproject.toml, by the name that it gives itself."""
    modules = [
        importlib.import_module(f"{recognition.__name__}.{found.name}") for found in pkgutil.iter_modules(recognition.__path__)
    ]
    defined = {kind.name: kind for module in modules for kind in vars(module).values() if isinstance(kind, RecognizerKind)}
    assert defined
    registered = RECOGNIZERS.all()
    assert {name: registered.get(name) for name in defined} == defined
    assert {name: kind.name for name, kind in registered.items()} == {name: name for name in registered}


def test_every_built_in_recognizer_is_documented() -> None:
    """docs/configuration.md names each that pyproject.toml registers, in the section `entities`."""
    table = (ROOT / "pyproject.toml").read_text().partition('[project.entry-points."news_monitor.recognizers"]')[2]
    names = re.findall(r"^([a-z][a-z0-9_-]*) = ", table.partition("\n[")[0], re.MULTILINE)
    section = (ROOT / "docs/configuration.md").read_text().partition("\n## entities\n")[2].partition("\n## ")[0]
    assert names
    assert [name for name in names if f"`{name}`" not in section] == []
