"""Find recognizers by the name under which a package registers them."""

from __future__ import annotations

from monitor.plugins import RECOGNIZERS_GROUP, PluginGroup
from monitor.settings.model import Settings
from workers.matching.matcher import Matcher
from workers.recognition.recognizer import Recognizer, RecognizerKind
from workers.recognition.watchlist import WATCHLIST

RECOGNIZERS = PluginGroup(RECOGNIZERS_GROUP, RecognizerKind)


def build_recognizers(settings: Settings, matcher: Matcher) -> tuple[Recognizer, ...]:
    """Return the recognizers that the settings ask for: that of the watch list, then `entities: engine`. Raises PluginError."""
    names = dict.fromkeys((WATCHLIST.name, settings.entities.engine))
    return tuple(RECOGNIZERS.load(name).build(settings, matcher) for name in names)
