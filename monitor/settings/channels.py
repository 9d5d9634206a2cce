"""What the settings of every channel have in common. The keys of each type stand in the file of its kind, in `workers/channels`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from monitor.domain.errors import PluginError
from monitor.domain.watch import Severity
from monitor.plugins import PluginGroup
from monitor.settings.values import ClockTime, Duration, SecretAddress, SecretHttpUrl, Section, SelectedByType, Text, ZoneName

GROUP: Final = "news_monitor.channels"
"""The entry points that register a kind of channel under the value of its `type:`."""

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class QuietHours(Section):
    """When a channel is not to be disturbed. `from` after `to` runs over midnight; `days` names the days it begins on.

    Alerts of severity `breakthrough` and above are sent all the same; None lets nothing through.
    """

    start: ClockTime = Field(alias="from")
    end: ClockTime = Field(alias="to")
    zone: ZoneName = "UTC"
    days: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    breakthrough: Severity | None = Severity.CRITICAL


class DigestEvery(Section):
    """How often a channel gets one message for all alerts since the last one. Severity `breakthrough` and above is sent at once."""

    shorthand: ClassVar[str | None] = "every"

    every: Duration
    breakthrough: Severity | None = None


class ChannelBase(Section):
    """The settings that every channel can have.

    `rate` is messages a second. A backlog of more than `digest_over` messages is sent as one digest. `fallback` names the channel that
    takes over when this one has been failing for longer than `fallback_after`.
    """

    type: str
    rate: Annotated[float, Field(gt=0)] | None = None
    digest_over: Annotated[int, Field(ge=1)] = 20
    digest: DigestEvery | None = None
    quiet_hours: QuietHours | None = None
    fallback: Text | None = None
    fallback_after: Duration = timedelta(minutes=15)
    timeout: Duration = timedelta(seconds=15)


class Event(StrEnum):
    """The events that a channel for programs can ask for in `events`."""

    ALERT_CREATED = "alert.created"
    ALERT_UPDATED = "alert.updated"
    ALERT_WITHDRAWN = "alert.withdrawn"
    ALERT_ACKNOWLEDGED = "alert.acknowledged"
    STORY_UPDATED = "story.updated"
    BURST_STARTED = "burst.started"
    BURST_ENDED = "burst.ended"
    HELD_REPORT = "held.report"
    SYSTEM_PROBLEM = "system.problem"
    SYSTEM_RESOLVED = "system.resolved"


ALWAYS_TOLD: Final = frozenset({Event.ALERT_CREATED, Event.ALERT_UPDATED, Event.HELD_REPORT})
"""The events that a channel gets if it has no `events`."""


def takes(channel: ChannelBase, event: Event) -> bool:
    """Return whether a channel for programs is to be told of this event."""
    named: tuple[Event, ...] | None = getattr(channel, "events", None)
    return event in (ALWAYS_TOLD if named is None else named)


class HttpChannel(ChannelBase):
    """A channel that is one address to post to."""

    url: SecretHttpUrl
    proxy: SecretAddress | None = None
    ca_file: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A library that a kind of channel needs and that is not always installed; `requirement` is what `pip install` brings it with."""

    module: str
    requirement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelType:
    """What the settings need to know of a kind of channel. `name` is the value of `type:`.

    `examples` are the least settings beside `type` that work, one for each way to configure it; the receiver in them is
    `receiver.example`, so that tests can put another one in its place.
    """

    name: str
    settings: type[ChannelBase]
    examples: tuple[Mapping[str, Any], ...] = field(repr=False)
    library: Library | None = None

    def missing(self) -> str | None:
        """Return what must be installed before a channel of this type can be used, None if nothing is missing."""
        if self.library is None or find_spec(self.library.module) is not None:
            return None
        return f"channels of type {self.name} need `pip install {self.library.requirement}`"


class ChannelModels:
    """The models of the registered types. A kind is imported when the configuration first names it."""

    def __init__(self, types: PluginGroup[ChannelType]) -> None:
        self._types = types

    def names(self) -> tuple[str, ...]:
        """Return every registered type, sorted. Raises PluginError for a type that is registered twice."""
        return self._types.names()

    def model(self, name: str) -> type[ChannelBase]:
        """Return the settings of a registered type. Raises PluginError for a broken plug-in or a missing library."""
        kind = self._types.load(name)
        if (missing := kind.missing()) is not None:
            raise PluginError(missing)
        return kind.settings


CHANNEL_TYPES: Final = PluginGroup(GROUP, ChannelType)
CHANNEL_MODELS: Final = ChannelModels(CHANNEL_TYPES)

Channel = Annotated[ChannelBase, SelectedByType(CHANNEL_MODELS)]
"""A place for the settings of a channel of any registered type."""
