"""Check that names used in one part of a configuration are defined in another, and that no feed is listed twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Environment
from typing import Any, Final

from monitor.domain.errors import Fault
from monitor.plugins import RECOGNIZERS_GROUP, PluginGroup
from monitor.settings.feeds import credentials_apart
from monitor.settings.schema_walker import Location, SchemaWalker
from monitor.settings.source_position import KeyValue, Mapping, Position
from monitor.settings.suggestion import did_you_mean
from monitor.settings.term_reader import TermReader

RECOGNIZERS: Final = PluginGroup(RECOGNIZERS_GROUP, object)
_CHANNEL_NAME: Final = re.compile(r"[\w.-]{1,64}")


def unresolved_references(
    data: Environment[str, Any], walker: SchemaWalker, channels: KeyValue | None, watch: TermReader
) -> Iterator[Fault]:
    """Yield a fault for every channel or term that is named but not defined."""
    known = channels.value.entries if channels is not None and isinstance(channels.value, Mapping) else {}
    for name, entry in known.items():
        if not _CHANNEL_NAME.fullmatch(name):
            yield entry.key.position.fault("a channel's name is made of letters, digits, `_`, `-` and `.`")
    for name, position in (*_channel_names(data, walker), *((found.name, found.position) for found in watch.channels)):
        if name not in known:
            yield position.fault(f"no channel is called `{name}`{did_you_mean(name, known)}")
    terms = {term.name for term in (*watch.terms, *watch.broken)}
    for name, position in _term_names(data, walker):
        if name not in terms:
            yield position.fault(f"no watch term is called `{name}`{did_you_mean(name, terms)}")


def repeated_feeds(data: Environment[str, Any], walker: SchemaWalker) -> Iterator[Fault]:
    """Yield a fault for every feed whose address is listed before."""
    first: dict[str, Position] = {}
    for index, feed in enumerate(data.get("feeds", ())):
        key, url = ("imap", _mailbox(feed["imap"])) if "imap" in feed else ("url", feed.get("url"))
        if not isinstance(url, str):
            continue
        position = walker.nodes["feeds", index, key].position
        url, _ = credentials_apart(url) if key == "url" else (url, None)
        if url in first:
            yield position.fault(f"this feed is there twice; first at {first[url]}")
        first.setdefault(url, position)


def _mailbox(imap: Any) -> str | None:
    """Return what tells one mailbox from another; None for one that has a fault of its own."""
    if not isinstance(imap, Environment) or not {"host", "user"} <= set(imap):
        return None
    return repr((imap["host"], imap.get("port"), imap["user"], imap.get("folder", "INBOX")))


def unknown_engine(data: Environment[str, Any], walker: SchemaWalker) -> Iterator[Fault]:
    """Yield a fault if the recognizer that `entities` names is not registered."""
    engine = data.get("entities", {}).get("engine")
    names = RECOGNIZERS.names() if engine is not None else ()
    if engine is not None and engine not in names:
        known = f"{did_you_mean(engine, names)} (one of {', '.join(names)})"
        yield walker.nodes["entities", "engine"].position.fault(f"no recognizer is called `{engine}`{known}")


def _channel_names(data: Environment[str, Any], walker: SchemaWalker) -> Iterator[tuple[str, Position]]:
    for index, route in enumerate(data.get("routes", ())):
        yield from _each(route.get("channels", ()), walker, ("routes", index, "channels"))
    yield from _each(data.get("notify_operator", {}).get("channels", ()), walker, ("notify_operator", "channels"))
    for severity, steps in data.get("escalate", {}).items():
        for index, step in enumerate(steps):
            if "to" in step:
                yield step["to"], walker.nodes["escalate", severity, index, "to"].position
    yield from _each(data.get("trends", {}).get("notify", ()), walker, ("trends", "notify"))
    for name, channel in data.get("channels", {}).items():
        if "fallback" in channel:
            yield channel["fallback"], walker.nodes["channels", name, "fallback"].position


def _term_names(data: Environment[str, Any], walker: SchemaWalker) -> Iterator[tuple[str, Position]]:
    for index, route in enumerate(data.get("routes", ())):
        yield from _each(route.get("terms", ()), walker, ("routes", index, "terms"))
    for index, silence in enumerate(data.get("silences", ())):
        if "term" in silence:
            yield silence["term"], walker.nodes["silences", index, "term"].position


def _each(names: Iterable[str], walker: SchemaWalker, at: Location) -> Iterator[tuple[str, Position]]:
    for index, name in enumerate(names):
        yield name, walker.nodes[*at, index].position
