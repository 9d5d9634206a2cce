"""The kinds of channel that are installed, ours and those of plug-ins."""

from __future__ import annotations

from typing import Any

from monitor.plugins import PluginGroup
from monitor.settings.channels import GROUP, ChannelBase
from workers.channels.kind import ChannelKind

CHANNELS: PluginGroup[ChannelKind[Any, Any]] = PluginGroup(GROUP, ChannelKind)


def kind_of(channel: ChannelBase) -> ChannelKind[Any, Any]:
    """Return the kind of a configured channel."""
    return CHANNELS.load(channel.type)
