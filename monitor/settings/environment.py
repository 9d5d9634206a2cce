"""Lay variables of the environment over a configuration: `NEWS_MONITOR__WEB__PORT` is the key `port` of `web`."""

from __future__ import annotations

from collections.abc import Mapping as Environment
from pathlib import Path
from typing import Final

from monitor.settings.source_position import KeyValue, Mapping, Position, Scalar, SourceFile

PREFIX: Final = "NEWS_MONITOR__"
_FILE: Final = "_file"


def with_environment(root: Mapping, env: Environment[str, str]) -> Mapping:
    """Return the configuration with the keys that variables set, which win over the files.

    A name is matched in whatever case, and `-` is written `_`. Faults name the variable as their file; a relative path is meant from the main file's
    folder, as in the file itself.
    """
    folder = root.position.source.path.parent
    for name in sorted(env):
        keys = name.removeprefix(PREFIX).split("__") if name.startswith(PREFIX) else []
        if keys and all(keys):
            root = _set(root, keys, _scalar(name, env[name], folder))
    return root


def _set(mapping: Mapping, keys: list[str], value: Scalar) -> Mapping:
    first, *rest = keys
    name = _same_key(mapping, first)
    entry = mapping.entries.get(name)
    if rest:
        inner = (
            entry.value if entry is not None and isinstance(entry.value, Mapping) else Mapping(position=value.position, entries={})
        )
        node: Mapping | Scalar = _set(inner, rest, value)
    else:
        node = value
    key = entry.key if entry is not None else Scalar(position=value.position, written=name, value=name)
    entries = {known: one for known, one in mapping.entries.items() if rest or known != _beside(name)}
    return Mapping(position=mapping.position, entries={**entries, name: KeyValue(key=key, value=node)})


def _same_key(mapping: Mapping, wanted: str) -> str:
    """Return the key of the mapping that a part of a variable's name means; a new one is in small letters."""
    same = (name for name in mapping.entries if name.replace("-", "_").upper() == wanted.upper())
    return next(same, wanted.lower())


def _beside(name: str) -> str:
    """Return the key that says the same in the other way: a secret itself, or the file that holds it."""
    return name.removesuffix(_FILE) if name.endswith(_FILE) else name + _FILE


def _scalar(name: str, text: str, folder: Path) -> Scalar:
    source = SourceFile(path=folder / f"${name}", name=f"${name}", text=text)
    return Scalar(position=Position(source=source, index=0, line=1, column=1), written=text, value=text, null=not text)
