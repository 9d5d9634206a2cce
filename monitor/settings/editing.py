"""Add terms and feeds to the YAML files, and take terms out, as text, so that everything else keeps its layout and comments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as Environment
from collections.abc import Sequence as Several
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.domain.errors import UsageError
from monitor.settings.config_merger import ConfigMerger
from monitor.settings.edited_files import DraftCheck, alone, assembled, marked_text, write, written
from monitor.settings.load import CheckTerms
from monitor.settings.new_feed import NewFeed, feed_item
from monitor.settings.source_position import KeyValue, Mapping, Node, Scalar, Sequence, SourceFile
from monitor.settings.suggestion import did_you_mean
from monitor.settings.term_reader import TermReader
from monitor.settings.yaml_change import change_item, list_item, scalar_end
from monitor.settings.yaml_edit import CannotInsert, ListItem, insert_items, quote_yaml
from monitor.settings.yaml_item import add_to_item
from monitor.settings.yaml_removal import remove_item


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
    path: Path,
    items: Several[tuple[str, ListItem]],
    env: Environment[str, str],
    *,
    check_terms: CheckTerms | None = None,
    expected: str | None = None,
) -> Addition:
    """Add watch items, each with the name of its term, to the file that holds `watch:`.

    A term is present if another has its name in any case. Raises ConfigError if a file cannot be read as YAML or the change would bring a
    fault, CannotInsert if the list is written in a way that cannot be extended, and ConfigChanged unless `expected` is None or the version of the
    files. Then nothing is written.
    """
    names = [name for name, _ in items]
    with alone(path):
        merger, root = assembled(path, env, expected)
        watched = TermReader(env=env, files=merger.files)
        if "watch" in root.entries:
            watched.read(root.entries["watch"].value)
        known = {term.name.casefold() for term in (*watched.terms, *watched.broken)}
        check = DraftCheck(path=path, env=env, check_terms=check_terms)
        return _add(
            merger, "watch", "watchlist", names, [name.casefold() for name in names], [item for _, item in items], known, check
        )


def watchlist_file(path: Path, env: Environment[str, str]) -> Path:
    """Return the file to which watch items are added."""
    merger, _ = assembled(path, env)
    return _target(merger, "watch", "watchlist").path


def remove_term(
    path: Path, name: str, env: Environment[str, str], *, check_terms: CheckTerms | None = None, expected: str | None = None
) -> Path:
    """Take the term `name` out of the YAML file it stands in, and return that file.

    Raises UsageError for a term that is not on the list or stands in a list that is no YAML, ConfigError where something refers to the term, and
    CannotInsert if it is written in a way that cannot be taken out, ConfigChanged as `add_items` does. Then nothing is written.
    """
    with alone(path):
        merger, node = _written_term(path, name, env, expected)
        return _remove(merger, "watch", node, DraftCheck(path=path, env=env, check_terms=check_terms))


def add_aliases(
    path: Path, name: str, aliases: Several[str], env: Environment[str, str], *, check_terms: CheckTerms | None = None
) -> Path:
    """Add aliases to the entity `name` in the YAML file it stands in, and return that file. Raises as `remove_term` does."""
    with alone(path):
        _, node = _written_term(path, name, env)
        source = node.position.source
        bom, body = marked_text(source.path)
        new = bom + add_to_item(body, node.position.index, "aliases", aliases).encode()
        DraftCheck(path=path, env=env, check_terms=check_terms).require_sound(source.path, new)
        write(source.path, new)
        return source.path


def change_term(
    path: Path,
    name: str,
    keys: Environment[str, Any],
    env: Environment[str, str],
    *,
    check_terms: CheckTerms | None = None,
    expected: str | None = None,
) -> Path:
    """Set keys of the term `name` in the YAML file it stands in, or (None) take them out, and return that file. Raises as `remove_term` does."""
    with alone(path):
        merger, node = _written_term(path, name, env, expected)
        source = node.position.source
        bom, body = marked_text(source.path)
        text = body
        key = "watch" if isinstance(merger.files.tree(source, env)[0], Mapping) else None
        before = written(source.path, text, key) or ()
        if isinstance(node, Scalar):
            text = _with_keys(text, node)
        for one, value in keys.items():
            text = change_item(text, node.position.index, one, value)
        after = written(source.path, text, key) or ()
        if len(after) != len(before) or sum(one != other for one, other in zip(before, after, strict=True)) > 1:
            raise CannotInsert(f"{source.path}: {name!r} is written in a way that cannot be changed; change it by hand")
        DraftCheck(path=path, env=env, check_terms=check_terms).require_sound(source.path, bom + text.encode())
        write(source.path, bom + text.encode())
        return source.path


def _with_keys(text: str, node: Scalar) -> str:
    """Return the text with an item that is a plain name written as keys and values."""
    start = node.position.index
    written = list_item({"name": node.value or "", "any": None}, "").flow
    end = scalar_end(text, start)
    return text[:start] + written + text[end:]


def _written_term(path: Path, name: str, env: Environment[str, str], expected: str | None = None) -> tuple[ConfigMerger, Node]:
    """Return the node of the term `name`, and what read it."""
    merger, root = assembled(path, env, expected)
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
    with alone(path):
        merger, root = assembled(path, env)
        return _add(merger, "feeds", "feeds", addresses, addresses, items, set(_urls(root.entries.get("feeds"))))


def add_feed(path: Path, feed: Environment[str, Any], env: Environment[str, str], *, expected: str | None = None) -> Addition:
    """Add a feed with all of its keys. Raises as `add_items` does."""
    url = str(feed.get("url", ""))
    with alone(path):
        merger, root = assembled(path, env, expected)
        known = set(_urls(root.entries.get("feeds")))
        check = DraftCheck(path=path, env=env, check_terms=None)
        return _add(merger, "feeds", "feeds", [url], [url], [list_item(feed, "url")], known, check)


def remove_feed(path: Path, url: str, env: Environment[str, str], *, expected: str | None = None) -> Path:
    """Take the feed with this address out of the YAML file it stands in, and return that file. Raises as `remove_term` does."""
    with alone(path):
        merger, root = assembled(path, env, expected)
        entry = root.entries.get("feeds")
        items = entry.value.items if entry is not None and isinstance(entry.value, Sequence) else ()
        node = next((item for item in items if url in _url_of(item)), None)
        if node is None:
            raise UsageError(f"no feed {url!r} in `feeds:`{did_you_mean(url, list(_urls(entry)))}")
        return _remove(merger, "feeds", node, DraftCheck(path=path, env=env, check_terms=None))


def _remove(merger: ConfigMerger, name: str, node: Node, check: DraftCheck) -> Path:
    """Take an item of the list `name` out of its file, and return the file."""
    source = node.position.source
    key = name if isinstance(merger.files.tree(source, check.env)[0], Mapping) else None
    _rewrite(source.path, key, lambda text: remove_item(text, key, node.position.index), -1, check)
    return source.path


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
    check: DraftCheck | None = None,
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


def _rewrite(path: Path, key: str | None, change: Callable[[str], str], added: int, check: DraftCheck | None) -> None:
    """Change a file after checking that the new text holds the old list and `added` more entries (-1: one less), and brings no fault."""
    bom, old = marked_text(path)
    new = change(old)
    before, after = (written(path, text, key) or () for text in (old, new))
    kept = after[: len(before)] == before if added > 0 else _is_without_one(before, after)
    if len(after) != len(before) + added or not kept:
        raise CannotInsert(f"{path}: the list `{key or path.name}` is written in a way that cannot be changed; change it by hand")
    if check is not None:
        check.require_sound(path, bom + new.encode())
    write(path, bom + new.encode())


def _is_without_one(before: tuple[object, ...], after: tuple[object, ...]) -> bool:
    at = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), len(after))
    return (*before[:at], *before[at + 1 :]) == after
