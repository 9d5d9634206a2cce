"""Walks a tree and the model side by side: unknown keys, wrong shapes, files beside secrets, relative paths.

What comes out is plain data for the model, and for every place in that data the node it came from.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from monitor.domain.errors import Fault, PluginError
from monitor.settings.files import Files, resolve_path
from monitor.settings.source_position import KeyValue, Mapping, Node, Scalar, Sequence, is_null, node_kind
from monitor.settings.suggestion import did_you_mean
from monitor.settings.values import FromFile, ModelSource, OneOrMany, Section, SelectedByType

Location = tuple[int | str, ...]
OMITTED: Final = object()
"""Stands for a value that is not given or already has its fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeSpec:
    """What a place in the model takes: one of `types` (None taken away), with the loader's notes on it."""

    types: tuple[Any, ...]
    notes: tuple[Any, ...] = ()

    @property
    def secret(self) -> bool:
        """Whether the value may be read from a file beside it."""
        if any(isinstance(note, OneOrMany) for note in self.notes) and (items := self.first(tuple)) is not None:
            return type_spec(get_args(items)[0]).secret
        return SecretStr in self.types or any(isinstance(note, FromFile) for note in self.notes)

    @property
    def models(self) -> ModelSource | None:
        """Where the models come from among which the key `type` selects, if it does."""
        return next((note.models for note in self.notes if isinstance(note, SelectedByType)), None)

    def first(self, origin: Any) -> Any:
        """The first type with this origin (`tuple`, `Mapping`), or None."""
        return next((kind for kind in self.types if get_origin(kind) is origin), None)


def type_spec(annotation: Any, notes: tuple[Any, ...] = ()) -> TypeSpec:
    """`annotation` with `Annotated`, unions and None taken apart."""
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return type_spec(inner, (*notes, *more))
    if get_origin(annotation) in {Union, UnionType}:
        parts = [type_spec(part) for part in get_args(annotation) if part is not NoneType]
        return TypeSpec(
            types=tuple(kind for part in parts for kind in part.types),
            notes=(*notes, *(note for part in parts for note in part.notes)),
        )
    return TypeSpec(types=(annotation,), notes=notes)


def fields_of(model: type[Section], *, without: frozenset[str] = frozenset()) -> dict[str, FieldInfo]:
    """The keys that `model` takes, as they are written."""
    return {info.alias or name: info for name, info in model.model_fields.items() if name not in without}


def model_in(kind: TypeSpec) -> type[Section] | None:
    """Return the model among the types, if there is one."""
    return next((part for part in kind.types if isinstance(part, type) and issubclass(part, Section)), None)


@dataclass(slots=True)
class SchemaWalker:
    """One walk. `nodes` maps the locations that pydantic reports to nodes; `dropped` holds those that have a fault already.

    `selected` holds the model of each place whose `type` selected one.
    """

    files: Files
    faults: list[Fault] = field(default_factory=list)
    nodes: dict[Location, Node] = field(default_factory=dict)
    dropped: set[Location] = field(default_factory=set)
    selected: dict[Location, type[Section]] = field(default_factory=dict)

    def section(
        self,
        node: Node,
        model: type[Section],
        at: Location = (),
        *,
        without: frozenset[str] = frozenset(),
        also: tuple[str, ...] = (),
    ) -> Any:
        """The data of one model; `without` are fields that no key sets, `also` keys that are read elsewhere."""
        self.nodes[at] = node
        if model.shorthand is not None and not isinstance(node, Mapping):
            scalar = Scalar(position=node.position, written=model.shorthand, value=model.shorthand)
            node = Mapping(position=node.position, entries={model.shorthand: KeyValue(key=scalar, value=node)})
        if not isinstance(node, Mapping):
            return self._wrong(node, "keys and values")
        known = fields_of(model, without=without)
        data: dict[str, Any] = {}
        for name, entry in node.entries.items():
            info, value = known.get(name), entry.value
            if info is None and name.endswith("_file") and (base := name.removesuffix("_file")) in known:
                name, info = base, known[base]  # noqa: PLW2901 - the key stands for the one it names a file for
                if not type_spec(info.annotation, tuple(info.metadata)).secret:
                    info = None
                elif base in node.entries:
                    self.faults.append(entry.key.position.fault(f"`{base}` and `{base}_file` are both given"))
                    continue
                else:
                    value = self._from_file(value)
            if info is None:
                self.faults.append(entry.key.position.fault(_unknown(entry, model, (*known, *also))))
                continue
            self._put(data, name, self.value(value, type_spec(info.annotation, tuple(info.metadata)), (*at, name)))
        return data

    def value(self, node: Node, kind: TypeSpec, at: Location) -> Any:
        """The data of any place: OMITTED, text, None never, or containers of these."""
        self.nodes[at] = node
        if is_null(node):
            return OMITTED
        data = self._data(node, kind, at)
        if data is OMITTED:
            self.dropped.add(at)
        return data

    def _data(self, node: Node, kind: TypeSpec, at: Location) -> Any:
        if kind.models is not None:
            return self._selected(node, kind.models, at)
        if (model := model_in(kind)) is not None:
            return self.section(node, model, at)
        if (mapping := kind.first(MappingABC)) is not None:
            return self._table(node, type_spec(get_args(mapping)[1]), at)
        if (items := kind.first(tuple)) is not None:
            return self._list(node, kind, type_spec(get_args(items)[0]), at)
        return self._scalar(node, kind)

    def _scalar(self, node: Node, kind: TypeSpec) -> Any:
        if not isinstance(node, Scalar):
            return self._wrong(node, "a single value")
        if node.value is None or Path not in kind.types:
            return OMITTED if node.value is None else node.value
        path = resolve_path(node)
        if path is None:
            self.faults.append(node.position.fault("not a path"))
        return OMITTED if path is None else path

    def _selected(self, node: Node, models: ModelSource, at: Location) -> Any:
        try:
            names = models.names()
            if not isinstance(node, Mapping):
                return self._wrong(node, f"keys and values with a `type` ({', '.join(names)})")
            selected = self._type_of(node, names)
            if selected is None:
                return OMITTED
            model = models.model(selected)
        except PluginError as error:
            place = node.entries["type"].value if isinstance(node, Mapping) and "type" in node.entries else node
            self.faults.append(place.position.fault(str(error)))
            return OMITTED
        self.selected[at] = model
        return self.section(node, model, at)

    def _type_of(self, node: Mapping, names: tuple[str, ...]) -> str | None:
        """Return the value of the key `type`, which must be one of `names`; None if it is not, with the fault recorded."""
        entry = node.entries.get("type")
        if entry is None or is_null(entry.value):
            self.faults.append(node.position.fault(f"missing key `type` (one of {', '.join(names)})"))
            return None
        if not isinstance(entry.value, Scalar):
            self._wrong(entry.value, "a single value")
            return None
        written = entry.value.written
        if entry.value.value is not None and entry.value.value not in names:
            known = f"{did_you_mean(written, names)} (one of {', '.join(names)})"
            self.faults.append(entry.value.position.fault(f"unknown type `{written}`{known}"))
        return entry.value.value if entry.value.value in names else None

    def _table(self, node: Node, kind: TypeSpec, at: Location) -> Any:
        if not isinstance(node, Mapping):
            return self._wrong(node, "keys and values")
        data: dict[str, Any] = {}
        for name, entry in node.entries.items():
            if kind.secret and name.endswith("_file"):
                base = name.removesuffix("_file")
                self._put(data, base, self.value(self._from_file(entry.value), kind, (*at, base)))
            else:
                self._put(data, name, self.value(entry.value, kind, (*at, name)))
        return data

    def _list(self, node: Node, whole: TypeSpec, kind: TypeSpec, at: Location) -> Any:
        if isinstance(node, Scalar) and any(isinstance(note, OneOrMany) for note in whole.notes):
            node = Sequence(position=node.position, items=(node,))
        if not isinstance(node, Sequence):
            return self._wrong(node, "a list")
        data: list[Any] = []
        for item in node.items:
            if is_null(item):
                self.faults.append(item.position.fault("an empty item in a list"))
                continue
            value = self.value(item, kind, (*at, len(data)))
            if value is not OMITTED:
                data.append(value)
        return data

    def _from_file(self, node: Node) -> Node:
        if not isinstance(node, Scalar):
            return node
        if node.value is None or node.null:
            return node
        text, fault = self.files.secret(node)
        if fault is not None:
            self.faults.append(fault)
        return Scalar(position=node.position, written=node.written, value=text)

    def _wrong(self, node: Node, expected: str) -> Any:
        self.faults.append(node.position.fault(f"expected {expected}, found {node_kind(node)}"))
        return OMITTED

    @staticmethod
    def _put(data: dict[str, Any], name: str, value: Any) -> None:
        if value is not OMITTED:
            data[name] = value


def _unknown(entry: KeyValue, model: type[Section], known: tuple[str, ...]) -> str:
    key = entry.key.written
    if is_null(entry.value) and " " in key:
        return f"unknown key `{key}`; put a value with a comma in quotes"
    if key in model.removed:
        return f"`{key}` is no longer a key; {model.removed[key]}"
    inner = ((name, model_in(type_spec(info.annotation))) for name, info in fields_of(model).items())
    homes = [name for name, kind in inner if kind is not None and key in fields_of(kind)]
    return f"unknown key `{key}`" + (f"; it belongs under `{homes[0]}`" if len(homes) == 1 else did_you_mean(key, known))
