"""Plug-ins: the channels, sources and recognizers that installed packages register as entry points, ours among them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar

from monitor.domain.errors import PluginError

CHANNELS_GROUP = "news_monitor.channels"
SOURCES_GROUP = "news_monitor.sources"
RECOGNIZERS_GROUP = "news_monitor.recognizers"

T = TypeVar("T")


class PluginGroup(Generic[T]):
    """The entry points of one group. Names are read once; an object is imported when it is first asked for."""

    def __init__(self, group: str, kind: type[T]) -> None:
        """`kind` is the class of which every registered object must be an instance."""
        self.group = group
        self._kind = kind
        self._loaded: dict[str, T] = {}

    def names(self) -> tuple[str, ...]:
        """Return every registered name, sorted."""
        return tuple(sorted(self._registered))

    def load(self, name: str) -> T:
        """Return the object registered as `name`.

        Raises KeyError for a name that nobody registered, and PluginError for a package that is broken, or lacks a library it needs.
        """
        if name not in self._loaded:
            self._loaded[name] = self._import(self._registered[name])
        return self._loaded[name]

    def all(self) -> Mapping[str, T]:
        """Return every registered object by its name. Raises PluginError as `load` does."""
        return {name: self.load(name) for name in self.names()}

    @cached_property
    def _registered(self) -> Mapping[str, EntryPoint]:
        found: dict[str, EntryPoint] = {}
        for point in entry_points(group=self.group):
            first = found.setdefault(point.name, point)
            if first.value != point.value:
                raise PluginError(f"{self.group}: `{point.name}` is registered twice, as {first.value} and as {point.value}")
        return found

    def _import(self, point: EntryPoint) -> T:
        try:
            loaded = point.load()
        except Exception as error:
            raise PluginError(f"{self.group}: `{point.name}` ({point.value}) cannot be loaded: {error}") from error
        if not isinstance(loaded, self._kind):
            raise PluginError(f"{self.group}: `{point.name}` ({point.value}) is no {self._kind.__name__}")
        return loaded
