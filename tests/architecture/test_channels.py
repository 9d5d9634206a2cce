"""A kind of channel that is only half registered fails here, not in the daemon."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from workers.channels.kind import ChannelKind
from workers.channels.registry import CHANNELS

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "workers" / "channels"
REGISTERED: dict[str, str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"][
    "news_monitor.channels"
]
HEAVY = {"apprise", "aiohttp", "cryptography", "jinja2", "aiosmtplib", "sqlalchemy"}


def defined() -> dict[str, str]:
    """Return every ChannelKind in workers/channels by its name, with its place."""
    return {
        value.name: f"workers.channels.{path.stem}:{attribute}"
        for path in sorted(FOLDER.glob("*.py"))
        for attribute, value in vars(importlib.import_module(f"workers.channels.{path.stem}")).items()
        if isinstance(value, ChannelKind)
    }


def test_every_kind_is_registered_under_its_name() -> None:
    """pyproject.toml names each kind in workers/channels, and no other."""
    assert defined() == REGISTERED, 'pyproject.toml: the table `[project.entry-points."news_monitor.channels"]`'


def test_what_is_installed_is_what_is_registered() -> None:
    """The entry points that the program sees are those of pyproject.toml; after a change of it, `make check` installs them anew."""
    assert set(REGISTERED) <= set(CHANNELS.names()), "pyproject.toml has changed: `make check` installs it anew"


@pytest.mark.parametrize("name", REGISTERED)
def test_every_kind_is_complete(name: str) -> None:
    """Its settings name its type, and it gives an example with which the suite in tests/contract/channels can try it."""
    kind = CHANNELS.load(name)
    assert kind.name == name
    assert get_args(kind.settings.model_fields["type"].annotation) == (name,), f'{REGISTERED[name]}: `type: Literal["{name}"]`'
    assert kind.examples, f"{REGISTERED[name]}: the least settings with which it works"


@pytest.mark.parametrize("name", REGISTERED)
def test_every_kind_is_documented(name: str) -> None:
    """docs/channels.md has a row for it that tells its limits, docs/configuration.md has its keys."""
    row = re.search(rf"^\| `{name}` \|.*", (ROOT / "docs" / "channels.md").read_text(), re.MULTILINE)
    assert row is not None, f"docs/channels.md: the first table needs a row that begins with | `{name}` |"
    limits = CHANNELS.load(name).limits
    rate, digests = f"| {limits.rate:g} a second |" if limits.rate else "", f"digests of up to {limits.alerts_per_message}"
    assert rate in row[0], f"docs/channels.md, row `{name}`: {rate}"
    assert not limits.digests or digests in row[0], f"docs/channels.md, row `{name}`: {digests}"
    section = f"### channels: {name}"
    assert f"\n{section}\n" in (ROOT / "docs" / "configuration.md").read_text(), f"docs/configuration.md: a section `{section}`"


def test_reading_the_settings_of_a_channel_is_cheap() -> None:
    """No kind imports a heavy library before a message is sent."""
    code = "import sys; from workers.channels.registry import CHANNELS; CHANNELS.all(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert HEAVY & set(loaded) == set()
