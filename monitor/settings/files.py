"""Read the files of a configuration and remember which were looked at."""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from monitor.domain.errors import Fault
from monitor.settings.row_cache import Rows
from monitor.settings.source_position import Node, Scalar, SourceFile
from monitor.settings.yaml_tree import read_tree

_MAGIC: Final = frozenset("*?[")
_LARGEST_SECRET: Final = 65_536


Tree = tuple[Node | None, tuple[Fault, ...]]
State = dict[Path | str, tuple[Any, ...]]
"""Per path its signature (empty: no such file), per glob what it matches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFiles:
    """The contents of files, and what globs matched, as they were at an earlier time."""

    contents: Mapping[Path, bytes]
    globs: Mapping[str, tuple[Path, ...]]


@dataclass(slots=True)
class Files:
    """Reads the files of one configuration and remembers the state of each.

    `state` maps every path and glob that was looked at to its state just before it was read, `order` the names of the
    files to their rank. Parsing YAML and long lists takes time: `trees` and `lists` keep the results, `known` and
    `known_lists` those of the last time. `sources` are the files of the configuration itself, without those that hold a secret; they are read
    from `kept` instead of the disk, where that is given. `secrets` is what was read from files beside secrets. `drafts` are contents that stand
    for those on disk, to see what a change would do.
    """

    state: State = field(default_factory=dict)
    order: dict[str, int] = field(default_factory=dict)
    trees: dict[SourceFile, Tree] = field(default_factory=dict)
    known: Mapping[SourceFile, Tree] = field(default_factory=dict)
    lists: dict[str, Rows] = field(default_factory=dict)
    known_lists: Mapping[str, Rows] = field(default_factory=dict)
    sources: set[Path] = field(default_factory=set)
    kept: KeptFiles | None = None
    secrets: set[str] = field(default_factory=set)
    drafts: Mapping[Path, bytes] = field(default_factory=dict)

    def state_now(self) -> State:
        """Return the present state of the same paths and globs."""
        return {seen: expand(seen) if isinstance(seen, str) else _signature(seen) for seen in self.state}

    def exists(self, path: Path) -> bool:
        """Return whether the file exists, and remember that it was looked at."""
        self.state.setdefault(path, _signature(path))
        return is_file(path) if self.kept is None else path in self.kept.contents

    def source(self, path: Path, name: str, *, largest: int | None = None) -> SourceFile | Fault:
        """Return the file with its text, or a fault of the file as a whole."""
        self.order.setdefault(name, len(self.order))
        self.sources.add(path)
        data = self._bytes(path) if self.kept is None else self.kept.contents.get(path, "no such file")
        if isinstance(data, str):
            return Fault(file=name, line=0, column=0, message=data)
        if largest is not None and len(data) > largest:
            message = f"the file has {len(data) // 1_000_000} MB; YAML is read up to {largest // 1_000_000} MB, put long lists in CSV or JSON"
            return Fault(file=name, line=0, column=0, message=message)
        return decode_text(data, path, name)

    def tree(self, source: SourceFile, env: Mapping[str, str]) -> Tree:
        """Return the result of `read_tree` for a YAML file; `env` must stay the same as long as `known` is passed on."""
        if source not in self.trees:
            self.trees[source] = self.known.get(source) or read_tree(source, env)
        return self.trees[source]

    def secret(self, node: Scalar) -> tuple[str | None, Fault | None]:
        """Return the stripped text of the file that `node` names, or a fault."""
        path = resolve_path(node)
        if path is None:
            return None, node.position.fault("not a path")
        data = self._bytes(path)
        if isinstance(data, str):
            return None, node.position.fault(f"the file named here cannot be read: {data}")
        if len(data) > _LARGEST_SECRET:
            return None, node.position.fault(f"the file named here is larger than {_LARGEST_SECRET} bytes")
        try:
            text = data.decode("utf-8-sig").strip()
        except UnicodeDecodeError:
            return None, node.position.fault("the file named here is not UTF-8 text")
        self.secrets.add(text)
        return (text, None) if text else (None, node.position.fault("the file named here is empty"))

    def matching(self, path: Path) -> tuple[Path, ...]:
        """Return the files that `path` means: itself, or what it matches as a glob, sorted."""
        if self.kept is not None:
            return self.kept.globs.get(str(path), (path,))
        if is_file(path) or not _MAGIC.intersection(str(path)):
            return (path,)
        found = self.state.setdefault(str(path), expand(str(path)))
        return tuple(path for path in found if is_file(path))

    def _bytes(self, path: Path) -> bytes | str:
        self.state.setdefault(path, _signature(path))
        if path in self.drafts:
            return self.drafts[path]
        try:
            return path.read_bytes() if stat.S_ISREG(path.stat().st_mode) else "not a file"
        except FileNotFoundError:
            return "no such file"
        except (OSError, ValueError) as error:
            return (getattr(error, "strerror", None) or "cannot be read").lower()


def is_file(path: Path) -> bool:
    """Return whether `path` is a file that can be reached; an impossible name is not."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def real_path_key(path: Path) -> str:
    """Return the same text for every name of one file, following links."""
    return os.path.realpath(path)


def replace(path: Path, data: bytes) -> None:
    """Replace the file in one step and keep its permissions: a reader sees the old content or the new. Follows links."""
    target = Path(real_path_key(path))
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(target, name)
        with contextlib.suppress(PermissionError):
            os.chown(name, target.stat().st_uid, target.stat().st_gid)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _signature(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return ()
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


def decode_text(data: bytes, path: Path, name: str) -> SourceFile | Fault:
    """Return `data` as text, or a fault at the place where it stops being UTF-8."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            line, column = 1, 1
        return Fault(file=name, line=line, column=column, message="not UTF-8 text; save the file as UTF-8")
    return SourceFile(path=path, name=name, text=text.replace("\r\n", "\n"))


def expand(pattern: str) -> tuple[Path, ...]:
    """Return what a glob matches now, sorted."""
    return tuple(Path(found) for found in sorted(glob.glob(pattern, recursive=True)))  # noqa: PTH207 - Path.glob takes no absolute pattern


def resolve_path(node: Scalar) -> Path | None:
    """Return the path that a value names, relative to the file it is written in; None if it is no path."""
    value = node.value or ""
    if not value.strip() or "\0" in value:
        return None
    try:
        named = Path(value).expanduser()
    except RuntimeError:
        return None
    return Path(os.path.abspath(node.position.source.path.parent / named))  # noqa: PTH100 - links must not be followed: `..` is meant as written


def included_name(parent: SourceFile, node: Scalar, path: Path) -> str:
    """Return how messages name an included file: relative to the parent's name, or by its path where it was given as one."""
    if Path(parent.name).is_absolute() or Path(node.value or "").is_absolute():
        return str(path)
    beside = os.path.relpath(path, parent.path.parent)
    return os.path.normpath(Path(parent.name).parent / beside)
