"""Merge the files of a configuration: follow `include:`, join lists, report what is set twice."""

from __future__ import annotations

from collections.abc import Mapping as Environment
from dataclasses import dataclass, field
from pathlib import Path

from monitor.domain.errors import Fault
from monitor.settings.files import Files, included_name, real_path_key, resolve_path
from monitor.settings.source_position import KeyValue, Mapping, Node, Scalar, Sequence, SourceFile, is_null, node_kind
from monitor.settings.yaml_tree import LARGEST


@dataclass(slots=True)
class ConfigMerger:
    """Reads a main file and every file it includes. `broken` is set when a file could not be read, so that parts of the configuration are unknown."""

    env: Environment[str, str]
    files: Files
    faults: list[Fault] = field(default_factory=list)
    broken: bool = False
    sources: list[SourceFile] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)

    def read(self, path: Path, name: str) -> Mapping | None:
        """Return the whole configuration as one mapping without `include`; None if the main file cannot be read."""
        parts = self._part(path, name, ())
        if not parts:
            return None
        entries: dict[str, KeyValue] = {}
        for part in parts:
            self._join(entries, part.entries, deep=True)
        return Mapping(position=parts[0].position, entries=entries)

    def _part(self, path: Path, name: str, above: tuple[str, ...]) -> list[Mapping]:
        self._taken.add(real_path_key(path))
        source = self.files.source(path, name, largest=LARGEST)
        if isinstance(source, Fault):
            return self._fail(source)
        self.sources.append(source)
        tree, faults = self.files.tree(source, self.env)
        self.faults += faults
        if tree is None or is_null(tree):
            self.broken = self.broken or bool(faults)
            return [] if above or faults else self._fail(source.fault(1, 1, "the file is empty"))
        if not isinstance(tree, Mapping):
            return self._fail(tree.position.fault(f"expected keys and values, found {node_kind(tree)}"))
        entries = dict(tree.entries)
        include = entries.pop("include", None)
        watch = entries.get("watch")
        if watch is not None and isinstance(watch.value, Mapping) and "include" in watch.value.entries:
            entries["watch"] = KeyValue(key=watch.key, value=Sequence(position=watch.value.position, items=(watch.value,)))
        parts = [Mapping(position=tree.position, entries=entries)]
        if include is not None:
            parts += self._included(include.value, source, (*above, real_path_key(path)))
        return parts

    def _fail(self, fault: Fault) -> list[Mapping]:
        self.broken = True
        self.faults.append(fault)
        return []

    def _included(self, node: Node, source: SourceFile, above: tuple[str, ...]) -> list[Mapping]:
        items = node.items if isinstance(node, Sequence) else (node,)
        return [part for item in items for part in self._include(item, source, above)]

    def _include(self, item: Node, source: SourceFile, above: tuple[str, ...]) -> list[Mapping]:
        if is_null(item):
            return []
        if not isinstance(item, Scalar):
            return self._fail(item.position.fault(f"expected the name of a file, found {node_kind(item)}"))
        if item.value is None:
            self.broken = True
            return []
        named = resolve_path(item)
        if named is None:
            return self._fail(item.position.fault("not a path"))
        found = [path for path in self.files.matching(named) if real_path_key(path) not in above or path == named]
        if not found:
            return self._fail(item.position.fault(f"no file matches `{item.written}`"))
        return [part for path in found for part in self._follow(item, path, source, above)]

    def _follow(self, item: Scalar, path: Path, source: SourceFile, above: tuple[str, ...]) -> list[Mapping]:
        if real_path_key(path) in above:
            return self._fail(item.position.fault("this file includes itself, directly or through others"))
        if real_path_key(path) in self._taken:
            return []
        if not self.files.exists(path):
            return self._fail(item.position.fault(f"there is no file `{item.written}` to include"))
        if path.suffix.lower() in {".csv", ".tsv", ".jsonl", ".ndjson"}:
            return self._fail(item.position.fault("a list of watch terms is included under `watch:`, as `- include: FILE`"))
        return self._part(path, included_name(source, item, path), above)

    def _join(self, into: dict[str, KeyValue], more: dict[str, KeyValue], *, deep: bool) -> None:
        for name, entry in more.items():
            first = into.get(name)
            if first is None or is_null(first.value):
                into[name] = entry
            elif not is_null(entry.value):
                self._combine(into, name, first, entry, deep=deep)

    def _combine(self, into: dict[str, KeyValue], name: str, first: KeyValue, second: KeyValue, *, deep: bool) -> None:
        one, two = first.value, second.value
        if isinstance(one, Sequence) and isinstance(two, Sequence):
            into[name] = KeyValue(key=first.key, value=Sequence(position=one.position, items=one.items + two.items))
        elif isinstance(one, Mapping) and isinstance(two, Mapping) and deep:
            entries = dict(one.entries)
            self._join(entries, two.entries, deep=False)
            into[name] = KeyValue(key=first.key, value=Mapping(position=one.position, entries=entries))
        elif type(one) is type(two):
            self.faults.append(second.key.position.fault(f"`{name}` is set twice; first at {first.key.position}"))
        else:
            message = f"`{name}` is {node_kind(two)} here and {node_kind(one)} at {first.key.position}"
            self.faults.append(second.key.position.fault(message))
