"""Read terms from `watch:`: items in YAML and included lists."""

from __future__ import annotations

from collections.abc import Mapping as Environment
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from monitor.domain.errors import Fault
from monitor.domain.watch import Term, TermKind
from monitor.settings.files import Files, included_name, resolve_path
from monitor.settings.list_files import SUFFIXES, Record, list_records
from monitor.settings.row_cache import rows_of, unchanged_terms
from monitor.settings.schema_walker import OMITTED, Location, SchemaWalker, fields_of
from monitor.settings.source_position import Mapping, Node, Position, Scalar, Sequence, SourceFile, is_null, node_kind
from monitor.settings.validation_messages import validation_message
from monitor.settings.watch_item import WatchItem
from monitor.settings.yaml_tree import LARGEST

_LIST_KEYS: Final = frozenset({"name", "any", "query", "regex", "aliases"})
_FAULTS_PER_LIST: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A channel named in the watch list, and where."""

    name: str
    position: Position


@dataclass(slots=True)
class TermReader:
    """Reads a watch list.

    `broken` holds the names of terms with faults, so that references to them are no further faults. `places` has for each term of a YAML file,
    by its `where`, the nodes from which it was read.
    """

    env: Environment[str, str]
    files: Files
    faults: list[Fault] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    broken: list[Term] = field(default_factory=list)
    channels: list[Reference] = field(default_factory=list)
    queries: dict[str, Scalar] = field(default_factory=dict)
    places: dict[str, dict[Location, Node]] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def read(self, node: Node) -> None:
        """Read all items of `watch:`."""
        for item in node.items if isinstance(node, Sequence) else (node,):
            if is_null(item):
                if isinstance(node, Sequence):
                    self.faults.append(item.position.fault("an empty item in a list"))
            elif isinstance(item, Mapping) and "include" in item.entries:
                self._include(item)
            elif isinstance(item, Mapping) and not isinstance(node, Sequence):
                self.faults.append(
                    item.position.fault("expected a list of terms, found keys and values; begin each term with `- `")
                )
            else:
                self._item(item)

    def _item(self, node: Node) -> None:
        if not isinstance(node, Mapping | Scalar):
            self.faults.append(node.position.fault(f"expected a term, found {node_kind(node)}"))
            return
        walker = SchemaWalker(files=self.files)
        data = walker.section(node, WatchItem)
        self.faults += walker.faults
        if data is OMITTED:
            return
        name, query = walker.nodes.get(("name",), node), walker.nodes.get(("query",)) or walker.nodes.get(("regex",))
        told = query if isinstance(query, Scalar) else name
        where = str(told.position_of(0) if isinstance(told, Scalar) else told.position)
        if isinstance(query, Scalar):
            self.queries[where] = query
        self.places[where] = walker.nodes
        self._refer(data, walker)
        item = self._validated(data, walker, node)
        if item is None or walker.faults:
            self._remember_broken(data, where)
        elif (repeated := self._add(item.term(where))) is not None:
            self.faults.append(name.position.fault(repeated))

    def _refer(self, data: dict[str, Any], walker: SchemaWalker) -> None:
        for index, channel in enumerate(data.get("channels", ())):
            self.channels.append(Reference(name=channel, position=walker.nodes["channels", index].position))
        for index, step in enumerate(data.get("escalate", ())):
            if "to" in step:
                self.channels.append(Reference(name=step["to"], position=walker.nodes["escalate", index, "to"].position))
        burst = data.get("burst")
        for index, channel in enumerate((burst.get("channels") or ()) if isinstance(burst, dict) else ()):
            node = walker.nodes.get(("burst", "channels", index), walker.nodes["burst", "channels"])
            self.channels.append(Reference(name=channel, position=node.position))

    def _validated(self, data: dict[str, Any], walker: SchemaWalker, node: Node) -> WatchItem | None:
        try:
            return WatchItem.model_validate(data)
        except ValidationError as error:
            self.faults += faults_of(error, walker, node)
            return None

    def _remember_broken(self, data: dict[str, Any], where: str) -> None:
        name, query = " ".join(str(data.get("name", "")).split()), data.get("query")
        if query:
            self.broken.append(Term(name=name, kind=TermKind.QUERY, query=query, where=where))
        elif name:
            self.broken.append(Term(name=name, kind=TermKind.KEYWORD, phrases=(name,), where=where))

    def _add(self, term: Term) -> str | None:
        first = self._names.setdefault(term.name, term.where)
        if first is not term.where:
            return f"the term `{term.name}` is there twice; first at {first}"
        self.terms.append(term)
        return None

    def _include(self, node: Mapping) -> None:
        entries = dict(node.entries)
        include = entries.pop("include").value
        columns = self._columns(entries.pop("columns").value) if "columns" in entries else {}
        for key in _LIST_KEYS & entries.keys():
            self.faults.append(
                entries.pop(key).key.position.fault(f"`{key}` cannot stand beside `include`; it comes from the list")
            )
        walker = SchemaWalker(files=self.files)
        defaults = walker.section(Mapping(position=node.position, entries=entries), WatchItem)
        checked = self._validated({"name": "any", **defaults}, walker, node)
        self.faults += walker.faults
        if checked is None or walker.faults:
            return
        self._refer(defaults, walker)
        for item in include.items if isinstance(include, Sequence) else (include,):
            self._list_files(item, defaults, columns)

    def _columns(self, node: Node) -> dict[str, str]:
        if not isinstance(node, Mapping):
            self.faults.append(node.position.fault(f"expected keys and values such as {{name: Title}}, found {node_kind(node)}"))
            return {}
        known = fields_of(WatchItem)
        for name, entry in node.entries.items():
            if name not in known or not isinstance(entry.value, Scalar):
                self.faults.append(entry.key.position.fault(f"`{name}` is no column; known are {', '.join(known)}"))
        return {name: entry.value.value or "" for name, entry in node.entries.items() if isinstance(entry.value, Scalar)}

    def _list_files(self, item: Node, defaults: dict[str, Any], columns: dict[str, str]) -> None:
        if not isinstance(item, Scalar) or is_null(item):
            self.faults.append(item.position.fault(f"expected the name of a file, found {node_kind(item)}"))
            return
        if item.value is None:
            return
        named = resolve_path(item)
        found = self.files.matching(named) if named is not None else ()
        if not found:
            self.faults.append(item.position.fault(f"no file matches `{item.written}`"))
        for path in found:
            self._list_file(path, item, defaults, columns)

    def _list_file(self, path: Path, item: Scalar, defaults: dict[str, Any], columns: dict[str, str]) -> None:
        suffix = path.suffix.lower()
        yaml = suffix in {".yaml", ".yml"}
        if not self.files.exists(path):
            self.faults.append(item.position.fault(f"there is no file `{item.written}` to include"))
        elif not yaml and suffix not in SUFFIXES:
            self.faults.append(item.position.fault(f"a list ends in {', '.join(sorted(SUFFIXES))} or .yaml"))
        elif isinstance(
            source := self.files.source(path, included_name(item.position.source, item, path), largest=LARGEST if yaml else None),
            Fault,
        ):
            self.faults.append(source)
        elif yaml:
            self._yaml_list(source, item, defaults)
        else:
            self._rows(source, defaults, columns)

    def _yaml_list(self, source: SourceFile, item: Scalar, defaults: dict[str, Any]) -> None:
        if defaults:
            self.faults.append(
                item.position.fault("values beside `include` go with CSV and JSON lists; a YAML list says them itself")
            )
            return
        tree, faults = self.files.tree(source, self.env)
        self.faults += faults
        if tree is None or is_null(tree):
            return
        if isinstance(tree, Mapping) and set(tree.entries) == {"watch"}:
            tree = tree.entries["watch"].value
        items = tree.items if isinstance(tree, Sequence) else (tree,)
        further = [one for one in items if isinstance(one, Mapping) and "include" in one.entries]
        self.faults += [one.position.fault("an included list cannot include further lists") for one in further]
        if not further:
            self.read(tree)

    def _rows(self, source: SourceFile, defaults: dict[str, Any], columns: dict[str, str]) -> None:
        faults: list[Fault] = []
        rows = rows_of(source, defaults, columns)
        known = {} if source.name in self.files.lists else unchanged_terms(source, rows, self.files.known_lists.get(source.name))
        self.files.lists[source.name] = rows
        for row in list_records(source, columns):
            if isinstance(row, Fault):
                faults.append(row)
                continue
            term = known.get(row.line)
            if term is None:
                try:
                    item = WatchItem.model_validate({**defaults, **row.data} if defaults else row.data)
                except ValidationError as error:
                    faults += _row_faults(error, source, row)
                    continue
                term = item.term(f"{source.name}:{row.line}:{row.column}")
            if "channels" in row.data:
                position = Position(source=source, index=0, line=row.line, column=row.column)
                self.channels += (Reference(name=channel, position=position) for channel in term.channels or ())
            repeated = self._add(term)
            if repeated is not None:
                faults.append(source.fault(row.line, row.column, repeated))
            else:
                rows.terms[row.line] = term
        more = len(faults) - _FAULTS_PER_LIST
        if more > 0:
            last = faults[_FAULTS_PER_LIST]
            faults[_FAULTS_PER_LIST:] = [source.fault(last.line, last.column, f"{more} more faults in this list, from here on")]
        self.faults += faults


def _row_faults(error: ValidationError, source: SourceFile, row: Record) -> list[Fault]:
    found = []
    for detail in error.errors(include_url=False):
        key = detail["loc"][0] if detail["loc"] else ""
        value = row.data.get(str(key))
        text = validation_message(detail, written=value if isinstance(value, str) else None, known=fields_of(WatchItem))
        prefix = f"`{key}`: " if key and detail["type"] not in {"missing", "extra_forbidden"} else ""
        found.append(source.fault(row.line, row.column, prefix + text))
    return found


def faults_of(error: ValidationError, walker: SchemaWalker, root: Node, *, below: Location = ()) -> list[Fault]:
    """Return each error of a validation at the node it is about, without those that only follow from a known fault.

    `below` is the location of what was validated.
    """
    found = []
    for detail in error.errors(include_url=False):
        at = (*below, *detail["loc"])
        if detail["type"] == "missing" and at in walker.dropped:
            continue
        if detail["type"] == "value_error" and any(inner[: len(at)] == at for inner in walker.dropped):
            continue
        while at and at not in walker.nodes:
            at = at[:-1]
        node = walker.nodes.get(at, root)
        written = node.written if isinstance(node, Scalar) else None
        found.append(node.position.fault(validation_message(detail, written=written)))
    return found
