"""What the settings of sources under `sources:` have in common. The keys of each type are in the plug-in that registers it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Final

from monitor.domain.errors import PluginError
from monitor.plugins import PluginGroup
from monitor.settings.values import Section, SelectedByType

GROUP: Final = "news_monitor.sources"
"""The entry points that register a kind of source, under the value of its `type:` if it has one."""


class FolderSettings(Section):
    """A watched folder. Links that lead out of it are followed only with `follow_links`: they may lead to what is nobody's news."""

    shorthand: ClassVar[str | None] = "path"

    path: Path
    follow_links: bool = False


class SourceBase(Section):
    """The settings that every source under `sources:` has."""

    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceType:
    """What the settings need to know of a kind of source. `settings` None: it has keys of its own, such as `feeds`."""

    name: str
    settings: type[SourceBase] | None = None


class SourceModels:
    """The models of the registered types."""

    def __init__(self, types: PluginGroup[SourceType]) -> None:
        self._types = types

    def names(self) -> tuple[str, ...]:
        """Return every type that `sources:` can have, sorted. Raises PluginError if there is none."""
        names = tuple(name for name in self._types.names() if self._is_selectable(name))
        if not names:
            raise PluginError("there is no type of source: install a plug-in that brings one")
        return names

    def model(self, name: str) -> type[SourceBase]:
        """Return the settings of a registered type. Raises PluginError for a broken plug-in."""
        model = self._types.load(name).settings
        assert model is not None
        return model

    def _is_selectable(self, name: str) -> bool:
        try:
            return self._types.load(name).settings is not None
        except PluginError:  # only plug-ins break; `model` raises it again for a configuration that names this one
            return True


SOURCE_TYPES: Final = PluginGroup(GROUP, SourceType)
SOURCE_MODELS: Final = SourceModels(SOURCE_TYPES)

SourceSettings = Annotated[SourceBase, SelectedByType(SOURCE_MODELS)]
"""A place for the settings of a source of any registered type."""
