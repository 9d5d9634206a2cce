"""A kind of source that is only half registered fails here, not in the daemon."""

from __future__ import annotations

import importlib
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from monitor.sources.registry import SOURCES
from monitor.sources.source import SourceKind
from tests.contract.sources.scenes import SCENES

ROOT = Path(__file__).parents[2]
REGISTERED: dict[str, str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["news_monitor.sources"]
KEYS = {"mailbox": "imap"}
"""The key of each kind with a key of its own, where that is not its plural."""
HEAVY = {"aiohttp", "imapclient", "lxml", "trafilatura", "feedparser", "watchfiles", "monitor.parse.documents"}


def defined() -> dict[str, str]:
    """Return every SourceKind that a module below monitor defines, by its name, with its place."""
    found = {}
    for path in sorted((ROOT / "monitor").rglob("*.py")):
        if "SourceKind(" not in path.read_text():
            continue
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for attribute, value in vars(importlib.import_module(module)).items():
            if isinstance(value, SourceKind):
                found[value.name] = f"{module}:{attribute}"
    return found


def test_every_kind_is_registered_under_its_name() -> None:
    """pyproject.toml names each kind below monitor, and no other."""
    assert defined() == REGISTERED, 'pyproject.toml: the table `[project.entry-points."news_monitor.sources"]`'


def test_what_is_installed_is_what_is_registered() -> None:
    """The entry points that the program sees are those of pyproject.toml; after a change of it, `make check` installs them anew."""
    assert set(REGISTERED) <= set(SOURCES.names()), "pyproject.toml has changed: `make check` installs it anew"


@pytest.mark.parametrize("name", REGISTERED)
def test_every_kind_is_complete(name: str) -> None:
    """Its settings name its type, it can be counted and its health read, and there is a scene with which the suite in tests/contract/sources can try it."""
    kind = SOURCES.load(name)
    assert kind.name == name
    assert (kind.settings is None) == (kind.count is not None) == (kind.health is not None)
    if kind.settings is not None:
        assert get_args(kind.settings.model_fields["type"].annotation) == (name,), f'{REGISTERED[name]}: `type: Literal["{name}"]`'
    assert name in SCENES, f"tests/contract/sources/scenes.py: a scene for `{name}`, and its row in SCENES"


@pytest.mark.parametrize("name", REGISTERED)
def test_every_kind_is_documented(name: str) -> None:
    """docs/configuration.md has the key of its own under which its sources are configured, or a section for its type."""
    kind, document = SOURCES.load(name), (ROOT / "docs" / "configuration.md").read_text()
    if kind.settings is None:
        key = KEYS.get(name, kind.plural)
        assert f"\n| `{key}` |" in document, f"docs/configuration.md: a row | `{key}` | is missing"
        return
    section = document.partition("\n## sources\n")[2].partition("\n## ")[0]
    heading = f"### sources: {name}"
    assert f"\n{heading}\n" in section, f"docs/configuration.md: a section `{heading}` at the end of `## sources`"


def test_reading_the_health_of_sources_is_cheap() -> None:
    """No kind imports the libraries with which it reads before a source is opened: `status` and the pages only ask for the health."""
    code = "import sys; from monitor.sources.registry import SOURCES; SOURCES.all(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert HEAVY & set(loaded) == set()
