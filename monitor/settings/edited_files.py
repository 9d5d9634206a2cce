"""The files that an edit of the configuration reads and writes: one editor at a time, on the version it knows, without a new fault."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from collections.abc import Mapping as Environment
from collections.abc import Sequence as Several
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitor.domain.errors import ConfigError, Fault, MonitorError
from monitor.domain.hashing import hash_parts
from monitor.settings.config_merger import ConfigMerger
from monitor.settings.files import Files, decode_text, replace
from monitor.settings.load import CheckTerms, read_config
from monitor.settings.source_position import Mapping, Node, Scalar, Sequence
from monitor.settings.yaml_tree import read_tree

BOM: Final = b"\xef\xbb\xbf"


class ConfigChanged(MonitorError):
    """Somebody else has changed the files."""


def config_version(path: Path, env: Environment[str, str]) -> str:
    """Return the version of the configuration: a hash of its YAML files. Raises ConfigError."""
    return _version(assembled(path, env)[0])


def assembled(path: Path, env: Environment[str, str], expected: str | None = None) -> tuple[ConfigMerger, Mapping]:
    """Return the configuration put together from its files. Raises ConfigError, and ConfigChanged unless `expected` is None or its version."""
    merger = ConfigMerger(env=env, files=Files())
    root = merger.read(Path.cwd() / path, str(path))
    if root is None or merger.broken:
        raise ConfigError(merger.faults)
    if expected is not None and expected != _version(merger):
        raise ConfigChanged("the configuration has been changed since you read it; read it again, then make your change")
    return merger, root


def _version(merger: ConfigMerger) -> str:
    return hash_parts(*(part for source in merger.sources for part in (str(source.path), source.text))).hex()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftCheck:
    """Reads the configuration as it would be with a changed file, and refuses a change that brings a fault."""

    path: Path
    env: Environment[str, str]
    check_terms: CheckTerms | None

    def require_sound(self, target: Path, data: bytes) -> None:
        """Raise ConfigError with the faults that are not there without the change."""
        before = {fault.message for fault in self._faults({})}
        new = [fault for fault in self._faults({target: data}) if fault.message not in before]
        if new:
            raise ConfigError(new)

    def _faults(self, drafts: Environment[Path, bytes]) -> Several[Fault]:
        return read_config(self.path, self.env, check_terms=self.check_terms, drafts=drafts).faults


def marked_text(path: Path) -> tuple[bytes, str]:
    """Return the mark that a file begins with, if it has one, and its text."""
    data = path.read_bytes()
    return (BOM, data.removeprefix(BOM).decode()) if data.startswith(BOM) else (b"", data.decode())


def write(path: Path, data: bytes) -> None:
    """Put a file in the place of another, whole or not at all. Raises MonitorError."""
    try:
        replace(path, data)
    except OSError as error:
        raise MonitorError(f"{path}: cannot be written: {error.strerror}") from error


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock of the main file's directory, so that two commands at once do not undo or repeat each other's work."""
    try:
        handle = os.open((Path.cwd() / path).parent, os.O_RDONLY)
    except OSError as error:
        raise ConfigError([Fault(file=str(path), line=0, column=0, message="no such file")]) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def written(path: Path, text: str, key: str | None) -> tuple[object, ...] | None:
    """Return the list as plain data without positions; None if the text is no YAML or has no such list."""
    source = decode_text(text.encode(), path, str(path))
    if isinstance(source, Fault):
        return None
    tree, _ = read_tree(source, {})
    if key is None:
        value = None if tree is None else _plain(tree)
        return value if isinstance(value, tuple) else None
    if not isinstance(tree, Mapping) or key not in tree.entries:
        return None
    value = _plain(tree.entries[key].value)
    return value if isinstance(value, tuple) else None


def _plain(node: Node) -> object:
    if isinstance(node, Scalar):
        return None if node.null else node.written
    if isinstance(node, Sequence):
        return tuple(_plain(item) for item in node.items)
    return {name: _plain(entry.value) for name, entry in node.entries.items()}
