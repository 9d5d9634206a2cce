"""Add terms and feeds to the YAML files, and take terms out, as text, so that everything else keeps its layout and comments."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Environment
from collections.abc import Sequence as Several
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from monitor.domain.errors import ConfigError, Fault, MonitorError, UsageError
from monitor.settings.config_merger import ConfigMerger
from monitor.settings.files import Files, decode_text, replace
from monitor.settings.load import CheckTerms, read_config
from monitor.settings.new_feed import NewFeed, feed_item
from monitor.settings.source_position import KeyValue, Mapping, Node, Scalar, Sequence, SourceFile
from monitor.settings.suggestion import did_you_mean
from monitor.settings.term_reader import TermReader
from monitor.settings.yaml_edit import CannotInsert, ListItem, insert_items, quote_yaml
from monitor.settings.yaml_item import add_to_item
from monitor.settings.yaml_removal import remove_item
from monitor.settings.yaml_tree import read_tree

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """What was added to which file, and what was already there."""

    file: Path
    added: tuple[str, ...]
    present: tuple[str, ...]


def add_terms(path: Path, terms: Several[str], env: Environment[str, str], *, check_terms: CheckTerms | None = None) -> Addition:
    """Add keywords to the file that holds `watch:`, preferring `watchlist.yaml`. Raises as `add_items` does."""
    wanted = [" ".join(term.split()) for term in terms if term.strip()]
    items = [(term, ListItem(lines=(quote_yaml(term),), flow=quote_yaml(term, flow=True))) for term in wanted]
    return add_items(path, items, env, check_terms=check_terms)


def add_items(
    path: Path, items: Several[tuple[str, ListItem]], env: Environment[str, str], *, check_terms: CheckTerms | None = None
) -> Addition:
    """Add watch items, each with the name of its term, to the file that holds `watch:`.

    A term is present if another has its name in any case. Raises ConfigError if a file cannot be read as YAML or the change would bring a
    fault, and CannotInsert if the list is written in a way that cannot be extended. Then nothing is written.
    """
    names = [name for name, _ in items]
    with _alone(path):
        merger, root = _assembled(path, env)
        watched = TermReader(env=env, files=merger.files)
        if "watch" in root.entries:
            watched.read(root.entries["watch"].value)
        known = {term.name.casefold() for term in (*watched.terms, *watched.broken)}
        check = _DraftCheck(path=path, env=env, check_terms=check_terms)
        return _add(
            merger, "watch", "watchlist", names, [name.casefold() for name in names], [item for _, item in items], known, check
        )


def watchlist_file(path: Path, env: Environment[str, str]) -> Path:
    """Return the file to which watch items are added."""
    merger, _ = _assembled(path, env)
    return _target(merger, "watch", "watchlist").path


def remove_term(path: Path, name: str, env: Environment[str, str], *, check_terms: CheckTerms | None = None) -> Path:
    """Take the term `name` out of the YAML file it stands in, and return that file.

    Raises UsageError for a term that is not on the list or stands in a list that is no YAML, ConfigError where something refers to the term, and
    CannotInsert if it is written in a way that cannot be taken out. Then nothing is written.
    """
    with _alone(path):
        merger, node = _written_term(path, name, env)
        return _remove(merger, "watch", node, _DraftCheck(path=path, env=env, check_terms=check_terms))


def add_aliases(
    path: Path, name: str, aliases: Several[str], env: Environment[str, str], *, check_terms: CheckTerms | None = None
) -> Path:
    """Add aliases to the entity `name` in the YAML file it stands in, and return that file. Raises as `remove_term` does."""
    with _alone(path):
        _, node = _written_term(path, name, env)
        source = node.position.source
        data = source.path.read_bytes()
        bom, body = (_BOM, data.removeprefix(_BOM)) if data.startswith(_BOM) else (b"", data)
        new = bom + add_to_item(body.decode(), node.position.index, "aliases", aliases).encode()
        _DraftCheck(path=path, env=env, check_terms=check_terms).require_sound(source.path, new)
        _write(source.path, new)
        return source.path


def _written_term(path: Path, name: str, env: Environment[str, str]) -> tuple[ConfigMerger, Node]:
    """Return the node of the term `name`, and what read it."""
    merger, root = _assembled(path, env)
    watched = TermReader(env=env, files=merger.files)
    if "watch" in root.entries:
        watched.read(root.entries["watch"].value)
    terms = {term.name: term for term in (*watched.terms, *watched.broken)}
    term = terms.get(name) or next((one for one in terms.values() if one.name.casefold() == name.casefold()), None)
    if term is None:
        raise UsageError(f"no term {name!r} on the watch list{did_you_mean(name, terms)}")
    node = watched.places.get(term.where, {}).get(())
    if node is None:
        raise UsageError(f"{term.name!r} stands in a list that is no YAML: change the line {term.where}")
    return merger, node


def add_feeds(path: Path, feeds: Several[NewFeed], env: Environment[str, str]) -> Addition:
    """Add feeds to the file that holds `feeds:`, preferring `feeds.yaml`. A feed is present if its address is. Raises as `add_terms` does."""
    addresses = [feed.url for feed in feeds]
    items = [feed_item(feed) for feed in feeds]
    with _alone(path):
        merger, root = _assembled(path, env)
        return _add(merger, "feeds", "feeds", addresses, addresses, items, set(_urls(root.entries.get("feeds"))))


def remove_feed(path: Path, url: str, env: Environment[str, str]) -> Path:
    """Take the feed with this address out of the YAML file it stands in, and return that file. Raises as `remove_term` does."""
    with _alone(path):
        merger, root = _assembled(path, env)
        entry = root.entries.get("feeds")
        items = entry.value.items if entry is not None and isinstance(entry.value, Sequence) else ()
        node = next((item for item in items if url in _url_of(item)), None)
        if node is None:
            raise UsageError(f"no feed {url!r} in `feeds:`{did_you_mean(url, list(_urls(entry)))}")
        return _remove(merger, "feeds", node, _DraftCheck(path=path, env=env, check_terms=None))


def _remove(merger: ConfigMerger, name: str, node: Node, check: _DraftCheck) -> Path:
    """Take an item of the list `name` out of its file, and return the file."""
    source = node.position.source
    key = name if isinstance(merger.files.tree(source, check.env)[0], Mapping) else None
    _rewrite(source.path, key, lambda text: remove_item(text, key, node.position.index), -1, check)
    return source.path


def _assembled(path: Path, env: Environment[str, str]) -> tuple[ConfigMerger, Mapping]:
    merger = ConfigMerger(env=env, files=Files())
    root = merger.read(Path.cwd() / path, str(path))
    if root is None or merger.broken:
        raise ConfigError(merger.faults)
    return merger, root


def _urls(entry: KeyValue | None) -> Iterator[str]:
    if entry is not None and isinstance(entry.value, Sequence):
        for item in entry.value.items:
            yield from _url_of(item)


def _url_of(item: Node) -> tuple[str, ...]:
    url = item.entries["url"].value if isinstance(item, Mapping) and "url" in item.entries else item
    return (url.value,) if isinstance(url, Scalar) and url.value is not None else ()


def _add(
    merger: ConfigMerger,
    key: str,
    stem: str,
    names: Several[str],
    identities: Several[str],
    items: Several[ListItem],
    known: set[str],
    check: _DraftCheck | None = None,
) -> Addition:
    target = _target(merger, key, stem).path
    added: dict[str, tuple[str, ListItem]] = {}
    present: list[str] = []
    for name, same, item in zip(names, identities, items, strict=True):
        if same in known or same in added:
            present.append(name)
        else:
            added[same] = (name, item)
    if added:
        _rewrite(target, key, lambda text: insert_items(text, key, [item for _, item in added.values()]), len(added), check)
    return Addition(file=target, added=tuple(name for name, _ in added.values()), present=tuple(present))


def _target(merger: ConfigMerger, key: str, stem: str) -> SourceFile:
    """Return the file to add to: one with the list and the usual name, else one with the list, else one of that name, else the main file."""

    def rank(source: SourceFile) -> tuple[bool, bool]:
        tree, _ = merger.files.tree(source, merger.env)
        has_list = isinstance(tree, Mapping) and key in tree.entries and isinstance(tree.entries[key].value, Sequence | Scalar)
        return (not has_list, source.path.stem != stem)

    return min(merger.sources, key=rank)


@dataclass(frozen=True, slots=True, kw_only=True)
class _DraftCheck:
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


def _rewrite(path: Path, key: str | None, change: Callable[[str], str], added: int, check: _DraftCheck | None) -> None:
    """Change a file after checking that the new text holds the old list and `added` more entries (-1: one less), and brings no fault."""
    data = path.read_bytes()
    bom, body = (_BOM, data.removeprefix(_BOM)) if data.startswith(_BOM) else (b"", data)
    old = body.decode()
    new = change(old)
    before, after = (_written(path, text, key) or () for text in (old, new))
    kept = after[: len(before)] == before if added > 0 else _is_without_one(before, after)
    if len(after) != len(before) + added or not kept:
        raise CannotInsert(f"{path}: the list `{key or path.name}` is written in a way that cannot be changed; change it by hand")
    if check is not None:
        check.require_sound(path, bom + new.encode())
    _write(path, bom + new.encode())


def _write(path: Path, data: bytes) -> None:
    try:
        replace(path, data)
    except OSError as error:
        raise MonitorError(f"{path}: cannot be written: {error.strerror}") from error


def _is_without_one(before: tuple[object, ...], after: tuple[object, ...]) -> bool:
    at = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), len(after))
    return (*before[:at], *before[at + 1 :]) == after


@contextmanager
def _alone(path: Path) -> Iterator[None]:
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


def _written(path: Path, text: str, key: str | None) -> tuple[object, ...] | None:
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
