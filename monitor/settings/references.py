"""Names that one part of a configuration uses and another must define, and feeds that stand there twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Environment
from typing import Any, Final

from monitor.domain.errors import Fault
from monitor.settings.feeds import credentials_apart
from monitor.settings.nearest import did_you_mean
from monitor.settings.place import Entry, Mapping, Place
from monitor.settings.shape import Location, Shaper
from monitor.settings.terms import TermReader

_CHANNEL_NAME: Final = re.compile(r"[\w.-]{1,64}")


def dangling(data: Environment[str, Any], shaper: Shaper, channels: Entry | None, watch: TermReader) -> Iterator[Fault]:
    """A fault for every name of a channel or a term that nothing defines."""
    known = channels.value.entries if channels is not None and isinstance(channels.value, Mapping) else {}
    for name, entry in known.items():
        if not _CHANNEL_NAME.fullmatch(name):
            yield entry.key.place.fault("a channel's name is made of letters, digits, `_`, `-` and `.`")
    for name, place in (*_channel_names(data, shaper), *((found.name, found.place) for found in watch.channels)):
        if name not in known:
            yield place.fault(f"no channel is called `{name}`{did_you_mean(name, known)}")
    terms = {term.name for term in (*watch.terms, *watch.broken)}
    for name, place in _term_names(data, shaper):
        if name not in terms:
            yield place.fault(f"no watch term is called `{name}`{did_you_mean(name, terms)}")


def repeated_feeds(data: Environment[str, Any], shaper: Shaper) -> Iterator[Fault]:
    """A fault for every feed whose address stood there before."""
    first: dict[str, Place] = {}
    for index, feed in enumerate(data.get("feeds", ())):
        url = feed.get("url")
        if not isinstance(url, str):
            continue
        place = shaper.nodes["feeds", index, "url"].place
        url, _ = credentials_apart(url)
        if url in first:
            yield place.fault(f"this feed is there twice; first at {first[url]}")
        first.setdefault(url, place)


def _channel_names(data: Environment[str, Any], shaper: Shaper) -> Iterator[tuple[str, Place]]:
    for index, route in enumerate(data.get("routes", ())):
        yield from _each(route.get("channels", ()), shaper, ("routes", index, "channels"))
    yield from _each(data.get("notify_operator", {}).get("channels", ()), shaper, ("notify_operator", "channels"))
    for name, channel in data.get("channels", {}).items():
        if "fallback" in channel:
            yield channel["fallback"], shaper.nodes["channels", name, channel["type"], "fallback"].place


def _term_names(data: Environment[str, Any], shaper: Shaper) -> Iterator[tuple[str, Place]]:
    for index, route in enumerate(data.get("routes", ())):
        yield from _each(route.get("terms", ()), shaper, ("routes", index, "terms"))
    for index, silence in enumerate(data.get("silences", ())):
        if "term" in silence:
            yield silence["term"], shaper.nodes["silences", index, "term"].place


def _each(names: Iterable[str], shaper: Shaper, at: Location) -> Iterator[tuple[str, Place]]:
    for index, name in enumerate(names):
        yield name, shaper.nodes[*at, index].place
