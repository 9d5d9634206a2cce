"""Installs distributions without a network: what pip would put into a folder, put there by hand."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path

EXAMPLE = Path(__file__).parent / "plugin"


def install_example(target: Path) -> None:
    """Install the example plug-in, `tests/plugin`, into the folder `target`, which is to be on the path."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    shutil.copytree(EXAMPLE / "example_plugin", target / "example_plugin")
    install(target, project["name"], project["entry-points"])


def install(target: Path, name: str, entry_points: Mapping[str, Mapping[str, str]], **modules: str) -> None:
    """Install a distribution of this name; `modules` are the texts of its modules."""
    for module, text in modules.items():
        (target / f"{module}.py").write_text(text)
    info = target / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    lines = [
        line for group, points in entry_points.items() for line in (f"[{group}]", *(f"{key} = {at}" for key, at in points.items()))
    ]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
